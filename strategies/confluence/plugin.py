"""What the confluence brings to `mia`."""

from mia_plugins.hookspecs import Register


def mia_register_strategies(register: Register) -> None:
    """Register the strategy."""
    register(
        "confluence",
        "strategies.confluence.strategy:ConfluenceStrategy",
        summary="Features weighed, Battle Navale and MenthorQ fused: the whole decision.",
    )
