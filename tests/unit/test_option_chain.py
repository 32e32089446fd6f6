"""A chain from a table: what counts, what is flagged, and how long its options have."""

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.options.activity import unusual_activity
from indicators.options.chain import Chain, chain_of
from indicators.options.exposure import charm_exposure, gex_by_strike, net_gex, vanna_exposure
from indicators.options.flaws import Flaw
from indicators.options.flip import gamma_flip, net_gex_at
from indicators.options.flow import log_put_call_ratio, options_flow_bias
from indicators.options.gamma_levels import gamma_levels_of_chain
from indicators.options.moves import expected_move, move_by_straddle
from indicators.options.pin import magnet, pin_risk
from indicators.options.settlement import settles_at, trading_day
from indicators.options.smile import at_the_money_iv, skew_25_delta, term_structure
from indicators.options.walls import hvl, walls
from mia_plugins.data.sessions import utc_ns
from mia_plugins.units import Points
from tests.options import AS_OF, DAY, MONTHLY, TOMORROW, chain, row, table


@pytest.mark.parametrize(
    ("fault", "flaw"),
    [
        ({"bid": None}, Flaw.NO_QUOTE),
        ({"bid": -1.0}, Flaw.NO_QUOTE),
        ({"ask": float("inf")}, Flaw.NO_QUOTE),
        ({"bid": 0.0}, Flaw.ZERO_BID),
        ({"bid": 0.0, "ask": 0.0}, Flaw.ZERO_ASK),
        ({"bid": 12.0}, Flaw.CROSSED),
        ({"iv": None, "bid": None}, Flaw.NO_IV),
        ({"iv": float("nan")}, Flaw.NO_IV),
        ({"iv": 0.0}, Flaw.BAD_IV),
        ({"iv": -0.1}, Flaw.BAD_IV),
        ({"iv": 11.0}, Flaw.BAD_IV),
        ({"iv": None}, Flaw.IV_FROM_MID),
        ({"open_interest": None}, Flaw.NO_OPEN_INTEREST),
        ({"open_interest": -5}, Flaw.BAD_OPEN_INTEREST),
        ({"volume": None}, Flaw.NO_VOLUME),
        ({"volume": -1}, Flaw.BAD_VOLUME),
    ],
)
def test_what_is_wrong_with_a_row_is_said(fault: dict[str, Any], flaw: Flaw) -> None:
    made = chain(row(6010, "call"), row(6020, "call", **fault))
    assert made.flaws[flaw] == 1
    assert len(made) == 2
    assert made.marks[0] == 0
    assert made.marks[1] & flaw


@pytest.mark.parametrize(
    ("fault", "flaw"),
    [
        ({"strike": 0.0}, Flaw.BAD_STRIKE),
        ({"strike": -6000.0}, Flaw.BAD_STRIKE),
        ({"strike": float("nan")}, Flaw.BAD_STRIKE),
        ({"strike": float("inf")}, Flaw.BAD_STRIKE),
        ({"strike": None}, Flaw.BAD_STRIKE),
        ({"is_call": None}, Flaw.NO_KIND),
        ({"expiry": None}, Flaw.NO_EXPIRY),
        ({"expiry": DAY - dt.timedelta(days=1)}, Flaw.EXPIRED),
    ],
)
def test_what_is_no_contract_is_left_out_and_counted(fault: dict[str, Any], flaw: Flaw) -> None:
    made = chain(row(6010, "call"), row(6020, "call") | fault)
    assert made.flaws[flaw] == 1
    assert (len(made), made.rows) == (1, 2)


def test_a_row_said_twice_counts_once_and_rows_that_disagree_not_at_all() -> None:
    twice = chain(row(6010, "call"), row(6010, "call"), row(6010, "put"))
    assert (len(twice), twice.flaws) == (2, {Flaw.REPEATED: 1})
    torn = chain(row(6010, "call"), row(6010, "call", open_interest=9), row(6010, "put"))
    assert (len(torn), torn.flaws) == (1, {Flaw.CONFLICT: 2})


def test_the_volatility_of_a_quote_stands_in_for_one_that_is_not_given() -> None:
    given_one = chain(row(6010, "call", iv=0.2))
    price = float(given_one.greeks.price[0])
    made = chain(row(6010, "call", iv=None, bid=price - 0.1, ask=price + 0.1))
    assert made.iv[0] == pytest.approx(0.2, rel=1e-9)


@pytest.mark.parametrize("quote", [{"bid": 0.0}, {"bid": None}, {"bid": 12.0}, {"ask": None}, {"bid": 7000.0, "ask": 7001.0}])  # fmt: skip
def test_no_volatility_is_made_of_a_quote_that_is_none(quote: dict[str, Any]) -> None:
    made = chain(row(6010, "call", iv=None) | quote)
    assert np.isnan(made.iv[0])
    assert net_gex(made) is None


