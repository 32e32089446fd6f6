"""Fills and brackets as the state file has them: JSON."""

import json
from decimal import Decimal

from mia_plugins.runtime.account import Fill, Role
from mia_plugins.runtime.brackets import Bracket
from mia_plugins.runtime.snapshot import bracket_of_text, text_of_bracket
from risk.state.store import Kept


def fill_text(fill: Fill) -> str:
    """Return a fill as it is kept; the store looks for its second element, the order."""
    return json.dumps([
        fill.ts, fill.order_id, fill.decision, str(fill.role), fill.side, fill.lots, fill.ticks,
        str(fill.fee), fill.first_stop,
    ])  # fmt: skip


def fill_of(text: str) -> Fill:
    """Return a fill from how it was kept."""
    ts, order_id, decision, role, side, lots, ticks, fee, first_stop = json.loads(text)
    return Fill(ts, order_id, decision, Role(role), side, lots, ticks, Decimal(fee), first_stop)


def kept(strategy: str, bracket: Bracket) -> Kept:
    """Return a strategy's bracket as it is kept."""
    return Kept(bracket.base_id, strategy, text_of_bracket(bracket), bracket.is_done)


def bracket_of(one: Kept) -> Bracket:
    """Return a bracket from how it was kept."""
    return bracket_of_text(one.told)
