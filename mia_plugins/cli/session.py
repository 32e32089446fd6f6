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

from mia_plugins.errors import ExitCode, MiaError, text_of
from mia_plugins.secrets import RedactedStream, redact, redact_data

if TYPE_CHECKING:
    from rich.console import Console

    from mia_plugins.host import PluginHost
    from mia_plugins.settings.resolve import Run

WIDTH_OF_A_PIPE = 240


@dataclass
class Session:
    """Commands reach it with `Session.of(context)`."""

    verbose: bool = False
    plugins_dirs: tuple[Path, ...] = ()
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

        return PluginHost.discover(self.plugins_dirs)

    def say(self, text: str = "", style: str = "") -> None:
        """Print a line."""
        _console(sys.stdout).print(redact(text), style=style)

    def say_json(self, data: Any) -> None:
        """Print data for a script."""
        text = json.dumps(redact_data(data), indent=2, ensure_ascii=False) + "\n"
        if isinstance(sys.stdout, RedactedStream):
            sys.stdout.write_redacted(text)
        else:
            sys.stdout.write(text)

    def warn(self, text: str) -> None:
        """Print a warning to standard error."""
        _console(sys.stderr).print(f"warning: {redact(text)}", style="yellow")

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Print a table."""
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for column in columns:
            table.add_column(column, overflow="fold")  # a name that is cut short helps nobody
        for row in rows:
            table.add_row(*(Text(redact(cell)) for cell in row))
        _console(sys.stdout).print(table, soft_wrap=False)

    def warn_of_broken_plugins(self, host: "PluginHost") -> None:
        """Report each broken plugin in a line; nothing that was asked for depends on them."""
        for fault in host.faults():
            self.warn(f"{fault.what} (skipped)")
        for note in host.notes():
            self.warn(note)

    def warn_of_what_goes(self, run: "Run") -> None:
        """Report each component of a run whose name will go, with what to use instead."""
        for one in run.components:
            if one.registration.deprecation:
                self.warn(one.registration.deprecation)

    def report(self, error: MiaError, *, whole: bool = False) -> None:
        """Print an error that a user can mend; its traceback if asked for, or if it is to be told whole."""
        if self.as_json:
            self.say_json({"ok": False, "error": error_data(error)})
        self._complain(f"error: {error.what}", style="bold red")
        if error.remedy:
            self._complain(f"remedy: {error.remedy}")
        if error.detail:
            shown = error.detail.rstrip() if whole or self.verbose else "(-v shows the traceback)"
            self._complain(shown, style="dim")

    def report_fault(self, error: BaseException) -> None:
        """Print what nobody foresaw, whole."""
        what = f"{type(error).__name__}: {text_of(error)}"
        if self.as_json:
            self.say_json({"ok": False, "error": {"what": what, "exit_code": ExitCode.INTERNAL}})
        self._complain("".join(traceback.format_exception(error)), style="dim")
        self._complain(f"fault: {what}", style="bold red")
        self._complain("This is a fault of mia's or of the plugin named above, not yours: please report it.")

    def _complain(self, text: str, style: str = "") -> None:
        _console(sys.stderr).print(redact(text), style=style)


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


def _console(stream: IO[str]) -> "Console":
    from rich.console import Console

    width = None if stream.isatty() else WIDTH_OF_A_PIPE
    return Console(file=stream, markup=False, highlight=False, emoji=False, soft_wrap=True, width=width)


def _set_json(context: typer.Context, value: bool) -> bool:
    Session.of(context).as_json |= value
    return value


AsJson = Annotated[bool, typer.Option("--json", help="Print data for a script.", callback=_set_json)]
"""The option `--json`, for every command whose answer a script may want."""
