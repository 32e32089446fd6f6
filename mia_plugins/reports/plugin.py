"""The sections that mia brings to a report, registered by the door that every plugin uses."""

from mia_plugins.hookspecs import Register

_SECTIONS = {
    "headline": ("headline:Headline", "Headline numbers with intervals, beside targets."),
    "warnings": ("quality:Warnings", "Warnings, refused orders, and how orders were filled."),
    "equity": ("equity:Equity", "The balance after each trade, and its falls."),
    "candles": ("candles:CandlesWithTrades", "Candles with trades, stops, targets and reasons."),
    "breakdowns": ("breakdowns:Breakdowns", "Months, parts of the session, hours and weekdays."),
    "trades": ("trades:TradesInDetail", "R, excursions, durations, exits; the best and the worst."),
    "costs": ("costs:Costs", "The result at 0, 1 and 2 times the costs."),
    "limits": (
        "limits:Limits",
        "How near each limit was, vetoes, trims and incidents; what Kelly would risk.",
    ),
    "rules_worth": ("rules:RulesWorth", "What decisions that were not taken would have made."),
    "features": ("features:WhatFeaturesKnew", "What each feature knew, and decisions without it."),
    "rolls": ("rolls:Rolls", "The contracts, and when one handed over to the next."),
    "settings": ("settings:SettingsWithOrigin", "Every setting, and the line that gave it."),
    "provenance": ("provenance:Provenance", "How many trials there were; data, code and versions."),
}


def mia_register_report_sections(register: Register) -> None:
    """Register our sections."""
    for name, (target, summary) in _SECTIONS.items():
        register(name, f"mia_plugins.reports.sections.{target}", summary=summary)
