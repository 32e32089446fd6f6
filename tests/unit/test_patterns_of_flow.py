"""Patterns told by the book, by profiles and by the other index, on both sides."""

from typing import Any

import pytest

from mia_plugins.testing import Scene
from strategies.patterns.cvd_trap import CvdDivergenceTrap
from strategies.patterns.gamma_pin import GammaPinReversion
from strategies.patterns.gap_fill import ProfileGapFill
from strategies.patterns.iceberg import IcebergTrackerFollow
from strategies.patterns.lead_lag import EsNqLeadLagMirror
from strategies.patterns.vwap_squeeze import VwapBandSqueezeBreak
from tests.told import bars, both_ways, calm, later, proposed, sides

DAY = "2026-03-10"
ONCE: dict[str, Any] = {"valid": 1}


# --- GammaPinReversion -------------------------------------------------------------------------------------


def levels(scene: Scene, hvl: float, **walls: float) -> Scene:
    rows = {"HVL": hvl} | {name.replace("_", " "): price for name, price in walls.items()}
    return scene.table(
        "levels",
        [
            {"ts_init": "08:00:00", "underlying": "ES", "name": name, "price": price, "source": "a"}
            for name, price in rows.items()
        ],
    )


def walled(lots: int, close: str, *, sold_into: bool = True, extra: str = "") -> Scene:
    """Return an hour of calm over a quiet book, and a minute in which bids or offers of 20 absorb.

    The bid stands at 6000.00, the offer at 6000.25. Absorption is told at 10:00:10 where two thirds of `lots`
    are enough, else at 10:00:20.
    """
    scene = calm(Scene(DAY), "09:00", 60).book("08:59:00   6000.00x20 | 6000.25x20")
    part, price, side = lots // 3, "6000.00" if sold_into else "6000.25", "sell" if sold_into else "buy"
    scene = scene.trades(
        f"""
        10:00:05   {price}   {part}   {side}
        10:00:10   {price}   {part}   {side}
        10:00:20   {price}   {lots - 2 * part}   {side}
        10:00:50   {close}   1   unknown
        {extra}
        """
    )
    return scene.book(
        "\n".join(
            f"10:00:{second}   6000.00x{left if sold_into else 20} | 6000.25x{20 if sold_into else left}"
            for second, left in (("05", 19), ("10", 18), ("20", 15))
        )
    )


def test_a_put_wall_that_absorbed_is_bought_and_a_call_wall_sold() -> None:
    put = levels(walled(120, "6000.75"), 5990.0, Put_Support=6000.0, Call_Resistance=6030.0)
    call = levels(
        walled(120, "6000.00", sold_into=False), 5990.0, Put_Support=5970.0, Call_Resistance=6000.25
    )
    assert both_ways(GammaPinReversion, put, **ONCE) == {"10:00:10": 1, "10:01": 1}
    assert both_ways(GammaPinReversion, call, **ONCE) == {"10:00:10": -1, "10:01": -1}
    # The wrong wall for what absorbed: bids at a call wall, offers at a put wall.
    swapped = levels(walled(120, "6000.75"), 5990.0, Put_Support=5970.0, Call_Resistance=6000.0)
    assert both_ways(GammaPinReversion, swapped, **ONCE) == {}


@pytest.mark.parametrize(
    ("close", "wall", "hvl", "lots", "sides"),
    [
        ("6002.00", 6000.0, 5990.0, 120, {"10:00:10": 1, "10:01": 1}),  # closed 8 t away
        ("6002.25", 6000.0, 5990.0, 120, {"10:00:10": 1}),  # 9 t
        ("6000.75", 6000.0, 5990.0, 60, {"10:00:20": 1, "10:01": 1}),  # just enough to be absorption
        ("6000.75", 6000.0, 6010.0, 120, {}),  # below HVL dealers are short gamma
        ("6000.75", 6000.0, 5990.0, 59, {}),  # too little to be absorption
        ("6000.75", 5999.5, 5990.0, 120, {"10:00:10": 1, "10:01": 1}),  # absorbed 2 t from the wall
        ("6000.75", 5999.25, 5990.0, 120, {}),  # 3 t
    ],
)
def test_the_conditions_of_a_pin(
    close: str, wall: float, hvl: float, lots: int, sides: dict[str, int]
) -> None:
    scene = levels(walled(lots, close), hvl, Put_Support=wall, Call_Resistance=6030.0)
    assert both_ways(GammaPinReversion, scene, least_confidence=0.5, **ONCE) == sides


