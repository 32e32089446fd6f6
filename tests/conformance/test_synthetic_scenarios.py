"""Scenarios and the options of the synthetic market."""

import datetime as dt
from itertools import pairwise

import numpy as np
import pytest

from catalog.market.chain import Chain, draw_chain, expiries
from catalog.market.contracts import INSTRUMENTS
from catalog.market.day import MarketDay, generate_day
from catalog.market.instrument import InstrumentDay
from catalog.market.settings import MarketSettings, Scenario, ScenarioName
from catalog.market.skeleton import day_bone
from catalog.market.smile import USUAL, normal_cdf, vix
from catalog.market.springs import shown
from catalog.market.vix import opening_level
from catalog.truth import tables_of
from mia_plugins.data.bars import MINUTE, bars_of
from mia_plugins.data.columns import Bars, Trades
from mia_plugins.data.sessions import session_on
from mia_plugins.errors import MiaError
from mia_plugins.units import Multiple

TENTH = MarketSettings(density=Multiple(0.1))
TUESDAY = session_on(dt.date(2026, 1, 6))


@pytest.fixture(scope="module")
def plain() -> MarketDay:
    return generate_day(TENTH, TUESDAY)


def with_scenario(name: ScenarioName) -> MarketDay:
    return generate_day(TENTH.model_copy(update={"scenarios": (Scenario(name=name),)}), TUESDAY)


def test_a_scenario_of_another_day_leaves_this_one_as_it_was(plain: MarketDay) -> None:
    other = Scenario(name="halt", day=dt.date(2026, 1, 8))
    day = generate_day(TENTH.model_copy(update={"scenarios": (other,)}), TUESDAY)
    assert np.array_equal(day.instruments["ES"].trades.ts, plain.instruments["ES"].trades.ts)


@pytest.mark.parametrize("seed", range(1, 6))
def test_nothing_trades_while_the_market_is_halted(seed: int) -> None:
    settings = TENTH.model_copy(update={"seed": seed, "scenarios": (Scenario(name="halt"),)})
    day = generate_day(settings, TUESDAY)
    (halt,) = day.happenings
    for data in day.instruments.values():
        assert not ((data.trades.ts >= halt.start) & (data.trades.ts < halt.end)).any()
        around = np.array([-10, 0, 10]) * MINUTE + [halt.start, halt.end, halt.end]
        before, at_end, after = np.searchsorted(data.trades.ts, around)
        assert at_end - before > 50
        assert after - at_end > 50


def test_a_disconnected_feed_misses_what_the_market_did(plain: MarketDay) -> None:
    day = with_scenario("disconnect")
    (gap,) = day.happenings
    whole, delivered = plain.instruments["ES"], day.instruments["ES"]
    inside = (whole.trades.ts >= gap.start) & (whole.trades.ts < gap.end)
    assert inside.any()
    assert np.array_equal(delivered.trades.ts, whole.trades.ts[~inside])


def test_a_faulty_feed_crosses_some_quotes() -> None:
    depth = with_scenario("crossed").instruments["ES"].depth
    crossed = depth.bid_ticks[:, 0] >= depth.ask_ticks[:, 0]
    assert 0 < crossed.mean() < 0.01


def test_a_faulty_feed_delivers_some_rows_out_of_order(plain: MarketDay) -> None:
    trades = with_scenario("out_of_order").instruments["ES"].trades
    late = np.diff(trades.ts) < 0
    assert 0 < late.mean() < 0.01
    assert np.array_equal(np.sort(trades.ts), plain.instruments["ES"].trades.ts)


@pytest.mark.parametrize("name", ["crossed", "out_of_order"])
def test_each_instrument_has_faults_of_its_own(name: ScenarioName) -> None:
    feed = with_scenario(name).instruments
    es, nq = (_faulty_rows(feed[code], name) for code in INSTRUMENTS)
    assert len(np.intersect1d(es, nq)) < 0.1 * min(len(es), len(nq))


def _faulty_rows(data: InstrumentDay, name: ScenarioName) -> np.ndarray:
    """Return the trades or updates of the book that the feed got wrong."""
    if name == "out_of_order":
        return np.flatnonzero(np.diff(data.trades.ts) < 0)
    return np.flatnonzero(data.depth.bid_ticks[:, 0] >= data.depth.ask_ticks[:, 0])


