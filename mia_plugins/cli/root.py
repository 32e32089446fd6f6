"""`mia` itself: global options, and commands that are imported when they are called."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from typer.core import TyperCommand, TyperGroup

import mia_plugins
from mia_plugins.cli.commands import FLAGS, WITH_VALUE, command_of, core_commands
from mia_plugins.cli.session import Session
from mia_plugins.errors import did_you_mean
from mia_plugins.hookspecs import Kind
from mia_plugins.host.host import load_target


def global_options_first(arguments: list[str]) -> list[str]:
    """Return the arguments with the global options in front: they may stand anywhere before `--`."""
    first: list[str] = []
    rest: list[str] = []
    words: Iterator[str] = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word == WITH_VALUE:
            first += [word, *[value for value in [next(words, None)] if value is not None]]
        elif word in FLAGS or word.startswith(f"{WITH_VALUE}="):
            first.append(word)
        else:
            rest.append(word)
    return first + rest


class _Root(TyperGroup):
    """Our commands and those of plugins."""

    listing = False

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, global_options_first(args))

    def list_commands(self, ctx: Any) -> list[str]:
        plugins = Session.of(ctx).host.registry.names(Kind.COMMANDS)
        return list(dict.fromkeys([*core_commands(), *plugins]))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        row = core_commands().get(cmd_name)
        if row and not self.listing:
            return command_of(row, load_target(row.target))
        registry = Session.of(ctx).host.registry
        if self.listing:
            row = row or registry.providers(Kind.COMMANDS, cmd_name)[0]
            return TyperCommand(cmd_name, help=row.summary)
        if not registry.providers(Kind.COMMANDS, cmd_name):
            return None
        row = Session.of(ctx).host.find(Kind.COMMANDS, cmd_name)
        return command_of(row, Session.of(ctx).host.load(row))

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


def _set_plugins_dirs(context: typer.Context, value: list[str] | None) -> list[str] | None:
    if not all(value or ()):
        raise typer.BadParameter("an empty name is no folder")
    Session.of(context).plugins_dirs = tuple(map(Path, value or ()))
    return value


def _version(value: bool) -> None:
    if value:
        typer.echo(f"mia {mia_plugins.__version__}")
        raise typer.Exit


@_app.callback()
def _mia(
    verbose: Annotated[
        bool, typer.Option(*FLAGS, help="Say more: tracebacks of plugins.", callback=_set_verbose)
    ] = False,
    plugins_dir: Annotated[
        list[str] | None,
        typer.Option(
            WITH_VALUE,
            help="A folder of one-off plugins; may be given again.",
            metavar="FOLDER",
            callback=_set_plugins_dirs,
            is_eager=True,
            show_default=False,
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
