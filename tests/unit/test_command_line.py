"""The command line: what it prints, where, and with which exit code."""

import json
import re
from pathlib import Path

import pytest

from mia_plugins.errors import ExitCode
from tests.conftest import Mia

GOOD = "instruments: [ES]\nstart: 2026-06-01\nend: 2026-06-05\n"
COMMAND = """
import typer

app = typer.Typer()

def mia_register_commands(register):
    register("hello", "one_off:app", summary="Say hello.")

@app.command()
def hello(name: str = "trader") -> None:
    if name == "bug":
        raise RuntimeError("nobody foresaw this")
    typer.echo(f"hello {name}")
"""


@pytest.fixture
def run_yaml(here: Path) -> Path:
    (here / "run.yaml").write_text(GOOD)
    return Path("run.yaml")


@pytest.fixture
def plugins_dir(here: Path) -> Path:
    (here / "plugins").mkdir()
    (here / "plugins" / "one_off.py").write_text(COMMAND)
    return Path("plugins")


def broken(folder: Path) -> None:
    (folder / "broken_one.py").write_text("import gamma_flip_pro\n")


def test_help_lists_every_command_and_those_of_plugins(mia: Mia, plugins_dir: Path) -> None:
    found = mia("--help", "--plugins-dir", plugins_dir)
    assert found.code == ExitCode.OK
    for line in (r"demo +A first", "config +Check", "backtest +Run", "doctor +Say", r"hello +Say hello\."):
        assert re.search(line, found.out)


def test_help_tells_of_a_broken_plugin_and_goes_on(mia: Mia, plugins_dir: Path) -> None:
    broken(plugins_dir)
    found = mia("--plugins-dir", plugins_dir, "--help")
    assert found.code == ExitCode.OK
    assert "hello" in found.out
    assert "warning: plugin 'broken_one'" in found.err
    assert "gamma_flip_pro" in found.err


@pytest.mark.parametrize("place", [0, 1, 2])
def test_global_options_may_stand_anywhere(mia: Mia, plugins_dir: Path, place: int) -> None:
    words = ["hello", "--name=anna"]
    words.insert(place, f"--plugins-dir={plugins_dir}")
    assert mia(*words).out == "hello anna\n"


def test_after_two_dashes_words_are_arguments(mia: Mia, plugins_dir: Path) -> None:
    found = mia("--plugins-dir", plugins_dir, "config", "check", "--", "-v")
    assert found.code == ExitCode.FILES
    assert "there is no file -v" in found.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["confg"], "There is no command 'confg'; did you mean 'config'?"),
        (["config", "chek"], "No such command 'chek'"),
        (["config", "check"], "Missing argument 'CONFIG'"),
        (["config", "check", "run.yaml", "--jsn"], "No such option: --jsn"),
        (["plugins", "list", "--kind", "rule"], "rules"),
        (["--plugins-dir"], "requires an argument"),
    ],
)
def test_a_mistyped_line_is_a_usage_error(mia: Mia, words: list[str], told: str) -> None:
    found = mia(*words)
    assert (found.code, found.out) == (ExitCode.USAGE, "")
    assert told in found.err


def test_version(mia: Mia) -> None:
    import mia_plugins

    assert mia("--version").out == f"mia {mia_plugins.__version__}\n"


def test_check_as_text_and_as_data(mia: Mia, run_yaml: Path) -> None:
    assert mia("config", "check", run_yaml).out == "run.yaml is in order\n"
    assert json.loads(mia("config", "check", run_yaml, "--json").out) == {
        "ok": True,
        "files": ["run.yaml"],
        "plugins": {},
        "advice": [],
    }


def test_what_is_wrong_as_text_and_as_data(mia: Mia, run_yaml: Path) -> None:
    run_yaml.write_text(f"{GOOD}captial: 1\nfeed: rows\n")
    text, data = mia("config", "check", run_yaml), mia("config", "check", "--json", run_yaml)
    assert text.code == data.code == ExitCode.CONFIG
    assert text.out == ""
    assert text.err.splitlines() == [
        "error: 2 problems in run.yaml",
        "run.yaml:4:1: captial: unknown name; did you mean 'capital'?",
        "run.yaml:5:7: feed: should be 'columns' or 'handlers'; got the text 'rows'",
    ]
    error = json.loads(data.out)["error"]
    assert error["exit_code"] == ExitCode.CONFIG
    assert error["issues"][0] == {
        "file": "run.yaml",
        "line": 4,
        "column": 1,
        "where": "captial",
        "text": "unknown name; did you mean 'capital'?",
    }


