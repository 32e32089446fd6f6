"""Which contract of a product a catalog's market is played by, and when: that with the most data of a day."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.market.days import session_from
from mia_plugins.data.arrow import Kind
from mia_plugins.data.catalog import Catalog
from mia_plugins.data.instruments import Contract, InstrumentError, contract_of
from mia_plugins.data.sessions import NS

QUARTER = 3
"""Months from one contract to the next."""
FOREVER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Leg:
    """A contract that is played for a while."""

    contract: Contract
    start: int
    """When it is played from on: UTC ns; the first from ever."""
    end: int = FOREVER
    """Until when: where the next begins."""

    @property
    def instrument_id(self) -> str:
        """The contract's."""
        return self.contract.instrument_id

    def quarters_after(self, other: "Leg") -> int:
        """Return how many contracts later it is."""
        years, months = (
            self.contract.year - other.contract.year,
            self.contract.month - other.contract.month,
        )
        return (12 * years + months) // QUARTER


def legs_of(catalog: Catalog) -> dict[str, tuple[Leg, ...]]:
    """Return what is played, by product; from one that took the lead it goes back to no earlier one."""
    sizes: dict[str, dict[dt.date, dict[Contract, int]]] = defaultdict(dict)
    opens: dict[dt.date, int] = {}
    for file in catalog.data_files():
        if file.kind in {Kind.DEPTH, Kind.QUOTES} and (contract := _ours(file.instrument_id, file.start)):
            session = session_from(file.start)
            opens[session.day] = session.open
            found = sizes[contract.code].setdefault(session.day, {})
            found[contract] = found.get(contract, 0) + file.size
    return {code: tuple(_legs(days, opens)) for code, days in sorted(sizes.items())}


def _legs(days: dict[dt.date, dict[Contract, int]], opens: dict[dt.date, int]) -> Iterator[Leg]:
    """Yield a product's legs, of the sizes of its contracts by day."""
    led: list[tuple[Contract, int]] = []
    for day in sorted(days):
        sizes = days[day]
        contract = max(sizes, key=lambda one: (sizes[one], one))
        if not led or contract > led[-1][0]:
            led.append((contract, opens[day]))
    for number, (contract, start) in enumerate(led):
        end = led[number + 1][1] if number + 1 < len(led) else FOREVER
        yield Leg(contract, start if number else 0, end)


def _ours(instrument_id: str, ts: int) -> Contract | None:
    """Return the contract of ours that an instrument is; None for another, which is not played."""
    try:
        return contract_of(instrument_id, dt.datetime.fromtimestamp(ts // NS, dt.UTC).date())
    except InstrumentError:
        return None
