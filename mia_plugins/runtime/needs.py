"""What a strategy is made of beside itself, and what it needs of the data."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mia_plugins.data.arrow import Kind
from mia_plugins.hookspecs import Kind as PluginKind
from mia_plugins.settings.model import BaseSettings


@dataclass(frozen=True)
class Part:
    """A plugin of the run that strategies look at, such as a rule."""

    kind: PluginKind
    name: str
    """As the file calls it."""
    target: Any
    """The plugin's class."""
    settings: BaseSettings
    weight: float = 0.0
    """Of a feature; as the file has it."""
    use: str = ""
    """The name it is registered under; empty: `name`."""


@dataclass(frozen=True)
class Parts:
    """All parts of a run, in the order of their names, and what its data are declared to lack."""

    parts: tuple[Part, ...] = ()
    absent: frozenset[str] = frozenset()
    """Inputs such as `depth`, `vix` or `other product`."""
    presets: tuple[str, ...] = ()
    """The run's, by name."""
    span: tuple[int, int] | None = None
    """What the run goes through: UTC ns; None where that is not known before."""
    mode: str = "backtest"

    def of(self, kind: PluginKind) -> tuple[Part, ...]:
        """Return the parts of a kind."""
        return tuple(part for part in self.parts if part.kind is kind)

    @classmethod
    def sorted(cls, parts: Iterable[Part], absent: Iterable[str], **run: Any) -> "Parts":
        """Return parts in the order of their names: that of registration or of the file changes nothing."""
        return cls(tuple(sorted(parts, key=lambda part: (part.kind, part.name))), frozenset(absent), **run)


@dataclass(frozen=True)
class Needs:
    """What a strategy reads."""

    reads: frozenset[Kind] = frozenset()
    """Of its tapes, beside bars."""
    tables: frozenset[str] = frozenset()
    """Of the catalog, such as `levels`."""
    longer_bars: frozenset[int] = frozenset()
    """Beside the base bar, in minutes."""
    products: frozenset[str] = frozenset()
    """Products it follows beside the one it trades."""
