"""Processes that do a job each, tell how far they are, and whose faults are told."""
