"""What the registered measures and features cost: us an event, and us a close of a base bar.

uv run python benchmarks/features.py [--catalog FOLDER] [--times N]

All features and measures that are registered stand on one market, as in a strategy that has them all; what
they share is counted once. The market follows ES (and NQ, where one looks at it) over all days of a catalog,
by default a synthetic day made for it. Beside each bar's close it stops a ns before, so that the rows of the
bar and the work of its close are told apart. Events are the trades and updates of the book that are read.

Each figure is the lowest of some walks, the first not counted; of closes each one's lowest is added up.
The ratio is to the bare tape, the same walk without measures, which loads the columns and builds the bars.
The targets are 1 us an event and 200 us a close for what the default preset stands on; the rest has a star.
"""

import argparse
import datetime as dt
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from catalog.generation import generate, trading_days
from catalog.market.settings import PRESETS
from mia_plugins.data.arrow import Kind
from mia_plugins.data.catalog import Catalog
from mia_plugins.data.files import Files
from mia_plugins.data.sessions import NS
from mia_plugins.features import Feature, Market, Measure
from mia_plugins.features.walking import MINUTE, Day, days_of, walk
from mia_plugins.hookspecs import Kind as PluginKind
from mia_plugins.host import PluginHost
from mia_plugins.tape.known import KnownTable
from mia_plugins.tape.tape import Tape

FIRST_DAY = dt.date(2026, 6, 1)
PRODUCT = "ES"
MINUTES = (1, 3, 5, 15, 30)
DEFAULT_PRESET = (
    "gamma_levels_proximity",
    "volume_confirmation",
    "vwap_trend_signal",
    "sierra_pattern_strength",
    "order_book_imbalance",
    "options_flow_bias",
    "smart_money_strength",
    "level_proximity",
    "es_nq_correlation",
    "session_context",
    "pullback_quality",
)
"""Features that `production_v3_4` weighs."""
TARGET_EVENT, TARGET_CLOSE = 1.0, 200.0
"""us."""


@dataclass
class Took:
    """What a walk took, in ns."""

    whole: int = 0
    rows: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """By measure, between closes."""
    closes: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """By measure and feature, at each close."""


def registered() -> dict[str, type[Feature] | type[Measure]]:
    """Return the features and the measures that follow a tape, by name."""
    host = PluginHost.discover()
    found: dict[str, Any] = {
        name: host.load(host.find(kind, name))
        for kind in (PluginKind.FEATURES, PluginKind.INDICATORS)
        for name in host.registry.names(kind)
    }
    return {
        name: of for name, of in found.items() if isinstance(of, type) and issubclass(of, Feature | Measure)
    }


def put_on(market: Market, classes: dict[str, type[Feature] | type[Measure]]) -> dict[str, Feature]:
    """Make all of them on a market and return the features."""
    features: dict[str, Feature] = {}
    for name, of in classes.items():
        if issubclass(of, Feature):
            features[name] = of(market, of.Settings())
        else:
            market.measure(of)
    return features


