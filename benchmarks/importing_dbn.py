"""How fast Databento's files come in, beside Databento's own package and beside a bare write.

uv run python benchmarks/importing_dbn.py

Target: trades, from file to catalog, at .5 or more of the speed at which the package databento-dbn decodes
them to a frame and we write that frame. The second reference decodes nothing: numpy reads the bytes as they
are, which is as fast as a decoder can be. Seconds are of the processor, as others may be at work.
"""

import datetime as dt
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import databento_dbn as dbn
import numpy as np
import pandas as pd

from catalog.formats.dbn.importer import DbnImporter, DbnSettings
from catalog.formats.dbn.layout import RType, layouts
from catalog.imports.importing import ORIGIN, import_file
from mia_plugins.data.columns import Trades
from mia_plugins.data.files import Files
from mia_plugins.data.sessions import session_on
from mia_plugins.data.store import Store
from mia_plugins.importing import Source

DAY = dt.date(2026, 6, 2)
NUMBER, CONTRACT = 4916, "ESM6.XCME"
TICK = 250_000_000
TRADES, ORDERS, BOOKS = 1_000_000, 1_000_000, 200_000


def head(schema: str) -> bytes:
    """Return the head of a file."""
    options: Any = {"stype_in": dbn.SType.RAW_SYMBOL, "stype_out": dbn.SType.INSTRUMENT_ID}
    return dbn.Metadata(dataset="GLBX.MDP3", start=0, schema=dbn.Schema.from_str(schema), **options).encode()


def records(rtype: RType, count: int) -> np.ndarray:
    """Return records of a kind, spread over a session."""
    rng, session = np.random.default_rng(7), session_on(DAY)
    layout = layouts(3, ts_out=False)[rtype]
    raw = np.zeros((count, layout.itemsize), np.uint8)
    raw[:, 0], raw[:, 1] = layout.itemsize // 4, rtype
    found = raw.view(layout).ravel()
    found["instrument"] = NUMBER
    found["ts_recv"] = found["ts_event"] = np.sort(rng.integers(session.open, session.close, count))
    found["price"] = (24_000 + np.cumsum(rng.integers(-1, 2, count)) % 400) * TICK
    found["size"] = rng.integers(1, 20, count)
    found["side"] = rng.choice(np.frombuffer(b"AB", np.uint8), count)
    found["sequence"] = np.arange(count) // 3
    found["action"], found["flags"] = ord("T"), 128
    return found


def orders() -> np.ndarray:
    """Return orders that come, change and go: at most a thousand rest at a time."""
    found = records(RType.MBO, ORDERS)
    number = np.arange(ORDERS)
    found["order"] = number // 2 % 1_000 + number // 2_000 * 1_000
    half = number % 2_000 < 1_000
    found["order"] = np.where(half, number, number - 1_000)
    found["action"] = np.where(half, ord("A"), ord("C"))
    found["side"] = np.where(found["order"] % 2, ord("A"), ord("B"))
    found["price"] = (24_000 + np.where(found["order"] % 2, 1, -1) * (found["order"] % 37 + 1)) * TICK
    found["size"] = 5
    return found


def books() -> np.ndarray:
    """Return books of ten levels that wander."""
    found = records(RType.MBP_10, BOOKS)
    found["action"] = ord("A")
    levels, best = found["levels"], found["price"]
    rng = np.random.default_rng(8)
    for rank in range(10):
        levels["bid"][:, rank], levels["ask"][:, rank] = best - rank * TICK, best + (1 + rank) * TICK
        for name in ("bid_size", "ask_size", "bids", "asks"):
            levels[name][:, rank] = rng.integers(1, 90, BOOKS)
    return found


def timed(work: Callable[[], object]) -> float:
    """Return the processor's seconds that something takes."""
    started = time.process_time()
    work()
    return time.process_time() - started


def imported(path: Path, catalog: str) -> None:
    """Bring a file into a catalog."""
    settings = DbnSettings(symbols={NUMBER: "ESM6"})
    import_file(Files(catalog), DbnImporter(settings), Source(path))


def write(frame: pd.DataFrame, catalog: str) -> None:
    """Write a frame of trades into a catalog."""
    store = Store.begin(Files(catalog), ORIGIN)
    side = (frame["side"] == "B").astype(np.int8) - (frame["side"] == "A").astype(np.int8)
    ts, ticks = frame["ts_recv"].to_numpy(np.int64), frame["price"].to_numpy(np.int64) // TICK
    with store.draft(DAY) as draft:
        lots = frame["size"].to_numpy(np.int64)
        draft.write(CONTRACT, Trades(ts, ticks, lots, side.to_numpy().astype(np.int8)))
    store.publish(DAY)


def decoded(path: Path) -> pd.DataFrame:
    """Return trades as databento-dbn's records, in a frame."""
    decoder = dbn.DBNDecoder()
    decoder.write(path.read_bytes())
    told: list[Any] = decoder.decode()[1:]
    return pd.DataFrame(
        {
            "ts_recv": [one.ts_recv for one in told],
            "price": [one.price for one in told],
            "size": [one.size for one in told],
            "side": [str(one.side) for one in told],
            "sequence": [one.sequence for one in told],
        }
    )


def mapped(path: Path) -> pd.DataFrame:
    """Return trades as numpy sees them in the file, in a frame."""
    raw = np.frombuffer(path.read_bytes()[len(head("trades")) :], layouts(3, ts_out=False)[RType.TRADE])
    frame = pd.DataFrame({name: raw[name] for name in ("ts_recv", "price", "size", "sequence")})
    return frame.assign(side=np.where(raw["side"] == ord("B"), "B", "A"))


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        files = {"trades": records(RType.TRADE, TRADES), "mbo": orders(), "mbp-10": books()}
        paths = {schema: Path(folder) / f"{schema}.dbn" for schema in files}
        for schema, found in files.items():
            paths[schema].write_bytes(head(schema) + found.tobytes())
            paths[schema].with_suffix(".small").write_bytes(head(schema) + found[:1000].tobytes())
            imported(paths[schema].with_suffix(".small"), f"{folder}/warm {schema}")
        ours = {
            schema: timed(lambda schema=schema: imported(paths[schema], f"{folder}/{schema}"))  # type: ignore[misc]
            for schema in files
        }
        theirs = timed(lambda: write(decoded(paths["trades"]), f"{folder}/theirs"))
        bare = timed(lambda: write(mapped(paths["trades"]), f"{folder}/bare"))
        for schema, seconds in ours.items():
            count = len(files[schema])
            print(f"{schema}: {count:,} records in {seconds:.2f} s: {count / seconds / 1e6:.2f} M records/s")
        for name, seconds in (("databento-dbn to a frame", theirs), ("the bytes as they are", bare)):
            print(f"trades, {name} and our write: {seconds:.2f} s; ratio {seconds / ours['trades']:.2f}")


if __name__ == "__main__":
    main()
