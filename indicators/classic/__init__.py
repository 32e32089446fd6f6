"""The classic indicators, by the conventions of TA-Lib."""
