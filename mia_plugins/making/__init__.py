"""What a run is made of, whoever runs it: its plan, its members, what stands beside the market, its end."""
