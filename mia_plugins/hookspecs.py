"""What a plugin can add: one hook a kind.

A plugin is a module, named by an entry point of the group `mia`, with any of these functions. It is
handed `register` and calls it once for each thing it brings:

    def mia_register_rules(register):
        register("late_friday", "mia_foo.rules:LateFriday", summary="no entries on Friday after 15:00")

Nothing is imported at this point. `mia_foo.rules` is, when a run first needs `late_friday`.
"""

from enum import StrEnum
from typing import Protocol

import pluggy

hookspec = pluggy.HookspecMarker("mia")

VERSION = 2
"""Of these hooks: 2 brought `replaced_by`. A plugin may say for which it was written: `mia_hooks = 2`."""
OLDEST = 1
"""The oldest version whose plugins work unchanged."""


class Register(Protocol):
    """Announces one thing under a name that is unique within its kind."""

    def __call__(self, name: str, target: str, *, summary: str = "", replaced_by: str = "") -> None:
        """`target` is a dotted path, `package.module:Class`; `summary` one line for listings.

        `replaced_by` names what to use instead of a name that will go: whoever uses it is warned.
        """


@hookspec
def mia_register_indicators(register: Register) -> None:
    """Indicators: computation over bars, trades, quotes or books, for strategies and charts."""


@hookspec
def mia_register_features(register: Register) -> None:
    """Features: directional or quality scores that confluence weighs."""


@hookspec
def mia_register_patterns(register: Register) -> None:
    """Patterns: events on bars or order flow, such as a spring or a stacked imbalance."""


@hookspec
def mia_register_strategies(register: Register) -> None:
    """Strategies: what turns market state into decisions and orders."""


@hookspec
def mia_register_actors(register: Register) -> None:
    """Actors: what publishes the data strategies need, such as levels or the VIX."""


@hookspec
def mia_register_rules(register: Register) -> None:
    """Rules: vetoes and soft factors, each naming its numbers."""


@hookspec
def mia_register_sizers(register: Register) -> None:
    """Sizers: how many contracts a decision is worth."""


@hookspec
def mia_register_filters(register: Register) -> None:
    """Filters: the last judges of a candidate decision, such as the ML filter."""


@hookspec
def mia_register_importers(register: Register) -> None:
    """Importers: readers of a data format into the catalog."""


@hookspec
def mia_register_learners(register: Register) -> None:
    """Learners: kinds of models that `mia train` fits, such as a random forest."""


@hookspec
def mia_register_notifiers(register: Register) -> None:
    """Notifiers: where alerts and fills are announced."""


@hookspec
def mia_register_report_sections(register: Register) -> None:
    """Report sections: what a run's report shows."""


@hookspec
def mia_register_commands(register: Register) -> None:
    """Commands: `mia NAME …`; the target is a `typer.Typer` application."""


class Kind(StrEnum):
    """A kind of plugin: the hook's suffix and, for what a run uses, the section of its YAML file."""

    INDICATORS = "indicators"
    FEATURES = "features"
    PATTERNS = "patterns"
    STRATEGIES = "strategies"
    ACTORS = "actors"
    RULES = "rules"
    SIZERS = "sizers"
    FILTERS = "filters"
    IMPORTERS = "importers"
    LEARNERS = "learners"
    NOTIFIERS = "notifiers"
    REPORT_SECTIONS = "report_sections"
    COMMANDS = "commands"

    @property
    def hook(self) -> str:
        """The name of the hook that registers this kind."""
        return f"mia_register_{self}"

    @property
    def one(self) -> str:
        """The word for one of them: `strategy`, `report section`."""
        singular = f"{self[:-3]}y" if self.endswith("ies") else self[:-1]
        return singular.replace("_", " ")
