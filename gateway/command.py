"""`mia gateway`: a simulated IB Gateway on this machine."""

import datetime as dt
import logging
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mia_plugins.cli.session import AsJson, Session

if TYPE_CHECKING:
    from gateway.running import Ports

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(epilog="Example:  mia gateway --catalog data/catalog --faults faults.yaml --control 4103")
def gateway(  # noqa: PLR0913 each is an option
    context: typer.Context,
    *,
    catalog: Annotated[
        str, typer.Option(help="What is played: a folder, or s3://bucket/prefix.", metavar="CATALOG")
    ] = "data/catalog",
    preset: Annotated[
        str | None,
        typer.Option(
            help="Generate a day of this preset first (demo, week, year), if it is not there.",
            metavar="NAME",
            show_default=False,
        ),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Where clients connect; 0 for any.")] = 4102,
    control: Annotated[
        int | None,
        typer.Option(
            min=0, max=65_535, help="A port for faults and questions; 0 for any.", show_default=False
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="An address of this machine alone.")] = "127.0.0.1",
    faults: Annotated[
        Path | None,
        typer.Option(help="A script of what goes wrong.", metavar="FILE", show_default=False, readable=False),
    ] = None,
    pace: Annotated[
        float, typer.Option(min=0.1, max=1_000, help="Seconds of the market in one of the machine's.")
    ] = 1.0,
    start: Annotated[
        dt.datetime | None,
        typer.Option(
            formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
            help="When the market begins, in New York; else at 9:30 of the catalog's first day.",
            metavar="DATE'T'HH:MM",
            show_default=False,
        ),
    ] = None,
    skip_closed: Annotated[
        bool,
        typer.Option(
            "--skip-closed", help="Leave out weekends and holidays, but for ten minutes at both ends."
        ),
    ] = False,
    account: Annotated[str, typer.Option(help="The account's name.")] = "DU1234567",
    cash: Annotated[float, typer.Option(min=1, help="$ in the account.")] = 250_000.0,
    paced_history: Annotated[
        bool, typer.Option(help="Refuse history that is asked for too often, with error 162.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Simulate an IB Gateway: a market from a catalog, an account, orders, and faults on demand.

    It speaks the protocol of Interactive Brokers' gateway on this machine alone, and proves nothing about
    Interactive Brokers. It runs until Ctrl-C.
    """
    from gateway.faults.script import FaultScript
    from gateway.generating import generated
    from gateway.running import Asked, log_to_stderr, run
    from gateway.server import loopback
    from mia_plugins.data.sessions import utc_ns
    from mia_plugins.settings.one_model import load_settings

    session = Session.of(context)
    log_to_stderr(logging.DEBUG if session.verbose else logging.INFO)
    if preset:
        generated(catalog, preset)
    asked = Asked(
        catalog=catalog,
        port=port,
        control=control,
        host=loopback(host),
        start=utc_ns(start.date(), start.time()) if start else None,
        pace=pace,
        skips_closed=skip_closed,
        account=account,
        cash=Decimal(str(cash)),
        faults=load_settings(FaultScript, faults) if faults else None,
        paced_history=paced_history,
    )

    def started(ports: "Ports") -> None:
        if as_json:
            session.say_json({"ok": True, "port": ports.api, "control": ports.control, "clock": ports.clock})
            sys.stdout.flush()  # who started it waits for this
            return
        session.say(f"the gateway listens on {host}:{ports.api}, account {account}", style="bold")
        if ports.control is not None:
            session.say(f"it can be told what goes wrong on port {ports.control}")

    run(asked, started)
