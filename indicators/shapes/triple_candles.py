"""Candlesticks of three candles. Each returns TA-Lib's number: 100 or -100, 0 when it is not there."""

from indicators.shapes.candle import Candle


def two_crows(one: Candle, two: Candle, three: Candle) -> int:
    """Above a long white body a black one, and another that opens in it and closes in the first."""
    return -100 * (
        one.white
        and one.is_long
        and two.black
        and two.over(one)
        and three.black
        and two.holds(three.open)
        and one.holds(three.close)
    )


def upside_gap_two_crows(one: Candle, two: Candle, three: Candle) -> int:
    """Above a long white body a small black one, and a black one around it that stays above the first."""
    return -100 * (
        one.white
        and one.is_long
        and two.black
        and not two.is_long
        and two.over(one)
        and three.black
        and three.open > two.open
        and one.close < three.close < two.close
    )


def three_inside(one: Candle, two: Candle, three: Candle) -> int:
    """A harami, and a close beyond the long body's opening."""
    return (
        -100
        * one.colour
        * (
            one.is_long
            and not two.is_long
            and two.top < one.top
            and two.bottom > one.bottom
            and three.colour != one.colour
            and one.colour * three.close < one.colour * one.open
        )
    )


def three_outside(one: Candle, two: Candle, three: Candle) -> int:
    """An engulfing body, and a close further on."""
    return (
        100
        * two.colour
        * (
            one.colour != two.colour
            and two.top > one.top
            and two.bottom < one.bottom
            and two.colour * three.close > two.colour * two.close
        )
    )


def three_white_soldiers(one: Candle, two: Candle, three: Candle) -> int:
    """Three white candles, each opening in or near the body before and closing at its high."""
    return 100 * (
        _climb(one, two, three)
        and one.no_upper
        and two.no_upper
        and three.no_upper
        and two.body > one.body - one.far
        and three.body > two.body - two.far
        and three.is_long
    )


def advance_block(one: Candle, two: Candle, three: Candle) -> int:
    """Three white candles of which the later ones weaken: smaller bodies, or longer upper shadows."""
    return -100 * (
        _climb(one, two, three) and one.is_long and one.upper < one.short_shadow and _weaken(one, two, three)
    )


def _climb(one: Candle, two: Candle, three: Candle) -> bool:
    """Say whether three white candles close higher, each opening in or near the body before."""
    return (
        one.white
        and two.white
        and three.white
        and one.close < two.close < three.close
        and one.open < two.open <= one.close + one.near
        and two.open < three.open <= two.close + two.near
    )


def _weaken(one: Candle, two: Candle, three: Candle) -> bool:
    return (
        (two.body < one.body - one.far and three.body < two.body + two.near)
        or three.body < two.body - two.far
        or (
            three.body < two.body < one.body
            and (three.upper > three.short_shadow or two.upper > two.short_shadow)
        )
        or (three.body < two.body and three.upper > three.body)
    )


def stalled_pattern(one: Candle, two: Candle, three: Candle) -> int:
    """Two long white candles and a small one on their shoulder."""
    return -100 * (
        one.white
        and two.white
        and three.white
        and one.close < two.close < three.close
        and one.is_long
        and two.is_long
        and two.no_upper
        and one.open < two.open <= one.close + one.near
        and three.is_short
        and three.open >= two.close - three.body - two.near
    )


def identical_three_crows(one: Candle, two: Candle, three: Candle) -> int:
    """Three black candles that close at their lows, each opening where the one before closed."""
    return -100 * (
        one.black
        and two.black
        and three.black
        and one.no_lower
        and two.no_lower
        and three.no_lower
        and one.close > two.close > three.close
        and one.close - one.equal <= two.open <= one.close + one.equal
        and two.close - two.equal <= three.open <= two.close + two.equal
    )


def three_stars_in_the_south(one: Candle, two: Candle, three: Candle) -> int:
    """A long black candle on a long shadow, a smaller one, and a small black body inside its range."""
    return 100 * (
        one.black
        and two.black
        and three.black
        and one.is_long
        and one.lower > one.body
        and two.body < one.body
        and one.close < two.open <= one.high
        and one.low <= two.low < one.close
        and two.lower > two.tiny
        and three.is_short
        and three.no_lower
        and three.no_upper
        and three.low > two.low
        and three.high < two.high
    )


