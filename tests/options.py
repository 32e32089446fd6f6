"""Option chains and levels that read like tables."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from indicators.options.chain import Chain, chain_of
from mia_plugins.data.sessions import utc_ns
from mia_plugins.data.tables import LEVELS, OPTION_CHAINS

DAY = dt.date(2026, 6, 2)
"""A Tuesday."""
AS_OF = utc_ns(DAY, dt.time(10))
"""Six hours before the day's options settle."""
TOMORROW, MONTHLY = dt.date(2026, 6, 3), dt.date(2026, 6, 18)

ROW = {
    "underlying": "SPX",
    "expiry": TOMORROW,
    "spot": 6000.0,
    "bid": 9.0,
    "ask": 11.0,
    "iv": 0.15,
    "delta": None,
    "gamma": None,
    "open_interest": 1000,
    "volume": 100,
    "root": None,
}


def row(strike: float, kind: str, **others: Any) -> dict[str, Any]:
    """Return a row: its strike in points, `call` or `put`, and what differs from a usual one."""
    return {**ROW, "strike": strike, "is_call": kind == "call", **others}


def table(*rows: dict[str, Any], as_of: int = AS_OF) -> pa.Table:
    """Return rows as the table `option_chains`."""
    stamped = [{"ts_event": as_of, "ts_init": as_of, **one} for one in rows]
    columns = {name: [one[name] for one in stamped] for name in OPTION_CHAINS.names}
    arrays = [pa.array(columns[field.name], field.type) for field in OPTION_CHAINS]
    return pa.Table.from_arrays(arrays, names=OPTION_CHAINS.names)


def chain(*rows: dict[str, Any], as_of: int = AS_OF) -> Chain:
    """Return rows as a chain."""
    made = chain_of(table(*rows, as_of=as_of), rows[0]["underlying"])
    assert made is not None
    return made


def full_chain(seed: int, strikes: int = 41, expiries: Sequence[dt.date] = (DAY, TOMORROW, MONTHLY)) -> Chain:
    """Return a chain with random volatilities and open interest around a spot of 6000."""
    rng = np.random.default_rng(seed)
    spot = 6000 + float(rng.integers(-20, 21)) / 4
    grid = [5900 + 5.0 * i for i in range(strikes)]
    return chain(
        *(
            row(
                strike,
                kind,
                expiry=expiry,
                spot=spot,
                iv=float(rng.uniform(0.08, 0.4)),
                open_interest=int(rng.integers(0, 3000)),
                volume=int(rng.integers(0, 1000)),
            )
            for expiry in expiries
            for strike in grid
            for kind in ("call", "put")
        )
    )


def levels_table(
    named: dict[str, float | None],
    as_of: int = AS_OF,
    known_at: int | None = None,
    underlying: str = "ES",
    source: str = "MenthorQ",
) -> pa.Table:
    """Return named prices as the table `levels`."""
    rows = len(named)
    columns = {
        "ts_event": [as_of] * rows,
        "ts_init": [as_of if known_at is None else known_at] * rows,
        "underlying": [underlying] * rows,
        "name": list(named),
        "price": list(named.values()),
        "source": [source] * rows,
    }
    return pa.Table.from_arrays(
        [pa.array(columns[field.name], field.type) for field in LEVELS], names=LEVELS.names
    )
