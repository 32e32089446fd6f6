"""The bar: for those who watch and wait, and for nobody else."""

import io

import pytest

from catalog import progress as module
from catalog.progress import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "patience", "shown"),
    [(Terminal, 0.0, True), (Terminal, 60.0, False), (io.StringIO, 0.0, False)],
)
def test_the_bar_appears_on_a_terminal_after_a_while(
    stream: type[io.StringIO], patience: float, shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = stream()
    monkeypatch.setattr("sys.stderr", opened)
    monkeypatch.setattr(module, "PATIENCE", patience)
    with progress("checking", 4) as advance:
        advance(1)
        advance(1)
    assert ("checking" in opened.getvalue() and "50 %" in opened.getvalue()) == shown