def test_within_three_ticks_it_is_pinned() -> None:
    def told(close: str, **settings: Any) -> tuple[int, float | None]:
        scene = levels(walled(120, close), 5990.0, Put_Support=6000.0, Call_Resistance=6030.0)
        found = proposed(GammaPinReversion, scene, **settings)["10:01"]
        return found.side, found.extras[1]

    assert told("6000.75") == (1, 1.0)
    assert told("6001.00")[1] == pytest.approx(0.8)
    assert told("6000.75", pinned_only=True, **ONCE)[0] == 1
    assert told("6001.00", pinned_only=True, **ONCE)[0] == 0, (
        "it was pinned when it was told, and closed away"
    )


def test_a_clear_pin_is_preferred() -> None:
    def tier(lots: int, close: str) -> tuple[str, bool | None]:
        scene = levels(walled(lots, close), 5990.0, Put_Support=6000.0, Call_Resistance=6030.0)
        found = proposed(GammaPinReversion, scene)["10:01"]
        return found.tier, found.gates[0].passes

    # Gamma and nearness clear, absorption at three times what was shown just so: 2/3.
    assert tier(60, "6000.75") == ("preferred", True)
    assert tier(60, "6001.75") == ("", True)  # 2/5 of nearness: .5 + .5·(1 + .2 + 0)/3


def test_it_aims_at_vwap_or_the_point_of_control_where_they_are_far_enough() -> None:
    scene = levels(walled(120, "6000.75"), 5990.0, Put_Support=6000.0, Call_Resistance=6030.0)
    early = bars(Scene(DAY), "08:00 6005 6005.5 6004.5 6005 40000 40000")
    high = scene.with_rows(early.rows[early.session.day, "ES"])
    for targets, away in (("poc", 17), ("vwap", 16), ("nearer", 16)):
        found = proposed(GammaPinReversion, high, targets=targets)["10:01"]
        assert (found.target, found.target_r) == (away, 0.0), "from 6000.75 to 6005, and to 6004.8"
    near = proposed(GammaPinReversion, scene)["10:01"]
    assert (near.target, near.target_r) == (2 * near.stop, 2.0), "both lie below"


def test_a_pin_ends_when_the_price_goes_through_the_wall() -> None:
    through = walled(120, "6000.75", extra="10:01:10   5999.50   1   sell\n10:02:10   6000.50   1   buy")
    held = walled(120, "6000.75", extra="10:01:10   5999.75   1   sell\n10:02:10   6000.50   1   buy")
    walls: dict[str, Any] = {"Put_Support": 6000.0, "Call_Resistance": 6030.0}
    found = {"10:00:10": 1, "10:01": 1}
    assert both_ways(GammaPinReversion, levels(through, 5990.0, **walls)) == found
    assert both_ways(GammaPinReversion, levels(held, 5990.0, **walls)) == found | {"10:02": 1, "10:03": 1}


def test_one_absorption_makes_one_setup() -> None:
    held = walled(120, "6000.75", extra="10:01:10   6000.25   1   sell\n10:02:10   6000.50   1   buy")
    scene = levels(held, 5990.0, Put_Support=6000.0, Call_Resistance=6030.0)
    assert both_ways(GammaPinReversion, scene, **ONCE) == {"10:00:10": 1, "10:01": 1}


# --- IcebergTrackerFollow ----------------------------------------------------------------------------------


def iceberg(refills: int = 6, *, close: str = "6000.00", extra: str = "") -> Scene:
    """Return ten lots offered at 6000.25 that are bought and come again, with one lot behind them."""
    books, trades = [], []

    def book(ms: int, lots: int) -> None:
        state = f"6000.00x20 | 6000.25x{lots} 6000.50x30" if lots else "6000.00x20 | 6000.50x30"
        books.append(f"09:31:{ms // 1000:02d}.{ms % 1000:03d}   {state}")

    book(0, 1)
    book(10, 11)
    for at in range(1000, 1000 * (refills + 1), 1000):
        trades.append(f"09:31:{at // 1000:02d}.{at % 1000:03d}   6000.25   11   buy")
        book(at, 0)
        book(at + 20, 1)
        book(at + 100, 11)
    trades.append(f"09:31:50   {close}   1   unknown")
    return Scene(DAY).book("\n".join(books)).trades("\n".join([*trades, extra]))


