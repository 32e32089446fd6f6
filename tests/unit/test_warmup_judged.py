"""What depends on the start is told from what fades, on decisions that are made up."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pytest

from mia_plugins.checks.warmup import Dependence, Settling, Warmed, _acted, _dependences, _difference, _judged

TIME = pa.timestamp("ns", tz="UTC")
INF = float("inf")


def decided(*ts: int, side: int = 1, **numbers: float | bool | None) -> pa.Table:
    """Return evaluations of a strategy at some instants, all alike."""
    rows = len(ts)
    columns: dict[str, Any] = {"ts": pa.array(ts, TIME), "strategy": ["s"] * rows, "side": [side] * rows}
    columns |= {"outcome": ["taken"] * rows, "reason": [""] * rows, "size": [1] * rows}
    for name, number in numbers.items():
        type_ = pa.bool_() if name.startswith("ok_") else pa.float64()
        columns[name.replace("_", ".", 1)] = pa.array([number] * rows, type_)
    return pa.table(columns)


def warmed(runs: Sequence[pa.Table]) -> Warmed:
    return Warmed("d", len(runs) - 1, tuple(_dependences("s", runs, 1e-6)), {"s": _acted("s", runs)})


@pytest.mark.parametrize(
    "differences", [(3.0, 1.0, 3.0, 1.0, 3.0), (3.0, 1.0, 3.0, 1.0), (0.9, 0.2, 0.7, 0.5), (INF,) * 4]
)
def test_what_swings_with_the_start_never_settles(differences: tuple[float, ...]) -> None:
    assert _judged(differences)[0] is Settling.NEVER


@pytest.mark.parametrize(
    "differences", [(1.0, 0.75, 0.56, 0.42), (0.1, 0.8, 0.6), (1.0, 0.1, 0.01, 0.3), (INF, INF, 0.1)]
)
def test_what_fades_is_not_accused(differences: tuple[float, ...]) -> None:
    assert _judged(differences)[0] is Settling.SETTLING


@pytest.mark.parametrize("name", ["confidence", "n_late", "c_pressure", "s_risk", "ok_late", "age_trades"])
def test_every_number_is_judged(name: str) -> None:
    runs = [decided(1, 2, side=side, **{name: side > 0}) for side in (1, -1, 1, -1, 1)]
    (offender,) = warmed(runs).offenders
    assert offender.name == name.replace("_", ".", 1).removeprefix("v.")


def test_a_rule_whose_number_carries_over_is_not_accused_where_the_same_is_done() -> None:
    runs = [decided(1, 2, v_x=1.0, n_week=float(number)) for number in range(5)]
    assert warmed(runs).offenders == ()


def test_who_does_otherwise_each_time_is_not_said_to_need_nothing() -> None:
    found = warmed([decided(1, 2, side=side, v_x=1.0) for side in (1, -1, 1, -1, 1)])
    assert found.needs("s") is None
    assert found.unexplained == ("s",)
    assert warmed([decided(1, 2, v_x=1.0)] * 3).needs("s") == 0


def test_other_instants_are_a_difference() -> None:
    full = decided(1, 2, v_x=1.0)
    assert _difference(full.slice(0, 0), full, "v.x", 1e-6) == INF
    assert _difference(full, decided(3, 4, v_x=1.0), "v.x", 1e-6) == INF
    assert _difference(full, full, "v.x", 1e-6) == 0
    (late,) = (one for one in _dependences("s", [full.slice(0, 0), full, full], 1e-6) if one.name == "x")
    assert late == Dependence("s", "x", Settling.SETTLED, 1, (INF, 0.0))
