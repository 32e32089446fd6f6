"""A decision told to a trader, in lines of at most 80 columns."""

import textwrap
from collections.abc import Iterator, Sequence

from mia_plugins.data.instruments import VENUE
from mia_plugins.journal.decision import Outcome
from mia_plugins.journal.explain import (
    SIDE_WORDS,
    Explanation,
    Level,
    Listing,
    Mattering,
    points_text,
    result_text,
)
from mia_plugins.journal.run_files import Trade
from mia_plugins.journal.shadow import ShadowOutcome
from mia_plugins.journal.times import new_york_text, utc_text, weekday_and_zone

WIDTH = 80
UNKNOWN = "–"
CAUSES = {"bar": "a bar's close", "trigger": "an event of its own", "order": "an event of an order"}
VERDICTS = {True: "passes", False: "BLOCKS", None: "not asked"}
EXITS = {
    "target": "its target was reached",
    "stop": "its stop was hit",
    "time": "its time ran out",
    "open": "the data ended before it did",
    "not filled": "nobody took its limit while it waited",
}


def tell(one: Explanation) -> Iterator[str]:
    """Yield the lines that explain a decision."""
    sections = (
        ("", _head(one)),
        ("Measured", _measured(one)),
        ("Rules", _rules(one)),
        ("Size, step by step", _size(one)),
        ("Stop and target", _levels(one)),
        ("Orders", _trades(one.orders, one)),
        ("Fills", [*_trades(one.fills, one), *_came_to(one)]),
        ("Had it been taken", _shadow(one)),
        ("Age of what it was made of", _table((), [(name, _seconds(age)) for name, age in one.ages], ">")),
        ("Where this is from", _sources(one)),
    )
    for title, lines in sections:
        found = list(lines)
        if found:
            yield from ["", title] if title else []
            yield from (f"  {line}" if title else line for line in found)


def tell_list(found: Listing) -> Iterator[str]:
    """Yield the lines of a list of decisions; a result in brackets is that of a shadow.

    Whose they are is said where there are several strategies.
    """
    header: tuple[str, ...] = ("id", "New York", "what", "outcome", "size", "score", "result", "reason")
    rows, places = [_line(line) for line in found.lines], "><<<>>><"
    names = [(line.row.strategy.rpartition("-")[0] or line.row.strategy) for line in found.lines]
    if len(set(names)) > 1:
        rows = [(*row[:2], name, *row[2:]) for row, name in zip(rows, names, strict=True)]
        header, places = (*header[:2], "strategy", *header[2:]), "><<<<>>><"
    yield from _table(header, rows, places, wrap_last=True)
    left = found.count - len(found.lines)
    if not found.count:
        yield "no decision of this kind"
    elif left:
        yield f"{left:,} more of {found.count:,}; --limit shows them"


def _line(line: Mattering) -> tuple[str, ...]:
    row, made = line.row, line.row.decision
    result = result_text(line.result, line.product)
    if not result and line.shadow and line.shadow.r is not None:
        result = f"({line.shadow.r:+.1f} R)"
    return (
        str(row.id),
        new_york_text(row.ts).partition(".")[0],
        f"{SIDE_WORDS[made.side]} {row.instrument_id.removesuffix(f'.{VENUE}')}",
        made.outcome,
        str(made.size),
        _number(made.score, 3),
        result,
        made.reason,
    )


def _head(one: Explanation) -> Iterator[str]:
    row, made = one.row, one.row.decision
    reason = f" by {made.reason}" if made.reason and made.outcome is not Outcome.TAKEN else ""
    what = f"{SIDE_WORDS[made.side]} {made.size} {row.instrument_id}" if made.side else row.instrument_id
    outcome = "no candidate" if made.outcome is Outcome.NONE else made.outcome
    yield from _wrapped(f"Decision {row.id} of run {one.run}: {what}, {outcome}{reason}", "  ")
    yield ""
    day, zone = weekday_and_zone(row.ts)
    price = _price(row.price, one) if row.price is not None else UNKNOWN
    judged = made.score is not None or made.confidence is not None or made.tier
    scores = f"score {_number(made.score)}, confidence {_number(made.confidence)}"
    yield from _table(
        (),
        [
            ("strategy", f"{row.strategy}, asked by {CAUSES.get(row.cause, row.cause)}"),
            ("New York", f"{day} {new_york_text(row.ts)} {zone}"),
            ("UTC", f"{utc_text(row.ts)} = {row.ts} ns"),
            ("price", price),
            *([("judged", f"{scores}, tier {made.tier or UNKNOWN}")] if judged else []),
            ("settings", one.settings_hash or UNKNOWN),
        ],
        "<<",
        wrap_last=True,
    )


def _measured(one: Explanation) -> Iterator[str]:
    rows = [
        (
            feature.name,
            "not known" if feature.value is None else _number(feature.value),
            _number(feature.weight),
            _signed(feature.contribution),
        )
        for feature in one.measured
    ]
    if all(f.weight is None and f.contribution is None for f in one.measured):
        yield from _table(("feature", "value"), [row[:2] for row in rows], "<>") if rows else ()
        return
    known = [f.contribution for f in one.measured if f.contribution is not None]
    if known:
        rows.append(("together", "", "", _signed(sum(known))))
    if rows:
        yield from _table(("feature", "value", "weight", "contribution"), rows, "<>>>")


def _rules(one: Explanation) -> Iterator[str]:
    rows = [(rule.name, VERDICTS[rule.passes], _number(rule.number)) for rule in one.rules]
    if rows:
        yield from _table(("rule", "verdict", "number"), rows, "<<>")


