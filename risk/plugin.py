"""What risk brings to `mia`: hard rules, sizers, the monitor of catastrophes and the kill switch."""

from mia_plugins.hookspecs import Register

RULES = {
    "daily_loss": (
        "daily_loss:DailyLoss",
        "What a day may lose: made, held at its stops, and new.",
    ),
    "outer_envelope": ("daily_loss:OuterEnvelope", "The daily loss that nothing widens: 500 $."),
    "daily_risk": ("daily_loss:DailyRisk", "A day's losses and what is at risk; its gains do not count."),
    "cooldown": ("pauses:Cooldown", "15 minutes after a stop-out."),
    "consecutive_losses": ("pauses:ConsecutiveLosses", "Two hours after four losses in a row."),
    "daily_trades": ("counts:DailyTrades", "Round trips a day."),
    "positions": ("counts:Positions", "Positions at once."),
    "contracts": ("counts:MostContracts", "Contracts on one side, ES and NQ together."),
    "exposure": ("counts:Exposure", "$ of index that all positions stand for."),
    "risk_per_trade": ("trade_risk:RiskPerTrade", "What a trade may lose at its stop."),
    "correlated_risk": ("trade_risk:CorrelatedRisk", "What one side of ES and NQ may lose together."),
    "drawdown": ("drawdown:Drawdown", "How far below its highest the account may fall, a day and ever."),
    "price_sanity": ("sanity:PriceSanity", "A price far from those just before."),
    "stop_sanity": ("sanity:StopSanity", "A stop too near or too far."),
    "size_sanity": ("sanity:SizeSanity", "A size nobody can have meant."),
}
SIZERS = {
    "standard": (
        "standard:StandardSizer",
        "Base, tier, soft factors, the most, the risk a trade, rounding.",
    ),
    "fixed_risk": ("fixed_risk:FixedRisk", "The same share of the balance at each stop."),
    "portfolio_heat": (
        "fixed_risk:PortfolioHeat",
        "The same, while all positions risk less than a share.",
    ),
    "volatility": ("volatility:Volatility", "The same share of the balance by a move of some ATR."),
    "kelly": ("kelly:KellySizer", "A quarter of Kelly, from the lower end of the win rate's interval."),
}


def mia_register_rules(register: Register) -> None:
    """Register the hard rules."""
    for name, (where, summary) in RULES.items():
        register(name, f"risk.rules.{where}", summary=summary)


def mia_register_sizers(register: Register) -> None:
    """Register the sizers."""
    for name, (where, summary) in SIZERS.items():
        register(name, f"risk.sizers.{where}", summary=summary)


def mia_register_actors(register: Register) -> None:
    """Register what watches over a run."""
    register(
        "catastrophe",
        "risk.catastrophe.monitor:Catastrophe",
        summary="Watches data, broker, money and machine; tells, stops entries, or flattens.",
    )


def mia_register_commands(register: Register) -> None:
    """Register the commands."""
    register("kill", "risk.commands:kill_app", summary="Stop all trading of an account.")
    register("unkill", "risk.commands:unkill_app", summary="Let the kill switch go.")
