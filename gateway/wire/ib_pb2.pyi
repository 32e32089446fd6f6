from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Contract(_message.Message):
    __slots__ = ("con_id", "symbol", "sec_type", "last_trade_date_or_contract_month", "strike", "right", "multiplier", "exchange", "primary_exch", "currency", "local_symbol", "trading_class", "include_expired", "last_trade_date")
    CON_ID_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    SEC_TYPE_FIELD_NUMBER: _ClassVar[int]
    LAST_TRADE_DATE_OR_CONTRACT_MONTH_FIELD_NUMBER: _ClassVar[int]
    STRIKE_FIELD_NUMBER: _ClassVar[int]
    RIGHT_FIELD_NUMBER: _ClassVar[int]
    MULTIPLIER_FIELD_NUMBER: _ClassVar[int]
    EXCHANGE_FIELD_NUMBER: _ClassVar[int]
    PRIMARY_EXCH_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    LOCAL_SYMBOL_FIELD_NUMBER: _ClassVar[int]
    TRADING_CLASS_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_EXPIRED_FIELD_NUMBER: _ClassVar[int]
    LAST_TRADE_DATE_FIELD_NUMBER: _ClassVar[int]
    con_id: int
    symbol: str
    sec_type: str
    last_trade_date_or_contract_month: str
    strike: float
    right: str
    multiplier: float
    exchange: str
    primary_exch: str
    currency: str
    local_symbol: str
    trading_class: str
    include_expired: bool
    last_trade_date: str
    def __init__(self, con_id: _Optional[int] = ..., symbol: _Optional[str] = ..., sec_type: _Optional[str] = ..., last_trade_date_or_contract_month: _Optional[str] = ..., strike: _Optional[float] = ..., right: _Optional[str] = ..., multiplier: _Optional[float] = ..., exchange: _Optional[str] = ..., primary_exch: _Optional[str] = ..., currency: _Optional[str] = ..., local_symbol: _Optional[str] = ..., trading_class: _Optional[str] = ..., include_expired: _Optional[bool] = ..., last_trade_date: _Optional[str] = ...) -> None: ...

class Order(_message.Message):
    __slots__ = ("client_id", "order_id", "perm_id", "parent_id", "action", "total_quantity", "order_type", "lmt_price", "aux_price", "tif", "account", "outside_rth", "trailing_percent", "trail_stop_price", "good_after_time", "good_till_date", "oca_group", "order_ref", "oca_type", "trigger_method", "what_if", "transmit", "lmt_price_offset", "cash_qty", "filled_quantity", "parent_perm_id")
    CLIENT_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    PERM_ID_FIELD_NUMBER: _ClassVar[int]
    PARENT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    TOTAL_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    ORDER_TYPE_FIELD_NUMBER: _ClassVar[int]
    LMT_PRICE_FIELD_NUMBER: _ClassVar[int]
    AUX_PRICE_FIELD_NUMBER: _ClassVar[int]
    TIF_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    OUTSIDE_RTH_FIELD_NUMBER: _ClassVar[int]
    TRAILING_PERCENT_FIELD_NUMBER: _ClassVar[int]
    TRAIL_STOP_PRICE_FIELD_NUMBER: _ClassVar[int]
    GOOD_AFTER_TIME_FIELD_NUMBER: _ClassVar[int]
    GOOD_TILL_DATE_FIELD_NUMBER: _ClassVar[int]
    OCA_GROUP_FIELD_NUMBER: _ClassVar[int]
    ORDER_REF_FIELD_NUMBER: _ClassVar[int]
    OCA_TYPE_FIELD_NUMBER: _ClassVar[int]
    TRIGGER_METHOD_FIELD_NUMBER: _ClassVar[int]
    WHAT_IF_FIELD_NUMBER: _ClassVar[int]
    TRANSMIT_FIELD_NUMBER: _ClassVar[int]
    LMT_PRICE_OFFSET_FIELD_NUMBER: _ClassVar[int]
    CASH_QTY_FIELD_NUMBER: _ClassVar[int]
    FILLED_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    PARENT_PERM_ID_FIELD_NUMBER: _ClassVar[int]
    client_id: int
    order_id: int
    perm_id: int
    parent_id: int
    action: str
    total_quantity: str
    order_type: str
    lmt_price: float
    aux_price: float
    tif: str
    account: str
    outside_rth: bool
    trailing_percent: float
    trail_stop_price: float
    good_after_time: str
    good_till_date: str
    oca_group: str
    order_ref: str
    oca_type: int
    trigger_method: int
    what_if: bool
    transmit: bool
    lmt_price_offset: float
    cash_qty: float
    filled_quantity: str
    parent_perm_id: int
    def __init__(self, client_id: _Optional[int] = ..., order_id: _Optional[int] = ..., perm_id: _Optional[int] = ..., parent_id: _Optional[int] = ..., action: _Optional[str] = ..., total_quantity: _Optional[str] = ..., order_type: _Optional[str] = ..., lmt_price: _Optional[float] = ..., aux_price: _Optional[float] = ..., tif: _Optional[str] = ..., account: _Optional[str] = ..., outside_rth: _Optional[bool] = ..., trailing_percent: _Optional[float] = ..., trail_stop_price: _Optional[float] = ..., good_after_time: _Optional[str] = ..., good_till_date: _Optional[str] = ..., oca_group: _Optional[str] = ..., order_ref: _Optional[str] = ..., oca_type: _Optional[int] = ..., trigger_method: _Optional[int] = ..., what_if: _Optional[bool] = ..., transmit: _Optional[bool] = ..., lmt_price_offset: _Optional[float] = ..., cash_qty: _Optional[float] = ..., filled_quantity: _Optional[str] = ..., parent_perm_id: _Optional[int] = ...) -> None: ...

