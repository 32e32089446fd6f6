"""Where plugins are found: entry points of installed distributions, and files of a folder."""

import importlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from mia_plugins.errors import FileError, PluginError
from mia_plugins.host.registry import Provider

GROUP = "mia"


@dataclass(frozen=True)
class Candidate:
    """A plugin that has been found and not been imported yet."""

    provider: Provider
    load: Callable[[], object]


def installed_candidates() -> Iterator[Candidate]:
    """Yield the entry points of the group `mia` of every installed distribution."""
    for entry_point in entry_points(group=GROUP):
        yield Candidate(_provider(entry_point), entry_point.load)


def _provider(entry_point: EntryPoint) -> Provider:
    distribution = entry_point.dist
    if distribution is None:
        return Provider(entry_point.name, "an unknown distribution", "", entry_point.value)
    return Provider(entry_point.name, distribution.name, distribution.version, entry_point.value)


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