def followed(scene: Scene, **settings: Any) -> dict[str, int]:
    rules: dict[str, Any] = {"icebergs": {"surprise": 0.0}}
    return both_ways(IcebergTrackerFollow, scene, bracket={"stop_by": "ticks"}, **rules, **settings)


TOLD = {"09:31:03.1": -1}
"""With its third refill: it sells."""


def test_an_iceberg_is_followed_at_its_third_refill_and_while_the_price_is_near() -> None:
    assert followed(iceberg(), **ONCE) == TOLD | {"09:32": -1}
    assert followed(iceberg(close="5998.25"), **ONCE) == TOLD | {"09:32": -1}, "8 t"
    assert followed(iceberg(close="5998.00"), **ONCE) == TOLD, "9 t"
    assert followed(iceberg(2)) == {}, "two refills"


def test_it_is_followed_until_it_is_consumed() -> None:
    resting = "09:32:10   6000.00   1   sell\n09:33:10   6000.00   1   sell"
    through = "09:32:10   6000.50   1   buy\n09:33:10   6000.00   1   sell"
    assert followed(iceberg(extra=resting)) == TOLD | {"09:32": -1, "09:33": -1, "09:34": -1}
    assert followed(iceberg(extra=through)) == TOLD | {"09:32": -1}
    assert followed(iceberg(extra="09:31:58   6000.50   1   buy")) == TOLD, "in its very bar"


def test_what_is_refused_at_the_event_is_looked_at_again_at_the_close_and_may_be_clear_then() -> None:
    rules: dict[str, Any] = {"icebergs": {"surprise": 0.0}, "bracket": {"stop_by": "ticks"}}
    resting = "09:32:10   6000.00   1   sell\n09:33:10   6000.00   1   sell"
    found = proposed(IcebergTrackerFollow, iceberg(extra=resting), least_confidence=0.9, **rules)
    # Three refills are only just enough; six are twice as many, which is clear.
    told = {clock: one.gates[0] for clock, one in found.items() if one.side}
    assert (told["09:31:03.1"].passes, told["09:32"].passes) == (False, True)
    assert told["09:31:03.1"].number == pytest.approx(5 / 6)
    assert told["09:32"].number == pytest.approx(47 / 48), "a tick away"
    assert list(told) == ["09:31:03.1", "09:32", "09:33", "09:34"]
    refused = proposed(IcebergTrackerFollow, iceberg(4, extra=resting), least_confidence=0.9, **rules)
    assert list(sides(refused)) == ["09:31:03.1", "09:32"], "what is refused then is not proposed again"


def test_an_iceberg_makes_one_setup_though_the_price_comes_back_to_it_later() -> None:
    back = iceberg(close="5997.00", extra="09:32:10   5999.50   1   sell")
    assert followed(back, **ONCE) == TOLD


# --- CvdDivergenceTrap -------------------------------------------------------------------------------------


def diverged(second: float = 6006.0, bought: int = 5, *, prior_high: float = 6007.0) -> Scene:
    """Return a day with a high, and on the next two swing highs, the second on less CVD; both confirmed."""
    before = bars(Scene("2026-03-09"), f"10:00 6000 {prior_high} 5980 6000 10 20")
    scene = calm(before.on(DAY), "09:00", 60)
    scene = bars(scene, "10:00 6000 6004 6000 6000 300 0")
    scene = calm(scene, "10:01", 9)
    scene = bars(scene, "10:10 6000 6000 5999.5 6000 0 300\n" + f"10:11 6000 {second} 6000 6000 {bought} 0")
    return calm(scene, "10:12", 4)


def test_a_divergence_at_a_strong_level_is_a_trap() -> None:
    # The second swing is known three bars after it.
    assert both_ways(CvdDivergenceTrap, diverged(), least_confidence=0.5, **ONCE) == {"10:15": -1}


