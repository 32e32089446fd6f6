"""`levels_stale`: no entry on levels that are too old, that are not there, or that cannot be."""

from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from indicators.options.choices import LevelSettings
from indicators.options.levels import INTRADAY_MINUTES, STRICT_MINUTES, LevelSet, Publication
from indicators.options.levels_followed import ImportedLevels
from indicators.options.vix import VixRegime
from indicators.options.vix_followed import Vix
from mia_plugins.decisions import Candidate, Force, Rule, Verdict, blocks, not_asked, passes
from mia_plugins.features import Market
from strategies.menthorq.placed import imported_levels


class LevelsStale(Rule):
    """Blocks when no imported levels hold, and when those that do are absurd as a whole.

    Levels of the end of a day hold until the next publication: 26 h, days without a session not counted.
    Those of a source that publishes during the day hold 30, 15 or 5 min by VIX LOW, MID, HIGH.
    """

    class Settings(LevelSettings):
        """What can be set."""

        missing: Literal["block", "pass"] = "block"
        """What becomes of a trade when no levels are known, or none that can be brought to the future."""
        absurd: Literal["block", "pass"] = "block"
        """What becomes of it when a wall's floor lies above its ceiling, or too many levels are far off."""
        most_far: Annotated[float, Field(ge=0, lt=1)] = 0.5
        """The share of levels more than 20 % from the price from above which the set is absurd."""

    force = Force.HARD
    unit = "min"

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.vix = market.measure(Vix)
        # Those that hold without `strict_30min` are judged too: being stricter must not lead on to
        # another source of which less can be said.
        self._asked: list[tuple[ImportedLevels, bool]] = [(imported_levels(market, settings), False)]
        if settings.strict_30min:
            chosen = {name: getattr(settings, name) for name in LevelSettings.model_fields}
            self._asked.append((market.measure(ImportedLevels, **chosen), True))

    def judge(self, candidate: Candidate) -> Verdict:
        """Look at the levels that hold, or why none does."""
        if "levels" in self.market.absent:
            return not_asked("the run declares that there are no levels")
        found = [self._judged(imported, candidate.now, strict) for imported, strict in self._asked]
        return next((verdict for verdict in found if not verdict.passes), found[-1])

    def _judged(self, imported: ImportedLevels, now: int, strict: bool) -> Verdict:  # noqa: FBT001
        if imported.levels is not None:
            return self._of_those_that_hold(imported.levels, now)
        if imported.stale is not None:
            age = imported.stale.age(now)
            holds = self._holds(imported.stale, strict)
            of = _source(imported.stale)
            return blocks(age / 60, "levels stale: {} are {} old; they hold {}", of, _aged(age), holds)
        said = f"levels missing: {imported.reason}"
        return self._said(self.settings.missing, None, said)

    def _of_those_that_hold(self, levels: LevelSet, now: int) -> Verdict:
        age = levels.age(now)
        why = self._absurd(levels)
        if why:
            return self._said(self.settings.absurd, age / 60, f"levels absurd: {why}")
        return passes(age / 60, "{.told}", _Judged(levels, age))

    def _absurd(self, levels: LevelSet) -> str:
        """Say why a set as a whole is not to be believed; empty when it is."""
        if levels.crossed:
            low, high = levels.crossed[0]
            return f"{low.name} {low.price:.2f} is above {high.name} {high.price:.2f}"
        far = len(levels.far)
        count = far + len(levels.levels)
        if not count:
            return f"{_source(levels)} have no price"
        if far > self.settings.most_far * count:
            one = levels.far[0]
            return f"{far} of {count} are more than 20 % away, such as {one.name} {one.price:.2f}"
        return ""

    def _holds(self, levels: LevelSet, strict: bool) -> str:  # noqa: FBT001
        if levels.publication is Publication.INTRADAY:
            minutes = INTRADAY_MINUTES[self.vix.regime or VixRegime.HIGH]
            regime = "not known" if self.vix.regime is None else self.vix.regime.upper()
            return f"{minutes:g} min while the VIX is {regime}"
        return f"{STRICT_MINUTES:g} min" if strict else "until their next publication is due, 26 h"

    def _said(self, choice: str, number: float | None, reason: str) -> Verdict:
        return blocks(number, reason) if choice == "block" else passes(number, reason)


class _Judged(NamedTuple):
    """A set that holds, and its age in s."""

    levels: LevelSet
    age: float

    @property
    def told(self) -> str:
        """What they are and what was left out of them, in words."""
        far = ", ".join(one.name for one in self.levels.far)
        return f"{_source(self.levels)} are {_aged(self.age)} old{f'; left out: {far}' if far else ''}"


def _source(levels: LevelSet) -> str:
    return f"levels of {levels.underlying} by {levels.source or 'a source without a name'}"


def _aged(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h" if seconds >= 7200 else f"{seconds / 60:.1f} min"