def _size(one: Explanation) -> Iterator[str]:
    if one.steps:
        rows = [(name, _number(value)) for name, value in one.steps]
        size = one.row.decision.size
        yield from _table((), [*rows, ("= contracts", str(size))], "<>")


def _levels(one: Explanation) -> Iterator[str]:
    size = one.row.decision.size
    rows = []
    for name, level, word in (("stop", one.stop, "risk"), ("target", one.target, "gain")):
        if level is None:
            continue
        rows.append((name, _price(level.ticks, one)))
        if level.away is not None:
            rows.append(("", _away(level, word, one)))
        if level.dollars is not None:
            rows.append(("", f"{word} ${level.dollars:,} a contract, ${level.dollars * size:,} for {size}"))
    if one.stop and one.target and one.stop.away and one.target.away:
        rows.append(("ratio", f"{abs(one.target.away / one.stop.away):.3g} times the risk to be gained"))
    yield from _table((), rows, "<<")


def _away(level: Level, word: str, one: Explanation) -> str:
    assert level.away is not None  # noqa: S101 for the type checker
    points = f" = {points_text(abs(level.away))} points" if one.product else ""
    beyond = "" if (level.away < 0) == (word == "risk") else ", on the wrong side"
    return f"{abs(level.away)} ticks{points} from the price{beyond}"


def _trades(trades: Sequence[Trade], one: Explanation) -> Iterator[str]:
    rows = [
        (
            new_york_text(trade.ts)[5:],
            SIDE_WORDS[trade.side],
            str(trade.lots),
            "market" if trade.ticks is None else _short_price(trade.ticks, one),
            f"${trade.fee}" if trade.fee else "",
            trade.order_id,
        )
        for trade in trades
    ]
    if rows:
        yield from _table(
            ("New York", "side", "lots", "price", "fee", "order"), rows, "<<>>><", wrap_last=True
        )


def _came_to(one: Explanation) -> Iterator[str]:
    result = one.result
    if result is None:
        return
    if not result.is_closed:
        yield f"{result.net_lots:+d} contracts were not closed by its own orders"
        return
    ticks, fees = f"result: {result.ticks:+d} ticks × contracts", f"fees ${result.fees}"
    if one.product is None:
        yield f"{ticks}, {fees}"
    else:
        yield f"{ticks} × ${one.product.tick_value} - {fees} = {result_text(result, one.product)}"


def _shadow(one: Explanation) -> Iterator[str]:
    shadow = one.shadow
    if shadow is None:
        return
    if shadow.entry is None or shadow.exit_ticks is None:
        why = EXITS[shadow.exit] if shadow.exit == "not filled" else "no quote came before its time ran out"
        yield f"{why}: it would not have been filled"
        return
    yield from _table(
        ("New York", "", "price"),
        [
            (new_york_text(shadow.ts_entry or 0)[5:], "in", _price(shadow.entry, one)),
            (new_york_text(shadow.ts_exit)[5:], "out", _price(shadow.exit_ticks, one)),
        ],
        "<<<",
    )
    yield from _wrapped(f"{EXITS[shadow.exit]}: {_shadow_result(shadow)}", "")


def _shadow_result(shadow: ShadowOutcome) -> str:
    r = "no risk to measure by" if shadow.r is None else f"{shadow.r:+.2f} R"
    return f"{r}; at most {shadow.mae} ticks against it and {shadow.mfe} for it"


def _sources(one: Explanation) -> Iterator[str]:
    used = {"orders": one.orders, "fills": one.fills, "shadows": one.shadow}
    names = [f"{name}.parquet" for name, rows in used.items() if rows]
    yield from _wrapped(
        f"decisions.parquet, the row with id {one.row.id}: columns v. (value), c. (contribution), "
        "ok. and n. (rules), s. (steps), age. (inputs); the weights from its metadata"
        + (f"; {', '.join(names)}, the rows of this decision" if names else ""),
        "",
    )


def _price(ticks: int, one: Explanation) -> str:
    return f"{points_text(ticks)} points = {ticks} ticks" if one.product else f"{ticks} ticks"


def _short_price(ticks: int, one: Explanation) -> str:
    return points_text(ticks) if one.product else f"{ticks} t"


def _number(value: float | None, digits: int = 6) -> str:
    return UNKNOWN if value is None else f"{value:.{digits}g}"


def _signed(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:+.6g}"


def _seconds(age: float | None) -> str:
    return "not there" if age is None else f"{age:.6g} s"


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, WIDTH - 2, subsequent_indent=indent, break_on_hyphens=False)


def _table(
    header: Sequence[str], rows: Sequence[Sequence[str]], align: str, *, wrap_last: bool = False
) -> Iterator[str]:
    """Yield a table; `align` has < or > for each column. A long last column goes on below itself."""
    if not rows:
        return
    align = align.ljust(len(rows[0]), align[-1])
    every = [header, *rows] if header else rows
    widths = [max(map(len, column)) for column in zip(*every, strict=True)]
    before = sum(widths[:-1]) + 2 * (len(widths) - 1)
    for row in every:
        cells = [f"{cell:{how}{width}}" for cell, how, width in zip(row, align, widths, strict=True)]
        if wrap_last:
            room = max(WIDTH - 2 - before, 12)
            cells[-1] = f"\n{' ' * before}".join(textwrap.wrap(row[-1], room, break_on_hyphens=False))
        yield from "  ".join(cells).rstrip().split("\n")
