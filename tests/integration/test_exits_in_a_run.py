"""How trades are left, in the real engine and on both sides: what a market does, and what becomes of it.

A row is a price a minute from 9:31 on, in ticks for the trade; it is entered at 9:40.
"""

from dataclasses import replace
from typing import Any

import pytest

from mia_plugins.data.columns import Quotes
from tests.market import DAY
from tests.runtime import BASE, Played, a_trade_a_minute, at, market_of, mirrored, stage

FLAT = [0] * 9
"""Up to the entry."""
WAVES = [0, -2, -5, -9, -5, -2, 0, 1, 2]
"""A swing low of 9 ticks, confirmed before the entry."""


def played(
    prices: list[int], side: int, turn: str = "", micro: bool = False, run: Any = None, **own: Any
) -> Played:
    """Return what came of a trade on a side: prices are mirrored for a short one; `run` are its settings."""
    rows = "".join(f"09:{31 + n}:30 {price} {price + 1}\n" for n, price in enumerate(prices))
    market = market_of(f"time bid ask\n09:30:30 {prices[0]} {prices[0] + 1}\n{rows}")
    assert isinstance(market, Quotes)
    trades = a_trade_a_minute(market)
    if side < 0:
        market = mirrored(market)
        trades = replace(trades, ticks=2 * BASE - trades.ticks, side=-trades.side)
    told = {"enter_at": at("09:40"), "enter": side} | ({"turn_at": at(turn)} if turn else {}) | own
    more: dict[str, Any] = {"traded_as": "micro", "sizers": {"standard": {"base": 0.25}}} if micro else {}
    more |= run or {}
    return stage(
        {DAY: [market, trades]},
        {"wishing": told},
        fills="quotes",
        plugin="tests.wishing:Wishing",
        venue={"slippage": 0, "commission": 0},
        **more,
    ).run()


TICKS: dict[str, Any] = {"stop_by": "ticks", "stop": 10, "target_r": 5, "time_exit": 0}
TRAILING = {"trailing": {"on": True, "after": 8, "distance": 6, "step": 2}}
BREAK_EVEN = {"break_even": {"on": True, "after_r": 1}}


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize(
    ("path", "own", "how", "ticks"),
    [
        pytest.param([0, -9, -11], {"bracket": TICKS}, "stop", -12, id="ticks"),
        pytest.param([0, 3, 5], {"bracket": TICKS | {"time_exit": 2}}, "time", 2, id="time"),
        pytest.param([4, 9, 13, 9, 6, 2], {"bracket": TICKS, "exits": TRAILING}, "stop", None, id="trailing"),
        pytest.param([4, 8, 12, 8, 1, 0, -4], {"bracket": TICKS, "exits": BREAK_EVEN}, "stop", None, id="break-even"),
        pytest.param([0, 20, 60], {"bracket": TICKS}, "target", None, id="target"),
    ],
)  # fmt: skip
def test_a_trade_is_left_as_its_settings_say(
    side: int, path: list[int], own: dict[str, Any], how: str, ticks: int | None
) -> None:
    run = played([*FLAT, *path, path[-1]], side, **own)
    (trip,) = run.table("positions")
    assert (trip["side"], trip["exit"]) == (side, how)
    gross = float(trip["gross"]) / 12.5
    if ticks is not None:
        assert gross == ticks
    elif own.get("exits") is TRAILING:
        assert gross > 0
        assert [row["ticks"] for row in run.table("orders") if row["role"] == "stop"] != [24_000 - side * 10]
    elif own.get("exits") is BREAK_EVEN:
        assert -2 <= gross <= 0
    else:
        assert gross == 50 - 1


@pytest.mark.parametrize("side", [1, -1])
def test_a_stop_by_structure_lies_beyond_the_last_swing(side: int) -> None:
    own: dict[str, Any] = {"bracket": TICKS | {"stop_by": "structure", "stop": 2, "beyond": 2}}
    run = played([*WAVES, 2, -7, -9, -14, -14], side, **own)
    (decision,) = [row for row in run.table("decisions") if row["outcome"] == "taken"]
    assert side * (decision["price"] - decision["stop"]) == 1 + 9 + 2
    assert [trip.split()[2] for trip in run.trips] == ["stop"]


def test_without_a_swing_there_is_no_candidate() -> None:
    run = played([*range(0, 27, 3), 30, 30], 1, bracket=TICKS | {"stop_by": "structure"})
    assert run.fills == []
    assert {row["reason"] for row in run.table("decisions") if row["side"]} == {"no_swing"}


def test_a_stop_by_atr_is_a_multiple_of_it() -> None:
    prices = [0, 4] * 9
    run = played(prices, 1, bracket={"stop_by": "atr", "stop_atr": 2.0, "time_exit": 0})
    candidates = [row for row in run.table("decisions") if row["side"]]
    assert [row["reason"] for row in candidates] == ["no_atr"]  # fourteen bars have not closed


@pytest.mark.parametrize("side", [1, -1])
def test_a_signal_on_the_other_side_leaves(side: int) -> None:
    run = played([*FLAT, 0, 1, 2, 2], side, turn="09:42", bracket=TICKS)
    assert [trip.split()[2] for trip in run.trips] == ["reversal"]


@pytest.mark.parametrize(
    "limits",
    [
        pytest.param({"extends": "mia:presets/parts/limits.yaml"}, id="those of all presets"),
        pytest.param({"rules": {"daily_trades": {"maximum": 1}}}, id="the day's trades"),
        pytest.param({"rules": {"outer_envelope": {"limit": 200}}}, id="what may be lost with what is held"),
    ],
)
def test_limits_on_entries_do_not_keep_a_position_from_being_left(limits: dict[str, Any]) -> None:
    run = played([*FLAT, 0, 1, 2, 2], 1, turn="09:42", bracket=TICKS, run=limits)
    assert [one.split()[2] for one in run.decisions] == ["taken", "blocked"]
    assert [trip.split()[2] for trip in run.trips] == ["reversal"]


@pytest.mark.parametrize("side", [1, -1])
def test_less_than_a_contract_is_traded_in_micros(side: int) -> None:
    run = played([*FLAT, 0, 20, 60, 60], side, micro=True, bracket=TICKS)
    (trip,) = run.table("positions")
    assert (trip["instrument_id"], trip["lots"], trip["exit"]) == ("MESM6.XCME", 2, "target")
    assert float(trip["gross"]) == 2 * 49 * 1.25
