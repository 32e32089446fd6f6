"""Plugins written for the hooks of before work, and are told of what will end."""

import sys
import types
from pathlib import Path

import pytest

from mia_plugins import hookspecs
from mia_plugins.errors import ExitCode
from mia_plugins.hookspecs import Kind
from mia_plugins.host import Status, evolution
from mia_plugins.testing import isolated_host
from tests.conftest import ROOT
from tests.integration.conftest import run

VERSION_1 = '''\
"""A plugin as they were written for version 1: its register takes a name, a target and a summary."""
from mia_plugins.decisions.rule import Rule, blocks, passes

mia_hooks = 1


def mia_register_rules(register):
    register("late_then", "mia_before:Late", summary="no entries late")


class Late(Rule):
    """Blocks late entries."""

    def judge(self, candidate):
        return blocks(1, "late") if candidate.now % 2 else passes(0)
'''
VERSION_2 = """\
mia_hooks = 2


def mia_register_rules(register):
    register("late_now", "mia_now:Late", summary="no entries late")
    register("late_once", "mia_now:Late", summary="no entries late", replaced_by="late_now")


class Late:
    from mia_plugins.settings import BaseSettings as Settings
"""
CONFIG = "extends: mia:backtests/demo_day.yaml\nrules: {late_then: , late_once: }\n"


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Return a folder with both distributions, as an installer leaves them."""
    place = tmp_path / "installed"
    for name, text in (("before", VERSION_1), ("now", VERSION_2)):
        info = place / f"mia_{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (place / f"mia_{name}.py").write_text(text)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: mia-{name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[mia]\n{name} = mia_{name}\n")
    return place


def test_an_installed_plugin_of_the_previous_version_works(installed: Path, here: Path) -> None:
    (here / "run.yaml").write_text(CONFIG)
    command = [sys.executable, "-P", "-m", "mia_plugins", "config", "check", here / "run.yaml"]
    found = run(command, ROOT, {"PYTHONPATH": str(installed)})
    assert found.code == ExitCode.OK, found.err
    assert "rule late_then: plugin 'before' of mia-before 1.0" in found.out
    assert "the rule 'late_once' of plugin 'now' of mia-now 1.0 will go: use 'late_now'" in found.err
    assert "late_then" not in found.err


def module(name: str, **content: object) -> types.ModuleType:
    made = types.ModuleType(name)
    made.__dict__.update(content)
    return made


def registers(register: hookspecs.Register) -> None:
    register("late", "somewhere:Late")


@pytest.mark.parametrize(
    ("version", "told"),
    [
        (hookspecs.VERSION + 1, "was written for version 3 of the hooks, and this mia has version 2"),
        (0, "was written for version 0 of the hooks; 1 is the oldest that works"),
        ("two", "its mia_hooks is 'two'"),
        (True, "its mia_hooks is True"),
    ],
)
def test_a_version_that_cannot_work_is_refused(version: object, told: str) -> None:
    host = isolated_host(module("odd", mia_hooks=version, mia_register_rules=registers))
    (fault,) = host.faults()
    assert told in fault.what
    assert fault.remedy


def test_a_hook_of_before_works_and_its_replacement_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evolution, "EARLIER", {"mia_register_vetoes": evolution.Earlier(Kind.RULES, until=3)})
    host = isolated_host(module("old", mia_register_vetoes=registers))
    (plugin,) = host.plugins
    assert plugin.status is Status.OK
    assert host.registry.names(Kind.RULES) == ["late"]
    (note,) = host.notes()
    assert "rename it to mia_register_rules" in note
    assert "version 3 of the hooks is the last that knows it" in note


def test_no_hook_has_the_name_of_one_of_before() -> None:
    assert not {kind.hook for kind in Kind} & set(evolution.EARLIER)
    assert all(one.until >= hookspecs.VERSION for one in evolution.EARLIER.values())
