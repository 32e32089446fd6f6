"""One series of a product out of its contracts: which one leads on which trading day, and the rolls."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

import pyarrow as pa

from catalog.export import cut, plain
from catalog.imports.days import Days
from mia_plugins.data.arrow import Columns, Kind
from mia_plugins.data.columns import Bars, Depth, Quotes, Trades
from mia_plugins.data.errors import CatalogError
from mia_plugins.data.instruments import Contract, InstrumentError, contract_of, lead_contract
from mia_plugins.data.sessions import session_on
from mia_plugins.data.store import Store
from mia_plugins.units import Ticks


class By(StrEnum):
    """What makes a contract lead."""

    CALENDAR = "calendar"
    """Eight calendar days before its expiry it hands the lead to the next."""
    VOLUME = "volume"
    """More volume than the leader's on the trading day before; the lead never goes back."""


class Adjust(StrEnum):
    """What becomes of prices at a roll."""

    NONE = "none"
    """They are those that were traded."""
    DIFFERENCE = "difference"
    """Those before a roll are moved by its gap, so that none is seen; the newest stay as they are."""


@dataclass(frozen=True, slots=True)
class Traded:
    """What was traded of a contract on a trading day."""

    lots: int
    """Contracts."""
    close: int
    """The last price, in ticks."""


@dataclass(frozen=True, slots=True)
class Roll:
    """A change of the contract that leads."""

    day: dt.date
    """The first trading day of the new one."""
    before: Contract
    after: Contract
    gap: Ticks | None
    """What the new one's last price of the trading day before is above the old one's; None if not known."""


Volumes = Mapping[dt.date, Mapping[Contract, Traded]]
"""What was traded, by trading day and contract."""


def traded_of(store: Store, code: str) -> Volumes:
    """Return what was traded of a product's contracts: by their trades, or by bars where there are none."""
    found: dict[dt.date, dict[Contract, Traded]] = defaultdict(dict)
    for instrument_id in sorted({file.instrument_id for file in store.data_files()}):
        kinds = {file.kind for file in store.data_files(instrument_id=instrument_id) if file.is_ours}
        kind = next((one for one in (Kind.TRADES, Kind.BARS) if one in kinds), None)
        if kind is None or not instrument_id.startswith(code):
            continue
        for day, traded in _traded(store, kind, instrument_id):
            contract = _contract(instrument_id, day)
            if contract and contract.code == code:
                before = found[day].get(contract, Traded(0, 0))
                found[day][contract] = replace(traded, lots=before.lots + traded.lots)
    return dict(sorted(found.items()))


def leaders(traded: Volumes, code: str, by: By) -> dict[dt.date, Contract]:
    """Return the contract that leads on each trading day with data; nothing is known ahead."""
    found: dict[dt.date, Contract] = {}
    leader: Contract | None = None
    before: Mapping[Contract, Traded] = {}
    for day, on in traded.items():
        if by is By.CALENDAR:
            leader = lead_contract(code, day)
        elif leader is None:
            first = lead_contract(code, day)
            leader = first if first in on else min(on)
        else:
            later = [one for one in before if one > leader and before[one].lots > _lots(before, leader)]
            leader = max(later, key=lambda one: before[one].lots, default=leader)
        found[day], before = leader, on
    return found


def rolls(led: Mapping[dt.date, Contract], traded: Volumes) -> list[Roll]:
    """Return the changes of the contract that leads, in order."""
    found = []
    for last, day in pairwise(led):
        if led[day] != led[last]:
            old, new = (traded[last].get(one) for one in (led[last], led[day]))
            gap = Ticks(new.close - old.close) if old and new else None
            found.append(Roll(day, led[last], led[day], gap))
    return found


def offsets(led: Mapping[dt.date, Contract], rolled: list[Roll], adjust: Adjust) -> dict[dt.date, int]:
    """Return what prices of each trading day are moved by, in ticks; a gap that is not known is an error."""
    if adjust is Adjust.NONE:
        return dict.fromkeys(led, 0)
    unknown = next((roll for roll in rolled if roll.gap is None), None)
    if unknown:
        raise CatalogError(
            f"the gap from {unknown.before.symbol} to {unknown.after.symbol} on {unknown.day} is not known",
            f"import the trading day before of {unknown.after.symbol} too, or use --adjust none",
        )
    return {day: int(sum(roll.gap or 0 for roll in rolled if roll.day > day)) for day in led}


def series(
    store: Store, kind: Kind, led: Mapping[dt.date, Contract], moved: Mapping[dt.date, int]
) -> Iterator[pa.Table]:
    """Yield the data of the contracts that lead, each of its own days, as plain tables that name it."""
    for day, contract in led.items():
        session = session_on(day)
        # A bar that closes with its session is of that session; the first after its open closes later.
        late = int(kind is Kind.BARS)
        span = session.open + late, session.close - 1 + late
        for columns in store.read(kind, contract.instrument_id, *span):
            table = plain(_moved(cut(columns, *span), moved[day]))
            name = pa.array([contract.symbol] * len(table))
            if len(table):
                field = pa.field("contract", pa.string(), metadata={"unit": "", "help": "which one it is of"})
                yield table.append_column(field, name)


def _traded(store: Store, kind: Kind, instrument_id: str) -> Iterator[tuple[dt.date, Traded]]:
    days = Days()
    for columns in store.read(kind, instrument_id):
        if isinstance(columns, Trades | Bars):
            prices = columns.ticks if isinstance(columns, Trades) else columns.close
            for day, rows in days.split(columns.ts - (kind is Kind.BARS)):
                yield day, Traded(int(columns.lots[rows].sum()), int(prices[rows][-1]))


def _contract(instrument_id: str, day: dt.date) -> Contract | None:
    try:
        return contract_of(instrument_id, day)
    except InstrumentError:
        return None


def _lots(on: Mapping[Contract, Traded], contract: Contract) -> int:
    return on[contract].lots if contract in on else 0


def _moved(columns: Columns, ticks: int) -> Columns:
    """Return columns with prices moved; a level of the book that is not there stays none."""
    match columns:
        case Trades():
            return replace(columns, ticks=columns.ticks + ticks)
        case Quotes():
            return replace(columns, bid_ticks=columns.bid_ticks + ticks, ask_ticks=columns.ask_ticks + ticks)
        case Depth():
            bids = columns.bid_ticks + ticks * (columns.bid_lots > 0)
            return replace(
                columns, bid_ticks=bids, ask_ticks=columns.ask_ticks + ticks * (columns.ask_lots > 0)
            )
        case Bars():
            prices = {name: getattr(columns, name) + ticks for name in ("open", "high", "low", "close")}
            return replace(columns, **prices)
