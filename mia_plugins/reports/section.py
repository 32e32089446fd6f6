"""A section of the report: what a plugin of the kind `report_sections` is."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from mia_plugins.reports.blocks import Block
from mia_plugins.reports.view import RunView
from mia_plugins.settings.model import BaseSettings


class Section:
    """Derive from it, give it a title, and say what it shows of one run or of several.

    A section that yields nothing is left out of the page.
    """

    title: ClassVar[str]
    place: ClassVar[int] = 900
    """Sections stand in this order; ours are at 100, 200 … 1100."""

    class Settings(BaseSettings):
        """What can be set under `report_sections:` in a run's file."""

    def __init__(self, settings: BaseSettings) -> None:
        """`settings` are of the section's own `Settings`."""
        self.settings = settings

    def of_run(self, run: RunView) -> Iterable[Block]:
        """Yield what is shown of a run that is reported alone."""
        del run
        return ()

    def of_runs(self, runs: Sequence[RunView]) -> Iterable[Block]:
        """Yield what is shown where several runs are compared."""
        del runs
        return ()
