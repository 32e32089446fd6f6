"""Readers of what others keep market data in: each turns files into bounded parts of our own columns."""
