"""One invocation of `mia`: its global options, its plugins, and all that it prints."""

import json
import sys
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from mia_plugins.errors import ExitCode, MiaError
from mia_plugins.secrets import redact

if TYPE_CHECKING:
    from rich.console import Console

    from mia_plugins.host import PluginHost

WIDTH_OF_A_PIPE = 240


@dataclass
class Session:
    """Commands reach it with `Session.of(context)`."""

    verbose: bool = False
    plugins_dir: Path | None = None
    as_json: bool = False

    @staticmethod
    def of(context: typer.Context) -> "Session":
        """Return the session a command runs in."""
        session: Session = context.obj
        return session

    @cached_property
    def host(self) -> "PluginHost":
        """The plugins that are installed and those of `--plugins-dir`."""
        from mia_plugins.host import PluginHost

        return PluginHost.discover(self.plugins_dir)

    def say(self, text: str = "", style: str = "") -> None:
        """Print a line."""
        _console(sys.stdout).print(text, style=style)

    def say_json(self, data: Any) -> None:
        """Print data for a script."""
        print(redact(json.dumps(data, indent=2, ensure_ascii=False)))  # noqa: T201

    def warn(self, text: str) -> None:
        """Print a warning to standard error."""
        _console(sys.stderr).print(f"warning: {text}", style="yellow")

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> None:
        """Print a table."""
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(
            *columns, box=box.SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False
        )
        for row in rows:
            table.add_row(*map(Text, row))
        _console(sys.stdout).print(table, soft_wrap=False)

    def warn_of_broken_plugins(self, host: "PluginHost") -> None:
        """Report each broken plugin in a line; nothing that was asked for depends on them."""
        for fault in host.faults():
            self.warn(f"{fault.what} (skipped)")

    def report(self, error: MiaError) -> None:
        """Print an error that a user can mend."""
        if self.as_json:
            self.say_json({"ok": False, "error": error_data(error)})
        console = _console(sys.stderr)
        console.print(f"error: {error.what}", style="bold red")
        if error.remedy:
            console.print(f"remedy: {error.remedy}")
        if error.detail:
            console.print(error.detail if self.verbose else "(-v shows the traceback)", style="dim")

    def report_fault(self, error: Exception) -> None:
        """Print what nobody foresaw, whole."""
        if self.as_json:
            self.say_json({"ok": False, "error": {"what": repr(error), "exit_code": ExitCode.INTERNAL}})
        console = _console(sys.stderr)
        console.print("".join(traceback.format_exception(error)), style="dim")
        console.print(f"fault: {type(error).__name__}: {error}", style="bold red")
        console.print("This is a fault of mia's or of the plugin named above, not yours: please report it.")


def error_data(error: MiaError) -> dict[str, Any]:
    """Return an error as data; each problem of a settings file is an entry of its own."""
    data: dict[str, Any] = {"what": error.what, "remedy": error.remedy, "exit_code": int(error.exit_code)}
    issues = getattr(error, "issues", None)
    if issues is not None:
        data["issues"] = [
            {
                "file": i.mark.file,
                "line": i.mark.line,
                "column": i.mark.column,
                "where": i.where,
                "text": i.text,
            }
            for i in issues
        ]
    return data


class _Redacted:
    """A stream that no secret gets through."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(redact(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _console(stream: IO[str]) -> "Console":
    from rich.console import Console

    file: Any = _Redacted(stream)
    width = None if stream.isatty() else WIDTH_OF_A_PIPE
    return Console(file=file, markup=False, highlight=False, emoji=False, soft_wrap=True, width=width)


def _set_json(context: typer.Context, value: bool) -> bool:
    Session.of(context).as_json |= value
    return value


AsJson = Annotated[bool, typer.Option("--json", help="Print data for a script.", callback=_set_json)]
"""The option `--json`, for every command whose answer a script may want."""
