"""What MenthorQ brings to `mia` beside its indicators."""

from mia_plugins.hookspecs import Register


def mia_register_strategies(register: Register) -> None:
    """Register the strategy."""
    register(
        "menthorq",
        "strategies.menthorq.strategy:MenthorQStrategy",
        summary="Imported levels traded alone: put walls hold, call walls stop.",
    )
