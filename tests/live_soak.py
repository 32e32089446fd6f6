"""A session that is broken at random for a while, and must agree with its gateway in the end.

uv run python -m tests.live_soak --minutes 30 --seed 7
"""

import argparse
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.live_faults import BREAKAGES
from tests.live_session import PACE, Broker, Ended, Session, catalog_in, differences


def soak(broker: Broker, home: Path, minutes: float, seed: int) -> tuple[Ended, list[str]]:
    """Break a session at random for minutes of the market's; return how it ended, and what does not agree."""
    drawn = random.Random(seed)
    session = Session(home / "node", broker, own="limit_every: 3").start()
    broker.until(lambda books: len(books["executions"]) >= 2, "the first round trip")
    end = time.monotonic() + minutes * 60 / PACE
    while time.monotonic() < end:
        one = drawn.choice(BREAKAGES)
        print(f"{one.name}: {one.befall(broker):.1f} s", flush=True)
        time.sleep(drawn.uniform(0, 2))
    ended = session.end(signal.SIGTERM)
    return ended, differences(broker.state(), ended)


def main() -> int:
    """Soak for as long as it is told to."""
    parser = argparse.ArgumentParser(description="Break a live session at random, and compare its books.")
    parser.add_argument("--minutes", type=float, default=30.0, help="of the market's")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--home", type=Path, help="an empty folder for all that is written; else it is deleted"
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = asked.home or Path(folder)
        home.mkdir(exist_ok=True)
        seconds = int(asked.minutes * 60) + 3_600
        with Broker(catalog_in(home / "catalog", asked.seed, seconds)) as broker:
            ended, found = soak(broker, home, asked.minutes, asked.seed)
            books = broker.state()
    print(f"{len(books['executions'])} executions, exit code {ended.code}")
    print("\n".join(found) or "both sides agree on position, orders, executions and cash")
    return 1 if found or ended.code else 0


if __name__ == "__main__":
    sys.exit(main())
