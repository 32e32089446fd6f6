"""CSV and Parquet of any layout: which column is what is said in YAML."""
