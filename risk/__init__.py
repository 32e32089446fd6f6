"""Vetoes, sizing, limits, the kill switch and the catastrophe monitor."""
