"""What the gateway tells of a catalog's past: the same bars as made by hand, at the times clients live in."""

import asyncio
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from gateway.desk.gateway import Gateway
from gateway.desk.history import SIZES, Wanted, seconds_of, span_of
from gateway.desk.pacing import ALIKE_WITHIN, MOST, MOST_ALIKE, SAME_WITHIN, WITHIN, Pacing
from gateway.desk.reading import RequestError
from gateway.market.listing import Listing
from gateway.running import Asked, gateway_of
from gateway.server import GatewayError, Server
from gateway.wire import ib_pb2 as ib
from mia_plugins.data.errors import CatalogError
from mia_plugins.data.sessions import NS, RTH_OPEN, utc_ns
from tests.gateway import NOON, Client, contract
from tests.market import DAY, some_depth, some_trades, sound_store

OPENING = utc_ns(DAY, RTH_OPEN)
"""When the catalog's market begins to play; clients are told it is NOON."""


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("history") / "catalog"
    sound_store(str(folder))
    return str(folder)


@pytest.fixture
def gateway(catalog: str) -> Gateway:
    made = gateway_of(Asked(catalog, port=0), lambda: NOON)
    made.open()
    return made


def front(gateway: Gateway) -> Listing:
    return next(iter(gateway.market.listings))


def wanted(gateway: Gateway, size: str, hours: int, what: str = "TRADES") -> Wanted:
    return Wanted(front(gateway), what, SIZES[size], NOON, hours * 3_600, is_regular=False, as_epoch=True)


def by_hand(ts: np.ndarray, prices: np.ndarray, seconds: int, hours: int) -> dict[int, tuple[float, ...]]:
    """Return open, high, low, close of each bar, by its start: made of ticks one by one."""
    bars: dict[int, list[float]] = {}
    for at, price in zip((ts - OPENING + NOON).tolist(), prices.tolist(), strict=True):
        if NOON - hours * 3_600 * NS <= at <= NOON:
            bars.setdefault(at // NS // seconds * seconds, []).append(price / 4)
    return {start: (p[0], max(p), min(p), p[-1]) for start, p in bars.items()}


@pytest.mark.parametrize("size", ["30 secs", "1 min", "5 mins", "1 hour"])
def test_bars_are_those_of_the_trades(gateway: Gateway, size: str) -> None:
    trades = some_trades()
    expected = by_hand(trades.ts, trades.ticks, SIZES[size], 3)
    bars = gateway.history.bars(wanted(gateway, size, 3))
    found = {int(bar.date): (bar.open, bar.high, bar.low, bar.close) for bar in bars}
    first = min(expected)  # bars of a minute know their first only as a whole
    assert {k: v for k, v in found.items() if k > first} == {k: v for k, v in expected.items() if k > first}
    assert list(found) == sorted(found)


@pytest.mark.parametrize("what", ["BID", "ASK", "MIDPOINT"])
def test_bars_of_quotes_are_those_of_the_book(gateway: Gateway, what: str) -> None:
    depth = some_depth()
    bid, ask = depth.bid_ticks[:, 0], depth.ask_ticks[:, 0]
    prices = {"BID": bid, "ASK": ask, "MIDPOINT": (bid + ask) / 2}[what]
    expected = by_hand(depth.ts, prices, 60, 2)
    found = {
        int(bar.date): (bar.open, bar.high, bar.low, bar.close)
        for bar in gateway.history.bars(wanted(gateway, "1 min", 2, what))
    }
    assert found == expected


def test_history_ends_now_and_its_volume_is_what_was_traded(gateway: Gateway) -> None:
    trades = some_trades()
    before = (trades.ts <= OPENING) & (trades.ts >= OPENING - 2 * 3_600 * NS)
    ticks = gateway.history.trades(front(gateway), (NOON - 2 * 3_600 * NS, NOON))
    assert len(ticks) == before.sum()
    assert sum(int(tick.size) for tick in ticks) == trades.lots[before].sum()
    assert max(tick.time for tick in ticks) <= NOON // NS


def test_a_later_month_has_the_history_of_its_carry(gateway: Gateway) -> None:
    listed = list(gateway.market.listings)
    first, later = (
        gateway.history.bars(Wanted(one, "TRADES", 60, NOON, 3_600, is_regular=False, as_epoch=True))
        for one in listed[:2]
    )
    assert {round(b.close - a.close, 4) for a, b in zip(first, later, strict=True)} == {
        gateway.market.shift(listed[1]) / 4
    }


def asked(catalog: str, *requests: object) -> Client:
    """Return a client that has asked something of a gateway that plays the catalog."""

    async def tell() -> Client:
        gateway = gateway_of(Asked(catalog, port=0, cash=Decimal(1_000_000)), lambda: NOON)
        server = Server(gateway)
        port = await server.listen(0)
        gateway.open()
        client = Client(*await asyncio.open_connection("127.0.0.1", port))
        await client.greet(b"v213..225")
        await client.ask(ib.StartApiRequest(client_id=1))
        client.forget()
        await client.ask(*requests)  # type: ignore[arg-type]
        client.close()
        await server.close()
        return client

    return asyncio.run(asyncio.wait_for(tell(), 20))


def history(number: int = 1, **said: object) -> ib.HistoricalDataRequest:
    fields: dict[str, object] = {
        "duration": "3600 S",
        "bar_size_setting": "5 mins",
        "what_to_show": "TRADES",
        "format_date": 2,
        **said,
    }
    named = fields.pop("contract", None) or contract(symbol="ES", sec_type="CONTFUT")
    return ib.HistoricalDataRequest(req_id=number, contract=named, **fields)  # type: ignore[arg-type]


def test_a_client_is_told_bars_and_where_they_end(catalog: str) -> None:
    client = asked(catalog, history(), history(2, format_date=1, bar_size_setting="1 day"))
    bars, days = client.all(ib.HistoricalData)
    assert len(bars.historical_data_bars) == 12  # in the one that has just begun nothing traded
    assert client.all(ib.HistoricalDataEnd)[0].end_date_str == "20261120 17:00:00 UTC"
    assert client.all(ib.HistoricalDataEnd)[0].start_date_str == "20261120 16:00:00 UTC"
    assert [bar.date for bar in days.historical_data_bars] == ["20261120"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"bar_size_setting": "7 mins"}, 321),
        ({"duration": "an hour"}, 321),
        ({"duration": "0 S"}, 321),
        ({"what_to_show": "GREEKS"}, 321),
        ({"end_date_time": "yesterday"}, 321),
        ({"end_date_time": "20261120 17:00:00 Mars/Crater"}, 321),
        ({"end_date_time": "20200101 17:00:00 UTC"}, 162),
        ({"contract": ib.Contract(symbol="YM")}, 200),
    ],
)
def test_history_that_cannot_be_is_refused(catalog: str, said: dict[str, object], code: int) -> None:
    client = asked(catalog, history(5, **said))
    assert [(one.id, one.error_code) for one in client.all(ib.ErrorMessage)] == [(5, code)]


