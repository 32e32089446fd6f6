"""What imported levels, dealers, the VIX, the spread and the calendar say against a trade: the rules.

Each is a plugin of its own with settings of its own. Hard ones block; soft ones, the cap and the cost only
make a size smaller. Distances are in ticks.
"""
