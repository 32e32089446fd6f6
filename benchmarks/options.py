"""What a chain of 500 strikes and 10 expiries costs, in ms and as a multiple of reading its table.

uv run python benchmarks/options.py

Best of twenty, kernels compiled before. Reading is turning the Arrow table's columns into arrays, what
anything that looks at the chain must pay. The target is 10 ms for everything.
"""

import copy
import datetime as dt
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyarrow as pa

from indicators.options.activity import unusual_activity
from indicators.options.bias import Dealers, dealers_bias_chain
from indicators.options.chain import Chain, chain_of
from indicators.options.exposure import DealerSign, charm_exposure, gex_by_strike, net_gex, vanna_exposure
from indicators.options.figures import figures_of
from indicators.options.flip import gamma_flip
from indicators.options.flow import log_put_call_ratio, options_flow_bias, put_call_term
from indicators.options.gamma_levels import GammaLevels
from indicators.options.history import PastVolumes
from indicators.options.moves import move_by_iv, move_by_straddle
from indicators.options.pin import pin_risk
from indicators.options.proximity import gamma_levels_proximity
from indicators.options.smile import skew_25_delta, term_structure
from indicators.options.vix import VixRegime
from indicators.options.walls import hvl, walls
from mia_plugins.data.sessions import utc_ns
from mia_plugins.data.tables import OPTION_CHAINS
from mia_plugins.units import Nanoseconds

DAY = dt.date(2026, 6, 2)
AWAY = (0, 1, 2, 3, 6, 10, 16, 44, 80, 170)
"""Days to the expiries."""
STRIKES, SPOT = 500, 6000.0
TIMES = 20


def full_table(*, with_iv: bool = True) -> pa.Table:
    """Return 10 000 options with open interest heaped around spot."""
    rng = np.random.default_rng(1)
    count = 2 * STRIKES * len(AWAY)
    strike = np.tile(SPOT + 5.0 * (np.arange(STRIKES) - STRIKES // 2), 2 * len(AWAY))
    call = np.tile(np.repeat([True, False], STRIKES), len(AWAY))
    days = np.repeat(np.array(AWAY), 2 * STRIKES)
    years = (days + 0.25) / 365
    iv = 0.15 + 0.1 * np.abs(np.log(strike / SPOT)) + rng.uniform(0, 0.01, count)
    inside = np.maximum(np.where(call, SPOT - strike, strike - SPOT), 0)
    mid = inside + 0.4 * SPOT * iv * np.sqrt(years) * np.exp(
        -(((strike - SPOT) / (SPOT * iv)) ** 2) / years / 2
    )
    away = np.where(call, strike - SPOT - 60, SPOT - 60 - strike)
    columns = {
        "ts_event": np.full(count, utc_ns(DAY, dt.time(10))),
        "ts_init": np.full(count, utc_ns(DAY, dt.time(10))),
        "underlying": ["SPX"] * count,
        "expiry": np.datetime64(DAY) + days,
        "strike": strike,
        "is_call": call,
        "spot": np.full(count, SPOT),
        "bid": mid + 0.05,
        "ask": mid + 0.15,
        "iv": iv if with_iv else [None] * count,
        "delta": np.zeros(count),
        "gamma": np.zeros(count),
        "open_interest": rng.poisson(2 + 1000 * np.exp(-((away / 200) ** 2))),
        "volume": rng.poisson(100, count),
        "root": ["SPXW"] * count,
    }
    arrays = [pa.array(columns[field.name]).cast(field.type) for field in OPTION_CHAINS]
    return pa.Table.from_arrays(arrays, schema=OPTION_CHAINS)


def read(table: pa.Table) -> None:
    """Turn the columns into arrays."""
    for column in table.itercolumns():
        column.to_numpy()


def read_chain(table: pa.Table) -> Chain:
    """Return the chain of the table."""
    chain = chain_of(table, "SPX")
    assert chain is not None
    return chain


def everything(table: pa.Table) -> None:
    """Compute all there is of a chain, from the table on."""
    chain = read_chain(table)
    assert chain.spot is not None
    gex_by_strike(chain)
    vanna_exposure(chain), charm_exposure(chain), hvl(chain)
    skew_25_delta(chain), term_structure(chain), move_by_straddle(chain), unusual_activity(chain)
    pin_risk(chain), options_flow_bias(chain)
    found, flip, move = walls(chain), gamma_flip(chain), move_by_iv(chain)
    nearest = flip.nearest if flip else None
    around = [
        tuple(wall for wall in pair if wall)
        for pair in ((found.call, found.call_0dte), (found.put, found.put_0dte))
    ]
    gamma_levels_proximity(chain.spot, GammaLevels(around[0], around[1], nearest, "repriced"), move, 0)
    term = put_call_term(log_put_call_ratio(chain), ())
    bias = dealers_bias_chain(chain.spot, Dealers(net_gex(chain), nearest, move, term, 1e9), VixRegime.MID)
    assert bias.value is not None


def usual_volumes(chain: Chain) -> Callable[[], PastVolumes]:
    """Return what makes the volumes of twenty sessions, which lie ready."""
    past = PastVolumes()
    for number in range(20):
        past.take(DAY + dt.timedelta(number), replace(chain, as_of=Nanoseconds(number)))

    def fresh() -> PastVolumes:
        return copy.copy(past)

    return fresh


def best(measured: Callable[[], object]) -> float:
    """Return the shortest of some measures, in ms."""
    measured()
    took = []
    for _ in range(TIMES):
        start = time.perf_counter()
        measured()
        took.append(time.perf_counter() - start)
    return min(took) * 1e3


def main() -> None:
    """Print a row a piece of work."""
    table, quotes_only = full_table(), full_table(with_iv=False)
    chain = read_chain(table)
    reading = best(lambda: read(table))
    pieces: dict[str, Callable[[], object]] = {
        "reading the table": lambda: read(table),
        "a chain of it": lambda: read_chain(table),
        "a chain, volatilities from quotes": lambda: read_chain(quotes_only),
        "the gamma flip": lambda: gamma_flip(chain),
        "everything": lambda: everything(table),
        "everything, volatilities from quotes": lambda: everything(quotes_only),
    }
    pieces["everything, as it is followed"] = lambda: figures_of(
        read_chain(table), DealerSign.CALLS_PLUS_PUTS_MINUS, 0
    )
    past = usual_volumes(chain)
    pieces["unusual activity of a new session"] = lambda: past().usual(DAY + dt.timedelta(30), chain)
    known = past()
    known.usual(DAY + dt.timedelta(30), chain)
    pieces["unusual activity after that"] = lambda: unusual_activity(
        chain, known.usual(DAY + dt.timedelta(30), chain)
    )
    print(f"| {len(chain)} options | ms | × reading |\n|---|---|---|")
    for name, measured in pieces.items():
        took = best(measured)
        print(f"| {name} | {took:.2f} | {took / reading:.1f} |")


if __name__ == "__main__":
    main()
