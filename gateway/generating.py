"""A synthetic market to play, made by the command that makes catalogs."""

import subprocess
import sys

from mia_plugins.errors import FileError


def generated(catalog: str, preset: str) -> None:
    """Make a day of a preset; what is there of it is kept, and what was interrupted made whole.

    The command runs in a process of its own: the gateway knows nothing of how markets are made.
    """
    command = [sys.executable, "-P", "-m", "mia_plugins", "catalog", "generate", catalog]
    command += ["--preset", preset, "--days", "1"]
    done = subprocess.run(command, check=False)  # noqa: S603 ourselves
    if done.returncode:
        raise FileError(
            f"{catalog} was not generated: `mia catalog generate` ended with {done.returncode}",
            "it says why above",
        )
