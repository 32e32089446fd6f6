"""What mia adds between a tick and an order, beside a bare LiveNode whose empty strategy sends on that tick.

uv run python benchmarks/live.py [--samples 300]

Both nodes trade brackets on a simulated gateway on loopback, each in a process of its own, one after the
other. Of the bare one it is timed from the handler of a quote to the return of `submit_order_list`: what
happens after that is Nautilus' in both. Of ours, all that is done in between: the handler of a quote, and
from the timer that wakes the strategy to the same return, with the market brought up to date, the decision
journaled and what led to it with the operating system. That a decision waits for its tenth of a second or
its bar is not counted: it is meant to. Budget of the difference: 1 ms at the 99th percentile.

Beside the time that passed stands that of the thread alone: what is above it is the machine's, which had
other work, the disk's, or another thread's.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from nautilus_trader.model import InstrumentId, OrderSide, Quantity, StrategyId
from nautilus_trader.trading import StrategyConfig

from gateway.market.days import session_from
from mia_plugins.data.instruments import lead_contract
from mia_plugins.live.session import Asked, go
from mia_plugins.processes import endings_held
from tests import live_node
from tests.live_session import OWN, Broker, Session, catalog_in

type Took = tuple[int, int]
"""ns that passed, and ns of the thread's."""

BUDGET = 1.0
"""ms."""
PATIENCE = 100.0
"""Seconds for all samples."""


def now() -> Took:
    """Return both clocks."""
    return time.perf_counter_ns(), time.thread_time_ns()


def since(begun: Took) -> Took:
    """Return what has passed of both."""
    passed, worked = now()
    return passed - begun[0], worked - begun[1]


class Bare(live_node.Bracketeer):
    """Sends a bracket on a quote, leaves when it is filled, and does so again."""

    samples = 0

    def __init__(self, config: StrategyConfig) -> None:
        super().__init__(config)
        self.times: list[Took] = []
        self.is_in = False

    def say(self, what: str, **more: Any) -> None:
        """Say nothing."""

    def on_quote(self, quote: Any) -> None:
        """Enter."""
        begun = now()
        if self.is_in:
            return
        self.is_in = True
        self.enter(float(quote.ask_price))
        self.times.append(since(begun))

    def on_order_event(self, event: Any) -> None:
        """Leave what was entered."""
        if type(event).__name__ == "OrderFilled" and event.order_side.name == "BUY":
            self.clock.set_time_alert_ns(
                f"out-{len(self.times)}", self.clock.timestamp_ns() + 10**8, self._out
            )

    def _out(self, event: Any) -> None:
        del event
        self.cancel_all_orders(self.instrument, client_id=live_node.IB)
        # `close_position` sends reduce-only, which IB refuses.
        order = self.order_factory.market(self.instrument, OrderSide.SELL, Quantity.from_int(1))
        self.submit_order(order, client_id=live_node.IB)

    def on_position_event(self, event: Any) -> None:
        """Begin again, or stop."""
        if type(event).__name__ == "PositionClosed":
            self.is_in = False
            if len(self.times) >= self.samples:
                self.stop_node()


def time_bare(port: int, samples: int) -> dict[str, list[Took]]:
    """Return ns from a quote to an order's submission, of a bare node."""
    instrument = InstrumentId.from_str(f"{lead_contract('ES', session_from(time.time_ns()).day).symbol}.CME")
    node = live_node.node_on(port, instrument)
    Bare.samples = samples
    strategy = Bare(StrategyConfig(strategy_id=StrategyId.from_str("S-001"), order_id_tag="001"))
    strategy.instrument = instrument
    node.add_strategy(strategy)
    strategy.stop_node = node.handle().stop
    _stop_in_time(strategy.stop_node)
    node.run()
    return {"orders": strategy.times, "quotes": []}


