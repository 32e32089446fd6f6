"""`mia catalog continuous`: a product's contracts as one series, and the days on which it rolls."""

from pathlib import Path
from typing import Annotated

import typer

from catalog.continuous import Adjust, By, Roll, leaders, offsets, rolls, series, traded_of
from catalog.export import Form, write
from catalog.options import Catalog, opened
from mia_plugins.cli.session import AsJson, Session
from mia_plugins.data.arrow import Kind
from mia_plugins.data.errors import CatalogError
from mia_plugins.data.instruments import TICK_POINTS, product


def continuous(  # noqa: PLR0913 each is an option
    context: typer.Context,
    catalog: Catalog,
    code: Annotated[str, typer.Argument(metavar="PRODUCT", help="Such as ES.")],
    *,
    by: Annotated[By, typer.Option(help="What makes a contract lead.")] = By.CALENDAR,
    adjust: Annotated[
        Adjust, typer.Option(help="Whether prices before a roll are moved by its gap.")
    ] = Adjust.NONE,
    to: Annotated[
        Path | None,
        typer.Option(help="Write the series there; else its rolls are only listed.", metavar="FOLDER"),
    ] = None,
    kind: Annotated[Kind, typer.Option(help="Of what the series is.")] = Kind.BARS,
    form: Annotated[Form, typer.Option("--format", help="The file's format.")] = Form.CSV,
    as_json: AsJson = False,
) -> None:
    """List the days on which a product rolls, and write its contracts as one series.

    By calendar the next contract leads from eight calendar days before expiry. By volume it leads from the
    trading day after the first on which more of it was traded than of the leader: nothing is known ahead.
    """
    session = Session.of(context)
    made_of = product(code.upper())
    store = opened(catalog)
    traded = traded_of(store, made_of.code)
    if not traded:
        raise CatalogError(
            f"{catalog} holds no trades and no bars of {made_of.code}",
            f"`mia catalog list {catalog}` tells what it holds",
        )
    led = leaders(traded, made_of.code, by)
    rolled = rolls(led, traded)
    written = None
    if to is not None:
        moved = offsets(led, rolled, adjust)
        target = to / f"{made_of.code}_{by}_{kind}.{form}"
        written = write(series(store, kind, led, moved), target, form)
        if written is None:
            raise CatalogError(
                f"{catalog} holds no {kind} of the contracts that lead", "choose another --kind"
            )
    if as_json:
        file = {"path": str(written.path), "rows": written.rows} if written else None
        session.say_json({"rolls": [_data(roll) for roll in rolled], "file": file})
        return
    first, last = min(led), max(led)
    session.say(f"{made_of.code} by {by}: {led[first].symbol} from {first}, {led[last].symbol} until {last}")
    for roll in rolled:
        gap = "the gap is not known" if roll.gap is None else f"{roll.gap * TICK_POINTS:+.2f} points"
        session.say(f"  {roll.day}: {roll.before.symbol} to {roll.after.symbol}, {gap}")
    if written:
        session.say(f"wrote {written.path}: {written.rows:,} rows")


def _data(roll: Roll) -> dict[str, object]:
    return {
        "day": str(roll.day),
        "before": roll.before.symbol,
        "after": roll.after.symbol,
        "gap_points": None if roll.gap is None else roll.gap * TICK_POINTS,
    }