def test_ticks_are_the_last_or_the_first_of_their_span(catalog: str) -> None:
    one = contract(symbol="ES", sec_type="CONTFUT")
    common = {"contract": one, "number_of_ticks": 5, "what_to_show": "TRADES"}
    client = asked(
        catalog,
        ib.HistoricalTicksRequest(req_id=1, end_date_time="20261120-17:00:00", **common),  # type: ignore[arg-type]
        ib.HistoricalTicksRequest(req_id=2, start_date_time="20261120 16:00:00 UTC", **common),  # type: ignore[arg-type]
        ib.HistoricalTicksRequest(req_id=3, **common),  # type: ignore[arg-type]
        ib.HistoricalTicksRequest(
            req_id=4,
            contract=one,
            end_date_time="20261120-17:00:00",
            what_to_show="BID_ASK",
            number_of_ticks=3,
        ),
        ib.HistoricalTicksRequest(
            req_id=5,
            contract=one,
            end_date_time="20261120-16:59:00",
            what_to_show="MIDPOINT",
            number_of_ticks=3,
        ),
        ib.HeadTimestampRequest(req_id=6, contract=one, what_to_show="TRADES", format_date=1),
    )
    last, first = (list(message.historical_ticks_last) for message in client.all(ib.HistoricalTicksLast))
    at = NOON // NS
    assert [len(last), len(first)] == [5, 5]
    assert all(at - 300 < tick.time <= at for tick in last)
    assert all(at - 3_600 <= tick.time < at - 3_300 for tick in first)
    assert client.errors() == [321]
    assert len(client.last(ib.HistoricalTicksBidAsk).historical_ticks_bid_ask) == 3
    assert len(client.last(ib.HistoricalTicks).historical_ticks) == 3
    assert client.last(ib.HeadTimestamp).head_timestamp.startswith("20261120-01:30:")


def test_the_same_history_twice_is_too_soon(catalog: str) -> None:
    client = asked(catalog, history(1), history(2), history(3, duration="7200 S"))
    assert [(one.id, one.error_code) for one in client.all(ib.ErrorMessage)] == [(2, 162)]
    assert "the same request within 15 seconds" in client.last(ib.ErrorMessage).error_msg


def test_pacing_is_by_three_rules() -> None:
    pacing = Pacing()
    assert pacing.violates("a", "ES", 0) == ""
    assert "same" in pacing.violates("a", "ES", SAME_WITHIN - 1)
    assert pacing.violates("a", "ES", 2 * SAME_WITHIN) == ""
    now = 10 * WITHIN
    told = [pacing.violates(n, "ES", now) for n in range(MOST_ALIKE + 1)]
    assert told[:-1] == [""] * MOST_ALIKE
    assert "for one contract" in told[-1]
    now += WITHIN
    told = [pacing.violates(n, "ES", now + n * ALIKE_WITHIN) for n in range(MOST + 1)]
    assert told[:-1] == [""] * MOST
    assert "ten minutes" in told[-1]
    assert pacing.violates("b", "ES", now + 2 * WITHIN) == ""
    pacing.is_on = False
    assert pacing.violates("b", "ES", now + 2 * WITHIN) == ""


@pytest.mark.parametrize("size", SIZES)
def test_each_size_of_bars_is_known(size: str) -> None:
    assert seconds_of(size) == SIZES[size]


def test_spans_are_read() -> None:
    assert [span_of(text) for text in ("1800 S", "2 D", "1 W", "1Y")] == [1_800, 172_800, 604_800, 31_536_000]
    with pytest.raises(RequestError):
        span_of("5 min")


def test_a_market_begins_within_its_catalog(catalog: str) -> None:
    with pytest.raises(GatewayError, match="does not hold"):
        gateway_of(Asked(catalog, port=0, start=NOON))
    with pytest.raises(CatalogError, match="no catalog"):
        gateway_of(Asked(str(Path(catalog) / "nowhere"), port=0))
