"""Decisions: Battle Navale, MenthorQ, Smart Money, order book imbalance, confluence; and their actors."""