class OrderState(_message.Message):
    __slots__ = ("status", "init_margin_before", "maint_margin_before", "equity_with_loan_before", "init_margin_change", "maint_margin_change", "equity_with_loan_change", "init_margin_after", "maint_margin_after", "equity_with_loan_after", "commission_and_fees", "commission_and_fees_currency", "margin_currency", "reject_reason", "warning_text", "completed_time", "completed_status")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    INIT_MARGIN_BEFORE_FIELD_NUMBER: _ClassVar[int]
    MAINT_MARGIN_BEFORE_FIELD_NUMBER: _ClassVar[int]
    EQUITY_WITH_LOAN_BEFORE_FIELD_NUMBER: _ClassVar[int]
    INIT_MARGIN_CHANGE_FIELD_NUMBER: _ClassVar[int]
    MAINT_MARGIN_CHANGE_FIELD_NUMBER: _ClassVar[int]
    EQUITY_WITH_LOAN_CHANGE_FIELD_NUMBER: _ClassVar[int]
    INIT_MARGIN_AFTER_FIELD_NUMBER: _ClassVar[int]
    MAINT_MARGIN_AFTER_FIELD_NUMBER: _ClassVar[int]
    EQUITY_WITH_LOAN_AFTER_FIELD_NUMBER: _ClassVar[int]
    COMMISSION_AND_FEES_FIELD_NUMBER: _ClassVar[int]
    COMMISSION_AND_FEES_CURRENCY_FIELD_NUMBER: _ClassVar[int]
    MARGIN_CURRENCY_FIELD_NUMBER: _ClassVar[int]
    REJECT_REASON_FIELD_NUMBER: _ClassVar[int]
    WARNING_TEXT_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_TIME_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_STATUS_FIELD_NUMBER: _ClassVar[int]
    status: str
    init_margin_before: float
    maint_margin_before: float
    equity_with_loan_before: float
    init_margin_change: float
    maint_margin_change: float
    equity_with_loan_change: float
    init_margin_after: float
    maint_margin_after: float
    equity_with_loan_after: float
    commission_and_fees: float
    commission_and_fees_currency: str
    margin_currency: str
    reject_reason: str
    warning_text: str
    completed_time: str
    completed_status: str
    def __init__(self, status: _Optional[str] = ..., init_margin_before: _Optional[float] = ..., maint_margin_before: _Optional[float] = ..., equity_with_loan_before: _Optional[float] = ..., init_margin_change: _Optional[float] = ..., maint_margin_change: _Optional[float] = ..., equity_with_loan_change: _Optional[float] = ..., init_margin_after: _Optional[float] = ..., maint_margin_after: _Optional[float] = ..., equity_with_loan_after: _Optional[float] = ..., commission_and_fees: _Optional[float] = ..., commission_and_fees_currency: _Optional[str] = ..., margin_currency: _Optional[str] = ..., reject_reason: _Optional[str] = ..., warning_text: _Optional[str] = ..., completed_time: _Optional[str] = ..., completed_status: _Optional[str] = ...) -> None: ...

class OrderCancel(_message.Message):
    __slots__ = ("manual_order_cancel_time",)
    MANUAL_ORDER_CANCEL_TIME_FIELD_NUMBER: _ClassVar[int]
    manual_order_cancel_time: str
    def __init__(self, manual_order_cancel_time: _Optional[str] = ...) -> None: ...

class Execution(_message.Message):
    __slots__ = ("order_id", "exec_id", "time", "acct_number", "exchange", "side", "shares", "price", "perm_id", "client_id", "is_liquidation", "cum_qty", "avg_price", "order_ref", "last_liquidity")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    EXEC_ID_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    ACCT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    EXCHANGE_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    SHARES_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    PERM_ID_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ID_FIELD_NUMBER: _ClassVar[int]
    IS_LIQUIDATION_FIELD_NUMBER: _ClassVar[int]
    CUM_QTY_FIELD_NUMBER: _ClassVar[int]
    AVG_PRICE_FIELD_NUMBER: _ClassVar[int]
    ORDER_REF_FIELD_NUMBER: _ClassVar[int]
    LAST_LIQUIDITY_FIELD_NUMBER: _ClassVar[int]
    order_id: int
    exec_id: str
    time: str
    acct_number: str
    exchange: str
    side: str
    shares: str
    price: float
    perm_id: int
    client_id: int
    is_liquidation: bool
    cum_qty: str
    avg_price: float
    order_ref: str
    last_liquidity: int
    def __init__(self, order_id: _Optional[int] = ..., exec_id: _Optional[str] = ..., time: _Optional[str] = ..., acct_number: _Optional[str] = ..., exchange: _Optional[str] = ..., side: _Optional[str] = ..., shares: _Optional[str] = ..., price: _Optional[float] = ..., perm_id: _Optional[int] = ..., client_id: _Optional[int] = ..., is_liquidation: _Optional[bool] = ..., cum_qty: _Optional[str] = ..., avg_price: _Optional[float] = ..., order_ref: _Optional[str] = ..., last_liquidity: _Optional[int] = ...) -> None: ...

class TickAttribLast(_message.Message):
    __slots__ = ("past_limit", "unreported")
    PAST_LIMIT_FIELD_NUMBER: _ClassVar[int]
    UNREPORTED_FIELD_NUMBER: _ClassVar[int]
    past_limit: bool
    unreported: bool
    def __init__(self, past_limit: _Optional[bool] = ..., unreported: _Optional[bool] = ...) -> None: ...

class TickAttribBidAsk(_message.Message):
    __slots__ = ("bid_past_low", "ask_past_high")
    BID_PAST_LOW_FIELD_NUMBER: _ClassVar[int]
    ASK_PAST_HIGH_FIELD_NUMBER: _ClassVar[int]
    bid_past_low: bool
    ask_past_high: bool
    def __init__(self, bid_past_low: _Optional[bool] = ..., ask_past_high: _Optional[bool] = ...) -> None: ...

class HistoricalTick(_message.Message):
    __slots__ = ("time", "price", "size")
    TIME_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    time: int
    price: float
    size: str
    def __init__(self, time: _Optional[int] = ..., price: _Optional[float] = ..., size: _Optional[str] = ...) -> None: ...

class HistoricalTickLast(_message.Message):
    __slots__ = ("time", "tick_attrib_last", "price", "size", "exchange", "special_conditions")
    TIME_FIELD_NUMBER: _ClassVar[int]
    TICK_ATTRIB_LAST_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    EXCHANGE_FIELD_NUMBER: _ClassVar[int]
    SPECIAL_CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    time: int
    tick_attrib_last: TickAttribLast
    price: float
    size: str
    exchange: str
    special_conditions: str
    def __init__(self, time: _Optional[int] = ..., tick_attrib_last: _Optional[_Union[TickAttribLast, _Mapping]] = ..., price: _Optional[float] = ..., size: _Optional[str] = ..., exchange: _Optional[str] = ..., special_conditions: _Optional[str] = ...) -> None: ...

class HistoricalTickBidAsk(_message.Message):
    __slots__ = ("time", "tick_attrib_bid_ask", "price_bid", "price_ask", "size_bid", "size_ask")
    TIME_FIELD_NUMBER: _ClassVar[int]
    TICK_ATTRIB_BID_ASK_FIELD_NUMBER: _ClassVar[int]
    PRICE_BID_FIELD_NUMBER: _ClassVar[int]
    PRICE_ASK_FIELD_NUMBER: _ClassVar[int]
    SIZE_BID_FIELD_NUMBER: _ClassVar[int]
    SIZE_ASK_FIELD_NUMBER: _ClassVar[int]
    time: int
    tick_attrib_bid_ask: TickAttribBidAsk
    price_bid: float
    price_ask: float
    size_bid: str
    size_ask: str
    def __init__(self, time: _Optional[int] = ..., tick_attrib_bid_ask: _Optional[_Union[TickAttribBidAsk, _Mapping]] = ..., price_bid: _Optional[float] = ..., price_ask: _Optional[float] = ..., size_bid: _Optional[str] = ..., size_ask: _Optional[str] = ...) -> None: ...

