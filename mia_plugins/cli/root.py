"""`mia` itself: global options, and commands that are imported when they are called."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from typer.core import TyperCommand, TyperGroup

import mia_plugins
from mia_plugins import core
from mia_plugins.cli.session import Session
from mia_plugins.errors import PluginError, did_you_mean
from mia_plugins.hookspecs import Kind

_FLAGS = ("-v", "--verbose")
_WITH_VALUE = "--plugins-dir"
Commands = dict[str, tuple[str, str]]
"""Names of commands, each with its target and its summary."""


def global_options_first(arguments: list[str]) -> list[str]:
    """Return the arguments with the global options in front: they may stand anywhere before `--`."""
    first: list[str] = []
    rest: list[str] = []
    words: Iterator[str] = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word in _FLAGS or word.startswith(f"{_WITH_VALUE}="):
            first.append(word)
        elif word == _WITH_VALUE:
            first += [word, *[value for value in [next(words, None)] if value is not None]]
        else:
            rest.append(word)
    return first + rest


def _core_commands() -> Commands:
    """Return our own commands without a look at any other plugin: they work when those do not."""
    found: Commands = {}

    def register(name: str, target: str, *, summary: str = "") -> None:
        found[name] = (target, summary)

    core.mia_register_commands(register)
    return found


class _Root(TyperGroup):
    """Our commands and those of plugins."""

    listing = False

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, global_options_first(args))

    def list_commands(self, ctx: Any) -> list[str]:
        return [*_core_commands(), *self._plugin_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        ours = _core_commands().get(cmd_name)
        if self.listing:
            _, summary = ours or self._plugin_commands(ctx)[cmd_name]
            return TyperCommand(cmd_name, help=summary)
        host = Session.of(ctx).host if ours is None else None
        if host is None:
            return _load(cmd_name, ours)
        if not host.registry.providers(Kind.COMMANDS, cmd_name):
            return None
        row = host.find(Kind.COMMANDS, cmd_name)
        return _as_command(cmd_name, host.load(row), str(row.provider))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if self.get_command(ctx, args[0]) is None:
            session = Session.of(ctx)
            session.warn_of_broken_plugins(session.host)
            ctx.fail(f"There is no command '{args[0]}'{did_you_mean(args[0], self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        self.listing = True
        super().format_help(ctx, formatter)
        session = Session.of(ctx)
        session.warn_of_broken_plugins(session.host)

    def _plugin_commands(self, ctx: Any) -> Commands:
        rows = Session.of(ctx).host.registry.all(Kind.COMMANDS)
        ours = _core_commands()
        return {row.name: (row.target, row.summary) for row in rows if row.name not in ours}


def _load(name: str, ours: tuple[str, str] | None) -> Any:
    from importlib import import_module

    module, _, attribute = (ours or ("", ""))[0].partition(":")
    return _as_command(name, getattr(import_module(module), attribute), "mia")


def _as_command(name: str, target: object, who: str) -> Any:
    if not isinstance(target, typer.Typer):
        raise PluginError(
            f"the command '{name}' of plugin {who} is a {type(target).__name__}",
            "register a typer.Typer application",
        )
    command = typer.main.get_command(target)
    command.name = name
    return command


_app = typer.Typer(
    cls=_Root,
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="\b\nExamples:\n  mia demo\n  mia config check run.yaml\n  mia plugins list --json\n\n"
    "-v and --plugins-dir may stand anywhere on the line. Exit codes: docs/cli.md",
)


def _set_verbose(context: typer.Context, value: bool) -> bool:
    Session.of(context).verbose |= value
    return value


def _set_plugins_dir(context: typer.Context, value: Path | None) -> Path | None:
    Session.of(context).plugins_dir = value
    return value


def _version(value: bool) -> None:
    if value:
        typer.echo(f"mia {mia_plugins.__version__}")
        raise typer.Exit


@_app.callback()
def _mia(
    verbose: Annotated[
        bool, typer.Option(*_FLAGS, help="Say more: tracebacks of plugins.", callback=_set_verbose)
    ] = False,
    plugins_dir: Annotated[
        Path | None,
        typer.Option(
            _WITH_VALUE,
            help="A folder of one-off plugins.",
            metavar="FOLDER",
            callback=_set_plugins_dir,
            is_eager=True,
        ),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """A strategy framework for ES and NQ futures on NautilusTrader: order flow and options levels."""


def root_command() -> TyperGroup:
    """Return the root of the command tree."""
    return cast(TyperGroup, typer.main.get_command(_app))
