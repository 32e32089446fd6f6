"""A product's contracts as one series: who leads, when it rolls, and what prices become."""

import csv
import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest

from catalog.continuous import Adjust, By, Roll, Traded, leaders, offsets, rolls
from mia_plugins.cli import main
from mia_plugins.data.bars import MINUTE
from mia_plugins.data.columns import Bars
from mia_plugins.data.errors import CatalogError
from mia_plugins.data.files import Files
from mia_plugins.data.instruments import Contract
from mia_plugins.data.sessions import sessions
from mia_plugins.data.store import Store
from mia_plugins.units import Ticks
from tests.market import ORIGIN

JUNE, SEPTEMBER = Contract(2026, 6, "ES"), Contract(2026, 9, "ES")
DAYS = [one.day for one in sessions(dt.date(2026, 6, 8), dt.date(2026, 6, 15))]
SHARES = (1, 2, 5, 12, 40, 90)
"""Per cent of the volume that September has on each of the days."""
GAP = 80
"""Ticks that September is above June."""


def traded_on(shares: tuple[int, ...] = SHARES) -> dict[dt.date, dict[Contract, Traded]]:
    return {
        day: {
            JUNE: Traded(100 - share, 24_000 + number),
            SEPTEMBER: Traded(share, 24_000 + number + GAP),
        }
        for number, (day, share) in enumerate(zip(DAYS, shares, strict=True))
    }


def test_by_calendar_the_lead_changes_eight_days_before_expiry() -> None:
    led = leaders(traded_on(), "ES", By.CALENDAR)
    (roll,) = rolls(led, traded_on())
    assert roll == Roll(dt.date(2026, 6, 10), JUNE, SEPTEMBER, Ticks(GAP))


def test_by_volume_it_changes_on_the_day_after_it_was_seen() -> None:
    # On the last day alone September has more: what follows is not there.
    assert not rolls(leaders(traded_on(), "ES", By.VOLUME), traded_on())
    traded = traded_on((1, 60, 5, 40, 40, 90))
    (roll,) = rolls(leaders(traded, "ES", By.VOLUME), traded)
    assert roll.day == DAYS[2]


def test_the_lead_never_goes_back() -> None:
    traded = traded_on((1, 60, 5, 5, 5, 5))
    assert list(leaders(traded, "ES", By.VOLUME).values()) == [JUNE, JUNE, *[SEPTEMBER] * 4]


def test_as_much_volume_is_not_more() -> None:
    assert not rolls(leaders(traded_on((50,) * 6), "ES", By.VOLUME), traded_on())


def test_what_is_not_there_cannot_lead_and_its_gap_is_not_known() -> None:
    traded = {DAYS[0]: {JUNE: Traded(9, 1)}, DAYS[2]: {SEPTEMBER: Traded(9, 5)}}
    led = leaders(traded, "ES", By.CALENDAR)
    (roll,) = rolls(led, traded)
    assert roll.gap is None
    assert set(offsets(led, [roll], Adjust.NONE).values()) == {0}
    with pytest.raises(CatalogError, match="is not known"):
        offsets(led, [roll], Adjust.DIFFERENCE)


def test_prices_before_each_roll_are_moved_by_all_gaps_to_come() -> None:
    december = SEPTEMBER.next
    led = dict(zip(DAYS, (JUNE, JUNE, SEPTEMBER, SEPTEMBER, december, december), strict=True))
    rolled = [Roll(DAYS[2], JUNE, SEPTEMBER, Ticks(80)), Roll(DAYS[4], SEPTEMBER, december, Ticks(70))]
    assert list(offsets(led, rolled, Adjust.DIFFERENCE).values()) == [150, 150, 70, 70, 0, 0]


@pytest.fixture
def catalog(tmp_path: Path) -> str:
    """Return a catalog of both contracts with bars, three a day: at the open, at noon, and at the close."""
    store = Store.begin(Files(str(tmp_path / "cat")), ORIGIN)
    store.write_instruments([JUNE, SEPTEMBER])
    shares = dict(zip(DAYS, (1, 60, 5, 40, 40, 90), strict=True))
    for session in sessions(DAYS[0], DAYS[-1]):
        share = shares[session.day]
        noon = (session.open + session.close) // 2 // MINUTE * MINUTE
        ts = np.array([session.open + MINUTE, noon, session.close])
        with store.draft(session.day) as draft:
            for contract, lots, above in ((JUNE, 100 - share, 0), (SEPTEMBER, share, GAP)):
                price = 24_000 + above + np.arange(3)
                draft.write(contract.instrument_id, Bars(ts, price, price, price, price, np.full(3, lots)))
        store.publish(session.day)
    return str(tmp_path / "cat")


def test_the_command_lists_rolls_and_writes_the_series(
    catalog: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["catalog", "continuous", catalog, "es", "--by", "volume", "--json"]
    assert main([*arguments, "--to", str(tmp_path / "out"), "--adjust", "difference"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["rolls"] == [{"day": str(DAYS[2]), "before": "ESM6", "after": "ESU6", "gap_points": GAP / 4}]
    with Path(found["file"]["path"]).open() as opened:
        rows = list(csv.DictReader(opened))
    assert [row["contract"] for row in rows] == ["ESM6"] * 6 + ["ESU6"] * 12
    # Moved by the gap, June's prices are September's.
    assert {float(row["close"]) for row in rows} == {6020.0, 6020.25, 6020.5}


def test_a_catalog_without_the_product_says_so(catalog: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog", "continuous", catalog, "NQ"]) == 1
    assert "holds no trades and no bars of NQ" in capsys.readouterr().err
