"""Each check of the kit finds the strategy that was planted for it, and lets the honest one pass."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import SkipTest

import pytest

from mia_plugins.testing import Broken
from mia_plugins.testing.strategy_checks import (
    _check_causal,
    _check_deterministic,
    _check_exceptions,
    _check_runs,
)

PLUGIN = """\
import random

from mia_plugins.decisions import Proposal
from mia_plugins.decisions.strategy import DecidingStrategy

NAMES = ("Honest", "Silent", "Drawing", "Peeking", "Swallowing", "Failing", "Blind")


def mia_register_strategies(register):
    for name in NAMES:
        register(name.lower(), f"bad_strategies:{name}", summary="Planted.")


class Honest(DecidingStrategy):
    def propose(self, now):
        close = self.tape.base.close
        side = 0 if self.account.position or now // 60_000_000_000 % 30 else 1
        return Proposal(side=side, is_candidate=bool(side), stop=20, target=20, score=self.number(close))

    def number(self, close):
        return close % 7 / 7


class Silent(Honest):
    def _decide(self, now, cause):
        pass


class Drawing(Honest):
    def number(self, close):
        return random.random()


class Peeking(Honest):
    def number(self, close):
        return int(self.tape._trades._rows.ticks[-1]) % 7 / 7


class Swallowing(Honest):
    def propose(self, now):
        try:
            return super().propose(now)
        except Exception:
            return Proposal(reason="nothing was read")


class Failing(Honest):
    def propose(self, now):
        raise ValueError("a fault of its own")


class Blind(DecidingStrategy):
    def propose(self, now):
        return Proposal(reason="never")
"""
type CheckOf = Callable[[Path, dict[str, Any], Path], None]
EACH: tuple[tuple[CheckOf, str, str], ...] = (
    (_check_runs, "silent", "never evaluated"),
    (_check_deterministic, "drawing", "the same data gave"),
    (_check_causal, "peeking", "looks ahead"),
    (_check_exceptions, "swallowing", "went on as if nothing were"),
    (_check_exceptions, "failing", "ended for another reason"),
)


@pytest.fixture(scope="module")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plugins")
    (folder / "bad_strategies.py").write_text(PLUGIN)
    return folder


def settings_of(plugins: Path, name: str) -> dict[str, Any]:
    return {"plugins_dir": str(plugins), "observe": [], "strategies": {name: {}}}


@pytest.mark.parametrize("planted", EACH, ids=lambda planted: planted[1])
def test_what_is_wrong_is_found(
    tmp_path: Path, catalog: Path, plugins: Path, planted: tuple[CheckOf, str, str]
) -> None:
    check, name, told = planted
    with pytest.raises(Broken, match=told):
        check(tmp_path, settings_of(plugins, name), catalog)


@pytest.mark.parametrize("check", dict.fromkeys(check for check, *_ in EACH))
def test_the_honest_one_passes(tmp_path: Path, catalog: Path, plugins: Path, check: CheckOf) -> None:
    check(tmp_path, settings_of(plugins, "honest"), catalog)


def test_of_one_that_reads_nothing_nothing_is_said(tmp_path: Path, catalog: Path, plugins: Path) -> None:
    with pytest.raises(SkipTest, match="too seldom"):
        _check_exceptions(tmp_path, settings_of(plugins, "blind"), catalog)
