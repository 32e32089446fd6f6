"""Cells as numbers, times and sides, of text or of any type of Arrow's; nothing is guessed."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from catalog.formats.tabular.settings import UNITS, SideWords, TableSettings

NO_TIME = np.iinfo(np.int64).min
"""What stands for a time that cannot be read."""
NO_SIDE = 2
"""What stands for a word that names no side."""
MOST_IDS = 10**18
"""Ids are below it: the catalog knows an id by being a number of at most 18 digits."""
_NUMBER = r"^[+-]?(\d{1,18}\.?\d{0,18}|\.\d{1,18})([eE][+-]?\d{1,2})?$"
_SINCE_1970 = r"^(?P<whole>[+-]?\d{1,18}|[1-8]\d{18})(?:\.(?P<part>\d{1,9})\d*)?$"
_OFFSET = r":\d\d(\.\d+)?\s*([Zz]|[+-]\d\d(:?\d\d)?)$"
_FAR = 2**62
_YEARS = (1800, 2200)
"""Of times that ns have room for."""


def numbers(cells: pa.Array) -> NDArray[np.float64]:
    """Return numbers; not a number where a cell is none."""
    cells = _plain(cells)
    if pa.types.is_string(cells.type):
        cells = pc.if_else(pc.match_substring_regex(cells, _NUMBER), pc.utf8_ltrim(cells, "+"), None)
    elif not _is_number(cells.type):
        return np.full(len(cells), np.nan)
    found: NDArray[np.float64] = pc.fill_null(pc.cast(cells, pa.float64(), safe=False), np.nan).to_numpy(
        False
    )
    return found


def contracts(cells: pa.Array) -> NDArray[np.int64]:
    """Return whole numbers; -1 where a cell is none."""
    found = numbers(cells)
    whole = (found == np.rint(found)) & (np.abs(found) < _FAR)
    return np.where(whole, np.where(whole, found, 0).astype(np.int64), -1)


def times(cells: pa.Array, settings: TableSettings) -> NDArray[np.int64]:
    """Return times as UTC ns; `NO_TIME` where one cannot be read, or says no zone, or the clocks changed."""
    cells = _plain(cells)
    if pa.types.is_timestamp(cells.type) and cells.type.tz:  # which is for showing: the values are UTC
        return _since_1970(cells.cast(pa.int64()), UNITS[cells.type.unit])
    if pa.types.is_timestamp(cells.type):
        return _utc(pd.DatetimeIndex(cells.to_pandas()), settings.time_zone)
    if settings.time in UNITS:
        return _since_1970(cells, UNITS[settings.time])
    if not pa.types.is_string(cells.type):
        return np.full(len(cells), NO_TIME)
    texts = cells.to_numpy(False)
    form = "ISO8601" if settings.time == "iso" else settings.time
    if settings.time == "iso":
        has_zone = pc.fill_null(pc.match_substring_regex(cells, _OFFSET), False).to_numpy(False)
    else:
        has_zone = np.full(len(cells), "%z" in form)
    found = np.full(len(cells), NO_TIME)
    for rows, zone, utc in ((has_zone, "UTC", True), (~has_zone, settings.time_zone, False)):
        if rows.any() and zone:
            with suppress(ValueError):  # zones that differ in a form that cannot tell them: none is read
                found[rows] = _utc(pd.to_datetime(texts[rows], format=form, errors="coerce", utc=utc), zone)
    return found


def sides(cells: pa.Array, words: SideWords) -> NDArray[np.int8]:
    """Return aggressors as +1, -1 and 0; `NO_SIDE` for a word that names none."""
    cells = _plain(cells)
    texts = cells if pa.types.is_string(cells.type) else pc.cast(cells, pa.string(), safe=False)
    texts = pc.utf8_lower(pc.fill_null(texts, ""))
    found = np.full(len(cells), NO_SIDE, np.int8)
    for side, called in ((0, words.unknown), (-1, words.sell), (1, words.buy)):
        found[_among(texts, called)] = side
    return found


def ids(cells: pa.Array) -> NDArray[np.int64]:
    """Return ids as numbers; of a text that is none a hash of 18 digits, always the same."""
    cells = _plain(cells)
    texts = pc.fill_null(
        cells if pa.types.is_string(cells.type) else pc.cast(cells, pa.string(), safe=False), ""
    )
    is_number = pc.match_substring_regex(texts, r"^\d{1,18}$")
    if pc.all(is_number).as_py():
        whole: NDArray[np.int64] = pc.cast(texts, pa.int64()).to_numpy(False)
        return whole
    hashed = pd.util.hash_array(texts.to_numpy(False)) % np.uint64(MOST_IDS)
    numbers_ = pc.fill_null(pc.cast(pc.if_else(is_number, texts, None), pa.int64()), -1).to_numpy(False)
    return np.where(numbers_ >= 0, numbers_, hashed.astype(np.int64))


def texts_of(cells: pa.Array) -> pa.Array:
    """Return cells as texts."""
    cells = _plain(cells)
    return pc.fill_null(
        cells if pa.types.is_string(cells.type) else pc.cast(cells, pa.string(), safe=False), ""
    )


def _plain(cells: pa.Array) -> pa.Array:
    """Return cells without a dictionary; texts in one type, and without the spaces around them."""
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    if pa.types.is_large_string(cells.type) or pa.types.is_string_view(cells.type):
        cells = pc.cast(cells, pa.string())
    return pc.utf8_trim_whitespace(_readable(cells)) if pa.types.is_string(cells.type) else cells


def _readable(texts: pa.Array) -> pa.Array:
    """Return texts; bytes that are no UTF-8, which Parquet may hold, are replaced."""
    try:
        texts.validate(full=True)
    except pa.ArrowInvalid:
        pieces = texts.cast(pa.binary()).to_pylist()
        return pa.array(
            [None if piece is None else piece.decode(errors="replace") for piece in pieces], pa.string()
        )
    return texts


def _is_number(type_: pa.DataType) -> bool:
    return bool(pa.types.is_integer(type_) or pa.types.is_floating(type_) or pa.types.is_decimal(type_))


def _since_1970(cells: pa.Array, unit: int) -> NDArray[np.int64]:
    """Return times that are counted from 1970, exact to the ns also where they have a fraction."""
    if pa.types.is_integer(cells.type):
        whole, part = numbers_of(cells), np.zeros(len(cells), np.int64)
    elif pa.types.is_string(cells.type):
        found = pc.extract_regex(cells, _SINCE_1970)
        whole = numbers_of(pc.cast(pc.utf8_ltrim(pc.struct_field(found, "whole"), "+"), pa.int64()))
        padded = pc.utf8_rpad(pc.struct_field(found, "part"), 9, "0")
        part = np.maximum(
            numbers_of(pc.cast(pc.if_else(pc.equal(padded, "0" * 9), "0", padded), pa.int64())), 0
        )
    else:
        return np.full(len(cells), NO_TIME)
    can_be = np.abs(whole.astype(np.float64)) * unit < _FAR
    return np.where(can_be, np.where(can_be, whole, 0) * unit + part * unit // 1_000_000_000, NO_TIME)


def numbers_of(cells: pa.Array) -> NDArray[np.int64]:
    """Return whole numbers, `NO_TIME` where there is none."""
    found: NDArray[np.int64] = pc.fill_null(pc.cast(cells, pa.int64(), safe=False), NO_TIME).to_numpy(False)
    return found


def _utc(moments: pd.DatetimeIndex, zone: str | None) -> NDArray[np.int64]:
    """Return times as UTC ns; those without a zone are of `zone`."""
    years = moments.year
    found: Any = moments.where((years >= _YEARS[0]) & (years <= _YEARS[1]))
    if moments.tz is None:
        if not zone:
            return np.full(len(moments), NO_TIME)
        found = found.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
    whole: NDArray[np.int64] = found.as_unit("ns").asi8
    return whole


def _among(texts: pa.Array, words: Iterable[str]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = pc.is_in(
        texts, pa.array([word.lower() for word in words], pa.string())
    ).to_numpy(False)
    return found
