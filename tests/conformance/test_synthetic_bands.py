"""The synthetic market lies in its bands, its gamma is felt, and its null form cannot be foretold."""

from itertools import islice

import numpy as np
import pytest

from catalog.market.bands import FACTS, Days, collect, gamma_row, main, measure, table
from catalog.market.contracts import Instrument
from catalog.market.day import generate_day
from catalog.market.martingale import (
    DayPath,
    Evidence,
    evidence,
    found,
    paths_of,
    student_tail,
    variance_ratios,
)
from catalog.market.settings import PRESETS, MarketSettings
from mia_plugins.data.sessions import full_sessions
from mia_plugins.units import Multiple

TENTH = MarketSettings(density=Multiple(0.1))
DEMO = PRESETS["demo"][0]
LIGHT = PRESETS["year"][0]


@pytest.mark.parametrize(
    ("settings", "days"),
    [
        pytest.param(DEMO, 10, id="ten days at the density of the demo"),
        pytest.param(MarketSettings(), 20, id="whole", marks=pytest.mark.long),
    ],
)
def test_the_market_lies_in_its_bands(settings: MarketSettings, days: int) -> None:
    rows = measure(collect(settings, days))
    # Two standard errors on either side: what so few days can tell.
    missed = [row for row in rows if not row.low - 2 * row.error < row.value < row.high + 2 * row.error]
    assert not missed, table(missed)


@pytest.mark.parametrize(
    "days", [pytest.param(6, id="a tenth"), pytest.param(20, id="whole", marks=pytest.mark.long)]
)
def test_short_gamma_shakes_the_market_and_long_gamma_calms_it(days: int) -> None:
    """By more than the band asks, at the hundredth that so few days allow."""
    row = gamma_row(TENTH, days)
    assert row.value > row.low
    assert student_tail((row.value - row.low) / row.error, days - 1) / 2 < 0.01


@pytest.mark.parametrize(
    "days", [pytest.param(10, id="a tenth"), pytest.param(100, id="whole", marks=pytest.mark.long)]
)
def test_the_null_market_cannot_be_foretold(days: int) -> None:
    """At a family-wise error of a hundredth, over both instruments, all horizons, flows and lags."""
    assert found(evidence(paths(LIGHT.model_copy(update={"null": True}), days))) == []


def test_a_market_with_a_lead_can_be_foretold_from_the_other_instruments_flow() -> None:
    """What would be found of the null market if there were anything: so many days are enough."""
    told = {one.what for one in found(evidence(paths(LIGHT, 10)))}
    assert "NQ on the flow of ES, 0.5 s, lag 1" in told


def paths(settings: MarketSettings, days: int) -> list[dict[Instrument, DayPath]]:
    return [paths_of(generate_day(settings, session)) for session in full_sessions(settings.first_day, days)]


def test_holms_correction_stops_at_the_first_that_may_be_chance() -> None:
    sure, likely, chance = (Evidence(name, t, 101) for name, t in (("a", 9.0), ("b", 2.9), ("c", 2.0)))
    assert found([chance, likely, sure], 0.01) == [sure, likely]
    assert found([chance, likely, sure, *[Evidence("d", 0.1, 101)] * 9], 0.01) == [sure]


@pytest.mark.parametrize(("t", "freedom", "p"), [(12.706, 1, 0.05), (2.262, 9, 0.05), (2.626, 100, 0.01)])
def test_the_tail_of_students_t_is_the_tables(t: float, freedom: int, p: float) -> None:
    assert student_tail(t, freedom) == pytest.approx(p, rel=2e-3)
    assert student_tail(-t, freedom) == student_tail(t, freedom)


def test_the_table_names_every_fact_beside_the_real_figure(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--days", "2", "--density", "0.02"])
    printed = capsys.readouterr().out
    assert all(fact.name.replace("|", r"\|") in printed for fact in FACTS)
    assert "| .942 |" in printed


def test_what_is_asked_of_es_is_asked_of_nq_but_for_what_only_es_has() -> None:
    of_es_alone = {fact.name for fact in FACTS if fact.asked_of == ("ES",)}
    assert of_es_alone == {
        "share of time at a one-tick spread",
        "prints ≥ 500 lots in RTH, a day",
        "prints ≥ 500 lots overnight, a day",
    }


def test_variance_ratios_of_a_random_walk_are_one_and_of_a_bouncing_price_below() -> None:
    rng = np.random.default_rng(3)
    walks = [np.cumsum(rng.standard_normal(20_000)) for _ in range(8)]
    bouncing = [walk + 2 * rng.standard_normal(len(walk)) for walk in walks]
    assert all(abs(ratio.t) < 4 for ratio in variance_ratios(walks))
    assert all(ratio.value < 0.8 for ratio in variance_ratios(bouncing))


def test_a_fact_is_measured_with_the_error_of_its_days() -> None:
    days: Days = collect(TENTH, 3)
    rows = measure(days, islice(FACTS, 3))
    assert all(0 < row.error < 0.1 for row in rows)
    assert np.isnan(measure(days[:1], islice(FACTS, 1))[0].error)
