"""Plugins switched off for good: one name a line, in a file of the user's.

A switch can stop a run, never change its result: a run that needs a plugin that is off refuses to start.
"""

import os
from pathlib import Path

from mia_plugins.errors import FileError
from mia_plugins.files import write_whole


def switches_file() -> Path:
    """Return the file of the switched-off names: `$XDG_CONFIG_HOME/mia/disabled_plugins`."""
    home = os.path.expanduser("~/.config")  # noqa: PTH111 pathlib's raises for a user without a home
    base = os.environ.get("XDG_CONFIG_HOME") or home
    return Path(base) / "mia" / "disabled_plugins"


def switched_off() -> dict[str, str]:
    """Return the switched-off names, each with the file that says so."""
    path = switches_file()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(
            f"{path} cannot be read: {error}", "mend it, or remove it to enable every plugin"
        ) from error
    return {name: f"{path} (`mia plugins enable {name}`)" for line in lines if (name := line.strip())}


def switch_off(name: str) -> None:
    """Add a name to the file."""
    _write({*switched_off(), name})


def switch_on(name: str) -> None:
    """Take a name out of the file."""
    _write(set(switched_off()) - {name})


def _write(names: set[str]) -> None:
    path = switches_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(
            f"{path.parent} cannot be made: {error.strerror}", "set XDG_CONFIG_HOME to a folder that can"
        ) from error
    write_whole(path, "".join(f"{name}\n" for name in sorted(names)))
