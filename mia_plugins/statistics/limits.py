"""How near a run came to each limit, what rules vetoed, and what made sizes smaller: from the journal."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mia_plugins.statistics.figures import Floats, Ints
from mia_plugins.statistics.sources import Sources, Words, real, whole, words

LEFT = " left"
"""How the unit of a rule ends whose number is what is left of its limit."""
CUTS = ("maximum", "risk", "rounding")
"""Steps of a sizer that come out at or below the step before."""


@dataclass(frozen=True)
class Met:
    """A number at a decision."""

    number: float
    decision: int
    ts: int
    """UTC ns."""


@dataclass(frozen=True)
class LimitUse:
    """What one rule had to say to the candidates of one strategy."""

    strategy: str
    rule: str
    unit: str
    """Of its numbers."""
    asked: int
    """Candidates that it was asked about."""
    vetoes: int
    """Those that it was against, alone or beside others."""
    named: int
    """Those of them that were blocked in its name."""
    nearest: Met | None
    """The least that was left of the limit by what was taken; None where its number is no such rest."""
    farthest: Met | None
    """The veto of the candidate that would have gone farthest beyond; None of a rule without such a rest."""


@dataclass(frozen=True)
class Trim:
    """What made sizes of one strategy's candidates smaller."""

    strategy: str
    step: str
    times: int
    """Candidates whose size it made smaller."""
    least: Met
    """The smallest share that it left of a size, 0 to 1."""


def limits_of(sources: Sources) -> tuple[LimitUse, ...]:
    """Return what each rule had to say, by strategy and rule."""
    found = []
    for strategy, columns in sorted(sources.columns.items()):
        units = dict(zip(columns.rules, columns.units, strict=False))
        for rule, unit in units.items():
            use = _use(sources, strategy, rule, unit)
            if use.asked and (use.vetoes or unit.endswith(LEFT)):
                found.append(use)
    return tuple(found)


def trims_of(sources: Sources) -> tuple[Trim, ...]:
    """Return what made sizes smaller: soft rules by their factors, and steps of the sizer."""
    found = []
    for strategy, columns in sorted(sources.columns.items()):
        for before, step in zip((None, *columns.steps), columns.steps, strict=False):
            is_factor = step in columns.rules
            if not is_factor and (step not in CUTS or before is None):
                continue
            table = _candidates(sources, strategy, [f"s.{step}"] + ([] if is_factor else [f"s.{before}"]))
            size = real(table[f"s.{step}"])
            share = size if is_factor else _share(size, real(table[f"s.{before}"]))
            trimmed = share < 1 - 1e-9
            if (least := _least(table, share, trimmed)) is not None:
                found.append(Trim(strategy, step, int(trimmed.sum()), least))
    return tuple(found)


def _share(size: Floats, before: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.where(before > 0, size / before, np.nan)
    return found


def _use(sources: Sources, strategy: str, rule: str, unit: str) -> LimitUse:
    table = _candidates(sources, strategy, [f"ok.{rule}", f"n.{rule}", "reason"])
    passed = real(pc.cast(table[f"ok.{rule}"], pa.int8()))
    number, reason = real(table[f"n.{rule}"]), words(table["reason"])
    against, taken = passed == 0, words(table["outcome"]) == "taken"
    is_rest = unit.endswith(LEFT)
    return LimitUse(
        strategy=strategy,
        rule=rule,
        unit=unit.removesuffix(LEFT),
        asked=int(np.isfinite(passed).sum()),
        vetoes=int(against.sum()),
        named=int((against & (reason == rule)).sum()),
        nearest=_least(table, number, taken) if is_rest else None,
        farthest=_least(table, number, against) if is_rest else None,
    )


def _least(table: Mapping[str, pa.Array], number: Floats, among: np.ndarray) -> Met | None:
    """Return the least number among some decisions; the first of several."""
    known = np.flatnonzero(among & np.isfinite(number))
    if not len(known):
        return None
    at = known[np.argmin(number[known])]
    ids: Ints = whole(table["id"])
    return Met(float(number[at]), int(ids[at]), int(whole(table["ts"])[at]))


def _candidates(sources: Sources, strategy: str, names: list[str]) -> dict[str, pa.Array]:
    """Return columns of a strategy's candidates."""
    every = ["id", "ts", "strategy", "outcome", *names]
    batches = [_of(batch, strategy) for batch in sources.batches("decisions", every)]
    if not batches:
        return {name: pa.array([], pa.float64()) for name in every}
    table = pa.Table.from_batches(batches)
    return {name: table[name].combine_chunks() for name in every}


def _of(batch: pa.RecordBatch, strategy: str) -> pa.RecordBatch:
    is_candidate = pc.not_equal(batch["outcome"], "none")
    return batch.filter(pc.and_(is_candidate, pc.equal(batch["strategy"], strategy)))


@dataclass(frozen=True)
class Incident:
    """A row of a run's incidents."""

    ts: int
    """UTC ns."""
    who: str
    what: str
    level: str
    told: str


def incidents_of(sources: Sources) -> Iterator[Incident]:
    """Yield the incidents of a run; none where it has no such table."""
    names = ["ts", "who", "what", "level", "told"]
    table = sources.table("incidents", names)
    rows: tuple[Words, ...] = tuple(words(table[name]) for name in names[1:])
    for ts, *told in zip(whole(table["ts"]), *rows, strict=True):
        yield Incident(int(ts), *told)
