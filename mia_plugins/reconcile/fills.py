"""Recorded fills beside simulated ones: each difference with its reason.

Both runs saw the same rows and decide by the same code, so they are alike up to the first fill that
differs. After that the account is another one, and what is decided may be too: a consequence.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from mia_plugins.data.sessions import NS
from mia_plugins.reconcile.trades import Filled, Key, Ordered, Trade, Trades
from mia_plugins.runtime.account import Role


class Why(StrEnum):
    """Why a fill is another one."""

    LATENCY = "latency"
    """The order was on its way, and the market was another when it came."""
    SLIPPAGE = "slippage"
    """It was filled in the same instant at another price."""
    QUEUE = "queue"
    """A limit was met, and others were before it: filled in one of them alone, or not as much."""
    TRIGGER = "trigger"
    """A stop was met in one of them alone, or not at the same time."""
    HALTED = "halted"
    """The session was stopped, or whoever watches over it halted it: a simulation knows nothing of that."""
    REFUSED = "refused"
    """The order was not taken."""
    FEE = "fee"
    """It cost something else."""
    CONSEQUENCE = "consequence"
    """It follows from a difference before it."""
    UNEXPLAINED = "unexplained"
    """Nothing before it differs, and nothing of it says why: to be looked into."""


@dataclass(frozen=True)
class FillDifference:
    """What differs in the fills of a decision, by role."""

    ts: int
    """When the first of both was filled, or when it was decided: UTC ns."""
    strategy: str
    decided: int
    """When it was decided: UTC ns."""
    ids: tuple[int | None, int | None]
    """The decision's, recorded and simulated."""
    role: str
    recorded: Filled | None
    simulated: Filled | None
    why: Why
    told: str
    """In words, with the numbers."""
    latency: int | None = None
    """How much later than simulated: ns."""
    worse: float | None = None
    """How much worse than simulated: ticks a contract."""


def explained(recorded: Trades, simulated: Trades) -> tuple[tuple[FillDifference, ...], int]:
    """Return the differences in the order of time, and how many fills by role are alike."""
    found: list[FillDifference] = []
    alike = 0
    parted: int | None = None
    for key in sorted({*recorded.taken, *simulated.taken}, key=lambda key: (key[1], key[0])):
        one, other = recorded.taken.get(key), simulated.taken.get(key)
        if one is None or other is None:
            new = [_lonely(key, one, other, recorded if one is None else simulated)]
        else:
            new = [*_of_plan(key, one, other), *_of_fills(key, one, other, recorded.halts)]
            alike += sum(one.filled[role] == other.filled.get(role) for role in one.filled)
        found += [_after(parted, difference) for difference in new]
        parted = min([ts for ts in (parted, *(one.ts for one in new)) if ts is not None], default=None)
    return tuple(sorted(found, key=lambda one: (one.ts, one.strategy))), alike


def _after(parted: int | None, difference: FillDifference) -> FillDifference:
    """Return a difference without a reason of its own as a consequence, where anything differed before."""
    if difference.why is not Why.UNEXPLAINED or parted is None or parted > difference.decided:
        return difference
    return replace(difference, why=Why.CONSEQUENCE)


def _lonely(key: Key, one: Trade | None, other: Trade | None, lacking: Trades) -> FillDifference:
    """Return what is told of a decision that was taken in one of them alone."""
    there = one or other
    assert there is not None  # noqa: S101 one of them has it
    who = "recorded" if one else "simulated"
    outcome, reason = lacking.judged.get(key, ("no candidate then", ""))
    told = f"taken as {who} alone; the other: {outcome} {reason}".rstrip()
    why = Why.HALTED if reason in lacking.halts else Why.UNEXPLAINED
    role = str(Role.ENTRY)
    fills = one.filled.get(role) if one else None, other.filled.get(role) if other else None
    return FillDifference(key[1], key[0], key[1], _ids(one, other), role, *fills, why, told)


