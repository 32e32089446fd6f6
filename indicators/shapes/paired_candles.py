"""Candlesticks of two candles. Each returns TA-Lib's number: 100 or -100, 80 where edges touch, 0."""

from indicators.shapes.candle import Candle


def hammer(one: Candle, two: Candle) -> int:
    """A short body on a lower shadow, at or below the low before."""
    return 100 * (two.is_short and two.lower > two.body and two.no_upper and two.bottom <= one.low + one.near)


def hanging_man(one: Candle, two: Candle) -> int:
    """A short body on a lower shadow, at or above the high before."""
    return -100 * (
        two.is_short and two.lower > two.body and two.no_upper and two.bottom >= one.high - one.near
    )


def inverted_hammer(one: Candle, two: Candle) -> int:
    """A short body under an upper shadow, below the body before."""
    return 100 * (two.is_short and two.upper > two.body and two.no_lower and two.under(one))


def shooting_star(one: Candle, two: Candle) -> int:
    """A short body under an upper shadow, above the body before."""
    return -100 * (two.is_short and two.upper > two.body and two.no_lower and two.over(one))


def engulfing(one: Candle, two: Candle) -> int:
    """A body around one of the other colour; 80 when an edge is the same."""
    if one.colour == two.colour or two.top < one.top or two.bottom > one.bottom:
        return 0
    edges = (two.top == one.top) + (two.bottom == one.bottom)
    return two.colour * (0, 80, 100)[2 - edges]


def harami(one: Candle, two: Candle) -> int:
    """A body of at most usual length inside a long one; 80 when an edge is the same."""
    return 0 if two.is_long else _inside(one, two)


def harami_cross(one: Candle, two: Candle) -> int:
    """A doji inside a long body; 80 when an edge is the same."""
    return _inside(one, two) if two.doji else 0


def _inside(one: Candle, two: Candle) -> int:
    if not one.is_long or two.top > one.top or two.bottom < one.bottom:
        return 0
    return -one.colour * (100 if two.top < one.top and two.bottom > one.bottom else 80)


def homing_pigeon(one: Candle, two: Candle) -> int:
    """A small black body inside a long black one."""
    return 100 * (
        one.black
        and two.black
        and one.is_long
        and not two.is_long
        and two.open < one.open
        and two.close > one.close
    )


def doji_star(one: Candle, two: Candle) -> int:
    """A doji beyond a long body."""
    return -100 * one.colour * (one.is_long and two.doji and two.beyond(one, one.colour))


def counterattack(one: Candle, two: Candle) -> int:
    """Two long bodies of opposite colours that close alike."""
    return (
        100
        * two.colour
        * (
            one.colour != two.colour
            and one.is_long
            and two.is_long
            and one.close - one.equal <= two.close <= one.close + one.equal
        )
    )


def separating_lines(one: Candle, two: Candle) -> int:
    """A belt hold that opens where one of the other colour did."""
    return (
        100
        * two.colour
        * (
            one.colour != two.colour
            and one.open - one.equal <= two.open <= one.open + one.equal
            and two.is_long
            and (two.no_lower if two.white else two.no_upper)
        )
    )


def matching_low(one: Candle, two: Candle) -> int:
    """Two black candles that close alike."""
    return 100 * (one.black and two.black and one.close - one.equal <= two.close <= one.close + one.equal)


def kicking(one: Candle, two: Candle) -> int:
    """Two marubozu of opposite colours with a gap between them."""
    return 100 * two.colour * _kicks(one, two)


def kicking_by_length(one: Candle, two: Candle) -> int:
    """The same, with the side of the longer one."""
    return 100 * (two if two.body > one.body else one).colour * _kicks(one, two)


def _kicks(one: Candle, two: Candle) -> bool:
    gap = two.low > one.high if two.white else two.high < one.low
    return one.colour != two.colour and one.is_bare and two.is_bare and gap


def dark_cloud_cover(one: Candle, two: Candle) -> int:
    """After a long white candle one opens above its high and closes in the lower half of its body."""
    return -100 * (
        one.white
        and one.is_long
        and two.black
        and two.open > one.high
        and one.open < two.close < one.close - one.body * 0.5
    )


def piercing(one: Candle, two: Candle) -> int:
    """After a long black candle a long one opens below its low and closes in the upper half of its body."""
    return 100 * (_turns_up(one, two) and two.is_long and one.close + one.body * 0.5 < two.close < one.open)


def on_neck(one: Candle, two: Candle) -> int:
    """After a long black candle one opens below its low and closes at that low."""
    return -100 * (_turns_up(one, two) and one.low - one.equal <= two.close <= one.low + one.equal)


def in_neck(one: Candle, two: Candle) -> int:
    """After a long black candle one opens below its low and closes at its close."""
    return -100 * (_turns_up(one, two) and one.close <= two.close <= one.close + one.equal)


def thrusting(one: Candle, two: Candle) -> int:
    """After a long black candle one opens below its low and closes in the lower half of its body."""
    return -100 * (_turns_up(one, two) and one.close + one.equal < two.close <= one.close + one.body * 0.5)


def _turns_up(one: Candle, two: Candle) -> bool:
    """Say whether a long black candle is followed by a white one that opens below its low."""
    return one.black and one.is_long and two.white and two.open < one.low
