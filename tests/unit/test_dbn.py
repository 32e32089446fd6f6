"""Files of Databento's, encoded by its own package, as rows of ours."""

import datetime as dt
from pathlib import Path
from typing import Any

import databento_dbn as dbn
import numpy as np
import pytest

from catalog.formats.dbn import records
from catalog.formats.dbn.layout import RType, layouts
from mia_plugins.data.columns import Bars, Depth, Quotes, Trades
from mia_plugins.data.sessions import NS
from mia_plugins.importing import Source, SourceError
from tests.dbn import (
    DAY,
    ES,
    LAST,
    NQ,
    START,
    TICK,
    Read,
    book,
    cleared,
    content,
    head,
    mapping,
    order,
    read,
    trade,
    written,
)

MESSAGES = {
    (RType.TRADE, 1): dbn.TradeMsg,
    (RType.MBO, 1): dbn.MBOMsg,
    (RType.OHLCV_1M, 1): dbn.OHLCVMsg,
    (RType.STATISTICS, 1): dbn.StatMsgV1,
    (RType.STATISTICS, 2): dbn.StatMsgV1,
    (RType.STATISTICS, 3): dbn.StatMsg,
    (RType.DEFINITION, 1): dbn.InstrumentDefMsgV1,
    (RType.DEFINITION, 2): dbn.InstrumentDefMsgV2,
    (RType.DEFINITION, 3): dbn.InstrumentDefMsg,
    (RType.MAPPING, 1): dbn.SymbolMappingMsgV1,
    (RType.MAPPING, 2): dbn.SymbolMappingMsg,
    (RType.MAPPING, 3): dbn.SymbolMappingMsg,
}
NAMES = {
    "instrument": "instrument_id",
    "order": "order_id",
    "kind": "stat_type",
    "update": "update_action",
    "tick": "min_price_increment",
    "unit": "unit_of_measure_qty",
    "symbol": "raw_symbol",
    "class": "instrument_class",
    "asked": "stype_in_symbol",
    "start": "start_ts",
    "end": "end_ts",
}
BIDS = [(24_000, 5, 2), (23_999, 7, 3)]
ASKS = [(24_001, 4, 1), (24_003, 9, 5)]


def fields(layout: np.dtype[Any]) -> Any:
    return layout.fields


@pytest.mark.parametrize(("rtype", "version"), MESSAGES)
def test_fields_lie_where_databentos_package_has_them(rtype: RType, version: int) -> None:
    message: Any = MESSAGES[rtype, version]
    theirs = np.dtype(message._dtypes)
    ours = layouts(version, ts_out=False)[rtype]
    assert ours.itemsize == theirs.itemsize
    for name in ours.names or ():
        other = NAMES.get(name, name)
        if rtype is RType.MAPPING and name == "symbol":
            other = "stype_out_symbol"
        field, offset = fields(ours)[name][:2]
        their_field, their_offset = fields(theirs)[other][:2]
        assert (offset, field.itemsize) == (their_offset, their_field.itemsize), name


def test_a_trade_is_read_with_its_time_of_arrival_price_size_and_aggressor(tmp_path: Path) -> None:
    told = [trade(10, 24_001, 3, "B"), trade(20, 23_999, 2, "A"), trade(30, 24_000, 1, "N")]
    found = read(written(tmp_path, content(told)))
    trades = found.columns(Trades)
    assert trades.ts.tolist() == [START + 10, START + 20, START + 30]
    assert trades.ticks.tolist() == [24_001, 23_999, 24_000]
    assert trades.lots.tolist() == [3, 2, 1]
    assert trades.side.tolist() == [1, -1, 0]


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("compressed", [False, True])
def test_every_version_compressed_or_not_says_the_same(
    tmp_path: Path, version: int, compressed: bool
) -> None:
    data = content([trade(10, 24_001, 3), trade(20, 90_001, 4, number=NQ)], head(version=version))
    found = read(written(tmp_path, data, compressed=compressed))
    assert found.columns(Trades).lots.tolist() == [3]
    assert found.columns(Trades, "NQM6").ticks.tolist() == [90_001]


