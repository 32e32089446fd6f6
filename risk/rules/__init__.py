"""Hard rules: limits that hold for all strategies of a run together."""
