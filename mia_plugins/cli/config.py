"""`mia config`: check, show and describe settings files."""

import json
from pathlib import Path
from typing import Annotated

import typer

from mia_plugins.cli.session import AsJson, Session
from mia_plugins.errors import FileError, did_you_mean
from mia_plugins.files import write_whole
from mia_plugins.settings.listing import origins, settings_data, settings_yaml
from mia_plugins.settings.resolve import Run, load_run
from mia_plugins.settings.schema import run_schema

app = typer.Typer(
    help="Check, show and describe settings files.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

DEMO = Path("mia:backtests/demo_day.yaml")
"""What a preset is shown with when no file is named."""
ConfigFile = Annotated[
    Path, typer.Argument(metavar="CONFIG", readable=False, help="A settings file (YAML).", show_default=False)
]


def _load(session: Session, config: Path, preset: str = "") -> Run:
    run = load_run(config, session.plugins_dirs, preset=preset)
    session.warn_of_broken_plugins(run.host)
    session.warn_of_what_goes(run)
    return run


@app.command(epilog="Example: mia config check run.yaml --json")
def check(context: typer.Context, config: ConfigFile, as_json: AsJson = False) -> None:
    """Check a settings file and list all that is wrong.

    With it are checked the files it extends, the plugins it needs and their settings.
    """
    session = Session.of(context)
    run = _load(session, config)
    if as_json:
        plugins = {f"{c.kind}.{c.name}": str(c.registration.provider) for c in run.components}
        advice = [str(issue) for issue in run.advice]
        session.say_json({"ok": True, "files": list(run.layers.files), "plugins": plugins, "advice": advice})
        return
    for issue in run.advice:
        session.warn(str(issue))
    session.say(f"{config} is in order", style="green")
    for name in run.layers.files[:-1]:
        session.say(f"  extends {name}")
    weights = [component.weight for component in run.components if component.weight]
    if weights:
        session.say(
            f"  {len(weights)} features are weighed; their weights sum to {sum(weights):g}, normalised"
        )
    for component in run.components:
        session.say(f"  {component.kind.one} {component.name}: plugin {component.registration.provider}")


@app.command(epilog="Example: mia config show --preset production_v3_4 --origin")
def show(  # noqa: PLR0913, PLR0917 options of a command line
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Argument(
            metavar="[CONFIG]", readable=False, help="A settings file (YAML).", show_default=False
        ),
    ] = None,
    origin: Annotated[bool, typer.Option("--origin", help="Say which line gave each value.")] = False,
    preset: Annotated[
        str, typer.Option("--preset", metavar="NAME", help="Show the run with this preset.")
    ] = "",
    only: Annotated[
        str, typer.Option("--only", metavar="KEY", help="Show what stands under one key, such as features.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Print every setting of a run, defaults included.

    What is printed is a settings file that extends nothing. Secrets are printed as references. With a preset
    alone it is that of a day of ES.
    """
    session = Session.of(context)
    if config is None and not preset:
        raise FileError("nothing to show", "name a settings file, or a preset: `--preset production_v3_4`")
    run = _load(session, config or DEMO, preset)
    shown = settings_data(run)
    if only:
        if only not in shown:
            raise FileError(f"there is no setting '{only}'{did_you_mean(only, shown)}")
        shown = {only: shown[only]}
    if as_json:
        told = {at: place for at, place in origins(run).items() if at.partition(".")[0] in shown}
        data = {"files": list(run.layers.files), "settings": shown}
        session.say_json(data | ({"origin": told} if origin else {}))
    else:
        session.say(settings_yaml(run, shown, with_origin=origin).removesuffix("\n"))


@app.command(epilog="Example: mia config schema --output mia.schema.json")
def schema(
    context: typer.Context,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write it to a file.", metavar="FILE")
    ] = None,
) -> None:
    """Write the JSON Schema of settings files.

    It has the settings of every installed plugin. An editor uses it where a file begins with:

    # yaml-language-server: $schema=mia.schema.json
    """
    session = Session.of(context)
    found, faults = run_schema(session.host)
    for fault in [*session.host.faults(), *faults]:
        session.warn(f"{fault.what} (left out)")
    text = json.dumps(found, indent=1, ensure_ascii=False)
    if output is None:
        session.say(text)
        return
    write_whole(output, f"{text}\n")
    session.say(f"wrote {output}")
