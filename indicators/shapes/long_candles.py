"""Candlesticks of four candles and more. Each returns TA-Lib's number; 200 when a hikkake is confirmed."""

from collections.abc import Callable

from indicators.shapes.candle import Candle

CONFIRMED_WITHIN = 3
"""Bars in which a hikkake can be confirmed."""


def three_black_crows(*candles: Candle) -> int:
    """After a white candle three black ones that close at their lows, each opening in the body before."""
    before, one, two, three = candles
    return -100 * (
        before.white
        and one.black
        and two.black
        and three.black
        and one.no_lower
        and two.no_lower
        and three.no_lower
        and one.holds(two.open)
        and two.holds(three.open)
        and before.high > one.close > two.close > three.close
    )


def three_line_strike(*candles: Candle) -> int:
    """Three candles that climb or fall, and one of the other colour that takes all of it back."""
    one, two, three, last = candles
    side = one.colour
    return (
        100
        * side
        * (
            one.colour == two.colour == three.colour != last.colour
            and one.bottom - one.near <= two.open <= one.top + one.near
            and two.bottom - two.near <= three.open <= two.top + two.near
            and side * one.close < side * two.close < side * three.close < side * last.open
            and side * last.close < side * one.open
        )
    )


def concealing_baby_swallow(*candles: Candle) -> int:
    """Two black marubozu, a black one below with a shadow into them, and a black one around it."""
    one, two, three, last = candles
    return 100 * (
        one.black
        and two.black
        and three.black
        and last.black
        and one.no_lower
        and one.no_upper
        and two.no_lower
        and two.no_upper
        and three.under(two)
        and three.upper > three.tiny
        and three.high > two.close
        and last.high > three.high
        and last.low < three.low
    )


def breakaway(*candles: Candle) -> int:
    """A long candle, a gap, two more on the same way, and one back into the gap."""
    one, two, three, four, last = candles
    side = last.colour
    return (
        100
        * side
        * (
            one.is_long
            and one.colour == two.colour == four.colour != side
            and two.beyond(one, -side)
            and _goes_on(two, three, -side)
            and _goes_on(three, four, -side)
            and side * two.open < side * last.close < side * one.close
        )
    )


def _goes_on(one: Candle, two: Candle, side: int) -> bool:
    """Say whether both the high and the low go further."""
    return side * two.high > side * one.high and side * two.low > side * one.low


def ladder_bottom(*candles: Candle) -> int:
    """Three black candles down, one with an upper shadow, and a white one that closes above it."""
    one, two, three, four, last = candles
    return 100 * (
        one.black
        and two.black
        and three.black
        and one.open > two.open > three.open
        and one.close > two.close > three.close
        and four.black
        and four.upper > four.tiny
        and last.white
        and last.open > four.open
        and last.close > four.high
    )


def mat_hold(*candles: Candle) -> int:
    """A long white candle, three small ones that rest in its upper half, and a white one above them all."""
    one, two, three, four, last = candles
    least = one.close - one.body * 0.5
    return 100 * (
        one.is_long
        and two.is_short
        and three.is_short
        and four.is_short
        and one.white
        and two.black
        and last.white
        and two.over(one)
        and least < three.bottom < one.close
        and least < four.bottom < one.close
        and three.top < two.open
        and four.top < three.top
        and last.open > four.close
        and last.close > max(two.high, three.high, four.high)
    )


def rising_falling_three_methods(*candles: Candle) -> int:
    """A long candle, three small ones against it inside its range, and a long one that goes on."""
    one, two, three, four, last = candles
    side = one.colour
    rest = (two, three, four)
    return (
        100
        * side
        * (
            one.is_long
            and last.is_long
            and last.colour == side
            and all(each.is_short and each.colour != side for each in rest)
            and all(each.bottom < one.high and each.top > one.low for each in rest)
            and side * two.close > side * three.close > side * four.close
            and side * last.open > side * four.close
            and side * last.close > side * one.close
        )
    )


def hikkake(*candles: Candle) -> int:
    """An inside bar that breaks to one side and is expected to fail; 200 once a close says so."""
    return _expected_to_fail(candles, 3, _hikkake_at)


def modified_hikkake(*candles: Candle) -> int:
    """A hikkake of two inside bars, the first closing near the end that breaks."""
    return _expected_to_fail(candles, 4, _modified_hikkake_at)


def _hikkake_at(*candles: Candle) -> int:
    """Return the side a break of an inside bar is expected to fail to, 0 without one."""
    one, inside, last = candles
    if not _within(one, inside):
        return 0
    return next((side for side in (1, -1) if _goes_on(inside, last, -side)), 0)


def _modified_hikkake_at(*candles: Candle) -> int:
    one, first, inside, last = candles
    if not _within(one, first) or not _within(first, inside):
        return 0
    near_end = {1: first.close <= first.low + first.near, -1: first.close >= first.high - first.near}
    return next((side for side in (1, -1) if _goes_on(inside, last, -side) and near_end[side]), 0)


def _within(one: Candle, two: Candle) -> bool:
    return two.high < one.high and two.low > one.low


def _expected_to_fail(candles: tuple[Candle, ...], count: int, side_at: Callable[..., int]) -> int:
    """Return 100 for a break at the last candle, 200 if it confirms the last one before; with the side."""
    last = len(candles)
    side = side_at(*candles[-count:])
    if side:
        return 100 * side
    for end in range(last - 1, last - 1 - CONFIRMED_WITHIN, -1):
        side = side_at(*candles[end - count : end])
        if side:
            confirmed = [_confirms(candles[end - 2], candle, side) for candle in candles[end:]]
            # The first close beyond confirms; it is told once.
            return 200 * side * (confirmed[-1] and not any(confirmed[:-1]))
    return 0


def _confirms(inside: Candle, candle: Candle, side: int) -> bool:
    return candle.close > inside.high if side > 0 else candle.close < inside.low
