"""What a node filled by itself ends with its process: no broker holds it, and none works its orders."""

from mia_plugins.runtime.account import Fill, Role
from risk.state.keeping import Keeping
from risk.state.store import RiskState

FORGOTTEN = "forgotten"
"""The reason of what is taken to be left."""


def forget_orders(state: RiskState) -> list[str]:
    """Go on with no bracket; return a line of each."""
    return [
        f"{one.base} of {one.strategy} is forgotten: its orders ended with their process"
        for one in state.forget_brackets()
    ]


def forget_positions(keeping: Keeping) -> list[str]:
    """Hold nothing; return a line of each position.

    What it would have come to nobody knows: it is taken to be left at what was paid, on average, to the tick.
    """
    told = []
    for strategy, account in keeping.accounts.items():
        trip, held = account.trip, account.position
        if trip is None:
            continue
        entered, worth = (trip.bought, trip.paid) if trip.side > 0 else (trip.sold, trip.got)
        lots = abs(held)
        ticks, dearer = divmod((worth * lots + entered // 2) // entered, lots)
        for price, count in ((ticks + 1, dearer), (ticks, lots - dearer)):
            fill = Fill(
                trip.ts_open, f"{strategy}-{FORGOTTEN}", trip.decision, Role.EXIT, -trip.side, count, price,
                account.costs.commission * count, trip.first_stop,
            )  # fmt: skip
            if count:
                keeping.take(f"{strategy}-{trip.ts_open}-{FORGOTTEN}-{price}", strategy, fill, FORGOTTEN)
        told.append(
            f"{strategy} held {held:+d} {account.product}, filled by a process that ended: taken to be left "
            "at what it was entered for"
        )
    return told
