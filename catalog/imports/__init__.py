"""Data that users bring: staged by day, merged with what is there, and counted row by row."""
