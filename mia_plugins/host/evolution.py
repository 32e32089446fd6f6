"""How hooks change without breaking plugins: a version, and names of before that still work and are told.

- A module may say for which version of the hooks it was written: `mia_hooks = 2`. Left out, it is the oldest.
- A version only adds: an argument of `register` that may be left out, a hook. A plugin of an older version
  works unchanged; one of a newer version than this mia's is refused with the remedy.
- A hook that gets another name stands in EARLIER until the next version but one; a plugin that has it is
  warned of, with the replacement.
- A name that a plugin registers with `replaced_by=` is warned of where a settings file uses it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from mia_plugins.errors import PluginError
from mia_plugins.hookspecs import OLDEST, VERSION, Kind

DECLARED = "mia_hooks"
"""The name in a plugin's module."""


@dataclass(frozen=True)
class Earlier:
    """A hook's name of before."""

    kind: Kind
    """What it registers."""
    until: int
    """The last version of the hooks that knows it."""


EARLIER: Mapping[str, Earlier] = {}
"""Names of before that still work; none so far."""


def kind_of_hook(name: str) -> Kind | None:
    """Return what a hook registers, by its name of now or of before; None for no hook."""
    if name in EARLIER:
        return EARLIER[name].kind
    return next((kind for kind in Kind if kind.hook == name), None)


def notes_on(module: object, hooks: list[str]) -> tuple[str, ...]:
    """Refuse a module for hooks that are not these; return what it does that will end, with the remedy."""
    declared = getattr(module, DECLARED, OLDEST)
    if isinstance(declared, bool) or not isinstance(declared, int):
        raise PluginError(
            f"its {DECLARED} is {declared!r}", f"write the version as a number: {DECLARED} = {VERSION}"
        )
    if declared > VERSION:
        raise PluginError(
            f"it was written for version {declared} of the hooks, and this mia has version {VERSION}",
            "upgrade mia: `uv pip install -U mia`",
        )
    if declared < OLDEST:
        raise PluginError(
            f"it was written for version {declared} of the hooks; {OLDEST} is the oldest that works",
            f"ask its authors for one of version {VERSION}",
        )
    return tuple(
        f"its hook {name} has another name since: rename it to {EARLIER[name].kind.hook}; version "
        f"{EARLIER[name].until} of the hooks is the last that knows it"
        for name in hooks
        if name in EARLIER
    )
