"""The live node: the same strategies on a broker's data and orders; docs/live-service.md for services."""