def test_several_frames_of_zstd_are_one_file(tmp_path: Path) -> None:
    data = content([trade(at, 24_000 + at) for at in range(100)])
    source = written(tmp_path, data[:777], compressed=True)
    more = written(tmp_path / ".", data[777:], compressed=True).path.read_bytes()
    source = written(tmp_path, data[:777], compressed=True)
    source.path.write_bytes(source.path.read_bytes() + more)
    assert len(read(source).columns(Trades)) == 100


def test_the_time_of_sending_behind_each_record_is_passed_over(tmp_path: Path) -> None:
    told = [trade(at, 24_000 + at, ts_out=START + at + 1) for at in range(3)]
    found = read(written(tmp_path, content(told, head(ts_out=True))))
    assert found.columns(Trades).ticks.tolist() == [24_000, 24_001, 24_002]


def test_parts_cut_anywhere_say_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = [trade(at, 24_000 + at % 7, 1 + at % 3, sequence=at // 4) for at in range(500)]
    source = written(tmp_path, content(told))
    whole = read(source)
    monkeypatch.setattr(records, "CHUNK", 333)
    pieces = read(source)
    assert len(pieces.parts) > 50
    assert pieces.columns(Trades).ticks.tolist() == whole.columns(Trades).ticks.tolist()
    assert pieces.ids() == whole.ids()


def test_trades_of_one_sequence_number_have_ids_of_their_own(tmp_path: Path) -> None:
    told = [trade(1, 24_000, sequence=7), trade(1, 24_000, sequence=7), trade(2, 24_000, sequence=8)]
    ids = read(written(tmp_path, content(told))).ids()
    assert len(set(ids)) == 3


def test_a_trade_has_one_id_in_every_schema_of_a_file(tmp_path: Path) -> None:
    told = [trade(10, 24_001, sequence=7)]
    shown: dict[str, Any] = {"action": "T", "price": 24_001 * TICK, "sequence": 7}
    told += [book(10, BIDS, ASKS, depth, **shown) for depth in (1, 10)]
    found = read(written(tmp_path, content(told, head(schema=None))))
    assert len(set(found.ids())) == 1


def test_an_instrument_that_no_one_names_is_rejected_and_can_be_named(tmp_path: Path) -> None:
    source = written(tmp_path, content([trade(1, 24_000, number=77), trade(2, 24_000)]))
    found = read(source)
    (reason,) = found.rejected
    assert "instrument 77" in reason
    assert len(found.columns(Trades)) == 1
    assert len(read(source, symbols={77: "ESM6"}).columns(Trades)) == 2


def test_a_spread_is_rejected_by_its_symbol(tmp_path: Path) -> None:
    data = content([trade(1, 200, number=9)], head(mappings=[mapping("ESM6-ESU6", 9)]))
    assert read(written(tmp_path, data)).rejected == {"ESM6-ESU6: no contract that mia knows": 1}


def test_a_number_may_stand_for_another_contract_on_another_day(tmp_path: Path) -> None:
    one = mapping("ESM6", 5, DAY, 1)
    two = mapping("ESU6", 5, DAY + dt.timedelta(days=1), 1)
    day = 86_400 * NS
    told = [trade(1, 24_000, number=5), trade(day, 24_100, number=5), trade(2 * day, 24_200, number=5)]
    found = read(written(tmp_path, content(told, head(mappings=[one, two]))))
    assert found.columns(Trades, "ESM6").ticks.tolist() == [24_000]
    assert found.columns(Trades, "ESU6").ticks.tolist() == [24_100]
    assert sum(found.rejected.values()) == 1


def continuous(tmp_path: Path, symbol: str, start: dt.date, days: int, instrument: str = "") -> Read:
    """Read a trade on a day's noon of a file in which a number stood for a symbol over some days."""
    at = int(dt.datetime.combine(start, dt.time(12), dt.UTC).timestamp()) * NS - START
    ticks = 24_000 if symbol.startswith("ES") else 90_000
    data = content([trade(at, ticks, number=5)], head(mappings=[mapping(symbol, 5, start, days)]))
    return read(Source(written(tmp_path, data).path, instrument=instrument))


@pytest.mark.parametrize(
    ("symbol", "start", "days", "contract"),
    [
        # ESM6 expires on 18 June: by calendar it is the first until then, whenever we roll.
        ("ES.c.0", dt.date(2026, 6, 15), 1, "ESM6"),
        ("ES.c.0", dt.date(2026, 6, 19), 3, "ESU6"),
        ("ES.c.1", dt.date(2026, 6, 15), 1, "ESU6"),
        ("ES.c.0", dt.date(2026, 6, 18), 5, "ESU6"),
        ("ES.c.0", dt.date(2026, 6, 18), 1, ""),
        ("ES.c.0", dt.date(2026, 6, 10), 20, ""),
        ("NQ.v.0", dt.date(2026, 6, 1), 2, "NQM6"),
        ("ES.v.0", dt.date(2026, 6, 15), 1, ""),
        # A number that was it before the fortnight is the same one in it.
        ("ES.v.0", dt.date(2026, 5, 20), 24, "ESM6"),
        ("ES.n.0", dt.date(2026, 6, 12), 60, "ESU6"),
        ("ES.v.1", dt.date(2026, 5, 20), 24, "ESU6"),
    ],
)
def test_a_continuous_symbol_is_the_contract_that_its_days_tell(
    tmp_path: Path, symbol: str, start: dt.date, days: int, contract: str
) -> None:
    for instrument in ("", symbol[:2]):
        found = continuous(tmp_path, symbol, start, days, instrument)
        assert [rows.instrument for rows in found.rows] == ([contract] if contract else [])
        assert all(symbol in reason for reason in found.rejected)
    assert [
        rows.instrument for rows in continuous(tmp_path, symbol, start, days, f"{symbol[:2]}Z6").rows
    ] == [f"{symbol[:2]}Z6"]


def test_the_word_of_the_user_is_of_one_number_and_of_its_product(tmp_path: Path) -> None:
    days = [mapping("ES.v.0", 5, DAY, 10), mapping("NQ.c.0", 6, DAY, 10)]
    told = [trade(1, 24_000, number=77), trade(2, 90_000, number=6), trade(3, 24_000, number=78)]
    found = read(Source(written(tmp_path, content(told, head(mappings=days))).path, instrument="ESU6"))
    assert sorted(rows.instrument for rows in found.rows) == ["ESU6", "NQM6"]
    (reason,) = found.rejected
    assert "instrument 78, of which the file does not say the contract" in reason


def test_mappings_on_the_way_name_what_follows(tmp_path: Path) -> None:
    make: Any = dbn.SymbolMappingMsg
    named = make(
        1, 8, START, dbn.SType.PARENT, "ES.FUT", dbn.SType.RAW_SYMBOL, "ESM6", START, dbn.UNDEF_TIMESTAMP
    )
    data = content([named, trade(1, 24_000, number=8)], head(schema=None, mappings=[]))
    assert read(written(tmp_path, data)).columns(Trades).ticks.tolist() == [24_000]


def test_definitions_in_another_file_name_numbers(tmp_path: Path) -> None:
    (tmp_path / "defs").mkdir()
    defs = written(tmp_path / "defs", content([definition()], head("definition", mappings=[])))
    source = written(tmp_path, content([trade(1, 24_000)], head(mappings=[])))
    assert len(read(source, definitions=(defs.path,)).columns(Trades)) == 1


def definition(**changed: object) -> dbn.InstrumentDefMsg:
    values: dict[str, object] = {
        "publisher_id": 1,
        "instrument_id": ES,
        "ts_event": START,
        "ts_recv": START,
        "min_price_increment": TICK,
        "display_factor": 10**7,
        "raw_symbol": "ESM6",
        "asset": "ES",
        "security_type": "FUT",
        "instrument_class": dbn.InstrumentClass.FUTURE,
        "security_update_action": dbn.SecurityUpdateAction.ADD,
        "expiration": int(dt.datetime(2026, 6, 18, 13, 30, tzinfo=dt.UTC).timestamp()) * NS,
        "unit_of_measure_qty": 50 * 10**9,
    }
    return dbn.InstrumentDefMsg(**(values | changed))  # type: ignore[arg-type]


def test_a_definition_that_agrees_is_kept(tmp_path: Path) -> None:
    found = read(written(tmp_path, content([definition()], head("definition", mappings=[]))))
    (rows,) = found.tables
    assert rows.name == "definitions"
    assert rows.table.select(["instrument_id", "tick", "multiplier"]).to_pylist() == [
        {"instrument_id": "ESM6.XCME", "tick": 0.25, "multiplier": 50.0}
    ]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"min_price_increment": TICK // 25 * 10}, "a tick of 0.1; 0.25 was expected"),
        ({"unit_of_measure_qty": 5 * 10**9}, "5 $ a point; 50 were expected"),
        ({"expiration": START}, "does not expire on 2026-06-18"),
    ],
)
def test_a_definition_that_contradicts_ours_is_rejected_and_says_how(
    tmp_path: Path, changed: dict[str, object], said: str
) -> None:
    found = read(written(tmp_path, content([definition(**changed)], head("definition", mappings=[]))))
    assert not found.tables
    assert said in next(iter(found.rejected))


