"""The page on imports: its example of an importer runs, its mapping is one, and every format is described."""

import re
from pathlib import Path
from typing import Any

import pytest

from catalog.formats.tabular.settings import TableSettings
from catalog.plugin import mia_register_importers
from mia_plugins.importing import NoSettings
from mia_plugins.settings.one_model import load_settings
from tests.conftest import ROOT
from tests.importing import at, read, tuples

TEXT = (ROOT / "docs" / "importing.md").read_text()


def formats() -> list[str]:
    found: list[str] = []
    mia_register_importers(lambda name, target, *, summary="", **_: found.append(name))
    return found


@pytest.mark.parametrize("name", formats())
def test_every_format_is_described(name: str) -> None:
    assert f"`{name}`" in TEXT


def test_the_example_importer_reads_its_lines() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    made: dict[str, Any] = {}
    exec(code, made)
    start = at("2026-06-01T14:00:00")
    content = f"{start // 1_000},6000.25,3,1\n{start // 1_000},6000.3,3,1\n".encode()
    found, quality = read(made["PlainImporter"](NoSettings()), "ESM6.txt", content)
    assert [row for columns in found for row in tuples(columns)] == [(start, 24_001, 3, 1)]
    assert list(quality.first.values()) == ["ESM6.txt: line 2"]


def test_the_example_mapping_is_one() -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    Path("mapping.yaml").write_text(text)
    found = load_settings(TableSettings, Path("mapping.yaml"))
    assert (found.kind, found.columns.id, found.side.unknown) == ("trades", "Trade Id", ("",))
