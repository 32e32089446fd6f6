"""What makes a run another run, and what does not."""

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

import mia_plugins
from mia_plugins.data.files import Files
from mia_plugins.errors import FileError
from mia_plugins.hookspecs import Kind
from mia_plugins.host import Provider, Registration
from mia_plugins.runs import code, identity
from mia_plugins.runs.code import code_of
from mia_plugins.runs.errors import RunError
from mia_plugins.runs.identity import PINNED, Code, RunInputs, data_hash, settings_hash, versions
from mia_plugins.runs.inputs import inputs_of
from mia_plugins.settings.listing import settings_data
from tests.conftest import ROOT
from tests.runs import INPUTS
from tests.unit.test_settings_file import load

RUN = "instruments: [ES]\nstart: 2026-06-01\nend: 2026-06-05\n"
OLD = 10**18
"""A time of change long ago: UTC ns."""


def test_the_id_depends_on_every_input_and_on_no_order() -> None:
    others = [
        replace(INPUTS, data="0"),
        replace(INPUTS, settings="0"),
        replace(INPUTS, seed=8),
        replace(INPUTS, mode="live"),
        replace(INPUTS, code={**INPUTS.code, "mia": Code("0.1", "0")}),
        replace(INPUTS, code={"mia": INPUTS.code["mia"]}),
        replace(INPUTS, versions={**INPUTS.versions, "numpy": "2.5.6"}),
    ]
    assert len({INPUTS.id, *(other.id for other in others)}) == len(others) + 1
    turned = replace(
        INPUTS,
        code=dict(reversed([*INPUTS.code.items()])),
        versions=dict(reversed([*INPUTS.versions.items()])),
    )
    assert (turned.id, turned.code_hash) == (INPUTS.id, INPUTS.code_hash)
    assert RunInputs.from_data(INPUTS.as_data()) == INPUTS
    assert INPUTS.id == "509e2290f75b"  # it names folders: it must not change by itself


def hash_of_file(here: Path, text: str) -> str:
    return settings_hash(settings_data(load(here, text)))


def test_settings_that_change_no_result_do_not_count(here: Path) -> None:
    plain = hash_of_file(here, RUN)
    (here / "plugins").mkdir()
    for same in ("catalog: data/elsewhere\n", "plugins_dir: plugins\n", "capital: 50000.0\n"):
        assert hash_of_file(here, RUN + same) == plain, same
    for other in ("capital: 25001\n", "journal: changes\n", "rules: {late_friday: }\n"):
        assert hash_of_file(here, RUN + other) != plain, other


def test_the_order_of_rules_counts(here: Path) -> None:
    one = hash_of_file(here, RUN + "rules: {a: {use: late_friday}, b: {use: late_friday}}\n")
    other = hash_of_file(here, RUN + "rules: {b: {use: late_friday}, a: {use: late_friday}}\n")
    assert one != other


