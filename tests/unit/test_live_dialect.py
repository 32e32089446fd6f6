"""What is spoken with a gateway beside Nautilus: its numbers are the protocol's, and it is hung up on in time."""

import socket
import threading
import time

from gateway.wire import ib_pb2 as ib
from gateway.wire.numbers import REQUEST_NUMBERS, RESPONSE_NUMBERS
from mia_plugins.live import dialect
from mia_plugins.live.chain import words
from mia_plugins.live.dialect import Talk


def test_numbers_of_messages_are_the_protocols() -> None:
    assert {
        ib.StartApiRequest: dialect.START_API,
        ib.OpenOrdersRequest: dialect.OPEN_ORDERS,
        ib.ContractDataRequest: dialect.CONTRACT_DATA_REQUEST,
        ib.AllOpenOrdersRequest: dialect.ALL_OPEN_ORDERS,
        ib.PositionsRequest: dialect.POSITIONS,
        ib.CancelPositions: dialect.CANCEL_POSITIONS,
        ib.AccountSummaryRequest: dialect.SUMMARY,
        ib.CancelAccountSummary: dialect.CANCEL_SUMMARY,
        ib.MarketDataRequest: words.MARKET_DATA,
        ib.CancelMarketData: words.CANCEL_MARKET_DATA,
        ib.SecDefOptParamsRequest: words.OPTION_PARAMETERS,
    }.items() <= REQUEST_NUMBERS.items()
    assert {
        ib.ErrorMessage: dialect.ERROR,
        ib.NextValidId: dialect.NEXT_VALID_ID,
        ib.ContractData: dialect.CONTRACT_DATA,
        ib.ManagedAccounts: dialect.MANAGED_ACCOUNTS,
        ib.ContractDataEnd: dialect.CONTRACT_DATA_END,
        ib.OpenOrdersEnd: dialect.OPEN_ORDERS_END,
        ib.OpenOrder: dialect.OPEN_ORDER,
        ib.Position: dialect.POSITION,
        ib.PositionEnd: dialect.POSITIONS_END,
        ib.AccountSummary: dialect.SUMMARY_VALUE,
        ib.AccountSummaryEnd: dialect.SUMMARY_END,
        ib.TickPrice: words.TICK_PRICE,
        ib.TickSize: words.TICK_SIZE,
        ib.TickOptionComputation: words.COMPUTATION,
        ib.SecDefOptParameter: words.OFFERED,
        ib.SecDefOptParameterEnd: words.OFFERED_END,
    }.items() <= RESPONSE_NUMBERS.items()


def stream_to(listening: socket.socket, is_over: threading.Event) -> None:
    """Send to whoever connects until they hang up for good."""
    one, _ = listening.accept()
    with one:
        while not is_over.wait(0.05):
            try:
                one.sendall(b"more")
            except OSError:
                return


def test_who_streams_on_keeps_nobody() -> None:
    is_over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        streaming = threading.Thread(target=stream_to, args=(listening, is_over), daemon=True)
        streaming.start()
        talk = Talk("127.0.0.1", listening.getsockname()[1], 1.0)
        hanging_up = threading.Thread(target=talk.__exit__, args=(None, None, None), daemon=True)
        begun = time.monotonic()
        hanging_up.start()
        hanging_up.join(1.5)
        took = time.monotonic() - begun
        is_over.set()
        streaming.join()
        hanging_up.join()
    assert took < 1.4
