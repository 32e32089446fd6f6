"""Why each trade was taken, in a line: what its decision measured, and where stop and target lay."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mia_plugins.reports.numbers import plain
from mia_plugins.reports.view import RunView
from mia_plugins.statistics.figures import Floats, Ints
from mia_plugins.statistics.sources import real

_MOST = 6
"""Features that are named."""


@dataclass(frozen=True)
class Reasons:
    """What was decided about some trades; each has an entry a trade."""

    target: Floats
    """Ticks; nan where there is none."""
    texts: list[str]


def reasons_of(run: RunView, decisions: Ints) -> Reasons:
    """Return the reasons of the trades that came of some decisions; empty ones where they are not known."""
    names = run.sources.names("decisions")
    features = [name for name in names if name.startswith(("v.", "c."))]
    plain_names = [name for name in ("score", "confidence", "tier", "target") if name in names]
    wanted = pa.array(decisions)
    parts = [
        batch.filter(pc.is_in(batch["id"], wanted))
        for batch in run.sources.batches("decisions", ["id", *plain_names, *features])
    ]
    if not parts or not len(decisions):
        return Reasons(np.full(len(decisions), np.nan), [""] * len(decisions))
    table = pa.Table.from_batches(parts)
    rows = table.take(pc.index_in(wanted, table["id"].combine_chunks()))
    columns = {name: rows[name].to_pylist() for name in rows.column_names}
    return Reasons(
        real(rows["target"].combine_chunks()),
        [_text({name: column[at] for name, column in columns.items()}) for at in range(len(decisions))],
    )


def _text(row: dict[str, Any]) -> str:
    told = [f"{name} {plain(row[name])}" for name in ("score", "confidence") if row.get(name) is not None]
    if row.get("tier"):
        told.append(f"tier {row['tier']}")
    known = [name[2:] for name in row if name.startswith("v.") and row[name] is not None]
    known.sort(key=lambda name: -abs(row.get(f"c.{name}") or 0))
    told += [_feature(name, row) for name in known[:_MOST]]
    if len(known) > _MOST:
        told.append(f"and {len(known) - _MOST} more")
    return ", ".join(told)


def _feature(name: str, row: dict[str, Any]) -> str:
    added = row.get(f"c.{name}")
    return f"{name} {plain(row[f'v.{name}'])}" + (
        f" ({plain(added, signed=True)})" if added is not None else ""
    )
