"""All that is written of a live session so that it can be made again: rows, steps, and what it is."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

from mia_plugins.backtest.assembly import Tables
from mia_plugins.errors import MiaError
from mia_plugins.live.recorder import Recorder
from mia_plugins.live.sealing import seal_recording
from mia_plugins.live.steps import Recording
from mia_plugins.runs.draft import RunDraft
from mia_plugins.runs.rows import RowLog
from mia_plugins.runtime.steps import STEPS
from mia_plugins.runtime.terms import Terms

KILLED = "its process was killed"


@dataclass(frozen=True)
class Record:
    """What is being written."""

    recorder: Recorder
    """Writes rows before anybody sees them."""
    steps: Recording


@contextmanager
def recorded_in(draft: RunDraft, tables: Tables, terms: Terms) -> Iterator[Record]:
    """Write a session into the draft of its run; what led to an entry is secured before it leaves."""
    with ExitStack() as stack:
        log = RowLog(draft.log("steps"), STEPS)
        stack.callback(log.close)
        recorder = stack.enter_context(Recorder(draft.folder))

        steps = Recording(log, tables.secure, terms)
        stack.callback(steps.flush)
        yield Record(recorder, steps)
    with suppress(MiaError):  # the logs stay: `mia reconcile` tries again, and tells
        seal_recording(draft.folder, draft.inputs.settings)
