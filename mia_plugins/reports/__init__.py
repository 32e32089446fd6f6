"""The report of a run, or of several: one page that opens without a network; docs/report.md."""
