"""What trend following brings to `mia`."""

from mia_plugins.hookspecs import Register


def mia_register_strategies(register: Register) -> None:
    """Register the strategy."""
    register(
        "trend",
        "strategies.trend.strategy:TrendStrategy",
        summary="With the trend: pullbacks, breakouts, momentum, retracements.",
    )
