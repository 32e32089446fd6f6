"""`extends:` files on top of files. Mappings merge key by key; anything else replaces what lay below."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

import mia_plugins
from mia_plugins.errors import FileError, did_you_mean
from mia_plugins.settings.issues import Location, Mark
from mia_plugins.settings.tree import TreeReader, Value

SHIPPED = "mia:"
PRESETS = "presets"
MAX_BYTES = 1_000_000
MAX_LAYERS = 20


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


def read_layers(path: Path, reader: TreeReader, preset: str = "") -> Layers:
    """Read a settings file and all that it extends; what is wrong inside is left in the reader's issues.

    `preset` takes the place of the file's own.
    """
    files: list[str] = []
    path, name = _locate(str(path), Path()) if str(path).startswith(SHIPPED) else (path, str(path))
    tree = _read(path, name, reader, files, ())
    presets: list[str] = []
    if preset:
        here = Mark("--preset", 1, 1)
        tree = replace(tree, content={**tree.mapping, "preset": Value(preset, here, here)})
    below = _presets(tree.child("preset"), reader, presets)
    return Layers(merge(below, tree, reader), (*presets, *files))


def shipped_presets() -> dict[str, Path]:
    """Return the presets that come with mia, by name."""
    return {path.stem: path for path in sorted((shipped_configs() / PRESETS).glob("*.yaml"))}


def _presets(value: Value | None, reader: TreeReader, files: list[str]) -> Value:
    """Return the presets that a file asks for, one laid over the other: they lie below all else."""
    merged = Value({}, value.mark, value.key_mark) if value else Value({}, Mark("", 0, 0), Mark("", 0, 0))
    there = shipped_presets()
    for name, mark in _names(value, reader, "preset", "a preset's name"):
        if name not in there:
            known = did_you_mean(name, there)
            reader.unreadable = True
            reader.say(mark, f"there is no preset '{name}'{known}; there are {', '.join(there)}", ("preset",))
        elif not reader.spent:
            try:
                found = _read(there[name], f"{SHIPPED}{PRESETS}/{name}.yaml", reader, files, ())
                merged = merge(merged, found, reader)
            except (FileError, OSError) as error:
                reader.unreadable = True
                reader.say(mark, str(error), ("preset",))
    return merged


def _read(path: Path, name: str, reader: TreeReader, files: list[str], chain: tuple[Path, ...]) -> Value:
    tree = reader.read(read_text(path, name), name)
    merged = Value({}, tree.mark, tree.key_mark)
    chain = (*chain, path.resolve())
    for text, mark in _names(tree.child("extends"), reader, "extends", "a file's path"):
        if reader.spent:
            break
        try:
            below, below_name = _locate(text, path)
            _refuse_circle(below, chain)
            merged = merge(merged, _read(below, below_name, reader, files, chain), reader)
        except (FileError, OSError) as error:
            reader.unreadable = True
            what = f"{error.what}{_remedy(error)}" if isinstance(error, FileError) else str(error.strerror)
            reader.say(mark, what, ("extends",))
    files.append(name)
    own = {key: value for key, value in tree.mapping.items() if key != "extends"}
    return merge(merged, replace(tree, content=own), reader)


def _remedy(error: FileError) -> str:
    return f"; {error.remedy}" if error.remedy else ""


def _refuse_circle(path: Path, chain: tuple[Path, ...]) -> None:
    if path.resolve() in chain:
        steps = " → ".join(p.name for p in (*chain, path))
        raise FileError(f"extends itself: {steps}")
    if len(chain) > MAX_LAYERS:
        raise FileError(f"more than {MAX_LAYERS} files on top of each other")


def _names(value: Value | None, reader: TreeReader, key: str, what: str) -> list[tuple[str, Mark]]:
    """Return the texts of a list, or of one alone, with where they stand."""
    if value is None:
        return []
    rows = value.content if isinstance(value.content, list) else [value]
    found: dict[str, Mark] = {}
    for row in rows:
        if not isinstance(row.content, str) or not row.content:
            reader.say(row.mark, f"should be {what}, or a list of them", (key,))
        elif row.content in found:
            reader.say(row.mark, f"{row.content} is named twice", (key,))
        else:
            found[row.content] = row.mark
    return list(found.items())


def _locate(text: str, path: Path) -> tuple[Path, str]:
    """Return the file a text names and what to call it: beside the file that names it, or shipped."""
    if text.startswith(SHIPPED):
        return shipped_configs() / text.removeprefix(SHIPPED), text
    beside = path.parent / text
    short = Path(os.path.normpath(beside))
    # `..` after a symbolic link leads elsewhere than its spelling says.
    same = beside.exists() and short.exists() and short.samefile(beside)
    return (short, str(short)) if same or not beside.exists() else (beside, str(beside))


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


def read_text(path: Path, name: str) -> str:
    """Return the text of a settings file, or raise saying why it cannot be read."""
    try:
        if path.exists() and not path.is_file():
            raise FileError(f"{name} is not a file")
        if path.exists() and path.stat().st_size > MAX_BYTES:
            raise FileError(f"{name} has more than {MAX_BYTES:,} bytes; that is no settings file")
        data = path.read_bytes()
    except FileNotFoundError:
        raise FileError(f"there is no file {name}{_near_file(path)}") from None
    except (OSError, ValueError) as error:
        raise FileError(f"{name} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
        kind = "; it looks like UTF-16" if utf16 else ""
        raise FileError(
            f"{name}:{line}: not UTF-8 at byte {error.start} (0x{data[error.start]:02x}){kind}",
            "save it as UTF-8",
        ) from None
