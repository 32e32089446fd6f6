"""Units are types, and a settings field shows the unit of its type."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from types import GenericAlias
from typing import Annotated, Any, Literal

import pytest
from pydantic import AwareDatetime, Field

from mia_plugins.settings import BaseSettings
from mia_plugins.settings.describing import describe
from mia_plugins.units import UNITS, Dollars, Minutes, Points, Ticks, unit_of


@pytest.mark.parametrize(("unit_type", "unit"), UNITS)
def test_the_unit_is_found_wherever_the_type_stands(unit_type: Any, unit: str) -> None:
    assert unit_of(unit_type) == unit
    assert unit_of(unit_type | None) == unit
    assert unit_of(GenericAlias(tuple, (unit_type, ...))) == unit
    assert unit_of(GenericAlias(dict, (str, Annotated[unit_type, Field(gt=0)]))) == unit


def test_a_plain_number_has_no_unit() -> None:
    assert [unit_of(annotation) for annotation in (int, float, str, float | None, Literal["a"])] == [""] * 5


class Everything(BaseSettings):
    """One field of each sort."""

    stop: Ticks = Ticks(8)
    """Where it is wrong."""
    away: Points | None = None
    loss: Dollars = Dollars(Decimal(500))
    wait: Annotated[Minutes, Field(gt=0)]
    on: bool = True
    mode: Literal["a", "b"] = "a"
    names: tuple[str, ...] = ("x",)
    day: dt.date
    at: AwareDatetime | None = None
    folder: Path = Path("data")
    limits: tuple[Annotated[Ticks, Field(gt=0)], ...] = ()


def test_settings_are_described_in_words() -> None:
    rows = {s.name: (s.type, s.unit, s.default, s.required) for s in describe(Everything)}
    assert rows == {
        "stop": ("number", "ticks", "8", False),
        "away": ("number", "points", "none", False),
        "loss": ("number", "$", "500", False),
        "wait": ("number", "min", "", True),
        "on": ("true or false", "", "true", False),
        "mode": ("`a` or `b`", "", "a", False),
        "names": ("list of text", "", "['x']", False),
        "day": ("date", "", "", True),
        "at": ("date and time with zone", "", "none", False),
        "folder": ("path", "", "data", False),
        "limits": ("list of number", "ticks", "[]", False),
    }
    assert describe(Everything)[0].help == "Where it is wrong."
