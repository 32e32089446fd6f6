"""`mia catalog generate`: days of the synthetic market into a catalog."""

import datetime as dt
import json
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.options import day_option
from mia_plugins.cli.progress import progress
from mia_plugins.cli.session import AsJson, Session
from mia_plugins.data.errors import CatalogError
from mia_plugins.errors import did_you_mean
from mia_plugins.units import Multiple

if TYPE_CHECKING:
    from catalog.market.settings import MarketSettings
    from mia_plugins.data.sessions import Session as TradingDay

MOST_DAYS = 2_520
"""Ten years of trading days."""
PRESET_STARTS = {"demo": dt.date(2026, 6, 1), "week": dt.date(2026, 6, 1), "year": dt.date(2026, 1, 5)}
"""The first trading day of each preset."""


def generate(  # noqa: PLR0913 each is an option
    context: typer.Context,
    catalog: Annotated[
        str, typer.Argument(metavar="CATALOG", help="A folder, or s3://bucket/prefix.")
    ] = "data/catalog",
    *,
    preset: Annotated[
        str,
        typer.Option(help="demo (a day), week (five full days) or year (252 light ones).", metavar="NAME"),
    ] = "demo",
    start: Annotated[dt.datetime | None, day_option("First trading day; else the preset's.")] = None,
    days: Annotated[
        int | None,
        typer.Option(min=1, max=MOST_DAYS, help="Trading days; else the preset's.", show_default=False),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="One seed gives the same bytes.")] = 1,
    density: Annotated[
        float | None,
        typer.Option(
            min=0.02,
            max=1,
            help="Events as a share of a real session's; else the preset's.",
            show_default=False,
        ),
    ] = None,
    scenario: Annotated[
        list[str] | None,
        typer.Option(
            help="gap, halt, …, on every day, or gap@2026-06-02 on one; may be repeated.",
            metavar="NAME[@DATE]",
            show_default=False,
        ),
    ] = None,
    edge: Annotated[
        str | None,
        typer.Option(
            help="Plant an edge: a drift after each iceberg, absorption or sweep, worth so many ticks (4).",
            metavar="EVENT[:TICKS]",
            show_default=False,
        ),
    ] = None,
    null: Annotated[
        bool, typer.Option("--null", help="A market with nothing to find: the price is a martingale.")
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, help="Processes; else one a core, if memory allows.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Generate days of the synthetic market.

    ES and NQ with depth, trades, quotes and bars, quotes of the micros, option chains, the VIX, levels,
    and labels that tell the truth. What is there already is kept; an interrupted generation goes on
    where it stopped.
    """
    from catalog.generation import generate as make
    from catalog.memory import usual_jobs
    from mia_plugins.data.files import Files

    session = Session.of(context)
    settings, wanted = _asked(preset, start.date() if start else None, days)
    if density is not None:
        settings = settings.model_copy(update={"density": Multiple(density)})
    settings = _changed(settings, seed, scenario or [], edge, null)
    _refuse_scenarios_elsewhere(settings, wanted)
    made: list[str] = []
    forgotten: list[dt.date] = []
    try:
        processes = jobs or usual_jobs(settings.density)
        with progress("generating", len(wanted), quiet=as_json) as advance:
            for day in make(Files(catalog), settings, wanted, processes, advance, forgotten.extend):
                made.append(str(day))  # noqa: PERF401 an interruption is told how many there are
    except KeyboardInterrupt:
        session.warn(f"interrupted; {len(made)} more days are whole. The same command goes on from there")
        raise
    if forgotten:
        session.warn(
            f"files of {', '.join(map(str, forgotten))} are gone, so that mia does not read what is left "
            "of it: generate these days too"
        )
    kept = len(wanted) - len(made)
    if as_json:
        session.say_json({"ok": True, "catalog": catalog, "made": sorted(made), "kept": kept})
        return
    first, last = wanted[0].day, wanted[-1].day
    session.say(f"{catalog}: {first} to {last}, {len(made)} trading days made, {kept} kept", style="green")


def _asked(preset: str, start: dt.date | None, days: int | None) -> "tuple[MarketSettings, list[TradingDay]]":
    """Return a preset's settings and the trading days that are wanted."""
    from catalog.generation import first_days, trading_days
    from catalog.market.settings import EARLIEST, PRESETS

    if preset not in PRESETS:
        raise CatalogError(f"there is no preset '{preset}'{did_you_mean(preset, PRESETS)}")
    settings, usual = PRESETS[preset]
    if start is not None and start < EARLIEST:
        raise CatalogError(f"{start} lies before {EARLIEST}, the earliest day of the synthetic market")
    if start is not None:
        trading_days(start, start)  # a start on a holiday is a mistake
        settings = settings.model_copy(update={"first_day": min(start, settings.first_day)})
    return settings, first_days(start or PRESET_STARTS[preset], days or usual)


def _changed(
    settings: "MarketSettings", seed: int, scenarios: list[str], edge: str | None, null: bool
) -> "MarketSettings":
    """Return the preset's settings with what was asked for, validated as a settings file would be."""
    from pydantic import ValidationError

    from catalog.market.settings import MarketSettings

    data = settings.model_dump(mode="json") | {"seed": seed, "null": null}
    data["scenarios"] = [_scenario(text) for text in scenarios]
    if edge:
        event, _, ticks = edge.partition(":")
        data["edge"] = {"event": event} | ({"worth": _number(ticks)} if ticks else {})
    try:
        return MarketSettings.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        row = error.errors()[0]
        where = ".".join(map(str, row["loc"]))
        what = row["msg"].replace("Input should", "should", 1)
        raise CatalogError(
            f"{where} {what}; got {row['input']!r}", "see mia catalog generate --help"
        ) from error


def _scenario(text: str) -> dict[str, str]:
    name, _, day = text.partition("@")
    return {"name": name} | ({"day": day} if "@" in text else {})


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _refuse_scenarios_elsewhere(settings: "MarketSettings", wanted: "list[TradingDay]") -> None:
    """Refuse a scenario on a day that is not made: it would never be seen."""
    there = {session.day for session in wanted}
    for scenario in settings.scenarios:
        if scenario.day is not None and scenario.day not in there:
            raise CatalogError(
                f"the scenario {scenario.name} is asked for on {scenario.day}, which is not generated",
                f"choose a trading day from {min(there)} to {max(there)}",
            )