def in_memory(folder: Path, needs: Market) -> tuple[list[Day], int]:
    """Return the days of a catalog with their columns, and how many events there are."""
    catalog = Catalog.open(Files(str(folder)))
    kinds = [Kind.TRADES]
    if needs.reads & {Kind.DEPTH, Kind.QUOTES}:
        kinds.append(Kind.DEPTH)
    times = [ts for file in catalog.data_files() for ts in (file.start, file.end)]
    start, end = (dt.datetime.fromtimestamp(ts // NS, dt.UTC).date() for ts in (min(times), max(times)))
    days, events = [], 0
    for day in days_of(catalog, Clocked(needs), start, end, kinds):
        streams = [(product, list(pieces)) for product, pieces in day.streams]
        events += sum(len(rows) for _, pieces in streams for rows in pieces)
        days.append(replace(day, streams=streams))
    return days, events


class Clocked(Market):
    """A market with a clock at each measure."""

    def __init__(self, needs: Market) -> None:
        kinds = needs.reads | {Kind.TRADES}
        tapes = {code: Tape(code, kinds, MINUTES) for code in sorted({PRODUCT, *needs.products})}
        super().__init__(PRODUCT, tapes, {name: KnownTable(name) for name in sorted(needs.tables)})
        self.took = Took()
        self._followed: list[tuple[str, Measure, Tape]] = []

    def follow(self) -> None:
        """Begin, once all measures are there."""
        self._followed = [(_named(one), one, self.tapes[one.market.product]) for one in self.measures]

    def advance(self, tape: Tape, lo: int, hi: int) -> None:
        """Bring every measure up to `hi` (UTC ns)."""
        del tape
        for name, measure, of in self._followed:
            began = time.perf_counter_ns()
            measure.advance(of, lo, hi)
            took = time.perf_counter_ns() - began
            if hi % MINUTE == 0:
                self.took.closes[name].append(took)
            else:
                self.took.rows[name] += took


def timed_walk(days: list[Day], needs: Market, classes: dict[str, type[Feature] | type[Measure]]) -> Took:
    """Walk once, with a clock at each measure and feature."""
    market = Clocked(needs)
    features, took = put_on(market, classes), market.took
    market.follow()
    before_closes = np.concatenate(
        [np.arange(day.session.open + MINUTE, day.session.close + 1, MINUTE) - 1 for day in days]
    ).tolist()
    started = time.perf_counter_ns()
    for now, _ in walk(market, days, before_closes):
        if now % MINUTE == 0:
            for name, feature in features.items():
                began = time.perf_counter_ns()
                feature.checked(name, now)
                took.closes[name].append(time.perf_counter_ns() - began)
    took.whole = time.perf_counter_ns() - started
    return took


def _named(measure: Measure) -> str:
    """Return a measure's class, and what it is set to where that is not the default."""
    kind = type(measure)
    changed = measure.settings.model_dump(exclude_defaults=True)
    told = ", ".join(f"{name}={value}" for name, value in changed.items())
    other = "" if measure.market.product == PRODUCT else f" of {measure.market.product}"
    return f"{kind.__name__}{f'({told})' if told else ''}{other}"


def least(walks: list[Took]) -> Took:
    """Return the lowest of each figure."""
    best = Took(min(one.whole for one in walks))
    for name in walks[0].rows:
        best.rows[name] = min(one.rows[name] for one in walks)
    for name in walks[0].closes:
        best.closes[name] = np.min([one.closes[name] for one in walks], axis=0).tolist()
    return best


def of_default_preset(classes: dict[str, type[Feature] | type[Measure]]) -> set[str]:
    """Return the features of the default preset and the measures they stand on, by name."""
    market = Market.blank(PRODUCT, MINUTES)
    put_on(market, {name: classes[name] for name in DEFAULT_PRESET})
    return {*DEFAULT_PRESET, *(_named(one) for one in market.measures)}


def told(best: Took, bare: Took, events: int, default: set[str]) -> None:
    """Print a row a measure and feature, the dearest first, and all together."""
    closes = {name: np.array(each) / 1e3 for name, each in best.closes.items()}
    count, tape = len(next(iter(closes.values()))), bare.whole / events / 1e3
    print(f"{events:,} events, {count:,} closes of a base bar; the bare tape takes {tape:.3f} us an event\n")
    rows = {name: ns / events / 1e3 for name, ns in best.rows.items()}
    print("| measure | us an event | / bare tape |\n|---|---|---|")
    for name, us in sorted(rows.items(), key=lambda row: -row[1]):
        print(f"| {name}{'' if name in default else ' *'} | {us:.4f} | {us / tape:.3f} |")
    for what, names in _parts(set(rows), default):
        us = sum(rows[name] for name in names)
        print(f"| **{what}, {len(names)}** | {us:.3f} | {us / tape:.2f} |")
    print(f"\nThe target is {TARGET_EVENT:g} us an event.\n\n| measure or feature | us a close |\n|---|---|")
    for name, each in sorted(closes.items(), key=lambda row: -row[1].mean()):
        print(f"| {name}{'' if name in default else ' *'} | {each.mean():.2f} |")
    for what, names in _parts(set(closes), default):
        each = np.sum([closes[name] for name in names], axis=0)
        print(
            f"| **{what}, {len(names)}** (.99 quantile {np.quantile(each, 0.99):.0f}) | {each.mean():.1f} |"
        )
    print(f"\nThe target is {TARGET_CLOSE:g} us a close.")


def _parts(names: set[str], default: set[str]) -> tuple[tuple[str, set[str]], ...]:
    return ("the default preset's", names & default), ("all", names)


def main() -> None:
    """Measure what is registered."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--catalog", type=Path, help="a catalog with trades and depth of ES, and NQ")
    parser.add_argument("--times", type=int, default=3, help="walks that are counted")
    chosen = parser.parse_args()
    classes, needs = registered(), Market.blank(PRODUCT, MINUTES)
    put_on(needs, classes)
    with tempfile.TemporaryDirectory() as folder:
        catalog = chosen.catalog or Path(folder)
        if chosen.catalog is None:
            list(generate(Files(folder), PRESETS["demo"][0], trading_days(FIRST_DAY, FIRST_DAY)))
        days, events = in_memory(catalog, needs)
        bare, full = [], []
        for _ in range(chosen.times + 1):  # they take turns
            bare.append(timed_walk(days, needs, {}))
            full.append(timed_walk(days, needs, classes))
    told(least(full[1:]), least(bare[1:]), events, of_default_preset(classes))


if __name__ == "__main__":
    main()
