"""`mia check lookahead` and `mia check warmup` say what was found, and exit by it."""

import json

import pytest

from mia_plugins.checks.lookahead import Leak, Looked
from mia_plugins.checks.poison import Future
from mia_plugins.checks.warmup import Dependence, Settling, Warmed
from mia_plugins.errors import ExitCode
from mia_plugins.regress.tables import Parting
from tests.conftest import Mia

LEAK = Leak(
    10, Future.CUT, Parting("decisions", 1, ("v.x",), exact=False, ids=(1, 1)), "s", 5, ("the feature 'x'",)
)
SWINGS = Dependence("s", "x", Settling.NEVER, 3, (1.0, 1.0, 1.0))
SETTLED = Dependence("s", "x", Settling.SETTLED, 0, (0.0, 0.0, 0.0))


@pytest.mark.parametrize(("leaks", "code"), [((), ExitCode.OK), ((LEAK,), ExitCode.FAILED)])
def test_a_leak_fails(
    mia: Mia, monkeypatch: pytest.MonkeyPatch, leaks: tuple[Leak, ...], code: ExitCode
) -> None:
    monkeypatch.setattr("mia_plugins.checks.lookahead.check_lookahead", lambda *_: Looked((10,), 3, leaks))
    told = mia("check", "lookahead", "run.yaml")
    assert told.code == code
    assert ("the feature 'x'" in told.out) == bool(leaks)
    assert json.loads(mia("check", "lookahead", "run.yaml", "--json").out)["ok"] == (not leaks)


@pytest.mark.parametrize(
    ("one", "acted", "code", "said"),
    [
        (SETTLED, 0, ExitCode.OK, "needs 0 sessions"),
        (SWINGS, 0, ExitCode.FAILED, "'x' of s depends on the day"),
        (SETTLED, None, ExitCode.FAILED, "needs an unknown number of sessions"),
    ],
)
def test_what_depends_on_the_start_fails(  # noqa: PLR0913, PLR0917 what is found, and what is said of it
    mia: Mia,
    monkeypatch: pytest.MonkeyPatch,
    one: Dependence,
    acted: int | None,
    code: ExitCode,
    said: str,
) -> None:
    found = Warmed("2026-06-04", 3, (one,), {"s": acted})
    monkeypatch.setattr("mia_plugins.checks.warmup.check_warmup", lambda *_: found)
    told = mia("check", "warmup", "run.yaml")
    assert told.code == code
    assert said in " ".join(told.out.split())
    assert json.loads(mia("check", "warmup", "run.yaml", "--json").out)["ok"] == (code == ExitCode.OK)
