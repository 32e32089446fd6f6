"""The order book: its imbalance, the flow of best quotes, the weighted mid, the health of what is seen."""
