"""What a synthetic market cannot be asked for."""

import json

import pytest
from pydantic import ValidationError

from catalog.market.settings import MarketSettings


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"null": True, "edge": {"event": "sweep"}}, "cannot have a planted edge"),
        ({"null": True, "scenarios": [{"name": "spring"}]}, "cannot have the scenario spring"),
        ({"null": True, "scenarios": [{"name": "failed_opening_drive"}]}, "failed_opening_drive"),
        ({"first_day": "1990-01-02"}, "greater than or equal to 2016-01-01"),
        ({"scenarios": [{"name": "gap", "day": ""}]}, "day"),
    ],
)
def test_a_wish_that_would_be_wrong_in_silence_is_refused(wish: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        MarketSettings.model_validate_json(json.dumps(wish), strict=True)


def test_a_null_market_may_have_what_only_its_feed_gets_wrong() -> None:
    wish = {"null": True, "scenarios": [{"name": "crossed"}, {"name": "disconnect"}, {"name": "gap"}]}
    assert MarketSettings.model_validate_json(json.dumps(wish), strict=True).null
