"""A backtest: what it reads, how it is streamed, the process it runs in."""
