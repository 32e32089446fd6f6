"""Scenes told bar by bar, and what a strategy proposes over them, as lines of a table."""

import datetime as dt
from typing import Any

from mia_plugins.data.sessions import NEW_YORK, NS
from mia_plugins.decisions import Proposal
from mia_plugins.decisions.strategy import DecidingStrategy
from mia_plugins.runtime.times import TENTH
from mia_plugins.testing import Scene, proposals
from mia_plugins.testing.changed import reflected

UNSEEN = 20
"""Contracts of unknown aggressors at a bar's open, high and low: they are in no delta."""


def bars(scene: Scene, text: str, product: str = "ES") -> Scene:
    """Add bars: a line each of the minute it begins in, open, high, low, close, contracts bought and sold.

    The extreme on the side away from its body comes first; who comes, comes at the close.
    """
    lines = []
    for words in (line.split() for line in text.strip().splitlines() if line.strip()):
        minute, opened, high, low, close, bought, sold = words
        first, then = (low, high) if float(close) >= float(opened) else (high, low)
        for second, price in (("05", opened), ("15", first), ("25", then)):
            lines.append(f"{minute}:{second}   {price}   {UNSEEN}   unknown")
        for second, lots, side in (("35", bought, "buy"), ("45", sold, "sell")):
            if int(lots):
                lines.append(f"{minute}:{second}   {close}   {lots}   {side}")
        if not int(bought) + int(sold):
            lines.append(f"{minute}:45   {close}   1   unknown")
    return scene.trades("\n".join(lines), product)


def calm(scene: Scene, start: str, count: int, price: float = 6000.0, product: str = "ES") -> Scene:
    """Add bars around a price: 4 t high, a delta of 10 contracts by turns."""
    lines = []
    for number in range(count):
        bought, sold = (20, 10) if number % 2 else (10, 20)
        lines.append(f"{later(start, number)} {price} {price + 0.5} {price - 0.5} {price} {bought} {sold}")
    return bars(scene, "\n".join(lines), product)


def later(clock: str, minutes: int) -> str:
    """Return a time of day so many minutes later."""
    hour, minute = map(int, clock.split(":"))
    return f"{(hour + (minute + minutes) // 60) % 24:02d}:{(minute + minutes) % 60:02d}"


def proposed(
    strategy: type[DecidingStrategy], scene: Scene, product: str = "", **settings: Any
) -> dict[str, Proposal]:
    """Return what is proposed on the last day, by New York's time: of closes the minute alone."""
    found = proposals(strategy, scene, product=product, **settings)
    return {_clock(now): one for now, one in found.items() if now > scene.session.open}


def sides(found: dict[str, Proposal]) -> dict[str, int]:
    """Return the sides that are proposed, by when."""
    return {clock: one.side for clock, one in found.items() if one.side}


def both_ways(
    strategy: type[DecidingStrategy], scene: Scene, product: str = "", **settings: Any
) -> dict[str, int]:
    """Return the sides that are proposed, once the mirror image is seen to propose the others."""
    there = proposed(strategy, scene, product, **settings)
    mirrored = proposed(strategy, reflected(scene), product, **settings)
    for clock, one in there.items():
        assert_mirrored(one, mirrored[clock], clock)
    return sides(there)


def assert_mirrored(one: Proposal, other: Proposal, when: str) -> None:
    """See that a proposal is another one's mirror image."""
    assert other.side == -one.side, when
    assert (other.stop, other.target, other.reason) == (one.stop, one.target, one.reason), when
    assert close((other.confidence, *other.extras), (one.confidence, *one.extras)), (when, one, other)


def close(some: tuple[float | None, ...], others: tuple[float | None, ...]) -> bool:
    """Say whether numbers are the same but for rounding."""
    return len(some) == len(others) and all(
        a is b if a is None or b is None else abs(a - b) <= 1e-9 for a, b in zip(some, others, strict=True)
    )


def _clock(ts: int) -> str:
    seconds, ns = divmod(ts, NS)
    at = f"{dt.datetime.fromtimestamp(seconds, NEW_YORK):%H:%M:%S}"
    return f"{at}.{ns // TENTH}" if ns else at.removesuffix(":00")
