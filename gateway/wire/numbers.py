"""Which number a message has on the wire: requests and responses are counted apart."""

from google.protobuf.message import Message

from gateway.wire import ib_pb2 as ib

PROTOBUF = 200
"""A body whose number is above this one is a protobuf message: its own number is what is left."""

REQUESTS: dict[int, type[Message]] = {
    1: ib.MarketDataRequest,
    2: ib.CancelMarketData,
    3: ib.PlaceOrderRequest,
    4: ib.CancelOrderRequest,
    5: ib.OpenOrdersRequest,
    6: ib.AccountDataRequest,
    7: ib.ExecutionRequest,
    8: ib.IdsRequest,
    9: ib.ContractDataRequest,
    10: ib.MarketDepthRequest,
    11: ib.CancelMarketDepth,
    15: ib.AutoOpenOrdersRequest,
    16: ib.AllOpenOrdersRequest,
    17: ib.ManagedAccountsRequest,
    20: ib.HistoricalDataRequest,
    25: ib.CancelHistoricalData,
    49: ib.CurrentTimeRequest,
    50: ib.RealTimeBarsRequest,
    51: ib.CancelRealTimeBars,
    58: ib.GlobalCancelRequest,
    59: ib.MarketDataTypeRequest,
    61: ib.PositionsRequest,
    62: ib.AccountSummaryRequest,
    63: ib.CancelAccountSummary,
    64: ib.CancelPositions,
    71: ib.StartApiRequest,
    76: ib.AccountUpdatesMultiRequest,
    77: ib.CancelAccountUpdatesMulti,
    78: ib.SecDefOptParamsRequest,
    87: ib.HeadTimestampRequest,
    90: ib.CancelHeadTimestamp,
    91: ib.MarketRuleRequest,
    92: ib.PnLRequest,
    93: ib.CancelPnL,
    96: ib.HistoricalTicksRequest,
    97: ib.TickByTickRequest,
    98: ib.CancelTickByTick,
    99: ib.CompletedOrdersRequest,
    106: ib.CancelContractData,
    107: ib.CancelHistoricalTicks,
}

RESPONSES: dict[int, type[Message]] = {
    1: ib.TickPrice,
    2: ib.TickSize,
    3: ib.OrderStatus,
    4: ib.ErrorMessage,
    5: ib.OpenOrder,
    6: ib.AccountValue,
    7: ib.PortfolioValue,
    8: ib.AccountUpdateTime,
    9: ib.NextValidId,
    10: ib.ContractData,
    11: ib.ExecutionDetails,
    12: ib.MarketDepth,
    13: ib.MarketDepthL2,
    15: ib.ManagedAccounts,
    17: ib.HistoricalData,
    21: ib.TickOptionComputation,
    46: ib.TickString,
    49: ib.CurrentTime,
    50: ib.RealTimeBarTick,
    52: ib.ContractDataEnd,
    53: ib.OpenOrdersEnd,
    54: ib.AccountDataEnd,
    55: ib.ExecutionDetailsEnd,
    57: ib.TickSnapshotEnd,
    58: ib.MarketDataType,
    59: ib.CommissionAndFeesReport,
    61: ib.Position,
    62: ib.PositionEnd,
    63: ib.AccountSummary,
    64: ib.AccountSummaryEnd,
    73: ib.AccountUpdateMulti,
    74: ib.AccountUpdateMultiEnd,
    75: ib.SecDefOptParameter,
    76: ib.SecDefOptParameterEnd,
    81: ib.TickReqParams,
    88: ib.HeadTimestamp,
    90: ib.HistoricalDataUpdate,
    93: ib.MarketRule,
    94: ib.PnL,
    96: ib.HistoricalTicks,
    97: ib.HistoricalTicksBidAsk,
    98: ib.HistoricalTicksLast,
    99: ib.TickByTickData,
    101: ib.CompletedOrder,
    102: ib.CompletedOrdersEnd,
    108: ib.HistoricalDataEnd,
}
RESPONSE_NUMBERS = {message: number for number, message in RESPONSES.items()}
REQUEST_NUMBERS = {message: number for number, message in REQUESTS.items()}


def name_of(message: Message | type[Message]) -> str:
    """Return a message's name, as scripts of faults and the log have it."""
    return str(message.DESCRIPTOR.name)