def _of_plan(key: Key, one: Trade, other: Trade) -> Iterator[FillDifference]:
    """Yield the difference of a decision that was taken in both, and not for the same prices or size."""
    if (one.side, one.plan) != (other.side, other.plan):
        names = ("side", "size", "entry", "stop", "target")
        pairs = zip(names, (one.side, *one.plan), (other.side, *other.plan), strict=True)
        told = ", ".join(f"{name} {a} and {b}" for name, a, b in pairs if a != b)
        ids = _ids(one, other)
        yield FillDifference(
            key[1], key[0], key[1], ids, "decision", None, None, Why.UNEXPLAINED, f"decided otherwise: {told}"
        )


def _of_fills(key: Key, one: Trade, other: Trade, halts: frozenset[str]) -> Iterator[FillDifference]:
    """Yield what differs in the fills of a decision that was taken in both, in the order of time."""
    roles = {*one.filled, *other.filled}
    differing = [role for role in roles if one.filled.get(role) != other.filled.get(role)]
    differing.sort(key=lambda role: (_first(one, other, role), role))
    for place, role in enumerate(differing):
        numbers: tuple[int | None, float | None] = (None, None)
        a, b = one.filled.get(role), other.filled.get(role)
        if a and b:
            side = one.side if role == Role.ENTRY else -one.side
            why, told = _of_both(a, b, side, _type(one, other, role))
            numbers = (a.ts - b.ts, side * (a.ticks - b.ticks))
        else:
            why, told = _of_one(one, other, role)
            if place and why is not Why.REFUSED:
                why = Why.CONSEQUENCE  # of what was filled before it in the same trade
        if role == Role.EXIT and one.exit in halts and other.exit != one.exit:
            why, told = Why.HALTED, f"left for {one.exit}; simulated: {other.exit or 'still held'}"
        ts, ids = _first(one, other, role), _ids(one, other)
        yield FillDifference(ts, key[0], key[1], ids, role, a, b, why, told, *numbers)


def _of_both(a: Filled, b: Filled, side: int, type_: str) -> tuple[Why, str]:
    """Return why a fill that both have is not the same; +1 bought, -1 sold."""
    later, worse = a.ts - b.ts, side * (a.ticks - b.ticks)
    parts = [f"{abs(later) / NS:g} s {'later' if later > 0 else 'earlier'}"] if later else []
    if worse:
        parts.append(f"{abs(worse):g} ticks {'worse' if worse > 0 else 'better'}")
    if a.lots != b.lots:
        return Why.QUEUE, ", ".join([f"{a.lots} contracts, {b.lots} simulated", *parts])
    if later:
        return {"limit": Why.QUEUE, "stop": Why.TRIGGER}.get(type_, Why.LATENCY), ", ".join(parts)
    if worse:
        return Why.SLIPPAGE, ", ".join(parts)
    return Why.FEE, f"fee {a.fee} $, {b.fee} $ simulated"


def _of_one(one: Trade, other: Trade, role: str) -> tuple[Why, str]:
    """Return why a fill is there in one of them alone."""
    there, lacking = (one, other) if role in one.filled else (other, one)
    who, not_who = ("recorded", "simulated") if there is one else ("simulated", "recorded")
    order, instead = there.orders.get(role), lacking.orders.get(role)
    if instead is not None and instead.state in {"rejected", "denied"}:
        return Why.REFUSED, f"filled as {who} alone; {not_who}: {instead.state}, {instead.reason}"
    told = f"filled as {who} alone; {not_who}: {_state(instead)}"
    if order is not None and order.type == "limit":
        return Why.QUEUE, told
    if order is not None and order.type == "stop":
        return Why.TRIGGER, told
    return Why.UNEXPLAINED, told


def _state(order: Ordered | None) -> str:
    return "there was no such order" if order is None else f"it was {order.state}"


def _type(one: Trade, other: Trade, role: str) -> str:
    order = one.orders.get(role) or other.orders.get(role)
    return order.type if order else ""


def _first(one: Trade, other: Trade, role: str) -> int:
    return min(trade.filled[role].ts for trade in (one, other) if role in trade.filled)


def _ids(one: Trade | None, other: Trade | None) -> tuple[int | None, int | None]:
    return one.id if one else None, other.id if other else None
