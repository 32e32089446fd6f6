"""The parts of the synthetic market that can be looked at alone: streams, skeleton, rhythm, labels."""

import datetime as dt
import math
from itertools import pairwise

import numpy as np
import pytest

from catalog.market import world as w
from catalog.market.clock import diurnal, rhythm
from catalog.market.day import generate_day
from catalog.market.labels import label
from catalog.market.micros import micro_quotes
from catalog.market.settings import PRESETS, MarketSettings
from catalog.market.skeleton import day_bone, day_share
from catalog.market.streams import stream
from mia_plugins.data.columns import Depth
from mia_plugins.data.sessions import NS, Session, full_sessions, session_on
from mia_plugins.units import Multiple

TUESDAY = dt.date(2026, 1, 6)


def test_streams_differ_by_component_instrument_day_and_seed() -> None:
    streams = [
        stream(1, "flow", TUESDAY, "ES"),
        stream(1, "flow", TUESDAY, "NQ"),
        stream(1, "moves", TUESDAY, "ES"),
        stream(1, "flow", dt.date(2026, 1, 7), "ES"),
        stream(2, "flow", TUESDAY, "ES"),
    ]
    assert len({s.random() for s in streams}) == len(streams)


def test_full_sessions_skip_holidays_and_half_days() -> None:
    days = [session.day.day for session in full_sessions(dt.date(2026, 11, 25), 3)]
    assert days == [25, 30, 1]
    assert [s.day for s in full_sessions(dt.date(2026, 1, 16), 2)][1] == dt.date(2026, 1, 20)


