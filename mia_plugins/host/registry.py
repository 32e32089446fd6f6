"""Who registered what: names are unique within a kind, and a clash names every provider."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from mia_plugins.errors import PluginError
from mia_plugins.hookspecs import Kind

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_COMMAND_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_TARGET = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")


@dataclass(frozen=True, order=True)
class Provider:
    """Where a plugin comes from: an entry point of a distribution, or a file of a folder."""

    plugin: str
    distribution: str
    version: str
    origin: str

    def __str__(self) -> str:
        return f"'{self.plugin}' of {self.distribution} {self.version}".rstrip()


@dataclass(frozen=True, order=True)
class Registration:
    """One name of one kind, and the dotted path it stands for."""

    kind: Kind
    name: str
    target: str
    provider: Provider
    summary: str = ""
    replaced_by: str = ""
    """The name to use instead; empty for one that stays."""

    @property
    def deprecation(self) -> str:
        """Say that it will go and what to use instead; empty for one that stays."""
        if not self.replaced_by:
            return ""
        return (
            f"the {self.kind.one} '{self.name}' of plugin {self.provider} will go: use '{self.replaced_by}'"
        )

    def __post_init__(self) -> None:
        pattern, style = (
            (_COMMAND_NAME, "tick-value") if self.kind is Kind.COMMANDS else (_NAME, "late_friday")
        )
        if not pattern.fullmatch(str(self.name)):
            raise PluginError(f"{self.name!r} is no name for a {self.kind.one}", f"write it like '{style}'")
        if not _TARGET.fullmatch(str(self.target)):
            raise PluginError(
                f"{self.kind.one} '{self.name}' has the target {self.target!r}",
                "a target is a dotted path in text, 'package.module:Class'",
            )
        if not isinstance(self.summary, str):
            raise PluginError(
                f"{self.kind.one} '{self.name}' has the summary {self.summary!r}", "make it text"
            )


class Registry:
    """Every registration, in an order that does not depend on who came first."""

    def __init__(self, registrations: Iterable[Registration]) -> None:
        self._by_key: dict[tuple[Kind, str], list[Registration]] = defaultdict(list)
        for registration in sorted(registrations):
            self._by_key[registration.kind, registration.name].append(registration)

    def all(self, kind: Kind | None = None) -> list[Registration]:
        """Return what is registered, by kind and name; a clashing name once for each provider."""
        rows = [row for rows in self._by_key.values() for row in rows]
        return sorted(row for row in rows if kind is None or row.kind is kind)

    def names(self, kind: Kind) -> list[str]:
        """Return the names of one kind."""
        return sorted(name for k, name in self._by_key if k is kind)

    def providers(self, kind: Kind, name: str) -> list[Registration]:
        """Return every registration of a name: none, one, or more when it clashes."""
        return self._by_key.get((kind, name), [])

    def clash(self, kind: Kind, name: str) -> PluginError | None:
        """Return the error of a name that several plugins claim."""
        rows = self.providers(kind, name)
        return _clash(rows) if len(rows) > 1 else None

    def clashes(self) -> list[PluginError]:
        """Return one error for each name that several plugins claim."""
        return [_clash(rows) for _, rows in sorted(self._by_key.items()) if len(rows) > 1]


def _clash(rows: list[Registration]) -> PluginError:
    kind, name = rows[0].kind, rows[0].name
    who = "; ".join(f"plugin {row.provider} ({row.target})" for row in rows)
    return PluginError(
        f"{len(rows)} plugins register the {kind.one} '{name}': {who}",
        "uninstall one of the distributions, or switch one plugin off: `disable: [NAME]` in the settings "
        "file, or `mia plugins disable NAME`",
    )
