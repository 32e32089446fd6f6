"""What can be said of a decision: what it was made of, what it led to, and where each number is from."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from mia_plugins.data.instruments import TICK, VENUE, InstrumentError, Product, contract_of
from mia_plugins.journal.decision import Outcome
from mia_plugins.journal.reader import Decisions, Recorded, Where
from mia_plugins.journal.run_files import (
    CENT,
    Result,
    Trade,
    results,
    run_facts,
    shadow_of,
    shadow_results,
    trades,
)
from mia_plugins.journal.shadow import ShadowOutcome
from mia_plugins.journal.times import new_york_day, new_york_text, utc_text

MATTERED = frozenset(Outcome) - {Outcome.NONE}
"""What became of evaluations that had a candidate."""
SIDE_WORDS = {1: "buy", -1: "sell", 0: "no side"}


@dataclass(frozen=True, slots=True)
class Measured:
    """A feature as the decision saw it; None is not known."""

    name: str
    value: float | None
    weight: float | None
    contribution: float | None


@dataclass(frozen=True, slots=True)
class Judged:
    """A rule's word on the decision."""

    name: str
    passes: bool | None
    """None: it was not asked."""
    number: float | None
    """What it judged by."""


@dataclass(frozen=True, slots=True)
class Level:
    """The stop or the target."""

    ticks: int
    away: int | None
    """Ticks from the price at the decision, + on the side where the trade wins."""
    dollars: Decimal | None
    """What that is worth on one contract."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision and all that belongs to it."""

    run: str
    settings_hash: str
    row: Recorded
    measured: tuple[Measured, ...]
    """By the size of their contribution, the largest first."""
    rules: tuple[Judged, ...]
    steps: tuple[tuple[str, float | None], ...]
    ages: tuple[tuple[str, float | None], ...]
    """s."""
    stop: Level | None
    target: Level | None
    orders: tuple[Trade, ...]
    fills: tuple[Trade, ...]
    result: Result | None
    """None without a fill."""
    shadow: ShadowOutcome | None
    product: Product | None
    """None where mia does not know the instrument: then nothing is said in points and $."""


@dataclass(frozen=True, slots=True)
class Mattering:
    """A line of the list of decisions."""

    row: Recorded
    result: Result | None
    shadow: ShadowOutcome | None
    product: Product | None


@dataclass(frozen=True)
class Listing:
    """Decisions of a run that mattered."""

    lines: tuple[Mattering, ...]
    count: int
    """How many there are in all."""
    status: str
    """What run.json says of the run, such as complete; "" without one."""


def explanation(folder: Path, number: int) -> Explanation:
    """Return all that a run's folder says of a decision."""
    decisions = Decisions.of(folder)
    row = decisions.one(number)
    columns, made = decisions.columns[row.strategy], row.decision
    product = product_of(row)
    fills = tuple(trades(folder / "fills.parquet", number))
    result = Result() if fills else None
    for fill in fills:
        assert result is not None  # noqa: S101 for the type checker
        result.add(fill)
    return Explanation(
        folder.resolve().name,
        decisions.metadata.get("settings_hash", ""),
        row,
        tuple(sorted(_measured(row, columns.features, columns.weights), key=_weight_in_it)),
        tuple(map(Judged, columns.rules, made.verdicts, made.numbers)),
        tuple(zip(columns.steps, made.steps, strict=True)),
        tuple(zip(columns.inputs, made.ages, strict=True)),
        _level(row, made.stop, product),
        _level(row, made.target, product),
        tuple(trades(folder / "orders.parquet", number)),
        fills,
        result,
        shadow_of(folder, number),
        product,
    )


def listing(folder: Path, where: Where, limit: int) -> Listing:
    """Return the first decisions of a run that are wanted, and how many there are."""
    decisions = Decisions.of(folder)
    came_to, shadows = results(folder), shadow_results(folder)
    lines = tuple(
        Mattering(row, came_to.get(row.id), shadows.get(row.id), product_of(row))
        for row in islice(decisions.rows(where), limit)
    )
    count = sum(batch.num_rows for batch in decisions.batches(where, ["id"]))
    return Listing(lines, count, str(run_facts(folder).get("status", "")))


