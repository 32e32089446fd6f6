"""Limits and sizes that contradict each other are found before anything starts, with place and numbers."""

from pathlib import Path

import pytest

from mia_plugins.settings.issues import SettingsError
from mia_plugins.settings.resolve import Run, load_run

STRATEGY = "confluence: {bracket: {stop: 12}}"


def loaded(here: Path, *lines: str, capital: int = 25_000) -> Run:
    """Return a run of a strategy whose stop is 12 ticks of ES, with some lines more."""
    config = here / "run.yaml"
    base = ("instruments: [ES]", "start: 2026-06-01", "end: 2026-06-01", f"capital: {capital}")
    text = [*base, f"strategies: {{{STRATEGY}}}", *lines]
    config.write_text("\n".join(text) + "\n")
    return load_run(config)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            ("rules: {contracts: {maximum: 2}}", "sizers: {standard: {maximum: 3}}"),
            "run.yaml:7:30: sizers.standard.maximum: 3 contracts is more than rules.contracts lets through",
        ),
        (
            ("rules: {size_sanity: {maximum: 2}}", "sizers: {fixed_risk: {maximum: 3}}"),
            "sizers.fixed_risk.maximum: 3 contracts is more than rules.size_sanity lets through",
        ),
        (
            ("rules: {risk_per_trade: {risk: 1}}", "sizers: {kelly: {}}"),
            "run.yaml:7:10: sizers.kelly.most: 2 % is more than rules.risk_per_trade lets through",
        ),
        (
            ("rules: {mine: {use: risk_per_trade, risk: 1}}", "sizers: {volatility: {risk: 1.5}}"),
            "sizers.volatility.risk: 1.5 % is more than rules.mine lets through: write 1 or less",
        ),
        (
            ("rules: {risk_per_trade: {risk: 3}, daily_risk: {risk: 2}}",),
            "rules.risk_per_trade.risk: 3 % is more than rules.daily_risk lets through: write 2 or less",
        ),
        (
            ("rules: {risk_per_trade: {risk: 3}, drawdown: {day: 2}}",),
            "3 % is more than rules.drawdown in a day lets through",
        ),
        (
            ("rules: {daily_loss: {limit: 900}, outer_envelope: {}}",),
            "900.00 $ is beyond rules.outer_envelope, which lets a day lose 500.00 $: write 500 or less",
        ),
        (
            ("rules: {daily_loss: {limit: 149}}",),
            "strategies.confluence, 12 ticks: it could never trade; `traded_as: micro` could",
        ),
        (("rules: {risk_per_trade: {risk: 0.5}}",), "0.5 % of 25000.00 $ is less than the 150.00 $"),
        (("rules: {stop_sanity: {farthest: 11}}",), "11 ticks are nearer than the stop of strategies.confluence"),
        (("rules: {stop_sanity: {nearest: 13}}",), "13 ticks are farther than the stop of strategies.confluence"),
        (("sizers: {portfolio_heat: {risk: 3}}",), "a trade risks more (3 %) than all together may (2 %)"),
        (("rules: {daily_trades: {maximum: 0}}",), "should be greater than or equal to 1"),
        (("rules: {daily_loss: {limit: -100}}",), "should be greater than 0"),
        (("rules: {drawdown: {day: -1}}",), "should be greater than 0"),
        (("rules: {exposure: {maximum: -1}}",), "should be greater than 0"),
    ],
)  # fmt: skip
def test_what_contradicts_is_refused(here: Path, lines: tuple[str, ...], told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        loaded(here, *lines)
    assert told in caught.value.what


@pytest.mark.parametrize(
    "lines",
    [
        ("rules: {contracts: {maximum: 2}}", "sizers: {standard: {maximum: 2}}"),
        ("rules: {risk_per_trade: {risk: 2}, daily_risk: {risk: 2}}", "sizers: {kelly: {}}"),
        ("rules: {daily_loss: {limit: 500}, outer_envelope: {}}",),
        ("rules: {daily_loss: {limit: 150}}",),
        ("rules: {daily_loss: {limit: 15}}", "traded_as: micro"),
        ("rules: {stop_sanity: {nearest: 12, farthest: 12}}",),
        ("rules: {contracts: {maximum: 2, enabled: false}}", "sizers: {standard: {maximum: 3}}"),
    ],
)
def test_what_just_fits_is_in_order(here: Path, lines: tuple[str, ...]) -> None:
    assert loaded(here, *lines).advice == ()


def test_a_trade_that_may_lose_more_than_a_day_is_told_of(here: Path) -> None:
    """With more capital than its document had in mind a preset's share is more than the day: the day decides."""
    lines = ("rules: {risk_per_trade: {risk: 1}, daily_loss: {limit: 400}}",)
    assert loaded(here, *lines, capital=40_000).advice == ()
    (advice,) = loaded(here, *lines, capital=40_001).advice
    assert "1 % of 40001.00 $ is 400.01 $ a trade, where rules.daily_loss lets a day lose 400.00 $" in str(
        advice
    )


def test_everything_that_contradicts_is_told_at_once(here: Path) -> None:
    with pytest.raises(SettingsError, match=r"^2 problems"):
        loaded(
            here, "rules: {contracts: {}, risk_per_trade: {}}", "sizers: {standard: {maximum: 5, risk: 5}}"
        )


def test_a_plugin_that_fails_at_this_is_named(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("no such thing")

    monkeypatch.setattr("risk.rules.counts.MostContracts.conflicts", broken)
    with pytest.raises(SettingsError, match=r"rules.contracts: its conflicts\(\) raised KeyError"):
        loaded(here, "rules: {contracts: {}}")
