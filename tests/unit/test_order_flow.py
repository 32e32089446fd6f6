"""Order flow by hand: small scenes, and what the definitions say of them."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest

from indicators.flow.bars import FlowBars
from indicators.flow.cvd import Cvd
from indicators.flow.delta_divergence import DeltaDivergence
from indicators.flow.footprint import Footprint
from indicators.flow.momentum_flow import MomentumFlow
from indicators.flow.tick_momentum import TickMomentum
from indicators.flow.volume import VolumeConfirmation, VolumeImbalance
from indicators.flow.vwap import Vwap
from mia_plugins.data.arrow import Kind
from mia_plugins.data.columns import Bars
from mia_plugins.data.instruments import lead_contract
from mia_plugins.features import Feature, Market, Measure, Reading
from mia_plugins.features.walking import Day, walk
from mia_plugins.tape.tape import Tape
from mia_plugins.testing import Scene
from tests.minutes import at_bars

SCENE = Scene("2026-03-10")


def kept(kind: type[Measure], scene: Scene, look: Callable[[Any], Any], **settings: Any) -> list[Any]:
    def read(market: Market) -> Callable[[], Any]:
        measure = market.measure(kind, **settings)
        return lambda: look(measure)

    return [found for _, found in at_bars(scene, read)]


def said(kind: type[Feature], scene: Scene, **settings: Any) -> list[Reading]:
    def read(market: Market) -> Callable[[], Reading]:
        feature = kind(market, kind.Settings(**settings))
        return lambda: feature.checked("it", market.tape.now)

    return [reading for _, reading in at_bars(scene, read)]


def lines(rows: Iterable[tuple[str, float, int, str]]) -> str:
    return "\n".join(f"{time} {price} {lots} {side}" for time, price, lots, side in rows)


def test_a_trade_at_the_very_end_of_a_bar_belongs_to_the_next() -> None:
    scene = SCENE.trades(
        """
        09:30:00      6000.00  5  buy
        09:30:30      6000.25  2  sell
        09:30:59.999  6000.25  1  unknown
        09:31:00      6000.25  7  sell
        09:31:10      6000.00  1  buy
        """
    )
    bars = kept(FlowBars, scene, lambda flow: flow.bars[-1])
    assert [(bar.bought, bar.sold, bar.unknown, bar.delta) for bar in bars] == [(5, 2, 1, 3), (1, 7, 0, -6)]
    assert kept(Cvd, scene, lambda cvd: (cvd.value, cvd.unknown)) == [(3, 1), (-3, 1)]


def test_cvd_begins_with_the_session_or_with_regular_hours() -> None:
    scene = SCENE.trades(
        """
        18:00:00   6000.00  9  buy
        09:29:00   6000.00  5  sell
        09:30:00   6000.00  2  buy
        """
    ).on("2026-03-11")
    scene = scene.trades("18:05:00  6000.00  4  sell")
    assert kept(Cvd, scene, lambda cvd: cvd.value) == [9, 4, 6, -4]
    assert kept(Cvd, scene, lambda cvd: cvd.value, anchor="rth") == [None, None, 2, None]


def test_tick_momentum_by_hand() -> None:
    # Twenty trades after the first: a rise, a fall, eighteen at one price; 20 lots bought, 5 sold, 17 unknown.
    prices = [6000.0, 6000.25, 6000.5, 6000.25, *[6000.25] * 17]
    sides = ["buy", *["buy"] * 2, "sell", *["unknown"] * 17]
    lots = [900, 10, 10, 5, *[1] * 17]
    rows = [
        (f"09:30:{n:02}", price, size, side)
        for n, (price, size, side) in enumerate(zip(prices, lots, sides, strict=True))
    ]
    (enough,) = said(TickMomentum, SCENE.trades(lines(rows)))
    assert enough.value == pytest.approx(0.4 * 1 / 20 + 0.6 * 15 / 42)
    assert enough.reason == "+1 ticks up less down, +15 of 42 lots in 20 trades"
    (short,) = said(TickMomentum, SCENE.trades(lines(rows[1:])))
    assert (short.value, short.reason) == (None, "no 20 trades in this session yet")


def test_the_trades_of_the_session_before_are_no_momentum() -> None:
    rows = [(f"16:59:{n:02}", 6000.0, 1, "buy") for n in range(30)]
    scene = SCENE.trades(lines(rows)).on("2026-03-11").trades("18:00:10  6001.00  1  sell")
    assert [reading.value for reading in said(TickMomentum, scene)] == [0.6, None]


def test_volume_imbalance_over_five_bars() -> None:
    rows = [(f"09:3{n}:00", 6000.0, 3, "buy") for n in range(5)]
    rows += [
        (f"09:3{n}:01", 6000.0, 1, side) for n, side in enumerate(["sell", "sell", "unknown", "sell", "buy"])
    ]
    found = said(VolumeImbalance, SCENE.trades(lines(rows)))
    assert [reading.value for reading in found] == [None, None, None, None, (16 - 3) / 19]
    assert found[3].reason == "4 of 5 bars"
    rows = [(time, price, lots, "unknown") for time, price, lots, _ in rows]
    unknown = said(VolumeImbalance, SCENE.trades(lines(rows)))
    assert (unknown[-1].value, unknown[-1].reason) == (None, "no trade of a known aggressor in 5 bars")


def minutes(deltas: list[int], lots: int = 10, *, rise: bool = True) -> list[tuple[str, float, int, str]]:
    """Return a bar of one tick up (or down) for each delta, of so many contracts in all."""
    rows = []
    for n, delta in enumerate(deltas):
        clock = f"{9 + (30 + n) // 60:02}:{(30 + n) % 60:02}"
        first, last = (6000.0, 6000.25) if rise else (6000.25, 6000.0)
        rows.append((f"{clock}:00", first, lots - abs(delta), "unknown"))
        rows.append((f"{clock}:01", last, abs(delta), "buy" if delta > 0 else "sell"))
    return rows


def test_volume_confirmation_by_hand() -> None:
    """The last bar has 1.8 times the median; 6 of 58 contracts are one-sided; two bars go with their delta."""
    rows = minutes([*[0] * 46, 2, -2, 0, 4, 2])
    rows[-2] = (*rows[-2][:2], 16, "unknown")
    found = said(VolumeConfirmation, SCENE.trades(lines(rows)))
    assert [reading.value is None for reading in found] == [True] * 50 + [False]
    assert found[-1].value == pytest.approx(0.45 + 0.35 * 6 / 58 + 0.20 * 3 / 5)
    rows[-2] = (*rows[-2][:2], 7, "unknown")
    half = said(VolumeConfirmation, SCENE.trades(lines(rows)))[-1]
    assert half.value == pytest.approx(0.45 * 0.9 / 1.8 + 0.35 * 6 / 49 + 0.20 * 3 / 5)


def test_a_bar_without_a_body_goes_with_no_delta() -> None:
    rows = [(time, 6000.0, lots, side) for time, _, lots, side in minutes([5] * 51)]
    assert said(VolumeConfirmation, SCENE.trades(lines(rows)))[-1].value == pytest.approx(
        0.45 / 1.8 + 0.35 / 2
    )


def test_bands_of_vwap() -> None:
    scene = SCENE.trades(
        """
        09:30:00   6000.00  1  buy
        09:30:30   6000.25  1  buy
        09:31:30   6001.25  2  buy
        """
    )
    narrow, wide = kept(
        Vwap, scene, lambda vwap: [vwap.value, vwap.sd, vwap.upper_1, vwap.lower_3, vwap.upper_2]
    )
    assert narrow == [24000.5, None, None, None, None]
    sd = (((3 - 0) ** 2 + (3 - 1) ** 2 + 2 * (3 - 5) ** 2) / 4 - (3 - 2.75) ** 2) ** 0.5
    assert wide == pytest.approx([24002.75, sd, 24002.75 + sd, 24002.75 - 3 * sd, 24002.75 + 2 * sd])


FOOTPRINT = """
    09:30:00   6000.00  10  sell
    09:30:01   6000.25  30  buy
    09:30:02   6000.25  10  sell
    09:30:03   6000.50  {middle}  buy
    09:30:04   6000.75  10  buy
    09:30:05   6001.00  9   buy
    09:30:06   6001.00  50  unknown
