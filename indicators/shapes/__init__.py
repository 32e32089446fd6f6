"""Shapes that bars make: candlesticks, Wyckoff's phases, chart patterns."""