def test_a_secret_does_not_count(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = RUN + "rules: {late_friday: {token: '${env:TOKEN}'}}\n"
    found = set()
    for secret in ("first secret", "second secret"):
        monkeypatch.setenv("TOKEN", secret)
        found.add(hash_of_file(here, text))
    assert len(found) == 1


@dataclass
class Known:
    """A cache that tells what it was asked."""

    hashes: dict[tuple[str, str, int, int], str] = field(default_factory=dict)
    hits: int = 0

    def known_hash(self, uri: str, path: str, size: int, mtime: int) -> str | None:
        found = self.hashes.get((uri, path, size, mtime))
        self.hits += found is not None
        return found

    def remember_hash(self, uri: str, path: str, size: int, mtime: int, digest: str) -> None:
        self.hashes[uri, path, size, mtime] = digest


def data(folder: Path, **content: str) -> Files:
    folder.mkdir(exist_ok=True)
    for name, text in content.items():
        (folder / name).write_text(text)
        os.utime(folder / name, ns=(OLD, OLD))
    return Files(str(folder))


def test_the_data_hash_is_of_content_and_place_and_not_of_where_the_catalog_lies(here: Path) -> None:
    one = data(here / "one", a="trades", b="depth", c="not read")
    plain = data_hash(one, ["a", "b"], Known())
    assert data_hash(one, ["b", "a", "b"], Known()) == plain
    assert data_hash(data(here / "two", a="trades", b="depth"), ["a", "b"], Known()) == plain
    for other in (
        data_hash(one, ["a"], Known()),
        data_hash(one, ["a", "b", "c"], Known()),
        data_hash(data(here / "three", a="trades", b="DEPTH"), ["a", "b"], Known()),
        data_hash(data(here / "four", a="depth", b="trades"), ["a", "b"], Known()),
        data_hash(data(here / "five", a="trades", c="depth"), ["a", "c"], Known()),
    ):
        assert other != plain


def test_a_file_is_hashed_once_until_it_changes(here: Path) -> None:
    files, known = data(here / "one", a="trades", b="depth"), Known()
    first = data_hash(files, ["a", "b"], known)
    assert data_hash(files, ["a", "b"], known) == first
    assert (known.hits, len(known.hashes)) == (2, 2)
    (here / "one" / "a").write_text("TRADES")
    assert data_hash(files, ["a", "b"], known) != first
    assert known.hits == 3


def test_a_file_that_has_just_changed_is_not_remembered(here: Path) -> None:
    files, known = data(here / "one", a="trades"), Known()
    (here / "one" / "a").touch()
    data_hash(files, ["a"], known)
    assert known.hashes == {}


def test_a_file_that_changes_while_it_is_read_is_an_error(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = data(here / "one", a="trades")

    def grows(_: Files, path: str) -> str:
        (here / "one" / path).write_text("more trades")
        return "0" * 64

    monkeypatch.setattr(identity, "_content_hash", grows)
    with pytest.raises(RunError, match="one/a changed while it was read"):
        data_hash(files, ["a"], Known())


def test_a_file_that_is_not_there_is_told(here: Path) -> None:
    with pytest.raises(FileError, match="one/gone cannot be read: No such file"):
        data_hash(data(here / "one"), ["gone"], Known())


def registration(package: str, distribution: str = "mia-foo", version: str = "1.0") -> Registration:
    return Registration(
        Kind.RULES,
        "late",
        f"{package}.rules:Late",
        Provider("foo", distribution, version, f"{package}.plugin"),
    )


Install = Callable[..., Registration]


@pytest.fixture
def install(here: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install a distribution of two modules, editable or not, and return what it registers."""

    def made(package: str, *, editable: bool = False, root: str = "site") -> Registration:
        site, source = here / root, here / (f"{root}-src" if editable else root)
        for name, text in {"__init__.py": "", "rules.py": "Late = 1\n", "inner/deep.py": "x = 1\n"}.items():
            (source / package / name).parent.mkdir(parents=True, exist_ok=True)
            (source / package / name).write_text(text)
        about = site / f"mia_{package}-1.0.dist-info"
        about.mkdir(parents=True)
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: mia-{package}\nVersion: 1.0\n")
        modules = [] if editable else [p.relative_to(site) for p in (site / package).rglob("*.py")]
        listed = [
            f"{about.name}/METADATA",
            f"__editable__.{package}.pth",
            f"{package}/__pycache__/x.pyc",
            *modules,
        ]
        (about / "RECORD").write_text("".join(f"{name},,\n" for name in listed))
        (site / f"__editable__.{package}.pth").write_text(str(source))
        for path in (source, site):
            monkeypatch.syspath_prepend(str(path))
        return registration(package, f"mia-{package}")

    return made


def changes(row: Registration, path: Path, text: str = "changed = 1\n") -> bool:
    """Say whether writing a file makes it other code."""
    before = code_of([row])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return code_of([row]) != before


def test_an_installed_distribution_is_known_by_its_files(install: Install, here: Path) -> None:
    row = install("foo_wheel")
    found = code_of([row])
    assert (list(found), found["mia-foo_wheel"].version) == (["mia", "mia-foo_wheel"], "1.0")
    site = here / "site"
    assert changes(row, site / "foo_wheel" / "rules.py")
    assert changes(row, site / "foo_wheel" / "inner" / "deep.py")
    assert not changes(row, site / "another.py")  # of another distribution
    assert not changes(row, site / "foo_wheel" / "__pycache__" / "x.pyc")
    assert not changes(row, site / "mia_foo_wheel-1.0.dist-info" / "INSTALLER")


def test_a_dirty_tree_of_an_editable_install_is_another_run(install: Install, here: Path) -> None:
    row = install("foo_editable", editable=True)
    source = here / "site-src"
    assert changes(row, source / "foo_editable" / "rules.py")
    assert changes(row, source / "foo_editable" / "new.py")
    assert changes(row, source / "beside.py")
    assert not changes(row, source / "docs" / "conf.py")  # no package
    assert not changes(row, source / "foo_editable" / "notes.txt")
    assert not changes(row, here / "site" / "__editable__.foo_editable.pth")


def test_a_one_off_plugin_is_known_by_the_modules_of_its_folder(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for folder in ("plugins", "moved"):
        path = here / folder / "one_off_rule.py"
        path.parent.mkdir()
        path.write_text("Late = 1\n")
        with monkeypatch.context() as patch:
            patch.syspath_prepend(str(path.parent))
            row = Registration(
                Kind.RULES,
                "late",
                "one_off_rule:Late",
                Provider("one_off_rule", f"the folder {folder}", "", str(path)),
            )
            found.append(code_of([row]))
            if folder == "moved":
                assert changes(row, here / folder / "_helper.py")
                assert not changes(row, here / folder / "notes.md")
    assert found[0] == found[1]
    assert list(found[0]) == ["mia", "plugin one_off_rule"]


def test_where_distributions_are_installed_a_package_stands_alone() -> None:
    files = dict(code._files_beside("pluggy"))
    assert {name.partition("/")[0] for name in files} == {"pluggy"}
    assert "pluggy/_hooks.py" in files


def test_a_distribution_without_a_file_is_an_error() -> None:
    with pytest.raises(RunError, match="no file of mia-gone can be found"):
        code_of([registration("no_such_package", "mia-gone")])


def test_our_own_packages_count_and_no_others() -> None:
    names = code._our_files()
    assert {name.partition("/")[0] for name in names} == {"mia_plugins", "indicators", "strategies", "risk"}
    assert "mia_plugins/runs/identity.py" in names
    ours = Registration(
        Kind.RULES, "late", "strategies.x:Late", Provider("late", "mia", "0.1", "strategies.plugin")
    )
    assert code_of([ours]) == code_of([])


def test_a_change_of_ours_is_another_run(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = code_of([])
    for name in code.PACKAGES:
        shutil.copytree(ROOT / name, here / name)
    monkeypatch.setattr(mia_plugins, "__file__", str(here / "mia_plugins" / "__init__.py"))
    assert code_of([]) == before  # wherever it lies
    (here / "risk" / "__init__.py").write_text("changed = 1\n")
    assert code_of([]) != before


def test_the_inputs_of_a_run(here: Path) -> None:
    run = load(here, RUN + "rules: {late_friday: }\n")
    found = inputs_of(run, "d" * 64, seed=3)
    assert found.settings == settings_hash(settings_data(run))
    assert (found.data, found.seed, found.mode) == ("d" * 64, 3, "backtest")
    assert list(found.code) == ["mia", "plugin foo"]
    assert found.versions == versions()
    assert set(versions()) == {"python", *PINNED}
    assert versions()["python"] == ".".join(map(str, sys.version_info[:3]))
    assert inputs_of(run, "d" * 64, seed=3).id == found.id


def test_the_calendar_is_among_what_names_a_run() -> None:
    assert "exchange_calendars" in versions()


def test_the_classes_of_custom_data_are_part_of_a_run(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(here)
    module = here / "News_of_the_day.py"
    module.write_text("class NewsItem: ...\n", encoding="utf-8")
    run = load(here, f"{RUN}custom_data: ['News_of_the_day:NewsItem']\n")
    before = inputs_of(run, "data").code["plugin News_of_the_day (custom data)"]
    assert before == inputs_of(run, "data").code["plugin News_of_the_day (custom data)"]
    module.write_text("class NewsItem: weight = 1\n", encoding="utf-8")
    assert inputs_of(run, "data").code["plugin News_of_the_day (custom data)"] != before