def test_show_as_data_with_origin(mia: Mia, run_yaml: Path) -> None:
    data = json.loads(mia("config", "show", run_yaml, "--json", "--origin").out)
    assert data["settings"]["instruments"] == ["ES"]
    assert data["origin"]["start"] == "run.yaml:2:8"
    assert data["origin"]["capital"] == "default"


def test_the_schema_goes_to_a_file_whole_or_not_at_all(mia: Mia, here: Path) -> None:
    assert mia("config", "schema", "-o", "s.json").code == ExitCode.OK
    assert json.loads((here / "s.json").read_text()) == json.loads(mia("config", "schema").out)
    found = mia("config", "schema", "-o", "gone/s.json")
    assert found.code == ExitCode.FILES
    assert "gone/s.json cannot be written" in found.err
    assert sorted(path.name for path in here.iterdir()) == ["s.json"]


def test_a_broken_plugin_is_a_warning_for_a_run_that_does_not_need_it(
    mia: Mia, run_yaml: Path, plugins_dir: Path
) -> None:
    broken(plugins_dir)
    run_yaml.write_text(f"{GOOD}plugins_dir: plugins\n")
    found = mia("config", "check", run_yaml)
    assert found.code == ExitCode.OK
    assert "(skipped)" in found.err


def test_a_broken_plugin_stops_a_run_that_may_need_it(mia: Mia, run_yaml: Path, plugins_dir: Path) -> None:
    broken(plugins_dir)
    run_yaml.write_text(f"{GOOD}plugins_dir: plugins\nrules:\n  late_friday:\n")
    found = mia("config", "check", run_yaml)
    assert found.code == ExitCode.PLUGIN
    assert "unknown rule 'late_friday'" in found.err
    assert "plugin 'broken_one' of the folder plugins is broken" in found.err


def test_verbose_shows_the_traceback_of_a_plugin(mia: Mia, run_yaml: Path, plugins_dir: Path) -> None:
    broken(plugins_dir)
    quiet, loud = (mia("plugins", "doctor", "--plugins-dir", plugins_dir, *v) for v in ([], ["-v"]))
    assert quiet.code == loud.code == ExitCode.FAILED
    assert "Traceback" not in quiet.out
    assert 'broken_one.py", line 1' in loud.out
    assert run_yaml.exists()


def test_list_shows_what_cannot_be_used(mia: Mia, plugins_dir: Path) -> None:
    broken(plugins_dir)
    (plugins_dir / "other.py").write_text(COMMAND.replace("one_off", "other"))
    found = mia("plugins", "list", "--plugins-dir", plugins_dir)
    assert found.code == ExitCode.OK
    assert found.out.count("CLASH") == 2
    assert "broken: plugin 'broken_one'" in found.out
    data = json.loads(mia("plugins", "list", "--json", "--plugins-dir", plugins_dir).out)
    assert [row["plugin"] for row in data["registered"] if row["clash"]] == ["one_off", "other"]
    assert data["unusable"][0]["status"] == "broken"


def test_a_clashing_command_runs_neither(mia: Mia, plugins_dir: Path) -> None:
    (plugins_dir / "other.py").write_text(COMMAND.replace("one_off", "other"))
    found = mia("hello", "--plugins-dir", plugins_dir)
    assert found.code == ExitCode.PLUGIN
    assert "2 plugins register the command 'hello'" in found.err


def test_a_plugin_cannot_take_the_place_of_a_command_of_ours(
    mia: Mia, plugins_dir: Path, run_yaml: Path
) -> None:
    (plugins_dir / "one_off.py").write_text(COMMAND.replace('"hello"', '"doctor"'))
    found = mia("doctor", "--plugins-dir", plugins_dir)
    assert found.code == ExitCode.FAILED
    assert "2 plugins register the command 'doctor'" in found.out
    run_yaml.write_text(f"{GOOD}plugins_dir: plugins\n")
    assert mia("config", "check", run_yaml).code == ExitCode.PLUGIN


def test_disable_and_enable_hold_until_taken_back(mia: Mia, plugins_dir: Path) -> None:
    options = ["--plugins-dir", plugins_dir]
    assert mia("plugins", "disable", "one_off", *options).code == ExitCode.OK
    assert mia("hello", *options).code == ExitCode.USAGE
    assert "disabled: plugin 'one_off'" in mia("plugins", "list", *options).out
    assert mia("plugins", "enable", "one_off").code == ExitCode.OK
    assert mia("hello", *options).out == "hello trader\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["disable", "core"], "cannot be disabled"),
        (["disable", "cor"], "did you mean 'core'?"),
        (["enable", "core"], "no plugin 'core' was disabled"),
        (["show", "docter"], "nothing is called 'docter'; did you mean 'doctor'?"),
    ],
)
def test_a_name_that_fits_nothing(mia: Mia, words: list[str], told: str) -> None:
    found = mia("plugins", *words)
    assert found.code == ExitCode.PLUGIN
    assert told in found.err


