"""What goes wrong, on purpose: scripts of faults, and what lets them happen on observed messages."""
