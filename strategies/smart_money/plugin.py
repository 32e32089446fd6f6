"""What Smart Money brings to `mia` beside its indicators."""

from mia_plugins.hookspecs import Register


def mia_register_strategies(register: Register) -> None:
    """Register the strategy."""
    register(
        "smart_money",
        "strategies.smart_money.strategy:SmartMoneyStrategy",
        summary="With large orders, icebergs, sweeps and stealth, when they agree.",
    )