def test_a_failed_opening_drive_goes_and_comes_back() -> None:
    day = with_scenario("failed_opening_drive")
    depth, minute = day.instruments["ES"].depth, 60 * 10**9
    at = np.searchsorted(depth.ts, [TUESDAY.rth_open + m * minute for m in (0, 9, 24)])
    opening, driven, back = depth.bid_ticks[at, 0].astype(float)
    assert abs(driven - opening) > 0.5 * day.bone.es_sigma
    assert (back - opening) * (driven - opening) < 0


SPRING_SHARE = 0.75
"""Of the springs and upthrusts asked for, those that the tape must show."""


def is_spring(bars: Bars, side: int, ticks: int, start: int, end: int) -> bool:
    """Say whether bars show a spring of a support: the definition, written out, in prices times the side."""
    low, close = (bars.low if side > 0 else -bars.high), side * bars.close
    first, back = np.searchsorted(bars.ts, [start + MINUTE, end])
    pierce = next(bar for bar in range(back - 2, back + 1) if low[bar] < side * ticks - 2)
    ranged = low[first:pierce]
    tested = [bar for bar in range(len(ranged)) if ranged[bar] <= side * ticks + 2]
    visits = 1 + sum(1 for one, other in pairwise(tested) if other > one + 1)
    return bool(
        len(ranged) >= 20
        and ranged.min() == side * ticks
        and visits >= 2
        and close[back] > side * ticks
        and bars.lots[pierce] <= np.quantile(bars.lots[pierce - 50 : pierce], 0.8)
    )


@pytest.mark.parametrize("name", ["spring", "upthrust"])
def test_a_spring_is_in_the_tape_by_its_definition(name: ScenarioName) -> None:
    labelled = 0
    for seed in range(1, 9):
        settings = TENTH.model_copy(update={"seed": seed, "scenarios": (Scenario(name=name),)})
        day = generate_day(settings, TUESDAY)
        (h,) = day.happenings
        if h.observable:
            labelled += 1
            assert h.ticks is not None
            assert is_spring(bars_of(day.instruments["ES"].trades), h.side, h.ticks, h.start, h.end)
    assert labelled >= SPRING_SHARE * 8


def test_a_spring_that_the_feed_breaks_off_is_not_shown() -> None:
    settings = TENTH.model_copy(update={"seed": 2, "scenarios": (Scenario(name="spring"),)})
    day = generate_day(settings, TUESDAY)
    (spring,) = day.happenings
    trades = day.instruments["ES"].trades
    assert spring.observable
    before = trades.ts < spring.start + 15 * MINUTE
    cut = Trades(*(getattr(trades, column)[before] for column in ("ts", "ticks", "lots", "side")))
    assert shown(cut, 1, spring.start, spring.end) is None


def test_a_spring_is_labelled_once_with_its_support() -> None:
    settings = TENTH.model_copy(update={"seed": 2, "scenarios": (Scenario(name="spring"),)})
    day = generate_day(settings, TUESDAY)
    (h,) = day.happenings
    assert h.observable
    labels = dict(tables_of(day, {"ES": "ESH6.XCME", "NQ": "NQH6.XCME"}))["labels"].to_pylist()
    (row,) = (row for row in labels if row["kind"] == "spring")
    assert (row["instrument_id"], row["side"], row["ticks"]) == ("ESH6.XCME", 1, h.ticks)
    assert row["observable"]
    assert row["ts_init"] == row["ts_end"] > row["ts_event"]


def test_a_gap_opens_more_than_a_usual_day_away(plain: MarketDay) -> None:
    gap = Scenario(name="gap", day=TUESDAY.day)
    bone = day_bone(TENTH.model_copy(update={"scenarios": (gap,)}), TUESDAY.day)
    assert abs(bone.es_open - plain.bone.es_open) > 0.8 * plain.bone.es_sigma


def test_stale_levels_are_days_old(plain: MarketDay) -> None:
    stale = with_scenario("stale_levels").levels
    assert plain.levels.as_of - stale.as_of == 2 * 86_400 * 10**9


