"""`mia new plugin` refuses what cannot be, and what it writes is in order."""

from pathlib import Path

import pytest

from mia_plugins.errors import ExitCode
from mia_plugins.scaffold import new_plugin, template_files
from mia_plugins.settings.layers import read_layers
from mia_plugins.settings.tree import TreeReader
from tests.conftest import Mia


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Late-Friday", "'Late-Friday' is no name for a plugin; did you mean 'late_friday'?"),
        ("7up", "'7up' is no name for a plugin; did you mean 'up'?"),
        ("class", "'class' is no name for a plugin"),
        ("ema_cross", "the name 'ema_cross' is taken: `mia plugins show ema_cross` says by whom"),
        ("blind_spot", "the name 'blind_spot' is taken"),
    ],
)
def test_a_name_that_cannot_be_is_refused(mia: Mia, here: Path, name: str, told: str) -> None:
    found = mia("new", "plugin", name)
    assert (found.code, told in found.err) == (ExitCode.FAILED, True), found.err
    assert list(here.iterdir()) == []


def test_a_folder_that_is_there_stays_as_it_is(mia: Mia, here: Path) -> None:
    (here / "mia-burst").mkdir()
    (here / "mia-burst" / "mine").touch()
    found = mia("new", "plugin", "burst")
    assert (found.code, "is there already" in found.err) == (ExitCode.FILES, True)
    assert [path.name for path in (here / "mia-burst").iterdir()] == ["mine"]


def test_every_file_is_filled_and_reads_as_what_it_is(here: Path) -> None:
    written = new_plugin("two_words", here / "made")
    assert len(written) == len(list(template_files())) >= 14
    texts = {path.relative_to(here / "made").as_posix(): path.read_text() for path in written}
    assert not [
        name for name, text in texts.items() if "@" in name or "@NAME@" in text or "@PACKAGE@" in text
    ]
    assert 'two_words = "mia_two_words.plugin"' in texts["pyproject.toml"]
    for name, text in texts.items():
        if name.endswith(".py"):
            compile(text, name, "exec")
        if name.endswith((".yml", ".yaml")) and not name.startswith("."):
            reader = TreeReader()
            read_layers(here / "made" / name, reader)
            assert reader.issues == []
