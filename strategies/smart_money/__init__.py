"""Smart money as a strategy of its own."""
