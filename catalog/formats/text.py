"""Files of text that people bring: read whole, of a bounded size, in whatever encoding they have."""

import codecs
import math
import re

from mia_plugins.importing import Source

MISSING = frozenset({"", "n/a", "na", "nan", "none", "null", "-", "--", "."})
"""What stands for a value that is not given."""
_WHOLE = r"\d+|\d{1,3}(?:,\d{3})+"
_NUMBER = re.compile(
    rf"\$?\s*([+-]?(?:(?:{_WHOLE})(?:\.\d*)?|\.\d+)(?:e[+-]?\d{{1,3}})?)\s*([kmb]?)", re.IGNORECASE
)
_EUROPEAN = re.compile(r"([+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)),(\d+)")
"""5.412,25 and 5412,25; what can be read as 5,412 is."""
_TIMES = {"": 1.0, "k": 1e3, "m": 1e6, "b": 1e9}
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read_text(source: Source, most: int, what: str) -> str:
    """Return a file's text; one of more than so many bytes is an error that says what was expected."""
    if source.size > most:
        said = f"{source.size} bytes; {what} of at most {most} were expected"
        raise source.refuse(f"byte {most}", said, "name another file")
    with source.open() as opened:
        raw = opened.read()
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding, "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def number_of(text: str) -> float | None:
    """Return the number that a text is, with K, M or B as thousands, millions, billions; None for none.

    Thousands may be set apart: 5,412.25 and 5.412,25 are one number.
    """
    text = text.strip()
    found = _NUMBER.fullmatch(text)
    if found is None and (european := _EUROPEAN.fullmatch(text)):
        found = _NUMBER.fullmatch(f"{european[1].replace('.', '')}.{european[2]}")
    if found is None:
        return None
    number = float(found[1].replace(",", "")) * _TIMES[found[2].lower()]
    return number if math.isfinite(number) else None


def is_missing(text: str) -> bool:
    """Say whether a text stands for a value that is not given."""
    return text.strip().lower() in MISSING
