"""Nautilus' live node with the clients of Interactive Brokers, set to notice what they would lose."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from nautilus_trader.adapters.interactive_brokers import (
    InteractiveBrokersDataClientConfig,
    InteractiveBrokersDataClientFactory,
    InteractiveBrokersExecutionClientConfig,
    InteractiveBrokersExecutionClientFactory,
    InteractiveBrokersInstrumentProviderConfig,
)
from nautilus_trader.adapters.sandbox import SandboxExecutionClientConfig, SandboxExecutionClientFactory
from nautilus_trader.common import Environment
from nautilus_trader.execution import OneTickSlippageFillModel, PerContractFeeModel
from nautilus_trader.live import LiveExecutionEngineConfig, LiveNode, LiveRiskEngineConfig
from nautilus_trader.model import (
    AccountId,
    AccountType,
    BookType,
    Currency,
    InstrumentId,
    Money,
    OmsType,
    TraderId,
    Venue,
)

from mia_plugins.data.instruments import VENUE
from mia_plugins.live.native import logged_to
from mia_plugins.making.accounts import commission_of
from mia_plugins.settings.run import Backstop, RunSettings

CHECK_EVERY = 5.0
"""Seconds between two questions of which orders and positions the broker has: a fill that was told while the
connection was down is found by these alone."""
SETTLED_MS = 2_000
"""ms after which what was asked for last no longer stands in the way of those questions."""
MISSING = 2
"""How often an order has to be missing at the broker before it is taken to be gone."""
UNANSWERED = 1_000_000
"""How often Nautilus asks about an order of which nothing was heard before it decides by itself: never. It
would take a cancel that was lost with the line for a done one, while the order works at the broker."""
LOOKBACK = 30 * 24 * 60
"""Minutes within which an order must have changed for Nautilus to miss it at the broker: a line may be down
for a weekend."""
SANDBOX = "SANDBOX"


@dataclass(frozen=True)
class Line:
    """A gateway to connect to."""

    host: str
    port: int
    account: str
    client_id: int
    """The first of two."""
    is_sandbox: bool = False
    """Whether orders are filled in the node instead."""
    patience: int = 20
    """Seconds a connection or an answer may take."""
    unlisted: frozenset[InstrumentId] = frozenset()
    """What the broker does not list, and a run can do without."""
    logs: Path = Path()
    """The folder of Nautilus' own log."""

    @property
    def execution_client(self) -> str:
        """Which client orders go to."""
        return SANDBOX if self.is_sandbox else "IB"


def node_of(line: Line, trader: str, wanted: Iterable[InstrumentId], settings: RunSettings) -> LiveNode:
    """Return a node that is not running yet; `wanted` are loaded from the broker before it starts."""
    instruments = set(wanted)
    here: dict[str, Any] = {
        "host": line.host,
        "port": line.port,
        "connection_timeout": line.patience,
        "request_timeout": line.patience,
        "instrument_provider": InteractiveBrokersInstrumentProviderConfig(load_ids=instruments),
    }
    data = InteractiveBrokersDataClientConfig(
        client_id=line.client_id, use_regular_trading_hours=False, subscription_idle_timeout_secs=30, **here
    )
    builder = (
        LiveNode.builder("MIA", TraderId(trader), Environment.LIVE)
        .with_logging(logged_to(line.logs))
        .with_timeout_connection(line.patience)
        .with_timeout_reconciliation(line.patience)
        .with_timeout_portfolio(line.patience)
        .with_timeout_disconnection_secs(3)
        .with_delay_post_stop_secs(1)
        .with_reconciliation(reconciliation=True)
        .with_exec_engine_config(_execution())
        .with_risk_engine_config(_backstop(settings.backstop, instruments))
        .add_data_client(None, InteractiveBrokersDataClientFactory(), data)
    )
    if line.is_sandbox:
        return builder.add_simulated_exec_client(
            SANDBOX, SandboxExecutionClientFactory(), _sandbox(settings)
        ).build()
    execution = InteractiveBrokersExecutionClientConfig(
        client_id=line.client_id + 1, account_id=line.account, fetch_all_open_orders=True, **here
    )
    return builder.add_exec_client(None, InteractiveBrokersExecutionClientFactory(), execution).build()


def _execution() -> LiveExecutionEngineConfig:
    return LiveExecutionEngineConfig(
        reconciliation=True,
        open_check_interval_secs=CHECK_EVERY,
        open_check_open_only=False,
        open_check_threshold_ms=SETTLED_MS,
        open_check_missing_retries=MISSING,
        position_check_interval_secs=CHECK_EVERY,
        position_check_threshold_ms=SETTLED_MS,
        inflight_check_retries=UNANSWERED,
        open_check_lookback_mins=LOOKBACK,
        position_check_lookback_mins=LOOKBACK,
    )


def _backstop(backstop: Backstop, instruments: Iterable[InstrumentId]) -> LiveRiskEngineConfig:
    """Return the risk engine's settings, as a backtest has them."""
    return LiveRiskEngineConfig(
        bypass=False,
        max_order_submit_rate=f"{backstop.submits}/00:00:01",
        max_order_modify_rate=f"{backstop.changes}/00:00:01",
        max_notional_per_order={str(one): str(backstop.notional) for one in instruments},
    )


def _sandbox(settings: RunSettings) -> SandboxExecutionClientConfig:
    """Return the fills of `venue.fills: quotes` as near as the sandbox comes to them.

    It takes Nautilus' own models alone: a limit is filled when traded through, a tick of slippage, and for
    all contracts the commission of the dearest that is traded.
    """
    commission = max(commission_of(code, settings) for code in settings.orders_for.values())
    return SandboxExecutionClientConfig(
        venue=Venue(VENUE),
        starting_balances=[Money.from_str(f"{settings.capital:.2f} USD")],
        account_id=AccountId("SANDBOX-001"),
        base_currency=Currency.from_str("USD"),
        oms_type=OmsType.NETTING,
        account_type=AccountType.MARGIN,
        default_leverage=Decimal(1),
        book_type=BookType.L1_MBP,
        bar_execution=False,
        trade_execution=False,
        reject_stop_orders=False,
        use_reduce_only=False,
        fee_model=PerContractFeeModel(Money.from_str(f"{commission:.2f} USD")),
        fill_model=OneTickSlippageFillModel(0.0, 1.0 if settings.venue.slippage else 0.0),
    )