def test_statistics_keep_prices_and_quantities_and_leave_out_what_is_not_there(tmp_path: Path) -> None:
    told = [
        dbn.StatMsg(
            1, ES, START, START + 9, START - 5, 24_000 * TICK, dbn.UNDEF_STAT_QUANTITY, dbn.StatType(3)
        ),
        dbn.StatMsg(1, ES, START, START + 9, START - 5, dbn.UNDEF_PRICE, 1234, dbn.StatType(9)),
    ]
    (rows,) = read(written(tmp_path, content(told, head("statistics")))).tables
    assert rows.table.select(["name", "price", "quantity"]).to_pylist() == [
        {"name": "settlement price", "price": 6000.0, "quantity": None},
        {"name": "open interest", "price": None, "quantity": 1234},
    ]


def test_bars_are_stamped_at_their_close_and_those_of_other_lengths_rejected(tmp_path: Path) -> None:
    def bar(rtype: int, start: int) -> dbn.OHLCVMsg:
        prices = (24_000, 24_005, 23_990, 24_001)
        first, high, low, last = (one * TICK for one in prices)
        return dbn.OHLCVMsg(rtype, 1, ES, start, first, high, low, last, 77)

    told = [bar(RType.OHLCV_1M, START), bar(RType.OHLCV_1H, START)]
    found = read(written(tmp_path, content(told, head("ohlcv-1m"))))
    bars = found.columns(Bars)
    assert (bars.ts.tolist(), bars.high.tolist(), bars.lots.tolist()) == ([START + 60 * NS], [24_005], [77])
    assert sum(found.rejected.values()) == 1


