"""All regression configs of a folder, each run in a process of its own and held to its baseline."""

import time
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from mia_plugins.checks.making import CheckJob, run_check
from mia_plugins.checks.output import told_output
from mia_plugins.errors import ExitCode, FileError, MiaError, did_you_mean
from mia_plugins.jobs.process import Ended, Job, Progress, run_jobs
from mia_plugins.regress.baseline import Baseline, forget, json_path, recorded
from mia_plugins.regress.errors import RegressError
from mia_plugins.regress.judging import baseline_of, judged
from mia_plugins.regress.markets import CATALOGS, make_each, read_markets
from mia_plugins.regress.outcome import Outcome, Verdict
from mia_plugins.runs.folder import RunFolder
from mia_plugins.settings.layers import read_layers
from mia_plugins.settings.tree import TreeReader

HISTORY = 20
"""Reasons that a baseline keeps."""


@dataclass(frozen=True)
class Made:
    """A config that was run, or tried."""

    name: str
    folder: RunFolder | None
    seconds: float
    error: MiaError | None
    printed: str
    interrupted: bool = False


@dataclass(frozen=True)
class Regression:
    """A folder of configs, and how they are run."""

    folder: Path
    work: Path
    """Where catalogs and runs go."""
    plugins_dirs: tuple[Path, ...] = ()
    parallel: int = 1
    limit: float = 120
    """Seconds that a config may take."""
    watch: Callable[[Progress], None] = lambda _: None

    def names(self, chosen: Iterable[str] = ()) -> list[str]:
        """Return the configs that are chosen, or all; an unknown one is an error."""
        if not self.folder.is_dir():
            raise FileError(f"there is no folder {self.folder}", "name the folder of the configs: --folder")
        if stray := sorted(self.folder.glob("[!.]*.yml")):
            raise RegressError(
                f"{stray[0]} would not be checked: configs end in .yaml", f"name it {stray[0].stem}.yaml"
            )
        there = sorted(path.stem for path in self.folder.glob("[!.]*.yaml") if path.name != CATALOGS)
        wanted = list(dict.fromkeys(chosen))
        known = {*there, *recorded(self.folder)}
        for name in wanted:
            if name not in known:
                raise RegressError(f"{self.folder} has no config '{name}'{did_you_mean(name, there)}")
        if not there:
            raise FileError(f"{self.folder} has no config", "put settings files (.yaml) into it")
        return [name for name in there if not wanted or name in wanted]

    def gone(self, chosen: Iterable[str] = ()) -> list[str]:
        """Return the baselines whose config there is not."""
        wanted = set(chosen)
        return [
            name
            for name in recorded(self.folder)
            if not (self.folder / f"{name}.yaml").exists() and (not wanted or name in wanted)
        ]

    def check(self, chosen: Iterable[str] = ()) -> list[Outcome]:
        """Run what is chosen and compare it with what was recorded, by name."""
        chosen = tuple(chosen)
        found = [self._outcome(one) for one in self._make(self.names(chosen))]
        found += [_gone(self.folder, name) for name in self.gone(chosen)]
        return sorted(found, key=lambda one: one.name)

    def update(self, reason: str, chosen: Iterable[str] = ()) -> list[tuple[Outcome, bool]]:
        """Record what differs; return what became of each, and whether its baseline was touched.

        One that could not be run keeps it; so does one that is the same, of the same data and settings.
        """
        if not reason.strip():
            raise RegressError("a baseline is recorded for a reason", 'say it: --reason "stops are wider"')
        chosen = tuple(chosen)
        done = [self._recorded(one, reason.strip()) for one in self._make(self.names(chosen))]
        for name in self.gone(chosen):
            forget(self.folder, name)
            done.append((_gone(self.folder, name), True))
        return sorted(done, key=lambda one: one[0].name)

    def _recorded(self, made: Made, reason: str) -> tuple[Outcome, bool]:
        outcome = self._outcome(made)
        unchanged = outcome.verdict is Verdict.SAME and not {"data", "settings"} & set(outcome.inputs)
        if made.folder is None or unchanged:
            return outcome, False
        try:
            before = Baseline.read(self.folder, made.name).reasons
        except RegressError:
            before = ()
        baseline_of(made.name, made.folder, (*before, reason)[-HISTORY:]).write(self.folder)
        return outcome, True

    def _outcome(self, made: Made) -> Outcome:
        if made.folder is None:
            verdict = Verdict.INTERRUPTED if made.interrupted else Verdict.FAILED
            return Outcome(made.name, verdict, made.seconds, made.error, printed=made.printed)
        if not json_path(self.folder, made.name).exists():
            return Outcome(made.name, Verdict.NEW, made.seconds, printed=made.printed)
        try:
            outcome = judged(Baseline.read(self.folder, made.name), made.folder)
        except RegressError as error:
            outcome = Outcome(made.name, Verdict.UNREADABLE, error=error)
        return replace(outcome, seconds=made.seconds, printed=made.printed)

    def _make(self, names: list[str]) -> list[Made]:
        """Run configs; what goes wrong with one is its own."""
        self.work.mkdir(parents=True, exist_ok=True)
        catalogs, unreadable = self._catalogs(names)
        jobs = [self._job(name, catalogs[name]) for name in names if name in catalogs]
        clocks: dict[int, list[float]] = {}

        def seen(progress: Progress) -> None:
            clocks.setdefault(progress.index, []).append(time.monotonic())
            self.watch(progress)

        ended = run_jobs(jobs, self.parallel, seen, stall=self.limit)
        took = [max(c) - min(c) if (c := clocks.get(number)) else 0.0 for number in range(len(jobs))]
        made = [_made(one, seconds) for one, seconds in zip(ended, took, strict=True)]
        return [*made, *(Made(name, None, 0.0, error, "") for name, error in unreadable.items())]

    def _catalogs(self, names: list[str]) -> tuple[dict[str, Path], dict[str, MiaError]]:
        """Return the catalog of each config, made if it is a market; and the configs that cannot be read."""
        specs = read_markets(self.folder)
        wanted: dict[str, str | Path] = {}
        unreadable: dict[str, MiaError] = {}
        for name in names:
            try:
                wanted[name] = catalog_of(self.folder / f"{name}.yaml", specs)
            except MiaError as error:
                unreadable[name] = error
        markets = {one for one in wanted.values() if isinstance(one, str)}
        made, failed = make_each(specs, markets, self.work.resolve() / "catalogs")
        unreadable |= {name: failed[one] for name, one in wanted.items() if one in failed}
        there = {name: one for name, one in wanted.items() if name not in unreadable}
        return {n: made[one] if isinstance(one, str) else one for n, one in there.items()}, unreadable

    def _job(self, name: str, catalog: Path) -> Job:
        config = self.folder / f"{name}.yaml"
        changes = {"catalog": str(catalog.resolve())}
        argument = CheckJob(config, self.plugins_dirs, self.work / "runs" / name, changes)
        return Job(name, run_check, argument, self.limit)


