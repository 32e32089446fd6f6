"""What must hold of every feature: causality, the mirror, scale, and that data may come in any pieces.

Each check raises `Broken`, which says where and with what. `make` is given a market and returns the
features by name:

    def make(market):
        return {"mine": Mine(market, Mine.Settings())}

    check_causal(make, random_scene(7))
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np

from mia_plugins.data.arrow import Kind
from mia_plugins.features import Feature, Market, Reading
from mia_plugins.features.walking import walk
from mia_plugins.tape.known import KnownTable
from mia_plugins.tape.tape import Tape
from mia_plugins.testing.broken import Broken
from mia_plugins.testing.changed import SPOILT, changed_after, reflected, scaled, until
from mia_plugins.testing.scenes import Scene
from mia_plugins.testing.tables import spoilt_tables

Make = Callable[[Market], Mapping[str, Feature]]
Read = dict[int, dict[str, Reading]]
"""By instant (UTC ns) and name."""
CLOSE = 1e-9
"""How far apart floats of a mirror image may be."""


def readings(
    make: Make,
    scene: Scene,
    *,
    extra: Iterable[int] = (),
    piece: int | None = None,
    minutes: Iterable[int] = (1,),
) -> Read:
    """Return what features say at each close of a base bar and at `extra` instants (UTC ns).

    `minutes` are the lengths of bars, the base first; those that the features need come by themselves.
    """
    market = market_of(scene, with_needed(make, minutes))
    features = make(market)
    wanted = set(extra)
    return {
        now: {name: feature.checked(name, now) for name, feature in features.items()}
        for now, at_bar in walk(market, scene.days(piece), wanted)
        if at_bar or now in wanted
    }


def market_of(scene: Scene, minutes: Iterable[int] = (1,), product: str = "") -> Market:
    """Return a market for the products and tables of a scene; it is of ES unless a product is named."""
    kinds = {Kind.TRADES}
    if any(len(rows.depth) for rows in scene.rows.values()):
        kinds |= {Kind.DEPTH, Kind.QUOTES}
    tapes = {product: Tape(product, kinds, tuple(minutes)) for product in scene.products}
    product = product or ("ES" if "ES" in tapes else next(iter(tapes)))
    known = _Tables({name: KnownTable(name) for _, name in scene.tables})
    return Market(product, tapes, known, tick=scene.tick, mirrored=scene.mirrored)


def with_needed(make: Make, minutes: Iterable[int] = (1,)) -> tuple[int, ...]:
    """Return lengths of bars, the base first, with those that features need beside them."""
    declared = tuple(minutes)
    blank = Market.blank(minutes=declared)
    make(blank)
    return (*declared, *sorted(blank.minutes - set(declared)))


class _Tables(dict[str, KnownTable]):
    """Tables by name; one without rows when it is asked for first."""

    def __missing__(self, name: str) -> KnownTable:
        self[name] = KnownTable(name)
        return self[name]


def check_causal(make: Make, scene: Scene, *, cuts: int = 3) -> None:
    """See that a prefix of the data gives the same readings, and that later data change none before.

    It is cut at closes of bars and, every other time, at a trade between them, where it is looked too.
    """
    trades = np.sort(np.concatenate([rows.trades.ts for rows in scene.rows.values()])).tolist()
    looks = tuple(trades[len(trades) * cut // (cuts + 1)] for cut in range(1, cuts + 1, 2))
    whole = readings(make, scene, extra=looks)
    instants = sorted(whole)
    closes = [instants[len(instants) * cut // (cuts + 1)] for cut in range(2, cuts + 1, 2)]
    for now in (*looks, *closes):
        for what, other in (
            ("without what came after", until(scene, now)),
            ("with other data after it", changed_after(scene, now)),
        ):
            found = readings(make, other, extra=looks)
            for ts in (ts for ts in instants if ts <= now and ts in found):
                _same(whole[ts], found[ts], f"at {_told(ts)}, {what} ({_told(now)})")


def check_chunks(make: Make, scene: Scene, *, seed: int = 0) -> None:
    """See that readings do not depend on how the data come in, nor on looks in between."""
    whole = readings(make, scene)
    drawn = np.random.default_rng(seed)
    ts = np.concatenate([rows.trades.ts for rows in scene.rows.values()])
    looks = np.unique(np.concatenate((drawn.choice(ts, 200), drawn.choice(ts, 200) + 1)))
    for piece, extra in ((1_000_000, looks), (97, ()), (1_009, looks)):
        found = readings(make, scene, piece=piece, extra=(int(at) for at in extra))
        for at in whole:
            _same(
                whole[at], found[at], f"at {_told(at)}, in pieces of {piece} rows, {len(extra)} looks between"
            )


def check_mirror(make: Make, scene: Scene) -> None:
    """See that odd features change their sign in the mirror image, and even ones stay."""
    kinds = {name: feature.mirror.name for name, feature in make(market_of(scene, with_needed(make))).items()}
    there, mirrored = readings(make, scene), readings(make, reflected(scene))
    for ts, of in there.items():
        for name, reading in of.items():
            other, sign = mirrored[ts][name], -1 if kinds[name] == "odd" else 1
            if kinds[name] == "exempt":
                continue
            if (reading.value is None) != (other.value is None) or (
                reading.value is not None
                and other.value is not None
                and abs(reading.value - sign * other.value) > CLOSE
            ):
                raise Broken(
                    f"{name} is said to be {kinds[name]}; at {_told(ts)} it says {reading}, mirrored {other}"
                )


def check_scale(make: Make, scene: Scene, *, times: float = 4.0) -> None:
    """See that no score changes when the tick and all prices are multiplied."""
    there, multiplied = readings(make, scene), readings(make, scaled(scene, times))
    for ts, of in there.items():
        for name, reading in of.items():
            other = multiplied[ts][name].value
            if (reading.value is None) != (other is None) or (
                reading.value is not None and other is not None and abs(reading.value - other) > CLOSE
            ):
                raise Broken(f"{name} at {_told(ts)} says {reading}, with prices times {times:g} {other!r}")


def check_ugly(make: Make, scene: Scene, *, seed: int = 0) -> None:
    """See that missing, crossed, one-sided, doubled and empty rows raise nothing and invent nothing."""
    drawn = np.random.default_rng(seed)
    ugly = [
        (
            spoil.__name__.removeprefix("_").replace("_", " "),
            replace(scene, rows={key: spoil(rows, drawn) for key, rows in scene.rows.items()}),
        )
        for spoil in SPOILT
    ]
    if make(market := market_of(scene, with_needed(make))) and market.tables:
        ugly += [(what, replace(scene, tables=made)) for what, made in spoilt_tables(scene.tables, drawn)]
    for what, spoilt in ugly:
        try:
            readings(make, spoilt)
        except Exception as error:
            raise Broken(f"{what}: {type(error).__name__}: {error}") from error


def _same(one: Mapping[str, Reading], other: Mapping[str, Reading], where: str) -> None:
    for name, reading in one.items():
        if reading != other[name]:
            raise Broken(f"{name} {where}: {reading} became {other[name]}")


def _told(ts: int) -> str:
    return f"{np.datetime64(ts, 'ns')}Z"
