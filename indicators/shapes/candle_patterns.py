"""The candlesticks there are: TA-Lib's whole set, with what each says of the direction."""

from collections.abc import Callable
from typing import NamedTuple

from indicators.shapes import long_candles as longer
from indicators.shapes import paired_candles as two
from indicators.shapes import single_candles as one
from indicators.shapes import triple_candles as three

SIGNED, NEITHER, REVERSED = 1, 0, -1
"""How its side follows from TA-Lib's sign: the same; none, for it only says that nobody won; the other."""
WINDOW = 7
"""Candles that are looked at: a hikkake of four may be confirmed three later."""


class Pattern(NamedTuple):
    """A candlestick."""

    reference: str
    """TA-Lib's name."""
    candles: int
    """How many make it."""
    found: Callable[..., int]
    """Takes as many candles as are looked at and returns TA-Lib's number."""
    meaning: int = SIGNED
    looked_at: int = 0
    """Candles it takes, where they are more than make it."""


PATTERNS = {
    "doji": Pattern("CDLDOJI", 1, one.doji, NEITHER),
    "dragonfly_doji": Pattern("CDLDRAGONFLYDOJI", 1, one.dragonfly_doji),
    "gravestone_doji": Pattern("CDLGRAVESTONEDOJI", 1, one.gravestone_doji, REVERSED),
    "long_legged_doji": Pattern("CDLLONGLEGGEDDOJI", 1, one.long_legged_doji, NEITHER),
    "rickshaw_man": Pattern("CDLRICKSHAWMAN", 1, one.rickshaw_man, NEITHER),
    "takuri": Pattern("CDLTAKURI", 1, one.takuri),
    "marubozu": Pattern("CDLMARUBOZU", 1, one.marubozu),
    "closing_marubozu": Pattern("CDLCLOSINGMARUBOZU", 1, one.closing_marubozu),
    "belt_hold": Pattern("CDLBELTHOLD", 1, one.belt_hold),
    "long_line": Pattern("CDLLONGLINE", 1, one.long_line),
    "short_line": Pattern("CDLSHORTLINE", 1, one.short_line, NEITHER),
    "spinning_top": Pattern("CDLSPINNINGTOP", 1, one.spinning_top, NEITHER),
    "high_wave": Pattern("CDLHIGHWAVE", 1, one.high_wave, NEITHER),
    "hammer": Pattern("CDLHAMMER", 2, two.hammer),
    "hanging_man": Pattern("CDLHANGINGMAN", 2, two.hanging_man),
    "inverted_hammer": Pattern("CDLINVERTEDHAMMER", 2, two.inverted_hammer),
    "shooting_star": Pattern("CDLSHOOTINGSTAR", 2, two.shooting_star),
    "engulfing": Pattern("CDLENGULFING", 2, two.engulfing),
    "harami": Pattern("CDLHARAMI", 2, two.harami),
    "harami_cross": Pattern("CDLHARAMICROSS", 2, two.harami_cross),
    "homing_pigeon": Pattern("CDLHOMINGPIGEON", 2, two.homing_pigeon),
    "doji_star": Pattern("CDLDOJISTAR", 2, two.doji_star),
    "counterattack": Pattern("CDLCOUNTERATTACK", 2, two.counterattack),
    "separating_lines": Pattern("CDLSEPARATINGLINES", 2, two.separating_lines),
    "matching_low": Pattern("CDLMATCHINGLOW", 2, two.matching_low),
    "kicking": Pattern("CDLKICKING", 2, two.kicking),
    "kicking_by_length": Pattern("CDLKICKINGBYLENGTH", 2, two.kicking_by_length),
    "dark_cloud_cover": Pattern("CDLDARKCLOUDCOVER", 2, two.dark_cloud_cover),
    "piercing": Pattern("CDLPIERCING", 2, two.piercing),
    "on_neck": Pattern("CDLONNECK", 2, two.on_neck),
    "in_neck": Pattern("CDLINNECK", 2, two.in_neck),
    "thrusting": Pattern("CDLTHRUSTING", 2, two.thrusting),
    "two_crows": Pattern("CDL2CROWS", 3, three.two_crows),
    "upside_gap_two_crows": Pattern("CDLUPSIDEGAP2CROWS", 3, three.upside_gap_two_crows),
    "three_inside": Pattern("CDL3INSIDE", 3, three.three_inside),
    "three_outside": Pattern("CDL3OUTSIDE", 3, three.three_outside),
    "three_white_soldiers": Pattern("CDL3WHITESOLDIERS", 3, three.three_white_soldiers),
    "advance_block": Pattern("CDLADVANCEBLOCK", 3, three.advance_block),
    "stalled_pattern": Pattern("CDLSTALLEDPATTERN", 3, three.stalled_pattern),
    "identical_three_crows": Pattern("CDLIDENTICAL3CROWS", 3, three.identical_three_crows),
    "three_stars_in_the_south": Pattern("CDL3STARSINSOUTH", 3, three.three_stars_in_the_south),
    "morning_star": Pattern("CDLMORNINGSTAR", 3, three.morning_star),
    "evening_star": Pattern("CDLEVENINGSTAR", 3, three.evening_star),
    "morning_doji_star": Pattern("CDLMORNINGDOJISTAR", 3, three.morning_doji_star),
    "evening_doji_star": Pattern("CDLEVENINGDOJISTAR", 3, three.evening_doji_star),
    "abandoned_baby": Pattern("CDLABANDONEDBABY", 3, three.abandoned_baby),
    "tristar": Pattern("CDLTRISTAR", 3, three.tristar),
    "gap_side_side_white": Pattern("CDLGAPSIDESIDEWHITE", 3, three.gap_side_side_white),
    "tasuki_gap": Pattern("CDLTASUKIGAP", 3, three.tasuki_gap),
    "gap_three_methods": Pattern("CDLXSIDEGAP3METHODS", 3, three.gap_three_methods),
    "stick_sandwich": Pattern("CDLSTICKSANDWICH", 3, three.stick_sandwich),
    "unique_three_river": Pattern("CDLUNIQUE3RIVER", 3, three.unique_three_river),
    "three_black_crows": Pattern("CDL3BLACKCROWS", 4, longer.three_black_crows),
    "three_line_strike": Pattern("CDL3LINESTRIKE", 4, longer.three_line_strike),
    "concealing_baby_swallow": Pattern("CDLCONCEALBABYSWALL", 4, longer.concealing_baby_swallow),
    "breakaway": Pattern("CDLBREAKAWAY", 5, longer.breakaway),
    "ladder_bottom": Pattern("CDLLADDERBOTTOM", 5, longer.ladder_bottom),
    "mat_hold": Pattern("CDLMATHOLD", 5, longer.mat_hold),
    "rising_falling_three_methods": Pattern("CDLRISEFALL3METHODS", 5, longer.rising_falling_three_methods),
    "hikkake": Pattern("CDLHIKKAKE", 3, longer.hikkake, looked_at=6),
    "modified_hikkake": Pattern("CDLHIKKAKEMOD", 4, longer.modified_hikkake, looked_at=WINDOW),
}
"""By our name."""