class HistoricalDataBar(_message.Message):
    __slots__ = ("date", "open", "high", "low", "close", "volume", "wap", "bar_count")
    DATE_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    CLOSE_FIELD_NUMBER: _ClassVar[int]
    VOLUME_FIELD_NUMBER: _ClassVar[int]
    WAP_FIELD_NUMBER: _ClassVar[int]
    BAR_COUNT_FIELD_NUMBER: _ClassVar[int]
    date: str
    open: float
    high: float
    low: float
    close: float
    volume: str
    wap: str
    bar_count: int
    def __init__(self, date: _Optional[str] = ..., open: _Optional[float] = ..., high: _Optional[float] = ..., low: _Optional[float] = ..., close: _Optional[float] = ..., volume: _Optional[str] = ..., wap: _Optional[str] = ..., bar_count: _Optional[int] = ...) -> None: ...

class MarketDepthData(_message.Message):
    __slots__ = ("position", "operation", "side", "price", "size", "market_maker", "is_smart_depth")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    MARKET_MAKER_FIELD_NUMBER: _ClassVar[int]
    IS_SMART_DEPTH_FIELD_NUMBER: _ClassVar[int]
    position: int
    operation: int
    side: int
    price: float
    size: str
    market_maker: str
    is_smart_depth: bool
    def __init__(self, position: _Optional[int] = ..., operation: _Optional[int] = ..., side: _Optional[int] = ..., price: _Optional[float] = ..., size: _Optional[str] = ..., market_maker: _Optional[str] = ..., is_smart_depth: _Optional[bool] = ...) -> None: ...

class PriceIncrement(_message.Message):
    __slots__ = ("low_edge", "increment")
    LOW_EDGE_FIELD_NUMBER: _ClassVar[int]
    INCREMENT_FIELD_NUMBER: _ClassVar[int]
    low_edge: float
    increment: float
    def __init__(self, low_edge: _Optional[float] = ..., increment: _Optional[float] = ...) -> None: ...

class ContractDetails(_message.Message):
    __slots__ = ("market_name", "min_tick", "order_types", "valid_exchanges", "price_magnifier", "under_con_id", "long_name", "contract_month", "industry", "category", "subcategory", "time_zone_id", "trading_hours", "liquid_hours", "agg_group", "under_symbol", "under_sec_type", "market_rule_ids", "real_expiration_date", "min_size", "size_increment", "suggested_size_increment")
    MARKET_NAME_FIELD_NUMBER: _ClassVar[int]
    MIN_TICK_FIELD_NUMBER: _ClassVar[int]
    ORDER_TYPES_FIELD_NUMBER: _ClassVar[int]
    VALID_EXCHANGES_FIELD_NUMBER: _ClassVar[int]
    PRICE_MAGNIFIER_FIELD_NUMBER: _ClassVar[int]
    UNDER_CON_ID_FIELD_NUMBER: _ClassVar[int]
    LONG_NAME_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_MONTH_FIELD_NUMBER: _ClassVar[int]
    INDUSTRY_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    SUBCATEGORY_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_ID_FIELD_NUMBER: _ClassVar[int]
    TRADING_HOURS_FIELD_NUMBER: _ClassVar[int]
    LIQUID_HOURS_FIELD_NUMBER: _ClassVar[int]
    AGG_GROUP_FIELD_NUMBER: _ClassVar[int]
    UNDER_SYMBOL_FIELD_NUMBER: _ClassVar[int]
    UNDER_SEC_TYPE_FIELD_NUMBER: _ClassVar[int]
    MARKET_RULE_IDS_FIELD_NUMBER: _ClassVar[int]
    REAL_EXPIRATION_DATE_FIELD_NUMBER: _ClassVar[int]
    MIN_SIZE_FIELD_NUMBER: _ClassVar[int]
    SIZE_INCREMENT_FIELD_NUMBER: _ClassVar[int]
    SUGGESTED_SIZE_INCREMENT_FIELD_NUMBER: _ClassVar[int]
    market_name: str
    min_tick: str
    order_types: str
    valid_exchanges: str
    price_magnifier: int
    under_con_id: int
    long_name: str
    contract_month: str
    industry: str
    category: str
    subcategory: str
    time_zone_id: str
    trading_hours: str
    liquid_hours: str
    agg_group: int
    under_symbol: str
    under_sec_type: str
    market_rule_ids: str
    real_expiration_date: str
    min_size: str
    size_increment: str
    suggested_size_increment: str
    def __init__(self, market_name: _Optional[str] = ..., min_tick: _Optional[str] = ..., order_types: _Optional[str] = ..., valid_exchanges: _Optional[str] = ..., price_magnifier: _Optional[int] = ..., under_con_id: _Optional[int] = ..., long_name: _Optional[str] = ..., contract_month: _Optional[str] = ..., industry: _Optional[str] = ..., category: _Optional[str] = ..., subcategory: _Optional[str] = ..., time_zone_id: _Optional[str] = ..., trading_hours: _Optional[str] = ..., liquid_hours: _Optional[str] = ..., agg_group: _Optional[int] = ..., under_symbol: _Optional[str] = ..., under_sec_type: _Optional[str] = ..., market_rule_ids: _Optional[str] = ..., real_expiration_date: _Optional[str] = ..., min_size: _Optional[str] = ..., size_increment: _Optional[str] = ..., suggested_size_increment: _Optional[str] = ...) -> None: ...

class StartApiRequest(_message.Message):
    __slots__ = ("client_id", "optional_capabilities")
    CLIENT_ID_FIELD_NUMBER: _ClassVar[int]
    OPTIONAL_CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    client_id: int
    optional_capabilities: str
    def __init__(self, client_id: _Optional[int] = ..., optional_capabilities: _Optional[str] = ...) -> None: ...

class IdsRequest(_message.Message):
    __slots__ = ("num_ids",)
    NUM_IDS_FIELD_NUMBER: _ClassVar[int]
    num_ids: int
    def __init__(self, num_ids: _Optional[int] = ...) -> None: ...

class ManagedAccountsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class CurrentTimeRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ContractDataRequest(_message.Message):
    __slots__ = ("req_id", "contract")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    contract: Contract
    def __init__(self, req_id: _Optional[int] = ..., contract: _Optional[_Union[Contract, _Mapping]] = ...) -> None: ...

class CancelContractData(_message.Message):
    __slots__ = ("req_id",)
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    def __init__(self, req_id: _Optional[int] = ...) -> None: ...

