"""What risk brings to `mia`: hard rules and sizers."""

from mia_plugins.hookspecs import Register


def mia_register_sizers(register: Register) -> None:
    """Register the sizers."""
    register(
        "standard",
        "risk.sizers.standard:StandardSizer",
        summary="Base, tier, soft factors, the most, the risk a trade, rounding.",
    )
