"""Data in and out: importers, quality checks, the synthetic market, the Parquet catalog's layout."""
