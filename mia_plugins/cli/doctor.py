"""`mia doctor`: whether this installation is sound."""

from collections.abc import Sequence
from dataclasses import asdict

import typer

from mia_plugins.cli.checkup import Finding, installation_findings, plugin_findings
from mia_plugins.cli.session import AsJson, Session
from mia_plugins.errors import ExitCode

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(epilog="Example: mia doctor --json")
def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Say whether this installation and its plugins are sound.

    The exit code is 1 when something is not in order.
    """
    session = Session.of(context)
    tell(session, [*installation_findings(), *plugin_findings(session.host)], as_json=as_json)


def tell(session: Session, findings: Sequence[Finding], *, as_json: bool) -> None:
    """Print findings and exit with 1 when one is not in order."""
    sound = all(finding.in_order for finding in findings)
    if as_json:
        session.say_json({"ok": sound, "findings": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            _print(session, finding)
    if not sound:
        raise typer.Exit(ExitCode.FAILED)


def _print(session: Session, finding: Finding) -> None:
    session.say(
        f"{'ok  ' if finding.in_order else 'BAD '}  {finding.what}", style="" if finding.in_order else "red"
    )
    if finding.remedy:
        session.say(f"      remedy: {finding.remedy}")
    if finding.detail and session.verbose:
        session.say(finding.detail, style="dim")
