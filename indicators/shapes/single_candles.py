"""Candlesticks of one candle. Each returns TA-Lib's number: 100 or -100, 0 when it is not there."""

from indicators.shapes.candle import Candle


def doji(one: Candle) -> int:
    """No body to speak of."""
    return 100 * one.doji


def dragonfly_doji(one: Candle) -> int:
    """A doji with a lower shadow only."""
    return 100 * (one.doji and one.no_upper and one.lower > one.tiny)


def gravestone_doji(one: Candle) -> int:
    """A doji with an upper shadow only."""
    return 100 * (one.doji and one.no_lower and one.upper > one.tiny)


def long_legged_doji(one: Candle) -> int:
    """A doji with a shadow longer than its body."""
    return 100 * (one.doji and (one.lower > one.body or one.upper > one.body))


def rickshaw_man(one: Candle) -> int:
    """A doji with two such shadows and its body near the middle."""
    middle = one.low + one.range / 2
    return 100 * (
        one.doji
        and one.lower > one.body
        and one.upper > one.body
        and one.bottom <= middle + one.near
        and one.top >= middle - one.near
    )


def takuri(one: Candle) -> int:
    """A doji without an upper shadow, the lower one more than twice its body."""
    return 100 * (one.doji and one.no_upper and one.lower > 2 * one.body)


def marubozu(one: Candle) -> int:
    """A long body without shadows."""
    return 100 * one.colour * one.is_bare


def closing_marubozu(one: Candle) -> int:
    """A long body that closes at the end of its range."""
    return 100 * one.colour * (one.is_long and (one.no_upper if one.white else one.no_lower))


def belt_hold(one: Candle) -> int:
    """A long body that opens at the end of its range."""
    return 100 * one.colour * (one.is_long and (one.no_lower if one.white else one.no_upper))


def long_line(one: Candle) -> int:
    """A long body with short shadows."""
    return 100 * one.colour * (one.is_long and one.has_short_shadows)


def short_line(one: Candle) -> int:
    """A short body with short shadows."""
    return 100 * one.colour * (one.is_short and one.has_short_shadows)


def spinning_top(one: Candle) -> int:
    """A short body with longer shadows."""
    return 100 * one.colour * (one.is_short and one.upper > one.body and one.lower > one.body)


def high_wave(one: Candle) -> int:
    """A short body with shadows of more than twice its length."""
    return 100 * one.colour * (one.is_short and one.upper > 2 * one.body and one.lower > 2 * one.body)
