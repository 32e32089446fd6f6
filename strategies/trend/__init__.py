"""With the trend: pullbacks, breakouts, momentum and retracements."""
