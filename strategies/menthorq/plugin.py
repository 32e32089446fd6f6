"""What the method MenthorQ brings to `mia`."""

from mia_plugins.hookspecs import Register

RULES = {
    "blind_spot": (
        "blind_spots:BlindSpot",
        "Blocks within 5 t of a blind spot, 7.5 t while the VIX is HIGH.",
    ),
    "blind_spot_near": ("blind_spots:BlindSpotNear", "Less size within 10 t of a blind spot."),
    "levels_stale": ("levels_stale:LevelsStale", "Blocks on levels that are too old, missing or absurd."),
    "gamma_wall_ahead": ("walls:GammaWallAhead", "Half the size with a gamma wall at most 3 t ahead."),
    "adverse_swing": ("swings:AdverseSwing", "Less size, a wider stop: a swing level before the target."),
    "adverse_bias": ("factors:AdverseBias", "Less size against the dealers' bias."),
    "vix_cap": ("factors:VixCap", "The most that soft factors leave, by the VIX."),
    "wide_spread": ("factors:WideSpread", "Less size while the spread is wider than 2 t."),
    "session_closed": ("clock:SessionClosed", "Blocks outside the hours that are traded."),
    "roll_window": ("clock:RollWindow", "Blocks in a contract that no longer leads."),
    "news_window": ("news:NewsWindow", "Blocks around announcements; says when to be flat."),
}


def mia_register_rules(register: Register) -> None:
    """Register the rules."""
    for name, (target, summary) in RULES.items():
        register(name, f"strategies.menthorq.{target}", summary=summary)


def mia_register_strategies(register: Register) -> None:
    """Register the strategy."""
    register(
        "menthorq",
        "strategies.menthorq.strategy:MenthorQStrategy",
        summary="Imported levels traded alone: put walls hold, call walls stop.",
    )
