"""A strategy for each regime of the market."""
