"""Which contract Databento's continuous symbols stood for, by the days over which their number was one.

ES.c.0 is the contract that expires first, ES.v.0 the one that was traded most, ES.n.0 the one with most open
interest. The latter two change some time in the fortnight before an expiry: of days in it alone nobody says.
"""

import datetime as dt
import re

from mia_plugins.data.instruments import PRODUCTS, Contract, lead_contract

CONTINUOUS = re.compile(r"(\w+)\.([cnv])\.(\d+)")
"""A product, the rule, and how many contracts behind the first."""
FORTNIGHT = dt.timedelta(days=14)
_DAY = dt.timedelta(days=1)
_LONGEST = dt.timedelta(days=130)
"""A number that stands for longer than that is of no one quarter."""


def product_in(symbol: str) -> str:
    """Return the product that a continuous symbol is of; "" for any other symbol."""
    found = CONTINUOUS.fullmatch(symbol)
    return found[1] if found else ""


def contract_over(symbol: str, start: dt.date, end: dt.date) -> Contract | None:
    """Return the contract that a continuous symbol stood for from one day until before another.

    None where the days do not tell it.
    """
    found = CONTINUOUS.fullmatch(symbol)
    if found is None or found[1] not in PRODUCTS or not start < end <= start + _LONGEST or int(found[3]) > 8:
        return None
    code, rule, rank = found.groups()
    days = [start + number * _DAY for number in range((end - start).days)]
    fronts = {_front(code, day) for day in days if _tells(code, day, rule)}
    if len(fronts) != 1:
        return None
    contract = fronts.pop()
    for _ in range(int(rank)):
        contract = contract.next
    return contract


def _front(code: str, day: dt.date) -> Contract:
    """Return the contract that expires first, on the day or after it."""
    leader = lead_contract(code, day)
    before = Contract(leader.year - (leader.month == 3), (leader.month - 4) % 12 + 1, code)
    return before if before.expiry >= day else leader


def _tells(code: str, day: dt.date, rule: str) -> bool:
    """Say whether the first to expire is the one that a rule names on a day."""
    until = _front(code, day).expiry - day
    return until > (dt.timedelta(0) if rule == "c" else FORTNIGHT)
