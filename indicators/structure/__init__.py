"""Market structure from bars: confirmed swings and what they say about the trend."""
