"""Strategies held to what was recorded of them: small runs, each compared with its baseline."""
