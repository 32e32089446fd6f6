"""What the triggers are measured by, at an instant of a session."""

from collections import deque
from collections.abc import Callable, Mapping
from itertools import takewhile
from typing import NamedTuple

from mia_plugins.data.instruments import PRODUCTS
from mia_plugins.data.sessions import NS, Session
from mia_plugins.runtime.vitals import Noted, Source, Vitals
from risk.catastrophe.settings import CatastropheSettings
from risk.rules.times import MINUTE


class Reading(NamedTuple):
    """A number, and what it is of."""

    number: float
    told: str


NOTHING = Reading(0.0, "nothing came within the window")
"""What a rate is then: with entries stopped, nothing else would ever end it."""


class Moment(NamedTuple):
    """When it is looked, and by which settings."""

    now: int
    """UTC ns."""
    session: Session
    settings: CatastropheSettings


type Probe = Callable[[Vitals, Moment], Reading | None]
"""Returns what is measured; None while nothing is known."""


def stale_data(vitals: Vitals, at: Moment) -> Reading | None:
    """Return for how many seconds nothing came of the product that has been silent for longest."""
    ages = []
    for product, pulse in vitals.pulses.items():
        last = pulse.last(at.now)
        since = max(at.session.open, vitals.since, last[0] if last else 0)
        ages.append(((at.now - since) / NS, product))
    if not ages:
        return None
    age, product = max(ages)
    return Reading(age, f"nothing came of {product} for {age:.1f} s")


def error_rate(vitals: Vitals, at: Moment) -> Reading | None:
    """Return the share of answers that were errors, in %."""
    return _rate(vitals.answers, at, "answers on orders were errors")


def reject_rate(vitals: Vitals, at: Moment) -> Reading | None:
    """Return the share of orders that were refused, in %."""
    return _rate(vitals.ended, at, "orders were refused")


def slippage(vitals: Vitals, at: Moment) -> Reading | None:
    """Return the ticks that fills were beyond what was meant, on average."""
    recent = _recent(vitals.slips, at)
    if not recent:
        return NOTHING
    if len(recent) < at.settings.least:
        return None
    mean = sum(recent) / len(recent)
    return Reading(mean, f"{len(recent)} fills were {mean:.1f} ticks beyond their prices on average")


def drawdown(vitals: Vitals, at: Moment) -> Reading | None:
    """Return how far below its highest the account is, in % of that."""
    peak, worth = vitals.broker.peak, vitals.worth(at.now)
    if peak <= 0:
        return None
    return Reading(float(100 * (peak - worth) / peak), f"{worth:.2f} $ after {peak:.2f} $ at its highest")


def daily_loss(vitals: Vitals, at: Moment) -> Reading | None:
    """Return $ that were lost since the session opened."""
    broker = vitals.broker
    held = broker.open(vitals.prices(at.now))
    made = broker.realized_today
    return Reading(float(-made - held), f"{made:.2f} $ realised, {held:.2f} $ held since the session opened")


def losses_in_row(vitals: Vitals, at: Moment) -> Reading | None:
    """Return the round trips that were lost one after the other since the session opened.

    Those of sessions before do not count: with entries stopped, no gain would ever end it.
    """
    lately = takewhile(lambda one: one.ts >= at.session.open and one.net < 0, reversed(vitals.broker.closed))
    count = sum(1 for _ in lately)
    return Reading(float(count), f"{count} round trips were lost one after the other")


def margin(vitals: Vitals, at: Moment) -> Reading | None:
    """Return the share of the account that is bound as margin, in %."""
    worth = vitals.worth(at.now)
    accounts = vitals.broker.accounts
    bound = sum(abs(one.position) * PRODUCTS[one.product].initial_margin for one in accounts if one.position)
    if worth <= 0:
        return Reading(100.0, f"{worth:.2f} $ are left") if bound else None
    return Reading(float(100 * bound / worth), f"{bound:.2f} $ of {worth:.2f} $ are bound as margin")


PROBES: Mapping[str, Probe] = {
    one.__name__: one
    for one in (stale_data, error_rate, reject_rate, slippage, drawdown, daily_loss, losses_in_row, margin)
}
"""Those that have a meaning wherever orders are filled; by the trigger's name."""
SOURCED = {
    "connection": ("s", "the broker has not been reached for {:.1f} s"),
    "latency": ("ms", "an event was dealt with {:.1f} ms after its time"),
    "position_mismatch": ("contracts", "the broker's positions differ by {:g} contracts"),
    "clock_drift": ("ms", "the clock has gone {:.1f} ms another way than time"),
    "disk_free": ("%", "{:.1f} % of the disk are free"),
    "memory": ("%", "{:.1f} % of the memory are taken"),
}
"""Those that a living process feeds, with their unit and what is told of them."""
UNITS = {
    "stale_data": "s", "error_rate": "%", "reject_rate": "%", "slippage": "ticks", "drawdown": "%",
    "daily_loss": "$", "losses_in_row": "", "margin": "%",
} | {name: unit for name, (unit, _) in SOURCED.items()}  # fmt: skip
"""Of each trigger's number."""


def sourced(name: str, source: Source, now: int) -> Reading | None:
    """Return what a source says at an instant (UTC ns); None while it knows nothing."""
    number = source(now)
    return None if number is None else Reading(number, SOURCED[name][1].format(number))


def _rate(noted: deque[Noted], at: Moment, told: str) -> Reading | None:
    recent = _recent(noted, at)
    if not recent:
        return NOTHING
    if len(recent) < at.settings.least:
        return None
    bad = sum(recent)
    rate = 100 * bad / len(recent)
    return Reading(rate, f"{bad:g} of {len(recent)} {told} within {at.settings.window:g} min")


def _recent(noted: deque[Noted], at: Moment) -> list[float]:
    since = at.now - int(at.settings.window * MINUTE)
    found = []
    for one in reversed(noted):
        if one.ts < since:
            break
        found.append(one.number)
    return found
