"""What patterns bring to `mia`."""

from mia_plugins.hookspecs import Register

STRATEGIES = {
    "gamma_pin_reversion": (
        "gamma_pin:GammaPinReversion",
        "Sells a call wall that held, buys a put wall that held.",
    ),
    "dealer_flip_breakout": (
        "dealer_flip:DealerFlipBreakout",
        "Goes with a close across the gamma flip into negative gamma.",
    ),
    "liquidity_sweep_reversal": (
        "liquidity_sweep:LiquiditySweepReversal",
        "Trades back inside when a sweep of a swing has failed.",
    ),
    "stacked_imbalance_continuation": (
        "stacked:StackedImbalanceContinuation",
        "Goes with stacked imbalances on VWAP's side.",
    ),
    "iceberg_tracker_follow": ("iceberg:IcebergTrackerFollow", "Goes with an iceberg while it stands."),
    "cvd_divergence_trap": (
        "cvd_trap:CvdDivergenceTrap",
        "Trades against a swing at a level that CVD did not follow.",
    ),
    "opening_drive_fail": (
        "opening_drive:OpeningDriveFail",
        "Trades against an opening drive that failed.",
    ),
    "es_nq_lead_lag_mirror": (
        "lead_lag:EsNqLeadLagMirror",
        "Trades the laggard of ES and NQ the way of the leader.",
    ),
    "vwap_band_squeeze_break": (
        "vwap_squeeze:VwapBandSqueezeBreak",
        "Goes with a close beyond a narrow band of VWAP.",
    ),
    "profile_gap_fill": (
        "gap_fill:ProfileGapFill",
        "Trades through prices at which little was traded, to where much was.",
    ),
}
"""Name, target inside this folder, and what it is."""


def mia_register_strategies(register: Register) -> None:
    """Register the strategies."""
    for name, (target, summary) in STRATEGIES.items():
        register(name, f"strategies.patterns.{target}", summary=summary)
