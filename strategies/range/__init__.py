"""In a range: from its edges, back from a stretch, out of it, or to its middle."""
