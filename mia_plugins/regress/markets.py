"""The small catalogs that regression configs run over: named in catalogs.yaml, made anew from their seeds.

    thin:
      start: 2026-06-01
      days: 1
      density: 0.03

A config whose `catalog:` is such a name, or a path of that name beside catalogs.yaml, runs over that market;
any other path is taken as it is.
"""

import datetime as dt
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field

from mia_plugins.errors import FileError, MiaError, PluginError
from mia_plugins.hookspecs import Kind
from mia_plugins.host import PluginHost
from mia_plugins.regress.errors import RegressError
from mia_plugins.runs.code import package_hash
from mia_plugins.runs.identity import hash_of
from mia_plugins.settings.issues import Issue, SettingsError
from mia_plugins.settings.layers import read_text
from mia_plugins.settings.model import BaseSettings
from mia_plugins.settings.tree import TreeReader
from mia_plugins.settings.validation import validate

CATALOGS = "catalogs.yaml"
COMMAND = "catalog"
"""The command that makes days of the synthetic market."""
PATIENCE = 600
"""Seconds a catalog may take."""


class MarketSpec(BaseSettings):
    """Days of the synthetic market."""

    start: dt.date
    """The first trading day."""
    days: Annotated[int, Field(ge=1, le=20)] = 1
    """Trading days."""
    seed: Annotated[int, Field(ge=0)] = 1
    """One seed gives the same bytes."""
    density: Annotated[float, Field(ge=0.02, le=1)] = 0.03
    """Events as a share of a real session's."""
    scenarios: tuple[str, ...] = ()
    """What happens out of the ordinary: `spring`, or `spring@2026-06-01` on one day."""

    def arguments(self) -> list[str]:
        """Return what `mia catalog generate` is told."""
        own = ["--start", str(self.start), "--days", str(self.days), "--seed", str(self.seed)]
        own += ["--density", str(self.density), "--jobs", "1"]
        return [*own, *(word for name in self.scenarios for word in ("--scenario", name))]


def read_markets(folder: Path) -> dict[str, MarketSpec]:
    """Return the markets that a folder's catalogs.yaml names; none without one."""
    path = folder / CATALOGS
    if not path.exists():
        return {}
    reader = TreeReader()
    tree = reader.read(read_text(path, str(path)), str(path))
    issues: list[Issue] = list(reader.issues)
    found: dict[str, MarketSpec] = {}
    for name, value in tree.mapping.items():
        if not isinstance(value.content, dict):
            issues.append(Issue(value.key_mark, name, "should say which days: `start:`, `days:`, `density:`"))
            continue
        made, wrong = validate(MarketSpec, value, (name,))
        issues += wrong
        if made is not None:
            found[name] = made
    if issues:
        raise SettingsError(path, issues)
    return found


def make_markets(specs: Mapping[str, MarketSpec], wanted: Iterable[str], folder: Path) -> dict[str, Path]:
    """Make the markets that are wanted in a folder, and return where each lies.

    One that was made by the same code from the same settings is there already and stays.
    """
    made: dict[str, Path] = {}
    code = _maker() if wanted else ""
    for name in sorted(set(wanted)):
        digest = hash_of([code, specs[name].model_dump(mode="json")])[:12]
        made[name] = folder / f"{name}-{digest}"
        _generate(name, specs[name], made[name])
    return made


def make_each(
    specs: Mapping[str, MarketSpec], wanted: Iterable[str], folder: Path
) -> tuple[dict[str, Path], dict[str, MiaError]]:
    """Make markets, and return where each lies, and what is wrong with those that cannot be made."""
    made: dict[str, Path] = {}
    failed: dict[str, MiaError] = {}
    for name in sorted(set(wanted)):
        try:
            made |= make_markets(specs, [name], folder)
        except MiaError as error:
            failed[name] = error
    return made, failed


def _maker() -> str:
    """Return the hash of the package that makes markets: its command's."""
    host = PluginHost.discover()
    try:
        target = host.find(Kind.COMMANDS, COMMAND).target
    except PluginError as error:
        raise RegressError(
            f"nothing here makes days of the synthetic market: {error.what}",
            "enable the plugin 'catalog' of mia, or name catalogs that are there",
        ) from error
    return package_hash(target.partition(":")[0].partition(".")[0])


def _generate(name: str, spec: MarketSpec, place: Path) -> None:
    # -P: what lies in the working folder must not be imported in the place of an installed package.
    command = [sys.executable, "-P", "-m", "mia_plugins", COMMAND, "generate", str(place), *spec.arguments()]
    try:
        done = subprocess.run(  # noqa: S603 ourselves
            command, capture_output=True, text=True, errors="replace", timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise FileError(f"the catalog '{name}' was not made in {PATIENCE} s", "make it smaller") from error
    if done.returncode:
        raise RegressError(
            f"the catalog '{name}' cannot be made (exit code {done.returncode}): "
            f"{(done.stderr or done.stdout).strip()[-2000:]}",
            f"correct {CATALOGS}",
        )
