"""What actors bring to `mia`."""

from mia_plugins.hookspecs import Register


def mia_register_actors(register: Register) -> None:
    """Register the actors."""
    register(
        "session_clock",
        "strategies.actors.session_clock:SessionClock",
        summary="Tells on the topic `session` each phase of the trading day as it begins.",
    )
    register(
        "levels",
        "strategies.actors.levels:Levels",
        summary="Tells on the topic `levels` each set of levels, of the catalog or of a watched file.",
    )
    register(
        "dealers",
        "strategies.actors.dealers:DealersActor",
        summary="Tells on the topic `dealers` the dealers' bias, of option chains or of levels.",
    )
    register(
        "other_index",
        "strategies.actors.other_index:OtherIndexActor",
        summary="Tells on the topic `other_index` how ES and NQ go together, and who leads.",
    )
    register(
        "vix",
        "strategies.actors.vix:VixActor",
        summary="Tells on the topic `vix` each value of the VIX with its regime.",
    )
