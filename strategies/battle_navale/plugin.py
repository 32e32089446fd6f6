"""What Battle Navale brings to `mia` beside its indicators."""

from mia_plugins.hookspecs import Register


def mia_register_strategies(register: Register) -> None:
    """Register the strategy."""
    register(
        "battle_navale",
        "strategies.battle_navale.strategy:BattleNavaleStrategy",
        summary="Vikings against Defenders, traded alone.",
    )