def test_show_by_plugin_and_by_name(mia: Mia) -> None:
    by_plugin = json.loads(mia("plugins", "show", "core", "--json").out)
    assert by_plugin["plugin"]["status"] == "ok"
    assert {row["name"] for row in by_plugin["registered"]} >= {"config", "demo", "doctor", "plugins"}
    assert "command doctor  (mia_plugins.cli.doctor:app)" in mia("plugins", "show", "doctor").out


def test_doctor_finds_this_installation_sound(mia: Mia) -> None:
    found = mia("doctor", "--json")
    assert found.code == ExitCode.OK, found.out
    assert json.loads(found.out)["ok"] is True


def test_doctor_tells_of_a_switch_that_fits_no_plugin(mia: Mia, tmp_path: Path) -> None:
    (tmp_path / "user" / "mia").mkdir(parents=True)
    (tmp_path / "user" / "mia" / "disabled_plugins").write_text("uninstalled_long_ago\n")
    found = mia("doctor")
    assert found.code == ExitCode.FAILED
    assert "'uninstalled_long_ago' is disabled by" in found.out


def test_a_fault_of_a_plugins_command_is_told_in_full(mia: Mia, plugins_dir: Path) -> None:
    found = mia("hello", "--name", "bug", "--plugins-dir", plugins_dir)
    assert found.code == ExitCode.INTERNAL
    assert "Traceback" in found.err
    assert "fault: RuntimeError: nobody foresaw this" in found.err


@pytest.mark.parametrize(("folder", "told"), [("gone", "does not exist"), ("run.yaml", "is not a folder")])
def test_a_plugins_folder_that_is_none(mia: Mia, run_yaml: Path, folder: str, told: str) -> None:
    found = mia("config", "check", run_yaml, "--plugins-dir", folder)
    assert found.code == ExitCode.FILES
    assert told in found.err


def test_a_plugins_folder_that_a_file_names_wrongly(mia: Mia, run_yaml: Path) -> None:
    run_yaml.write_text(f"{GOOD}captial: 1\nplugins_dir: gone\n")
    found = mia("config", "check", run_yaml)
    assert found.code == ExitCode.CONFIG
    assert "run.yaml:5:14: plugins_dir: there is no folder gone" in found.err
    assert "run.yaml:4:1: captial" in found.err


def test_a_one_off_plugin_does_not_shadow_an_installed_module(mia: Mia, plugins_dir: Path) -> None:
    (plugins_dir / "decimal.py").write_text(COMMAND)
    found = mia("plugins", "list", "--plugins-dir", plugins_dir)
    assert "the name 'decimal' belongs to an installed module" in found.out


def test_the_target_of_a_command_is_an_application(mia: Mia, plugins_dir: Path) -> None:
    (plugins_dir / "one_off.py").write_text(COMMAND.replace("one_off:app", "one_off:hello"))
    found = mia("hello", "--plugins-dir", plugins_dir)
    assert found.code == ExitCode.PLUGIN
    assert "register a typer.Typer application" in found.err


def test_a_plugins_command_may_exit_with_a_text(mia: Mia, plugins_dir: Path) -> None:
    (plugins_dir / "one_off.py").write_text(COMMAND.replace("raise RuntimeError(", "raise SystemExit("))
    found = mia("hello", "--name", "bug", "--plugins-dir", plugins_dir)
    assert (found.code, found.err) == (ExitCode.FAILED, "nobody foresaw this\n")


def test_a_fault_that_cannot_tell_its_text_is_told(mia: Mia, plugins_dir: Path) -> None:
    mute = "class Mute(Exception):\n    def __str__(self):\n        raise ValueError\n"
    (plugins_dir / "one_off.py").write_text(COMMAND.replace("RuntimeError(", "Mute(") + mute)
    found = mia("hello", "--name", "bug", "--plugins-dir", plugins_dir)
    assert found.code == ExitCode.INTERNAL
    assert "fault: Mute: (its text cannot be had)" in found.err


def test_a_command_cannot_have_an_option_of_mias_own(mia: Mia, plugins_dir: Path) -> None:
    (plugins_dir / "one_off.py").write_text(COMMAND.replace('"trader"', 'typer.Option("trader", "-v")'))
    found = mia("hello", "--plugins-dir", plugins_dir)
    assert found.code == ExitCode.PLUGIN
    assert "has the option -v, which is mia's own" in found.err


