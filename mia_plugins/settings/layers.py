"""`extends:` files on top of files. Mappings merge key by key; anything else replaces what lay below."""

import os
from dataclasses import dataclass
from pathlib import Path

import mia_plugins
from mia_plugins.errors import FileError, did_you_mean
from mia_plugins.settings.issues import Location, Mark
from mia_plugins.settings.tree import TreeReader, Value

SHIPPED = "mia:"
MAX_BYTES = 1_000_000


def shipped_configs() -> Path:
    """Return the folder of the settings files that come with mia."""
    package = Path(mia_plugins.__file__).resolve().parent
    inside = package / "configs"
    return inside if inside.is_dir() else package.parent / "configs"


@dataclass(frozen=True)
class Layers:
    """The merged tree and the files it was made from, the lowest first."""

    tree: Value
    files: tuple[str, ...]


def read_layers(path: Path, reader: TreeReader) -> Layers:
    """Read a settings file and all that it extends; what is wrong inside is left in the reader's issues."""
    files: list[str] = []
    tree = _read(path, str(path), reader, files, ())
    return Layers(tree, tuple(files))


def _read(path: Path, name: str, reader: TreeReader, files: list[str], chain: tuple[Path, ...]) -> Value:
    tree = reader.read(read_text(path), name)
    own = {key: value for key, value in tree.mapping.items() if key != "extends"}
    merged = Value({}, tree.mark, tree.key_mark)
    chain = (*chain, path.resolve())
    for text, mark in _extended(tree.child("extends"), reader):
        below, below_name = _locate(text, path)
        if below.resolve() in chain:
            steps = " → ".join(p.name for p in (*chain, below))
            reader.say(mark, f"extends itself: {steps}", ("extends",))
        elif not below.is_file():
            reader.say(mark, f"there is no file {below_name}{_near_file(below)}", ("extends",))
        elif len(chain) > 20:
            reader.say(mark, "more than 20 files on top of each other", ("extends",))
        else:
            try:
                lower = _read(below, below_name, reader, files, chain)
            except FileError as error:
                reader.say(mark, error.what, ("extends",))
            else:
                merged = merge(merged, lower, reader)
    files.append(name)
    return merge(merged, Value(own, tree.mark, tree.key_mark), reader)


def _extended(value: Value | None, reader: TreeReader) -> list[tuple[str, Mark]]:
    if value is None:
        return []
    rows = value.content if isinstance(value.content, list) else [value]
    found = []
    for row in rows:
        if isinstance(row.content, str) and row.content:
            found.append((row.content, row.mark))
        else:
            reader.say(row.mark, "should be a file's path, or a list of them", ("extends",))
    return found


def _locate(text: str, path: Path) -> tuple[Path, str]:
    """Return the file a text names and what to call it: beside the file that names it, or shipped."""
    if text.startswith(SHIPPED):
        return shipped_configs() / text.removeprefix(SHIPPED), text
    beside = Path(os.path.normpath(path.parent / text))
    return beside, str(beside)


def _near_file(path: Path) -> str:
    folder = path.parent
    return did_you_mean(path.name, (p.name for p in folder.glob("*.y*ml"))) if folder.is_dir() else ""


def merge(below: Value, above: Value, reader: TreeReader, at: Location = ()) -> Value:
    """Return `above` laid over `below`."""
    if not isinstance(below.content, dict) or not below.content:
        return above
    if above.content is None:
        reader.say(
            above.key_mark,
            f"empty, which would discard what {below.key_mark} gives; "
            "remove the line, or write the keys to change",
            at,
        )
        return below
    if not isinstance(above.content, dict):
        return above
    content = dict(below.content)
    for key, value in above.content.items():
        content[key] = merge(content[key], value, reader, (*at, key)) if key in content else value
    return Value(content, above.mark, above.key_mark)


def read_text(path: Path) -> str:
    """Return the text of a settings file, or raise saying why it cannot be read."""
    try:
        if path.exists() and not path.is_file():
            raise FileError(f"{path} is not a file")
        if path.exists() and path.stat().st_size > MAX_BYTES:
            raise FileError(f"{path} has more than {MAX_BYTES:,} bytes; that is no settings file")
        data = path.read_bytes()
    except FileNotFoundError:
        raise FileError(f"there is no file {path}{_near_file(path)}") from None
    except (OSError, ValueError) as error:
        raise FileError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
        kind = "; it looks like UTF-16" if utf16 else ""
        raise FileError(
            f"{path}:{line}: not UTF-8 at byte {error.start} (0x{data[error.start]:02x}){kind}",
            "save it as UTF-8",
        ) from None