def test_a_book_is_written_at_the_end_of_its_event_and_once(tmp_path: Path) -> None:
    told = [
        book(1, BIDS, ASKS, flags=0),
        book(2, BIDS[:1], ASKS),
        book(3, BIDS[:1], ASKS),
        book(4, BIDS, ASKS),
    ]
    depth = read(written(tmp_path, content(told, head("mbp-10")))).columns(Depth)
    assert depth.ts.tolist() == [START + 2, START + 4]
    assert depth.bid_ticks[:, :3].tolist() == [[24_000, 0, 0], [24_000, 23_999, 0]]
    assert depth.ask_lots[:, :3].tolist() == [[4, 9, 0], [4, 9, 0]]
    assert depth.bid_counts[:, :2].tolist() == [[2, 0], [2, 3]]


def test_best_prices_are_quotes_and_their_trades_trades(tmp_path: Path) -> None:
    told = [
        book(1, BIDS, ASKS, 1),
        book(2, BIDS, ASKS, 1, flags=0, action="T", side="A", price=24_000 * TICK, size=5),
        book(3, BIDS[1:], ASKS, 1),
    ]
    found = read(written(tmp_path, content(told, head("mbp-1"))))
    quotes, trades = found.columns(Quotes), found.columns(Trades)
    assert quotes.bid_ticks.tolist() == [24_000, 23_999]
    assert (trades.lots.tolist(), trades.side.tolist()) == ([5], [-1])


