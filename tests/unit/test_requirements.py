"""`requires:` holds a run to distributions, versions and working plugins."""

from pathlib import Path

import pytest
from packaging.requirements import Requirement

from mia_plugins.errors import PluginError
from mia_plugins.host import PluginHost
from mia_plugins.host.requirements import check_requirement, parse_requirement

PLUGIN = "def mia_register_rules(register):\n    register('late', 'some.module:Late')\n"


def install(
    folder: Path, name: str, version: str, *, entry_points: str | None = None, code: str = PLUGIN
) -> None:
    """Lay a distribution on the path as an installer would."""
    module = name.replace("-", "_")
    info = folder / f"{module}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    text = f"[mia]\n{module} = {module}_plugin\n" if entry_points is None else entry_points
    (info / "entry_points.txt").write_text(text)
    (folder / f"{module}_plugin.py").write_text(code)


def check(text: str) -> None:
    check_requirement(parse_requirement(text), PluginHost.discover())


def refusal(text: str) -> str:
    with pytest.raises(PluginError) as caught:
        check(text)
    return f"{caught.value.what}; {caught.value.remedy}"


def test_a_version_that_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "a", "mia-fits", "2.0rc1")
    monkeypatch.syspath_prepend(tmp_path / "a")
    check("mia-fits")
    check("mia_fits<3")
    check("MIA.Fits>=2.0rc1")
    assert "mia-fits 2.0rc1 is installed" in refusal("mia-fits>=2.0")


def test_of_two_on_the_path_the_first_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "old", "mia-twice", "1.0")
    install(tmp_path / "new", "mia-twice", "2.0")
    monkeypatch.syspath_prepend(tmp_path / "old")
    monkeypatch.syspath_prepend(tmp_path / "new")
    (plugin,) = [p for p in PluginHost.discover().plugins if p.provider.distribution == "mia-twice"]
    assert plugin.provider.version == "2.0"
    check("mia-twice>=2")
    assert "mia-twice 2.0 is installed" in refusal("mia-twice<2")


def test_what_is_not_there_or_has_no_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "mia-empty", "1.0", entry_points="")
    install(tmp_path, "mia-there", "1.0")
    monkeypatch.syspath_prepend(tmp_path)
    assert "mia-empty 1.0 is installed and has no plugin for mia" in refusal("mia-empty")
    assert "mia-ther is not installed; did you mean 'mia-there'?" in refusal("mia-ther")


def test_a_broken_plugin_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "mia-broken", "1.0", code="raise ValueError('bug')\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert "plugin 'mia_broken' of mia-broken 1.0" in refusal("mia-broken")


def test_entry_points_that_cannot_be_read_are_a_broken_plugin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, "mia-garbled", "1.0", entry_points="[mia]\nfoo\n")
    install(tmp_path, "mia-sound", "1.0")
    monkeypatch.syspath_prepend(tmp_path)
    host = PluginHost.discover()
    assert any("mia-garbled 1.0" in fault.what for fault in host.faults())
    assert host.plugin("mia_sound") is not None
    assert "its entry points cannot be read" in refusal("mia-garbled")


@pytest.mark.parametrize(
    "text", ["mia-foo; python_version>'3'", "mia-foo[extra]", "mia-foo @ file:///x", "mia >", ""]
)
def test_a_requirement_is_a_name_and_versions(text: str) -> None:
    with pytest.raises(ValueError, match=r"such as 'mia-foo>=1\.2'"):
        parse_requirement(text)
    assert parse_requirement("mia-foo >= 1.2, <2") == Requirement("mia-foo<2,>=1.2")
