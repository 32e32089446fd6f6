"""The columns of decisions.parquet and shadows.parquet, each with its unit and its meaning."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from operator import itemgetter

import pyarrow as pa

from mia_plugins.data.arrow import TIME
from mia_plugins.journal.decision import JournalColumns
from mia_plugins.journal.errors import JournalError

FORMAT = "1"
RESERVED = "mia."
"""How the metadata begin that the journal writes itself."""
COLUMNS = b"mia.columns"
"""Where the metadata hold the names of each strategy's columns."""
WORD = pa.dictionary(pa.int32(), pa.string())
"""A text of which there are few different ones."""


def _field(name: str, type_: pa.DataType, help_: str, unit: str = "", *, nullable: bool = False) -> pa.Field:
    return pa.field(name, type_, nullable=nullable, metadata={"unit": unit, "help": help_})


FIXED = (
    _field("id", pa.int64(), "the number of the evaluation in the run, from 1"),
    _field("ts", TIME, "when it was made", "ns"),
    _field("strategy", WORD, "whose it is"),
    _field("instrument_id", WORD, "what it is about"),
    _field("cause", WORD, "what asked for it: bar, trigger or order"),
    _field("side", pa.int8(), "+1 buy, -1 sell, 0 none"),
    _field("outcome", WORD, "none (no candidate), taken, blocked, rejected"),
    _field("reason", WORD, "the rule that blocked it, or the gate that rejected it"),
    _field("size", pa.int32(), "what it would trade", "contracts"),
    _field("price", pa.int64(), "middle or last price when it was made", "ticks", nullable=True),
    _field("entry", pa.int64(), "the limit of its entry; null: at the market", "ticks", nullable=True),
    _field("stop", pa.int64(), "where its stop lies", "ticks", nullable=True),
    _field("target", pa.int64(), "where its target lies", "ticks", nullable=True),
    _field("score", pa.float64(), "how much speaks for the side", nullable=True),
    _field("confidence", pa.float64(), "from 0 to 1", nullable=True),
    _field("tier", WORD, "its class of quality"),
    _field("until", TIME, "when it is left at the latest", "ns", nullable=True),
    _field("order_id", pa.string(), "how the client ids of its orders begin", nullable=True),
)
"""The columns that every journal has."""

GROUPS: tuple[tuple[str, str, pa.DataType, str, str], ...] = (
    ("v.", "features", pa.float64(), "", "the feature's value"),
    ("c.", "features", pa.float64(), "", "what the feature adds to the score"),
    ("ok.", "rules", pa.bool_(), "", "whether the rule lets it pass; null where it was not asked"),
    ("n.", "rules", pa.float64(), "", "the number the rule judged by"),
    ("s.", "steps", pa.float64(), "", "a step of the size: contracts, or what it is multiplied by"),
    ("age.", "inputs", pa.float64(), "s", "how old the input was"),
)
"""The columns that a strategy names: prefix, names, type, unit and meaning. Null is not known."""

SHADOWS = pa.schema(
    [
        _field("id", pa.int64(), "the decision that was not taken"),
        _field("ts_entry", TIME, "when it would have been filled; null: never", "ns", nullable=True),
        _field("entry", pa.int64(), "where it would have been filled", "ticks", nullable=True),
        _field("ts_exit", TIME, "when it would have been over", "ns"),
        _field("exit_ticks", pa.int64(), "where it would have been closed", "ticks", nullable=True),
        _field(
            "exit", WORD, "target, stop, time, open: the data ended, or not filled: a limit that nobody took"
        ),
        _field("r", pa.float64(), "result in units of |entry - stop|; null where that is 0", nullable=True),
        _field("mae", pa.int64(), "the furthest it went against the entry", "ticks", nullable=True),
        _field("mfe", pa.int64(), "the furthest it went for the entry", "ticks", nullable=True),
    ],
    metadata={"mia.table": "shadows", "mia.format": FORMAT},
)


def decisions_schema(
    columns: Mapping[str, JournalColumns], keep: str, metadata: Mapping[str, str]
) -> pa.Schema:
    """Return the schema of a run's decisions: the union over its strategies, whatever their order."""
    own = [key for key in metadata if key.startswith(RESERVED)]
    if own:
        raise JournalError(
            f"the metadata '{own[0]}' are the journal's own", f"do not begin with '{RESERVED}'"
        )
    ordered = dict(sorted(columns.items()))
    named = [
        _field(f"{prefix}{name}", type_, help_, unit, nullable=True)
        for prefix, kind, type_, unit, help_ in GROUPS
        for name in _union(getattr(one, kind) for one in ordered.values())
    ]
    ours = {
        "mia.table": "decisions",
        "mia.format": FORMAT,
        "mia.keep": keep,
        COLUMNS.decode(): json.dumps({name: asdict(one) for name, one in ordered.items()}),
    }
    return pa.schema([*FIXED, *named], metadata={**dict(sorted(metadata.items())), **ours})


def columns_in(schema: pa.Schema) -> dict[str, JournalColumns]:
    """Return the columns of each strategy that a journal's schema tells of."""
    told = json.loads(schema.metadata[COLUMNS])
    return {
        strategy: JournalColumns(**{kind: tuple(names) for kind, names in kinds.items()})
        for strategy, kinds in told.items()
    }


def own_names(columns: JournalColumns) -> list[str]:
    """Return the names of a strategy's own columns, in the order of a decision's tuples."""
    return [f"{prefix}{name}" for prefix, kind, *_ in GROUPS for name in getattr(columns, kind)]


def placing(
    columns: JournalColumns, schema: pa.Schema
) -> Callable[[tuple[object, ...]], tuple[object, ...]] | None:
    """Return what puts a strategy's own columns, a None behind them, at their places in a row.

    None when they already are: the strategy has all columns there are.
    """
    ours = [*schema.names[: len(FIXED)], *own_names(columns)]
    if ours == schema.names:
        return None
    places = {name: place for place, name in enumerate(ours)}
    return itemgetter(*(places.get(name, len(ours)) for name in schema.names))


def _union(names: Iterable[tuple[str, ...]]) -> list[str]:
    return list(dict.fromkeys(name for some in names for name in some))
