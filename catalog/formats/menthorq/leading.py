"""Levels of two contracts of one product: those of the one that leads count, the others are rejected."""

import datetime as dt

from catalog.formats.menthorq.told import Told
from catalog.formats.tally import Tally
from mia_plugins.data.instruments import contract_of, lead_contract
from mia_plugins.data.sessions import NEW_YORK, NS

OTHER = "a level of {}, of which {} counts at the time: two contracts have two prices"


class Leading:
    """The contracts that a file has named so far."""

    def __init__(self) -> None:
        """Know none."""
        self._named: dict[str, set[str]] = {}

    def of(self, told: list[Told], tally: Tally) -> list[Told]:
        """Return some levels without those of a contract beside the one that counts."""
        for one in told:
            if one.contract:
                self._named.setdefault(one.underlying, set()).add(one.contract)
        left = []
        for one in told:
            counts = self._counts(one)
            if one.contract == counts:
                left.append(one)
            else:
                tally.reject_some(OTHER.format(one.contract, counts), 1, f"line {one.line}")
        return left

    def _counts(self, told: Told) -> str:
        """Return which contract counts: of several the one that leads, else the first to expire."""
        named = self._named.get(told.underlying, set())
        if not told.contract or len(named) == 1:
            return told.contract
        day = dt.datetime.fromtimestamp(told.known.as_of // NS, NEW_YORK).date()
        leader = lead_contract(told.underlying, day).symbol
        return leader if leader in named else min(named, key=lambda one: contract_of(one, day))
