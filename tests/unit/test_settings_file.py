"""Settings files: every mistake at its place, in plain words, all at once."""

import datetime as dt
import types
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import AwareDatetime, Field, NaiveDatetime, model_validator

from mia_plugins.errors import ExitCode, FileError
from mia_plugins.hookspecs import Kind
from mia_plugins.settings import BaseSettings, SettingsError
from mia_plugins.settings.resolve import Run
from mia_plugins.testing import isolated_run
from mia_plugins.units import Ticks

GOOD = "instruments: [ES]\nstart: 2026-06-01\nend: 2026-06-05\n"


class Inner(BaseSettings):
    """A section inside a plugin's settings."""

    levels: tuple[Annotated[Ticks, Field(gt=0)], ...] = ()


class LateFriday:
    """A plugin's class with every sort of setting."""

    class Settings(BaseSettings):
        """Settings of every type."""

        after: dt.time = dt.time(15)
        bars: Annotated[int, Field(ge=1)] = 3
        near: Ticks = Ticks(4)
        on: bool = True
        since: AwareDatetime | None = None
        mode: Literal["block", "warn"] = "block"
        inner: Inner = Inner()
        folder: Path | None = None
        token: str = ""
        money: Decimal = Decimal(1)
        either: int | str = 1
        place: Path | Literal["auto"] = "auto"
        places: list[Path] | Path = Path()

        @model_validator(mode="after")
        def _check(self) -> "LateFriday.Settings":
            if self.bars == 13:
                raise ValueError("13 bars bring bad luck")
            if self.bars == 14:
                raise ZeroDivisionError("a bug")
            if self.token == "print":
                print("buy my course")
            return self


class NoSettings:
    """A class that forgot to declare its settings."""


def _plugin() -> types.ModuleType:
    plugin = types.ModuleType("foo")
    here = __name__

    def register_rules(register: object) -> None:
        assert callable(register)
        register("late_friday", f"{here}:LateFriday")
        register("no_settings", f"{here}:NoSettings")
        register("gone", f"{here}:Gone")

    plugin.__dict__["mia_register_rules"] = register_rules
    return plugin


def load(folder: Path, text: str) -> Run:
    path = folder / "run.yaml"
    path.write_text(text, encoding="utf-8")
    return isolated_run(Path("run.yaml"), _plugin())


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(folder, text)
    return [str(issue) for issue in caught.value.issues]


def rule(lines: str) -> str:
    return f"{GOOD}rules:\n  late_friday:\n" + "".join(f"    {line}\n" for line in lines.splitlines())


def settings_of(run: Run) -> LateFriday.Settings:
    component = run.component(Kind.RULES, "late_friday")
    assert component is not None
    assert isinstance(component.settings, LateFriday.Settings)
    return component.settings


