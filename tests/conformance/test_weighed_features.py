"""Every feature that a preset of the documents weighs is registered, of the kind the preset takes it for."""

from typing import Any

from mia_plugins.features import Score
from mia_plugins.hookspecs import Kind
from mia_plugins.host import PluginHost

DIRECTIONAL = {
    *("gamma_levels_proximity", "vwap_trend_signal", "sierra_pattern_strength", "order_book_imbalance"),
    *("options_flow_bias", "smart_money_strength", "es_nq_correlation", "tick_momentum", "delta_divergence"),
    *("mtf_confluence", "volume_imbalance", "price_action", "momentum_flow", "support_resistance"),
    *("market_structure", "dealers_bias"),
}
QUALITY = {"volume_confirmation", "level_proximity", "session_context", "pullback_quality"}


def test_each_is_there_and_of_its_kind() -> None:
    host = PluginHost.discover()
    classes: dict[str, Any] = {
        name: host.load(host.find(Kind.FEATURES, name)) for name in sorted(DIRECTIONAL | QUALITY)
    }
    kinds = {name: of.kind for name, of in classes.items()}
    assert {name for name, kind in kinds.items() if kind is Score.DIRECTIONAL} == DIRECTIONAL
    assert {name for name, kind in kinds.items() if kind is Score.QUALITY} == QUALITY
