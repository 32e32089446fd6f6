"""Over every pattern, trend, range and the selector at once: the mirror image proposes the other side, and no later data change a proposal."""

from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
import pytest

from mia_plugins.decisions import Proposal
from mia_plugins.features import Market
from mia_plugins.features.walking import walk
from mia_plugins.hookspecs import Kind
from mia_plugins.host import PluginHost
from mia_plugins.tape.bars import MINUTE
from mia_plugins.testing import Scene, proposals, random_scene
from mia_plugins.testing.changed import SPOILT, changed_after, reflected, until
from mia_plugins.testing.invariants import market_of
from mia_plugins.testing.proposing import instants_after
from strategies.patterns.plugin import STRATEGIES
from strategies.selector.picking import KINDS
from tests.scenes import with_options
from tests.told import assert_mirrored

EVERY = (*STRATEGIES, "trend", "range", "selector")
"""Those that propose from a market alone."""
WITH_EVENTS = ("gamma_pin_reversion", "iceberg_tracker_follow", "stacked_imbalance_continuation")
"""Those that look between bars."""
LOOSE: dict[str, dict[str, Any]] = {
    "dealer_flip_breakout": {"beyond": 0.05, "quantile": 0.3, "crossing": 10},
    "gamma_pin_reversion": {"absorption": {"times": 1.5, "quantile": 0.8}},
    "iceberg_tracker_follow": {
        "icebergs": {"surprise": 0.0, "refills": 1, "least": 1, "within": 60_000.0},
        "reach": 40.0,
    },
    "opening_drive_fail": {"days": 1, "drive": 0.05, "against": 1.0, "within": 120.0},
    "es_nq_lead_lag_mirror": {"leader": 0.8, "laggard": 1.0, "correlation": -0.9, "who_leads": "moved"},
    "vwap_band_squeeze_break": {"narrowest": 1.0, "width": {"least_sessions": 1}},
    "trend": {"least_regime_confidence": 0.0},
    "range": {"least_regime_confidence": 0.0},
}
"""What makes patterns that are rare, or need weeks, come up in three drawn days."""


@cache
def scene() -> Scene:
    days = ("2026-03-10", "2026-03-11", "2026-03-12")
    return with_options(random_scene(11, days=days, products=("ES", "NQ")))


@cache
def strategies() -> dict[str, Any]:
    host = PluginHost.discover()
    return {name: host.load(host.find(Kind.STRATEGIES, name)) for name in EVERY}


def settings_of(name: str) -> dict[str, Any]:
    if name == "selector":
        loose = {"least_confidence": 0.5}
        return {one: loose | LOOSE.get(one, {}) for one in ("trend", "range", "sweeps", "scalps")}
    return {"least_confidence": 0.5} | LOOSE.get(name, {})


def proposers(market: Market, names: Iterable[str]) -> dict[str, Any]:
    return {
        name: kind.proposer(market, kind.Settings(**settings_of(name)))
        for name, kind in ((name, strategies()[name]) for name in names)
    }


def every(
    of: Scene, piece: int | None = None, names: Iterable[str] = EVERY
) -> dict[int, dict[str, Proposal]]:
    """Return what each proposes at each close; those with events of their own after everybody's, too."""
    market = market_of(of)
    made = proposers(market, names)
    return {
        now: {name: proposer.propose(now) for name, proposer in made.items() if at_bar or name in WITH_EVENTS}
        for now, at_bar in walk(market, of.days(piece), woken(of))
        if at_bar or now in woken(of)
    }


def woken(of: Scene) -> set[int]:
    """Return when events wake any of them."""
    if id(of) not in WOKEN:
        scouts = [
            scout
            for name, kind in strategies().items()
            for scout in kind.wakes(kind.Settings(**settings_of(name)))
        ]
        WOKEN[id(of)] = of, instants_after(scouts, of)
    return WOKEN[id(of)][1]


WOKEN: dict[int, tuple[Scene, set[int]]] = {}
"""By a scene's identity, with the scene, so that it stays."""


@cache
def whole() -> dict[int, dict[str, Proposal]]:
    return every(scene())


@pytest.mark.parametrize("name", EVERY)
def test_it_comes_up(name: str) -> None:
    found = {of[name].side for of in whole().values() if name in of}
    # Below the flip dealers are short gamma; only in the mirror image it is above.
    assert found == ({-1, 0} if name == "dealer_flip_breakout" else {1, -1, 0})


def test_the_mirror_image_proposes_the_other_side() -> None:
    mirrored = every(reflected(scene()))
    for ts, of in whole().items():
        for name, proposal in of.items():
            assert_mirrored(proposal, mirrored[ts][name], f"{name} at {ts}")


@cache
def alone(name: str) -> dict[int, Proposal]:
    """Return what one proposes by itself, woken by its own events alone."""
    return proposals(strategies()[name], scene(), **settings_of(name))


def test_those_with_events_of_their_own_come_up_between_bars_and_no_others() -> None:
    assert {name for name, kind in strategies().items() if kind.wakes(kind.Settings())} == set(WITH_EVENTS)
    for name in WITH_EVENTS:
        assert {one.side for ts, one in alone(name).items() if ts % MINUTE} == {1, -1, 0}, name


@pytest.mark.parametrize("name", WITH_EVENTS)
def test_who_else_looks_changes_nothing(name: str) -> None:
    assert alone(name) == {ts: whole()[ts][name] for ts in alone(name)}


def test_it_knows_no_future() -> None:
    instants = sorted(whole())
    now = instants[len(instants) * 3 // 5]
    for other in (until(scene(), now), changed_after(scene(), now)):
        found = every(other)
        assert {ts: of for ts, of in found.items() if ts <= now} == {
            ts: of for ts, of in whole().items() if ts <= now
        }


def test_it_does_not_depend_on_the_pieces_nor_on_who_was_made_first() -> None:
    """The measures they share are asked for in another order, and so brought up to date in another one."""
    shuffled = np.random.default_rng(5).permutation(EVERY).tolist()
    assert shuffled != list(EVERY)
    assert every(scene(), 1_009, shuffled) == whole()


@pytest.mark.parametrize("spoil", SPOILT, ids=lambda spoil: spoil.__name__.strip("_"))
def test_it_bears_ugly_data(spoil: Any) -> None:
    drawn = np.random.default_rng(3)
    first = scene().rows[min(scene().rows)]
    rows = {min(scene().rows): spoil(first, drawn)}
    for of in every(Scene("2026-03-10", rows, {})).values():
        for name, proposal in of.items():
            kind = strategies()[name]
            figures = 3 * len(KINDS) if name == "selector" else 0  # of trades that were made: the account's
            assert len(proposal.extras) == len(kind.extras) - figures
            assert not proposal.is_candidate or (proposal.stop > 0 and proposal.target > 0)
