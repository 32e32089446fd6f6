"""What becomes of a decision when its inputs are missing, stale, absurd or halted: defined, told, journaled.

The moment is that of the presets worked by hand: ES at 6000.00, a put wall below, the VIX at 20. Each test
spoils one of its inputs and looks at what the default preset then makes of it.
"""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from indicators.structure.context import SessionContext
from indicators.structure.lead import EsNqCorrelation
from mia_plugins.data.instruments import Contract, lead_contract
from mia_plugins.data.sessions import session_on
from mia_plugins.features.walking import walk
from mia_plugins.journal.decision import Outcome
from mia_plugins.settings.resolve import Run
from mia_plugins.testing import Scene
from mia_plugins.testing.invariants import market_of
from strategies.patterns.lead_lag import EsNqLeadLagMirror
from tests.scenes import small_chain
from tests.told import calm, later, proposed
from tests.unit.test_worked_by_hand import BIAS, DAY, LEVELS, Worked, moment, run_of

ROW = {"underlying": "ES", "source": "MenthorQ", "ts_init": "23:00:00"}


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_of("production_v3_4", tmp_path_factory.mktemp("production"))


def without(name: str) -> Scene:
    scene = moment()
    return replace(scene, tables={key: rows for key, rows in scene.tables.items() if key[1] != name})


def with_levels(named: dict[str, float], **of: Any) -> Scene:
    rows = [ROW | of | {"name": name, "price": at} for name, at in named.items()]
    return without("levels").table("levels", rows)


def became(found: Worked) -> tuple[str, str]:
    return str(found.judged.outcome), found.judged.reason


# --- levels ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scene", "told"),
    [
        (without("levels"), "levels missing: no levels of ES or SPX are known"),
        (
            with_levels(LEVELS, ts_event="18:30:00", ts_init="18:30:00"),
            "",
        ),  # of the evening before: they hold
        (with_levels(LEVELS | {"Call Resistance": 5990.0}), "levels absurd: Put Support 5998.50 is above"),
        (with_levels(LEVELS | {"1D Max": 5970.0}), "levels absurd: 1D Min 5980.00 is above 1D Max 5970.00"),
        (with_levels({name: at + 2500 for name, at in LEVELS.items()}), "7 of 7 are more than 20 % away"),
    ],
    ids=["missing", "of the evening", "walls crossed", "1D crossed", "of another product"],
)
def test_levels_that_are_none(scene: Scene, told: str, production: Run) -> None:
    found = Worked(production, scene=scene)
    verdict = found.verdict("levels_stale")
    assert became(found) == (("blocked", "levels_stale") if told else ("taken", ""))
    assert verdict.passes is not bool(told)
    assert told in str(verdict.reason)
    if "missing" in told:
        # What needs them is not known, or not asked: never a number that was made up.
        assert (found.extras["bias"], found.extras["activity"]) == (None, 0.0)
        assert {
            found.verdict(rule).passes for rule in ("blind_spot", "blind_spot_near", "adverse_swing")
        } == {None}


def test_levels_that_are_stale(production: Run) -> None:
    """Of the evening of Wednesday, at 18:30: at 10:30 on Friday they are 40 h old, and 26 h are allowed."""
    levels = [ROW | {"ts_init": "18:30:00", "name": name, "price": at} for name, at in LEVELS.items()]
    old = calm(Scene("2026-07-09"), "09:40", 1).table("levels", levels)
    now = without("levels")
    scene = replace(now, rows={**old.rows, **now.rows}, tables={**old.tables, **now.tables})
    found = Worked(production, scene=scene)
    assert became(found) == ("blocked", "levels_stale")
    assert "40.0 h old" in str(found.verdict("levels_stale").reason)


@pytest.mark.parametrize("away", [1000.0, -1000.0])
def test_one_price_a_thousand_points_off_is_near_nothing(away: float, production: Run) -> None:
    found = Worked(production, scene=with_levels(LEVELS | {"Swing Upper": 6000 + away}))
    assert became(found) == ("taken", "")
    usual = Worked(production)
    assert found.extras["menthorq"] == pytest.approx(usual.extras["menthorq"], rel=0.05)
    assert found.judged.candidate.size == usual.judged.candidate.size


# --- the VIX, the chain, the other index -------------------------------------------------------------------


def test_without_the_vix_there_is_no_cap_and_that_is_said(production: Run) -> None:
    found = Worked(production, scene=without("vix"))
    cap = found.verdict("vix_cap")
    assert (cap.passes, cap.factor, str(cap.reason)) == (None, 1, "the VIX is not known: no cap")
    # 1.5 x .7 (the blind spot) x .8 (the spread) = .84
    assert (became(found), found.judged.candidate.size) == (("taken", ""), 8)


def test_a_chain_without_open_interest_leaves_the_word_to_the_levels(production: Run) -> None:
    scene = moment()
    chain = small_chain(np.random.default_rng(1), scene.session.day, scene.at("10:20:00"), 5976.0)
    at = chain.schema.get_field_index("open_interest")
    none = chain.set_column(
        at, chain.schema.field(at), pa.array([0] * len(chain), chain.schema.field(at).type)
    )
    found = Worked(production, scene=scene.with_table("option_chains", none))
    assert became(found) == ("taken", "")
    assert found.extras["bias"] == pytest.approx(BIAS)


