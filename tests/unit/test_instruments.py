"""Contracts: their codes, expiries and the roll, and what Nautilus makes of them."""

import datetime as dt
from decimal import Decimal

import pytest

from mia_plugins.data.instruments import (
    MARGINS_AS_OF,
    PRODUCTS,
    Contract,
    InstrumentError,
    contract_of,
    contracts_between,
    futures_contract,
    lead_contract,
)

ESU6 = Contract(2026, 9, "ES")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("code", "multiplier", "tick_value"),
    [("ES", 50, "12.50"), ("NQ", 20, "5.00"), ("MES", 5, "1.25"), ("MNQ", 2, "0.50")],
)
def test_what_a_tick_is_worth(code: str, multiplier: int, tick_value: str) -> None:
    product = PRODUCTS[code]
    assert (product.multiplier, product.tick_value) == (multiplier, Decimal(tick_value))


@pytest.mark.parametrize(("micro", "mini"), [("MES", "ES"), ("MNQ", "NQ")])
def test_a_micro_is_a_tenth(micro: str, mini: str) -> None:
    small, large = PRODUCTS[micro], PRODUCTS[mini]
    assert small.multiplier * 10 == large.multiplier
    assert small.initial_margin * 10 == large.initial_margin
    assert small.maintenance_margin * 10 == large.maintenance_margin
    assert small.reference_price == large.reference_price


@pytest.mark.parametrize(
    ("contract", "symbol", "expiry"),
    [
        (Contract(2026, 3, "ES"), "ESH6", "2026-03-20"),
        (Contract(2026, 6, "NQ"), "NQM6", "2026-06-18"),  # the third Friday is Juneteenth
        (ESU6, "ESU6", "2026-09-18"),
        (Contract(2026, 12, "MES"), "MESZ6", "2026-12-18"),
        (Contract(2008, 3, "ES"), "ESH8", "2008-03-20"),  # the third Friday was Good Friday
        (Contract(2020, 6, "MNQ"), "MNQM0", "2020-06-19"),
    ],
)
def test_codes_and_expiries(contract: Contract, symbol: str, expiry: str) -> None:
    assert (contract.symbol, str(contract.expiry)) == (symbol, expiry)


@pytest.mark.parametrize(
    ("on", "leads"),
    [
        ("2026-01-02", "ESH6"),
        ("2026-03-11", "ESH6"),
        ("2026-03-12", "ESM6"),
        ("2026-06-09", "ESM6"),
        ("2026-06-10", "ESU6"),
        ("2026-12-09", "ESZ6"),
        ("2026-12-10", "ESH7"),
        ("2026-12-31", "ESH7"),
    ],
)
def test_the_next_contract_leads_from_eight_days_before_expiry(on: str, leads: str) -> None:
    assert lead_contract("ES", day(on)).symbol == leads


def test_the_contracts_of_a_span() -> None:
    spans = [
        ("2026-06-01", "2026-06-09", "ESM6"),
        ("2026-06-01", "2026-06-10", "ESM6 ESU6"),
        ("2026-06-10", "2026-06-10", "ESU6"),
        ("2026-01-02", "2026-12-31", "ESH6 ESM6 ESU6 ESZ6 ESH7"),
    ]
    for start, end, expected in spans:
        found = contracts_between("ES", day(start), day(end))
        assert " ".join(contract.symbol for contract in found) == expected


@pytest.mark.parametrize(
    ("name", "near", "year"),
    [
        ("ESU6", "2026-06-01", 2026),
        ("ESU6.XCME", "2016-06-01", 2016),
        ("ESH0", "2019-12-31", 2020),
        ("ESH1", "2026-01-15", 2021),
        ("ESH1", "2026-11-01", 2031),
    ],
)
def test_a_symbol_means_the_contract_that_expires_nearest(name: str, near: str, year: int) -> None:
    assert contract_of(name, day(near)).year == year


@pytest.mark.parametrize("name", ["ESF6", "YMU6", "ES", "ESU26", "ESU6.GLBX"])
def test_what_is_no_contract_is_refused_with_the_form_it_should_have(name: str) -> None:
    with pytest.raises(InstrumentError, match=f"'{name}' is no contract") as caught:
        contract_of(name, MARGINS_AS_OF)
    assert "ESU6" in caught.value.remedy


def test_an_unknown_product_is_refused() -> None:
    with pytest.raises(InstrumentError, match="did you mean 'MES'"):
        lead_contract("MEES", MARGINS_AS_OF)


@pytest.mark.parametrize("code", PRODUCTS)
def test_nautilus_takes_the_contract(code: str) -> None:
    contract = lead_contract(code, MARGINS_AS_OF)
    made = futures_contract(contract)
    assert str(made.id) == contract.instrument_id == f"{contract.symbol}.XCME"
    assert str(made.price_increment) == "0.25"
    assert int(made.multiplier.as_decimal()) == contract.product.multiplier
    assert (made.price_precision, made.underlying, str(made.quote_currency)) == (2, code, "USD")
    assert made.expiration_utc == dt.datetime(2026, 6, 18, 13, 30, tzinfo=dt.UTC)
    assert made.activation_ns < made.expiration_ns


@pytest.mark.parametrize("code", PRODUCTS)
def test_at_the_reference_price_nautilus_margin_is_the_exchanges(code: str) -> None:
    product = PRODUCTS[code]
    made = futures_contract(lead_contract(code, MARGINS_AS_OF))
    notional = product.reference_price * product.multiplier
    assert abs(made.margin_init * notional - product.initial_margin) < 1
    assert abs(made.margin_maint * notional - product.maintenance_margin) < 1
