"""Imported levels, the gamma cycle and the regime of the VIX."""

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.options.cycle import FACTORS, Phase, gamma_cycle, phase_of
from indicators.options.gamma_levels import gamma_levels_of_set
from indicators.options.levels import (
    LevelSet,
    exists,
    is_stale,
    levels_of,
    next_publication,
    sound,
    to_future,
)
from indicators.options.vix import VixRegime, VixState, vix_regime
from mia_plugins.data.basis import Basis, BasisMethod
from mia_plugins.data.level_names import LevelKind, level_named
from mia_plugins.data.sessions import utc_ns
from mia_plugins.units import Nanoseconds, Points
from tests.options import AS_OF, levels_table

P = Points(6000)
MINUTE = 60 * 10**9


@pytest.mark.parametrize(
    ("name", "kind", "rank", "tenor"),
    [
        ("Call Resistance", LevelKind.CALL_WALL, None, ""),
        ("Call Resistance 0DTE", LevelKind.CALL_WALL, None, "0DTE"),
        ("Put Support 1WTE", LevelKind.PUT_WALL, None, "1WTE"),
        ("call_resistance", LevelKind.CALL_WALL, None, ""),
        ("Gamma Wall 0DTE", LevelKind.GAMMA_WALL, None, "0DTE"),
        ("HVL", LevelKind.HVL, None, ""),
        ("High Vol Level", LevelKind.HVL, None, ""),
        ("1D Max.", LevelKind.DAY_MAX, None, ""),
        ("1D Exp Move Min", LevelKind.DAY_MIN, None, ""),
        ("GEX 10", LevelKind.GEX, 10, ""),
        ("GEX Level 2", LevelKind.GEX, 2, ""),
        ("gex_1", LevelKind.GEX, 1, ""),
        ("BL 7", LevelKind.BLIND_SPOT, 7, ""),
        ("blind_spot_0", LevelKind.BLIND_SPOT, 0, ""),
        ("Swing Upper Band", LevelKind.SWING, None, ""),
        ("Risk Trigger", LevelKind.RISK_TRIGGER, None, ""),
        ("Moon Phase", LevelKind.OTHER, None, ""),
    ],
)
def test_names(name: str, kind: LevelKind, rank: int | None, tenor: str) -> None:
    level = level_named(name, P)
    assert (level.kind, level.rank, level.tenor, level.price) == (kind, rank, tenor, P)


def level_set(named: dict[str, float | None], **others: str | int) -> LevelSet:
    made = levels_of(levels_table(named, **others), "ES", frozenset({"live"}))  # type: ignore[arg-type]
    assert made is not None
    return made


def test_a_set_says_when_it_exists_and_what_was_wrong() -> None:
    made = level_set({"HVL": 6000, "BL 1": None, "BL 2": -1.0, "BL 3": float("inf")}, known_at=AS_OF + MINUTE)
    assert len(made.levels) == 1
    assert len(made.flaws) == 3
    assert not exists(made, AS_OF + MINUTE - 1)
    assert exists(made, AS_OF + MINUTE)
    assert made.age(AS_OF + MINUTE) == 60.0
    assert levels_of(levels_table({"HVL": 1.0}), "NQ") is None


def test_a_set_that_is_published_again_takes_the_place_of_the_one_before() -> None:
    first = levels_table({"HVL": 6000, "BL 1": 6010}, known_at=AS_OF + MINUTE)
    again = levels_table({"HVL": 6005}, known_at=AS_OF + 2 * MINUTE)
    older = levels_table({"HVL": 5000}, as_of=AS_OF - MINUTE, known_at=AS_OF + 3 * MINUTE)
    made = levels_of(pa.concat_tables([first, again, older]), "ES")
    assert made is not None
    assert [float(one.price) for one in made.levels] == [6005.0]
    assert not made.flaws
    assert made.available_at == AS_OF + 2 * MINUTE


