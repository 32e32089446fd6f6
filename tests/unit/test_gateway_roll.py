"""A catalog of several contracts of a product: each is played while it has the most data, and prices go on."""

import datetime as dt

import pytest

from gateway.market.legs import legs_of
from gateway.market.listing import SPX_ID
from gateway.market.market import Market
from gateway.market.replay import Replay
from gateway.market.updates import BookUpdate
from mia_plugins.data.catalog import Catalog
from mia_plugins.data.columns import quotes_of
from mia_plugins.data.files import Files
from mia_plugins.data.instruments import lead_contract
from mia_plugins.data.sessions import session_on
from mia_plugins.data.store import Store
from tests.gateway import BID, DAY, book, options
from tests.market import ORIGIN, some_depth, some_trades

BEFORE, ROLL, AFTER = dt.date(2026, 6, 9), dt.date(2026, 6, 10), dt.date(2026, 6, 11)
JUNE, SEPTEMBER = lead_contract("ES", BEFORE), lead_contract("ES", ROLL)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Return one in which both months trade on all days, and lead in turn."""
    folder = Files(str(tmp_path_factory.mktemp("roll") / "catalog"))
    store = Store.begin(folder, ORIGIN)
    store.write_instruments([JUNE, SEPTEMBER])
    for day in (BEFORE, ROLL, AFTER):
        with store.draft(day) as draft:
            for contract in (JUNE, SEPTEMBER):
                count = 2_000 if contract == lead_contract("ES", day) else 200
                depth = some_depth(day, count, seed=count)
                for columns in (some_trades(day, count), quotes_of(depth), depth):
                    draft.write(contract.instrument_id, columns)
        store.publish(day)
    return Catalog.open(folder)


def test_the_month_that_leads_is_played(catalog: Catalog) -> None:
    june, september = legs_of(catalog)["ES"]
    assert (june.contract, september.contract) == (JUNE, SEPTEMBER)
    assert june.end == september.start == session_on(ROLL).open
    replay = Replay(catalog)
    assert replay.instrument("ES", june.end - 1) == JUNE.instrument_id
    assert replay.instrument("ES", june.end) == SEPTEMBER.instrument_id


@pytest.mark.parametrize(("start", "leads"), [(BEFORE, [0, 1]), (AFTER, [0])])
def test_each_book_says_how_often_the_lead_was_handed_on(
    catalog: Catalog, start: dt.date, leads: list[int]
) -> None:
    begin = session_on(start).open + 10**9
    books = [one for one in Replay(catalog).updates(begin) if isinstance(one, BookUpdate)]
    assert sorted({one.lead for one in books}) == leads
    assert [one.ts for one in books] == sorted(one.ts for one in books)
    assert all((one.ts >= session_on(ROLL).open) == (one.lead == 1) for one in books) or leads == [0]
    assert sum(one.lead == leads[-1] for one in books) > 2_000 - 10  # only the month that leads


def test_months_and_the_index_stand_where_they_stood_when_the_lead_is_handed_on() -> None:
    market = Market(("ES",), DAY, options(6_000.0))
    first, second, *_ = (one for one in market.listings if one.symbol == "ES")
    market.apply(BookUpdate(0, "ES", book(BID)))
    before, index = market.book(first).bid, market.value(market.listings[SPX_ID])
    assert market.book(second) != book(BID)
    market.apply(BookUpdate(1, "ES", book(BID + 180), lead=1))
    assert market.book(second).bid == book(BID + 180).bid
    assert market.book(first).bid == before
    assert market.value(market.listings[SPX_ID]) == index
    market.apply(BookUpdate(2, "ES", book(BID + 184), lead=1))
    assert market.book(first).bid == book(BID + 4).bid
    assert market.value(market.listings[SPX_ID]) == index + 1 if index else False
