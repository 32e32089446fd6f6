"""The synthetic ES/NQ market: order flow, options and levels of one seed, and the truth about them.

Pure computation. It knows the columns of `mia_plugins.data.columns` and nothing of files or engines.
"""