def test_hvl_stands_in_for_the_flip_by_name() -> None:
    found = gamma_levels_of_set(
        level_set({"HVL": 5990, "Call Resistance": 6050, "Call Resistance 0DTE": 6020})
    )
    assert (found.flip, found.method, found.calls, found.puts) == (Points(5990), "HVL", (6050.0, 6020.0), ())
    assert gamma_levels_of_set(level_set({"BL 1": 1.0})).flip is None


def test_absurd_levels_are_left_out_and_told() -> None:
    named: dict[str, float | None] = {
        "Call Resistance": 5900, "Put Support": 6100, "1D Min": 5950, "1D Max": 6050, "BL 1": 7201, "BL 2": 7200,
    }  # fmt: skip
    kept = sound(level_set(named), P)
    assert {level.name for level in kept.levels} == {"1D Min", "1D Max", "BL 2"}
    assert len(kept.flaws) == 2


@pytest.mark.parametrize(
    ("method", "price"), [(BasisMethod.SPREAD, 6024.0), (BasisMethod.RATIO, 6000 * 6025 / 6001)]
)
def test_index_levels_are_brought_to_the_future_and_stamped(method: BasisMethod, price: float) -> None:
    basis = Basis(Points(6025), Points(6001), Nanoseconds(AS_OF), "ES", method)
    made = levels_of(levels_table({"HVL": 6000}, underlying="SPX"), "SPX")
    assert made is not None
    moved = to_future(made, basis)
    assert moved is not None
    assert moved.one(LevelKind.HVL) == pytest.approx(price)
    assert (moved.underlying, moved.basis) == ("ES", basis)
    assert basis.age(AS_OF + MINUTE) == 60.0
    unknown = Basis(Points(float("nan")), P, Nanoseconds(AS_OF), "ES")
    assert to_future(made, unknown) is None
    assert gamma_levels_of_set(made).on_future(unknown) is None
    on_future = gamma_levels_of_set(made).on_future(basis)
    assert on_future is not None
    assert on_future.flip == pytest.approx(price)


def at(day: int, hour: int, minute: int = 0) -> Nanoseconds:
    """Return a time in June 2026, New York."""
    return Nanoseconds(utc_ns(dt.date(2026, 6, day), dt.time(hour, minute)))


@pytest.mark.parametrize(
    ("published", "until"),
    [
        (at(1, 23), at(3, 1)),
        # Thursday evening belongs to Friday: the next is due on Sunday evening.
        (at(4, 23), at(8, 1)),
        (at(7, 23), at(9, 1)),
    ],
)
def test_end_of_day_levels_hold_until_the_next_publication(
    published: Nanoseconds, until: Nanoseconds
) -> None:
    assert next_publication(published) == until
    made = level_set({"HVL": 1.0}, as_of=published)
    assert not is_stale(made, until, VixRegime.HIGH)
    assert is_stale(made, until + 1, VixRegime.LOW)
    old = level_set({"HVL": 1.0}, as_of=published - 4 * 86_400 * 10**9, known_at=published)
    assert is_stale(old, published, None)


@pytest.mark.parametrize(
    ("regime", "minutes"), [(VixRegime.LOW, 30), (VixRegime.MID, 15), (VixRegime.HIGH, 5), (None, 5)]
)
def test_intraday_levels_hold_as_long_as_the_vix_allows(regime: VixRegime | None, minutes: int) -> None:
    made = level_set({"HVL": 1.0}, source="live")
    assert not is_stale(made, AS_OF + minutes * MINUTE, regime)
    assert is_stale(made, AS_OF + minutes * MINUTE + 1, regime)


def test_strict_levels_hold_for_half_an_hour() -> None:
    made = level_set({"HVL": 1.0})
    assert not is_stale(made, AS_OF + 30 * MINUTE, None, strict=True)
    assert is_stale(made, AS_OF + 30 * MINUTE + 1, None, strict=True)