class SecDefOptParamsRequest(_message.Message):
    __slots__ = ("req_id", "underlying_symbol", "fut_fop_exchange", "underlying_sec_type", "underlying_con_id")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    UNDERLYING_SYMBOL_FIELD_NUMBER: _ClassVar[int]
    FUT_FOP_EXCHANGE_FIELD_NUMBER: _ClassVar[int]
    UNDERLYING_SEC_TYPE_FIELD_NUMBER: _ClassVar[int]
    UNDERLYING_CON_ID_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    underlying_symbol: str
    fut_fop_exchange: str
    underlying_sec_type: str
    underlying_con_id: int
    def __init__(self, req_id: _Optional[int] = ..., underlying_symbol: _Optional[str] = ..., fut_fop_exchange: _Optional[str] = ..., underlying_sec_type: _Optional[str] = ..., underlying_con_id: _Optional[int] = ...) -> None: ...

class MarketRuleRequest(_message.Message):
    __slots__ = ("market_rule_id",)
    MARKET_RULE_ID_FIELD_NUMBER: _ClassVar[int]
    market_rule_id: int
    def __init__(self, market_rule_id: _Optional[int] = ...) -> None: ...

class MarketDataTypeRequest(_message.Message):
    __slots__ = ("market_data_type",)
    MARKET_DATA_TYPE_FIELD_NUMBER: _ClassVar[int]
    market_data_type: int
    def __init__(self, market_data_type: _Optional[int] = ...) -> None: ...

class MarketDataRequest(_message.Message):
    __slots__ = ("req_id", "contract", "generic_tick_list", "snapshot")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_FIELD_NUMBER: _ClassVar[int]
    GENERIC_TICK_LIST_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    contract: Contract
    generic_tick_list: str
    snapshot: bool
    def __init__(self, req_id: _Optional[int] = ..., contract: _Optional[_Union[Contract, _Mapping]] = ..., generic_tick_list: _Optional[str] = ..., snapshot: _Optional[bool] = ...) -> None: ...

class CancelMarketData(_message.Message):
    __slots__ = ("req_id",)
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    def __init__(self, req_id: _Optional[int] = ...) -> None: ...

class TickByTickRequest(_message.Message):
    __slots__ = ("req_id", "contract", "tick_type", "number_of_ticks", "ignore_size")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_FIELD_NUMBER: _ClassVar[int]
    TICK_TYPE_FIELD_NUMBER: _ClassVar[int]
    NUMBER_OF_TICKS_FIELD_NUMBER: _ClassVar[int]
    IGNORE_SIZE_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    contract: Contract
    tick_type: str
    number_of_ticks: int
    ignore_size: bool
    def __init__(self, req_id: _Optional[int] = ..., contract: _Optional[_Union[Contract, _Mapping]] = ..., tick_type: _Optional[str] = ..., number_of_ticks: _Optional[int] = ..., ignore_size: _Optional[bool] = ...) -> None: ...

class CancelTickByTick(_message.Message):
    __slots__ = ("req_id",)
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    def __init__(self, req_id: _Optional[int] = ...) -> None: ...

class MarketDepthRequest(_message.Message):
    __slots__ = ("req_id", "contract", "num_rows", "is_smart_depth")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_FIELD_NUMBER: _ClassVar[int]
    NUM_ROWS_FIELD_NUMBER: _ClassVar[int]
    IS_SMART_DEPTH_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    contract: Contract
    num_rows: int
    is_smart_depth: bool
    def __init__(self, req_id: _Optional[int] = ..., contract: _Optional[_Union[Contract, _Mapping]] = ..., num_rows: _Optional[int] = ..., is_smart_depth: _Optional[bool] = ...) -> None: ...

class CancelMarketDepth(_message.Message):
    __slots__ = ("req_id", "is_smart_depth")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    IS_SMART_DEPTH_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    is_smart_depth: bool
    def __init__(self, req_id: _Optional[int] = ..., is_smart_depth: _Optional[bool] = ...) -> None: ...

class RealTimeBarsRequest(_message.Message):
    __slots__ = ("req_id", "contract", "bar_size", "what_to_show", "use_rth")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_FIELD_NUMBER: _ClassVar[int]
    BAR_SIZE_FIELD_NUMBER: _ClassVar[int]
    WHAT_TO_SHOW_FIELD_NUMBER: _ClassVar[int]
    USE_RTH_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    contract: Contract
    bar_size: int
    what_to_show: str
    use_rth: bool
    def __init__(self, req_id: _Optional[int] = ..., contract: _Optional[_Union[Contract, _Mapping]] = ..., bar_size: _Optional[int] = ..., what_to_show: _Optional[str] = ..., use_rth: _Optional[bool] = ...) -> None: ...

class CancelRealTimeBars(_message.Message):
    __slots__ = ("req_id",)
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    def __init__(self, req_id: _Optional[int] = ...) -> None: ...

class HistoricalDataRequest(_message.Message):
    __slots__ = ("req_id", "contract", "end_date_time", "bar_size_setting", "duration", "use_rth", "what_to_show", "format_date", "keep_up_to_date")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_FIELD_NUMBER: _ClassVar[int]
    END_DATE_TIME_FIELD_NUMBER: _ClassVar[int]
    BAR_SIZE_SETTING_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    USE_RTH_FIELD_NUMBER: _ClassVar[int]
    WHAT_TO_SHOW_FIELD_NUMBER: _ClassVar[int]
    FORMAT_DATE_FIELD_NUMBER: _ClassVar[int]
    KEEP_UP_TO_DATE_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    contract: Contract
    end_date_time: str
    bar_size_setting: str
    duration: str
    use_rth: bool
    what_to_show: str
    format_date: int
    keep_up_to_date: bool
    def __init__(self, req_id: _Optional[int] = ..., contract: _Optional[_Union[Contract, _Mapping]] = ..., end_date_time: _Optional[str] = ..., bar_size_setting: _Optional[str] = ..., duration: _Optional[str] = ..., use_rth: _Optional[bool] = ..., what_to_show: _Optional[str] = ..., format_date: _Optional[int] = ..., keep_up_to_date: _Optional[bool] = ...) -> None: ...

class CancelHistoricalData(_message.Message):
    __slots__ = ("req_id",)
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    def __init__(self, req_id: _Optional[int] = ...) -> None: ...

class HeadTimestampRequest(_message.Message):
    __slots__ = ("req_id", "contract", "use_rth", "what_to_show", "format_date")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_FIELD_NUMBER: _ClassVar[int]
    USE_RTH_FIELD_NUMBER: _ClassVar[int]
    WHAT_TO_SHOW_FIELD_NUMBER: _ClassVar[int]
    FORMAT_DATE_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    contract: Contract
    use_rth: bool
    what_to_show: str
    format_date: int
    def __init__(self, req_id: _Optional[int] = ..., contract: _Optional[_Union[Contract, _Mapping]] = ..., use_rth: _Optional[bool] = ..., what_to_show: _Optional[str] = ..., format_date: _Optional[int] = ...) -> None: ...

class CancelHeadTimestamp(_message.Message):
    __slots__ = ("req_id",)
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    def __init__(self, req_id: _Optional[int] = ...) -> None: ...

