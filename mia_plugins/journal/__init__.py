"""The journal: every evaluation of a run as one row, and what looks back at it."""
