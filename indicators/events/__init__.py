"""What large traders leave behind: their orders, sweeps, icebergs, absorption, stealth."""
