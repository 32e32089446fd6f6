"""Cboe's delayed quotes of options as rows of the table `option_chains`."""

import datetime as dt
import json
import math
from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from catalog.formats.cboe.chain import Moment, take_chain
from catalog.formats.cboe.options import Option, code_of
from catalog.formats.cboe.sheet import Head, head_of, options_of
from catalog.formats.moments import known_of, seconds_ns
from catalog.formats.tally import Tally
from catalog.formats.text import read_text
from mia_plugins.importing import Importer, Part, Source
from mia_plugins.settings import BaseSettings
from mia_plugins.units import Minutes

MOST = 128 * 2**20
"""Bytes of a file."""
_FIELDS = ("bid", "ask", "iv", "delta", "gamma", "open_interest", "volume")
_PARENTS = {"SPXW": "SPX", "NDXP": "NDX", "RUTW": "RUT", "XSPW": "XSP"}
"""Roots of options on an index of another name."""


class CboeSettings(BaseSettings):
    """What files of chains do not say."""

    underlying: str = ""
    """Such as SPX; empty: as the file says."""
    spot: Annotated[float | None, Field(gt=0, allow_inf_nan=False)] = None
    """The underlying's price in points; empty: as the file says."""
    delay: Annotated[Minutes, Field(ge=0, le=1440)] = Minutes(15)
    """How much later than their time quotes could be had."""


class CboeImporter(Importer):
    """Cboe option chains, CSV or JSON, as its pages of delayed quotes give them."""

    Settings = CboeSettings

    def parts(self, source: Source) -> Iterator[Part]:
        """Yield the chain of a file."""
        text = read_text(source, MOST, "a chain")
        tally = Tally("option")
        if text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
            data = _data(text, source)
            moment = self._moment_of_json(data, source)
            take_chain(_of_json(data["options"], tally), moment, tally)
        else:
            head = head_of(text, source)
            options = list(options_of(text, head, tally))
            take_chain(iter(options), self._moment_of_sheet(head, options, source), tally)
        yield tally.part(source.size)

    def _moment_of_sheet(self, head: Head, options: list[Option], source: Source) -> Moment:
        as_of = known_of(source).as_of if head.as_of is None or source.as_of else head.as_of
        roots = Counter(_parent(option.code.root) for option in options)
        root = _parent(head.underlying) or (roots.most_common(1)[0][0] if roots else "")
        where = f"line {head.line}"
        return self._moment((root, head.spot), (as_of, as_of + self._delay), where, source)

    def _moment_of_json(self, data: dict[str, Any], source: Source) -> Moment:
        """Its time is when Cboe served it, of quotes from before."""
        time = _utc(data.get("timestamp"))
        known = known_of(source).as_of if time is None or source.as_of else time
        symbol = str(data.get("symbol") or "").strip().lstrip("^_$").upper()
        said = (_parent(symbol), _number(data.get("current_price")) or _number(data.get("close")))
        return self._moment(said, (known - self._delay, known), "data", source)

    def _moment(
        self, said: tuple[str, float | None], times: tuple[int, int], where: str, source: Source
    ) -> Moment:
        settings = self._settings
        underlying, spot = settings.underlying.upper() or said[0], settings.spot or said[1]
        if not underlying:
            raise source.refuse(
                where, "nothing says what the options are on", "set `underlying` in --settings"
            )
        if spot is None or not 0 < spot < 1e6:
            raise source.refuse(where, "no price of the underlying before the options", "set `spot`")
        return Moment(underlying, spot, *times)

    @property
    def _settings(self) -> CboeSettings:
        assert isinstance(self.settings, CboeSettings)  # noqa: S101 for the type checker
        return self.settings

    @property
    def _delay(self) -> int:
        """In ns."""
        return seconds_ns(float(self._settings.delay) * 60)


def _data(text: str, source: Source) -> dict[str, Any]:
    """Return the object that holds the options; its time may stand beside it."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "its nesting"
        raise source.refuse(where, "no JSON", "download it again: it is damaged or cut short") from error
    data = whole.get("data") if isinstance(whole, dict) else None
    data = data if isinstance(data, dict) else whole
    if not isinstance(data, dict) or not isinstance(data.get("options"), list):
        raise source.refuse("data", "no list of `options`", "name a chain as Cboe's delayed quotes give it")
    return {"timestamp": whole.get("timestamp"), **data} if data is not whole else data


def _of_json(options: list[Any], tally: Tally) -> Iterator[Option]:
    for number, one in enumerate(options):
        tally.read += 1
        place = f"option {number}"
        code = code_of(str(one.get("option"))) if isinstance(one, dict) else None
        if code is None:
            tally.reject_some("an option whose code does not say expiry and strike", 1, place)
            continue
        yield Option(code, place=place, **{name: _number(one.get(name)) for name in _FIELDS})


def _number(value: Any) -> float | None:
    """Return a number of JSON; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _utc(value: Any) -> int | None:
    """Return the time at which Cboe served a chain, UTC ns; it is UTC unless it has a zone."""
    try:
        found = dt.datetime.fromisoformat(str(value).strip())
        moment = found if found.tzinfo else found.replace(tzinfo=dt.UTC)
        return seconds_ns(moment.timestamp())
    except (ValueError, OverflowError):
        return None


def _parent(root: str) -> str:
    return _PARENTS.get(root, root)
