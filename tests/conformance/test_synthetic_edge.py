"""What is planted can be found: four ticks after each event of a kind, and nothing where nothing is planted."""

from dataclasses import dataclass

import numpy as np
import pytest

from catalog.market.day import MarketDay, generate_day
from catalog.market.settings import PRESETS, Edge, MarketSettings
from mia_plugins.data.sessions import NS, full_sessions
from mia_plugins.units import Multiple

LIGHT = PRESETS["year"][0]
LEAST_EVENTS = 400
AFTER_SECONDS = 300
"""By then nine tenths of the drift are done."""
LOWER_99 = 2.33
"""Standard errors from the mean down to its one-sided bound at 99 %, of so many events."""


@dataclass(frozen=True)
class Drift:
    """Mean change of ES's mid to the side of an event, in ticks, with its standard error."""

    events: int
    mean: float
    error: float


def drift_after_sweeps(settings: MarketSettings, days: int) -> Drift:
    """Weigh each event by the inverse of the variance that its minutes had in the plan: nights are quiet.

    Sweeps, since their end is known when it comes; who takes a resting agent's last execution for its
    end looks ahead.
    """
    rows = [_changes(generate_day(settings, session)) for session in full_sessions(settings.first_day, days)]
    changes, variance = (np.concatenate(column) for column in zip(*rows, strict=True))
    weight = 1 / variance
    mean = np.sum(weight * changes) / weight.sum()
    error = np.sqrt(np.sum((weight * (changes - mean)) ** 2)) / weight.sum()
    return Drift(len(changes), float(mean), float(error))


def _changes(day: MarketDay) -> tuple[np.ndarray, np.ndarray]:
    """Return the change after each sweep to its side, and the variance planned for it, in ticks²."""
    labels, depth, session = day.instruments["ES"].labels, day.instruments["ES"].depth, day.session
    sweeps = (labels.kind == "sweep") & (labels.end < session.close - AFTER_SECONDS * NS)
    spans = labels.end[sweeps, None] + np.array([0, AFTER_SECONDS]) * NS
    rows = np.searchsorted(depth.ts, spans, side="right") - 1
    mids = (depth.bid_ticks[rows, 0] + depth.ask_ticks[rows, 0]) / 2
    planned = np.concatenate(([0.0], np.cumsum(day.rhythm.variance)))
    variance = np.diff(planned[(spans - session.open) // NS], axis=1)[:, 0] * day.bone.es_sigma**2
    return np.diff(mids, axis=1)[:, 0] * labels.side[sweeps], variance.clip(1)


@pytest.mark.parametrize(
    ("density", "days"),
    [
        pytest.param(0.1, 24, id="a tenth"),
        pytest.param(1.0, 12, id="whole", marks=pytest.mark.long),
    ],
)
def test_four_ticks_after_each_event_are_found_and_are_not_there_unless_planted(
    density: float, days: int
) -> None:
    settings = LIGHT.model_copy(update={"density": Multiple(density)})
    planted = drift_after_sweeps(settings.model_copy(update={"edge": Edge(event="sweep")}), days)
    plain = drift_after_sweeps(settings, days)
    assert min(planted.events, plain.events) >= LEAST_EVENTS
    assert planted.mean - LOWER_99 * planted.error > 0
    assert planted.mean - plain.mean > LOWER_99 * np.hypot(planted.error, plain.error)
    assert abs(plain.mean) < 3 * plain.error
    assert abs(planted.mean - 4) < 3 * planted.error