def test_without_open_interest_there_are_no_walls_and_no_gamma(plain: MarketDay) -> None:
    day = with_scenario("zero_open_interest")
    assert day.chain.net_gex() == 0
    assert "Call Resistance" in plain.levels.name
    assert "Call Resistance" not in day.levels.name
    assert "1D Max" in day.levels.name


def test_levels_lie_where_their_names_say(plain: MarketDay) -> None:
    price = dict(zip(plain.levels.name, plain.levels.price, strict=True))
    es = plain.bone.es_open / 4
    assert price["Put Support"] < es < price["Call Resistance"]
    assert price["1D Min"] < es < price["1D Max"]
    assert {f"GEX {k}" for k in range(1, 11)} | {f"BL {k}" for k in range(1, 11)} <= set(price)
    assert plain.levels.available_at > TUESDAY.open


def test_open_interest_peaks_at_round_strikes(plain: MarketDay) -> None:
    chain = plain.chain
    near = np.abs(chain.strike / chain.spot - 1) < 0.03
    hundreds = near & (chain.strike % 100 == 0)
    others = near & (chain.strike % 25 != 0)
    assert chain.open_interest[hundreds].mean() > 2 * chain.open_interest[others].mean()


def test_expiries_are_todays_the_weeks_and_the_months() -> None:
    assert expiries(dt.date(2026, 1, 6))[:4] == [dt.date(2026, 1, d) for d in (6, 7, 9, 16)]
    assert dt.date(2026, 2, 20) in expiries(dt.date(2026, 1, 6))


@pytest.mark.parametrize(
    ("day", "monthly", "holiday"),
    [
        (dt.date(2025, 4, 15), dt.date(2025, 4, 17), dt.date(2025, 4, 18)),
        (dt.date(2026, 6, 16), dt.date(2026, 6, 18), dt.date(2026, 6, 19)),
    ],
)
def test_what_would_expire_on_a_holiday_expires_on_the_stock_market_day_before(
    day: dt.date, monthly: dt.date, holiday: dt.date
) -> None:
    assert monthly in expiries(day)
    assert holiday not in expiries(day)
    chain = generate_chain(day)
    interest = {
        expiry: chain.open_interest[chain.expiry == np.datetime64(expiry)].sum() for expiry in expiries(day)
    }
    assert interest[monthly] == max(
        interest[expiry] for expiry in expiries(day) if expiry < monthly + dt.timedelta(14)
    )


def test_the_day_after_expires_next_and_no_holiday_does() -> None:
    assert expiries(dt.date(2026, 6, 18))[:2] == [dt.date(2026, 6, 18), dt.date(2026, 6, 22)]


def generate_chain(day: dt.date) -> Chain:
    settings = TENTH.model_copy(update={"first_day": day})
    bone = day_bone(settings, day)
    return draw_chain(settings, session_on(day), bone, opening_level(settings, bone))


def test_the_vix_falls_when_the_market_rises(plain: MarketDay) -> None:
    depth, series = plain.instruments["ES"].depth, plain.vix
    rows = (np.searchsorted(depth.ts, series.ts, side="right") - 1).clip(0)
    returns = np.diff(np.log(depth.bid_ticks[rows, 0]))
    assert -0.8 < np.corrcoef(returns, np.diff(np.log(series.value)))[0, 1] < -0.6


def test_the_vix_is_the_volatility_of_a_flat_smile_and_more_under_skew() -> None:
    assert 100 * USUAL < vix(USUAL, 6000.0) < 100 * USUAL * 1.15
    assert normal_cdf(np.array([0.0, 1.96])) == pytest.approx([0.5, 0.975], abs=1e-4)


def test_micros_quote_their_parents_prices_a_little_later(plain: MarketDay) -> None:
    quotes, parent = plain.micros["MES"], plain.instruments["ES"].depth
    assert np.all(np.diff(quotes.ts) >= 0)
    assert np.all(quotes.ask_ticks > quotes.bid_ticks)
    assert set(np.unique(quotes.bid_ticks)) <= set(np.unique(parent.bid_ticks[:, 0]))


def test_a_day_before_the_market_begins_is_refused() -> None:
    with pytest.raises(MiaError, match="before it"):
        generate_day(TENTH, session_on(dt.date(2025, 12, 31)))
