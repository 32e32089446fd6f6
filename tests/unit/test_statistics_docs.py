"""docs/statistics.md names every field of every part of the statistics, in the words of the code."""

import ast
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT

FOLDER = ROOT / "mia_plugins/statistics"
INNER = {
    "Core", "Days", "Trades", "Candidates", "Sources", "Resamples", "Slippage", "_Pairs", "_Scored", "_Judge",
}  # fmt: skip
"""What is not shown."""


def told(module: str) -> Iterator[tuple[str, str]]:
    """Yield the table of each class of a module as the docs have it."""
    for node in ast.parse((FOLDER / module).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef) and node.name not in INNER:
            rows = [
                f"| `{ast.unparse(field.target)}` | {' '.join(ast.literal_eval(help_.value).split())} |"
                for field, help_ in zip(node.body, node.body[1:], strict=False)
                if isinstance(field, ast.AnnAssign) and isinstance(help_, ast.Expr)
            ]
            head = f"### {node.name}\n\n{ast.get_docstring(node)}\n\n| field | |\n|---|---|\n"
            yield node.name, head + "\n".join(rows) + "\n"


@pytest.mark.parametrize("module", sorted(path.name for path in FOLDER.glob("*.py")))
def test_every_field_is_documented(module: str) -> None:
    text = (ROOT / "docs/statistics.md").read_text(encoding="utf-8")
    assert [name for name, table in told(module) if table not in text] == []


def test_what_is_shown_of_python_can_be_imported() -> None:
    text = (ROOT / "docs/statistics.md").read_text(encoding="utf-8")
    block = text.partition("```python\n")[2].partition("```")[0]
    exec("\n".join(line for line in block.splitlines() if "import" in line), {})