def two_legs(halted: str, minutes: int) -> Scene:
    """Return an hour of ES and NQ that go together; at its end one of them is silent for so many minutes."""
    lines: dict[str, list[str]] = {"ES": [], "NQ": []}
    price = 24_000
    for number in range(60):
        price += (2, -2, 1, -1, 3, -3, -1, 1)[number * 5 % 8] + (9 if number == 59 else 0)
        for code, second in (("NQ", "10"), ("ES", "12")):
            if code != halted or number < 60 - minutes:
                lines[code].append(f"{later('09:00', number)}:{second}   {price / 4}   1   buy")
    scene = Scene(DAY)
    for code, of in lines.items():
        scene = scene.trades("\n".join(of), code)
    return scene


def lead_of(scene: Scene) -> Any:
    market = market_of(scene)
    feature = EsNqCorrelation(market, EsNqCorrelation.Settings())
    now = scene.at("10:00:00")
    for instant in walk(market, scene.days(), (now,)):
        if instant.now == now:
            return feature.read(now)
    raise AssertionError("it was never 10:00")


@pytest.mark.parametrize("halted", ["ES", "NQ"])
def test_a_leg_that_is_halted_is_no_leg(halted: str) -> None:
    """Silent for one minute it stood still; silent for six it says nothing, and neither is traded for it."""
    assert lead_of(two_legs(halted, 1)).value is not None
    found = lead_of(two_legs(halted, 6))
    assert found.value is None
    assert f"{halted} has not traded" in str(found.reason)
    loose: dict[str, Any] = {"least_confidence": 0.5, "who_leads": "moved", "valid": 1}
    other = {"ES": "NQ", "NQ": "ES"}[halted]
    (last,) = [
        one
        for clock, one in proposed(EsNqLeadLagMirror, two_legs(halted, 6), other, **loose).items()
        if clock == "10:00"
    ]
    assert (last.side, last.extras[0]) == (0, None)  # `leader_moved` is not known


def test_after_a_halt_the_jump_over_it_is_no_change_of_a_minute() -> None:
    scene = two_legs("NQ", 20)
    scene = scene.trades("10:01:10 6100.00 1 buy\n10:02:10 6100.50 1 buy", "NQ")
    scene = scene.trades("10:01:12 6000.00 1 buy\n10:02:12 6000.50 1 buy")
    market = market_of(scene)
    feature = EsNqCorrelation(market, EsNqCorrelation.Settings())
    assert feature.lead is not None
    changes = []
    for now, at_bar in walk(market, scene.days()):
        if at_bar and now >= scene.at("10:01:00"):
            steps = feature.lead.other
            changes.append(int(steps.by_minute[(steps.count - 1) % len(steps.by_minute), 1]))
    assert max(map(abs, changes)) <= 12, "the 400 t over the halt are in none of them"


# --- the calendar ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "month", "passes"),
    [
        ("2026-06-09", 6, True),  # the last day on which June leads
        ("2026-06-10", 6, False),  # the roll: September leads
        ("2026-06-10", 9, True),
        ("2026-06-18", 6, False),  # its expiry
    ],
)
def test_contracts_on_the_day_of_the_roll_and_at_expiry(
    day: str, month: int, passes: bool, production: Run
) -> None:
    found = Worked(production)
    session = session_on(dt.date.fromisoformat(day))
    contract = Contract(2026, month, "ES")
    assert (lead_contract("ES", session.day) == contract) is passes
    judged = found.judges.judge(found.proposal, candidate_on(found, session, contract))
    names = [name for name, _ in found.judges.rules]
    assert judged.verdicts[names.index("roll_window")].passes is passes


def test_a_half_day_ends_early(tmp_path: Path) -> None:
    """001 trades regular hours: on the day after Thanksgiving they end at 13:00."""
    found = Worked(run_of("elite_2025_08", tmp_path))
    half = Scene("2026-11-27")
    candidate = candidate_on(found, half.session, lead_contract("MES", half.session.day))
    names = [name for name, _ in found.judges.rules]
    for clock, passes in (("12:59:00", True), ("13:00:00", False)):
        judged = found.judges.judge(found.proposal, replace(candidate, now=half.at(clock)))
        assert judged.verdicts[names.index("session_closed")].passes is passes
        assert passes or judged.outcome is Outcome.BLOCKED


def candidate_on(found: Worked, session: Any, contract: Contract) -> Any:
    return replace(
        found.judged.candidate, now=session.rth_open + 1, session=session, contract=contract, size=0
    )


@pytest.mark.parametrize("day", ["2026-03-09", "2026-11-02"])
def test_the_phases_of_the_day_are_new_yorks_on_both_sides_of_a_change_of_clocks(day: str) -> None:
    scene = calm(calm(Scene(day), "18:00", 1), "09:29", 2)
    scene = scene.trades("09:31:05 6000.00 1 buy")
    market = market_of(scene)
    feature = SessionContext(market, SessionContext.Settings())
    seen: dict[str, float | None] = {}
    times = {clock: scene.at(clock) for clock in ("18:01:00", "09:29:59", "09:30:00", "09:31:00")}
    for instant in walk(market, scene.days(), tuple(times.values())):
        seen |= {clock: feature.read(instant.now).value for clock, at in times.items() if at == instant.now}
    assert seen == pytest.approx(
        {"18:01:00": 0.8 / 1.2, "09:29:59": 0.8 / 1.2, "09:30:00": 1.0, "09:31:00": 1.0}
    )
