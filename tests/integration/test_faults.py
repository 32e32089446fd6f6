"""Whatever fails in a plugin ends the run, with its place, its time and its traceback."""

import json
from typing import Any

import pytest

from mia_plugins.backtest import engine
from mia_plugins.backtest.fills import QuoteFills
from mia_plugins.backtest.run import BacktestJob, run_backtest
from mia_plugins.errors import ExitCode, MiaError
from mia_plugins.jobs.process import Job, run_jobs
from mia_plugins.runtime.guard import RunError
from tests.conftest import Mia
from tests.market import DAY
from tests.runtime import Played, Stage, a_trade_a_minute, market_of, stage

TABLE = """
time      bid  ask
09:30:30    0    1
09:31:10    3    4
09:33:00   13   14
09:35:00    0    1
"""


def faulty(where: str = "", kind: str = "error", **settings: Any) -> Stage:
    quotes: Any = market_of(TABLE)
    own = {"where": where, "kind": kind}
    days = {DAY: [quotes, a_trade_a_minute(quotes)]}
    return stage(days, {"faulty": own}, fills="quotes", plugin="tests.faulty:Faulty", **settings)


def failed(staged: Stage) -> MiaError:
    with pytest.raises(MiaError) as caught:
        staged.run()
    return caught.value


def test_one_that_overrides_the_handlers_without_a_call_of_ours_trades() -> None:
    played: Played = faulty().run()
    assert played.fills == ["09:31:00 entry +1 @ 2", "09:33:00 target -1 @ 12"]


PLACES = {
    "begin": "begin()",
    "on_start": "on_start()",
    "on_stop": "on_stop()",
    "begin_session": "on_start()",
    "evaluate": "bars-2026-06-01(",
    "advance": "bars-2026-06-01(",
    "alert": "alert(TimeEvent",
    "timer": "timer(TimeEvent",
    "topic": "mine(np.int64(7))",
    "on_order_event": "on_order_event(Order",
    "on_position_opened": "on_position_opened(PositionOpened",
    "mixin": "on_order_filled(OrderFilled",
    "on_quote": "on_quote(QuoteTick(ESM6.XCME,6000.75,6001.00",
}


@pytest.mark.parametrize("where", PLACES)
def test_an_exception_ends_the_run_where_it_was_raised(where: str) -> None:
    error = failed(faulty(where))
    assert isinstance(error, RunError)
    assert error.exit_code == ExitCode.INTERNAL
    assert error.what.startswith("the strategy 'faulty-ES' failed")
    assert f" in {PLACES[where]}" in error.what
    assert error.what.endswith(f"ZeroDivisionError: in {where}")
    assert where == "begin" or " failed at 2026-0" in error.what
    assert "tests/faulty.py" in error.detail
    assert failed(faulty(where)).what == error.what


@pytest.mark.parametrize(("kind", "name"), [("exit", "SystemExit"), ("interrupt", "KeyboardInterrupt")])
@pytest.mark.parametrize("where", ["on_start", "evaluate", "timer", "topic", "mixin", "advance", "on_stop"])
def test_so_do_what_would_end_a_program(where: str, kind: str, name: str) -> None:
    error = failed(faulty(where, kind))
    assert error.what.endswith(f"{name}: in {where}")
    assert error.exit_code == ExitCode.INTERNAL


@pytest.mark.parametrize("kind", ["error", "exit", "interrupt"])
def test_in_a_process_it_has_an_exit_code_and_a_traceback(kind: str) -> None:
    for where in ("begin", "evaluate"):
        staged = faulty(where, kind)
        into = staged.folder / f"in-{where}"
        into.mkdir()
        job = Job(where, run_backtest, BacktestJob(staged.config, (), into, {}))
        (ended,) = run_jobs([job], 1, lambda _: None)
        assert ended.status == "failed"
        assert ended.exit_code == ExitCode.INTERNAL
        assert ended.error is not None
        assert "tests/faulty.py" in ended.error.detail


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("ahead", "ES's trades up to"),
        ("gone", "are gone"),
        ("undeclared", "order_book_depths of ES are not declared to be read"),
    ],
)
def test_a_feature_that_reads_what_it_may_not_ends_the_run(where: str, told: str) -> None:
    error = failed(faulty(where))
    assert told in error.what
    assert error.exit_code == ExitCode.INTERNAL
    assert ("LookAheadError" in error.detail) == (where == "ahead")


def test_the_command_ends_with_the_exit_code_and_names_it(mia: Mia) -> None:
    outcome = mia("backtest", faulty("ahead").config)
    assert outcome.code == ExitCode.INTERNAL
    assert "ES's trades up to" in outcome.err + outcome.out


def _fails(*_: Any) -> Any:
    raise ZeroDivisionError("in the model")


def test_the_fill_and_the_fee_model_are_guarded(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(QuoteFills, "book_for", _fails)
        error = failed(faulty())
        assert "the simulation of fills failed" in error.what
        assert "ZeroDivisionError: in the model" in error.what
    monkeypatch.setattr(engine, "commission_of", lambda *_: "two dollars")
    assert "the fee model failed" in failed(faulty()).what


def test_settings_that_do_not_fit_are_never_replaced_by_defaults() -> None:
    staged = faulty()
    wrong = json.loads(staged.config.read_text())
    wrong["strategies"]["faulty"]["where"] = 7
    staged.config.write_text(json.dumps(wrong))
    assert failed(staged).exit_code == ExitCode.CONFIG
