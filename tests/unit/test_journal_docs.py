"""docs/journal.md says what the schema says."""

import re

import pyarrow as pa

from mia_plugins.journal.schema import FIXED, GROUPS, SHADOWS
from mia_plugins.runtime.incidents import INCIDENTS
from tests.conftest import ROOT

TEXT = (ROOT / "docs/journal.md").read_text(encoding="utf-8")


def rows(fields: list[pa.Field]) -> list[str]:
    return [
        f"| `{field.name}` | {kind(field.type)} | {field.metadata[b'unit'].decode()} | {field.metadata[b'help'].decode()} |"
        for field in fields
    ]


def kind(type_: pa.DataType) -> str:
    """Return a type in a word; that a text is kept in a dictionary is of no concern."""
    value = type_.value_type if pa.types.is_dictionary(type_) else type_
    return "time" if pa.types.is_timestamp(value) else str(value)


def test_every_column_of_decisions_is_described() -> None:
    assert "\n".join(rows(list(FIXED))) in TEXT


def test_every_group_of_columns_is_described() -> None:
    assert (
        "\n".join(
            f"| `{prefix}NAME` | {names} | {kind(type_)} | {unit} | {help_} |"
            for prefix, names, type_, unit, help_ in GROUPS
        )
        in TEXT
    )


def test_every_column_of_shadows_is_described() -> None:
    assert "\n".join(rows(list(SHADOWS))) in TEXT


def test_every_column_of_incidents_is_described() -> None:
    assert "\n".join(rows(list(INCIDENTS))) in TEXT


def test_what_is_shown_of_python_can_be_imported() -> None:
    (block,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    exec("\n".join(line for line in block.splitlines() if "import" in line), {})