@pytest.mark.parametrize(
    ("scene", "sides"),
    [
        (diverged(prior_high=6008.0), {"10:15": -1}),  # 8 t from the day's high before
        (diverged(prior_high=6008.25), {}),  # 9 t
        (diverged(bought=600), {}),  # CVD has a higher high too
        (diverged(second=6003.75), {}),  # a lower high
    ],
)
def test_the_conditions_of_a_trap(scene: Scene, sides: dict[str, int]) -> None:
    settings: dict[str, Any] = {"levels": {"developing": 0.7}, "least_confidence": 0.5}
    assert both_ways(CvdDivergenceTrap, scene, **settings, **ONCE) == sides


def test_a_level_must_be_strong() -> None:
    weak: dict[str, Any] = {"levels": {"developing": 0.7, "prior": 0.79}, "least_confidence": 0.5}
    assert both_ways(CvdDivergenceTrap, diverged(), **weak) == {}


# --- EsNqLeadLagMirror -------------------------------------------------------------------------------------


def two(leader: str, last: int, own: int = 0, *, together: bool = True) -> Scene:
    """Return 56 minutes of ES and NQ, of which one does what the other did 2 s before, and a last one.

    In it the leader moves by `last` ticks and the laggard by `own`.
    """
    laggard = "NQ" if leader == "ES" else "ES"
    lines: dict[str, list[str]] = {leader: [], laggard: []}
    at = dict.fromkeys(lines, 24_000)

    def trade(product: str, minute: str, second: int, step: int) -> None:
        at[product] += step
        lines[product].append(f"{minute}:{second:02d}   {at[product] / 4}   1   buy")

    for number in range(56):
        minute = later("09:00", number)
        step = (2, -2, 1, -1, 3, -3, -1, 1)[number * 5 % 8]
        other = step if together else (1, 1, -1, -1, 2, 2, -2, -2)[number * 3 % 8]
        trade(leader, minute, 10 + number % 7, step)
        trade(laggard, minute, 12 + number % 7, other)
    trade(leader, "09:56", 40, last)
    trade(laggard, "09:56", 42, own)
    scene = Scene(DAY)
    for product, of in lines.items():
        scene = scene.trades("\n".join(of), product)
    return scene


@pytest.mark.parametrize("way", [1, -1])
@pytest.mark.parametrize(("leader", "laggard"), [("ES", "NQ"), ("NQ", "ES")])
def test_the_laggard_is_traded_whichever_it_is_and_wherever_the_leader_went(
    leader: str, laggard: str, way: int
) -> None:
    scene = two(leader, way * 12)
    assert both_ways(EsNqLeadLagMirror, scene, laggard, **ONCE) == {"09:57": way}
    assert both_ways(EsNqLeadLagMirror, scene, leader, **ONCE) == {}, "the leader is not traded"


def test_the_conditions_of_a_mirror() -> None:
    # Changes before have a standard deviation of 1.94 t: 1.5 of it are 2.9 t, a half .97 t.
    settings: dict[str, Any] = {"least_confidence": 0.5, **ONCE}
    assert both_ways(EsNqLeadLagMirror, two("NQ", 3), "ES", **settings) == {"09:57": 1}
    assert both_ways(EsNqLeadLagMirror, two("NQ", 2), "ES", **settings) == {}
    assert both_ways(EsNqLeadLagMirror, two("NQ", 12, 1), "ES", **settings) == {}
    assert both_ways(EsNqLeadLagMirror, two("NQ", 12, -1), "ES", **settings) == {}
    assert both_ways(EsNqLeadLagMirror, two("NQ", 12, together=False), "ES", **settings) == {}


def test_who_leads_is_measured_unless_the_one_that_moved_is_enough() -> None:
    # NQ led all the while; now it is ES that moves.
    scene = two("NQ", 0, 12)
    assert both_ways(EsNqLeadLagMirror, scene, "NQ", **ONCE) == {}
    assert both_ways(EsNqLeadLagMirror, scene, "NQ", who_leads="moved", **ONCE) == {"09:57": 1}


def test_without_the_other_index_nothing_is_known() -> None:
    found = proposed(EsNqLeadLagMirror, calm(Scene(DAY), "09:00", 60))["10:00"]
    assert (found.side, found.reason) == (0, "leader_moved")
    assert found.extras[:4] == (None,) * 4


# --- VwapBandSqueezeBreak ----------------------------------------------------------------------------------

