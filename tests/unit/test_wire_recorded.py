"""What keeps the broker from being told of a cancel is known again where a session is made again."""

from types import SimpleNamespace
from typing import Any, cast

from nautilus_trader.model import ClientOrderId

from mia_plugins.live.steps import Recording
from mia_plugins.reconcile.steps import Replaying
from mia_plugins.runtime.steps import Step, Steps, What
from mia_plugins.runtime.wire import Wire


def answers(steps: Steps, plain: Wire) -> tuple[Any, list[str]]:
    """Return a strategy's step that cancels two orders, and what is returned for each."""
    hand, said = steps.of("ema-ES", lambda: 1_000), list[str]()
    wire = hand.wire(plain)
    names = [ClientOrderId(name) for name in ("S", "T")]
    return hand.calls(What.OBEYS, lambda *_: said.extend(map(wire.cancel, names))), said


def test_the_same_orders_stand_in_the_way() -> None:
    rows: list[Any] = []
    log = SimpleNamespace(append=rows.append, secure=lambda: None, flush=lambda: None)
    recording = Recording(cast("Any", log))
    plain = cast("Wire", SimpleNamespace(cancel=lambda order_id: "other" if str(order_id) == "S" else ""))
    step, said = answers(recording, plain)
    step(1, 1_000)
    recording.flush()
    replaying = Replaying(Step(*row) for row in rows)
    _, again = answers(replaying, plain)
    replaying.make_until(None)
    assert said == again == ["other", ""]