def test_a_quote_with_one_side_is_rejected_and_an_empty_book_said(tmp_path: Path) -> None:
    found = read(written(tmp_path, content([book(1, BIDS, [], 1)], head("mbp-1"))))
    assert found.rejected == {"a quote with one side alone": 1}
    found = read(written(tmp_path, content([book(1, [], [])], head("mbp-10"))))
    assert not found.rows
    assert found.flagged == {"book without any level, which is not kept": 1}


def test_books_before_a_trade_are_no_quotes(tmp_path: Path) -> None:
    data = content([book(1, BIDS, ASKS, 1, action="T", side="B", size=2)], head("tbbo"))
    found = read(written(tmp_path, data))
    assert [type(rows.columns) for rows in found.rows] == [Trades]


def test_a_book_by_order_is_shown_at_the_end_of_each_event(tmp_path: Path) -> None:
    told = [
        cleared(),
        order(1, "A", 1, "B", 24_000, 5, flags=0),
        order(1, "A", 2, "A", 24_001, 4),
        order(2, "T", 0, "A", 24_000, 2, flags=0),
        order(2, "F", 1, "B", 24_000, 2, flags=0),
        order(2, "C", 1, "B", 24_000, 2),
        order(3, "M", 2, "A", 24_002, 6),
        order(4, "C", 1, "B", 24_000, 3),
    ]
    found = read(written(tmp_path, content(told, head("mbo"))))
    depth = found.columns(Depth)
    assert depth.ts.tolist() == [START + 1, START + 2, START + 3, START + 4]
    assert depth.bid_lots[:, 0].tolist() == [5, 3, 3, 0]
    assert depth.ask_ticks[:, 0].tolist() == [24_001, 24_001, 24_002, 24_002]
    assert depth.ask_lots[:, 0].tolist() == [4, 4, 6, 6]
    assert found.columns(Trades).lots.tolist() == [2]


def test_orders_that_cannot_be_are_rejected_each_for_its_reason(tmp_path: Path) -> None:
    told = [
        cleared(),
        order(1, "A", 1, "B", 24_000, 5),
        order(2, "C", 99, "B", 24_000, 5),
        order(3, "A", 2, "B", 0, 5, price=dbn.UNDEF_PRICE),
        order(4, "A", 3, "B", 0, 5, price=24_000 * TICK + 1_000_000_0),
        order(5, "A", 4, "B", 24_000, 0),
        order(6, "A", 5, "N", 24_000, 1),
        order(7, "A", 6, "B", 24_000, 1, flags=LAST | dbn.F_TOB),
        order(8, "A", 1, "B", 23_999, 7),
        order(9, "M", 77, "B", 23_998, 2),
    ]
    found = read(written(tmp_path, content(told, head("mbo"))))
    assert found.rejected == {
        "a cancellation of an order that is not there": 1,
        "an order without a price": 1,
        "an order with a price that is no whole number of ticks": 1,
        "an order without contracts": 1,
        "an order of no side": 1,
        "a best price in a book by order": 1,
    }
    assert found.flagged == {
        "order added that was there already, and replaced": 1,
        "order modified that was not there, and added": 1,
    }
    depth = found.columns(Depth)
    assert depth.bid_ticks[-1, :3].tolist() == [23_999, 23_998, 0]
    assert depth.bid_lots[-1, :2].tolist() == [7, 2]


