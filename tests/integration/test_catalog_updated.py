"""A day that is whole is added to: what is written replaces its series, the rest stays, a kill leaves no half of it."""

from pathlib import Path

import numpy as np

from catalog.checks import problems
from mia_plugins.data.arrow import Kind
from mia_plugins.data.columns import Trades, rows_of
from mia_plugins.data.files import Files
from mia_plugins.data.store import Store
from tests.integration.test_catalog_interrupted import run
from tests.market import DAY, ES, ID, ORIGIN, some_trades, some_vix
from tests.unit.test_store import everything


def begun(uri: str) -> Store:
    """Return a catalog with trades of which the first hundred and the last are lacking."""
    store = Store.begin(Files(uri), ORIGIN)
    store.write_instruments([ES])
    if store.missing([DAY]):
        with store.draft(DAY) as draft:
            draft.write(ID, rows_of(some_trades(), slice(100, -1)))
        store.publish(DAY)
    return store


def add_all(store: Store) -> None:
    """Write the trades again, whole and with ids of their own, and a table beside them."""
    with store.update(DAY) as draft:
        draft.write(ID, some_trades(), ids=np.arange(7, 2_007))
        draft.write_table("vix", some_vix())
    store.publish(DAY)


def test_a_series_takes_the_place_of_the_one_that_was_there(here: Path) -> None:
    store = begun("cat")
    add_all(store)
    (found,) = store.read(Kind.TRADES, ID)
    assert isinstance(found, Trades)
    assert np.array_equal(found.ts, some_trades().ts)
    (file,) = store.data_files()
    (table,) = store.row_groups(file.path)
    assert table["trade_id"].to_pylist() == [str(number) for number in range(7, 2_007)]
    assert sorted(store.files_of(DAY).values()) == [100, 2_000]
    assert len(list((here / "cat/data/trades").rglob("*.parquet"))) == 1
    before = everything(here / "cat")
    Store.begin(Files("cat"), ORIGIN)
    assert everything(here / "cat") == before


def test_what_is_not_written_stays() -> None:
    store = begun("cat")
    before = list(problems(store))
    with store.update(DAY) as draft:
        draft.write_table("vix", some_vix())
    store.publish(DAY)
    assert sorted(store.files_of(DAY).values()) == [100, 1_899]
    assert list(problems(store)) == before


def test_what_is_forgotten_is_not_published() -> None:
    store = begun("cat")
    with store.update(DAY) as draft:
        draft.write(ID, some_trades())
        assert not draft.is_empty
        draft.forget(Kind.TRADES, ID)
        assert draft.is_empty
        draft.write_table("vix", some_vix())
    store.publish(DAY)
    assert sum(map(len, store.read(Kind.TRADES, ID))) == 1_899


KILLED_AT_EVERY_STEP = """
import os, signal
from itertools import count
import nautilus_trader.persistence
from mia_plugins.data.files import Files
from tests.integration.test_catalog_updated import add_all, begun

def killed_at(number):
    store = begun(f"cat{number}")
    left = iter(range(number))
    for name in ("create", "move", "delete", "delete_folder"):
        def step(*arguments, whole=getattr(Files, name)):
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)
            return whole(*arguments)
        setattr(Files, name, step)
    add_all(store)

for number in count():
    child = os.fork()
    if not child:
        killed_at(number)
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
print(number)
"""


def test_a_kill_at_any_step_leaves_the_day_as_it_was_or_as_it_is_to_be(here: Path) -> None:
    begun("before")
    add_all(begun("after"))
    before, after = everything(here / "before"), everything(here / "after")
    steps = int(run(KILLED_AT_EVERY_STEP))
    assert steps > 8
    for number in range(steps):
        begun(f"cat{number}")
        assert everything(here / f"cat{number}") in (before, after), number
        add_all(Store.begin(Files(f"cat{number}"), ORIGIN))
        assert everything(here / f"cat{number}") == after, number
