"""The command line. `run` is the console script; `main` the same with arguments in and an exit code out."""

import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from traceback import format_exc
from typing import TYPE_CHECKING

from mia_plugins.errors import ExitCode, FileError, MiaError, text_of
from mia_plugins.secrets import RedactedStream
from mia_plugins.streams import mend_streams

if TYPE_CHECKING:
    from mia_plugins.cli.session import Session


def run() -> None:
    """Run `mia` with the arguments of the process."""
    mend_streams()
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:  # so early that nothing was there to tell it
        sys.exit(ExitCode.INTERRUPTED)


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; a user's mistake is told without a traceback."""
    from mia_plugins.cli.session import Session

    session = Session()
    with redirect_stdout(RedactedStream(sys.stdout)), redirect_stderr(RedactedStream(sys.stderr)):
        try:
            return _run(list(arguments), session)
        except SystemExit as stop:
            return _exit_code(stop)
        except KeyboardInterrupt:
            return ExitCode.INTERRUPTED
        except MiaError as error:
            session.report(error)
            return error.exit_code
        except OSError as error:
            where = error.filename or "a file or stream"
            session.report(FileError(f"{where}: {error.strerror or text_of(error)}", detail=format_exc()))
            return ExitCode.FILES
        except BaseException as error:  # noqa: BLE001 the last line of defence: said in full, with its exit code
            session.report_fault(error)
            return ExitCode.INTERNAL


def _run(arguments: list[str], session: "Session") -> int:
    from mia_plugins.host.siblings import check_siblings

    check_siblings()
    from mia_plugins.cli.root import root_command

    root_command().main(arguments, prog_name="mia", obj=session)
    return ExitCode.OK


def _exit_code(stop: SystemExit) -> int:
    """Return the code of a `sys.exit`; a text is printed and means failure, as in Python."""
    if stop.code is None or isinstance(stop.code, int):
        return stop.code or ExitCode.OK
    print(stop.code, file=sys.stderr)  # noqa: T201
    return ExitCode.FAILED
