"""The command line. `run` is the console script; `main` the same with arguments in and an exit code out."""

import sys
from collections.abc import Sequence
from traceback import format_exc

from mia_plugins.errors import ExitCode, FileError, MiaError


def run() -> None:
    """Run `mia` with the arguments of the process."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; a user's mistake is told without a traceback."""
    from mia_plugins.cli.session import Session

    session = Session()
    try:
        from mia_plugins.host.siblings import check_siblings

        check_siblings()
        from mia_plugins.cli.root import root_command

        root_command().main(list(arguments), prog_name="mia", obj=session)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except MiaError as error:
        session.report(error)
        return error.exit_code
    except OSError as error:
        session.report(FileError(f"{error.filename or 'a file'}: {error.strerror}", detail=format_exc()))
        return ExitCode.FILES
    except Exception as error:  # noqa: BLE001 the last line of defence: said in full, with its own exit code
        session.report_fault(error)
        return ExitCode.INTERNAL
    return ExitCode.OK
