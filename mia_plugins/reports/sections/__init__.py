"""The sections that mia brings."""
