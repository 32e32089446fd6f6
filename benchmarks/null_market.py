"""What can be foretold of the null market: variance ratios, and changes regressed on the flow before them.

uv run python benchmarks/null_market.py
"""

import argparse

from catalog.market.contracts import INSTRUMENTS, Instrument
from catalog.market.day import generate_day
from catalog.market.martingale import (
    FAMILY_WISE_ERROR,
    FLOW_HORIZONS,
    FLOW_LAGS,
    HORIZONS,
    DayPath,
    Evidence,
    evidence,
    found,
    paths_of,
    variance_ratios,
)
from catalog.market.settings import PRESETS
from mia_plugins.data.sessions import full_sessions


def main() -> None:
    """Print the variance ratios, the t of each regression, and what Holm's correction leaves of them."""
    parser = argparse.ArgumentParser(description="Try to foretell the null market.")
    parser.add_argument("--days", type=int, default=100)
    settings = PRESETS["year"][0].model_copy(update={"null": True})
    sessions = full_sessions(settings.first_day, parser.parse_args().days)
    days = [paths_of(generate_day(settings, session)) for session in sessions]
    every = list(evidence(days))
    print_ratios(days)
    print_regressions(every)
    smallest = min(every, key=lambda one: one.p)
    print(f"\n{len(every)} tests on {len(days)} days, family-wise error {FAMILY_WISE_ERROR}")
    print(f"significant: {[one.what for one in found(every)] or 'nothing'}")
    print(f"smallest p: {smallest.p:.4f} ({smallest.what}); asked for {FAMILY_WISE_ERROR / len(every):.5f}")


def print_ratios(days: list[dict[Instrument, DayPath]]) -> None:
    """Print a row an instrument, with one standard error."""
    print(f"| variance ratio to 1/2 s | {' | '.join(f'{seconds} s' for seconds in HORIZONS)} |")
    print(f"|---|{'---|' * len(HORIZONS)}")
    for code in INSTRUMENTS:
        ratios = variance_ratios([day[code].mids for day in days])
        print(f"| {code} | {' | '.join(f'{ratio.value:.4f} ± {ratio.error:.4f}' for ratio in ratios)} |")


def print_regressions(every: list[Evidence]) -> None:
    """Print a row for each instrument and whose flow was asked, a t for each lag."""
    t_of = {one.what: one.t for one in every}
    lags = ", ".join(map(str, FLOW_LAGS))
    print(f"\n| t at lags {lags} | {' | '.join(f'{seconds:g} s' for seconds in FLOW_HORIZONS)} |")
    print(f"|---|{'---|' * len(FLOW_HORIZONS)}")
    for who in (f"{code} on the flow of {source}" for code in INSTRUMENTS for source in INSTRUMENTS):
        cells = [
            ", ".join(f"{t_of[f'{who}, {seconds:g} s, lag {lag}']:.1f}" for lag in FLOW_LAGS)
            for seconds in FLOW_HORIZONS
        ]
        print(f"| {who} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