def morning_star(one: Candle, two: Candle, three: Candle) -> int:
    """A long black body, a small one below it, and a white one that closes well into the first."""
    return 100 * (not two.is_long and _star(one, two, three, 1))


def evening_star(one: Candle, two: Candle, three: Candle) -> int:
    """The mirror of a morning star."""
    return -100 * (not two.is_long and _star(one, two, three, -1))


def morning_doji_star(one: Candle, two: Candle, three: Candle) -> int:
    """A morning star whose small body is a doji."""
    return 100 * (two.doji and _star(one, two, three, 1))


def evening_doji_star(one: Candle, two: Candle, three: Candle) -> int:
    """The mirror of a morning doji star."""
    return -100 * (two.doji and _star(one, two, three, -1))


def _star(one: Candle, two: Candle, three: Candle, side: int) -> bool:
    return one.colour == -side and two.beyond(one, -side) and _comes_back(one, three)


def _comes_back(one: Candle, three: Candle) -> bool:
    """Say whether a long body closes more than .3 of the way into a long one of the other colour."""
    return (
        one.is_long
        and three.is_long
        and three.colour != one.colour
        and three.colour * three.close > three.colour * (one.close + three.colour * one.body * 0.3)
    )


def abandoned_baby(one: Candle, two: Candle, three: Candle) -> int:
    """A doji star with gaps between whole candles."""
    return (
        100
        * three.colour
        * (
            two.doji
            and _comes_back(one, three)
            and (
                (two.low > one.high and three.high < two.low)
                if one.white
                else (two.high < one.low and three.low > two.high)
            )
        )
    )


def tristar(one: Candle, two: Candle, three: Candle) -> int:
    """Three doji, the middle one beyond the others; small as the first one's past has it."""
    if max(one.body, two.body, three.body) > one.tiny:
        return 0
    return 100 * (two.under(one) and three.bottom > two.bottom) - 100 * (
        two.over(one) and three.top < two.top
    )


def gap_side_side_white(one: Candle, two: Candle, three: Candle) -> int:
    """Two white bodies alike, side by side, beyond the one before them."""
    alike = (
        two.white
        and three.white
        and two.body - two.near <= three.body <= two.body + two.near
        and two.open - two.equal <= three.open <= two.open + two.equal
    )
    return 100 * (alike and two.over(one) and three.over(one)) - 100 * (
        alike and two.under(one) and three.under(one)
    )


def tasuki_gap(one: Candle, two: Candle, three: Candle) -> int:
    """Beyond a gap a body, and one alike of the other colour that opens in it and closes in the gap."""
    side = two.colour
    return (
        100
        * side
        * (
            two.beyond(one, side)
            and three.colour != side
            and two.holds(three.open)
            and side * three.close < side * two.open
            and (three.close > one.top if side > 0 else three.close < one.bottom)
            and abs(two.body - three.body) < two.near
        )
    )


def gap_three_methods(one: Candle, two: Candle, three: Candle) -> int:
    """Two bodies of a colour with a gap, and one of the other colour that closes it."""
    return (
        100
        * one.colour
        * (
            one.colour == two.colour != three.colour
            and two.holds(three.open)
            and one.holds(three.close)
            and two.beyond(one, one.colour)
        )
    )


def stick_sandwich(one: Candle, two: Candle, three: Candle) -> int:
    """A white candle between two black ones that close alike."""
    return 100 * (
        one.black
        and two.white
        and three.black
        and two.low > one.close
        and one.close - one.equal <= three.close <= one.close + one.equal
    )


def unique_three_river(one: Candle, two: Candle, three: Candle) -> int:
    """A long black candle, a black body inside it with a lower low, and a small white one that holds it."""
    return 100 * (
        one.black
        and one.is_long
        and two.black
        and two.close > one.close
        and two.open <= one.open
        and two.low < one.low
        and three.is_short
        and three.white
        and three.open > two.low
    )