@pytest.mark.parametrize(
    ("to", "since", "phase"),
    [
        (0, 20, Phase.EXPIRY_WEEK), (2, 18, Phase.EXPIRY_WEEK), (3, 17, Phase.GAMMA_PEAK),
        (5, 15, Phase.GAMMA_PEAK), (6, 14, Phase.GAMMA_DECAY), (10, 10, Phase.GAMMA_DECAY),
        (11, 9, Phase.NORMAL), (19, 1, Phase.POST_EXPIRY), (18, 2, Phase.POST_EXPIRY), (17, 3, Phase.NORMAL),
    ],
)  # fmt: skip
def test_phases(to: int, since: int, phase: Phase) -> None:
    assert phase_of(to, since) == phase
    assert 0.9 <= FACTORS[phase] <= 1.1


@pytest.mark.parametrize(
    ("day", "expiry", "to", "phase"),
    [
        (dt.date(2025, 4, 17), dt.date(2025, 4, 17), 0, Phase.EXPIRY_WEEK),
        (dt.date(2026, 6, 18), dt.date(2026, 6, 18), 0, Phase.EXPIRY_WEEK),
        (dt.date(2026, 6, 15), dt.date(2026, 6, 18), 3, Phase.GAMMA_PEAK),
        (dt.date(2026, 6, 22), dt.date(2026, 7, 17), 18, Phase.POST_EXPIRY),
        (dt.date(2026, 1, 2), dt.date(2026, 1, 16), 10, Phase.GAMMA_DECAY),
        (dt.date(2025, 12, 31), dt.date(2026, 1, 16), 11, Phase.NORMAL),
    ],
)
def test_days_in_the_cycle(day: dt.date, expiry: dt.date, to: int, phase: Phase) -> None:
    found = gamma_cycle(day)
    assert found is not None
    assert (found.expiry, found.to_expiry, found.phase, found.factor) == (expiry, to, phase, FACTORS[phase])


def test_what_expires_on_a_day() -> None:
    thursday, monthly, holiday = (gamma_cycle(dt.date(2026, 6, day)) for day in (11, 18, 19))
    assert thursday is not None
    assert monthly is not None
    assert holiday is not None
    assert (thursday.is_weekly, thursday.is_0dte, thursday.settlement) == (False, True, "AM")
    assert (monthly.is_weekly, monthly.is_0dte) == (True, True)
    assert (holiday.is_weekly, holiday.is_0dte) == (False, False)
    weekly = gamma_cycle(dt.date(2026, 6, 12), "SPXW")
    assert weekly is not None
    assert (weekly.is_weekly, weekly.settlement) == (True, "PM")
    assert gamma_cycle(dt.date(1, 1, 1)) is None


@pytest.mark.parametrize(
    ("values", "regimes"),
    [
        ([15.0, 15.01, 15.5, 15.51, 15.01, 15.0], "low low low mid mid low"),
        ([25.0, 24.99, 24.5, 24.49, 24.99, 25.0], "high high high mid mid high"),
        ([15.01, 24.99], "mid mid"),
        ([14.0, 40.0, 14.0], "low high low"),
    ],
)
def test_the_vix_leaves_a_regime_only_by_half_a_point(values: list[float], regimes: str) -> None:
    state = VixState()
    assert " ".join(str(state.update(value)) for value in values) == regimes


def test_a_vix_that_is_not_known_has_no_regime_and_forgets_none() -> None:
    state = VixState()
    assert [state.update(value) for value in (15.0, None, float("nan"), 0.0, -1.0)] == [
        VixRegime.LOW,
        *[None] * 4,
    ]
    assert state.update(15.4) is VixRegime.LOW
    state.reset()
    assert state.update(15.4) is VixRegime.MID


@given(st.floats(), st.sampled_from([*VixRegime, None]))
def test_any_vix_has_a_regime_or_none(value: float, before: VixRegime | None) -> None:
    assert (vix_regime(value, before) is None) == (not 0 < value < float("inf"))
