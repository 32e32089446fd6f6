"""The bands the market must lie in, measured of ES and of NQ: `python -m catalog.market.bands --days 20`.

Which facts are asked of NQ: all but the one-tick spread, which is ES's alone (NQ's price steps further
than a tick, and its spread with it), prints of 500 contracts, which are larger than NQ's largest order,
and the hedges, which are ES's.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from catalog.market.contracts import INSTRUMENTS, Instrument
from catalog.market.day import generate_day
from catalog.market.facts import DayFacts, Floats, autocorrelation, day_facts
from catalog.market.settings import MarketSettings
from mia_plugins.data.sessions import full_sessions

Days = Sequence[dict[Instrument, DayFacts]]
"""Of each day the facts of ES and of NQ."""
Statistic = Callable[[Days, Instrument], float]
ES_ALONE: tuple[Instrument, ...] = ("ES",)


@dataclass(frozen=True, slots=True)
class Fact:
    """A quantity and the band it has to lie in."""

    name: str
    low: float
    high: float
    real: str
    """What one real, thin hour of ES showed; "" where nothing was measured."""
    of: Statistic
    asked_of: tuple[Instrument, ...] = INSTRUMENTS


@dataclass(frozen=True, slots=True)
class Row:
    """A fact of one instrument, measured."""

    name: str
    instrument: Instrument
    value: float
    error: float
    """Standard error by leaving out one day at a time; NaN for a single day."""
    low: float
    high: float
    real: str

    @property
    def inside(self) -> bool:
        """Say whether the value lies in its band."""
        return self.low < self.value < self.high


def _mean_of(values: Callable[[DayFacts], object]) -> Statistic:
    return lambda days, code: float(np.mean(np.concatenate([np.atleast_1d(values(d[code])) for d in days])))


def _kurtosis(days: Days, code: Instrument) -> float:
    changes = np.concatenate([day[code].minute_changes for day in days])
    centred = changes - changes.mean()
    return float(np.mean(centred**4) / np.mean(centred**2) ** 2)


def _return_acf(days: Days, code: Instrument) -> float:
    return abs(float(np.mean([autocorrelation(day[code].minute_changes, 1) for day in days])))


def _absolute_acf(lag: int) -> Statistic:
    return lambda days, code: float(
        np.mean([autocorrelation(np.abs(day[code].minute_changes), lag) for day in days])
    )


def _decay(days: Days, code: Instrument) -> float:
    return _absolute_acf(1)(days, code) - _absolute_acf(60)(days, code)


def _open_to_midday(days: Days, code: Instrument) -> float:
    """Compare the first half hour with the half hours from 12:00 to 13:00."""
    first = [day[code].rth_seconds[0] for day in days]
    volume = [day[code].second_volume for day in days]
    opening = sum(float(v[at : at + 1800].sum()) for v, at in zip(volume, first, strict=True))
    midday = sum(float(v[at + 9000 : at + 12600].sum()) / 2 for v, at in zip(volume, first, strict=True))
    return opening / midday


def _overnight(by_second: Callable[[DayFacts], Floats]) -> Statistic:
    """Compare what happens in a second outside the regular hours with a second inside."""

    def ratio(days: Days, code: Instrument) -> float:
        pairs = [(by_second(day[code]), slice(*day[code].rth_seconds)) for day in days]
        inside = sum(float(seconds[rth].mean()) for seconds, rth in pairs)
        return sum(float(np.delete(seconds, rth).mean()) for seconds, rth in pairs) / inside

    return ratio


def _relative_changes(days: Days, code: Instrument) -> Floats:
    return np.concatenate([day[code].minute_changes / day[code].second_mids[0] for day in days])


def _correlation(days: Days, code: Instrument) -> float:
    return float(np.corrcoef(_relative_changes(days, "ES"), _relative_changes(days, code))[0, 1])


def _beta(days: Days, code: Instrument) -> float:
    es, own = _relative_changes(days, "ES"), _relative_changes(days, code)
    return float(np.cov(es, own)[0, 1] / np.var(es, ddof=1))


def _mean_count(counts: Callable[[DayFacts], int]) -> Statistic:
    return lambda days, code: float(np.mean([counts(day[code]) for day in days]))


def _r2_gap(days: Days, code: Instrument) -> float:
    return _mean_of(lambda d: d.r2_ofi_1min)(days, code) - _mean_of(lambda d: d.r2_trades_1min)(days, code)


INF = float("inf")
FACTS = (
    Fact(
        "share of time at a one-tick spread",
        0.90,
        1.0,
        ".942",
        _mean_of(lambda d: d.one_tick_share),
        ES_ALONE,
    ),
    Fact("OFI → mid change R², 10 s", 0.3, 0.8, ".465", _mean_of(lambda d: d.r2_ofi_10s)),
    Fact("OFI → mid change R², 1 min", 0.4, 0.85, ".736", _mean_of(lambda d: d.r2_ofi_1min)),
    Fact("trade imbalance R², 1 min", 0.0, 1.0, ".424", _mean_of(lambda d: d.r2_trades_1min)),
    Fact("OFI R² less trade imbalance R², 1 min", 0.0, 1.0, ".312", _r2_gap),
    Fact("ACF of trade price changes, lag 1", -0.5, -0.1, "-.28", _mean_of(lambda d: d.price_change_acf)),
    Fact("ACF of trade signs, lag 1", 0.2, 0.8, ".43", _mean_of(lambda d: d.sign_acf)),
    Fact("CV of inter-trade times", 1.5, INF, "2.29", _mean_of(lambda d: d.gap_cv)),
    Fact("kurtosis of 1-min returns", 4.0, INF, "", _kurtosis),
    Fact("|ACF1| of 1-min returns", -INF, 0.1, "", _return_acf),
    Fact("ACF of |1-min returns|, lag 1", 0.05, 1.0, "", _absolute_acf(1)),
    Fact("ACF of |1-min returns|, lag 10", 0.05, 1.0, "", _absolute_acf(10)),
    Fact("its decay from lag 1 to lag 60", 0.0, 1.0, "", _decay),
    Fact("RTH open : midday volume", 2.0, 4.0, "", _open_to_midday),
    Fact("overnight : RTH volume", 0.10, 0.20, "", _overnight(lambda d: d.second_volume)),
    Fact("overnight : RTH trades", 0.10, 0.20, "", _overnight(lambda d: d.second_trades)),
    Fact("share of one-lots", 0.55, 0.65, "", _mean_of(lambda d: d.one_lot_share)),
    Fact("prints ≥ 100 lots in RTH, a day", 1.0, INF, "", _mean_count(lambda d: d.prints_100[0])),
    Fact("prints ≥ 500 lots in RTH, a day", 0.2, INF, "", _mean_count(lambda d: d.prints_500[0]), ES_ALONE),
    Fact(
        "prints ≥ 500 lots overnight, a day", -1.0, 5.0, "", _mean_count(lambda d: d.prints_500[1]), ES_ALONE
    ),
    Fact("NQ–ES correlation of 1-min returns", 0.85, 0.95, "", _correlation, ("NQ",)),
    Fact("NQ's beta on ES", 1.2, 1.5, "", _beta, ("NQ",)),
)


def measure(days: Days, facts: Iterable[Fact] = FACTS) -> list[Row]:
    """Return every fact of whom it is asked, pooled over the days, with its sampling error."""
    return [
        Row(f.name, code, f.of(days, code), _jackknife(f.of, days, code), f.low, f.high, f.real)
        for f in facts
        for code in f.asked_of
    ]


def _jackknife(statistic: Statistic, days: Days, code: Instrument) -> float:
    if len(days) < 2:
        return float("nan")
    without = [statistic([*days[:i], *days[i + 1 :]], code) for i in range(len(days))]
    return float(np.sqrt((len(days) - 1) * np.var(without)))


def gamma_row(settings: MarketSettings, days: int) -> Row:
    """Return the realised volatility of ES under negative gamma over that under positive, seed for seed.

    It takes two days at least.
    """
    regimes = [
        collect(settings.model_copy(update={"gamma": regime}), days) for regime in ("negative", "positive")
    ]
    squares = [[float(np.mean(day["ES"].minute_changes ** 2)) for day in regime] for regime in regimes]
    pairs = np.array(squares).T
    without = (
        [np.sqrt(np.divide(*np.delete(pairs, i, axis=0).sum(0))) for i in range(days)] if days > 1 else []
    )
    error = float(np.sqrt((days - 1) * np.var(without))) if without else float("nan")
    value = float(np.sqrt(np.divide(*pairs.sum(0))))
    return Row("realised volatility, negative : positive gamma", "ES", value, error, 1.2, INF, "")


def collect(settings: MarketSettings, days: int) -> Days:
    """Generate days, one at a time, and keep their facts."""
    facts: list[dict[Instrument, DayFacts]] = []
    for session in full_sessions(settings.first_day, days):
        day = generate_day(settings, session)
        facts.append({code: day_facts(day, code) for code in INSTRUMENTS})
    return facts


def table(rows: Iterable[Row]) -> str:
    """Return the rows as a table in Markdown: a line a fact, ES and NQ beside each other."""
    facts: dict[str, dict[Instrument, Row]] = {}
    for row in rows:
        facts.setdefault(row.name, {})[row.instrument] = row
    return "\n".join(
        ["| fact | band | real | ES | ± | NQ | ± | |", "|---|---|---|---|---|---|---|---|"]
        + [_line(name, measured) for name, measured in facts.items()]
    )


def _line(name: str, measured: dict[Instrument, Row]) -> str:
    """Return one fact's line; a dash where it is not asked."""
    row = next(iter(measured.values()))
    cells = [
        f"{measured[code].value:.3f} | {measured[code].error:.3f}" if code in measured else "– | –"
        for code in INSTRUMENTS
    ]
    missed = [code for code, found in measured.items() if not found.inside]
    verdict = f"OUT: {', '.join(missed)}" if missed else "in"
    band, real = f"{row.low:g} … {row.high:g}", row.real or "–"
    return f"| {name.replace('|', r'\|')} | {band} | {real} | {' | '.join(cells)} | {verdict} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; exit code 1 when a band is missed."""
    parser = argparse.ArgumentParser(description="Measure the synthetic market against its bands.")
    parser.add_argument("--days", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--density", type=float, default=1.0)
    given = parser.parse_args(arguments)
    settings = MarketSettings.model_validate({"seed": given.seed, "density": given.density})
    rows = [*measure(collect(settings, given.days)), gamma_row(settings, max(2, given.days // 4))]
    sys.stdout.write(table(rows) + "\n")
    return 0 if all(row.inside for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
