"""A backtest: its engine, how that is fed and fills, and the run from files to the store."""
