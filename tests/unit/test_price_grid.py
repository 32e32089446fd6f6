"""Prices into ticks: a multiplier that is off and another product are noticed, wherever in a file."""

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pytest

from mia_plugins.data.rough_prices import ROUGH_PRICES, looks_like, rough_price
from mia_plugins.importing import NO_PRICE, Grid, SourceError
from tests.importing import at

NOW = at("2026-06-01T14:00:00")
# What indices closed at on days when they were far from their year's middle.
FAR = [
    ("ES", "2009-03-09", 676.0),
    ("ES", "2020-03-23", 2_237.0),
    ("ES", "2000-03-24", 1_527.0),
    ("NQ", "2002-10-09", 804.0),
    ("NQ", "2000-03-27", 4_704.0),
    ("NQ", "2009-03-09", 1_043.0),
    ("NQ", "2020-03-20", 6_994.0),
    ("NQ", "2021-12-27", 16_567.0),
]


@pytest.mark.parametrize(("code", "day", "price"), FAR)
def test_extremes_of_history_are_what_they_are(code: str, day: str, price: float) -> None:
    assert looks_like(code, price, at(f"{day}T20:00:00")) == (code, 0)
    assert looks_like(code, price * 100, at(f"{day}T20:00:00")) == (code, 2)
    assert looks_like(f"M{code}", price, at(f"{day}T20:00:00")) == (f"M{code}", 0)


def years() -> Iterator[int]:
    for year in range(2011, 2027):
        yield int(dt.datetime(year, 4, 1, tzinfo=dt.UTC).timestamp()) * 10**9


def test_the_other_product_is_noticed_since_they_went_apart() -> None:
    for ts in years():
        for one, other in (("ES", "NQ"), ("NQ", "ES")):
            for off in (0.9, 1.0, 1.1):
                assert looks_like(one, off * rough_price(other, ts), ts) == (other, 0)
                assert looks_like(one, off * rough_price(one, ts), ts) == (one, 0)
    assert len(set(map(len, ROUGH_PRICES.values()))) == 1


def test_a_file_of_nq_is_not_taken_as_es() -> None:
    with pytest.raises(SourceError) as caught:
        Grid("ESM6", "a.csv").ticks(np.full(9, 24_000.25), NOW)
    assert "look like those of NQ, not of ES" in caught.value.what
    assert caught.value.remedy == "name the instrument that it is of: --instrument NQ, or the contract"


def test_a_later_part_is_judged_too_but_not_by_a_few_damaged_prices() -> None:
    grid = Grid("ESM6", "a.csv")
    times = np.full(200, NOW)
    grid.ticks(np.full(200, 6_000.0), times)
    assert grid.ticks(np.full(9, 600_000.0), times)[0] == 2_400_000
    with pytest.raises(SourceError, match="100 times too large for ES"):
        grid.ticks(np.full(200, 600_000.0), times)


def test_a_first_record_whose_time_is_damaged_tells_nothing_of_the_multiplier() -> None:
    for damaged in (-1, 0, 2**62):
        times = np.array([damaged, NOW, NOW + 1])
        prices = np.array([22_000.0, 22_000.25, 22_000.3])
        assert Grid("NQM6", "a.csv").ticks(prices, times).tolist() == [88_000, 88_001, NO_PRICE]
        assert Grid("NQM6", "a.csv").ticks(prices[:1], times[:1]).tolist() == [88_000]
