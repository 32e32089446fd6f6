"""Limits and sizes that contradict each other: what would never act, and what could never be traded."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from mia_plugins.data.instruments import PRODUCTS
from mia_plugins.hookspecs import Kind
from mia_plugins.settings.accord import Beside, Conflict
from risk.outlook import share
from risk.sizers.micros import FULL, MICROS

OF_THE_DAY = ("daily_loss", "outer_envelope")
"""Rules with a limit in $ for all of a day."""
LARGER = ("daily_risk", "correlated_risk")
"""Rules whose share of the capital holds for more than one trade."""


def sizer_conflicts(settings: Any, beside: Beside) -> Iterator[Conflict]:
    """Yield where a sizer asks for more than a rule lets through."""
    for plugin in ("contracts", "size_sanity"):
        for name, rule in beside.of(Kind.RULES, plugin):
            if settings.maximum > rule.maximum:
                yield Conflict("maximum", _more(settings.maximum, f"rules.{name}", rule.maximum, "contracts"))
    key = "most" if hasattr(settings, "most") else "risk"
    for name, rule in beside.of(Kind.RULES, "risk_per_trade"):
        risk = getattr(settings, key)
        if risk > rule.risk:
            yield Conflict(key, _more(risk, f"rules.{name}", rule.risk, "%"))


def trade_risk_conflicts(settings: Any, beside: Beside) -> Iterator[Conflict]:
    """Yield where one trade may lose more than many together, and where no trade could be made."""
    together = [(f"rules.{name}", rule.risk) for one in LARGER for name, rule in beside.of(Kind.RULES, one)]
    together += [(f"rules.{name} in a day", rule.day) for name, rule in beside.of(Kind.RULES, "drawdown")]
    for where, percent in together:
        if settings.risk > percent:
            yield Conflict("risk", _more(settings.risk, where, percent, "%"))
    risked = share(settings.risk, Decimal(beside.run.capital))
    what = f"{settings.risk:g} % of {told(Decimal(beside.run.capital))}"
    yield from _beyond_a_day(risked, what, beside)
    yield from _untradable("risk", risked, what, beside)


def _beyond_a_day(risked: Decimal, what: str, beside: Beside) -> Iterator[Conflict]:
    """Yield where a trade may lose more $ than a day: which is no mistake of a preset's with more capital."""
    for plugin in OF_THE_DAY:
        for name, rule in beside.of(Kind.RULES, plugin):
            if risked > rule.limit:
                fits = float(100 * rule.limit / beside.run.capital)
                text = (
                    f"{what} is {told(risked)} a trade, where rules.{name} lets a day lose {told(rule.limit)}"
                )
                yield Conflict("risk", f"{text}: that decides; {fits:g} % would be as much", is_fatal=False)


def day_conflicts(settings: Any, beside: Beside) -> Iterator[Conflict]:
    """Yield where a day's limit is wider than the envelope, and where no trade could be made."""
    for name, envelope in beside.of(Kind.RULES, "outer_envelope"):
        if settings.limit > envelope.limit:
            text = (
                f"{told(settings.limit)} is beyond rules.{name}, which lets a day lose {told(envelope.limit)}"
            )
            yield Conflict("limit", f"{text}: write {envelope.limit:g} or less")
    yield from _untradable("limit", Decimal(settings.limit), "it", beside)


def stop_conflicts(settings: Any, beside: Beside) -> Iterator[Conflict]:
    """Yield where a strategy's own stop is one that the rule lets nobody have."""
    for strategy, stop in _stops(beside):
        if stop > settings.farthest:
            text = f"{settings.farthest:g} ticks are nearer than the stop of strategies.{strategy}, {stop:g}"
            yield Conflict("farthest", f"{text}: it could never trade")
        if stop < settings.nearest:
            text = f"{settings.nearest:g} ticks are farther than the stop of strategies.{strategy}, {stop:g}"
            yield Conflict("nearest", f"{text}: it could never trade")


def _untradable(key: str, limit: Decimal, what: str, beside: Beside) -> Iterable[Conflict]:
    """Yield where not even the smallest size could be had at a strategy's own stop, without costs."""
    for strategy, stop in _stops(beside):
        least = min(_at_stake(product, stop) for product in beside.run.orders_for.values())
        if least > limit:
            text = f"{what} is less than the {told(least)} that one contract loses at the stop of "
            text += f"strategies.{strategy}, {stop:g} ticks: it could never trade"
            yield Conflict(key, text + _micro_hint(beside, stop, limit))


def _at_stake(product: str, stop: float) -> Decimal:
    return Decimal(str(stop)) * PRODUCTS[product].tick_value


def _micro_hint(beside: Beside, stop: float, limit: Decimal) -> str:
    """Return that micros would do, where they would."""
    full = [code for code in beside.run.orders_for.values() if code not in MICROS]
    would = any(_at_stake(code, stop) / FULL <= limit for code in full)
    return "; `traded_as: micro` could" if would else ""


def _stops(beside: Beside) -> Iterator[tuple[str, float]]:
    """Yield the strategies whose stop is a fixed number of ticks, with that."""
    for name, settings in beside.kind(Kind.STRATEGIES):
        bracket = getattr(settings, "bracket", None)
        if bracket is not None and getattr(bracket, "stop_by", "") == "ticks":
            yield name, float(bracket.stop)


def _more(number: float, where: str, limit: float, unit: str) -> str:
    return f"{number:g} {unit} is more than {where} lets through: write {limit:g} or less"


def told(dollars: Decimal) -> str:
    """Return $ as messages have them."""
    return f"{dollars:.2f} $"
