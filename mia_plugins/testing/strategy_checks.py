"""What holds of every strategy, as named checks: each runs it over a tiny day in this process.

The plugin must be installed: a run finds it as it finds any other.
"""

import tempfile
import unittest
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from mia_plugins.host import Registration
from mia_plugins.testing.broken import Broken
from mia_plugins.testing.failing import NOTHING_READ, failing_tape, is_planted
from mia_plugins.testing.general_checks import Named
from mia_plugins.testing.tiny import tiny_catalog, tiny_run

TOLD = ("ts", "strategy", "cause", "price", "decision")


def strategy_checks(row: Registration, given: Mapping[str, Any], catalog: Path | None) -> Named:
    """Yield the checks of a strategy."""
    checks = {
        "runs": _check_runs,
        "determinism": _check_deterministic,
        "causality": _check_causal,
        "exceptions surface": _check_exceptions,
    }
    yield from ((name, partial(_in_a_store, check, row, given, catalog)) for name, check in checks.items())


def _in_a_store(
    check: Callable[[Path, dict[str, Any], Path], None],
    row: Registration,
    given: Mapping[str, Any],
    catalog: Path | None,
) -> None:
    settings = {"strategies": {row.name: dict(given)}}
    with tempfile.TemporaryDirectory(prefix="mia-kit-") as store:
        check(Path(store), settings, catalog or tiny_catalog())


def _check_runs(store: Path, settings: dict[str, Any], catalog: Path) -> None:
    """See that it decides something over a day."""
    if not tiny_run(settings, store, catalog).decisions:
        raise Broken("over a whole day it was never evaluated")


def _check_deterministic(store: Path, settings: dict[str, Any], catalog: Path) -> None:
    """See that data as columns and data one by one, as in live trading, give the same decisions."""
    first = tiny_run(settings, store / "columns", catalog)
    second = tiny_run({**settings, "feed": "handlers"}, store / "handlers", catalog)
    for one, other in zip(first.decisions, second.decisions, strict=False):
        if one != other:
            raise Broken(f"the same data gave {_told(one)} and, run again as if live, {_told(other)}")
    if len(first.decisions) != len(second.decisions):
        raise Broken(f"{len(first.decisions)} decisions, and run again as if live {len(second.decisions)}")


def _told(one: Any) -> str:
    return ", ".join(f"{name} {getattr(one, name)}" for name in TOLD)


def _check_causal(store: Path, settings: dict[str, Any], catalog: Path) -> None:
    """See that no decision depends on what comes later."""
    from mia_plugins.checks.crew import InProcess  # noqa: PLC0415
    from mia_plugins.checks.lookahead import check_lookahead  # noqa: PLC0415

    tiny_run(settings, store / "config", catalog)
    found = check_lookahead(store / "config" / "run.json", store / "made", InProcess(), cuts=1)
    if found.leaks:
        raise Broken(str(found.leaks[0]))


def _check_exceptions(store: Path, settings: dict[str, Any], catalog: Path) -> None:
    """See that an error in what it reads ends the run."""
    with failing_tape() as failed:
        try:
            tiny_run(settings, store, catalog)
        except Exception as error:
            if is_planted(error):
                return
            raise Broken(f"the run ended for another reason: {error}") from error
    if failed:
        raise Broken("reading the tape failed, and the run went on as if nothing were")
    raise unittest.SkipTest(NOTHING_READ)
