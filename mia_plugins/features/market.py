"""`Market`: what the features of one product look at, with the measures they share."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self, cast

from mia_plugins.data.arrow import Kind
from mia_plugins.data.instruments import PRODUCTS, TICK_POINTS
from mia_plugins.features.measure import Measure
from mia_plugins.tape.errors import TapeError
from mia_plugins.tape.known import KnownTable
from mia_plugins.tape.tape import Tape


class Market:
    """Tapes, tables and measures; it follows the tape of its product as one."""

    def __init__(
        self,
        product: str,
        tapes: Mapping[str, Tape],
        known: Mapping[str, KnownTable],
        *,
        tick: float = TICK_POINTS,
        mirrored: bool = False,
    ) -> None:
        """`product` is the one whose features these are; `tick` its price step in points.

        `mirrored` says that all is the mirror image of a market, which only tests make.
        """
        self.product = product
        self.tapes = tapes
        """By product."""
        self.known = known
        """Levels, option chains, the VIX: by name, as far as they are known by now."""
        self.tick = tick
        """The price step, in points: what prices in tables are divided by."""
        self.mirrored = mirrored
        """Whether option chains are to be priced as what they were before they were reflected."""
        self.absent: frozenset[str] = frozenset()
        """What the run declares its data to lack, such as `levels`; the runtime's to fill in."""
        self._measures: dict[tuple[type[Measure], str, str], Measure] = {}

    @classmethod
    def blank(cls, product: str = "ES", minutes: Iterable[int] = (1,)) -> Self:
        """Return a market without data: what is made on it tells what it reads."""
        tapes = {code: _AnyBars(code, Kind, minutes) for code in PRODUCTS}
        return cls(product, tapes, _AnyTable())

    @property
    def tape(self) -> Tape:
        """The product's own tape."""
        return self.tapes[self.product]

    @property
    def reads(self) -> frozenset[Kind]:
        """What its measures read of the tapes, beside bars."""
        return frozenset[Kind]().union(*(measure.reads for measure in self._measures.values()))

    @property
    def tables(self) -> frozenset[str]:
        """The tables its measures read."""
        return frozenset[str]().union(*(measure.tables for measure in self._measures.values()))

    @property
    def minutes(self) -> frozenset[int]:
        """The lengths of bars its measures take beside the base bars: what the tapes must declare."""
        return frozenset[int]().union(*(measure.longer_bars for measure in self._measures.values()))

    @property
    def products(self) -> frozenset[str]:
        """The products its measures follow."""
        return frozenset(product for _, product, _ in self._measures)

    @property
    def measures(self) -> tuple[Measure, ...]:
        """All of them, each after those it depends on."""
        return tuple(self._measures.values())

    def measure[M: Measure](self, kind: type[M], product: str = "", **settings: Any) -> M:
        """Return the measure of a kind with these settings: the same one for all who ask.

        `product` is another one's, where its tape is there; left out, the market's own.
        """
        made = kind.Settings(**settings)
        key = (kind, product or self.product, made.model_dump_json())
        if key not in self._measures:
            of = self if key[1] == self.product else _Other(self, key[1])
            measure = kind(of, made)
            _see_that_bars_are_declared(measure, of.tape)
            # Those it asked for while it was made came before it.
            self._measures[key] = measure
        return cast("M", self._measures[key])

    def advance(self, tape: Tape, lo: int, hi: int) -> None:
        """Bring every measure up to `hi` (UTC ns); the runtime's."""
        closed = tape.base.last.ts if len(tape.base) else hi
        if lo < closed < hi:
            raise TapeError(
                f"a base bar of {tape.code} closed at {closed}, between {lo} and {hi} (UTC ns)",
                "advance to each close of a base bar by itself",
            )
        tapes = self.tapes
        for (_, product, _), measure in self._measures.items():
            measure.advance(tapes[product], lo, hi)

    def reset(self) -> None:
        """Have every measure forget what it took in."""
        for measure in self._measures.values():
            measure.restart()


def _see_that_bars_are_declared(measure: Measure, tape: Tape) -> None:
    name, base = type(measure).__name__, tape.base.minutes
    for length in sorted(measure.longer_bars):
        if length % base:
            raise TapeError(
                f"{name} takes bars of {length} min, into which base bars of {base} min do not fit",
                f"choose a multiple of {base} min",
            )
        if not tape.has_bars(length):
            declared = ", ".join(f"{one}" for one in (*tape.lengths, length))
            raise TapeError(
                f"{name} takes bars of {length} min of {tape.code}, which its tape does not declare",
                f"declare them: minutes=({declared})",
            )


class _Other(Market):
    """The same market, seen from another product."""

    def __init__(self, market: Market, product: str) -> None:
        super().__init__(product, market.tapes, market.known, tick=market.tick, mirrored=market.mirrored)
        self.absent = market.absent
        self._measures = market._measures  # noqa: SLF001 one set of measures


class _AnyBars(Tape):
    """A tape without data, of which bars of any length can be asked for."""

    def has_bars(self, minutes: int) -> bool:
        """Say yes: what is made on it only tells what it would read."""
        del minutes
        return True


class _AnyTable(Mapping[str, KnownTable]):
    """Every table there could be, without rows."""

    def __getitem__(self, name: str) -> KnownTable:
        return KnownTable(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0
