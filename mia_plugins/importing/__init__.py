"""What a reader of a data format is written against: an importer yields bounded parts of columns.

docs/importing.md shows one. The catalog stages, merges and counts what it yields.
"""

from mia_plugins.importing.grid import NO_PRICE, Grid, raise_if_misread
from mia_plugins.importing.importer import Importer, NoSettings, Source
from mia_plugins.importing.names import symbol_in, symbol_in_file_name
from mia_plugins.importing.part import MarketRows, Part, Rejected, TableRows
from mia_plugins.importing.problems import SourceError

__all__ = [
    "NO_PRICE",
    "Grid",
    "Importer",
    "MarketRows",
    "NoSettings",
    "Part",
    "Rejected",
    "Source",
    "SourceError",
    "TableRows",
    "raise_if_misread",
    "symbol_in",
    "symbol_in_file_name",
]