def catalog_of(config: Path, markets: Container[str]) -> str | Path:
    """Return the market that a config names, or the folder, seen from where it is named.

    A market is its bare name, or a path that would lie beside the config.
    """
    reader = TreeReader()
    layers = read_layers(config, reader)
    value = layers.tree.child("catalog")
    if value is None or not isinstance(value.content, str):
        raise RegressError(
            f"{config} names no catalog",
            f"name a market of {CATALOGS} (`catalog: thin`), or a folder of data",
        )
    place = Path(value.mark.file).parent / value.content
    name = place.name
    is_named = value.content == name or place.resolve() == (config.parent / name).resolve()
    if name not in markets or not is_named:
        return place
    if place.is_dir():
        raise RegressError(
            f"'{name}' is a market of {CATALOGS}, and a folder: {place}", "call the market something else"
        )
    return name


def _made(ended: Ended, seconds: float) -> Made:
    argument: CheckJob = ended.job.argument
    printed = told_output(argument.output)
    folder: str | None = (ended.result or {}).get("folder")
    return Made(
        ended.job.name,
        RunFolder.at(Path(folder)) if folder else None,
        seconds,
        ended.error,
        printed,
        interrupted=ExitCode.INTERRUPTED in (ended.exit_code, ended.error and ended.error.exit_code),
    )


def _gone(folder: Path, name: str) -> Outcome:
    error = RegressError(
        f"{json_path(folder, name)} is a baseline of a config that there is not: {folder / f'{name}.yaml'}",
        "restore the config, or delete what is left of it: `mia regress update --reason …` does",
    )
    return Outcome(name, Verdict.GONE, error=error)
