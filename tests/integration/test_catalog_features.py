"""`mia catalog export --features`: what features and measures say over a catalog."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from mia_plugins.data.instruments import TICK_POINTS
from mia_plugins.data.sessions import session_on
from mia_plugins.features import Indicator
from mia_plugins.hookspecs import Kind
from mia_plugins.host import PluginHost
from tests.conftest import Mia
from tests.market import DAY, NEXT_DAY, some_trades, sound_store

ARGUMENTS = ("catalog", "export", "cat", "--to", "out", "--format", "parquet")


def test_a_measure_is_what_the_trades_say(mia: Mia, here: Path) -> None:
    sound_store("cat", DAY)
    assert mia(*ARGUMENTS, "--features", "vwap").code == 0
    table = pq.read_table(here / "out" / "ES_features.parquet")
    trades = some_trades(DAY)
    now = table["time"].to_numpy().astype(np.int64)
    averages = np.cumsum(trades.ticks * trades.lots) / np.cumsum(trades.lots)
    last = np.searchsorted(trades.ts, now, side="right") - 1
    np.testing.assert_allclose(table["vwap.value"].to_numpy(), averages[last], rtol=1e-12)
    # A trade at a bar's very end belongs to the next.
    last = np.searchsorted(trades.ts, now, side="left") - 1
    np.testing.assert_array_equal(table["close"].to_numpy(), trades.ticks[last] * TICK_POINTS)
    assert table["volume"].to_numpy().sum() == trades.lots.sum()


def test_features_say_their_kind_and_are_empty_where_they_are_not_known(mia: Mia, here: Path) -> None:
    sound_store("cat", DAY)
    assert mia(*ARGUMENTS, "--features", "vwap_trend_signal").code == 0
    table = pq.read_table(here / "out" / "ES_features.parquet")
    values = table["vwap_trend_signal"]
    assert values[0].as_py() is None
    assert -1 <= values[-1].as_py() <= 1
    assert table.schema.field("vwap_trend_signal").metadata == {
        b"unit": b"score",
        b"help": b"directional, odd in the mirror",
    }


def test_every_feature_there_is(mia: Mia, here: Path) -> None:
    sound_store("cat", DAY)
    assert mia(*ARGUMENTS, "--features", "all").code == 0
    assert "vwap_trend_signal" in pq.read_schema(here / "out" / "ES_features.parquet").names


def test_days_before_the_first_are_seen_and_not_written(mia: Mia, here: Path) -> None:
    sound_store("cat", DAY, NEXT_DAY)
    of_day = ("--features", "vwap_trend_signal", "--start", str(NEXT_DAY))
    found = {}
    for days in ("0", "1"):
        assert mia(*ARGUMENTS, *of_day, "--warm-up", days).code == 0
        found[days] = pq.read_table(here / "out" / "ES_features.parquet")
    opening = session_on(NEXT_DAY).open
    assert all(table["time"].to_numpy().astype(np.int64).min() > opening for table in found.values())
    # VWAP begins with the session; the ATR beside it does not.
    empty = {days: table["vwap_trend_signal"].null_count for days, table in found.items()}
    assert empty["1"] <= empty["0"]
    assert found["0"].num_rows == found["1"].num_rows


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (("--features", "vwap_trend_signl"), "there is no feature or measure 'vwap_trend_signl'; did you mean 'vwap_trend_signal'?"),
        (("--features", "pivots_classic"), "'pivots_classic' takes a bar a day; what is exported has a line a minute"),
        (("--features", "vwap", "--kind", "trades"), "--features and --kind ask for different things"),
        (("--features", "vwap", "--start", "2030-01-02"), "cat holds nothing of what was asked for"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told(mia: Mia, options: tuple[str, ...], what: str) -> None:
    sound_store("cat", DAY)
    told = mia(*ARGUMENTS, *options)
    assert told.code == 1
    assert what in told.err


def test_every_indicator_of_bars_is_what_it_is_over_the_bars(mia: Mia, here: Path) -> None:
    sound_store("cat", DAY)
    host = PluginHost.discover()
    every: dict[str, Any] = {
        name: host.load(host.find(Kind.INDICATORS, name)) for name in host.registry.names(Kind.INDICATORS)
    }
    classic = {name: of for name, of in every.items() if issubclass(of, Indicator) and not of.of_days}
    assert {"sma", "macd", "adx", "stochastic", "keltner", "swings", "retracements"} <= set(classic)
    wanted = [word for name in classic for word in ("--features", name)]
    assert mia(*ARGUMENTS, *wanted).code == 0
    table = pq.read_table(here / "out" / "ES_features.parquet")
    prices = {name: table[name].to_numpy() / TICK_POINTS for name in ("open", "high", "low", "close")}
    for name, of in classic.items():
        for output, line in of().lines(prices | {"lots": table["volume"].to_numpy()}).items():
            found = table[f"{name}.{output}"].to_numpy(zero_copy_only=False).astype(float)
            np.testing.assert_allclose(found, line, err_msg=f"{name}.{output}")