def test_a_file_in_order(here: Path) -> None:
    run = load(
        here, rule("after: 14:30\nbars: 5\nnear: 2.5\nsince: 2026-06-01T13:30:00Z\ninner: {levels: [1, 2.5]}")
    )
    assert run.settings.start == dt.date(2026, 6, 1)
    assert run.settings.capital == Decimal(50000)
    settings = settings_of(run)
    assert (settings.after, settings.bars, settings.near) == (dt.time(14, 30), 5, 2.5)
    assert settings.since == dt.datetime(2026, 6, 1, 13, 30, tzinfo=dt.UTC)
    assert list(settings.inner.levels) == [1, 2.5]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # names
        (f"{GOOD}instrumnets: [NQ]\n", "4:1: instrumnets: unknown name; did you mean 'instruments'?"),
        (f"{GOOD}venue:\n  fils: depth\n", "5:3: venue.fils: unknown name; did you mean 'fills'?"),
        (rule("bras: 3"), "6:5: rules.late_friday.bras: unknown name; did you mean 'bars'?"),
        (rule("usee: x"), "6:5: rules.late_friday.usee: unknown name; did you mean 'use'?"),
        (
            rule("inner:\n  level: [1]"),
            "7:7: rules.late_friday.inner.level: unknown name; did you mean 'levels'?",
        ),
        ("start: 2026-06-01\nend: 2026-06-01\n", "1:1: instruments: is required and missing"),
        (
            f"{GOOD}rules:\n  lat_friday:\n",
            "5:3: rules.lat_friday: unknown rule 'lat_friday'; did you mean 'late_friday'?",
        ),
        (
            f"{GOOD}rules:\n  x:\n    use: lte_friday\n",
            "6:10: rules.x: unknown rule 'lte_friday'; did you mean 'late_friday'?",
        ),
        (
            f"{GOOD}rules:\n  Late Friday:\n    use: late_friday\n",
            "5:3: rules.Late Friday: should be a name such as 'late_friday'",
        ),
        (f"{GOOD}disable: [fop]\n", "4:11: disable[0]: there is no plugin 'fop'; did you mean 'foo'?"),
        (
            f"{GOOD}disable: [foo, core]\n",
            "4:16: disable[1]: 'core' is mia's own command line and cannot be disabled",
        ),
        # types
        (rule("on: yes"), "6:9: rules.late_friday.on: should be true or false; got the text 'yes'"),
        (rule("on: 1"), "6:9: rules.late_friday.on: should be true or false; got 1"),
        (rule("bars: 2.5"), "6:11: rules.late_friday.bars: should be a whole number; got 2.5"),
        (rule("bars: true"), "6:11: rules.late_friday.bars: should be a whole number; got true"),
        (rule('bars: "3"'), "6:11: rules.late_friday.bars: should be a whole number; got the text '3'"),
        (rule("bars: 0"), "6:11: rules.late_friday.bars: should be greater than or equal to 1; got 0"),
        (rule("near: far"), "6:11: rules.late_friday.near: should be a number; got the text 'far'"),
        (rule("near:"), "6:10: rules.late_friday.near: should be a number; got nothing"),
        (
            rule("token: 12"),
            "6:12: rules.late_friday.token: should be text, in quotes if it looks like something else; got 12",
        ),
        (
            rule("inner: 3"),
            "6:12: rules.late_friday.inner: should be a section of `name: value` lines; got 3",
        ),
        (
            rule("inner:\n  levels: [1, -2]"),
            "7:19: rules.late_friday.inner.levels[1]: should be greater than 0; got -2",
        ),
        (
            rule("mode: blok"),
            "6:11: rules.late_friday.mode: should be 'block' or 'warn'; got the text 'blok'; did you mean 'block'?",
        ),
        (
            f"{GOOD}rules:\n  late_friday: 3\n",
            "5:16: rules.late_friday: should be a section of `name: value` lines; got 3",
        ),
        (
            f"{GOOD}rules: [late_friday]\n",
            "4:8: rules: should be a section of `name: value` lines; got a list",
        ),
        (rule("enabled: 0"), "6:14: rules.late_friday.enabled: should be true or false"),
        (rule("use: [1]"), "6:10: rules.late_friday.use: should be a plugin's name"),
        (rule("money: '1_000'"), "6:12: rules.late_friday.money: should be a number; got the text '1_000'"),
        (rule("money: 1_000"), "6:12: rules.late_friday.money: should be a number; got the text '1_000'"),
        (rule("folder: ''"), "6:13: rules.late_friday.folder: should be a path; got the text ''"),
        (rule("either: [1]"), "6:13: rules.late_friday.either: should be a whole number or text"),
        (f"{GOOD}plugins_dir: ''\n", "4:14: plugins_dir: should be a path; got the text ''"),
        # dates and times
        (
            'instruments: [ES]\nstart: "1780272000"\nend: 2026-06-01\n',
            "2:8: start: should be a date such as 2026-06-01; got the text '1780272000'",
        ),
        (
            rule('since: "1780272000"'),
            "6:12: rules.late_friday.since: should be a date and time such as 2026-06-01T13:30:00Z; got the text",
        ),
        (rule("after: 14:30:00Z"), "6:12: rules.late_friday.after: should be a time of day without a zone"),
        (
            "instruments: [ES]\nstart: 2026-02-30\nend: 2026-06-01\n",
            "2:8: start: should be a date such as 2026-06-01; got the text '2026-02-30' (day value is outside expected range)",
        ),
        (
            "instruments: [ES]\nstart: 20260201\nend: 2026-06-01\n",
            "2:8: start: should be a date such as 2026-06-01; got 20260201",
        ),
        (
            "instruments: [ES]\nstart: 2026-02-01T10:00:00\nend: 2026-06-01\n",
            "2:8: start: should be a date such as 2026-06-01",
        ),
        (
            "instruments: [ES]\nstart: 2026-06-02\nend: 2026-06-01\n",
            "3:6: end: lies before start (2026-06-02); got 2026-06-01",
        ),
        (
            rule("after: 25:00"),
            "6:12: rules.late_friday.after: should be a time of day such as 09:30; got the text '25:00'",
        ),
        (
            rule("after: 1500"),
            "6:12: rules.late_friday.after: should be a time of day such as 09:30; got 1500",
        ),
        (
            rule("since: 2026-06-01T13:30:00"),
            "6:12: rules.late_friday.since: should carry its zone, such as 2026-06-01T13:30:00Z; got the text",
        ),
        (
            rule("since: 1780272000"),
            "6:12: rules.late_friday.since: should be a date and time such as 2026-06-01T13:30:00Z; got 1780272000",
        ),
        # what a plugin's own validators say
        (rule("bars: 13"), "6:5: rules.late_friday: 13 bars bring bad luck"),
        (
            rule("bars: 14"),
            "6:5: rules.late_friday: its settings model LateFriday.Settings raised ZeroDivisionError: a bug",
        ),
        # plugins
        (
            f"{GOOD}rules:\n  no_settings:\n",
            "5:3: rules.no_settings: the rule 'no_settings' of plugin 'foo' of the test declares no settings",
        ),
        (
            f"{GOOD}rules:\n  gone:\n",
            "5:3: rules.gone: the rule 'gone' of plugin 'foo' of the test cannot be loaded",
        ),
        (f'{GOOD}requires: ["mia-gone>=1"]\n', "4:12: requires[0]: mia-gone>=1 is not installed"),
        (
            f'{GOOD}requires: ["mia >"]\n',
            "4:12: requires[0]: should be a distribution and versions, such as 'mia-foo>=1.2'; got 'mia >'",
        ),
        (f"{GOOD}instruments: [ES]\n", "4:1: instruments: given twice; first at line 1"),
        (
            "instruments: [ES, ES]\nstart: 2026-06-01\nend: 2026-06-01\n",
            "1:14: instruments: ES is named twice",
        ),
        (
            "instruments: []\nstart: 2026-06-01\nend: 2026-06-01\n",
            "1:14: instruments: should have at least 1; got a list",
        ),
        (f"{GOOD}capital: -1\n", "4:10: capital: should be greater than 0; got -1"),
        # YAML itself
        (f"{GOOD}venue: {{fills: depth\n", "5:1: not valid YAML: "),
        (f"{GOOD}venue:\n\tfills: depth\n", "5:1: a tab; YAML is indented with spaces"),
        (f"{GOOD}---\nstart: 2026-06-01\n", "4:1: a second document (---)"),
        (f"{GOOD}capital: !!int 3\n", "4:10: the tag tag:yaml.org,2002:int is not allowed"),
        (
            f"{GOOD}capital: !!python/object/apply:os.system [ls]\n",
            "4:10: the tag tag:yaml.org,2002:python/object/apply:os.system is not allowed",
        ),
        (f"{GOOD}a: &a {{x: 1}}\nvenue:\n  <<: *a\n", "6:3: venue.<<: merge keys are not part of YAML 1.2"),
        (f"{GOOD}? [a, b]\n: 3\n", "4:3: a key is plain text"),
        (f"{GOOD}venue: &v\n  fills: *v\n", "4:8: venue.fills: an alias that contains itself"),
        (f"{GOOD}capital: .inf\n", "4:10: capital: .inf is not a finite number"),
        (f"{GOOD}capital: 1e999\n", "4:10: capital: 1e999 is not a finite number"),
        (f"{GOOD}capital: {'9' * 5000}\n", "4:10: capital: a number of 5000 characters"),
        (f'{GOOD}catalog: "a\\0b"\n', "4:10: catalog: a control character"),
        (f'{GOOD}catalog: "a\\e[31mb"\n', "4:10: catalog: a control character"),
        (f'{GOOD}catalog: "\\ud800"\n', "4:10: catalog: a control character"),
        (f"{GOOD}catalog: a\x07b\n", "4:11: the character '\\x07' is not allowed in YAML"),
        ("- 1\n- 2\n", "1:1: a settings file holds `key: value` lines"),
        ("just text\n", "1:1: a settings file holds `key: value` lines"),
        ("", "1:1: instruments: is required and missing"),
        (f"{GOOD}catalog: {'[' * 100}\n", "nested deeper than 40 levels"),
        (f"{GOOD}catalog: *nothing\n", "4:10: not valid YAML: found undefined alias"),
    ],
)
def test_a_mistake_is_told_at_its_place(here: Path, text: str, expected: str) -> None:
    found = problems(here, text)
    assert any(problem.startswith(f"run.yaml:{expected}") or expected in problem for problem in found), found


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(here: Path) -> None:
    text = "instruments: [XX]\nstart: 2026-02-30\nend: 2026-06-01\nrules:\n  late_friday: {bars: 0, bras: 1}\n  gone_friday:\n"
    found = problems(here, text)
    assert [problem.split(": ")[0] for problem in found] == [
        f"run.yaml:{place}" for place in ("1:15", "2:8", "5:23", "5:26", "6:3")
    ]


