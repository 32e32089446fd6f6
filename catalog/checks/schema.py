"""What a file's schema says: whether Nautilus 2 wrote it, and what it claims to hold."""

from collections.abc import Iterator

import pyarrow as pa

from catalog.checks.instruments import Instrument
from catalog.checks.problem import Problem, ProblemKind
from mia_plugins.data.arrow import Kind, expected_types
from mia_plugins.data.layout import DataFile


def unreadable(file: DataFile, schema: pa.Schema) -> Iterator[Problem]:
    """Yield why a file's rows cannot be looked at, if they cannot."""
    priced = [name for name in schema.names if "price" in name or name == "open"]
    if any(_is_legacy(schema.field(name).type) for name in priced):
        what = "its prices are integers or bytes, as NautilusTrader 1.x has them"
        yield Problem(ProblemKind.LEGACY, file.path, what)
        return
    wrong = [
        name
        for name, type_ in expected_types(file.kind).items()
        if name not in schema.names or schema.field(name).type != type_
    ]
    if wrong:
        yield Problem(ProblemKind.SCHEMA, file.path, f"missing, or of another type: {', '.join(wrong)}")


def false_claims(file: DataFile, schema: pa.Schema, instrument: Instrument | None) -> Iterator[Problem]:
    """Yield what a file says of itself that is not what its path and its instrument say."""
    names = {"instrument_id": file.instrument_id}
    if file.kind is Kind.BARS:
        names["bar_type"] = file.identifier
    yield from _differing(file, schema, ProblemKind.METADATA, names)
    if instrument:
        decimals = {
            "price_precision": str(instrument.precision),
            "size_precision": str(instrument.size_precision),
        }
        yield from _differing(file, schema, ProblemKind.PRECISION, decimals)


def _differing(
    file: DataFile, schema: pa.Schema, kind: ProblemKind, expected: dict[str, str]
) -> Iterator[Problem]:
    said = schema.metadata or {}
    for name, value in expected.items():
        # A path has no room for the slash of EUR/USD.
        got = said.get(name.encode(), b"nothing").decode(errors="replace").replace("/", "")
        if got != value:
            yield Problem(kind, file.path, f"{name} is {got}; {value} was expected")


def _is_legacy(type_: pa.DataType) -> bool:
    return bool(pa.types.is_integer(type_) or pa.types.is_fixed_size_binary(type_))
