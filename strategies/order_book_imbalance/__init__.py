"""The imbalance of the order book as a strategy of its own."""
