"""How long ago, and how long still."""

from mia_plugins.data.sessions import NS

MINUTE = 60 * NS
HOUR = 60 * MINUTE


def hours(ns: int) -> float:
    """Return ns in hours."""
    return ns / HOUR


def minutes(ns: int) -> float:
    """Return ns in minutes."""
    return ns / MINUTE