def test_the_newest_rows_of_the_underlying_count() -> None:
    later = table(row(6010, "call"), row(6020, "call"), as_of=AS_OF + 60 * 10**9)
    other = table(row(21000, "call", underlying="NDX", spot=21000.0), as_of=AS_OF + 90 * 10**9)
    import pyarrow as pa

    made = chain_of(pa.concat_tables([table(row(6000, "put")), later, other]), "SPX")
    assert made is not None
    assert (made.strike.tolist(), made.as_of) == ([6010.0, 6020.0], AS_OF + 60 * 10**9)
    assert chain_of(later, "NDX") is None


def test_spots_that_disagree_are_none() -> None:
    assert chain(row(6010, "call"), row(6020, "call", spot=6001.0)).spot == 6000.5
    assert chain(row(6010, "call"), row(6020, "call", spot=6010.0)).spot is None
    assert chain(row(6010, "call", spot=float("nan")), row(6020, "call", spot=0.0)).spot is None


@pytest.mark.parametrize(
    ("expiry", "underlying", "time"),
    [
        (MONTHLY, "SPX", dt.time(9, 30)),  # Juneteenth moves the third Friday to the 18th.
        (MONTHLY, "SPXW", dt.time(16)),
        (TOMORROW, "SPX", dt.time(16)),
        (MONTHLY, "NDXP", dt.time(16)),
        (MONTHLY, "ES", dt.time(9, 30)),  # With the future of June.
        (dt.date(2026, 7, 17), "ES", dt.time(16)),
        (dt.date(2026, 7, 17), "NDX", dt.time(9, 30)),
        (dt.date(2026, 11, 27), "SPX", dt.time(13)),
        (dt.date(2026, 6, 7), "SPX", dt.time(16)),
    ],
)
def test_when_options_settle(expiry: dt.date, underlying: str, time: dt.time) -> None:
    assert settles_at(expiry, underlying) == utc_ns(expiry, time)


FRIDAY = dt.date(2026, 3, 20)
"""A third Friday: SPX settles in the morning, SPXW in the afternoon."""


def of_both_roots(clock: dt.time, *, strike: float = 6000) -> Chain:
    rows = [
        row(strike, kind, expiry=FRIDAY, root=root) for root in ("SPX", "SPXW") for kind in ("call", "put")
    ]
    return chain(
        *rows, row(strike, "call", expiry=FRIDAY + dt.timedelta(7), root="SPXW"), as_of=utc_ns(FRIDAY, clock)
    )


def test_on_a_third_friday_each_root_settles_at_its_own_time() -> None:
    """At 9:00 SPX has half an hour left and SPXW seven; at 10:00 those of SPX are gone, the others trade on."""
    early = of_both_roots(dt.time(9))
    np.testing.assert_allclose(early.years[:4] * 365 * 24, [0.5, 0.5, 7, 7], rtol=1e-12)
    assert not early.flaws, "the two are no rows of one contract"
    assert len(set(early.keys)) == len(early)
    later = of_both_roots(dt.time(10))
    np.testing.assert_allclose(later.years[:2] * 365 * 24, [6, 6], rtol=1e-12)
    assert (len(later), later.flaws) == (3, {Flaw.EXPIRED: 2})
    assert later.is_0dte.tolist() == [True, True, False]
    last = of_both_roots(dt.time(15, 59))
    assert last.is_0dte.sum() == 2
    assert len(of_both_roots(dt.time(16))) == 1


def test_what_settles_next_may_hold_the_price() -> None:
    """Before 9:30 that is SPX, from then on SPXW: strike and share are its own."""
    rows = [
        row(at, "call", expiry=FRIDAY, root=root, open_interest=held)
        for root, at, held in (
            ("SPX", 5990, 3000),
            ("SPX", 6010, 1000),
            ("SPXW", 6010, 900),
            ("SPXW", 6020, 100),
        )
    ]
    found = [magnet(chain(*rows, as_of=utc_ns(FRIDAY, dt.time(hour)))) for hour in (9, 10)]
    assert [(float(one.strike), one.share) for one in found if one] == [(5990, 0.75), (6010, 0.9)]


def test_the_least_open_interest_of_a_wall_is_of_what_settles_with_it() -> None:
    """4 contracts of the 400 of SPXW are 1 %; of the 40 400 of both they would be none."""
    rows = [
        row(6010, "call", expiry=FRIDAY, root="SPXW", open_interest=4),
        row(5990, "put", expiry=FRIDAY, root="SPXW", open_interest=396),
        row(5900, "put", expiry=FRIDAY, root="SPX", open_interest=40_000),
    ]
    assert walls(chain(*rows, as_of=utc_ns(FRIDAY, dt.time(9)))).call == Points(6010)


def test_a_chain_without_roots_is_of_the_underlyings_own() -> None:
    """As catalogs had it before there was the column: SPX, which on a third Friday settles at 9:30."""
    at = utc_ns(FRIDAY, dt.time(9))
    strikes = (6000, 6010)
    named = chain_of(table(*(row(k, "call", expiry=FRIDAY, root="SPX") for k in strikes), as_of=at), "SPX")
    unnamed = table(*(row(k, "call", expiry=FRIDAY) for k in strikes), as_of=at)
    old = chain_of(unnamed.drop_columns(["root"]), "SPX")
    assert named is not None
    assert old is not None
    assert old.settles.tolist() == named.settles.tolist() == [utc_ns(FRIDAY, dt.time(9, 30))] * 2
    assert old.keys.tolist() == named.keys.tolist()
    assert not old.flaws


