"""Confluence: every feature of the run weighed, with Battle Navale and MenthorQ: the whole decision."""
