"""Actors: what becomes known beside the feed, told on Nautilus' message bus as it does."""
