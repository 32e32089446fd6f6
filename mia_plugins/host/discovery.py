"""Where plugins are found: entry points of installed distributions, and files of a folder."""

import importlib
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import distributions
from itertools import chain
from pathlib import Path

from mia_plugins.errors import FileError, PluginError, text_of
from mia_plugins.host.registry import Provider

GROUP = "mia"


@dataclass(frozen=True)
class Candidate:
    """A plugin that has been found and not been imported yet."""

    provider: Provider
    load: Callable[[], object]


def all_candidates(folders: Iterable[Path]) -> list[Candidate]:
    """Return the plugins that are installed and those of some folders, each folder once."""
    distinct = {folder.resolve(): folder for folder in folders}
    return [*installed_candidates(), *chain.from_iterable(map(folder_candidates, distinct.values()))]


def installed_candidates() -> Iterator[Candidate]:
    """Yield the entry points of the group `mia` of every installed distribution.

    Of two distributions of one name the first on the path counts, as it does for imports. One whose
    entry points cannot be read is a candidate that cannot be loaded.
    """
    seen: set[str] = set()
    for distribution in distributions():
        try:
            found = distribution.entry_points.select(group=GROUP)
            loaders = [(entry_point.name, entry_point.value, entry_point.load) for entry_point in found]
        except Exception as error:  # noqa: BLE001 a malformed file fails in many ways
            loaders = [(distribution.name, "entry_points.txt", partial(_unreadable, error))]
        if loaders and distribution.name not in seen:
            seen.add(distribution.name)
            for name, origin, load in loaders:
                yield Candidate(Provider(name, distribution.name, distribution.version, origin), load)


def _unreadable(error: Exception) -> object:
    raise PluginError(f"its entry points cannot be read: {text_of(error)}") from error


def folder_candidates(folder: Path) -> Iterator[Candidate]:
    """Yield the modules and packages of a folder of one-off plugins (`--plugins-dir`)."""
    if not folder.is_dir():
        found = "is not a folder" if folder.exists() else "does not exist"
        raise FileError(f"the plugins folder {folder} {found}", "name a folder that holds .py files")
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise FileError(f"the plugins folder {folder} cannot be read: {error.strerror}") from error
    for path in paths:
        is_module = path.suffix == ".py" and path.is_file()
        is_package = (path / "__init__.py").is_file()
        if (is_module or is_package) and not path.name.startswith(("_", ".")):
            provider = Provider(path.stem, f"the folder {folder}", "", str(path))
            yield Candidate(provider, _Importer(folder.resolve(), path.stem))


@dataclass(frozen=True)
class _Importer:
    """Imports a module of a plugins folder by its own name, so that its targets resolve."""

    folder: Path
    name: str

    def __call__(self) -> object:
        """Import it, and make sure that no installed module of that name came instead."""
        if str(self.folder) not in sys.path:
            sys.path.append(str(self.folder))  # last: a file here must shadow nothing that is installed
            importlib.invalidate_caches()
        module = importlib.import_module(self.name)
        found = Path(module.__file__ or "").resolve()
        if not found.is_relative_to(self.folder):
            raise PluginError(
                f"the name '{self.name}' belongs to an installed module ({found})",
                "rename the file",
            )
        return module
