"""Contracts by the names of feeds and files."""

import pytest

from mia_plugins.importing import symbol_in, symbol_in_file_name


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("ESU6", "ESU6"),
        ("esu26-cme", "ESU6"),
        ("ESU2026", "ESU6"),
        ("F.US.EPU26", "ESU6"),
        ("ES1!", "ES"),
        ("es.c.0", "ES"),
        ("MNQ", "MNQ"),
        ("ESM6-ESU6", ""),
        ("ESM6 C6000", ""),
        ("CLM6", ""),
    ],
)
def test_a_name_speaks_of_one_contract_or_product(text: str, symbol: str) -> None:
    assert symbol_in(text) == symbol


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("ESM26-CME.2026-06-01.depth", "ESM6"),
        ("esm6_trades.csv", "ESM6"),
        ("ES 2026-06-01.csv", "ES"),
        ("niveles-es.csv", ""),
        ("datos del mes 06.csv", ""),
        ("ESM6-ESU6.csv", ""),
        ("ES-ESM6-ESU6.csv", ""),
    ],
)
def test_a_product_in_the_name_of_a_file_stands_in_capitals(name: str, symbol: str) -> None:
    assert symbol_in_file_name(name) == symbol
