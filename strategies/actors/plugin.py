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
        "vix",
        "strategies.actors.vix:VixActor",
        summary="Tells on the topic `vix` each value of the VIX with its regime.",
    )
