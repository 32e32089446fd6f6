"""What is wrong in a settings file, and where: file:line:column, all of it at once."""

from dataclasses import dataclass
from pathlib import Path

from mia_plugins.errors import ExitCode, MiaError

_ONE_LINE = {ord(end): ascii(end)[1:-1] for end in "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"}
"""What would end a line is written as its escape: a key or a message may hold it."""

Location = tuple[str | int, ...]
"""The way to a value: keys and list positions from the top of the file."""


@dataclass(frozen=True, order=True, slots=True)
class Mark:
    """A place in a file; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, order=True, slots=True)
class Issue:
    """One thing that is wrong."""

    mark: Mark
    where: str
    text: str
    is_plugin: bool = False
    detail: str = ""

    def __str__(self) -> str:
        where = f"{self.where}: " if self.where else ""
        return f"{self.mark}: {where}{self.text}".translate(_ONE_LINE)


class SettingsError(MiaError):
    """Everything that is wrong with a settings file and the files it extends."""

    exit_code = ExitCode.CONFIG

    def __init__(self, path: Path | str, issues: list[Issue]) -> None:
        """Sort the issues by place; only plugins at fault makes it an error of plugins."""
        self.issues = sorted(set(issues))
        count = f"{len(self.issues)} problems" if len(self.issues) > 1 else "1 problem"
        detail = "\n".join(issue.detail for issue in self.issues if issue.detail)
        super().__init__("\n".join([f"{count} in {path}", *map(str, self.issues)]), detail=detail)
        if all(issue.is_plugin for issue in self.issues):
            self.exit_code = ExitCode.PLUGIN


def dotted(location: Location) -> str:
    """Return a location as people write it: `strategies.ema_cross.levels[2]`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return "".join(parts).removeprefix(".")
