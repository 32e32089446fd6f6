"""What mia costs beside bare Nautilus: bars, order flow on depth, and memory over ten times the data.

uv run python benchmarks/backtest.py [--quick]

1. `ema_cross` on 500 k minute bars, beside a strategy of Nautilus' own with the same logic: both have the
   same fills. Targets: .9 with `journal: changes`, .65 with `all`.
2. Order flow from trades and depth through the tape, beside the same engine with handlers that do nothing
   and are given every event. Target: .9.
3. Peak memory of `mia backtest` over ten days, beside one. Target: 1.1 at most.

Speeds are ratios of medians of runs that took turns, in processor time. Reading the catalog and making the
engine's objects is left out on both sides, end to end is with all of it. What the tape alone needs, columns
from Arrow, counts as mia's; it is shown apart too, since reading Parquet for an engine decodes it as well.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from backtest_data import bars_catalog, depth_catalog
from backtest_runs import Took, bare_ema_cross, empty_handlers, ours

MIA = Path(sys.executable).with_name("mia")
PLUGINS = Path(__file__).with_name("plugins")
CAPITAL = 10_000_000
"""$: enough for any loss."""
TIMES = 3


def config(folder: Path, catalog: Path, days: tuple[object, object], fills: str, **more: str) -> Path:
    """Write a settings file and return its path."""
    strategy = more.pop("strategy", "ema_cross")
    settings = {
        "catalog": str(catalog),
        "instruments": "[ES]",
        "start": str(days[0]),
        "end": str(days[1]),
        "capital": str(CAPITAL),
        "venue": f"{{fills: {fills}}}",
        **more,
        "strategies": f"{{{strategy}: {{}}}}",
    }
    path = folder / f"{'-'.join([strategy, fills, catalog.name, *more.values()])}.yaml"
    path.write_text("".join(f"{key}: {value}\n" for key, value in settings.items()))
    return path


def in_turn(sides: dict[str, Callable[[], Took]], times: int) -> dict[str, Took]:
    """Run each side in turn, so many times, and return the medians; the first turn is not counted."""
    taken: dict[str, list[Took]] = {name: [] for name in sides}
    for turn in range(times + 1):
        for name, run in sides.items():
            took = run()
            if turn:
                taken[name].append(took)
    return {name: Took.median(runs) for name, runs in taken.items()}


def told(sides: dict[str, Took], base: str) -> None:
    """Print a row a side."""
    heads = f"{'events':>9} {'µs':>6} {'ratio':>6} {'no columns':>11} {'all, µs':>8} {'ratio':>6}  events/s"
    print(f"{'':28} {heads}")
    for name, took in sides.items():
        n, other = took.events, sides[base]
        print(
            f"{name:28} {n:9,} {took.running / n * 1e6:6.2f} {_ratio(other.running, took.running)}"
            f" {_ratio(other.running, took.running - took.columns):>11} {took.total / n * 1e6:8.2f}"
            f" {_ratio(other.total, took.total)}  {n / took.total:8,.0f}"
        )


def _ratio(base: float, other: float) -> str:
    return f"{base / other:6.2f}"


def bars(folder: Path, *, quick: bool) -> None:
    """Compare `ema_cross` with the same in Nautilus alone."""
    catalog = folder / "bars"
    days = bars_catalog(catalog, 50_000 if quick else 500_000)
    changes, every = (config(folder, catalog, days, "bars", journal=keep) for keep in ("changes", "all"))
    sides = in_turn(
        {
            "bare": lambda: bare_ema_cross(every),
            "journal: changes": lambda: ours(changes, folder),
            "journal: all": lambda: ours(every, folder),
        },
        TIMES,
    )
    print("1. ema_cross on minute bars")
    told(sides, "bare")
    same = len({took.outcome for took in sides.values()}) == 1
    print(
        f"   (fills, net $): {sides['bare'].outcome}; {'the same' if same else 'NOT THE SAME'} on all sides"
    )
    if not same:
        raise SystemExit(str({name: took.outcome for name, took in sides.items()}))


def order_flow(folder: Path, *, quick: bool) -> None:  # noqa: ARG001 a day is little
    """Compare a strategy on the tape with handlers that do nothing."""
    catalog = folder / "one"
    path = config(folder, catalog, depth_catalog(catalog, 1), "depth", strategy="order_flow")
    sides = in_turn(
        {"empty handlers": lambda: empty_handlers(path), "tape": lambda: ours(path, folder, PLUGINS)},
        TIMES,
    )
    print("2. order flow from trades and depth")
    told(sides, "empty handlers")


def memory(folder: Path, *, quick: bool) -> None:
    """Compare the peak memory of a day and of more."""
    peaks: list[float] = []
    for count in (1, 3 if quick else 10):
        catalog = folder / f"days-{count}"
        path = config(folder, catalog, depth_catalog(catalog, count), "depth", strategy="order_flow")
        peaks.append(_peak(path, folder))
        print(f"3. peak memory, days of depth: {count:3}  {peaks[-1]:5.0f} MiB   {peaks[-1] / peaks[0]:.2f}")


def _peak(path: Path, folder: Path) -> float:
    """Return the peak memory of the largest process of a run, in MiB."""
    command = [
        str(part) for part in (MIA, "--plugins-dir", PLUGINS, "backtest", path, "--runs", folder / "runs")
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return usage.ru_maxrss / 1024


def main() -> None:
    """Measure what is asked for, one thing at a time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the bars, three days")
    parser.add_argument("--only", choices=("bars", "order_flow", "memory"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        for measure in (memory, bars, order_flow):
            if given.only in {None, measure.__name__}:
                measure(Path(name), quick=given.quick)


if __name__ == "__main__":
    main()
