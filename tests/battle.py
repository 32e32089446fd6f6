"""Battle Navale written from its definition over whole lists of bars, for comparison; nothing of ours in it."""

from dataclasses import dataclass
from itertools import pairwise
from math import isclose
from statistics import fmean, median, pstdev

MINUTE = 60_000_000_000


@dataclass
class B:
    """A bar with its flow."""

    ts: int
    o: int
    h: int
    lo: int
    c: int
    v: int
    buy: int
    sell: int


def bars_from(trades: list[tuple[int, int, int, int]], opening: int, minutes: int) -> list[B]:
    """Return bars of trades (ts, ticks, lots, side); no session is shorter than its trades here."""
    found: dict[int, B] = {}
    for ts, price, lots, side in trades:
        ends = opening + ((ts - opening) // (minutes * MINUTE) + 1) * minutes * MINUTE
        b = found.setdefault(ends, B(ends, price, price, price, price, 0, 0, 0))
        b.h, b.lo, b.c, b.v = max(b.h, price), min(b.lo, price), price, b.v + lots
        b.buy += lots if side > 0 else 0
        b.sell += lots if side < 0 else 0
    return list(found.values())


def true_range_average(bars: list[B], i: int) -> float | None:
    """Wilder's ATR(14) at bar i."""
    ranges = [max(b.h - b.lo, abs(b.h - a.c), abs(b.lo - a.c)) for a, b in pairwise(bars[: i + 1])]
    if len(ranges) < 14:
        return None
    value = fmean(ranges[:14])
    for r in ranges[14:]:
        value = (value * 13 + r) / 14
    return value


def base_at(bars: list[B], i: int) -> tuple[int, int, int, float] | None:
    """Low, high, colour and quality of the base that ends at bar i."""
    atr = true_range_average(bars, i)
    if i < 14 or atr is None:
        return None
    window, box = bars[i - 14 : i + 1], bars[i - 7 : i + 1]
    spread = max(b.h for b in window) - min(b.lo for b in window)
    if not pstdev([b.c for b in window]) < 0.21 * spread:
        return None
    low, high = min(b.lo for b in box), max(b.h for b in box)
    if high - low > 2.3 * atr:
        return None
    n = 0
    while n < min(20, i + 1) and low <= bars[i - n].c <= high:
        n += 1
    share = (high - low) / (2.3 * atr)
    size = 1 if 0.2 <= share < 0.6 else 0.7 if 0.1 <= share < 0.8 else 0.3
    volumes = [b.v for b in box]
    even = max(0, 1 - pstdev(volumes) / fmean(volumes)) if sum(volumes) else 0
    inside = sum(low <= b.c <= high for b in window) / 15
    quality = 0.3 * min(n / 10, 1) + 0.2 * size + 0.25 * even + 0.25 * inside
    moves = [bars[k].c - bars[k - 1].c for k in range(i - 3, i + 1)]
    ups, downs = sum(m > 0 for m in moves), sum(m < 0 for m in moves)
    return low, high, 1 if ups >= 3 else -1 if downs >= 3 else 0, quality


def breaks(b: B, base: tuple[int, int, int, float]) -> int:
    """The side to which a bar violates a base."""
    low, high, colour, _ = base
    if colour > 0 and b.c < b.o and b.c < low - 0.5:
        return -1
    return int(colour < 0 and b.c > b.o and b.c > high + 0.5)


def chart(bars: list[B]) -> list[tuple[int, tuple[int, int, int, float] | None]]:
    """Regime and reference at each bar."""
    found, regime = [], 0
    reference: tuple[int, int, int, float] | None = None
    force: tuple[int, tuple[int, int, int, float]] | None = None
    for i, b in enumerate(bars):
        broken = breaks(b, force[1]) if force and i - force[0] <= 20 else 0
        base = base_at(bars, i)
        if broken:
            regime, force = broken, None
        elif base and base[3] > 0.5:
            reference = base
            if base[2]:
                force, regime = (i, base), base[2]
        found.append((regime, reference))
    return found


def usual(values: list[int], i: int, least: int) -> float | None:
    """Median of the 50 before i."""
    before = values[max(0, i - 50) : i]
    return median(before) or None if len(before) >= least else None


def patterns(bars: list[B], i: int, full: list[float | None], k: float) -> list[tuple[str, float]]:
    """Names and values of what bar i completes; k is what ticks are multiplied by."""
    found = []
    f = full[i - 1]
    if i < 2 or f is None:
        return []
    a, m, z = bars[i - 2 : i + 1]
    strong = 0.7 * min((max(a.h, m.h, z.h) - min(a.lo, m.lo, z.lo)) / (8 * k) / 2, 1) + 0.3 * min(m.v / f, 1)
    if (
        m.o < a.c and a.h - m.lo > 8 * k and z.o > m.c and z.h - m.lo > 8 * k and z.h > a.h
        and m.c < m.o and z.c > z.o
    ):  # fmt: skip
        found.append(("long_down_up_bar", 0.8 * strong))
    if (
        m.o > a.c and m.h - a.lo > 8 * k and z.o < m.c and m.h - z.lo > 8 * k and z.lo < a.lo
        and m.c > m.o and z.c < z.o
    ):  # fmt: skip
        found.append(("long_up_down_bar", -0.8 * strong))
    if i >= 3:
        y = bars[i - 3]
        size = 0.8 * min((max(y.h, a.h, m.h, z.h) - min(y.lo, a.lo, m.lo, z.lo)) / (12 * k) / 2, 1)
        if (
            z.o < m.c and m.h - z.lo > 12 * k and z.lo < m.lo and a.o < y.c and y.h - a.lo > 12 * k
            and a.lo < y.lo and m.h < a.h and a.c < a.o and z.c < z.o
        ):  # fmt: skip
            found.append(("color_down_setting", -0.6 * size))
        if (
            z.o > m.c and z.h - m.lo > 12 * k and z.h > m.h and a.o > y.c and a.h - y.lo > 12 * k
            and a.h > y.h and m.lo > a.lo and a.c > a.o and z.c > z.o
        ):  # fmt: skip
            found.append(("color_up_setting", 0.6 * size))
    return found


def strongest(by_bar: list[list[tuple[str, float]]], i: int) -> float:
    """The value of the largest active pattern; 0 at a tie of opposite signs."""
    values = [v * (5 - age) / 5 for age in range(5) if i >= age for _, v in by_bar[i - age]]
    most = max(map(abs, values), default=0.0)
    signs = {v > 0 for v in values if isclose(abs(v), most, abs_tol=1e-9)}
    return (most if True in signs else -most) if len(signs) == 1 else 0.0


def fight(b: B, full: float, delta_full: float) -> tuple[float, float]:
    """V and D of a bar."""
    v = d = 0.0
    green, red, d_lots = b.c > b.o, b.c < b.o, b.buy - b.sell
    if b.h > b.lo and abs(b.c - b.o) / (b.h - b.lo) > 0.6:
        v += 0.8 * abs(b.c - b.o) / (b.h - b.lo) * green
        d += 0.8 * abs(b.c - b.o) / (b.h - b.lo) * red
    v += min(b.v / full, 2) * 0.2 * green
    d += min(b.v / full, 2) * 0.2 * red
    v += min(abs(d_lots) / delta_full, 1) * 0.5 * (d_lots > 0)
    d += min(abs(d_lots) / delta_full, 1) * 0.5 * (d_lots < 0)
    if b.buy + b.sell:
        v += 0.3 * (b.buy / (b.buy + b.sell) > 0.6)
        d += 0.3 * (b.sell / (b.buy + b.sell) > 0.6)
    return v, d


@dataclass
class Told:
    """What the method says at a bar."""

    score: float
    confidence: float
    bn_quality: float
    sierra: float


def told(bars: list[B], full: list[float | None], deltas: list[float | None], k: list[float | None]) -> list[Told | None]:  # fmt: skip
    """The method at each bar; `full` and `deltas` are contracts of strong bars, `k` the ratios of ticks."""
    seen, found, signs = chart(bars), [list[tuple[str, float]]()] * len(bars), list[int]()
    said: list[Told | None] = []
    for i, b in enumerate(bars):
        ratio = k[i]
        if i and ratio is not None:
            found[i] = patterns(bars, i, full, ratio)
        fights = [
            fight(bars[j], full[j] or 1, deltas[j] or 1) for j in range(max(0, i - 4), i + 1) if full[j]
        ]
        v, d = (sum(one) for one in zip(*fights, strict=True)) if fights else (0.0, 0.0)
        if i < 14 or len(fights) < 5 or ratio is None or full[i - 1] is None or v + d == 0:
            if len(fights) < 5 or v + d == 0:
                signs.clear()
            said.append(None)
            continue
        regime, base = seen[i]
        beyond = base and (b.c > base[1] if regime > 0 else b.c < base[0])
        continuing = {1: 0.8 if beyond else 0.6, 0: 0.5, -1: 0.2 if beyond else 0.4}[regime]
        quality = base[3] if base else 0.0
        s = (2 * (0.4 / 0.75 * v / (v + d) + 0.35 / 0.75 * continuing) - 1) * (0.5 + 0.5 * quality)
        raw, s = abs(s), s if abs(s) >= 0.15 else 0.0
        signs.append((s > 0) - (s < 0))
        agree = signs[-3:] in ([1, 1, 1], [-1, -1, -1])
        names = [name for age in range(min(5, i + 1)) for name, value in found[i - age] if value * s > 0]
        boost = 0.1 * any(name.startswith("long") for name in names)
        boost += 0.05 * any(name.startswith("color") for name in names) + 0.2 * (regime * s > 0)
        confidence = min(1, 0.5 * abs(s) + 0.3 * quality + 0.2 * agree + boost)
        sierra = max(-1, min(1, 0.7 * strongest(found, i) + 0.3 * regime))
        said.append(Told(s, confidence, raw, sierra))
    return said