"""


@pytest.mark.parametrize(
    ("middle", "buys", "stacks", "sign"),
    [
        (30, 3, ((1, 24001, 24003),), 1),  # thirty are three times ten, ten are enough, nine are too few
        (29, 2, (), 0),
    ],
)
def test_a_stack_of_three_rows(middle: int, buys: int, stacks: Any, sign: int) -> None:
    scene = SCENE.trades(FOOTPRINT.format(middle=middle))
    ((found, sells, stacked, side),) = kept(
        Footprint, scene, lambda it: (it.buys, it.sells, it.stacks, it.sign), lots="fixed"
    )
    assert (found, sells, stacked, side) == (buys, 0, stacks, sign)
    ((rows, low),) = kept(Footprint, scene, lambda it: (it.rows.tolist(), it.low))
    assert low == 24000
    assert rows == [[10, 0], [10, 30], [0, middle], [0, 10], [0, 9]]


def test_relative_lots_are_a_tenth_of_the_largest_row() -> None:
    scene = SCENE.trades(
        """
        09:30:00   6000.00  40  sell
        09:30:00   6000.00   0  buy
        09:30:01   6000.25   4  buy
        09:30:02   6001.00   4  buy
        09:30:03   6001.50   3  buy
        """
    )
    assert kept(Footprint, scene, lambda it: (it.buys, it.sells), lots="relative") == [(1, 1)]
    assert kept(Footprint, scene, lambda it: (it.buys, it.sells), lots="fixed") == [(0, 1)]


def test_a_row_out_of_reach_is_counted() -> None:
    scene = SCENE.trades(
        """
        09:30:00   6000.00   20  buy
        09:30:01   6512.00   30  buy
        09:30:02   6512.25   7  sell
        09:31:01   6512.00   1  buy
        """
    )
    found = kept(Footprint, scene, lambda it: (len(it.rows), it.outside))
    assert found == [(2049, 7), (1, 0)]


def swings(deltas: dict[int, int], highs: tuple[int, int], count: int = 75) -> Scene:
    """Return bars around 6000 with two highs, at bars 56 and 64, and a delta of 1 or -1 but where it is told."""
    rows = []
    for n in range(count):
        clock = f"{9 + (30 + n) // 60:02}:{(30 + n) % 60:02}"
        delta = deltas.get(n, 1 if n % 2 else -1)
        peak = {56: highs[0], 64: highs[1]}.get(n, n % 2)
        rows.append((f"{clock}:00", 6000.0, 1, "unknown"))
        rows.append((f"{clock}:01", 6000.0 + peak / 4, 1, "unknown"))
        rows.append((f"{clock}:02", 6000.0, abs(delta), "buy" if delta > 0 else "sell"))
    return SCENE.trades(lines(rows))


def test_a_higher_high_on_a_lower_cvd_fades_over_fifteen_bars() -> None:
    found = said(DeltaDivergence, swings({60: -40}, (8, 20)), held=8)
    assert found[66].value == 0
    assert found[67].reason.startswith("a higher high by 12 t on CVD -")
    # The move is more than an ATR, the flow more than usual of so many bars.
    assert found[67].value == -1
    assert [reading.value for reading in found[67:76]] == [-(1 - age / 8) for age in range(8)]


def test_what_is_no_divergence() -> None:
    for scene in (swings({60: 40}, (8, 20)), swings({60: -40}, (20, 8)), swings({60: -40}, (8, 8))):
        assert {reading.value for reading in said(DeltaDivergence, scene)[51:]} == {0}
    assert said(DeltaDivergence, swings({60: -40}, (8, 20)), apart=7)[67].value == 0
    assert said(DeltaDivergence, swings({60: -40}, (8, 20)), apart=8)[67].value == -1


def test_a_small_move_on_small_flow_says_little() -> None:
    (reading,) = said(DeltaDivergence, swings({60: -2}, (8, 9)))[67:68]
    assert reading.value is not None
    assert -0.6 < reading.value < 0


def test_nothing_is_known_of_bars_that_come_without_trades() -> None:
    session = SCENE.session
    market = Market("ES", {"ES": Tape("ES", {Kind.BARS}, (1,))}, {})
    features = [
        kind(market, kind.Settings())
        for kind in (DeltaDivergence, TickMomentum, VolumeImbalance, VolumeConfirmation, MomentumFlow)
    ]
    ts = session.rth_open + np.arange(1, 81) * 60_000_000_000
    prices = np.full(80, 24000) + np.arange(80) % 3
    bars = Bars(ts, prices, prices + 2, prices - 2, prices, np.full(80, 100))
    of_day = Day(session, {"ES": lead_contract("ES", session.day)}, [("ES", [bars])])
    for now, at_bar in walk(market, [of_day]):
        if at_bar:
            assert [feature.checked("it", now).value for feature in features] == [None] * 5
