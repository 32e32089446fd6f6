"""What the market knows of a day comes into the tables column by column, unchanged."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from catalog.market.chain import BASIS
from catalog.market.day import MarketDay, generate_day
from catalog.market.settings import MarketSettings
from catalog.truth import tables_of
from indicators.options.chain import chain_of
from mia_plugins.data.sessions import NS, session_on
from mia_plugins.units import Multiple

IDS = {"ES": "ESM6.XCME", "NQ": "NQM6.XCME"}


@pytest.fixture(scope="module")
def made() -> MarketDay:
    settings = MarketSettings(density=Multiple(0.02))
    return generate_day(settings, session_on(dt.date(2026, 6, 1)))


@pytest.fixture(scope="module")
def tables(made: MarketDay) -> dict[str, pa.Table]:
    return dict(tables_of(made, IDS))


def column(table: pa.Table, name: str) -> np.ndarray:
    found: np.ndarray = table[name].to_numpy()
    return found.astype(np.int64) if found.dtype.kind == "M" else found


@pytest.mark.parametrize("name", ["strike", "iv", "delta", "gamma", "bid", "ask", "open_interest", "volume"])
def test_a_chain_keeps_its_columns(made: MarketDay, tables: dict[str, pa.Table], name: str) -> None:
    assert np.array_equal(column(tables["option_chains"], name), getattr(made.quoted, name))


def test_a_chain_is_known_from_the_morning_on(made: MarketDay, tables: dict[str, pa.Table]) -> None:
    chain = tables["option_chains"]
    at = made.session.rth_open + 60 * NS
    assert set(column(chain, "ts_event")) == set(column(chain, "ts_init")) == {at}
    assert np.array_equal(column(chain, "is_call"), made.chain.call)
    assert set(chain["root"].to_pylist()) == {"SPXW"}, "all settle on the close"


def test_a_chain_is_quoted_at_the_index_of_its_time(made: MarketDay, tables: dict[str, pa.Table]) -> None:
    """Spot is what ES stands at less the basis; volatilities stay, prices and greeks are of that spot.

    The reference is the indicators' own pricing, by another normal distribution and a year of 365 days.
    """
    table, depth = tables["option_chains"], made.instruments["ES"].depth
    at = made.session.rth_open + 60 * NS
    last = int(np.searchsorted(depth.ts, at, side="right")) - 1
    mid = (depth.bid_ticks[last, 0] + depth.ask_ticks[last, 0]) / 8
    assert set(column(table, "spot")) == {mid - BASIS}
    assert mid - BASIS != made.chain.spot
    for name in ("strike", "iv", "open_interest", "volume"):
        assert np.array_equal(column(table, name), getattr(made.chain, name)), name
    chain = chain_of(table, "SPX")
    assert chain is not None
    near = np.abs(chain.strike - mid) < 200
    for name, got in (("delta", chain.greeks.delta), ("gamma", chain.greeks.gamma)):
        np.testing.assert_allclose(column(table, name)[near], got[near], rtol=0.01, atol=1e-3)
    priced = np.maximum(chain.greeks.price, 0.05)
    np.testing.assert_allclose(((chain.bid + chain.ask) / 2)[near], priced[near], rtol=0.01, atol=0.05)


def test_on_a_day_without_regular_hours_the_chain_is_as_it_was_drawn() -> None:
    session = session_on(dt.date(2026, 5, 25))
    assert not session.has_rth
    drawn = generate_day(MarketSettings(density=Multiple(0.02)), session)
    assert drawn.quoted is drawn.chain


def test_levels_and_vix_keep_their_columns_and_times(made: MarketDay, tables: dict[str, pa.Table]) -> None:
    levels, vix = tables["levels"], tables["vix"]
    assert levels["name"].to_pylist() == made.levels.name.tolist()
    assert np.array_equal(column(levels, "price"), made.levels.price)
    assert set(column(levels, "ts_event")) == {made.levels.as_of}
    assert set(column(levels, "ts_init")) == {made.levels.available_at}
    assert np.array_equal(column(vix, "value"), made.vix.value)
    assert np.array_equal(column(vix, "ts_init"), made.vix.ts)


def test_labels_and_fills_keep_their_columns(made: MarketDay, tables: dict[str, pa.Table]) -> None:
    """An agent's label is known once it is over; its executions when they happen."""
    for code, instrument_id in IDS.items():
        data = made.instruments[code]  # type: ignore[index]
        rows = tables["labels"].filter(pc.equal(tables["labels"]["instrument_id"], instrument_id))
        agents = rows.filter(pc.is_valid(rows["agent"])).sort_by("agent")
        order = np.argsort(data.labels.agent)
        for name in ("agent", "side", "ticks", "lots", "shown", "times", "observable"):
            assert np.array_equal(column(agents, name), getattr(data.labels, name)[order]), name
        assert np.array_equal(column(agents, "ts_event"), data.labels.start[order])
        assert np.array_equal(column(agents, "ts_init"), data.labels.end[order])
        assert np.array_equal(column(agents, "ts_end"), data.labels.end[order])
        fills = tables["label_fills"]
        fills = fills.filter(pc.equal(fills["instrument_id"], instrument_id))
        for name, there in (
            ("ticks", data.fills.ticks),
            ("lots", data.fills.lots),
            ("agent", data.fills.agent),
        ):
            assert sorted(column(fills, name)) == sorted(there), name
