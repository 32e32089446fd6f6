"""What the gateway brings to `mia`: its command."""

from mia_plugins.hookspecs import Register


def mia_register_commands(register: Register) -> None:
    """Register the command."""
    register("gateway", "gateway.command:app", summary="Simulate an IB Gateway on loopback.")
