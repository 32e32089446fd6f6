"""What the example brings to `mia`."""

from mia_plugins.hookspecs import Register


def mia_register_strategies(register: Register) -> None:
    """Register the strategy."""
    register(
        "ema_cross", "strategies.ema_cross.strategy:EmaCross", summary="Two averages of closes that cross."
    )
