"""What holds of every feature, as named checks: see `invariants` for most of them."""

import gc
import sys
import unittest
from collections.abc import Callable, Mapping
from functools import cache, partial
from types import ModuleType
from typing import Any

from mia_plugins.features import Feature, Market
from mia_plugins.features.walking import walk
from mia_plugins.host import PluginHost, Registration
from mia_plugins.tape.known import KnownTable
from mia_plugins.tape.tape import Tape
from mia_plugins.testing.broken import Broken
from mia_plugins.testing.failing import NOTHING_READ, PlantedError, failing_tape
from mia_plugins.testing.general_checks import Named, made_settings
from mia_plugins.testing.invariants import (
    Make,
    check_causal,
    check_chunks,
    check_mirror,
    check_ugly,
    market_of,
    readings,
    with_needed,
)
from mia_plugins.testing.scenes import Scene, random_scene

SEED = 7
DAYS = ("2026-03-10", "2026-03-11", "2026-03-12", "2026-03-13", "2026-03-16", "2026-03-17")
GROWS = 16_384
"""Bytes that a feature may hold more after each day: history of days is little, every trade is much."""
_FOREIGN = (Market, Tape, KnownTable, type, ModuleType)
"""What is not the feature's own."""


def feature_checks(row: Registration, host: PluginHost, given: Mapping[str, Any]) -> Named:
    """Yield the checks of a feature."""
    make = partial(_make, row, host, given)
    checks: dict[str, Callable[[Make, Scene], None]] = {
        "determinism": _check_deterministic,
        "reset": _check_reset,
        "causality": check_causal,
        "any pieces": check_chunks,
        "ugly data": check_ugly,
        "exceptions surface": _check_exceptions,
    }
    target = host.load(row)
    if isinstance(target, type) and issubclass(target, Feature) and target.mirror.name != "exempt":
        checks["symmetry"] = check_mirror
    yield from ((name, partial(_on_a_scene, check, make)) for name, check in checks.items())
    yield "bounded memory", partial(_check_memory, make)


def _on_a_scene(check: Callable[[Make, Scene], None], make: Make) -> None:
    check(make, _two_days())


@cache
def _two_days() -> Scene:
    return random_scene(SEED, days=DAYS[:2], products=("ES", "NQ"))


def _make(
    row: Registration, host: PluginHost, given: Mapping[str, Any], market: Market
) -> Mapping[str, Feature]:
    target = host.load(row)
    if not (isinstance(target, type) and issubclass(target, Feature)):
        raise Broken(f"{row.target} is no Feature: derive it from mia_plugins.features.Feature")
    return {row.name: target(market, made_settings(row, host, given))}


def _check_deterministic(make: Make, scene: Scene) -> None:
    """See that it says the same of the same data."""
    first, second = readings(make, scene), readings(make, scene)
    for now in first:
        if first[now] != second[now]:
            raise Broken(f"of the same data it says {first[now]} and then {second[now]}")


def _check_reset(make: Make, scene: Scene) -> None:
    """See that nothing of an earlier run is left once its market is reset."""
    market = market_of(scene, with_needed(make))
    features = make(market)
    first = [f.checked(name, now) for now, _ in walk(market, scene.days()) for name, f in features.items()]
    fresh = market_of(scene, with_needed(make))
    market.reset()
    market.tapes, market.known = fresh.tapes, fresh.known
    second = [f.checked(name, now) for now, _ in walk(market, scene.days()) for name, f in features.items()]
    at = next((n for n, pair in enumerate(zip(first, second, strict=True)) if pair[0] != pair[1]), None)
    if at is not None:
        raise Broken(
            f"after a reset it says {second[at]} where it said {first[at]}: it keeps something itself that a "
            "measure should keep"
        )


def _check_exceptions(make: Make, scene: Scene) -> None:
    """See that an error in what it reads comes through and is not swallowed."""
    with failing_tape() as calls:
        try:
            readings(make, scene)
        except PlantedError:
            return
    if calls:
        raise Broken("reading the tape failed, and it went on as if nothing were: it swallows exceptions")
    raise unittest.SkipTest(NOTHING_READ)


def _check_memory(make: Make) -> None:
    """See that what it holds does not grow with the data."""
    scene = random_scene(SEED, days=DAYS)
    market = market_of(scene, with_needed(make))
    features = make(market)
    sizes: list[int] = []
    for day in scene.days():
        for now, _ in walk(market, [day]):
            for name, feature in features.items():
                feature.checked(name, now)
        sizes.append(sum(map(size_of, features.values())))
    grown = (sizes[-1] - sizes[-3]) / 2
    if grown > GROWS:
        raise Broken(
            f"it holds {grown:,.0f} bytes more after each day of {DAYS[-1]}'s kind; {GROWS:,} are fair"
        )


def size_of(thing: object) -> int:
    """Return the bytes that something holds; the market, modules and classes aside."""
    seen: set[int] = set()
    waiting, total = [thing], 0
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, _FOREIGN) or callable(one):
            continue
        seen.add(id(one))
        total += sys.getsizeof(one)
        waiting += gc.get_referents(one)
    return total