def test_types_are_those_of_yaml_1_2(here: Path) -> None:
    """`on` is text, 010 is ten, a date is text until a date is wanted."""
    assert settings_of(load(here, rule("bars: 010"))).bars == 10
    assert settings_of(load(here, rule("bars: 0x1F"))).bars == 31
    assert settings_of(load(here, rule("token: on"))).token == "on"
    assert settings_of(load(here, rule("token: 2026-06-01"))).token == "2026-06-01"
    assert settings_of(load(here, rule("token: 12:30:45"))).token == "12:30:45"
    assert settings_of(load(here, rule("near: 3"))).near == 3.0


def test_a_byte_order_mark_and_windows_lines_are_fine(here: Path) -> None:
    (here / "run.yaml").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert isolated_run(Path("run.yaml")).settings.instruments == ("ES",)


def test_an_alias_bomb_is_defused(here: Path) -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    (problem,) = [p for p in problems(here, GOOD + "\n".join(lines)) if "more than 100000 values" in p]
    assert problem.startswith("run.yaml:")


def test_one_component_twice_under_names_of_ones_own(here: Path) -> None:
    run = load(here, f"{GOOD}rules:\n  late_friday:\n  later:\n    use: late_friday\n    bars: 9\n")
    assert [(c.name, c.registration.name) for c in run.components] == [
        ("late_friday", "late_friday"),
        ("later", "late_friday"),
    ]


