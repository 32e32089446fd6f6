"""Standard output and error, fit to be written to."""

import io
import os
import sys
from pathlib import Path


def mend_streams() -> None:
    """Let whatever is printed be printable, and let there be something to print to."""
    # A shell may close a stream (`>&-`); Python then has None in its place.
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
