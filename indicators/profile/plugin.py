"""What volume by price brings to `mia`."""

from mia_plugins.hookspecs import Register


def mia_register_indicators(register: Register) -> None:
    """Register the measures."""
    register(
        "volume_profile",
        "indicators.profile.volume:VolumeProfile",
        summary="Volume by price: point of control, value area, nodes of much and little.",
    )
    register(
        "prior_session",
        "indicators.profile.prior:PriorSession",
        summary="The value area, point of control, high and low of the day before.",
    )
    register(
        "session_levels",
        "indicators.profile.hours:SessionLevels",
        summary="The overnight's and the first hour's extremes, once they are finished.",
    )
