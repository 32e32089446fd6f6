"""The account that a session begins with, as a text and back."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from mia_plugins.runtime.account import Account, Fill, Role
from mia_plugins.runtime.brackets import Bracket, OrderState
from mia_plugins.runtime.broker import BrokerAccount
from mia_plugins.runtime.snapshot import (
    bracket_of_text,
    restore_account,
    text_of_account,
    text_of_bracket,
)

FILLS = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from([-1, 1]), st.integers(1, 5), st.integers(90, 110)),
    max_size=12,
)


def account() -> BrokerAccount:
    broker = BrokerAccount(Decimal(50_000))
    for product in ("ES", "NQ"):
        Account(Decimal("12.5"), product, broker=broker)
    return broker


def take(broker: BrokerAccount, fills: list[tuple[int, int, int, int]], first: int = 0) -> None:
    for number, (which, side, lots, ticks) in enumerate(fills, first):
        fill = Fill(number, f"o{number}", number, Role.EXIT, side, lots, ticks, Decimal("2.25") * lots, 80)
        broker.accounts[which].take(fill, "told")


@given(before=FILLS, after=FILLS)
def test_an_account_goes_on_as_if_nothing_had_been(
    before: list[tuple[int, int, int, int]], after: list[tuple[int, int, int, int]]
) -> None:
    one, other = account(), account()
    take(one, before)
    restore_account(other, text_of_account(one))
    assert (other, other.accounts, other.closed) == (one, one.accounts, one.closed)
    for broker in (one, other):
        take(broker, after, 100)
    assert text_of_account(other) == text_of_account(one)
    assert [part.trip for part in other.accounts] == [part.trip for part in one.accounts]


def test_a_bracket_is_what_it_was() -> None:
    orders = [
        OrderState(f"o{role}", role, -1, 2, 90 + place, place, "stop", place, "accepted", "told", None, place)
        for place, role in enumerate(Role)
    ]
    entry, stop, target, leave = orders
    bracket = Bracket(7, "one-ES-7", 1, entry, stop, target, 99, [leave], [stop], 2, 1, "ESM6.XCME", 24_000)
    assert bracket_of_text(text_of_bracket(bracket)) == bracket