class HistoricalTicksRequest(_message.Message):
    __slots__ = ("req_id", "contract", "start_date_time", "end_date_time", "number_of_ticks", "what_to_show", "use_rth", "ignore_size")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_FIELD_NUMBER: _ClassVar[int]
    START_DATE_TIME_FIELD_NUMBER: _ClassVar[int]
    END_DATE_TIME_FIELD_NUMBER: _ClassVar[int]
    NUMBER_OF_TICKS_FIELD_NUMBER: _ClassVar[int]
    WHAT_TO_SHOW_FIELD_NUMBER: _ClassVar[int]
    USE_RTH_FIELD_NUMBER: _ClassVar[int]
    IGNORE_SIZE_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    contract: Contract
    start_date_time: str
    end_date_time: str
    number_of_ticks: int
    what_to_show: str
    use_rth: bool
    ignore_size: bool
    def __init__(self, req_id: _Optional[int] = ..., contract: _Optional[_Union[Contract, _Mapping]] = ..., start_date_time: _Optional[str] = ..., end_date_time: _Optional[str] = ..., number_of_ticks: _Optional[int] = ..., what_to_show: _Optional[str] = ..., use_rth: _Optional[bool] = ..., ignore_size: _Optional[bool] = ...) -> None: ...

class CancelHistoricalTicks(_message.Message):
    __slots__ = ("req_id",)
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    def __init__(self, req_id: _Optional[int] = ...) -> None: ...

class PlaceOrderRequest(_message.Message):
    __slots__ = ("order_id", "contract", "order")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order_id: int
    contract: Contract
    order: Order
    def __init__(self, order_id: _Optional[int] = ..., contract: _Optional[_Union[Contract, _Mapping]] = ..., order: _Optional[_Union[Order, _Mapping]] = ...) -> None: ...

class CancelOrderRequest(_message.Message):
    __slots__ = ("order_id", "order_cancel")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_CANCEL_FIELD_NUMBER: _ClassVar[int]
    order_id: int
    order_cancel: OrderCancel
    def __init__(self, order_id: _Optional[int] = ..., order_cancel: _Optional[_Union[OrderCancel, _Mapping]] = ...) -> None: ...

class GlobalCancelRequest(_message.Message):
    __slots__ = ("order_cancel",)
    ORDER_CANCEL_FIELD_NUMBER: _ClassVar[int]
    order_cancel: OrderCancel
    def __init__(self, order_cancel: _Optional[_Union[OrderCancel, _Mapping]] = ...) -> None: ...

class OpenOrdersRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class AllOpenOrdersRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class AutoOpenOrdersRequest(_message.Message):
    __slots__ = ("auto_bind",)
    AUTO_BIND_FIELD_NUMBER: _ClassVar[int]
    auto_bind: bool
    def __init__(self, auto_bind: _Optional[bool] = ...) -> None: ...

class CompletedOrdersRequest(_message.Message):
    __slots__ = ("api_only",)
    API_ONLY_FIELD_NUMBER: _ClassVar[int]
    api_only: bool
    def __init__(self, api_only: _Optional[bool] = ...) -> None: ...

class ExecutionFilter(_message.Message):
    __slots__ = ("client_id", "acct_code", "time", "symbol", "sec_type", "exchange", "side")
    CLIENT_ID_FIELD_NUMBER: _ClassVar[int]
    ACCT_CODE_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    SEC_TYPE_FIELD_NUMBER: _ClassVar[int]
    EXCHANGE_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    client_id: int
    acct_code: str
    time: str
    symbol: str
    sec_type: str
    exchange: str
    side: str
    def __init__(self, client_id: _Optional[int] = ..., acct_code: _Optional[str] = ..., time: _Optional[str] = ..., symbol: _Optional[str] = ..., sec_type: _Optional[str] = ..., exchange: _Optional[str] = ..., side: _Optional[str] = ...) -> None: ...

class ExecutionRequest(_message.Message):
    __slots__ = ("req_id", "execution_filter")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_FILTER_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    execution_filter: ExecutionFilter
    def __init__(self, req_id: _Optional[int] = ..., execution_filter: _Optional[_Union[ExecutionFilter, _Mapping]] = ...) -> None: ...

class PositionsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class CancelPositions(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class AccountSummaryRequest(_message.Message):
    __slots__ = ("req_id", "group", "tags")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    group: str
    tags: str
    def __init__(self, req_id: _Optional[int] = ..., group: _Optional[str] = ..., tags: _Optional[str] = ...) -> None: ...

class CancelAccountSummary(_message.Message):
    __slots__ = ("req_id",)
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    def __init__(self, req_id: _Optional[int] = ...) -> None: ...

class AccountDataRequest(_message.Message):
    __slots__ = ("subscribe", "acct_code")
    SUBSCRIBE_FIELD_NUMBER: _ClassVar[int]
    ACCT_CODE_FIELD_NUMBER: _ClassVar[int]
    subscribe: bool
    acct_code: str
    def __init__(self, subscribe: _Optional[bool] = ..., acct_code: _Optional[str] = ...) -> None: ...

class AccountUpdatesMultiRequest(_message.Message):
    __slots__ = ("req_id", "account", "model_code", "ledger_and_nlv")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    MODEL_CODE_FIELD_NUMBER: _ClassVar[int]
    LEDGER_AND_NLV_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    account: str
    model_code: str
    ledger_and_nlv: bool
    def __init__(self, req_id: _Optional[int] = ..., account: _Optional[str] = ..., model_code: _Optional[str] = ..., ledger_and_nlv: _Optional[bool] = ...) -> None: ...

class CancelAccountUpdatesMulti(_message.Message):
    __slots__ = ("req_id",)
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    def __init__(self, req_id: _Optional[int] = ...) -> None: ...

class PnLRequest(_message.Message):
    __slots__ = ("req_id", "account")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    account: str
    def __init__(self, req_id: _Optional[int] = ..., account: _Optional[str] = ...) -> None: ...

class CancelPnL(_message.Message):
    __slots__ = ("req_id",)
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    def __init__(self, req_id: _Optional[int] = ...) -> None: ...

class ManagedAccounts(_message.Message):
    __slots__ = ("accounts_list",)
    ACCOUNTS_LIST_FIELD_NUMBER: _ClassVar[int]
    accounts_list: str
    def __init__(self, accounts_list: _Optional[str] = ...) -> None: ...

class NextValidId(_message.Message):
    __slots__ = ("order_id",)
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    order_id: int
    def __init__(self, order_id: _Optional[int] = ...) -> None: ...

class ErrorMessage(_message.Message):
    __slots__ = ("id", "error_time", "error_code", "error_msg", "advanced_order_reject_json")
    ID_FIELD_NUMBER: _ClassVar[int]
    ERROR_TIME_FIELD_NUMBER: _ClassVar[int]
    ERROR_CODE_FIELD_NUMBER: _ClassVar[int]
    ERROR_MSG_FIELD_NUMBER: _ClassVar[int]
    ADVANCED_ORDER_REJECT_JSON_FIELD_NUMBER: _ClassVar[int]
    id: int
    error_time: int
    error_code: int
    error_msg: str
    advanced_order_reject_json: str
    def __init__(self, id: _Optional[int] = ..., error_time: _Optional[int] = ..., error_code: _Optional[int] = ..., error_msg: _Optional[str] = ..., advanced_order_reject_json: _Optional[str] = ...) -> None: ...

class CurrentTime(_message.Message):
    __slots__ = ("current_time",)
    CURRENT_TIME_FIELD_NUMBER: _ClassVar[int]
    current_time: int
    def __init__(self, current_time: _Optional[int] = ...) -> None: ...

class ContractData(_message.Message):
    __slots__ = ("req_id", "contract", "contract_details")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_DETAILS_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    contract: Contract
    contract_details: ContractDetails
    def __init__(self, req_id: _Optional[int] = ..., contract: _Optional[_Union[Contract, _Mapping]] = ..., contract_details: _Optional[_Union[ContractDetails, _Mapping]] = ...) -> None: ...

class ContractDataEnd(_message.Message):
    __slots__ = ("req_id",)
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    def __init__(self, req_id: _Optional[int] = ...) -> None: ...

class SecDefOptParameter(_message.Message):
    __slots__ = ("req_id", "exchange", "underlying_con_id", "trading_class", "multiplier", "expirations", "strikes")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    EXCHANGE_FIELD_NUMBER: _ClassVar[int]
    UNDERLYING_CON_ID_FIELD_NUMBER: _ClassVar[int]
    TRADING_CLASS_FIELD_NUMBER: _ClassVar[int]
    MULTIPLIER_FIELD_NUMBER: _ClassVar[int]
    EXPIRATIONS_FIELD_NUMBER: _ClassVar[int]
    STRIKES_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    exchange: str
    underlying_con_id: int
    trading_class: str
    multiplier: str
    expirations: _containers.RepeatedScalarFieldContainer[str]
    strikes: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, req_id: _Optional[int] = ..., exchange: _Optional[str] = ..., underlying_con_id: _Optional[int] = ..., trading_class: _Optional[str] = ..., multiplier: _Optional[str] = ..., expirations: _Optional[_Iterable[str]] = ..., strikes: _Optional[_Iterable[float]] = ...) -> None: ...

