"""`check_plugin` holds good plugins for good and names what is wrong with bad ones."""

import random
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar
from unittest import SkipTest

import pytest

from mia_plugins.data.arrow import Kind
from mia_plugins.errors import ExitCode
from mia_plugins.features import EVEN, ODD, Feature, Measure, Reading, Score, known
from mia_plugins.hookspecs import Register
from mia_plugins.settings import BaseSettings
from mia_plugins.testing import Broken, Check, check_plugin
from mia_plugins.testing.check import KitError
from mia_plugins.testing.feature_checks import size_of
from tests.conftest import Mia


class Sides(Measure):
    """The last side, and all there were."""

    reads = frozenset({Kind.TRADES})

    def reset(self) -> None:
        self.last = 0
        self.all: list[float] = []

    def take(self, tape: Any, lo: int, hi: int) -> None:
        sides = tape.trades(lo, hi).side
        self.last = int(sides[-1]) if len(sides) else self.last


class Honest(Feature):
    """The last trade's side."""

    class Settings(BaseSettings):
        """How large."""

        scale: float = 1.0
        """What it is multiplied by, from 0 to 1."""

    kind: ClassVar[Score] = Score.DIRECTIONAL
    mirror = ODD
    inputs = frozenset({"trades"})

    def __init__(self, market: Any, settings: Any) -> None:
        super().__init__(market, settings)
        self.sides = market.measure(Sides)

    def read(self, now: int) -> Reading:
        return known(self.sides.last * self.settings.scale, "the last side")


class Drawing(Honest):
    """Draws its number."""

    def read(self, now: int) -> Reading:
        return known(random.random(), "drawn")


class Keeping(Honest):
    """Keeps a count of its own, which nobody resets."""

    kind = Score.QUALITY
    mirror = EVEN
    count = 0

    def read(self, now: int) -> Reading:
        self.count += 1
        return known(min(1.0, self.count / 1e6), "looks so far")


class Hoard(Sides):
    """Keeps every side there ever was."""

    def take(self, tape: Any, lo: int, hi: int) -> None:
        self.all.extend(float(ts) for ts in tape.trades(lo, hi).ts)


class Hoarding(Honest):
    """Keeps everything."""

    def __init__(self, market: Any, settings: Any) -> None:
        super().__init__(market, settings)
        self.hoard = market.measure(Hoard)


class Swallow(Sides):
    """Takes an error for no news."""

    def take(self, tape: Any, lo: int, hi: int) -> None:
        try:
            super().take(tape, lo, hi)
        except Exception:  # noqa: BLE001 on purpose
            self.last = 0


class Swallowing(Honest):
    """Goes on when reading fails."""

    def __init__(self, market: Any, settings: Any) -> None:
        Feature.__init__(self, market, settings)
        self.sides = market.measure(Swallow)


class Blind(Honest):
    """Reads nothing."""

    def __init__(self, market: Any, settings: Any) -> None:
        Feature.__init__(self, market, settings)

    def read(self, now: int) -> Reading:
        return known(0.0, "always")


class Closing(Blind):
    """Reads bars, and takes an error for no news."""

    def read(self, now: int) -> Reading:
        try:
            return known(self.market.tape.base.close % 2, "the last close")
        except Exception:  # noqa: BLE001 on purpose
            return known(0.0, "no bars")


class Bare(Honest):
    """Has a setting that nobody explains."""

    class Settings(BaseSettings):
        """Bare."""

        scale: float = 1.0


class Changeable(Honest):
    """Has settings that become others when they are read."""

    class Settings(BaseSettings):
        """Changeable."""

        scale: float = 1.0
        """What it is multiplied by."""

        def model_post_init(self, context: Any, /) -> None:
            object.__setattr__(self, "scale", self.scale / 2)


FEATURES = (Honest, Drawing, Keeping, Hoarding, Swallowing, Bare, Changeable)


@pytest.fixture(scope="module")
def plugin() -> Iterator[types.ModuleType]:
    """Return the entry-point module of a plugin with all of them."""

    def mia_register_features(register: Register) -> None:
        for one in FEATURES:
            summary = "" if one is Bare else "A number."
            register(one.__name__.lower(), f"{__name__}:{one.__name__}", summary=summary)

    made = types.ModuleType("many_features")
    made.mia_register_features = mia_register_features  # type: ignore[attr-defined]
    sys.modules["many_features"] = made
    yield made
    del sys.modules["many_features"]


@pytest.fixture(scope="module")
def checks(plugin: types.ModuleType) -> dict[str, Check]:
    return {str(check): check for check in check_plugin(plugin)}


