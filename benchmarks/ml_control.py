"""What the ML filter makes where something was planted, and where there is nothing to find, seed by seed.

    uv run python benchmarks/ml_control.py edge --folder build/ml_edge [--seeds 10] [--days 68] [--worth 4]
    uv run python benchmarks/ml_control.py null --folder build/ml_null
    uv run python benchmarks/ml_control.py edge --drawn --folder build/ml_edge_drawn

Each seed is a light market of its own, made, traded, and trained on by the commands that a user types: a coin
is tossed after each large order or sweep, and `mia train` looks for what tells its better trades. `edge`: the
order flow goes on after each sweep, by so many ticks. `plain`: the same without. `null`: the null market.
`--drawn`: instead of a market the journals that the tests draw, in which two columns say something of who
wins, or none.

The rise is that of the better half, in R a trade after costs, on days that were not learned from. A seed is
one observation. What is there of a seed is not made again, so that it can be stopped at any time; `--print`
only tells what is there. Where a folder holds plain seeds too, `edge` tells what the planted ticks added to
the same market, seed by seed.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from scipy import stats

sys.path.insert(0, str(Path(__file__).parent.parent))

import datetime as dt

from catalog.generation import first_days, stretches
from mia_plugins.host import PluginHost
from strategies.ml.registry import NOTHING
from strategies.ml.settings import load_training
from strategies.ml.training import runs_of, train
from tests.planted import Planted, planted_run

type Market = Literal["edge", "plain", "null"]
HERE = Path(__file__).parent
MIA = Path(sys.executable).with_name("mia")
FIRST_DAY = dt.date(2026, 2, 17)
"""From here on a quarter of a year goes by with one holiday."""
DENSITY = 0.05
FEATURES = ("session_context", "tick_momentum", "volume_imbalance")
"""Journaled beside what the coin journals of its own."""
NEAR = 0.05
"""R within which the interval of the null market has to lie."""
DRAWN_EDGE = 0.8
"""Of flow on the side and of a calm market, in log odds: an AUC of about .63."""
DRAWN_ROWS = 5000


@dataclass(frozen=True)
class Seed:
    """What a training came to."""

    seed: int
    trades: int
    """That were judged without having been learned from."""
    mean_r: float
    """Of all, after costs."""
    rise: float
    """R by which the better half was better."""
    auc: float
    shuffled_auc: float
    is_within_chance: bool
    """Whether that with shuffled labels lies within its 99.9 % interval."""
    says_nothing: bool
    """Whether the card says that there is nothing to filter."""
    most_important: str
    """The column without which most is lost."""

    @classmethod
    def of(cls, seed: int, found: Mapping[str, Any]) -> "Seed":
        """Return what a card's findings say."""
        profit, dealt = found["profit"], found["shuffled"]
        return cls(
            seed=seed,
            trades=found["rows"],
            mean_r=profit["mean_r"]["value"],
            rise=profit["rise_of_half"]["value"],
            auc=found["auc"]["value"],
            shuffled_auc=dealt["auc"],
            is_within_chance=dealt["low"] <= dealt["auc"] <= dealt["high"],
            says_nothing=found["verdict"] == NOTHING,
            most_important=found["importance"][0]["column"],
        )


@dataclass(frozen=True)
class OverSeeds:
    """The rise over seeds: their mean, with what Student's t says of so few."""

    seeds: int
    mean: float
    error: float

    @classmethod
    def of(cls, rises: Sequence[float]) -> "OverSeeds":
        """Return that of one rise a seed."""
        count = len(rises)
        error = float(np.std(rises, ddof=1) / math.sqrt(count)) if count > 1 else math.inf
        return cls(count, float(np.mean(rises)), error)

    def _reach(self, share: float) -> float:
        return float(stats.t.ppf(share, max(self.seeds - 1, 1))) * self.error

    @property
    def bound_99(self) -> float:
        """What the rise lies above in 99 of 100 cases."""
        return self.mean - self._reach(0.99)

    @property
    def interval_90(self) -> tuple[float, float]:
        """Between what the rise lies in 90 of 100 cases."""
        return self.mean - self._reach(0.95), self.mean + self._reach(0.95)

    @property
    def is_nothing(self) -> bool:
        """Say whether the rise is surely near 0."""
        low, high = self.interval_90
        return max(-low, high) < NEAR


