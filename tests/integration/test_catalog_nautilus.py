"""What we write as columns is, to Nautilus' own catalog, what it writes from objects."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from nautilus_trader.model import (
    AggressorSide,
    Bar,
    BarType,
    BookOrder,
    InstrumentId,
    NautilusDataType,
    OrderBookDepth,
    OrderSide,
    Price,
    Quantity,
    QuoteTick,
    TradeId,
    TradeTick,
)
from nautilus_trader.persistence import ParquetDataCatalog

from mia_plugins.data.arrow import BAR_TYPE_END, Kind
from mia_plugins.data.bars import bars_of
from mia_plugins.data.columns import Bars, Depth, Quotes, Trades, quotes_of
from mia_plugins.data.files import Files
from mia_plugins.data.instruments import futures_contract
from mia_plugins.data.store import Store
from tests.market import DAY, ES, ID, ORIGIN, some_depth, some_trades, without_levels

INSTRUMENT = InstrumentId.from_str(ID)
SIDES = {1: AggressorSide.BUY, -1: AggressorSide.SELL, 0: AggressorSide.NO_AGGRESSOR}


def price(ticks: int) -> Price:
    return Price(ticks * 0.25, 2)


def lots(count: int) -> Quantity:
    return Quantity.from_int(int(count))


def trade_objects(trades: Trades) -> list[TradeTick]:
    rows = zip(trades.ts.tolist(), trades.ticks, trades.lots, trades.side.tolist(), strict=True)
    return [
        TradeTick(INSTRUMENT, price(p), lots(n), SIDES[side], TradeId(str(i)), ts, ts)
        for i, (ts, p, n, side) in enumerate(rows)
    ]


def quote_objects(quotes: Quotes) -> list[QuoteTick]:
    columns = (quotes.ts.tolist(), quotes.bid_ticks, quotes.ask_ticks, quotes.bid_lots, quotes.ask_lots)
    return [
        QuoteTick(INSTRUMENT, price(bid), price(ask), lots(bids), lots(asks), ts, ts)
        for ts, bid, ask, bids, asks in zip(*columns, strict=True)
    ]


def bar_objects(bars: Bars) -> list[Bar]:
    type_ = BarType.from_str(f"{ID}{BAR_TYPE_END}")
    columns = (bars.ts.tolist(), bars.open, bars.high, bars.low, bars.close, bars.lots)
    return [
        Bar(type_, price(o), price(h), price(low), price(c), lots(n), ts, ts)
        for ts, o, h, low, c, n in zip(*columns, strict=True)
    ]


def depth_objects(depth: Depth) -> list[OrderBookDepth]:
    def orders(side: OrderSide, ticks: np.ndarray, sizes: np.ndarray) -> list[BookOrder]:
        levels = zip(ticks, sizes, strict=True)
        return [BookOrder(side, price(p), lots(n), 0) for p, n in levels if n]

    return [
        OrderBookDepth(
            INSTRUMENT,
            orders(OrderSide.BUY, depth.bid_ticks[i], depth.bid_lots[i]),
            orders(OrderSide.SELL, depth.ask_ticks[i], depth.ask_lots[i]),
            depth.bid_counts[i][depth.bid_lots[i] > 0].tolist(),
            depth.ask_counts[i][depth.ask_lots[i] > 0].tolist(),
            0,
            i,
            int(depth.ts[i]),
            int(depth.ts[i]),
        )
        for i in range(len(depth))
    ]


CASES: dict[str, tuple[Any, Any, str, NautilusDataType]] = {
    "trades": (some_trades(), trade_objects, "write_trade_ticks", NautilusDataType.TradeTick),
    "quotes": (quotes_of(some_depth()), quote_objects, "write_quote_ticks", NautilusDataType.QuoteTick),
    "bars": (bars_of(some_trades()), bar_objects, "write_bars", NautilusDataType.Bar),
    "depth": (some_depth(), depth_objects, "write_order_book_depths", NautilusDataType.OrderBookDepth),
    "thin depth": (
        without_levels(some_depth(), 4),
        depth_objects,
        "write_order_book_depths",
        NautilusDataType.OrderBookDepth,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_columns_and_objects_make_the_same_catalog(case: str, tmp_path: Path) -> None:
    columns, to_objects, write, data_type = CASES[case]
    objects = to_objects(columns)
    store = Store.begin(Files(str(tmp_path / "ours")), ORIGIN)
    with store.draft(DAY) as draft:
        draft.write(ID, columns)
    store.publish(DAY)
    (tmp_path / "theirs").mkdir()
    theirs = ParquetDataCatalog(str(tmp_path / "theirs"), max_row_group_size=5_000)
    getattr(theirs, write)(objects)

    (our_file,), (their_file,) = (sorted((tmp_path / who).rglob("*.parquet")) for who in ("ours", "theirs"))
    assert our_file.relative_to(tmp_path / "ours") == their_file.relative_to(tmp_path / "theirs")
    assert pq.read_schema(our_file).equals(pq.read_schema(their_file), check_metadata=True)
    assert rows(store.nautilus().query(data_type)) == rows(theirs.query(data_type)) == rows(objects)


def rows(objects: Sequence[Any]) -> list[dict[str, Any]]:
    return [one.to_dict() for one in objects]


def test_nautilus_reads_the_instruments_as_they_were_made(tmp_path: Path) -> None:
    store = Store.begin(Files(str(tmp_path)), ORIGIN)
    contracts = [ES, ES.next]
    store.write_instruments(contracts)
    store.write_instruments(contracts)
    found = sorted(store.nautilus().instruments(), key=lambda one: str(one.id))
    assert [one.to_dict() for one in found] == [futures_contract(one).to_dict() for one in contracts]


def test_nautilus_sees_its_own_kinds_and_not_our_tables(tmp_path: Path) -> None:
    import pyarrow as pa

    store = Store.begin(Files(str(tmp_path)), ORIGIN)
    with store.draft(DAY) as draft:
        draft.write(ID, some_trades())
        draft.write_table("notes", pa.table({"ts": [1], "what": ["sweep"]}))
    store.publish(DAY)
    assert store.nautilus().list_data_types() == [NautilusDataType.TradeTick]
    assert store.tables() == {"notes": ["mia/notes/2026-06-01.parquet"]}


def test_the_engine_replays_what_we_wrote(tmp_path: Path) -> None:
    store = Store.begin(Files(str(tmp_path)), ORIGIN)
    with store.draft(DAY) as draft:
        draft.write(ID, some_depth())
    store.publish(DAY)
    parquet = pq.ParquetFile(store.files.full(store.data_files(Kind.DEPTH)[0].path))
    assert parquet.metadata.row_group(0).num_rows == 2_000
    start = int(some_depth().ts[100])
    found = store.nautilus().query(NautilusDataType.OrderBookDepth, start=start, end=start)
    assert [one.ts_init for one in found] == [start]
