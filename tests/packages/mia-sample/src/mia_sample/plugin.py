"""What the package brings."""

from mia_plugins import hookimpl
from mia_plugins.hookspecs import Register


@hookimpl
def mia_register_rules(register: Register) -> None:
    """Register the rule."""
    register("late_friday", "mia_sample.rules:LateFriday", summary="no entries late on Friday")


@hookimpl
def mia_register_commands(register: Register) -> None:
    """Register the command."""
    register("is-late", "mia_sample.commands:app", summary="Say whether a time is late on Friday.")
