"""Whether the packages that would be imported are the ones that were installed beside this one.

A user's own `strategies/` folder may lie ahead on the path; it would be imported instead of ours and
nothing would say so. Checked before any entry point is loaded.
"""

from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import mia_plugins
from mia_plugins.errors import InstallationError

SIBLINGS = ("catalog", "gateway", "indicators", "risk", "strategies")
ROOT = Path(mia_plugins.__file__).resolve().parent.parent


def check_siblings() -> None:
    """Raise when one of our packages is missing or another folder of its name comes first."""
    for name in SIBLINGS:
        expected, found = ROOT / name, _location(name)
        if found is None:
            raise InstallationError(
                f"the package '{name}' is missing: it belongs beside mia_plugins, at {expected}",
                "install mia again",
            )
        if found != expected:
            owners = [owner for owner in packages_distributions().get(name, []) if owner != "mia"]
            raise InstallationError(
                f"another package is in the place of mia's '{name}'\n"
                f"  expected: {expected}\n"
                f"  found:    {found}" + (f" (of {', '.join(owners)})" if owners else ""),
                f"rename {found}, or take {found.parent} off the import path (PYTHONPATH, the working "
                "folder under `python -m`)",
            )


def _location(name: str) -> Path | None:
    spec = find_spec(name)
    if spec is None:
        return None
    if spec.origin and Path(spec.origin).name == "__init__.py":
        return Path(spec.origin).resolve().parent
    if spec.origin:
        return Path(spec.origin).resolve()
    return next((Path(place).resolve() for place in spec.submodule_search_locations or ()), None)


def shared_names() -> dict[str, list[str]]:
    """Return our package names that more than one installed distribution claims, with all of them."""
    owners = packages_distributions()
    ours = ("mia_plugins", *SIBLINGS)
    # An editable install lists no files, so that we would not be among the owners.
    return {name: who for name in ours if len(who := sorted({*owners.get(name, []), "mia"})) > 1}