DAYS = ("2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06")


def squeezed(width: float, *after: str, days: tuple[str, ...] = DAYS) -> Scene:
    """Return days whose prices went 10, 8, 6, 4 … t each way, and one that goes `width` points each way."""
    scene = Scene(days[0])
    for number, day in enumerate(days):
        scene = spread(scene.on(day), 2.5 - number / 2)
    return bars(spread(scene.on("2026-03-09"), width), "\n".join(after))


def spread(scene: Scene, width: float) -> Scene:
    lines = [f"09:{30 + n} 6000 {6000 + width} {6000 - width} 6000 10 10" for n in range(20)]
    return bars(scene, "\n".join(lines))


OUT = "09:50 6000 6000.75 6000 6000.75 10 0"


@pytest.mark.parametrize(
    ("width", "after", "sides"),
    [
        (0.5, (OUT,), {"09:51": 1}),
        (0.5, ("09:50 6000 6000.25 6000 6000.25 10 0",), {}),  # inside
        (0.75, (OUT,), {"09:51": 1}),  # one of five is narrower: the lowest 20 %
        (1.25, ("09:50 6000 6003 6000 6003 10 0",), {}),  # two are
        # The second close beyond is no break any more.
        (0.5, (OUT, "09:51 6000.75 6001 6000.75 6001 10 0"), {"09:51": 1}),
    ],
)
def test_a_break_of_a_narrow_band_is_followed(
    width: float, after: tuple[str, ...], sides: dict[str, int]
) -> None:
    scene = squeezed(width, *after)
    assert both_ways(VwapBandSqueezeBreak, scene, least_confidence=0.5, **ONCE) == sides


def test_five_sessions_must_be_there() -> None:
    scene = squeezed(0.5, OUT, days=DAYS[:4])
    assert both_ways(VwapBandSqueezeBreak, scene, least_confidence=0.5) == {}
    assert proposed(VwapBandSqueezeBreak, scene)["09:51"].extras[0] is None


# --- ProfileGapFill ----------------------------------------------------------------------------------------


def gapped(*closes: float) -> Scene:
    """Return much volume around 6000 and around 6006, little between, and minutes that close somewhere."""
    lines = []
    for row in range(-4, 29):
        lots = {True: 500 - 20 * min(abs(row), abs(row - 24)), False: 20}[abs(row) <= 4 or abs(row - 24) <= 4]
        lines.append(f"09:00:{row + 10:02d}   {6000 + row / 4}   {lots}   unknown")
    lines += [f"10:0{n}:30   {close}   1   unknown" for n, close in enumerate(closes)]
    return Scene(DAY).trades("\n".join(lines))


@pytest.mark.parametrize(
    ("closes", "sides"),
    [
        ((6000.5, 6001.75), {"10:02": 1}),  # out of the lower node: up
        ((6005.5, 6004.25), {"10:02": -1}),  # out of the upper one: down
        ((6000.5, 6000.75), {}),  # still inside
        ((6003.0, 6003.25), {}),  # it was in the gap before
        ((6000.5, 6005.5), {}),  # right through
    ],
)
def test_a_gap_is_filled_from_the_edge_it_is_entered_at(
    closes: tuple[float, ...], sides: dict[str, int]
) -> None:
    scene = gapped(*closes)
    assert both_ways(ProfileGapFill, scene, bracket={"stop_by": "ticks", "stop": 4.0}, **ONCE) == sides


def test_it_aims_at_the_node_opposite_and_ends_back_in_its_own() -> None:
    ticks: dict[str, Any] = {"bracket": {"stop_by": "ticks", "stop": 4.0}}
    found = proposed(ProfileGapFill, gapped(6000.5, 6001.75), **ticks)["10:02"]
    # Summed by three the median row has 420 + 440 lots, at the very ends; 1.3 of it, 1118, are there from
    # 6005.25 on (420 + 440 + 460), 14 t away.
    assert (found.target, found.target_r) == (14, 0.0)
    assert both_ways(ProfileGapFill, gapped(6000.5, 6001.75, 6002.0), **ticks) == {"10:02": 1, "10:03": 1}
    assert both_ways(ProfileGapFill, gapped(6000.5, 6001.75, 6000.75), **ticks) == {"10:02": 1}
