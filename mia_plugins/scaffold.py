"""A new plugin from the template that ships with mia: a package that installs, passes its tests and runs."""

import keyword
import re
from collections.abc import Iterator
from pathlib import Path

import mia_plugins
from mia_plugins.errors import FileError, MiaError
from mia_plugins.files import write_whole
from mia_plugins.host import PluginHost

TEMPLATE = Path(__file__).parent / "template"
END = ".in"
"""How the files of the template end: none of them is code of ours."""
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def new_plugin(name: str, folder: Path) -> list[Path]:
    """Write the package of a plugin into a folder that is not there yet, and return its files."""
    _refuse(name)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileError(f"{folder} is there already", "name another folder: --folder")
    words = {
        "@NAME@": name,
        "@PACKAGE@": f"mia_{name}",
        "@DISTRIBUTION@": f"mia-{name.replace('_', '-')}",
        "@MIA@": mia_plugins.__version__,
    }
    written = []
    for path in template_files():
        target = folder / _filled(str(path.relative_to(TEMPLATE)).removesuffix(END), words)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise FileError(
                f"{target} cannot be written: {error.strerror}", "name another --folder"
            ) from error
        write_whole(target, _filled(text, words))
        written.append(target)
    return written


def template_files() -> Iterator[Path]:
    """Yield the files of the template."""
    found = sorted(path for path in TEMPLATE.rglob(f"*{END}") if path.is_file())
    if not found:
        raise MiaError(f"{TEMPLATE} holds no template", "install mia again")
    yield from found


def _filled(text: str, words: dict[str, str]) -> str:
    for word, value in words.items():
        text = text.replace(word, value)
    return text


def _refuse(name: str) -> None:
    """Refuse a name that is none, or that something has."""
    if _NAME.fullmatch(name) is None or keyword.iskeyword(name):
        plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_0123456789")
        near = f"; did you mean '{plain}'?" if _NAME.fullmatch(plain) and plain != name else ""
        raise MiaError(
            f"'{name}' is no name for a plugin{near}", "small letters, digits and _, such as 'late_friday'"
        )
    host = PluginHost.discover()
    if host.plugin(name) is not None or any(row.name == name for row in host.registry.all()):
        raise MiaError(
            f"the name '{name}' is taken: `mia plugins show {name}` says by whom", "choose another"
        )
