"""From a crew to its screen and its log: who is given what, and for how long."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from mia_plugins import __version__
from mia_plugins.live.crew import Crew
from mia_plugins.live.logs import Log, LogLevel, ToFile, ToStderr
from mia_plugins.live.look import Facts
from mia_plugins.live.screen import Screen
from mia_plugins.live.steward import End, Steward
from mia_plugins.live.taking import AGE, Patience, Sight
from mia_plugins.live.telling import Teller
from mia_plugins.live.terms import LiveTerms
from mia_plugins.live.watching import Watching


@dataclass(frozen=True)
class Showing:
    """How a session is to be shown."""

    is_quiet: bool = False
    """Whether there is no screen; the log goes to standard error then, unless a file is named."""
    log: Path | None = None
    """Where the log goes."""
    stream: IO[str] | None = None
    """What is drawn on; None is standard output."""


QUIETLY = Showing(is_quiet=True)


@dataclass(frozen=True)
class Stage:
    """What is known of a session when it begins."""

    facts: Facts
    terms: LiveTerms
    end: End
    stale_after: float
    """Seconds."""
    account_stale_after: float = 300.0
    """The same of the account."""


@contextmanager
def shown(crew: Crew, stage: Stage, showing: Showing) -> Iterator[Watching]:
    """Show a session and keep its log for as long as it is entered."""
    with ExitStack() as stack:
        log = None
        if showing.log is not None or showing.is_quiet:
            out = ToStderr() if showing.log is None else ToFile(showing.log)
            log = stack.enter_context(Log(out, stage.terms.market_now))
        screen = None if showing.is_quiet else stack.enter_context(Screen(showing.stream or sys.stdout))
        watching = Watching(_sight(crew, stage), Teller(log) if log else None, screen)
        crew.watch(watching)
        if log:
            facts = stage.facts
            log.tell(
                "started", run=facts.name, mode=facts.mode, account=facts.account_id,
                version=__version__, process=os.getpid(),
                strategies=[one.context.strategy_id for one in crew.strategies],
            )  # fmt: skip
        try:
            yield watching
        finally:
            if log:
                level = LogLevel.INFO if stage.end.is_clean else LogLevel.ERROR
                log.tell("stopped", level, reason=stage.end.reason, clean=stage.end.is_clean)


def _sight(crew: Crew, stage: Stage) -> Sight:
    assembly = crew.assembly
    for code in crew.steward.watched:
        assembly.vitals.feed(f"{AGE}{code}", partial(_age, crew.steward, code))
    patience = Patience(stage.stale_after, stage.stale_after, {"account": stage.account_stale_after})
    return Sight(
        stage.facts,
        crew.strategies,
        assembly.vitals,
        assembly.halt,
        crew.strategies[0].context.kill if crew.strategies else bytes(1),
        patience=patience,
    )


def _age(steward: Steward, code: str, now: int) -> float | None:
    return steward.ages(now).get(code)