class SecDefOptParameterEnd(_message.Message):
    __slots__ = ("req_id",)
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    def __init__(self, req_id: _Optional[int] = ...) -> None: ...

class MarketRule(_message.Message):
    __slots__ = ("market_rule_id", "price_increments")
    MARKET_RULE_ID_FIELD_NUMBER: _ClassVar[int]
    PRICE_INCREMENTS_FIELD_NUMBER: _ClassVar[int]
    market_rule_id: int
    price_increments: _containers.RepeatedCompositeFieldContainer[PriceIncrement]
    def __init__(self, market_rule_id: _Optional[int] = ..., price_increments: _Optional[_Iterable[_Union[PriceIncrement, _Mapping]]] = ...) -> None: ...

class MarketDataType(_message.Message):
    __slots__ = ("req_id", "market_data_type")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    MARKET_DATA_TYPE_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    market_data_type: int
    def __init__(self, req_id: _Optional[int] = ..., market_data_type: _Optional[int] = ...) -> None: ...

class TickReqParams(_message.Message):
    __slots__ = ("req_id", "min_tick", "bbo_exchange", "snapshot_permissions")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    MIN_TICK_FIELD_NUMBER: _ClassVar[int]
    BBO_EXCHANGE_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_PERMISSIONS_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    min_tick: str
    bbo_exchange: str
    snapshot_permissions: int
    def __init__(self, req_id: _Optional[int] = ..., min_tick: _Optional[str] = ..., bbo_exchange: _Optional[str] = ..., snapshot_permissions: _Optional[int] = ...) -> None: ...

class TickPrice(_message.Message):
    __slots__ = ("req_id", "tick_type", "price", "size", "attr_mask")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    TICK_TYPE_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    ATTR_MASK_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    tick_type: int
    price: float
    size: str
    attr_mask: int
    def __init__(self, req_id: _Optional[int] = ..., tick_type: _Optional[int] = ..., price: _Optional[float] = ..., size: _Optional[str] = ..., attr_mask: _Optional[int] = ...) -> None: ...

class TickSize(_message.Message):
    __slots__ = ("req_id", "tick_type", "size")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    TICK_TYPE_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    tick_type: int
    size: str
    def __init__(self, req_id: _Optional[int] = ..., tick_type: _Optional[int] = ..., size: _Optional[str] = ...) -> None: ...

class TickString(_message.Message):
    __slots__ = ("req_id", "tick_type", "value")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    TICK_TYPE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    tick_type: int
    value: str
    def __init__(self, req_id: _Optional[int] = ..., tick_type: _Optional[int] = ..., value: _Optional[str] = ...) -> None: ...

class TickOptionComputation(_message.Message):
    __slots__ = ("req_id", "tick_type", "tick_attrib", "implied_vol", "delta", "opt_price", "pv_dividend", "gamma", "vega", "theta", "und_price")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    TICK_TYPE_FIELD_NUMBER: _ClassVar[int]
    TICK_ATTRIB_FIELD_NUMBER: _ClassVar[int]
    IMPLIED_VOL_FIELD_NUMBER: _ClassVar[int]
    DELTA_FIELD_NUMBER: _ClassVar[int]
    OPT_PRICE_FIELD_NUMBER: _ClassVar[int]
    PV_DIVIDEND_FIELD_NUMBER: _ClassVar[int]
    GAMMA_FIELD_NUMBER: _ClassVar[int]
    VEGA_FIELD_NUMBER: _ClassVar[int]
    THETA_FIELD_NUMBER: _ClassVar[int]
    UND_PRICE_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    tick_type: int
    tick_attrib: int
    implied_vol: float
    delta: float
    opt_price: float
    pv_dividend: float
    gamma: float
    vega: float
    theta: float
    und_price: float
    def __init__(self, req_id: _Optional[int] = ..., tick_type: _Optional[int] = ..., tick_attrib: _Optional[int] = ..., implied_vol: _Optional[float] = ..., delta: _Optional[float] = ..., opt_price: _Optional[float] = ..., pv_dividend: _Optional[float] = ..., gamma: _Optional[float] = ..., vega: _Optional[float] = ..., theta: _Optional[float] = ..., und_price: _Optional[float] = ...) -> None: ...

class TickSnapshotEnd(_message.Message):
    __slots__ = ("req_id",)
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    def __init__(self, req_id: _Optional[int] = ...) -> None: ...

