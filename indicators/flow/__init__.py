"""Order flow: what trades say, by price and by side."""
