"""What the broker has and a session knows nothing of, both as processes: told, kept apart, and let go again."""

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from risk.catastrophe.monitor import TRIGGERS
from tests.by_hand import by_hand, called_off
from tests.live_session import Broker, Ended, Session, catalog_in, differences, is_flat

LONG_OUTAGE = 140.0
"""The machine's seconds: Nautilus by itself takes a cancel for done after two minutes without an answer."""


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with Broker(catalog_in(tmp_path / "catalog")) as broker:
        yield broker


def until(session: Session, holds: Callable[[str], object], seconds: float = 40.0) -> None:
    """Wait until something holds of what a session says."""
    end = time.monotonic() + seconds
    while not holds(session.said.read_text(encoding="utf-8")):
        assert time.monotonic() < end, session.said.read_text(encoding="utf-8")[-3_000:]
        time.sleep(0.05)


def levels(ended: Ended, who: str, what: str) -> list[str]:
    """Return how one kind of incident went on."""
    return [row["level"] for row in ended.rows("incidents") if (row["who"], row["what"]) == (who, what)]


def entered_after(broker: Broker) -> None:
    """Wait until something is executed that has not been."""
    before = len(broker.state()["executions"])
    broker.until(lambda books: len(books["executions"]) > before, "entries go on")


@pytest.mark.long
def test_an_order_of_somebody_else_stops_entries_for_as_long_as_it_works(
    broker: Broker, tmp_path: Path
) -> None:
    session = Session(tmp_path / "node", broker).start()
    broker.until(lambda books: books["executions"], "an execution")
    by_hand(broker, 1, order_type="LMT", lmt_price=5_000.0, tif="GTC")
    until(session, lambda said: '"reason": "disagreed"' in said)
    broker.until(lambda books: not books["positions"], "the last bracket comes to its end")
    before = len(broker.state()["executions"])
    time.sleep(2)
    assert len(broker.state()["executions"]) == before
    called_off(broker, 1)
    entered_after(broker)
    ended = session.end(signal.SIGTERM)
    assert ended.code == 0, ended.said
    assert levels(ended, "agreement", "foreign") == ["stop_entries", "clear"]
    assert [one for one in differences(broker.state(), ended) if "no order of the node" not in one] == []


@pytest.mark.long
def test_a_position_of_somebody_else_is_a_mismatch_until_it_is_gone(broker: Broker, tmp_path: Path) -> None:
    others = ", ".join(f"{name}: {{}}" for name in TRIGGERS if name != "position_mismatch")
    watched = f"catastrophe: {{every: 1, {others}}}"
    session = Session(tmp_path / "node", broker, own="lasts: 7200, away: 200", actors=watched).start()
    broker.until(lambda books: books["positions"], "a position")
    by_hand(broker, 1)
    until(session, lambda said: '"incident": "position_mismatch"' in said)
    by_hand(broker, 2, "SELL")
    until(session, lambda said: '"incident": "position_mismatch", "does": "clear"' in said)
    ended = session.end(signal.SIGTERM)
    assert ended.code == 0, ended.said
    assert levels(ended, "agreement", "position_mismatch") == ["stop_entries", "clear"]
    assert levels(ended, "catastrophe", "position_mismatch") == ["stop_entries", "clear"]
    assert not broker.state()["positions"]


@pytest.mark.long
def test_a_target_whose_cancel_was_lost_minutes_ago_does_not_work_on(broker: Broker, tmp_path: Path) -> None:
    session = Session(tmp_path / "node", broker, own="lasts: 300, away: 200").start()
    broker.until(lambda books: books["positions"], "a position")
    lost = {"message": "CancelOrderRequest"}
    broker.ask(do="restart", refuse=1_000_000, when=lost)
    broker.until(lambda books: books["fired"], "the line breaks as what is held is left")
    time.sleep(LONG_OUTAGE)
    broker.ask(do="restart", refuse=0)
    begun = time.monotonic()
    broker.until(is_flat, "what is held is left and nothing works", 90)
    print(f"after {LONG_OUTAGE:g} s without a line nothing was left in {time.monotonic() - begun:.1f} s")
    ended = session.end(signal.SIGTERM)
    assert ended.code == 0, ended.said
    assert differences(broker.state(), ended) == []
    assert not [row for row in ended.rows("incidents") if row["what"] == "stray_order"]
