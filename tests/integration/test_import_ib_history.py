"""History from a real gateway process into a catalog: what it plays comes back, and what it refuses is said."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from catalog.formats.ib_history.asking import Asking
from catalog.formats.ib_history.client import Ask, Rows
from catalog.formats.ib_history.importer import IbHistoryImporter
from gateway.faults.remote import Remote
from gateway.market.days import session_from
from mia_plugins.data.arrow import Kind
from mia_plugins.data.bars import MINUTE, bars_of
from mia_plugins.data.errors import CatalogError
from mia_plugins.data.instruments import lead_contract
from mia_plugins.data.sessions import NS
from mia_plugins.errors import MiaError
from tests.importing import bring, held, tuples
from tests.integration.test_gateway_node import Running
from tests.market import some_quotes, some_trades, sound_store

PAST = 16 * 60 * MINUTE
"""ns: the market begins to play at 9:30, so what it has from 18:00 on is the past."""


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("gateway") / "played"
    sound_store(str(folder))
    running = Running(folder, "--pace", "1", "--no-paced-history")
    yield running
    running.end()


@pytest.fixture(autouse=True)
def no_faults(gateway: Running) -> Iterator[None]:
    yield
    with Remote(gateway.control) as remote:
        remote.ask(do="disarm")


def days() -> tuple[Any, Any]:
    now = time.time_ns()
    return session_from(now - PAST).day, session_from(now).day


def contract() -> Any:
    return lead_contract("ES", days()[1])


def request(gateway: Running, **said: object) -> bytes:
    first, last = days()
    fields = {
        "contract": contract().symbol,
        "kind": "bars",
        "first": first,
        "last": last,
        "port": gateway.port,
        "pause": 0,
        "wait": 0.05,
        **said,
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items()).encode()


def refuse(gateway: Running, message: str, code: int, text: str) -> None:
    with Remote(gateway.control) as remote:
        remote.ask(do="reject", code=code, text=text, when={"message": message})


def same(found: list[tuple[Any, ...]], expected: list[tuple[Any, ...]]) -> None:
    """Hold rows against those played: all the same, but for a time that is whole minutes away."""
    assert [row[1:] for row in found] == [row[1:] for row in expected]
    away = {one[0] - other[0] for one, other in zip(found, expected, strict=True)}
    assert len(away) == 1
    assert away.pop() % MINUTE == 0


def to_the_second(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return rows as the protocol has their times: of a second it is known once it is over."""
    return [(row[0] // NS * NS + NS - 1, *row[1:]) for row in rows]


def test_trades_are_those_played_page_after_page(gateway: Running) -> None:
    quality = bring(IbHistoryImporter, "trades.yaml", request(gateway, kind="trades"))
    found = held(Kind.TRADES, contract().instrument_id)
    assert len(found) == quality.written > 1_300  # more than the thousand of a page
    expected = to_the_second(tuples(some_trades())[: len(found)])
    same([row[:3] for row in found], [row[:3] for row in expected])
    assert {row[3] for row in found} == {0}


def test_quotes_are_those_played(gateway: Running) -> None:
    bring(IbHistoryImporter, "quotes.yaml", request(gateway, kind="quotes"))
    found = held(Kind.QUOTES, contract().instrument_id)
    assert len(found) > 1_300
    same(found, to_the_second(tuples(some_quotes())[: len(found)]))


def test_bars_are_stamped_at_their_close_and_come_once(gateway: Running) -> None:
    quality = bring(IbHistoryImporter, "bars.yaml", request(gateway))
    found = held(Kind.BARS, contract().instrument_id)
    assert quality.read == quality.written + sum(quality.rejected.values())
    same(found, tuples(bars_of(some_trades()))[: len(found)])
    assert 0 < time.time_ns() - found[-1][0] < 3 * MINUTE
    again = bring(IbHistoryImporter, "bars.yaml", request(gateway))
    assert again.written <= 2  # minutes that have passed meanwhile
    assert held(Kind.BARS, contract().instrument_id)[: len(found)] == found


@pytest.mark.parametrize("message", ["HistoricalDataRequest", "HistoricalTicksRequest"])
def test_what_was_asked_too_soon_is_asked_again(gateway: Running, message: str) -> None:
    refuse(gateway, message, 162, "API historical data query pacing violation")
    quality = bring(IbHistoryImporter, "trades.yaml", request(gateway, kind="trades"))
    assert quality.written > 1_300
    assert quality.flagged["wait for the broker, as too much was asked"] >= 1


@pytest.mark.parametrize(
    ("code", "text"),
    [(162, "No market data permissions for CME FUT"), (354, "Requested market data is not subscribed")],
)
def test_an_account_without_market_data_is_named(gateway: Running, code: int, text: str) -> None:
    refuse(gateway, "HistoricalDataRequest", code, text)
    with pytest.raises(MiaError, match=f"the account has no market data of {contract().symbol}: .*{text}"):
        bring(IbHistoryImporter, "trades.yaml", request(gateway, kind="trades"))


def test_a_client_id_in_use_is_named(gateway: Running) -> None:
    refuse(gateway, "StartApiRequest", 326, "client id is already in use")
    with pytest.raises(MiaError, match="it hung up on client id 77") as told:
        bring(IbHistoryImporter, "bars.yaml", request(gateway))
    assert "client_id" in told.value.remedy


def test_a_contract_that_is_not_listed_is_named(gateway: Running) -> None:
    with pytest.raises(MiaError, match="it knows no contract ESM8"):
        bring(IbHistoryImporter, "bars.yaml", request(gateway, contract="ESM28"))


def test_a_gateway_that_is_not_there_is_named(gateway: Running) -> None:
    with pytest.raises(MiaError, match=r"127\.0\.0\.1:1: no gateway is there"):
        bring(IbHistoryImporter, "bars.yaml", request(gateway, port=1))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"contract": "ES"}, "should name the month"),
        ({"kind": "candles"}, "kind"),
        ({"last": "2020-01-01"}, "last should be first or later"),
        ({"first": "2037-06-01", "last": "2037-06-02"}, "has begun"),
    ],
)
def test_a_request_that_cannot_be_is_refused(gateway: Running, said: dict[str, object], words: str) -> None:
    with pytest.raises(MiaError) as told:
        bring(IbHistoryImporter, "bars.yaml", request(gateway, **said))
    assert words in f"{told.value} {told.value.detail}"


def test_an_import_that_is_interrupted_leaves_nothing_half_and_goes_on(
    gateway: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = iter(range(9))
    ask = Asking.ask

    def interrupted(self: Asking, wanted: Ask) -> Rows | None:
        if next(asked):
            raise KeyboardInterrupt
        return ask(self, wanted)

    with monkeypatch.context() as patch:
        patch.setattr(Asking, "ask", interrupted)
        with pytest.raises(KeyboardInterrupt):
            bring(IbHistoryImporter, "trades.yaml", request(gateway, kind="trades"))
    with pytest.raises(CatalogError, match="no whole day yet"):
        held(Kind.TRADES, contract().instrument_id)
    assert bring(IbHistoryImporter, "trades.yaml", request(gateway, kind="trades")).written > 1_300
