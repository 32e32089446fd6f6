"""Sizers: how many contracts a candidate is worth."""