def test_folders_of_plugins_add_up(mia: Mia, here: Path, plugins_dir: Path) -> None:
    (here / "more").mkdir()
    (here / "more" / "one_more.py").write_text(
        COMMAND.replace("one_off", "one_more").replace("hello", "hallo")
    )
    found = mia(
        "plugins", "list", "--plugins-dir", plugins_dir, "--plugins-dir", "more", "--kind", "commands"
    )
    assert "hello" in found.out
    assert "hallo" in found.out
    (here / "run.yaml").write_text(f"{GOOD}plugins_dir: more\ndisable: [one_off, one_more]\n")
    assert mia("config", "check", "run.yaml", "--plugins-dir", plugins_dir).code == ExitCode.OK


def test_an_empty_folder_name_is_refused(mia: Mia, run_yaml: Path) -> None:
    assert mia("config", "check", run_yaml, "--plugins-dir", "").code == ExitCode.USAGE


def test_a_name_of_two_things_shows_both(mia: Mia, plugins_dir: Path) -> None:
    (plugins_dir / "hello.py").write_text(COMMAND.replace("one_off", "hello").replace('"hello"', '"bye"'))
    data = json.loads(mia("plugins", "show", "hello", "--json", "--plugins-dir", plugins_dir).out)
    assert {(row["name"], row["plugin"]) for row in data["registered"]} == {
        ("bye", "hello"),
        ("hello", "one_off"),
    }


def test_an_unknown_command_may_be_a_broken_plugins(mia: Mia, plugins_dir: Path) -> None:
    broken(plugins_dir)
    assert "warning: plugin 'broken_one'" in mia("gamma", "--plugins-dir", plugins_dir).err


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("@app.command()", ""), "is an application without commands"),
        (("one_off:app", "one_off:hello"), "register a typer.Typer application"),
    ],
)
def test_doctor_looks_at_commands_too(
    mia: Mia, plugins_dir: Path, change: tuple[str, str], told: str
) -> None:
    (plugins_dir / "one_off.py").write_text(COMMAND.replace(*change))
    found = mia("doctor", "--plugins-dir", plugins_dir)
    assert found.code == ExitCode.FAILED
    assert told in found.out


def test_doctor_looks_at_settings_to_the_bottom(mia: Mia, plugins_dir: Path) -> None:
    (plugins_dir / "odd.py").write_text(
        "from collections.abc import Callable\n"
        "from mia_plugins.settings import BaseSettings\n"
        "def mia_register_rules(register):\n    register('odd', 'odd:Odd')\n"
        "class Odd:\n    class Settings(BaseSettings):\n        f: Callable[[], int] = int\n"
    )
    found = mia("doctor", "--plugins-dir", plugins_dir)
    assert found.code == ExitCode.FAILED
    assert "the settings of rule 'odd' of plugin 'odd' of the folder plugins have no JSON Schema" in found.out
    schema = mia("config", "schema", "--plugins-dir", plugins_dir)
    assert schema.code == ExitCode.OK
    assert "(left out)" in schema.err


def test_doctor_tells_metadata_that_are_not_of_this_code(mia: Mia, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mia_plugins.__version__", "9.9.9")
    found = mia("doctor")
    assert found.code == ExitCode.FAILED
    assert "the code 9.9.9" in found.out


def test_the_schema_goes_through_links_and_into_pipes(mia: Mia, here: Path) -> None:
    (here / "real.json").write_text("old")
    (here / "link.json").symlink_to("real.json")
    assert mia("config", "schema", "-o", "link.json").code == ExitCode.OK
    assert (here / "link.json").is_symlink()
    assert json.loads((here / "real.json").read_text())
    assert mia("config", "schema", "-o", "/dev/null").code == ExitCode.OK
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize("output", [".", "run.yaml/x.json", "x" * 300, "/dev/full"])
def test_a_schema_that_cannot_be_written(mia: Mia, run_yaml: Path, output: str) -> None:
    found = mia("config", "schema", "-o", output)
    assert found.code == ExitCode.FILES
    assert "cannot be written" in found.err
    assert [path.name for path in run_yaml.resolve().parent.iterdir()] == ["run.yaml"]


def test_a_user_without_a_home(mia: Mia, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", "/dev/null")
    assert mia("plugins", "list").code == ExitCode.OK
    found = mia("plugins", "disable", "nobody")
    assert found.code == ExitCode.PLUGIN
