"""The synthetic ES/NQ market: order flow, options and levels of one seed, and the truth about them.

Pure computation. It knows the in-memory columns of `catalog.columns` and nothing of files or engines.
"""
