"""`extends`: files on files, and which line gave a value."""

from pathlib import Path

import pytest

from mia_plugins.errors import ExitCode
from mia_plugins.settings import SettingsError
from mia_plugins.settings.listing import origins, settings_data
from mia_plugins.settings.resolve import Run
from mia_plugins.testing import isolated_run
from tests.conftest import Mia

GOOD = "instruments: [ES]\nstart: 2026-06-01\nend: 2026-06-05\n"


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def load(name: str = "run.yaml") -> Run:
    return isolated_run(Path(name))


def problem(name: str = "run.yaml") -> str:
    with pytest.raises(SettingsError) as caught:
        load(name)
    return str(caught.value)


def test_the_upper_file_wins_and_every_value_has_its_line(here: Path) -> None:
    write(
        here,
        low=f"{GOOD}venue:\n  fills: quotes\ncapital: 1\n",
        middle="extends: low.yaml\ncapital: 2\njournal: changes\n",
        run="extends: middle.yaml\ninstruments: [NQ]\n",
    )
    run = load()
    data, origin = settings_data(run), origins(run)
    assert (data["instruments"], origin["instruments"]) == (["NQ"], "run.yaml:2:14")
    assert (data["capital"], origin["capital"]) == (2, "middle.yaml:2:10")
    assert (data["venue"]["fills"], origin["venue.fills"]) == ("quotes", "low.yaml:5:10")
    assert (data["feed"], origin["feed"]) == ("columns", "default")
    assert run.layers.files == ("low.yaml", "middle.yaml", "run.yaml")


def test_of_several_files_the_later_lies_on_top(here: Path) -> None:
    write(
        here, a=f"{GOOD}capital: 1\njournal: changes\n", b="capital: 2\n", run="extends: [a.yaml, b.yaml]\n"
    )
    assert load().settings.capital == 2
    assert load().settings.journal == "changes"


def test_layers_are_found_beside_the_file_that_names_them(here: Path) -> None:
    write(here, sub__run="extends: ../low.yaml\n", low=GOOD)
    assert load("sub/run.yaml").layers.files == ("low.yaml", "sub/run.yaml")


def test_shipped_files_can_be_extended(here: Path) -> None:
    write(here, run="extends: mia:backtests/demo_day.yaml\n")
    assert origins(load())["start"] == "mia:backtests/demo_day.yaml:4:8"


def test_a_path_is_seen_from_the_file_that_gives_it(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/trader")
    write(
        here,
        sub__low=f"{GOOD}catalog: data\n",
        run="extends: sub/low.yaml\n",
        home=f"{GOOD}catalog: ~/data\n",
    )
    assert load().settings.catalog == Path("sub/data")
    assert load("home.yaml").settings.catalog == Path("/home/trader/data")
    write(here, plain=GOOD)
    assert load("plain.yaml").settings.catalog == Path("data/catalog")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("extends: run.yaml\n", "run.yaml:1:10: extends: extends itself: run.yaml → run.yaml"),
        (
            "extends: round.yaml\n",
            "round.yaml:1:10: extends: extends itself: run.yaml → round.yaml → run.yaml",
        ),
        (
            "extends: lwo.yaml\n",
            "run.yaml:1:10: extends: there is no file lwo.yaml; did you mean 'low.yaml'?",
        ),
        ("extends: gone/low.yaml\n", "there is no file gone/low.yaml"),
        (
            "extends: mia:backtests/demo.yaml\n",
            "there is no file mia:backtests/demo.yaml; did you mean 'demo_day.yaml'?",
        ),
        ("extends: 3\n", "run.yaml:1:10: extends: should be a file's path"),
        ("extends: [low.yaml, {}]\n", "run.yaml:1:21: extends: should be a file's path"),
        ("extends: latin.yaml\n", "run.yaml:1:10: extends: latin.yaml:1: not UTF-8"),
        (
            "extends: low.yaml\nvenue:\n",
            "run.yaml:2:1: venue: empty, which would discard what low.yaml:4:1 gives",
        ),
        ("extends: low.yaml\nvenue: {fils: depth}\n", "run.yaml:2:9: venue.fils: unknown name"),
        ("extends: wrong.yaml\n", "wrong.yaml:2:8: start: should be a date"),
    ],
)
def test_what_can_go_wrong(here: Path, text: str, told: str) -> None:
    write(
        here,
        low=f"{GOOD}venue:\n  fills: depth\n",
        round="extends: run.yaml\n",
        wrong="instruments: [ES]\nstart: soon\nend: 2026-06-05\n",
        run=text,
    )
    (here / "latin.yaml").write_bytes("# été\n".encode("latin-1"))
    assert told in problem()


def test_dots_after_a_link_lead_where_the_link_leads(here: Path) -> None:
    write(here, real__base=f"{GOOD}capital: 111\n", base=f"{GOOD}capital: 999\n")
    (here / "real" / "conf").mkdir()
    (here / "real" / "conf" / "run.yaml").write_text("extends: ../base.yaml\n")
    (here / "link").symlink_to("real/conf")
    assert load("real/conf/run.yaml").settings.capital == 111
    assert load("link/run.yaml").settings.capital == 111


def test_a_missing_layer_is_the_only_problem(here: Path) -> None:
    write(here, run="extends: gone.yaml\n")
    assert problem().startswith("1 problem in run.yaml")
    (here / "gone.yaml").write_bytes(b"a: \xff\n")
    assert "gone.yaml:1: not UTF-8 at byte 3 (0xff); save it as UTF-8" in problem()
    assert problem().startswith("1 problem in run.yaml")


def test_a_file_is_named_once(here: Path) -> None:
    write(here, low=GOOD, run="extends: [low.yaml, low.yaml]\n")
    assert "run.yaml:1:21: extends: low.yaml is named twice" in problem()


def test_a_tower_of_files_is_not_climbed_for_ever(here: Path) -> None:
    for number in range(30):
        write(here, **{f"f{number}": f"extends: f{number + 1}.yaml\n"})
    write(here, f30=GOOD, run="extends: f0.yaml\n")
    assert "more than 20 files on top of each other" in problem()


def test_a_path_that_cannot_be_is_told(here: Path) -> None:
    write(here, run=f"extends: {'x' * 5000}.yaml\n")
    assert "run.yaml:1:10: extends: " in problem()


def test_a_shipped_file_can_be_named_on_the_command_line(mia: Mia) -> None:
    assert mia("config", "check", "mia:backtests/demo_day.yaml").code == ExitCode.OK


def test_a_diamond_is_no_circle(here: Path) -> None:
    write(
        here,
        low=GOOD,
        a="extends: low.yaml\n",
        b="extends: low.yaml\ncapital: 7\n",
        run="extends: [a.yaml, b.yaml]\n",
    )
    assert load().settings.capital == 7


def test_the_budget_of_values_holds_over_all_files(here: Path) -> None:
    many = f"x: [{', '.join(['1'] * 30_000)}]\n"
    write(here, a=many, b=many, c=many, d=many, run=f"extends: [a.yaml, b.yaml, c.yaml, d.yaml]\n{GOOD}")
    assert "more than 100000 values" in problem()


def test_exit_code_of_a_wrong_file(here: Path) -> None:
    write(here, run="extends: run.yaml\n")
    with pytest.raises(SettingsError) as caught:
        load()
    assert caught.value.exit_code is ExitCode.CONFIG
