"""Databento's binary encoding (DBN), versions 1 to 3, compressed with zstd or not."""
