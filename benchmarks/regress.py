"""How long all regression configs take beside one of them, and a lookahead check of one session.

uv run python benchmarks/regress.py

The targets, on two cores: the whole set in three minutes, the check of a strategy over a session in two.
The ratio says what the set costs in runs of its cheapest config, whatever the machine.
"""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from mia_plugins.checks.crew import Crew
from mia_plugins.checks.lookahead import check_lookahead
from mia_plugins.checks.making import derived
from mia_plugins.regress.check import Regression
from mia_plugins.regress.markets import make_markets, read_markets
from mia_plugins.settings.layers import shipped_configs

FOLDER = shipped_configs() / "regression"
ONE = "ema_cross"
LOOKED_AT = "preset_production_v3_4"
LIMIT = 1_800


def seconds(what: Callable[[], object]) -> float:
    """Return the wall time of something, in seconds."""
    started = time.perf_counter()
    what()
    return time.perf_counter() - started


def _look(config: Path, place: Path, crew: Crew) -> None:
    """Check the config, which looks at no future."""
    leaks = check_lookahead(config, place, crew, cuts=4).leaks
    if leaks:
        raise SystemExit("\n".join(map(str, leaks)))


def main() -> None:
    """Print each."""
    cores = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as made:
        work = Path(made)
        regression = Regression(FOLDER, work, parallel=cores, limit=LIMIT)
        names = regression.names()
        regression.check([ONE])  # kernels are compiled, and its market is made
        one = seconds(lambda: regression.check([ONE]))
        whole = seconds(lambda: Regression(FOLDER, work / "anew", parallel=cores, limit=LIMIT).check())
        specs = read_markets(FOLDER)
        catalog = make_markets(specs, ["thin"], work / "catalogs")["thin"]
        config = derived(FOLDER / f"{LOOKED_AT}.yaml", work / "run.yaml", {"catalog": str(catalog)})
        looked = seconds(lambda: _look(config, work / "looked", Crew(cores, LIMIT)))
    print(f"{cores} cores, load {os.getloadavg()[0]:.1f}")
    print(f"one config ({ONE})             {one:7.1f} s")
    print(f"all {len(names)} configs and markets    {whole:7.1f} s   {whole / one:.1f} × one; target 180 s")
    print(f"lookahead of {LOOKED_AT}, 4 cuts {looked:7.1f} s   {looked / one:.1f} × one; target 120 s")


if __name__ == "__main__":
    main()