class Stopwatch:
    """Times a crew's way from a quote to an order."""

    def __init__(self, samples: int) -> None:
        self._samples, self._woken = samples, now()
        self.quotes: list[Took] = []
        self.orders: list[Took] = []
        self._end: Callable[[str], None] = lambda _: None

    def watch(self, crew: Any) -> None:
        """Stand in the way of what a crew calls."""
        (strategy,) = crew.strategies
        timetable, wire = strategy._timetable, strategy.desk._wire  # noqa: SLF001
        calls = timetable._calls  # noqa: SLF001
        timetable._calls = replace(  # noqa: SLF001
            calls, bar=self._waking(calls.bar), instant=self._waking(calls.instant)
        )
        self._end = crew.steward._charge.end.ask  # noqa: SLF001
        wire.send = self._sending(wire.send)
        crew.intake.on_quote = self._taking(crew.intake.on_quote)

    def _waking(self, call: Callable[..., None]) -> Callable[..., None]:
        def wake(*arguments: Any) -> None:
            self._woken = now()
            call(*arguments)

        return wake

    def _sending(self, send: Callable[[list[Any]], None]) -> Callable[[list[Any]], None]:
        def sending(sent: list[Any]) -> None:
            send(sent)
            if len(sent) > 1:
                self.orders.append(since(self._woken))
                if len(self.orders) >= self._samples:
                    self._end("time")

        return sending

    def _taking(self, take: Callable[[Any], None]) -> Callable[[Any], None]:
        def taking(quote: Any) -> None:
            begun = now()
            take(quote)
            self.quotes.append(since(begun))

        return taking


def time_ours(config: Path, home: Path, samples: int) -> dict[str, list[Took]]:
    """Return ns of a quote's handler, and from a strategy's waking to its order's submission, of mia's."""
    stopwatch = Stopwatch(samples)
    with endings_held():
        finished = go(Asked(config, home / "runs", (OWN,), PATIENCE), stopwatch.watch)
    if finished.error:
        raise finished.error
    return {"orders": stopwatch.orders, "quotes": stopwatch.quotes}


def _stop_in_time(stop: Callable[[], None]) -> None:
    watch = threading.Timer(PATIENCE, stop)
    watch.daemon = True
    watch.start()


def timed(home: Path, catalog: Path, samples: int, *, is_bare: bool) -> dict[str, Any]:
    """Run a node in a process of its own, on a gateway of its own."""
    out = home / "times.json"
    with Broker(catalog, pace=60) as broker:
        session = Session(home / "node", broker, own="size: 1, lasts: 5, away: 80")
        words = ["--bare", str(broker.port)] if is_bare else ["--ours", str(session.config)]
        command = [sys.executable, __file__, *words, "--samples", str(samples), "--out", str(out)]
        with (home / "said.txt").open("w", encoding="utf-8") as said:
            subprocess.run(command, check=True, cwd=session.home, stdout=said, stderr=said)
    told: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return told


type Figures = np.ndarray[tuple[int], np.dtype[np.float64]]
"""ms: median and 99th percentile of what passed, and of the thread's."""


def _figures(times: list[Took]) -> Figures:
    both: Figures = np.percentile(np.array(times), (50, 99), axis=0).T.ravel() / 1e6
    return both


def _tell(name: str, figures: Figures, more: str) -> None:
    print(f"{name:32} {' '.join(f'{one:8.3f}' for one in figures)}  {more}")


def main() -> None:
    """Time both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=300)
    parser.add_argument("--bare", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--ours", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.out:
        found = (
            time_bare(asked.bare, asked.samples)
            if asked.bare
            else time_ours(asked.ours, Path.cwd(), asked.samples)
        )
        asked.out.write_text(json.dumps(found), encoding="utf-8")
        return
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        catalog = catalog_in(home / "catalog", seconds=12 * 3600)
        bare = timed(home, catalog, asked.samples, is_bare=True)
        ours = timed(home, catalog, asked.samples, is_bare=False)
    skipped = 2  # the first ones import and compile
    low = _figures(bare["orders"][skipped:])
    quote, order = _figures(ours["quotes"][100:]), _figures(ours["orders"][skipped:])
    print(f"{'ms from a tick to an order':32} {'median':>8} {'99 %':>8} {'thread':>8} {'99 %':>8}")
    _tell("a bare LiveNode", low, f"n={len(bare['orders']) - skipped}")
    _tell("mia, the handler of a quote", quote, f"n={len(ours['quotes']) - 100}")
    _tell("mia, from waking to the order", order, f"n={len(ours['orders']) - skipped}")
    _tell("our part", quote + order - low, f"budget {BUDGET:g} at 99 %")


if __name__ == "__main__":
    main()
