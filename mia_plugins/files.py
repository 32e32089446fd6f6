"""Small files written whole or not at all."""

import os
from pathlib import Path

from mia_plugins.errors import FileError


def write_whole(path: Path, text: str) -> None:
    """Write a text in the place of a file, through a link too; never leave half of it.

    What is no ordinary file, such as a terminal or a pipe, is written to as it is.
    """
    try:
        target = path.resolve()
        if target.exists() and not target.is_file():
            target.write_text(text, encoding="utf-8")
            return
        draft = target.with_name(f".{os.getpid()}.new")
        try:
            draft.write_text(text, encoding="utf-8")
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FileError(f"{path} cannot be written: {reason}", "choose another file or folder") from error
