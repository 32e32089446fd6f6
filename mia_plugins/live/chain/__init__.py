"""The option chain of an index as the broker tells it: asked for on a connection of its own.

Nautilus' client could be asked for an option's greeks, but wants each option loaded as an instrument
before it starts, has no notion of how many an account may listen to, and tells of refusals in its log alone.
"""