def test_the_honest_one_passes_all(checks: dict[str, Check]) -> None:
    own = [name for name in checks if name.endswith(": honest")]
    assert {name.partition(":")[0] for name in own} == {
        *("loads", "settings round-trip", "documentation present"),
        *("determinism", "reset", "causality", "symmetry", "any pieces"),
        *("ugly data", "exceptions surface", "bounded memory"),
    }
    for name in own:
        checks[name]()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("determinism: drawing", "of the same data it says"),
        ("reset: keeping", "it keeps something itself that a measure should keep"),
        ("bounded memory: hoarding", "bytes more after each day"),
        ("exceptions surface: swallowing", "it swallows exceptions"),
        ("documentation present: bare", "registered without a summary"),
        ("settings round-trip: changeable", "become others when they are written and read"),
    ],
)
def test_what_is_wrong_is_named(checks: dict[str, Check], name: str, told: str) -> None:
    with pytest.raises(Broken, match=told):
        checks[name]()


def test_a_setting_without_help_is_named(plugin: types.ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def mia_register_features(register: Register) -> None:
        register("bare", f"{__name__}:Bare", summary="A number.")

    monkeypatch.setattr(plugin, "mia_register_features", mia_register_features)
    (check,) = (one for one in check_plugin(plugin) if one.name == "documentation present: bare")
    with pytest.raises(Broken, match="the settings scale of 'bare' have no help"):
        check()


def test_a_check_is_skipped_by_name_and_with_a_reason_alone(plugin: types.ModuleType) -> None:
    found = {c.name: c for c in check_plugin(plugin, skip={"determinism: drawing": "it is a dice"})}
    with pytest.raises(SkipTest, match="it is a dice"):
        found["determinism: drawing"]()
    with pytest.raises(KitError, match="did you mean 'determinism: drawing'"):
        check_plugin(plugin, skip={"determinism: drawin": "it is a dice"})
    with pytest.raises(KitError, match="skipped without a reason"):
        check_plugin(plugin, skip={"determinism: drawing": " "})


def test_two_components_of_one_name_are_both_checked(
    plugin: types.ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mia_register_rules(register: Register) -> None:
        register("honest", f"{__name__}:Honest", summary="A rule.")

    monkeypatch.setattr(plugin, "mia_register_rules", mia_register_rules, raising=False)
    names = {one.name for one in check_plugin(plugin)}
    assert {"loads: honest (features)", "loads: honest (rules)", "causality: honest (features)"} <= names
    assert "loads: drawing" in names


def test_settings_of_nobody_are_refused(plugin: types.ModuleType) -> None:
    with pytest.raises(KitError, match="no component 'honst' to give settings; did you mean 'honest'"):
        check_plugin(plugin, settings={"honst": {"scale": 0.5}})


def test_what_reads_nothing_is_not_said_to_tell_of_errors(
    plugin: types.ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mia_register_features(register: Register) -> None:
        for one in (Blind, Closing):
            register(one.__name__.lower(), f"{__name__}:{one.__name__}", summary="A number.")

    monkeypatch.setattr(plugin, "mia_register_features", mia_register_features)
    found = {one.name: one for one in check_plugin(plugin)}
    with pytest.raises(SkipTest, match="too seldom"):
        found["exceptions surface: blind"]()
    with pytest.raises(Broken, match="it swallows exceptions"):
        found["exceptions surface: closing"]()


def test_a_heavy_entry_point_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "heavy_one.py").write_text(
        "import numba\ndef mia_register_rules(register):\n    register('late', 'heavy_one:X')\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    (check,) = (one for one in check_plugin("heavy_one") if one.name == "light at start")
    with pytest.raises(Broken, match="heavy_one imports numba"):
        check()


def test_what_is_held_is_counted_once_and_without_the_market() -> None:
    numbers = [float(n) for n in range(1_000)]
    assert 30_000 < size_of({"a": numbers, "b": numbers}) < 40_000


LYING = "def mia_register_rules(register):\n    register('late', 'lying:Late', summary='A rule.')\n"


def test_a_plugin_of_a_folder_or_a_disabled_one_is_refused_in_words(mia: Mia, here: Path) -> None:
    (here / "own").mkdir()
    (here / "own" / "lying.py").write_text(LYING)
    folder = mia("--plugins-dir", "own", "check", "plugin", "lying")
    assert (folder.code, "lies in a folder" in " ".join(folder.err.split())) == (ExitCode.PLUGIN, True)
    mia("plugins", "disable", "catalog")
    off = mia("check", "plugin", "catalog")
    assert (off.code, "is disabled by" in " ".join(off.err.split())) == (ExitCode.PLUGIN, True)
