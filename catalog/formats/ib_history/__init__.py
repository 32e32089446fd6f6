"""Interactive Brokers' history, asked of a gateway by a request in YAML."""
