"""The live node: strategies on Interactive Brokers, or on a gateway that is simulated."""