class TickByTickData(_message.Message):
    __slots__ = ("req_id", "tick_type", "historical_tick_last", "historical_tick_bid_ask", "historical_tick_mid_point")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    TICK_TYPE_FIELD_NUMBER: _ClassVar[int]
    HISTORICAL_TICK_LAST_FIELD_NUMBER: _ClassVar[int]
    HISTORICAL_TICK_BID_ASK_FIELD_NUMBER: _ClassVar[int]
    HISTORICAL_TICK_MID_POINT_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    tick_type: int
    historical_tick_last: HistoricalTickLast
    historical_tick_bid_ask: HistoricalTickBidAsk
    historical_tick_mid_point: HistoricalTick
    def __init__(self, req_id: _Optional[int] = ..., tick_type: _Optional[int] = ..., historical_tick_last: _Optional[_Union[HistoricalTickLast, _Mapping]] = ..., historical_tick_bid_ask: _Optional[_Union[HistoricalTickBidAsk, _Mapping]] = ..., historical_tick_mid_point: _Optional[_Union[HistoricalTick, _Mapping]] = ...) -> None: ...

class MarketDepth(_message.Message):
    __slots__ = ("req_id", "market_depth_data")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    MARKET_DEPTH_DATA_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    market_depth_data: MarketDepthData
    def __init__(self, req_id: _Optional[int] = ..., market_depth_data: _Optional[_Union[MarketDepthData, _Mapping]] = ...) -> None: ...

class MarketDepthL2(_message.Message):
    __slots__ = ("req_id", "market_depth_data")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    MARKET_DEPTH_DATA_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    market_depth_data: MarketDepthData
    def __init__(self, req_id: _Optional[int] = ..., market_depth_data: _Optional[_Union[MarketDepthData, _Mapping]] = ...) -> None: ...

