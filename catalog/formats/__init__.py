"""Formats of files that users bring: an importer a module."""
