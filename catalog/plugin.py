"""What the catalog brings to `mia`."""

from mia_plugins.hookspecs import Register


def mia_register_commands(register: Register) -> None:
    """Register the command."""
    register("catalog", "catalog.commands:app", summary="Generate, list, check and export market data.")
