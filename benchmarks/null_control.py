"""What our strategies make where there is nothing to find, and where something was planted.

    uv run python benchmarks/null_control.py null --folder build/null [--days 200]
    uv run python benchmarks/null_control.py iceberg --folder build/iceberg [--days 100]

`null`: every strategy on light days of the null market, each alone, with one contract and no rule against
it; results at mid, mean a day, one-sided, Holm over the strategies that are tested. `iceberg` or `sweep`:
the same market with everything in it and four ticks after each such event; the strategy that claims them
must have a lower bound above zero.

Days are traded in pieces that end up as files in the folder, one a piece: what is there is not made
again, so that it can be stopped at any time. `--print` only tells what is there.
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from catalog.generation import first_days, stretches
from catalog.market.control import (
    CLAIMS,
    LEAST_PLANTED,
    LEAST_TRADES,
    DayOfTrading,
    Verdict,
    too_good,
    verdicts,
)
from catalog.market.martingale import FAMILY_WISE_ERROR
from catalog.market.settings import PRESETS, Edge, EdgeEvent, MarketSettings
from catalog.market.trial import Trial
from mia_plugins.hookspecs import Kind
from mia_plugins.host import PluginHost
from mia_plugins.settings.resolve import load_run

YEAR = 252
"""Days there are at most: pieces do not depend on how many of them are asked for."""
PIECE = 20
"""Days that are traded as one: some strategies look back over weeks."""
PRESET = "production_v3_4"
"""Whose features and signal the confluence has."""
LEFT_OUT = ("ema_cross",)
"""The example for who writes a strategy."""
OWN: Mapping[str, Mapping[str, Any]] = {
    "vwap_band_squeeze_break": {"width": {"least_sessions": 5}},
    "opening_drive_fail": {"days": 5},
}
"""What lets strategies that look back over weeks trade in a piece."""
OPEN = {
    "least_confidence": 0,
    "least_regime_confidence": 0,
    "least_coverage": 0.3,
    "tiers_are_names": True,
    "rouge_for": "",
}
"""The confluence without the gates that let hardly anything through where there is little to find."""


def everything() -> list[dict[str, Any]]:
    """Return the settings of runs in which every strategy trades for itself."""
    preset = load_run(Path("mia:backtests/demo_day.yaml"), preset=PRESET)
    against = {
        str(kind): {one.name: {"enabled": False} for one in preset.components if one.kind is kind}
        for kind in (Kind.RULES, Kind.SIZERS)
    }
    names = PluginHost.discover().registry.names(Kind.STRATEGIES)
    plain = {name: dict(OWN.get(name, {})) for name in names if name not in (*LEFT_OUT, "confluence")}
    weighing = {"confluence": {}, "confluence_open": {"use": "confluence"} | OPEN}
    return [{"strategies": plain}, {"preset": PRESET, "strategies": weighing, **against}]


def alone(name: str) -> list[dict[str, Any]]:
    """Return the settings of a run in which one strategy trades."""
    return [{"strategies": {name: dict(OWN.get(name, {}))}}]


def trade(trial: Trial, folder: Path, days: int) -> None:
    """Trade the pieces that are not there yet, so many days or up to a piece more."""
    begun = 0
    for piece in stretches(first_days(trial.market.first_day, YEAR), PIECE):
        if begun >= days:
            return
        begun += len(piece)
        done = folder / f"{piece[0].day}_{piece[-1].day}.json"
        if done.exists():
            continue
        rows = trial.results(piece)
        draft = done.with_suffix(".draft")
        draft.write_text(json.dumps([row._asdict() for row in rows], indent=1), encoding="utf-8")
        draft.replace(done)
        print(f"{piece[0].day} to {piece[-1].day}: {sum(row.trades for row in rows)} trades", flush=True)


def known(folder: Path) -> Iterator[DayOfTrading]:
    """Yield what was made so far."""
    for path in sorted(folder.glob("*.json")):
        yield from (DayOfTrading(**row) for row in json.loads(path.read_text(encoding="utf-8")))


def print_verdicts(every: Sequence[Verdict]) -> None:
    """Print a row for each strategy."""
    print("| strategy | trades | at mid, t a day | a trade | t | p | after costs, t a day |")
    print("|---|---|---|---|---|---|---|")
    for one in every:
        tested = one.is_tested
        told = f"{one.at_mid / one.error:.2f} | {one.p:.3f}" if tested else "| not tested"
        mean = f"{one.at_mid:+.1f} ± {one.error:.1f} | {one.a_trade:+.2f}" if one.trades else " | "
        print(f"| `{one.strategy}` | {one.trades:,} | {mean} | {told} | {one.net:+.1f} |")


def print_control(every: Sequence[Verdict]) -> None:
    """Print whether anything made money of nothing."""
    tested = [one for one in every if one.is_tested]
    print(f"\n{len(tested)} strategies with {LEAST_TRADES} trades or more, family-wise {FAMILY_WISE_ERROR}:")
    print([one.strategy for one in too_good(every)] or "none made too much")


def print_edge(every: Sequence[Verdict], event: str) -> None:
    """Print whether who claims an event found what follows it."""
    claims = next(one for one in every if one.strategy == CLAIMS[event])
    enough = "" if claims.trades >= LEAST_PLANTED else f"; {LEAST_PLANTED} are asked for"
    print(f"\n{claims.strategy}: {claims.a_trade:+.2f} t a trade, 99 % above {claims.bound:+.2f}", end=" ")
    print(f"({claims.trades} trades{enough})")


def main() -> None:
    """Trade what is missing and print what there is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("market", choices=("null", *get_args(EdgeEvent)))
    parser.add_argument("--folder", type=Path, required=True, help="where the pieces go")
    parser.add_argument("--days", type=int, default=200)
    parser.add_argument("--alone", action="store_true", help="only the strategy that claims the event")
    parser.add_argument("--print", action="store_true", help="trade nothing, tell what is there")
    given = parser.parse_args()
    light: MarketSettings = PRESETS["year"][0]
    event = None if given.market == "null" else given.market
    edge = Edge(event=event) if event else None
    runs = alone(CLAIMS[event]) if event and given.alone else everything()
    given.folder.mkdir(parents=True, exist_ok=True)
    if not given.print:
        market = light.model_copy(update={"null": event is None, "edge": edge})
        trade(Trial(market, runs), given.folder, given.days)
    rows = list(known(given.folder))
    every = verdicts(rows)
    print(f"\n{len({row.day for row in rows})} light days, {given.market}")
    print_verdicts(every)
    if event is None:
        print_control(every)
    elif event in CLAIMS:
        print_edge(every, event)


if __name__ == "__main__":
    main()
