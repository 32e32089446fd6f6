"""What cannot be foretold of the null market: variance ratios, and returns regressed on the flow before them.

uv run python benchmarks/null_market.py
"""

import numpy as np

from catalog.market.contracts import INSTRUMENTS, Instrument
from catalog.market.day import MarketDay, generate_day
from catalog.market.facts import Floats, day_facts
from catalog.market.martingale import foretold, variance_ratios
from catalog.market.settings import MarketSettings
from mia_plugins.data.sessions import NS, full_sessions
from mia_plugins.units import Multiple

DAYS = 30
DENSITY = 0.1
FLOW_SECONDS = (1, 10, 60, 300)


def signed_volume(day: MarketDay, name: Instrument) -> Floats:
    """Return the contracts bought less those sold by aggressors, by second."""
    trades, session = day.instruments[name].trades, day.session
    second = (trades.ts - session.open - 1) // NS
    sums: Floats = np.bincount(second.clip(0), trades.lots * trades.side, session.seconds)
    return sums


def main() -> None:
    """Print a row a horizon of both instruments."""
    settings = MarketSettings(null=True, density=Multiple(DENSITY))
    paths: dict[Instrument, list[Floats]] = {name: [] for name in INSTRUMENTS}
    flows: dict[Instrument, list[Floats]] = {name: [] for name in INSTRUMENTS}
    for session in full_sessions(settings.first_day, DAYS):
        day = generate_day(settings, session)
        for name in INSTRUMENTS:
            paths[name].append(day_facts(day, name).second_mids)
            flows[name].append(signed_volume(day, name))
    print("| | horizon | value | ± | z or t |\n|---|---|---|---|---|")
    for name in INSTRUMENTS:
        for ratio in variance_ratios(paths[name]):
            print(
                f"| {name}, variance ratio to 1 s | {ratio.seconds} s "
                f"| {ratio.value:.3f} | {ratio.error:.3f} | {ratio.z:.1f} |"
            )
        for seconds in FLOW_SECONDS:
            t = foretold(paths[name], flows[name], seconds)
            print(f"| {name}, change on the flow before it | {seconds} s | | | {t:.1f} |")


if __name__ == "__main__":
    main()
