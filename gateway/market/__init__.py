"""The market that is traded on: what is listed, what a catalog plays, and where prices stand."""