def test_sessions_skip_the_weekend_and_follow_daylight_saving() -> None:
    days = [session.day for session in full_sessions(dt.date(2026, 3, 6), 3)]
    assert days == [dt.date(2026, 3, 6), dt.date(2026, 3, 9), dt.date(2026, 3, 10)]
    winter, summer = session_on(days[0]), session_on(days[1])
    assert (winter.rth_open // (3600 * NS)) % 24 == 14
    assert (summer.rth_open // (3600 * NS)) % 24 == 13


def test_the_next_day_opens_near_the_close_before() -> None:
    settings = MarketSettings()
    bones = [day_bone(settings, session.day) for session in full_sessions(settings.first_day, 60)]
    gaps = [abs(b.es_open - a.es_close) / a.es_sigma for a, b in pairwise(bones)]
    assert 0 < np.median(gaps) < 0.2


def test_volatility_rises_when_the_market_falls() -> None:
    settings = MarketSettings()
    bones = [day_bone(settings, session.day) for session in full_sessions(settings.first_day, 400)]
    returns = np.array([b.es_close / b.es_open - 1 for b in bones])[:-1]
    changes = np.diff([b.volatility for b in bones])
    assert -0.8 < np.corrcoef(returns, changes)[0, 1] < -0.55


def test_a_half_day_has_its_share_of_a_days_variance() -> None:
    eve, before = dt.date(2026, 12, 24), dt.date(2026, 12, 23)
    settings = MarketSettings(first_day=before)
    assert day_share(before) == 1
    assert 0.5 < day_share(eve) < 0.75
    bone = day_bone(settings, eve)
    whole = 0.009 * math.exp(bone.volatility) * bone.es_open
    assert bone.es_sigma == pytest.approx(whole * math.sqrt(day_share(eve)), rel=1e-4)


def test_a_half_day_has_the_trades_of_its_hours() -> None:
    """A minute of it has as many as the same minute of a whole day, but for the end of the regular hours."""
    settings = MarketSettings(density=Multiple(0.05), gamma="off", first_day=dt.date(2026, 11, 25))
    half, whole = (_trades_by_hour(settings, session_on(dt.date(2026, 11, day))) for day in (27, 25))
    assert 0.45 < half.sum() / whole.sum() < 0.8
    night, morning = slice(0, 15), slice(15, 18)
    assert 0.7 < half[night].sum() / whole[night].sum() < 1.4
    assert 0.7 < half[morning].sum() / whole[morning].sum() < 1.4


def _trades_by_hour(settings: MarketSettings, session: Session) -> np.ndarray:
    """Return the trades of ES of several seeds by hour from the open."""
    hours = [
        (
            generate_day(settings.model_copy(update={"seed": seed}), session).instruments["ES"].trades.ts
            - session.open
        )
        // (3600 * NS)
        for seed in range(1, 9)
    ]
    return np.bincount(np.concatenate(hours), minlength=23)


def test_the_half_days_of_many_markets_move_less() -> None:
    settings = MarketSettings(density=Multiple(0.1), gamma="off", first_day=dt.date(2026, 11, 25))
    half, whole = (session_on(dt.date(2026, 11, day)) for day in (27, 25))
    moved = [
        [_squared(settings.model_copy(update={"seed": seed}), session) for seed in range(1, 13)]
        for session in (half, whole)
    ]
    assert 0.6 < np.median(moved[0]) / np.median(moved[1]) < 0.95


def _squared(settings: MarketSettings, session: Session) -> float:
    """Return the sum of the squared five-minute changes of ES, in ticks²."""
    depth = generate_day(settings, session).instruments["ES"].depth
    at = np.searchsorted(depth.ts, np.arange(session.open, session.close, 300 * NS)[1:]) - 1
    return float(np.sum(np.diff(depth.bid_ticks[at, 0]) ** 2))


def test_the_skeleton_does_not_ask_for_form_or_density() -> None:
    light = PRESETS["year"][0]
    assert day_bone(light, TUESDAY) == day_bone(MarketSettings(), TUESDAY)


def test_the_typical_day_is_a_u_with_a_quiet_night() -> None:
    session = session_on(TUESDAY)
    typical = diurnal(session)
    first = (session.rth_open - session.open) // NS
    opening, midday = typical[first : first + 1800].mean(), typical[first + 9000 : first + 12600].mean()
    assert 2 < opening / midday < 4
    assert 0.1 < typical[:first].mean() / typical[first : first + 23400].mean() < 0.2
    drawn = rhythm(1, session)
    assert np.isclose(drawn.activity.mean(), 1)
    assert np.isclose(drawn.variance.sum(), 1)


def agent(kind: int, **columns: int) -> np.ndarray:
    row = np.zeros((1, w.AGENT_COLUMNS), np.int64)
    row[0, w.KIND], row[0, w.SIDE] = kind, 1
    for name, value in columns.items():
        row[0, getattr(w, name)] = value
    return row


def test_an_iceberg_is_observable_when_it_refills_often_quickly_and_enough() -> None:
    seen = agent(w.ICEBERG, EXECUTED=60, SHOW=15, TIMES=4, DELAY=200_000_000)
    slow = agent(w.ICEBERG, EXECUTED=60, SHOW=15, TIMES=4, DELAY=700_000_000)
    few = agent(w.ICEBERG, EXECUTED=40, SHOW=15, TIMES=3, DELAY=200_000_000)
    idle = agent(w.ICEBERG, SHOW=15)
    labels = label(np.concatenate((seen, slow, few, idle)), np.zeros((0, 4), np.int64))
    assert labels.observable.tolist() == [True, False, False]


def test_a_sweep_is_observable_when_it_is_quick_and_deep_or_large() -> None:
    fills = np.array([[0, 0, 1, 20], [0, 10_000_000, 2, 20], [0, 15_000_000, 3, 20]])
    three_levels = agent(w.SWEEPER, EXECUTED=60, TIMES=3)
    assert label(three_levels, fills).observable.tolist() == [True]
    late = fills + np.array([[0, 0, 0, 0], [0, 0, 0, 0], [0, 30_000_000, 0, 0]])
    assert label(three_levels, late).observable.tolist() == [False]
    assert label(agent(w.SWEEPER, EXECUTED=40, TIMES=2), fills[:2]).observable.tolist() == [False]
    assert label(agent(w.SWEEPER, EXECUTED=120, TIMES=2), fills[:2]).observable.tolist() == [True]


def test_no_two_quotes_of_a_micro_are_at_one_time() -> None:
    """There and back at one time would look like a repetition."""
    rows = 2_000
    there_and_back = np.where(np.arange(rows) % 2, 1, 0)[:, None] + 24_000 - np.arange(10)
    lots = np.full((rows, 10), 5)
    ts = np.arange(rows) * 1_000  # far quicker than a micro follows
    parent = Depth(ts, there_and_back, there_and_back + 1, lots, lots, lots, lots)
    quotes = micro_quotes(parent, np.random.default_rng(1))
    assert len(quotes) == rows
    assert (np.diff(quotes.ts) > 0).all()
    assert (quotes.ts >= ts).all()
