"""Nautilus' engine as a backtest of ours has it, and how it is fed."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from nautilus_trader.backtest import BacktestEngine, BacktestEngineConfig
from nautilus_trader.common import LoggerConfig, LogLevel
from nautilus_trader.config import DataEngineConfig, RiskEngineConfig
from nautilus_trader.model import (
    AccountType,
    BookType,
    Currency,
    CustomData,
    DataType,
    Money,
    OmsType,
    OtoTriggerMode,
    TraderId,
    Venue,
)
from nautilus_trader.model.custom import customdataclass
from nautilus_trader.persistence import (
    BarDataWrangler,
    OrderBookDepthDataWrangler,
    QuoteTickDataWrangler,
    TradeTickDataWrangler,
)

from mia_plugins.backtest.fills import BarFills, Fees, QuoteFills, Sight
from mia_plugins.backtest.stream import Part, ipc_bytes
from mia_plugins.data.arrow import BAR_TYPE_END, Kind
from mia_plugins.data.instruments import PRICE_PRECISION, VENUE, futures_contract
from mia_plugins.making.accounts import commission_of
from mia_plugins.making.plan import TAPE_VENUE, TRADER, Plan
from mia_plugins.runtime.guard import Guard
from mia_plugins.settings.run import Backstop, RunSettings


def engine_of(settings: RunSettings, plan: Plan, guard: Guard, sight: Sight) -> BacktestEngine:
    """Return an engine with its venue and every contract of the run."""
    engine = BacktestEngine(
        BacktestEngineConfig(
            trader_id=TraderId(TRADER),
            bypass_logging=True,
            logging=LoggerConfig(stdout_level=LogLevel.OFF, bypass_logging=True),
            shutdown_on_error=True,
            run_analysis=False,
            # With depth alone nothing would tell the risk engine a price, and it would deny every order.
            data_engine=DataEngineConfig(emit_quotes_from_book_depths=True),
            risk_engine=_backstop(settings.backstop, plan),
        )
    )
    dollars = Currency.from_str("USD")
    fees = {contract.instrument_id: commission_of(contract.code, settings) for contract in plan.contracts}
    engine.add_venue(
        Venue(VENUE),
        OmsType.NETTING,
        AccountType.MARGIN,
        [Money.from_str(f"{settings.capital:.2f} USD")],
        base_currency=dollars,
        default_leverage=Decimal(1),
        fill_model=_fills(plan.engine_kind, int(settings.venue.slippage), guard, sight),
        fee_model=Fees(fees, guard),
        book_type=BookType.L2_MBP if plan.engine_kind is Kind.DEPTH else BookType.L1_MBP,
        oto_trigger_mode=OtoTriggerMode.PARTIAL,
        trade_execution=False,
        liquidity_consumption=plan.engine_kind is Kind.DEPTH,
        # A stop that is already passed when it becomes active is filled at once, as at the exchange.
        reject_stop_orders=False,
    )
    for contract in plan.contracts:
        engine.add_instrument(futures_contract(contract))
    if settings.feed == "handlers":
        _add_tape_venue(engine, plan, guard)
    return engine


def _backstop(backstop: Backstop, plan: Plan) -> RiskEngineConfig:
    """Return the risk engine's settings: what no order of any plugin gets past."""
    return RiskEngineConfig(
        bypass=False,
        max_order_submit_rate=f"{backstop.submits}/00:00:01",
        max_order_modify_rate=f"{backstop.changes}/00:00:01",
        max_notional_per_order={one.instrument_id: str(backstop.notional) for one in plan.contracts},
    )


def _fills(kind: Kind, slippage: int, guard: Guard, sight: Sight) -> QuoteFills | None:
    """Return what fills orders; depth is walked by the engine itself."""
    if kind is Kind.DEPTH:
        return None
    return BarFills(slippage, guard, sight) if kind is Kind.BARS else QuoteFills(slippage, guard)


def _add_tape_venue(engine: BacktestEngine, plan: Plan, guard: Guard) -> None:
    dollars = Currency.from_str("USD")
    engine.add_venue(
        Venue(TAPE_VENUE),
        OmsType.NETTING,
        AccountType.MARGIN,
        [Money.from_str("1.00 USD")],
        base_currency=dollars,
        fee_model=Fees({}, guard),
        book_type=BookType.L1_MBP,
    )
    for contract in plan.contracts:
        engine.add_instrument(futures_contract(contract, TAPE_VENUE))


class Objects:
    """Tables to Nautilus' objects, one wrangler a kind and contract."""

    def __init__(self) -> None:
        self._wranglers: dict[tuple[str, Kind], Any] = {}

    def of(self, part: Part, venue: str = VENUE) -> list[Any]:
        """Return a part's rows as objects of the contract at a venue."""
        instrument_id = f"{part.contract.symbol}.{venue}"
        key = instrument_id, part.kind
        if key not in self._wranglers:
            self._wranglers[key] = _wrangler(part.kind, instrument_id)
        found: list[Any] = self._wranglers[key].process_record_batch_bytes(ipc_bytes(part.table))
        return found


def _wrangler(kind: Kind, instrument_id: str) -> Any:
    if kind is Kind.BARS:
        return BarDataWrangler(f"{instrument_id}{BAR_TYPE_END}", PRICE_PRECISION, 0)
    made = {
        Kind.TRADES: TradeTickDataWrangler,
        Kind.QUOTES: QuoteTickDataWrangler,
        Kind.DEPTH: OrderBookDepthDataWrangler,
    }
    return made[kind](instrument_id, PRICE_PRECISION, 0)


@customdataclass
class SessionEdge:
    """Comes when a session opens and when it is over: the engine's time moves with data alone."""

    day: str = ""


def session_edge(day: str, ts: int) -> list[CustomData]:
    """Return the opening or the end of a session (UTC ns) as data."""
    made: Any = SessionEdge
    return [CustomData(DataType("SessionEdge"), made(ts_event=ts, ts_init=ts, day=day))]


def add_parts(engine: BacktestEngine, parts: Iterable[list[Any]]) -> None:
    """Give the engine objects in a fixed order, which decides ties."""
    for objects in parts:
        engine.add_data(objects, sort=False)
    engine.sort_data()
