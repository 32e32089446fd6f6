"""Days that several processes draft make the catalog that one makes."""

import datetime as dt
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from mia_plugins.data.bars import bars_of
from mia_plugins.data.columns import quotes_of
from mia_plugins.data.files import Files
from mia_plugins.data.store import Store
from tests.market import DAY, ID, NEXT_DAY, ORIGIN, some_depth, some_trades, sound_store

DAYS = (DAY, NEXT_DAY)


def draft(files: Files, day: dt.date) -> dt.date:
    trades, depth = some_trades(day), some_depth(day)
    with Store.open(files).draft(day) as made:
        for columns in (trades, quotes_of(depth), depth, bars_of(trades)):
            made.write(ID, columns)
    return day


def test_two_processes_make_what_one_makes() -> None:
    sound_store("one", *DAYS)
    store = sound_store("two", with_data=False)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for day in pool.map(draft, [store.files] * 2, reversed(DAYS)):
            store.publish(day)
    one, two = Files("one"), Files("two")
    assert one.under() == two.under()
    assert all(one.read(path) == two.read(path) for path in one.under())
    assert Store.begin(two, ORIGIN).missing(DAYS) == []
