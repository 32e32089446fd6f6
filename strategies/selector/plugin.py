"""What picking by regime brings to `mia`."""

from mia_plugins.hookspecs import Register


def mia_register_strategies(register: Register) -> None:
    """Register the strategy."""
    register(
        "selector",
        "strategies.selector.strategy:SelectorStrategy",
        summary="Picks by regime: trend, range, sweeps and scalps, or nothing.",
    )
