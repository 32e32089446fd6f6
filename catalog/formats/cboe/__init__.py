"""Cboe's option chains as its pages of delayed quotes give them: CSV of several years' layouts, and JSON."""