def product_of(row: Recorded) -> Product | None:
    """Return what a decision's instrument is a contract of; None when mia does not know it."""
    if not row.instrument_id.endswith(f".{VENUE}"):
        return None
    try:
        return contract_of(row.instrument_id, new_york_day(row.ts)).product
    except InstrumentError:
        return None


def result_text(result: Result | None, product: Product | None) -> str:
    """Return what fills came to, in $ where that is known; "" without a fill."""
    if result is None:
        return ""
    if not result.is_closed:
        return f"holds {result.net_lots:+d}"
    if product is None:
        return f"{result.ticks:+d} t"
    money = result.money(product.tick_value)
    return f"{'-' if money < 0 else '+'}${abs(money):,.2f}"


def explanation_data(one: Explanation) -> dict[str, Any]:
    """Return an explanation for a script: ticks, contracts, UTC ns, and $ as text, so that it is exact."""
    made = one.row.decision
    return {
        **_head(one.row),
        "run": one.run,
        "settings_hash": one.settings_hash,
        "cause": one.row.cause,
        "price": one.row.price,
        "order_id": one.row.order_id,
        "confidence": made.confidence,
        "tier": made.tier,
        "features": [asdict(feature) for feature in one.measured],
        "rules": [asdict(rule) for rule in one.rules],
        "steps": [{"name": name, "value": value} for name, value in one.steps],
        "ages": dict(one.ages),
        "stop": _exact(asdict(one.stop)) if one.stop else None,
        "target": _exact(asdict(one.target)) if one.target else None,
        "orders": [_exact(asdict(order)) for order in one.orders],
        "fills": [_exact(asdict(fill)) for fill in one.fills],
        "result": _result_data(one.result, one.product),
        "shadow": one.shadow._asdict() if one.shadow else None,
    }


def listing_data(run: str, found: Listing) -> dict[str, Any]:
    """Return a list of decisions for a script."""
    return {
        "run": run,
        "status": found.status,
        "count": found.count,
        "decisions": [
            {
                **_head(line.row),
                "result": _result_data(line.result, line.product),
                "shadow": line.shadow._asdict() if line.shadow else None,
            }
            for line in found.lines
        ],
    }


def _head(row: Recorded) -> dict[str, Any]:
    made = row.decision
    return {
        "id": row.id,
        "ts": row.ts,
        "utc": utc_text(row.ts),
        "new_york": new_york_text(row.ts),
        "strategy": row.strategy,
        "instrument_id": row.instrument_id,
        "side": made.side,
        "outcome": str(made.outcome),
        "reason": made.reason,
        "size": made.size,
        "score": made.score,
    }


def _result_data(result: Result | None, product: Product | None) -> dict[str, Any] | None:
    if result is None:
        return None
    money = result.money(product.tick_value) if product and result.is_closed else None
    return _exact({**asdict(result), "dollars": money})


def _exact(data: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in data.items()}


def _measured(row: Recorded, names: tuple[str, ...], weights: tuple[float, ...]) -> Iterator[Measured]:
    made, unknown = row.decision, (None,) * len(names)
    yield from map(Measured, names, made.values, weights or unknown, made.contributions or unknown)


def _weight_in_it(feature: Measured) -> float:
    """Return what sorts features: the largest contribution first, whatever its sign, unknown ones last."""
    return 1.0 if feature.contribution is None else -abs(feature.contribution)


def _level(row: Recorded, ticks: int | None, product: Product | None) -> Level | None:
    if ticks is None:
        return None
    if row.price is None:
        return Level(ticks, None, None)
    away = (ticks - row.price) * (row.decision.side or 1)
    return Level(ticks, away, (abs(away) * product.tick_value).quantize(CENT) if product else None)


def points_text(ticks: int) -> str:
    """Return a price or a distance of one of our products in points."""
    return f"{ticks * TICK:.2f}"
