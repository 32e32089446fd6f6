"""The labels of what the market drew, regimes and news, agree with its tape."""

import json
from typing import Any

import numpy as np
import pytest

from catalog.market.clock import diurnal
from catalog.market.day import MarketDay, generate_day
from catalog.market.drawn import regime_levels
from catalog.market.settings import MarketSettings
from catalog.truth import tables_of
from mia_plugins.data.sessions import NS, Session, full_sessions
from mia_plugins.units import Multiple

TENTH = MarketSettings(density=Multiple(0.1), gamma="off")
IDS = {"ES": "ESH6.XCME", "NQ": "NQH6.XCME"}


def labels_of(day: MarketDay, kind: str) -> list[dict[str, Any]]:
    """Return ES's labels of a kind, with their seconds of the session and their details."""
    table = dict(tables_of(day, IDS))["labels"]
    starts, ends = (table[name].cast("int64").to_pylist() for name in ("ts_event", "ts_end"))
    return [
        row
        | json.loads(row["detail"])
        | {"from": (start - day.session.open) // NS, "to": (end - day.session.open) // NS}
        for row, start, end in zip(
            table.drop_columns(["ts_event", "ts_end"]).to_pylist(), starts, ends, strict=True
        )
        if row["kind"] == kind and row["instrument_id"] == IDS["ES"]
    ]


def changes_of(day: MarketDay, session: Session) -> np.ndarray:
    """Return ES's change of the mid in each second, in ticks."""
    depth = day.instruments["ES"].depth
    seconds = session.open + np.arange(session.seconds + 1) * NS
    rows = (np.searchsorted(depth.ts, seconds, side="right") - 1).clip(0)
    return np.diff((depth.bid_ticks[rows, 0] + depth.ask_ticks[rows, 0]) / 2)


@pytest.fixture(scope="module")
def days() -> list[MarketDay]:
    return [generate_day(TENTH, session) for session in full_sessions(TENTH.first_day, 8)]


def test_the_regimes_cover_the_session_without_a_gap(days: list[MarketDay]) -> None:
    for day in days:
        spans = labels_of(day, "regime")
        assert [span["to"] for span in spans[:-1]] == [span["from"] for span in spans[1:]]
        assert (spans[0]["from"], spans[-1]["to"]) == (0, day.session.seconds)
        assert {span["day_log_volatility"] for span in spans} == {round(day.bone.volatility, 6)}


def test_the_realised_volatility_is_higher_in_the_spans_labelled_high(days: list[MarketDay]) -> None:
    """A second's variance is counted in units of what its time of day, its day and its news lead to expect."""
    pooled: dict[str, list[np.ndarray]] = {"low": [], "typical": [], "high": []}
    for day in days:
        usual = diurnal(day.session)
        squares = changes_of(day, day.session) ** 2 / usual
        for news in labels_of(day, "news"):
            squares[news["from"] : news["to"]] = np.nan
        squares /= np.nanmean(squares)
        for span in labels_of(day, "regime"):
            pooled[span["level"]].append(squares[span["from"] : span["to"]])
    low, typical, high = (
        float(np.sqrt(np.nanmean(np.concatenate(pooled[k])))) for k in ("low", "typical", "high")
    )
    assert low < typical < high
    assert high > 1.5 * low


def test_the_price_jumps_at_the_news_that_are_labelled(days: list[MarketDay]) -> None:
    """The minute from the release on, against the minutes of the quarter hour before."""
    after, before = [], []
    for day in days:
        changes = changes_of(day, day.session)
        for news in labels_of(day, "news"):
            at = news["from"]
            assert news["seconds_from_regular_open"] in {-3600, 1800, 16200}
            after.append(changes[at : at + 60].sum())
            before += changes[at - 900 : at].reshape(15, 60).sum(axis=1).tolist()
    assert len(after) >= 10
    assert np.std(after) > 1.5 * np.std(before)


def test_a_level_holds_until_the_activity_is_back_at_its_mean() -> None:
    log_activity = np.array([0.0, 0.25, 0.1, -0.1, -0.3, -0.1, 0.1, 0.3])
    assert regime_levels(log_activity).tolist() == [0, 1, 1, 0, -1, -1, 0, 1]