def test_a_component_can_be_left_out(here: Path) -> None:
    assert load(here, rule("enabled: false\nbars: wrong")).components == ()


def test_only_plugins_at_fault_has_its_own_exit_code(here: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(here, f"{GOOD}rules:\n  gone:\n")
    assert caught.value.exit_code is ExitCode.PLUGIN
    with pytest.raises(SettingsError) as caught:
        load(here, f"{GOOD}rules:\n  gone:\nx: 1\n")
    assert caught.value.exit_code is ExitCode.CONFIG


def test_settings_cannot_be_changed_afterwards(here: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        settings_of(load(here, rule("bars: 3"))).bars = 4


@pytest.mark.parametrize(
    ("name", "value"), [("extra", "allow"), ("strict", False), ("frozen", False), ("allow_inf_nan", True)]
)
def test_a_plugin_cannot_loosen_its_settings(name: str, value: object) -> None:
    with pytest.raises(TypeError, match=f"sets {name}={value!r}; settings keep"):
        type("Loose", (BaseSettings,), {"model_config": {name: value}, "__module__": __name__})


class Dated(BaseSettings):
    """Holds itself, which a plugin may do."""

    near: Ticks = Ticks(1)
    below: tuple["Dated", ...] = ()


type When = dt.datetime


@dataclass
class Plain:
    """A dataclass, which would take any name."""

    at: dt.datetime


@pytest.mark.parametrize(
    ("annotation", "default", "told"),
    [
        (int, "three", "has a wrong default, 'three'"),
        (Annotated[int, Field(gt=0)], -5, "has a wrong default, -5"),
        (Decimal, 1.5, "has a wrong default, 1.5"),
        (int, Field(alias="from"), "has an alias"),
        (NaiveDatetime | None, None, "would take a time without a zone"),
        (When | None, None, "would take a time without a zone"),
        (Plain | None, None, "holds Plain, which is no BaseSettings"),
    ],
)
def test_a_plugin_cannot_declare_what_would_be_wrong_in_silence(
    annotation: object, default: object, told: str
) -> None:
    with pytest.raises(TypeError, match=f"Wrong.it {told}"):
        type(
            "Wrong",
            (BaseSettings,),
            {"__annotations__": {"it": annotation}, "it": default, "__module__": __name__},
        )


def test_paths_are_joined_once_and_words_never(here: Path) -> None:
    (here / "sub").mkdir()
    (here / "sub" / "run.yaml").write_text(rule("place: auto\nplaces: data\nfolder: ~nobody-at-all/x"))
    found = isolated_run(Path("sub/run.yaml"), _plugin()).components[0].settings
    assert isinstance(found, LateFriday.Settings)
    assert (found.place, found.places) == ("auto", Path("sub/data"))
    assert found.folder == Path("~nobody-at-all/x")
    (here / "sub" / "run.yaml").write_text(rule("place: there\nplaces: [a, /b]"))
    found = isolated_run(Path("sub/run.yaml"), _plugin()).components[0].settings
    assert isinstance(found, LateFriday.Settings)
    assert (found.place, found.places) == (Path("sub/there"), [Path("sub/a"), Path("/b")])


def test_what_is_reserved_is_offered_only_where_it_stands(here: Path) -> None:
    assert "did you mean 'use'" in problems(here, rule("us: 1"))[0]
    assert "did you mean" not in problems(here, rule("inner: {us: 1}"))[0]


def test_one_broken_line_is_not_said_to_be_many_missing(here: Path) -> None:
    assert len(problems(here, "instruments: [ES]\nvenue: {\n")) == 1


def test_a_line_break_in_a_key_forges_no_line(here: Path) -> None:
    (found,) = problems(here, f'{GOOD}"x\\nrun.yaml:1:1: capital: all is well": 1\n')
    assert found.startswith("run.yaml:4:1: x\\nrun.yaml:1:1: capital")
    assert len(found.splitlines()) == 1


def test_what_a_validator_prints_stays_out_of_the_answer(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load(here, rule("token: print"))
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "buy my course\n")


def test_a_time_without_a_zone_cannot_be_declared() -> None:
    with pytest.raises(TypeError, match=r"Naive\.since would take a time without a zone; use AwareDatetime"):

        class Naive(BaseSettings):
            """Would read a time in nobody knows which zone."""

            since: dt.datetime | None = None


def test_a_plugin_cannot_nest_a_model_that_takes_anything() -> None:
    from pydantic import BaseModel

    class Anything(BaseModel):
        pass

    with pytest.raises(TypeError, match=r"Holder\.inner holds .*Anything, which is no BaseSettings"):

        class Holder(BaseSettings):
            """Holds it in a tuple."""

            inner: tuple[Anything, ...] = ()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"a: \xff\n", "run.yaml:1: not UTF-8 at byte 3 (0xff)"),
        ("instruments: [ES]\n".encode("utf-16"), "it looks like UTF-16"),
        (b"a: 1\n" * 300_000, "more than 1,000,000 bytes"),
    ],
)
def test_a_file_that_is_no_text_of_ours(here: Path, data: bytes, told: str) -> None:
    (here / "run.yaml").write_bytes(data)
    with pytest.raises(FileError) as caught:
        isolated_run(Path("run.yaml"))
    assert told in caught.value.what


def test_a_file_that_is_not_there_is_answered_with_the_nearest(here: Path) -> None:
    (here / "weekly.yaml").write_text(GOOD)
    with pytest.raises(FileError, match=r"there is no file wekly\.yaml; did you mean 'weekly\.yaml'"):
        isolated_run(Path("wekly.yaml"))
    with pytest.raises(FileError, match="is not a file"):
        isolated_run(here)
