"""`mia regress` on a folder of its own: a rule is perturbed, others misbehave, and each is told of."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from mia_plugins.regress.check import Regression
from mia_plugins.regress.outcome import Outcome, Verdict
from mia_plugins.regress.telling import tell_github, tell_text

PLUGIN = """\
from mia_plugins.decisions import Proposal
from mia_plugins.decisions.rule import Rule, blocks, passes
from mia_plugins.decisions.strategy import DecidingStrategy
from mia_plugins.settings import BaseSettings


def mia_register_strategies(register):
    register("hourly", "wild:Hourly", summary="Buys once an hour.")
    register("wild", "wild:Wild", summary="Misbehaves.")


def mia_register_rules(register):
    register("narrow", "wild:Narrow", summary="Blocks a minute of the hour.")


class Hourly(DecidingStrategy):
    def propose(self, now):
        minute = now // 60_000_000_000 % 60
        if self.account.position or minute % 20:
            return Proposal(reason="not now")
        return Proposal(side=1, is_candidate=True, stop=20, target=20, score=minute / 60)


class Narrow(Rule):
    def judge(self, candidate):
        minute = candidate.now // 60_000_000_000 % 60
        return blocks(minute, "that minute") if minute == 20 else passes(minute, "another minute")


class Wild(DecidingStrategy):
    class Settings(DecidingStrategy.Settings):
        does: str

    def propose(self, now):
        import os, time
        if self.settings.does == "sleep":
            time.sleep(1000)
        for _ in range(30_000):
            print("a line that nobody will ever want to read, once more")
        os.abort()
"""
CONFIG = """\
extends: mia:backtests/demo_day.yaml
catalog: {catalog}
plugins_dir: plugins
venue: {{fills: quotes}}
journal: changes
"""
CONFIGS = {
    "hourly": "rules: {narrow: }\nstrategies: {hourly: }\n",
    "hangs": "strategies: {wild: {does: sleep}}\n",
    "crashes": "strategies: {wild: {does: crash}}\n",
    "retired": "strategies: {hourlie: }\n",
}


Found = dict[str, Outcome]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, catalog: Path) -> Found:
    """Record one config, change its rule, put three bad ones beside it and lose another; then check."""
    folder = tmp_path_factory.mktemp("regression")
    module = folder / "plugins" / "wild.py"
    module.parent.mkdir()
    module.write_text(PLUGIN)
    (folder / "hourly.yaml").write_text(written("hourly", catalog))
    regression = Regression(folder, tmp_path_factory.mktemp("work"), parallel=2, limit=300)
    ((first, is_written),) = regression.update("hours are whole")
    assert (first.verdict, is_written) == (Verdict.NEW, True)
    for name in CONFIGS:
        (folder / f"{name}.yaml").write_text(written(name, catalog))
    (folder / "baselines" / "lost.json").write_bytes((folder / "baselines" / "hourly.json").read_bytes())
    module.write_text(PLUGIN.replace("minute == 20", "minute == 40"))
    hanging = replace(regression, limit=5).check(["hangs"])
    others = regression.check([name for name in (*CONFIGS, "lost") if name != "hangs"])
    return {one.name: one for one in (*hanging, *others)}


def written(name: str, catalog: Path) -> str:
    return f"{CONFIG.format(catalog=catalog)}{CONFIGS[name]}"


def test_a_perturbed_rule_is_told_with_both_explanations(found: Found) -> None:
    one = found["hourly"]
    assert one.verdict is Verdict.DIFFERS
    assert set(one.inputs) == {"code"}  # and not the data, settings or versions
    assert one.inputs["code"][0].startswith("plugin wild: ")
    first = one.partings[0]
    assert (first.table, first.exact) == ("decisions", True)
    assert {"outcome", "reason", "ok.narrow"} <= set(first.columns)
    before, now = (" ".join(lines) for lines in one.explained)
    assert "blocked by narrow" in before
    assert ", taken" in now
    assert "narrow BLOCKS 20" in " ".join(before.split())
    assert {"decisions.blocked", "trades", "net", "sequence.decisions"} & {c.name for c in one.changes} >= {
        "sequence.decisions"
    }


def test_both_stand_side_by_side(found: Found) -> None:
    told = list(tell_text([found["hourly"]]))
    (line,) = (line for line in told if "narrow  BLOCKS" in line)
    left, _, right = line.partition("│")
    assert ("BLOCKS" in left, "passes" in right, line.strip()[0]) == (True, True, "≠")
    assert any("the code changed: plugin wild" in line for line in told)


def test_a_pull_request_can_show_it(found: Found) -> None:
    told = "\n".join(tell_github([*found.values()]))
    assert told.startswith(
        "## Regression\n\nNot as recorded: 5 configs: 1 differs, 3 failed, 1 gone, 1 loud."
    )
    assert "| hourly | differs | decisions row" in told
    assert "\n-   narrow  BLOCKS" in told
    assert "\n+   narrow  passes" in told
    assert told.count("<details>") == told.count("</details>") == 5


def test_a_script_can_read_it(found: Found) -> None:
    data = json.loads(json.dumps([one.as_data() for one in found.values()]))
    assert {one["name"]: one["verdict"] for one in data} == {
        "crashes": "failed",
        "hangs": "failed",
        "hourly": "differs",
        "lost": "gone",
        "retired": "failed",
    }


def test_what_crashes_and_prints_is_told_and_the_rest_checked(found: Found) -> None:
    one = found["crashes"]
    assert "SIGABRT" in told_error(one)
    assert "wild.py" in told_error(one)  # where it was
    assert one.printed.startswith("it printed 1.6 MB, beginning with 'a line that nobody")


def test_what_hangs_is_ended(found: Found) -> None:
    assert re.match(
        r"nothing was heard of the process for 5 s|it was not done after 5 s", told_error(found["hangs"])
    )


def test_a_strategy_that_is_gone_is_named(found: Found) -> None:
    assert "unknown strategy 'hourlie'; did you mean 'hourly'?" in told_error(found["retired"])


def test_a_baseline_without_its_config_is_told(found: Found) -> None:
    assert "a baseline of a config that there is not" in told_error(found["lost"])


def told_error(one: Outcome) -> str:
    assert one.error is not None
    return one.error.what
