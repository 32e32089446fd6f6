"""Where the numbers come from: how often something was tried, and the hashes of data, settings and code."""

from collections.abc import Iterator, Sequence

from mia_plugins.reports.blocks import Block, Command, Note, Table
from mia_plugins.reports.numbers import counted, percent, plain
from mia_plugins.reports.section import Section
from mia_plugins.reports.times import minute_text
from mia_plugins.reports.view import RunView
from mia_plugins.statistics.selection import Selection, Trials, selection_of


class Provenance(Section):
    """What it was made from."""

    title = "Trials, versions and hashes"
    place = 1100

    def of_run(self, run: RunView) -> Iterator[Block]:
        """Yield the trials and what went in."""
        yield Note(_trials(run.trials))
        yield from _selection([run])
        inputs = run.record.inputs
        span = run.record.span
        rows = [
            ("run", run.id),
            (
                "data reached, New York",
                f"{minute_text(span[0])} to {minute_text(span[1])}" if span else "none",
            ),
            ("mode", inputs.mode),
            ("seed", str(inputs.seed)),
            ("data", inputs.data),
            ("settings", inputs.settings),
            *((f"code of {name} {code.version}".rstrip(), code.hash) for name, code in inputs.code.items()),
            *inputs.versions.items(),
        ]
        yield Table(("Made from", ""), rows)
        yield Table(("To see for yourself", ""), [("what was decided, and why", Command(_without_id(run)))])

    def of_runs(self, runs: Sequence[RunView]) -> Iterator[Block]:
        """Yield the trials and what went into each run."""
        yield Note(_trials(runs[0].trials))
        yield from _selection(runs)
        rows = [
            ("data", *(run.record.inputs.data[:12] for run in runs)),
            ("settings", *(run.record.inputs.settings[:12] for run in runs)),
            ("code", *(run.record.inputs.code_hash[:12] for run in runs)),
            ("seed", *(str(run.record.inputs.seed) for run in runs)),
        ]
        yield Table(("Made from", *(run.id for run in runs)), rows)


def _without_id(run: RunView) -> str:
    return " ".join(part for number, part in enumerate(run.explain(0).split(" ")) if number != 3)


def _trials(trials: Trials | None) -> str:
    if trials is None:
        return "There is no ledger beside the run: how often something was tried is not known."
    return (
        f"The ledger counts {trials.attempts:,} runs that were ever started, {trials.distinct:,} different "
        "ones of which came to their end. The best of many looks good by chance alone."
    )


def _selection(runs: Sequence[RunView]) -> Iterator[Block]:
    found: Selection = selection_of([run.stats.daily for run in runs], runs[0].trials)
    if found.deflated is not None:
        sure = found.deflated
        best = f"of {runs[found.best].id}" if len(runs) > 1 else "of this run"
        yield Note(
            f"Deflated Sharpe ratio {best}: {percent(sure.probability)} sure to be above 0 in spite of "
            f"{counted(sure.trials, 'trial')}; without skill the best of them is expected to have "
            f"{plain(sure.expected_best, 3)} a day, and it has {plain(sure.sharpe, 3)}."
        )
    if found.overfitting is not None:
        yield Note(
            f"Probability of overfitting (PBO): {percent(found.overfitting.probability)} over "
            f"{found.overfitting.ways:,} ways to halve {found.days:,} days."
        )
    if found.note:
        yield Note(f"{found.note[0].upper()}{found.note[1:]}.")
