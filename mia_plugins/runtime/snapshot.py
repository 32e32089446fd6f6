"""The account that strategies trade, and brackets, as texts and back: what a session began with."""

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from mia_plugins.runtime.account import Account, Role, RoundTrip
from mia_plugins.runtime.booking import Booking
from mia_plugins.runtime.brackets import Bracket, OrderState
from mia_plugins.runtime.broker import BrokerAccount, Closed

LATER = frozenset({
    "accounts", "broker", "bracket", "costs", "tick_value", "product", "decided_on", "capital"
})  # fmt: skip
"""Fields that settings give, or that lead elsewhere."""


_BRACKET, _ORDER = ([field.name for field in fields(kind)] for kind in (Bracket, OrderState))


def text_of_account(broker: BrokerAccount) -> str:
    """Return what an account and its parts have come to, as JSON."""
    parts = [_told(account) for account in broker.accounts]
    return json.dumps({"broker": _told(broker), "parts": parts}, sort_keys=True)


def restore_account(broker: BrokerAccount, text: str) -> None:
    """Bring an account of the same run to where another was."""
    told = json.loads(text)
    _restore(broker, told["broker"])
    for account, part in zip(broker.accounts, told["parts"], strict=True):
        _restore(account, part)


def text_of_bracket(bracket: Bracket) -> str:
    """Return a bracket with its orders, as JSON."""
    return json.dumps(bracket, default=_by_name, sort_keys=True)


def bracket_of_text(text: str) -> Bracket:
    """Return a bracket as it was."""
    told = json.loads(text)
    one = {name: _order(told[name]) for name in ("entry", "stop", "target")}
    several = {name: [_order(order) for order in told[name]] for name in ("exits", "former")}
    return Bracket(**told | one | several)


def _by_name(one: Bracket | OrderState) -> dict[str, Any]:
    # `asdict` copies all there is, which takes longer than all else that an order waits for.
    names = _BRACKET if isinstance(one, Bracket) else _ORDER
    return {name: getattr(one, name) for name in names}


def _order(told: Mapping[str, Any]) -> OrderState:
    return OrderState(**{**told, "role": Role(told["role"])})


def _told(one: object) -> dict[str, Any]:
    names = [field.name for field in fields(one) if field.name not in LATER]  # type: ignore[arg-type]
    return {name: _plain(getattr(one, name)) for name in names}


def _plain(value: object) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (RoundTrip, Booking)):
        return _told(value)
    if isinstance(value, (deque, tuple)):
        return [_plain(one) for one in value]
    return value


def _restore(one: object, told: Mapping[str, Any]) -> None:
    hints = get_type_hints(type(one), {"Account": Account, "Bracket": object})
    for name, value in told.items():
        kept = getattr(one, name)
        if isinstance(kept, deque):
            kept.clear()
            kept.extend(map(_closed, value) if name == "closed" else value)
        elif isinstance(kept, Booking):
            _restore(kept, value)
        else:
            setattr(one, name, _made(hints[name], value))


def _closed(row: Any) -> Closed:
    ts, net, how, day = row
    return Closed(ts, Decimal(net), how, Decimal(day))


def _made(hint: Any, value: Any) -> Any:
    """Return a plain value as a field of a type has it."""
    if value is None:
        return None
    kinds = get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)
    if RoundTrip in kinds:
        trip = RoundTrip(value["decision"], value["ts_open"], value["side"])
        _restore(trip, value)
        return trip
    if Decimal in kinds:
        return Decimal(value)
    return tuple(value) if isinstance(value, list) else value
