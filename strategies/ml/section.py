"""The ML filter in a report: which model judged, how much it knows, and whether the run is in its sample."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mia_plugins.errors import MiaError
from mia_plugins.reports.blocks import Block, Chart, Heading, Note, Table, Tile, Tiles
from mia_plugins.reports.chart_kit import axis
from mia_plugins.reports.numbers import interval, percent, plain
from mia_plugins.reports.section import Section
from mia_plugins.reports.view import RunView
from mia_plugins.statistics.figures import Figure
from strategies.ml.card import Card
from strategies.ml.registry import NOTHING

FILTER = "ml_filter"


class MlFilters(Section):
    """What the ML filters of a run are worth."""

    title = "The ML filter"
    place = 850

    def of_run(self, run: RunView) -> Iterator[Block]:
        """Yield each filter's models."""
        for name, told in (run.settings.get("filters") or {}).items():
            if (told.get("use") or name) == FILTER and told.get("enabled", True):
                yield from _filter(run, name, told)


def _filter(run: RunView, name: str, told: Mapping[str, Any]) -> Iterator[Block]:
    content = told.get("content") or {}
    for instrument in run.settings.get("instruments") or ():
        if instrument not in content:
            fate = "passes" if told.get("absent") == "pass" else "is rejected"
            yield Note(f"{name} has no model of {instrument}: every candidate {fate}.", "warn")
    for instrument, model in content.items():
        yield Heading(f"{name} · {instrument} · model {model}")
        try:
            card = Card.read(Path(told["registry"]) / model)
        except MiaError as error:
            yield Note(f"Its card cannot be read: {error.what}.", "warn")
            continue
        yield from _model(run, card, told)


def _model(run: RunView, card: Card, told: Mapping[str, Any]) -> Iterator[Block]:
    trained, found = card.data["trained"], card.findings
    if run.start <= card.span[1]:
        yield Note(
            f"In sample: the model was trained on decisions from {trained['first']} to {trained['last']}, "
            "and the run goes through them. What it came to says nothing of what the filter is worth.",
            "bad",
        )
    nothing = found["verdict"] == NOTHING
    gate = told["gate"] if isinstance(told.get("gate"), str) else percent(told.get("gate"), 0)
    yield Note(
        f"Out of sample: {found['verdict']}. Gate: {gate}. {found['trials']} settings were tried; "
        f"{trained['rows']:,} decisions from {trained['first']} to {trained['last']}.",
        "warn" if nothing else "good",
    )
    own = card.data["gate"]
    if own != told.get("gate"):
        yield Note(
            f"What is kept below is of the training's gate ({own}), not of the run's ({gate}).", "warn"
        )
    profit = found["profit"]
    votes = told.get("voting") == "majority"
    kept = profit["majority"] if votes else profit
    yield Tiles(
        [
            _tile("AUC", found["auc"]),
            _tile("Brier", found["brier"]),
            _tile("All (R)", profit["mean_r"], signed=True),
            _tile("Kept by votes (R)" if votes else "Kept (R)", kept["mean_r_kept"], signed=True),
            _tile("Kept above all (R)", kept["rise"], signed=True),
            _tile("Better half above all (R)", profit["rise_of_half"], signed=True),
        ]
    )
    yield _calibration(card)
    rows = [(one["column"], plain(one["lost"]["value"], 4, signed=True)) for one in found["importance"]]
    yield Table(("Column", "AUC lost without it"), rows, frozenset({1}), folded="What the model looks at")


def _tile(label: str, told: Mapping[str, Any], *, signed: bool = False) -> Tile:
    figure = Figure(**told)
    return Tile(label, plain(figure.value, 3, signed=signed), interval(figure, "plain", 3))


def _calibration(card: Card) -> Chart:
    bins = card.findings["calibration"]
    said, won = [one["said"] for one in bins], [one["won"] for one in bins]
    ends = [min(said), max(said)]
    data: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": ends,
            "y": ends,
            "name": "as said",
            "line": {"dash": "dot"},
        },
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": said,
            "y": won,
            "name": "as it came",
            "hovertemplate": "said %{x:.2f}, won %{y:.2f}<extra></extra>",
        },
    ]
    layout = {"xaxis": axis("Said to win"), "yaxis": axis("Won")}
    note = "Ten groups of decisions that the model had not seen, from the least likely on."
    return Chart(f"calibration-{card.id}", "Calibration", data, layout, note=note)
