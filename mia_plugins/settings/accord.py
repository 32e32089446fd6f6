"""Settings that contradict each other across the components of a run, found before anything starts.

A plugin's class says what contradicts it:

    @classmethod
    def conflicts(cls, settings, beside):
        for name, other in beside.of(Kind.RULES, "contracts"):
            if settings.maximum > other.maximum:
                yield Conflict("maximum", f"is more than rules.{name} lets through ({other.maximum})")
"""

import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mia_plugins.errors import text_of
from mia_plugins.hookspecs import Kind
from mia_plugins.settings.issues import Issue, dotted
from mia_plugins.settings.run import RunSettings
from mia_plugins.settings.tree import Value

if TYPE_CHECKING:
    from mia_plugins.settings.resolve import Component


@dataclass(frozen=True)
class Conflict:
    """One setting that cannot stand beside another."""

    key: str
    """The setting's name."""
    text: str
    """What contradicts it, with both numbers and what would not."""
    is_fatal: bool = True
    """Whether nothing is run; else it is told."""


@dataclass(frozen=True)
class Beside:
    """What a component stands beside."""

    run: RunSettings
    components: "tuple[Component, ...]"

    def of(self, kind: Kind, plugin: str) -> Iterator[tuple[str, Any]]:
        """Yield name and settings of the components of a plugin, by the name it is registered under."""
        for one in self.components:
            if one.kind is kind and one.registration.name == plugin:
                yield one.name, one.settings

    def kind(self, kind: Kind) -> Iterator[tuple[str, Any]]:
        """Yield name and settings of all components of a kind."""
        yield from ((one.name, one.settings) for one in self.components if one.kind is kind)


@dataclass(frozen=True)
class Accord:
    """What was found."""

    issues: tuple[Issue, ...]
    """Nothing is run with these."""
    advice: tuple[Issue, ...]
    """These are told."""


def accord_of(components: "Iterable[tuple[Component, object]]", settings: RunSettings, tree: Value) -> Accord:
    """Return what contradicts each other; components come with their plugins' classes."""
    there = tuple(components)
    beside = Beside(settings, tuple(component for component, _ in there))
    issues: list[Issue] = []
    advice: list[Issue] = []
    for component, target in there:
        for issue, is_fatal in _found(component, target, beside, tree):
            (issues if is_fatal else advice).append(issue)
    return Accord(tuple(issues), tuple(advice))


def _found(
    component: "Component", target: object, beside: Beside, tree: Value
) -> Iterator[tuple[Issue, bool]]:
    """Yield what one component's class says."""
    say = getattr(target, "conflicts", None)
    if not callable(say):
        return
    at = (str(component.kind), component.name)
    value = tree.at(at) or tree
    try:
        conflicts = list(say(component.settings, beside))
    except Exception as error:  # noqa: BLE001 a plugin's code may raise anything
        text = f"its conflicts() raised {type(error).__name__}: {text_of(error)}"
        detail = "".join(traceback.format_exception(error))
        yield Issue(value.key_mark, dotted(at), text, is_plugin=True, detail=detail), True
        return
    for one in conflicts:
        written = value.child(one.key)
        mark = written.mark if written else value.key_mark
        yield Issue(mark, dotted((*at, one.key)), one.text), one.is_fatal
