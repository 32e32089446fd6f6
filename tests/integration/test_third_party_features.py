"""Features of an installed third party are held to the invariants, by the same tests as ours."""

import os
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.integration.conftest import run

FEATURES = """\
from mia_plugins.data.arrow import Kind
from mia_plugins.features import ODD, Feature, Measure, Score, known


def mia_register_features(register):
    for name, target in (("their_honest", "Honest"), ("their_leaking", "Leaking"), ("their_lopsided", "Lopsided")):
        register(name, f"mia_foreign:{target}", summary="A feature of somebody else.")


class Trades(Measure):
    reads = frozenset({Kind.TRADES})

    def reset(self):
        self.side = 0

    def take(self, tape, lo, hi):
        sides = tape.trades(lo, hi).side
        self.side = int(sides[-1]) if len(sides) else self.side


class Honest(Feature):
    kind, mirror, inputs = Score.DIRECTIONAL, ODD, frozenset({"trades"})

    def __init__(self, market, settings):
        super().__init__(market, settings)
        self.last = market.measure(Trades)

    def read(self, now):
        return known(self.last.side, "the last trade's side")


class Leaking(Honest):
    def read(self, now):
        return known(self.market.tape._trades._rows.side[-1], "the last side there is in memory")


class Lopsided(Honest):
    def read(self, now):
        return known(1 if self.last.side > 0 else -0.5, "buyers count for more")
"""


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Return a folder with the distribution, as an installer leaves it."""
    (tmp_path / "mia_foreign.py").write_text(FEATURES)
    info = tmp_path / "mia_foreign-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: mia-foreign\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[mia]\nforeign = mia_foreign\n")
    return tmp_path


def test_their_features_are_tried_and_the_bad_ones_caught(installed: Path) -> None:
    wanted = "their_ and (no_future or mirror)"
    tests = ROOT / "tests/property/test_feature_invariants.py"
    found = run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rfp", "-k", wanted, tests],
        ROOT,
        {"PYTHONPATH": os.fspath(installed)},
    )
    told = {
        line.split("::")[1].split(" ")[0]: line.split(" ")[0]
        for line in found.out.splitlines()
        if line.startswith(("PASSED", "FAILED"))
    }
    assert told == {
        "test_it_knows_no_future[their_honest]": "PASSED",
        "test_it_knows_no_future[their_leaking]": "FAILED",
        "test_it_knows_no_future[their_lopsided]": "PASSED",
        "test_the_mirror_image_has_the_other_sign[their_honest]": "PASSED",
        "test_the_mirror_image_has_the_other_sign[their_leaking]": "PASSED",
        "test_the_mirror_image_has_the_other_sign[their_lopsided]": "FAILED",
    }, found.out + found.err
