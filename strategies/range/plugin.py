"""What trading ranges brings to `mia`."""

from mia_plugins.hookspecs import Register


def mia_register_strategies(register: Register) -> None:
    """Register the strategy."""
    register(
        "range",
        "strategies.range.strategy:RangeStrategy",
        summary="In a range: bounces, stretches, breakouts, scalps to the middle.",
    )
