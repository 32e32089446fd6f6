"""The run store: what a run was made from, what it did, and every run that was ever made."""
