"""Setups that traders know by name, each a strategy of its own."""