def test_a_book_by_order_waits_until_it_is_cleared_or_its_snapshot_begins(tmp_path: Path) -> None:
    early = [order(1, "A", 1, "B", 24_000, 5), order(2, "T", 0, "B", 24_001, 2), order(3, "C", 1, "B", 0, 5)]
    snapshot = [
        order(4, "A", 7, "B", 23_990, 5, flags=dbn.F_SNAPSHOT),
        order(4, "A", 8, "A", 23_995, 5, flags=LAST | dbn.F_SNAPSHOT),
    ]
    begins = [cleared(4), order(4, "A", 7, "B", 23_990, 5, flags=0), order(4, "A", 8, "A", 23_995, 5)]
    for number, whole in enumerate((snapshot, begins)):
        data = content([*early, *whole], head("mbo"))
        (folder := tmp_path / str(number)).mkdir()
        found = read(written(folder, data))
        assert sum(found.rejected.values()) == 2
        assert found.columns(Trades).lots.tolist() == [2]
        assert found.columns(Depth).bid_ticks[:, 0].tolist() == [23_990]
        taken = read(written(folder, data), partial_books=True)
        assert taken.columns(Depth).bid_ticks[:, 0].tolist()[0] == 24_000
        assert taken.flagged["book that lacks the orders from before the file"] == 2
        assert not taken.rejected


def test_a_book_that_is_cleared_is_said_and_not_kept(tmp_path: Path) -> None:
    told = [cleared(), order(1, "A", 1, "B", 24_000, 5), cleared(2, LAST), order(3, "A", 2, "B", 24_000, 5)]
    found = read(written(tmp_path, content(told, head("mbo"))))
    assert found.flagged == {"book without any level, which is not kept": 1}
    assert found.columns(Depth).ts.tolist() == [START + 1, START + 3]


def test_a_gap_on_the_way_to_databento_is_said(tmp_path: Path) -> None:
    data = content([cleared(), order(1, "A", 1, "B", 24_000, 5, flags=LAST | 4)], head("mbo"))
    assert read(written(tmp_path, data)).flagged == {
        "book that may be wrong, as Databento lost something before": 1
    }


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda data: b"PK" + data[2:], "byte 0"),
        (lambda data: data[:3] + b"\x09" + data[4:], "version 9"),
        (lambda data: data[:4] + b"\xff\xff\xff\x7f" + data[8:], "byte 4"),
        (lambda data: data[:50], "byte 50"),
        (lambda data: data[:-48] + b"\x01" + data[-47:], "less than the 16 bytes"),
        (lambda data: data[:-48] + b"\x0b" + data[-47:], "of 44 bytes; 48 were expected"),
    ],
)
def test_a_damaged_file_says_the_byte_and_what_was_expected(
    tmp_path: Path, damage: object, said: str
) -> None:
    data = content([trade(1, 24_000), trade(2, 24_001)])
    with pytest.raises(SourceError) as caught:
        read(written(tmp_path, damage(data)))  # type: ignore[operator]
    assert said in caught.value.what
    assert str(tmp_path) in caught.value.what


def test_a_record_cut_short_at_the_end_is_rejected_and_what_is_before_stays(tmp_path: Path) -> None:
    found = read(written(tmp_path, content([trade(1, 24_000), trade(2, 24_001)])[:-5]))
    assert found.rejected == {"cut short at the end of the file": 1}
    assert len(found.columns(Trades)) == 1


def test_compressed_bytes_that_are_cut_short_are_an_error(tmp_path: Path) -> None:
    source = written(tmp_path, content([trade(at, 24_000) for at in range(99)]), compressed=True)
    source.path.write_bytes(source.path.read_bytes()[:-9])
    with pytest.raises(SourceError, match="compressed bytes"):
        read(source)


def test_records_of_other_kinds_are_rejected_by_name(tmp_path: Path) -> None:
    system = dbn.SystemMsg(START, "heartbeat")
    found = read(written(tmp_path, content([system, trade(1, 24_000)])))
    assert found.rejected == {"a record system, which mia does not read": 1}
