"""The example that every plugin author reads first: two averages that cross."""
