"""Compiles the messages: `uv run python -m gateway.wire.compiling`. Developers need it, users do not."""

import sys
from pathlib import Path

FOLDER = Path(__file__).parent
PROTO = "ib.proto"


def compile_into(folder: Path) -> None:
    """Write the Python module of the messages, and its types, into a folder."""
    from grpc_tools import protoc  # noqa: PLC0415 a tool of development

    # The names under which protoc sees the file stand in what it writes: a package, as it is imported.
    places = (f"-I{FOLDER}", f"--python_out={folder}", f"--pyi_out={folder}")
    if protoc.main(["protoc", *places, PROTO]):
        raise SystemExit(f"{FOLDER / PROTO} does not compile; protoc says why above")


if __name__ == "__main__":
    compile_into(FOLDER)
    sys.stdout.write(f"{', '.join(sorted(path.name for path in FOLDER.glob('ib_pb2.*')))} written\n")