class RealTimeBarTick(_message.Message):
    __slots__ = ("req_id", "time", "open", "high", "low", "close", "volume", "wap", "count")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    CLOSE_FIELD_NUMBER: _ClassVar[int]
    VOLUME_FIELD_NUMBER: _ClassVar[int]
    WAP_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    time: int
    open: float
    high: float
    low: float
    close: float
    volume: str
    wap: str
    count: int
    def __init__(self, req_id: _Optional[int] = ..., time: _Optional[int] = ..., open: _Optional[float] = ..., high: _Optional[float] = ..., low: _Optional[float] = ..., close: _Optional[float] = ..., volume: _Optional[str] = ..., wap: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...

class HistoricalData(_message.Message):
    __slots__ = ("req_id", "historical_data_bars")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    HISTORICAL_DATA_BARS_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    historical_data_bars: _containers.RepeatedCompositeFieldContainer[HistoricalDataBar]
    def __init__(self, req_id: _Optional[int] = ..., historical_data_bars: _Optional[_Iterable[_Union[HistoricalDataBar, _Mapping]]] = ...) -> None: ...

class HistoricalDataUpdate(_message.Message):
    __slots__ = ("req_id", "historical_data_bar")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    HISTORICAL_DATA_BAR_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    historical_data_bar: HistoricalDataBar
    def __init__(self, req_id: _Optional[int] = ..., historical_data_bar: _Optional[_Union[HistoricalDataBar, _Mapping]] = ...) -> None: ...

class HistoricalDataEnd(_message.Message):
    __slots__ = ("req_id", "start_date_str", "end_date_str")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    START_DATE_STR_FIELD_NUMBER: _ClassVar[int]
    END_DATE_STR_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    start_date_str: str
    end_date_str: str
    def __init__(self, req_id: _Optional[int] = ..., start_date_str: _Optional[str] = ..., end_date_str: _Optional[str] = ...) -> None: ...

class HeadTimestamp(_message.Message):
    __slots__ = ("req_id", "head_timestamp")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    HEAD_TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    head_timestamp: str
    def __init__(self, req_id: _Optional[int] = ..., head_timestamp: _Optional[str] = ...) -> None: ...

class HistoricalTicks(_message.Message):
    __slots__ = ("req_id", "historical_ticks", "is_done")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    HISTORICAL_TICKS_FIELD_NUMBER: _ClassVar[int]
    IS_DONE_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    historical_ticks: _containers.RepeatedCompositeFieldContainer[HistoricalTick]
    is_done: bool
    def __init__(self, req_id: _Optional[int] = ..., historical_ticks: _Optional[_Iterable[_Union[HistoricalTick, _Mapping]]] = ..., is_done: _Optional[bool] = ...) -> None: ...

class HistoricalTicksBidAsk(_message.Message):
    __slots__ = ("req_id", "historical_ticks_bid_ask", "is_done")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    HISTORICAL_TICKS_BID_ASK_FIELD_NUMBER: _ClassVar[int]
    IS_DONE_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    historical_ticks_bid_ask: _containers.RepeatedCompositeFieldContainer[HistoricalTickBidAsk]
    is_done: bool
    def __init__(self, req_id: _Optional[int] = ..., historical_ticks_bid_ask: _Optional[_Iterable[_Union[HistoricalTickBidAsk, _Mapping]]] = ..., is_done: _Optional[bool] = ...) -> None: ...

class HistoricalTicksLast(_message.Message):
    __slots__ = ("req_id", "historical_ticks_last", "is_done")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    HISTORICAL_TICKS_LAST_FIELD_NUMBER: _ClassVar[int]
    IS_DONE_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    historical_ticks_last: _containers.RepeatedCompositeFieldContainer[HistoricalTickLast]
    is_done: bool
    def __init__(self, req_id: _Optional[int] = ..., historical_ticks_last: _Optional[_Iterable[_Union[HistoricalTickLast, _Mapping]]] = ..., is_done: _Optional[bool] = ...) -> None: ...

class OpenOrder(_message.Message):
    __slots__ = ("order_id", "contract", "order", "order_state")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    ORDER_STATE_FIELD_NUMBER: _ClassVar[int]
    order_id: int
    contract: Contract
    order: Order
    order_state: OrderState
    def __init__(self, order_id: _Optional[int] = ..., contract: _Optional[_Union[Contract, _Mapping]] = ..., order: _Optional[_Union[Order, _Mapping]] = ..., order_state: _Optional[_Union[OrderState, _Mapping]] = ...) -> None: ...

class OpenOrdersEnd(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class OrderStatus(_message.Message):
    __slots__ = ("order_id", "status", "filled", "remaining", "avg_fill_price", "perm_id", "parent_id", "last_fill_price", "client_id", "why_held", "mkt_cap_price")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    FILLED_FIELD_NUMBER: _ClassVar[int]
    REMAINING_FIELD_NUMBER: _ClassVar[int]
    AVG_FILL_PRICE_FIELD_NUMBER: _ClassVar[int]
    PERM_ID_FIELD_NUMBER: _ClassVar[int]
    PARENT_ID_FIELD_NUMBER: _ClassVar[int]
    LAST_FILL_PRICE_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ID_FIELD_NUMBER: _ClassVar[int]
    WHY_HELD_FIELD_NUMBER: _ClassVar[int]
    MKT_CAP_PRICE_FIELD_NUMBER: _ClassVar[int]
    order_id: int
    status: str
    filled: str
    remaining: str
    avg_fill_price: float
    perm_id: int
    parent_id: int
    last_fill_price: float
    client_id: int
    why_held: str
    mkt_cap_price: float
    def __init__(self, order_id: _Optional[int] = ..., status: _Optional[str] = ..., filled: _Optional[str] = ..., remaining: _Optional[str] = ..., avg_fill_price: _Optional[float] = ..., perm_id: _Optional[int] = ..., parent_id: _Optional[int] = ..., last_fill_price: _Optional[float] = ..., client_id: _Optional[int] = ..., why_held: _Optional[str] = ..., mkt_cap_price: _Optional[float] = ...) -> None: ...

class CompletedOrder(_message.Message):
    __slots__ = ("contract", "order", "order_state")
    CONTRACT_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    ORDER_STATE_FIELD_NUMBER: _ClassVar[int]
    contract: Contract
    order: Order
    order_state: OrderState
    def __init__(self, contract: _Optional[_Union[Contract, _Mapping]] = ..., order: _Optional[_Union[Order, _Mapping]] = ..., order_state: _Optional[_Union[OrderState, _Mapping]] = ...) -> None: ...

class CompletedOrdersEnd(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ExecutionDetails(_message.Message):
    __slots__ = ("req_id", "contract", "execution")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    contract: Contract
    execution: Execution
    def __init__(self, req_id: _Optional[int] = ..., contract: _Optional[_Union[Contract, _Mapping]] = ..., execution: _Optional[_Union[Execution, _Mapping]] = ...) -> None: ...

class ExecutionDetailsEnd(_message.Message):
    __slots__ = ("req_id",)
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    def __init__(self, req_id: _Optional[int] = ...) -> None: ...

class CommissionAndFeesReport(_message.Message):
    __slots__ = ("exec_id", "commission_and_fees", "currency", "realized_pnl")
    EXEC_ID_FIELD_NUMBER: _ClassVar[int]
    COMMISSION_AND_FEES_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    REALIZED_PNL_FIELD_NUMBER: _ClassVar[int]
    exec_id: str
    commission_and_fees: float
    currency: str
    realized_pnl: float
    def __init__(self, exec_id: _Optional[str] = ..., commission_and_fees: _Optional[float] = ..., currency: _Optional[str] = ..., realized_pnl: _Optional[float] = ...) -> None: ...

class Position(_message.Message):
    __slots__ = ("account", "contract", "position", "avg_cost")
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    AVG_COST_FIELD_NUMBER: _ClassVar[int]
    account: str
    contract: Contract
    position: str
    avg_cost: float
    def __init__(self, account: _Optional[str] = ..., contract: _Optional[_Union[Contract, _Mapping]] = ..., position: _Optional[str] = ..., avg_cost: _Optional[float] = ...) -> None: ...

class PositionEnd(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class AccountSummary(_message.Message):
    __slots__ = ("req_id", "account", "tag", "value", "currency")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    account: str
    tag: str
    value: str
    currency: str
    def __init__(self, req_id: _Optional[int] = ..., account: _Optional[str] = ..., tag: _Optional[str] = ..., value: _Optional[str] = ..., currency: _Optional[str] = ...) -> None: ...

class AccountSummaryEnd(_message.Message):
    __slots__ = ("req_id",)
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    def __init__(self, req_id: _Optional[int] = ...) -> None: ...

class AccountValue(_message.Message):
    __slots__ = ("key", "value", "currency", "account_name")
    KEY_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_NAME_FIELD_NUMBER: _ClassVar[int]
    key: str
    value: str
    currency: str
    account_name: str
    def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ..., currency: _Optional[str] = ..., account_name: _Optional[str] = ...) -> None: ...

class PortfolioValue(_message.Message):
    __slots__ = ("contract", "position", "market_price", "market_value", "average_cost", "unrealized_pnl", "realized_pnl", "account_name")
    CONTRACT_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    MARKET_PRICE_FIELD_NUMBER: _ClassVar[int]
    MARKET_VALUE_FIELD_NUMBER: _ClassVar[int]
    AVERAGE_COST_FIELD_NUMBER: _ClassVar[int]
    UNREALIZED_PNL_FIELD_NUMBER: _ClassVar[int]
    REALIZED_PNL_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_NAME_FIELD_NUMBER: _ClassVar[int]
    contract: Contract
    position: str
    market_price: float
    market_value: float
    average_cost: float
    unrealized_pnl: float
    realized_pnl: float
    account_name: str
    def __init__(self, contract: _Optional[_Union[Contract, _Mapping]] = ..., position: _Optional[str] = ..., market_price: _Optional[float] = ..., market_value: _Optional[float] = ..., average_cost: _Optional[float] = ..., unrealized_pnl: _Optional[float] = ..., realized_pnl: _Optional[float] = ..., account_name: _Optional[str] = ...) -> None: ...

class AccountUpdateTime(_message.Message):
    __slots__ = ("time_stamp",)
    TIME_STAMP_FIELD_NUMBER: _ClassVar[int]
    time_stamp: str
    def __init__(self, time_stamp: _Optional[str] = ...) -> None: ...

class AccountDataEnd(_message.Message):
    __slots__ = ("account_name",)
    ACCOUNT_NAME_FIELD_NUMBER: _ClassVar[int]
    account_name: str
    def __init__(self, account_name: _Optional[str] = ...) -> None: ...

class AccountUpdateMulti(_message.Message):
    __slots__ = ("req_id", "account", "model_code", "key", "value", "currency")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    MODEL_CODE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    account: str
    model_code: str
    key: str
    value: str
    currency: str
    def __init__(self, req_id: _Optional[int] = ..., account: _Optional[str] = ..., model_code: _Optional[str] = ..., key: _Optional[str] = ..., value: _Optional[str] = ..., currency: _Optional[str] = ...) -> None: ...

class AccountUpdateMultiEnd(_message.Message):
    __slots__ = ("req_id",)
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    def __init__(self, req_id: _Optional[int] = ...) -> None: ...

class PnL(_message.Message):
    __slots__ = ("req_id", "daily_pnl", "unrealized_pnl", "realized_pnl")
    REQ_ID_FIELD_NUMBER: _ClassVar[int]
    DAILY_PNL_FIELD_NUMBER: _ClassVar[int]
    UNREALIZED_PNL_FIELD_NUMBER: _ClassVar[int]
    REALIZED_PNL_FIELD_NUMBER: _ClassVar[int]
    req_id: int
    daily_pnl: float
    unrealized_pnl: float
    realized_pnl: float
    def __init__(self, req_id: _Optional[int] = ..., daily_pnl: _Optional[float] = ..., unrealized_pnl: _Optional[float] = ..., realized_pnl: _Optional[float] = ...) -> None: ...
