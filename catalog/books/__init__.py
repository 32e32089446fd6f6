"""Order books rebuilt from the changes that feeds report."""