@dataclass(frozen=True)
class Plan:
    """How a seed is made."""

    market: Market
    worth: float = 4.0
    """Ticks that the price goes on after a sweep."""
    days: int = 68
    drawn: bool = False

    @property
    def name(self) -> str:
        """What its results are called, without the seed."""
        of = f"{self.worth:g}t" if self.market == "edge" else ""
        return f"drawn-{self.market}" if self.drawn else f"{self.market}{of}-{self.days}d"

    def made(self, seed: int) -> Seed:
        """Make a market, trade it, train on what came of it, and throw everything else away."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            if self.drawn:
                return Seed.of(seed, self._drawn(folder, seed))
            return Seed.of(seed, self._traded(folder, seed))

    def _drawn(self, folder: Path, seed: int) -> Mapping[str, Any]:
        edge = DRAWN_EDGE if self.market == "edge" else 0.0
        planted_run(folder / "runs", Planted(seed=seed, count=DRAWN_ROWS, edge=edge))
        config = _training(folder, strategy="confluence", leave_out=["leak"])
        settings, chosen = load_training(config, PluginHost.discover())
        return train(settings, chosen, runs_of(settings)).card.findings

    def _traded(self, folder: Path, seed: int) -> Mapping[str, Any]:
        edge = ("--edge", f"sweep:{self.worth:g}")
        planted = {"edge": edge, "plain": (), "null": ("--null",)}[self.market]
        of = ("--preset", "year", "--density", DENSITY, "--start", FIRST_DAY, "--days", self.days)
        mia("catalog", "generate", folder / "data", *of, "--seed", seed, *planted, "--jobs", 1)
        configs = [
            _run(folder, days[0].day, days[-1].day) for days in stretches(first_days(FIRST_DAY, self.days))
        ]
        mia("backtest", *configs, "--runs", folder / "runs", "--jobs", 1)
        made = mia("train", _training(folder, strategy="by_coin", least=200), "--json")
        found: Mapping[str, Any] = json.loads(made)["card"]["findings"]
        return found


def mia(*arguments: object) -> str:
    """Run a command and return what it prints."""
    done = subprocess.run([MIA, *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"mia {arguments[0]}: {done.stderr.strip()}")
    return done.stdout


def _run(folder: Path, start: dt.date, end: dt.date) -> Path:
    path = folder / f"{start}.yaml"
    path.write_text(
        json.dumps(
            {
                "catalog": "data",
                "instruments": ["ES"],
                "start": str(start),
                "end": str(end),
                "capital": 10_000_000,
                "venue": {"fills": "quotes"},
                "plugins_dir": str(HERE / "plugins"),
                "journal": "changes",
                "strategies": {"by_coin": {}},
                "features": {name: {} for name in FEATURES},
            }
        )
    )
    return path


def _training(folder: Path, **settings: Any) -> Path:
    path = folder / "train.yaml"
    usual = {"runs": "runs", "registry": "models", "instrument": "ES", "gate": "break_even"}
    path.write_text(json.dumps(usual | settings))
    return path


def make(plan: Plan, folder: Path, seeds: int) -> None:
    """Make the seeds that are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(1, seeds + 1):
        done = folder / f"{plan.name}-{seed}.json"
        if done.exists():
            continue
        made = plan.made(seed)
        draft = done.with_suffix(".draft")
        draft.write_text(json.dumps(asdict(made), indent=1), encoding="utf-8")
        draft.replace(done)
        print(f"seed {seed}: {made.rise:+.3f} R of {made.trades} trades", flush=True)


def known(plan: Plan, folder: Path) -> Iterator[Seed]:
    """Yield what was made so far."""
    paths = folder.glob(f"{plan.name}-*.json")
    for path in sorted(paths, key=lambda one: int(one.stem.rpartition("-")[2])):
        yield Seed(**json.loads(path.read_text(encoding="utf-8")))


def tell(plan: Plan, made: Sequence[Seed]) -> None:
    """Print a row a seed, and what they come to together."""
    print(f"\n{plan.name}: {len(made)} seeds\n")
    columns = (
        "seed",
        "trades judged",
        "all, R",
        "rise, R",
        "AUC",
        "shuffled",
        "looks at",
        "nothing to filter",
    )
    print(f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|")
    for one in made:
        said = "said" if one.says_nothing else ""
        figures = f"{one.mean_r:+.3f} | {one.rise:+.3f} | {one.auc:.3f} | {one.shuffled_auc:.3f}"
        print(f"| {one.seed} | {one.trades:,} | {figures} | {one.most_important} | {said} |")
    if len(made) < 2:
        return
    over = OverSeeds.of([one.rise for one in made])
    low, high = over.interval_90
    print(f"\nrise {over.mean:+.4f} ± {over.error:.4f} R a trade")
    print(f"99 % above {over.bound_99:+.4f} R; 90 % within {low:+.4f} to {high:+.4f} R")
    print(f"there is nothing to filter, say {sum(one.says_nothing for one in made)} of {len(made)} cards")
    print(f"shuffled labels within chance: {sum(one.is_within_chance for one in made)} of {len(made)}")


def tell_added(edge: Sequence[Seed], plain: Sequence[Seed]) -> None:
    """Print what was planted added to the rise of the same seeds' markets."""
    without = {one.seed: one.rise for one in plain}
    added = [one.rise - without[one.seed] for one in edge if one.seed in without]
    if len(added) < 2:
        return
    over = OverSeeds.of(added)
    print(
        f"more than the plain market's rise: {over.mean:+.4f} ± {over.error:.4f} R, "
        f"99 % above {over.bound_99:+.4f} R, in {over.seeds} pairs"
    )


def main() -> None:
    """Make the seeds that are missing and print what there is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("market", choices=get_args(Market.__value__))
    parser.add_argument("--folder", type=Path, required=True, help="where the seeds' results go")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--days", type=int, default=68, help="trading days a seed")
    parser.add_argument("--worth", type=float, default=4.0, help="ticks after a sweep")
    parser.add_argument("--drawn", action="store_true", help="journals that are drawn, and no market")
    parser.add_argument("--print", action="store_true", help="make nothing, tell what is there")
    given = parser.parse_args()
    plan = Plan(given.market, given.worth, given.days, given.drawn)
    if not given.print:
        make(plan, given.folder, given.seeds)
    made = list(known(plan, given.folder))
    tell(plan, made)
    if plan.market == "edge":
        tell_added(made, list(known(replace(plan, market="plain"), given.folder)))


if __name__ == "__main__":
    main()
