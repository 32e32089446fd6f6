"""The code a run loads: mia's own packages and each component's distribution, by the content of files.

Files are hashed as they lie on the disk, so that a change nobody has committed is another run.
"""

import hashlib
import site
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

import mia_plugins
from mia_plugins.host.registry import Registration
from mia_plugins.runs.errors import RunError, told
from mia_plugins.runs.identity import Code

MIA = "mia"
PACKAGES = ("mia_plugins", "indicators", "strategies", "risk")
"""The packages of ours that a run loads."""

_IGNORED = ("__pycache__", ".dist-info/", ".pyc", ".pth")
"""What Python and installers write themselves."""


def code_of(registrations: Iterable[Registration]) -> dict[str, Code]:
    """Return the code of mia and of the distributions of a run's components, by distribution.

    A plugin of a folder (`--plugins-dir`) stands under `plugin NAME`: its folder's path does not count.
    """
    found = {MIA: Code(mia_plugins.__version__, _hash_of_files(_our_files()))}
    for provider, rows in _by_provider(registrations).items():
        files = dict(_files_of(provider, rows))
        if not files:
            raise RunError(
                f"no file of {provider} can be found, so that a change of it would not be seen",
                "install it again",
            )
        found[provider] = Code(rows[0].provider.version, _hash_of_files(files))
    return found


def package_hash(package: str) -> str:
    """Return the hash over the modules of a package, by the content of files."""
    place = _place(package)
    if place is None:
        raise RunError(f"there is no package '{package}'", "install it again")
    return _hash_of_files({_name(path, place.parent): path for path in _modules(place)})


def _by_provider(registrations: Iterable[Registration]) -> dict[str, list[Registration]]:
    """Return the registrations of others by distribution, or by plugin where there is none."""
    found: dict[str, list[Registration]] = {}
    for row in sorted(registrations):
        its = row.provider
        if its.distribution != MIA:
            found.setdefault(its.distribution if its.version else f"plugin {its.plugin}", []).append(row)
    return found


def _our_files() -> dict[str, Path]:
    root = Path(mia_plugins.__file__).parent.parent
    return {_name(path, root): path for package in PACKAGES for path in _modules(root / package)}


def _files_of(provider: str, rows: list[Registration]) -> Iterator[tuple[str, Path]]:
    """Yield the files of a distribution by the names it gives them."""
    listed = _listed_files(provider) if rows[0].provider.version else {}
    yield from listed.items()
    for package in sorted({row.target.partition(":")[0].partition(".")[0] for row in rows}):
        if not any(name.startswith((f"{package}/", f"{package}.")) for name in listed):
            yield from _files_beside(package)


def _listed_files(name: str) -> dict[str, Path]:
    """Return the files a distribution was installed with; an editable one lists none of its modules."""
    try:
        found: Distribution = distribution(name)
    except PackageNotFoundError:
        return {}
    return {
        str(file): path
        for file in found.files or ()
        if not any(part in str(file) for part in _IGNORED)
        and not str(file).startswith(("..", "_editable_impl_", "__editable__"))
        and (path := Path(str(found.locate_file(file)))).is_file()
    }


def _files_beside(package: str) -> Iterator[tuple[str, Path]]:
    """Yield the modules that can be imported from where a package or module lies, itself included.

    Where distributions are installed it stands alone.
    """
    place = _place(package)
    if place is None:
        return
    root = place.parent
    beside = [place] if root in _installed_places() else sorted(root.iterdir())
    for path in beside:
        if path.suffix == ".py" or (path / "__init__.py").is_file() or path == place:
            for module in _modules(path):
                yield _name(module, root), module


def _place(package: str) -> Path | None:
    """Return the folder of a package, or the file of a module."""
    loaded = sys.modules.get(package)
    spec = getattr(loaded, "__spec__", None) or find_spec(package)
    if spec is None:
        return None
    if spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations))).resolve()
    return Path(spec.origin).resolve() if spec.origin else None


def _installed_places() -> set[Path]:
    known = sysconfig.get_paths()
    paths = [*site.getsitepackages(), site.getusersitepackages()]
    paths += [known[name] for name in ("purelib", "platlib", "stdlib")]
    return {Path(path).resolve() for path in paths}


def _modules(place: Path) -> Iterator[Path]:
    """Yield a module's file, or the .py files of a package and of all below it."""
    if place.is_file():
        yield place
    else:
        yield from sorted(place.rglob("*.py"))


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _hash_of_files(files: dict[str, Path]) -> str:
    digest = hashlib.sha256()
    for name in sorted(files):
        with told(files[name], "read"):
            content = files[name].read_bytes()
        # Lengths go before what they measure: no two sets of files give the same bytes.
        digest.update(f"{len(name.encode())} {len(content)} {name}".encode())
        digest.update(content)
    return digest.hexdigest()
