"""What the catalog brings to `mia`."""

from mia_plugins.hookspecs import Register


def mia_register_commands(register: Register) -> None:
    """Register the command."""
    register(
        "catalog", "catalog.commands:app", summary="Generate, import, list, check and export market data."
    )


def mia_register_importers(register: Register) -> None:
    """Register the formats."""
    register(
        "csv", "catalog.formats.tabular.importer:CsvImporter", summary="CSV of trades, quotes or minute bars."
    )
    register(
        "parquet",
        "catalog.formats.tabular.importer:ParquetImporter",
        summary="Parquet of trades, quotes or minute bars.",
    )
    register("sierra_depth", "catalog.formats.sierra_depth:DepthImporter", summary="Sierra Chart: the book.")
    register(
        "sierra_scid",
        "catalog.formats.sierra_scid:ScidImporter",
        summary="Sierra Chart: trades or minute bars.",
    )
