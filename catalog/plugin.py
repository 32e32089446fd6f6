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
        "cboe_options",
        "catalog.formats.cboe.importer:CboeImporter",
        summary="Cboe option chains, CSV or JSON.",
    )
    register(
        "databento",
        "catalog.formats.dbn.importer:DbnImporter",
        summary="Databento DBN: trades, mbp-1, mbp-10, mbo, ohlcv-1m, definition, statistics.",
    )
    register(
        "ib_history",
        "catalog.formats.ib_history.importer:IbHistoryImporter",
        summary="Interactive Brokers: asks a gateway for bars, trades or quotes, as a file in YAML says.",
    )
    register(
        "menthorq",
        "catalog.formats.menthorq.importer:MenthorqImporter",
        summary="MenthorQ levels: lines, CSV, Sierra Chart's dump.",
    )
    register(
        "sierra_scid",
        "catalog.formats.sierra_scid:ScidImporter",
        summary="Sierra Chart: trades or minute bars.",
    )
    register(
        "vix", "catalog.formats.vix:VixImporter", summary="The VIX, from CSV: closes of days, or values."
    )