def test_rows_of_an_older_import_do_not_count_beside_those_that_name_their_root() -> None:
    """The same chain imported again, beside its rows without roots: open interest must not double."""
    made = chain(row(6000, "call"), row(6000, "call", root="SPXW"), row(6000, "put", root="SPXW"))
    assert (len(made), made.flaws) == (2, {Flaw.NO_ROOT: 1})


def test_time_is_counted_to_the_instant_of_settlement() -> None:
    made = chain(row(6000, "call", expiry=DAY), row(6000, "call"))
    np.testing.assert_allclose(made.years * 365 * 24, [6, 30], rtol=1e-12)
    at_the_bell = chain(row(6000, "call", expiry=DAY), row(6000, "call"), as_of=utc_ns(DAY, dt.time(16)))
    assert at_the_bell.flaws == {Flaw.EXPIRED: 1}


def test_0dte_is_the_trading_day_which_begins_at_18() -> None:
    evening = utc_ns(DAY - dt.timedelta(days=1), dt.time(18))
    assert trading_day(evening) == DAY
    assert trading_day(evening - 1) == DAY - dt.timedelta(days=1)
    assert trading_day(utc_ns(dt.date(2026, 6, 6), dt.time(12))) == dt.date(2026, 6, 8)
    made = chain(row(6000, "call", expiry=DAY), row(6000, "call"), as_of=evening)
    assert made.is_0dte.tolist() == [True, False]


def test_an_underlying_of_unknown_multiplier_has_no_exposure() -> None:
    made = chain(row(6000, "call", underlying="XYZ"))
    assert made.multiplier is None
    assert net_gex(made) is None


def everything(of: Any) -> list[object]:
    """Ask a chain all that can be asked of it."""
    return [
        of.coverage, net_gex(of), gex_by_strike(of), vanna_exposure(of), charm_exposure(of), gamma_flip(of),
        net_gex_at(of, Points(6000)), walls(of), hvl(of), at_the_money_iv(of), skew_25_delta(of),
        term_structure(of), expected_move(of), move_by_straddle(of), pin_risk(of).value,
        unusual_activity(of).call_volume, log_put_call_ratio(of), options_flow_bias(of).value,
        gamma_levels_of_chain(of).flip,
    ]  # fmt: skip


def test_a_chain_that_knows_nothing_says_so() -> None:
    blank = dict.fromkeys(("bid", "ask", "iv", "open_interest", "volume"))
    asked = everything(chain(row(6000, "call", **blank), row(6000, "put", **blank)))
    assert [value for value in asked if isinstance(value, float) and value] == []
    assert asked[1] is None
    assert asked[5] is None
    nothing = everything(chain(row(0, "call")))
    assert nothing[0] is None
    assert nothing[1] is None


def test_no_open_interest_at_all_is_known_and_has_no_walls_and_no_flip() -> None:
    made = chain(*(row(k, kind, open_interest=0) for k in (5990, 6000, 6010) for kind in ("call", "put")))
    assert net_gex(made) == 0
    assert walls(made).call is None
    assert hvl(made) is None
    flip = gamma_flip(made)
    assert flip is not None
    assert flip.nearest is None
    assert log_put_call_ratio(made) is None
    assert pin_risk(made).value is None


def test_too_little_known_is_not_known() -> None:
    rows = [row(6000 + 5 * i, "call", iv=None if i < 6 else 0.2, bid=None) for i in range(10)]
    assert chain(*rows).coverage == pytest.approx(0.4)
    assert net_gex(chain(*rows)) is None
    assert net_gex(chain(*rows[2:])) is not None


UGLY = st.one_of(st.none(), st.sampled_from([0.0, -1.0, 1e-300, 1e300, float("nan"), float("inf"), -float("inf")]), st.floats(0, 12000))  # fmt: skip
WHOLE = st.one_of(st.none(), st.integers(-5, 5000), st.sampled_from([2**62, -(2**62)]))
ROWS = st.fixed_dictionaries(
    {
        "strike": UGLY,
        "is_call": st.one_of(st.none(), st.booleans()),
        "expiry": st.one_of(st.none(), st.sampled_from([DAY, TOMORROW, MONTHLY, dt.date(1, 1, 1), dt.date(9999, 12, 31)])),
        "spot": st.one_of(st.just(6000.0), UGLY),
        "bid": UGLY,
        "ask": UGLY,
        "iv": st.one_of(st.floats(0.01, 1), UGLY),
        "open_interest": WHOLE,
        "volume": WHOLE,
    }
)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(st.lists(ROWS, min_size=1, max_size=8))
def test_ugly_rows_never_raise(rows: list[dict[str, Any]]) -> None:
    made = chain_of(table(*({**row(6000, "call"), **one} for one in rows)), "SPX")
    assert made is not None
    for value in everything(made):
        assert not isinstance(value, float) or np.isfinite(value)
