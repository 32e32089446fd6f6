"""Scores made of options: worked by hand, with their boundaries and with what is not known."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.options.activity import unusual_activity, usual_volume
from indicators.options.bias import (
    Dealers,
    dealers_bias_chain,
    dealers_bias_levels,
    usual_gex,
    which_bias,
)
from indicators.options.flow import options_flow_bias, put_call_term, volume_term
from indicators.options.gamma_levels import GammaLevels
from indicators.options.levels import levels_of
from indicators.options.moves import ExpectedMove, expected_move, move_by_iv, move_by_levels, move_by_straddle
from indicators.options.pin import pin_risk
from indicators.options.proximity import FlipCrossing, gamma_levels_proximity, wall_proximity
from indicators.options.smile import at_the_money_iv, skew_25_delta, term_structure
from indicators.options.vix import VixRegime
from mia_plugins.features import Reading
from mia_plugins.units import Points, Seconds
from tests.options import AS_OF, DAY, MONTHLY, TOMORROW, chain, levels_table, row

P = Points(6000)


@pytest.mark.parametrize(
    ("ticks", "felt"),
    [(0, 1.0), (1, 1.0), (1.9, 1.3 * 6.1 / 8), (2, 1.3 * 0.75), (4, 0.65), (7, 1.3 / 8), (8, 0.0), (9, 0.0)],
)
def test_a_wall_is_felt_within_8_ticks(ticks: float, felt: float) -> None:
    assert wall_proximity(P, (Points(P + ticks / 4), Points(P - 30))) == pytest.approx(felt)
    assert wall_proximity(P, (Points(P - ticks / 4),)) == pytest.approx(felt)


def levels(call: float = 100, put: float = 100, flip: float | None = 0.0) -> GammaLevels:
    """Return levels so many ticks away: calls above, puts below, and the flip in points below."""
    return GammaLevels(
        (Points(P + call / 4),),
        (Points(P - put / 4),),
        None if flip is None else Points(P - flip),
        "repriced",
    )


@pytest.mark.parametrize(
    ("around", "move", "crossing", "value"),
    [
        (levels(put=4), 50, 0, 0.65 * 0.65),
        (levels(call=4), 50, 0, -0.65 * 0.65),
        (levels(put=4, flip=25), 50, 1, 0.65 * 0.65 + 0.25 * math.tanh(0.5) + 0.1),
        (levels(put=4, flip=None), 50, 1, 0.65),
        (levels(put=4, flip=25), None, 0, 0.65 * 0.65 / 0.75),
        (GammaLevels((), (P,), Points(P - 25), "HVL"), 50, -1, 0.65 + 0.25 * math.tanh(0.5) - 0.1),
        (GammaLevels((P,), (), Points(P - 10), "HVL"), 40, 0, -0.65 + 0.25 * math.tanh(0.25)),
        (GammaLevels((), (), Points(P - 25), "HVL"), 50, -1, (0.25 * math.tanh(0.5) - 0.1) / 0.35),
        (levels(call=8, put=8), 50, 0, 0.0),
    ],
)
def test_gamma_levels_proximity(around: GammaLevels, move: float | None, crossing: int, value: float) -> None:
    found = gamma_levels_proximity(P, around, None if move is None else Points(move), crossing)
    assert found.value == pytest.approx(value)
    if value == 0:
        assert found.reason.startswith("quiet")


@given(
    st.lists(st.integers(-40, 40), max_size=3),
    st.lists(st.integers(-40, 40), max_size=3),
    st.one_of(st.none(), st.integers(-60, 60)),
    st.integers(-1, 1),
)
def test_a_wall_that_is_not_known_is_as_one_out_of_reach(
    calls: list[int], puts: list[int], flip: int | None, crossing: int
) -> None:
    """So the sign at the wall that is known stays; only where neither is known does the flip speak for them."""
    given_one = GammaLevels(
        tuple(Points(P + at / 4) for at in calls),
        tuple(Points(P + at / 4) for at in puts),
        None if flip is None else Points(P + flip / 4),
        "HVL",
    )
    far = (Points(P + 1000),)
    whole = replace(given_one, calls=given_one.calls or far, puts=given_one.puts or far)
    one, other = (gamma_levels_proximity(P, each, Points(40), crossing) for each in (given_one, whole))
    if calls or puts:
        assert one == other
    elif flip is not None:
        assert (one.value or 0) == pytest.approx((other.value or 0) / 0.35)


def test_proximity_without_anything_is_not_known() -> None:
    assert gamma_levels_proximity(P, None, Points(50), 0).value is None
    assert gamma_levels_proximity(P, GammaLevels((), (), None, ""), Points(50), 0).value is None
    assert gamma_levels_proximity(Points(math.nan), levels(), Points(50), 0).value is None


def test_a_crossing_of_the_flip_counts_for_five_bars() -> None:
    flip = FlipCrossing()
    closes = (5999, 6001, 6002, 6003, 6002, 6001, 6004, 5999.75, 6000, 6001)
    assert [flip.advance(Points(close), P) for close in closes] == [0, 1, 1, 1, 1, 1, 0, -1, -1, 1]


def test_a_flip_that_moves_over_the_price_is_no_crossing() -> None:
    flip = FlipCrossing()
    assert [flip.advance(P, Points(at)) for at in (5990, 6010, 5990)] == [0, 0, 0]
    assert flip.advance(P, None) is None
    flip.reset()
    assert flip.value == 0


@pytest.mark.parametrize(
    ("ratio", "sessions", "past", "value"),
    [
        (0.5, 60, 0.5, 0.0),
        (0.7, 20, 0.5, math.tanh(-0.4)),
        (0.7, 19, 0.5, 0.0),
        (-0.1, 0, 0.0, 0.0),
    ],
)
def test_put_call_term(ratio: float, sessions: int, past: float, value: float) -> None:
    assert put_call_term(ratio, [past] * sessions) == pytest.approx(value)
    assert put_call_term(ratio, [9.0] * 100 + [past] * 60) == put_call_term(ratio, [past] * 60)
    assert put_call_term(None, []) is None


def test_options_flow_bias() -> None:
    made = chain(
        row(6050, "call", open_interest=1000, volume=300), row(5950, "put", open_interest=2000, volume=100)
    )
    assert volume_term(made) == 0.5
    assert options_flow_bias(made).value == pytest.approx(0.4 * 0.5), "twice as many puts may be as usual"
    even = options_flow_bias(made, [0.0] * 20).value
    assert even == pytest.approx(0.6 * math.tanh(-2 * math.log(2)) + 0.4 * 0.5)
    still = chain(row(6050, "call", volume=0), row(5950, "put", volume=0))
    assert options_flow_bias(still).value == 0
    blind = chain(row(6050, "call", volume=None), row(5950, "put"))
    assert options_flow_bias(blind).value is None
    assert "volume" in options_flow_bias(blind).reason
    assert options_flow_bias(None).value is None


FULL = Dealers(2e9, Points(5990), Points(50), 0.5, 1e9)


@pytest.mark.parametrize(
    ("dealers", "vix", "value"),
    [
        (FULL, VixRegime.MID, 0.45 * math.tanh(2) + 0.35 * math.tanh(0.2) + 0.1),
        (FULL, VixRegime.HIGH, 0.9 * (0.45 * math.tanh(2) + 0.35 * math.tanh(0.2) + 0.1)),
        (Dealers(-2e9, P, Points(50), 0.5, 1e9), VixRegime.LOW, 0.1),
        (
            Dealers(-2e9, Points(6010), Points(50), 0.0, 1e9),
            None,
            -0.45 * math.tanh(2) - 0.35 * math.tanh(0.2),
        ),
    ],
)
def test_dealers_bias_of_the_chain(dealers: Dealers, vix: VixRegime | None, value: float) -> None:
    assert dealers_bias_chain(P, dealers, vix).value == pytest.approx(value)


@pytest.mark.parametrize("name", ["net_gex", "flip", "move", "put_call", "usual_gex"])
@pytest.mark.parametrize("value", [None, math.nan, math.inf])
def test_dealers_bias_of_the_chain_needs_everything(name: str, value: float | None) -> None:
    from dataclasses import replace

    assert dealers_bias_chain(P, replace(FULL, **{name: value}), VixRegime.MID).value is None  # type: ignore[arg-type]


def test_usual_gex_is_the_upper_quartile_of_60_sessions() -> None:
    assert usual_gex([1.0] * 19) is None
    assert usual_gex([-4e9, *[1e9] * 3] * 15) == pytest.approx(np.quantile([4e9, *[1e9] * 3] * 15, 0.75))
    assert usual_gex([9e9] * 40 + [-1e9] * 60) == 1e9


def bias_of(named: dict[str, float | None], vix: VixRegime | None, *, legacy: bool = False) -> float | None:
    made = levels_of(levels_table(named), "ES")
    return dealers_bias_levels(P, made, Points(40), vix, legacy=legacy).value


def test_dealers_bias_of_levels() -> None:
    # EM/2 is 20 points. Put support 5 below: q .75; call resistance 15 above: q .25; BL 10 above: q .5.
    named: dict[str, float | None] = {"Put Support": 5995, "Call Resistance": 6015, "BL 3": 6010}
    walls, blind = 0.75, 0.25
    x = (0.45 * walls + 0.20 * blind + 0.05 * 0.5) / 0.70
    assert bias_of(named, VixRegime.MID) == pytest.approx(2 * (x - 0.5))
    high = (0.45 * walls + 0.20 * blind) / 0.70
    assert bias_of(named, VixRegime.HIGH) == pytest.approx(2 * (high - 0.5))
    without = (0.45 * walls + 0.20 * blind) / 0.65
    assert bias_of(named, None) == pytest.approx(2 * (without - 0.5))
    each = (0.25 * (1 - 0.25) / 2 + 0.20 * (1 + 0.75) / 2 + 0.20 * blind) / 0.65
    assert bias_of(named, None, legacy=True) == pytest.approx(2 * (each - 0.5))
    assert bias_of({"HVL": 6000}, VixRegime.LOW) is None
    assert bias_of({"GEX 1": 6020, "Swing Upper": 5980}, None) == pytest.approx(0)
    assert bias_of({"GEX 4": 6000}, None) == pytest.approx(0)


def test_which_bias() -> None:
    ours, theirs, none = Reading(0.5, ""), Reading(-0.5, ""), Reading(None, "")
    assert which_bias(ours, Seconds(1799.9), theirs) == (ours, "chain")
    assert which_bias(ours, Seconds(1800), theirs) == (theirs, "levels")
    assert which_bias(none, Seconds(0), theirs) == (theirs, "levels")
    found, whose = which_bias(ours, None, None)
    assert (found.value, whose) == (None, "")


def pinned(heap: int = 3000, spot: float = 6000.0, put: int = 0) -> Reading:
    """Return the pin risk of a heap at 6000 among 7000 others, with an expected move of 40 points."""
    made = chain(
        row(6000, "call", expiry=DAY, spot=spot, open_interest=heap),
        *(row(6000 + 10 * i, "call", expiry=DAY, spot=spot, open_interest=1000) for i in range(1, 8)),
        row(5990, "put", expiry=DAY, spot=spot, open_interest=put),
    )
    return pin_risk(made, move=Points(40))


@pytest.mark.parametrize(
    ("reading", "value"),
    [
        (pinned(), 1.0),
        (pinned(spot=6005.0), 0.5),
        (pinned(spot=6010.0), 0.0),
        (pinned(heap=1500), 1500 / 8500 / 0.30),
        (pinned(heap=1200), 0.0),
        (pinned(put=2900, heap=3000, spot=5989.0), 0.0),
    ],
)
def test_pin_risk(reading: Reading, value: float) -> None:
    assert reading.value == pytest.approx(value)
    assert value or reading.reason


def test_pin_risk_needs_a_day_and_long_gamma() -> None:
    far = [row(6000, "call", expiry=MONTHLY), row(6010, "call", expiry=MONTHLY)]
    assert "within a day" in pin_risk(chain(*far), move=Points(40)).reason
    short = [row(6000, "put", expiry=DAY), row(6010, "put", expiry=DAY)]
    assert "not long gamma" in pin_risk(chain(*short), move=Points(40)).reason


def test_expected_move_three_ways() -> None:
    made = chain(row(6000, "call", iv=0.16), row(6000, "put", iv=0.20), row(6050, "call"))
    assert at_the_money_iv(made) == pytest.approx(0.18)
    assert move_by_iv(made) == pytest.approx(6000 * 0.18 / math.sqrt(252))
    assert move_by_straddle(made) == pytest.approx(0.85 * 20)
    assert move_by_levels(Points(5950), Points(6050)) == pytest.approx(50)
    assert move_by_levels(Points(6050), Points(5950)) is None
    assert expected_move(made, Points(5950), Points(6050)) == (move_by_iv(made), "iv")
    assert expected_move(None, Points(5950), Points(6050)) == ExpectedMove(Points(50), "levels")
    assert expected_move(None) is None
    no_iv = chain(
        row(6000, "call", iv=None, bid=7000, ask=7002), row(6000, "put", iv=None, bid=7000, ask=7002)
    )
    found = expected_move(no_iv)
    assert found is not None
    assert found.method == "straddle"


def test_a_straddle_between_two_strikes_is_their_mean() -> None:
    rows = [row(k, kind, bid=b, ask=b + 2) for k, b in ((5995, 9), (6005, 19)) for kind in ("call", "put")]
    assert move_by_straddle(chain(*rows)) == pytest.approx(0.85 * 30)
    assert move_by_straddle(chain(*rows[:3], row(6005, "put", bid=None))) is None


def test_skew_and_term_structure() -> None:
    rows = [
        row(6000 + 50 * i, kind, expiry=MONTHLY, iv=0.2 - 0.01 * i)
        for i in range(-8, 9)
        for kind in ("call", "put")
    ]
    skew = skew_25_delta(chain(*rows))
    assert skew is not None
    assert 0.02 < skew < 0.08
    flat = skew_25_delta(chain(*({**one, "iv": 0.2} for one in rows)))
    assert flat == pytest.approx(0)
    assert skew_25_delta(chain(rows[0])) is None
    two = chain(row(6000, "call", expiry=TOMORROW, iv=0.3), row(6000, "call", expiry=MONTHLY, iv=0.2))
    assert term_structure(two) == pytest.approx(0.5)
    assert term_structure(chain(row(6000, "call"))) is None


def test_unusual_activity() -> None:
    made = chain(
        row(6010, "call", open_interest=100, volume=300), row(6020, "call", open_interest=100, volume=301),
        row(5990, "put", open_interest=100, volume=None), row(5980, "put", open_interest=None, volume=50),
    )  # fmt: skip
    found = unusual_activity(made)
    assert found.unusual.tolist() == [False, True, False, False]
    assert found.known.tolist() == [True, True, False, False]
    assert (found.call_volume, found.put_volume) == (301, 0)
    history = np.tile(np.array([299.0, 400.0, 1.0, 49.0]), (20, 1))
    assert unusual_activity(made, usual_volume(history)).unusual.tolist() == [True, True, False, True]
    assert unusual_activity(made, usual_volume(history[1:])).unusual.tolist() == [False, True, False, False]
    assert made.as_of == AS_OF
