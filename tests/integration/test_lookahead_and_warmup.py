"""Planted offenders are caught: one that reads ahead, one that remembers its first day; honest ones pass."""

from pathlib import Path

import pytest

from mia_plugins.checks.crew import InProcess
from mia_plugins.checks.lookahead import Looked, check_lookahead
from mia_plugins.checks.warmup import Settling, Warmed, _judged, check_warmup
from tests.market import DAY, NEXT_DAY, sound_store

PLUGIN = """\
from mia_plugins.decisions import Proposal
from mia_plugins.decisions.strategy import DecidingStrategy
from mia_plugins.features import ODD, EVEN, Feature, Measure, Score, known
from mia_plugins.data.arrow import Kind

MINUTE = 60_000_000_000


def mia_register_strategies(register):
    register("hourly", "planted:Hourly", summary="Buys now and then.")


def mia_register_features(register):
    for name in ("Honest", "Counting", "Fading"):
        register(name.lower(), f"planted:{name}", summary="A number.")


class Hourly(DecidingStrategy):
    def propose(self, now):
        side = 0 if self.account.position or now // MINUTE % 30 else 1
        return Proposal(side=side, is_candidate=bool(side), stop=20, target=20, reason="not now")


class Side(Measure):
    reads = frozenset({Kind.TRADES})

    def reset(self):
        self.last, self.count, self.faded = 0, 0, 0.0

    def take(self, tape, lo, hi):
        sides = tape.trades(lo, hi).side
        self.count += len(sides)
        for side in sides:
            self.faded += 0.02 * (side - self.faded)
        self.last = int(sides[-1]) if len(sides) else self.last


class Honest(Feature):
    kind, mirror, inputs = Score.DIRECTIONAL, ODD, frozenset({"trades"})

    def __init__(self, market, settings):
        super().__init__(market, settings)
        self.side = market.measure(Side)

    def read(self, now):
        return known(self.side.last, "the last side")


class Fading(Honest):
    def read(self, now):
        return known(self.side.faded, "an average without end")


class Counting(Honest):
    kind, mirror = Score.QUALITY, EVEN

    def read(self, now):
        return known(self.side.count / 1e6, "trades since the run began")
"""
CONFIG = """\
catalog: {catalog}
plugins_dir: plugins
instruments: [ES]
start: {start}
end: {end}
venue: {{fills: quotes}}
strategies: {{hourly: }}
features: {features}
"""


def written(here: Path, catalog: Path, features: str, start: object = DAY, end: object = DAY) -> Path:
    plugins = here / "plugins"
    plugins.mkdir(exist_ok=True)
    # A module of each folder's own: both are imported by one process.
    (plugins / f"{here.name}.py").write_text(PLUGIN.replace("planted:", f"{here.name}:"))
    path = here / "run.yaml"
    path.write_text(CONFIG.format(catalog=catalog, start=start, end=end, features=features))
    return path


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory, catalog: Path) -> Looked:
    """Check a run with an honest feature and one that reads the memory beyond now."""
    here = tmp_path_factory.mktemp("lookahead")
    config = written(here, catalog, "{honest: , leaking: }")
    module = here / "plugins" / f"{here.name}.py"
    text = module.read_text().replace('"Fading")', '"Fading", "Leaking")')
    leaking = """

class Leaking(Honest):
    def read(self, now):
        return known(int(self.market.tape._trades._rows.ticks[-1]) % 7 / 7, "of what is in memory")
"""
    module.write_text(text + leaking)
    return check_lookahead(config, here / "made", InProcess(), cuts=1)


def test_what_reads_ahead_is_named_and_nobody_else(looked: Looked) -> None:
    assert looked.leaks
    for leak in looked.leaks:
        assert leak.suspects == ("the feature 'leaking'",)
        assert leak.strategy == "hourly-ES"
        assert leak.ts <= leak.cut
    assert "hourly-ES looks ahead: with the future" in str(looked.leaks[0])


@pytest.fixture(scope="module")
def warmed(tmp_path_factory: pytest.TempPathFactory) -> Warmed:
    """Check a run of five sessions."""
    here = tmp_path_factory.mktemp("warmup")
    days = [DAY, NEXT_DAY, *(NEXT_DAY.replace(day=day) for day in (3, 4))]
    sound_store(str(here / "data"), *days)
    config = written(here, here / "data", "{honest: , fading: , counting: }", days[0], days[-1])
    return check_warmup(config, here / "made", InProcess())


def test_what_counts_from_the_first_day_is_named_and_nobody_else(warmed: Warmed) -> None:
    assert [one.name for one in warmed.offenders] == ["counting"]
    settling = {one.name: one.settling for one in warmed.dependences}
    assert settling["honest"] is Settling.SETTLED
    assert settling["fading"] is Settling.SETTLED
    (fading,) = (one for one in warmed.dependences if one.name == "fading")
    assert fading.sessions == 1  # a session of trades leaves nothing of what was before


@pytest.mark.parametrize(
    ("differences", "said"),
    [
        ((), (Settling.SETTLED, 0)),
        ((0.0, 0.0, 0.0), (Settling.SETTLED, 0)),
        ((0.5, 0.0, 0.0), (Settling.SETTLED, 1)),
        ((0.0, 0.5, 0.0), (Settling.SETTLED, 2)),
        ((0.8, 0.4, 0.1), (Settling.SETTLING, 3)),
        ((float("inf"), float("inf"), 0.1), (Settling.SETTLING, 3)),
        ((3.0, 2.9, 2.8), (Settling.NEVER, 3)),
        ((3.0, 2.9), (Settling.SETTLING, 2)),
    ],
)
def test_what_shrinks_is_not_accused(differences: tuple[float, ...], said: tuple[Settling, int]) -> None:
    assert _judged(differences) == said
