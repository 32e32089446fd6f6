"""Our own tables beside Nautilus' data: labels, option chains, the VIX and levels, a file a trading day.

Plain Arrow in plain Parquet. Each field says its unit and its meaning in its metadata. Every table has
`ts_event`, the time it is of, and `ts_init`, the time from which on it could be known.
"""

from collections.abc import Iterator

import pyarrow as pa

from mia_plugins.data.arrow import TIME
from mia_plugins.data.errors import CatalogError

FORMAT = "1"


def _field(name: str, type_: pa.DataType, help_: str, unit: str = "", *, nullable: bool = False) -> pa.Field:
    return pa.field(name, type_, nullable=nullable, metadata={"unit": unit, "help": help_})


_TIMES = [
    _field("ts_event", TIME, "the time it is of", "ns"),
    _field("ts_init", TIME, "the time from which on it could be known", "ns"),
]


def _schema(name: str, *fields: pa.Field) -> pa.Schema:
    return pa.schema([*_TIMES, *fields], metadata={"mia.table": name, "mia.format": FORMAT})


LABELS = _schema(
    "labels",
    _field("ts_end", TIME, "when it ended; ts_event is when it began", "ns"),
    _field("instrument_id", pa.string(), "the instrument it happened in"),
    _field("kind", pa.string(), "iceberg, sweep, absorption, metaorder, spring, regime, …"),
    _field("agent", pa.int64(), "the number of who did it, which its fills carry", nullable=True),
    _field("side", pa.int8(), "+1 it bought, -1 it sold, 0 neither"),
    _field("ticks", pa.int64(), "the price of its order, or of its first print", "ticks", nullable=True),
    _field("lots", pa.int64(), "what it executed", "contracts", nullable=True),
    _field("shown", pa.int64(), "what it showed at a time; levels wanted, of a sweep", nullable=True),
    _field("times", pa.int64(), "how often it showed or sent an order; levels taken", nullable=True),
    _field("observable", pa.bool_(), "whether the feed shows enough to tell"),
    _field("detail", pa.string(), "what else was drawn, as a JSON object"),
)
FILLS = _schema(
    "label_fills",
    _field("instrument_id", pa.string(), "the instrument it happened in"),
    _field("agent", pa.int64(), "whose execution it is, as in labels"),
    _field("ticks", pa.int64(), "the price", "ticks"),
    _field("lots", pa.int64(), "what was executed", "contracts"),
)
OPTION_CHAINS = _schema(
    "option_chains",
    _field("underlying", pa.string(), "such as SPX"),
    _field("expiry", pa.date32(), "the date of expiry"),
    _field("strike", pa.float64(), "the strike", "points"),
    _field("is_call", pa.bool_(), "a call, else a put"),
    _field("spot", pa.float64(), "the underlying's price", "points"),
    _field("bid", pa.float64(), "best bid", "points", nullable=True),
    _field("ask", pa.float64(), "best ask", "points", nullable=True),
    _field("iv", pa.float64(), "implied volatility a year, .2 is 20 %", nullable=True),
    _field("delta", pa.float64(), "of one option", nullable=True),
    _field("gamma", pa.float64(), "of one option", "1/points", nullable=True),
    _field("open_interest", pa.int64(), "as of the morning", "contracts", nullable=True),
    _field(
        "volume",
        pa.int64(),
        "of the day so far, or of the session before when the day has none yet",
        "contracts",
        nullable=True,
    ),
)
VIX = _schema("vix", _field("value", pa.float64(), "the index", "%"))
LEVELS = _schema(
    "levels",
    _field("underlying", pa.string(), "what the prices are of: ES, SPX, …"),
    _field("name", pa.string(), "such as Call Resistance 0DTE"),
    _field("price", pa.float64(), "where it lies", "points"),
    _field("source", pa.string(), "who says so"),
)
SOURCES = _schema(
    "sources",
    _field("kind", pa.string(), "trades, quotes, order_book_depths or bars, as the folder of its files"),
    _field("instrument_id", pa.string(), "the instrument it is of"),
    _field("feed", pa.string(), "who told of the rows from ts_event to ts_init, both included"),
    _field("has_ids", pa.bool_(), "whether ids of trades are the feed's own, else they are numbers of rows"),
)

TABLES = {
    "labels": LABELS,
    "label_fills": FILLS,
    "option_chains": OPTION_CHAINS,
    "vix": VIX,
    "levels": LEVELS,
    "sources": SOURCES,
}
"""The tables that mia knows; others may have any columns."""
KEYS = {
    "option_chains": ("ts_event", "ts_init", "underlying", "expiry", "strike", "is_call"),
    "vix": ("ts_event", "ts_init"),
    "levels": ("ts_event", "ts_init", "underlying", "name", "source"),
}
"""Columns of which a table has each combination once."""


def as_known(name: str, table: pa.Table) -> pa.Table:
    """Return rows in the schema of the table they are for; of a table that mia does not know, as they are."""
    schema = TABLES.get(name)
    if schema is None:
        return table
    faults = list(_faults(schema, table.schema))
    if faults:
        raise CatalogError(
            f"rows for the table '{name}' do not have its columns: {'; '.join(faults)}",
            "make them with the schema in mia_plugins.data.tables",
        )
    return table.select(schema.names).cast(schema)


def _faults(expected: pa.Schema, got: pa.Schema) -> Iterator[str]:
    for name in expected.names:
        if name not in got.names:
            yield f"{name} is missing"
        elif got.field(name).type != expected.field(name).type:
            yield f"{name} is {got.field(name).type}, not {expected.field(name).type}"
    yield from (f"{name} is too many" for name in got.names if name not in expected.names)
