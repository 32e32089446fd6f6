"""What became of a run, told by `mia backtest`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mia_plugins.cli.session import Session, error_data
from mia_plugins.errors import ExitCode

if TYPE_CHECKING:
    from mia_plugins.making.finish import Finished

WORDS = {"taken": "taken", "blocked": "blocked", "rejected": "rejected", "none": "without a candidate"}
"""What became of evaluations, in the order in which it is told."""


def outcome_data(one: "Finished") -> dict[str, Any]:
    """Return it for a script."""
    record = one.folder.record if one.folder else None
    return {
        "config": str(one.prepared.config),
        "run": one.prepared.inputs.id,
        "folder": str(one.folder.path) if one.folder else None,
        "status": str(one.status),
        "made": one.sealed is not None,
        "reason": record.reason if record else "",
        "warnings": list(record.warnings) if record else [],
        "statistics": one.statistics,
        "seconds": one.seconds,
        **({"error": error_data(one.error) | {"traceback": one.error.detail}} if one.error else {}),
    }


def tell_outcome(session: Session, one: "Finished") -> None:
    """Print it."""
    session.say(f"{one.prepared.config}: run {one.prepared.inputs.id}, {_how(one)}", style="bold")
    if one.error:
        # A fault cannot be looked for without its traceback; a mistake in the data is told without.
        session.report(one.error, whole=one.error.exit_code == ExitCode.INTERNAL)
    if one.folder is None:
        return
    for warning in one.folder.record.warnings:
        session.warn(warning)
    if one.sealed != "kept" and one.statistics["decisions"]:
        for name, text in _numbers(one.statistics):
            session.say(f"  {name:12}{text}")
    session.say(f"  {'folder':12}{one.folder.path}")
    session.say(f"  {'next':12}{_next(one)}", style="cyan")
    if one.statistics["decisions"]:
        session.say(f"  {'':12}{_next(one).replace('explain', 'report')}", style="cyan")


def _how(one: "Finished") -> str:
    if one.folder is None:
        return str(one.status) if one.error else f"{one.status} before it began"
    if one.sealed is None:
        return "was made before"
    also = {
        "repeated": ", the same to the byte as the one that is there",
        "kept": "; the complete one that is there stays",
    }
    return f"{one.status} in {one.seconds:.1f} s{also.get(one.sealed.value, '')}"


def _numbers(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    decisions: dict[str, int] = found["decisions"]
    counted = [f"{decisions[name]:,} {word}" for name, word in WORDS.items() if name in decisions]
    if refused := found.get("decisions_refused"):
        counted[0] += f" ({refused:,} of them refused)"  # the first are those taken
    yield "decisions", ", ".join(counted)
    yield "trades", f"{found['trades']:,}, of which {found['wins']:,} won"
    if found["trades"]:
        yield "net", f"{_dollars(found['net'])} after {_dollars(found['fees'])} of fees"
        yield "drawdown", f"{_dollars(found['max_drawdown'])} at worst"
    yield "balance", f"{_dollars(found['capital'])} → {_dollars(found['balance'])}"


def _next(one: "Finished") -> str:
    """Return the command to go on with; a run outside of the usual folder is named by its path."""
    assert one.folder is not None  # noqa: S101 for the type checker
    name = one.folder.id if str(one.folder.path.parent) == "runs" else str(one.folder.path)
    return f"mia explain {name}" if one.statistics["decisions"] else f"mia runs show {name}"


def _dollars(amount: str) -> str:
    return f"{float(amount):,.2f} $"
