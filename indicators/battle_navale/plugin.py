"""What Battle Navale brings to `mia`."""

from mia_plugins.hookspecs import Register

HERE = "indicators.battle_navale"


def mia_register_indicators(register: Register) -> None:
    """Register the measures."""
    register(
        "battle_navale_chart",
        f"{HERE}.chart:Chart",
        summary="Battle Navale's base, regime and bar patterns.",
    )
    register(
        "battle_navale",
        f"{HERE}.battle:BattleNavale",
        summary="The score of Vikings against Defenders, its quality and confidence.",
    )


def mia_register_features(register: Register) -> None:
    """Register the features."""
    register(
        "sierra_pattern_strength",
        f"{HERE}.features:SierraPatternStrength",
        summary="The strongest active bar pattern, with the side of the golden rule.",
    )
    register(
        "price_action",
        f"{HERE}.features:PriceAction",
        summary="Bar patterns, the golden rule and the bodies of the last three bars.",
    )
    register(
        "battle_navale",
        f"{HERE}.features:BattleNavaleScore",
        summary="Who wins, Vikings or Defenders, and whether the trend goes on.",
    )
    register(
        "mtf_confluence",
        f"{HERE}.mtf:MtfConfluence",
        summary="Battle Navale on bars of several lengths, as one.",
    )
