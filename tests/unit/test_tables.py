"""Our own tables: their columns, units, and what is refused."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mia_plugins.data.errors import CatalogError
from mia_plugins.data.sessions import NS, session_on
from mia_plugins.data.tables import TABLES, VIX, as_known
from mia_plugins.tape.known import KnownTable
from mia_plugins.units import UNITS
from tests.market import DAY, some_vix, sound_store
from tests.options import row
from tests.options import table as chain_table


@pytest.mark.parametrize("name", TABLES)
def test_every_table_says_when_it_is_of_and_what_it_means(name: str) -> None:
    schema = TABLES[name]
    assert schema.names[:2] == ["ts_event", "ts_init"]
    assert schema.metadata == {b"mia.table": name.encode(), b"mia.format": b"1"}
    units = {unit for _, unit in UNITS} | {"", "1/points"}
    for field in schema:
        assert field.metadata[b"help"]
        assert field.metadata[b"unit"].decode() in units


def test_a_table_comes_back_as_it_was_with_its_units() -> None:
    store = sound_store("cat", with_data=False)
    with store.draft(DAY) as draft:
        draft.write_table("vix", some_vix())
    store.publish(DAY)
    (table,) = store.read_table("vix")
    assert table.equals(some_vix())
    assert table.schema.equals(VIX, check_metadata=True)
    last = int(table["ts_init"][-1].value)
    assert [len(rows) for rows in store.read_table("vix", last, last)] == [100]
    assert list(store.read_table("vix", last + NS)) == []
    assert list(store.read_table("levels")) == []


def test_the_order_of_columns_does_not_matter() -> None:
    assert as_known("vix", some_vix().select(["value", "ts_init", "ts_event"])).equals(some_vix())


def test_a_chain_written_before_roots_were_kept_has_none() -> None:
    """Beside it in the catalog lie days that have them: what reads both sees one table."""
    rows = chain_table(row(6000, "call", root="SPXW"), as_of=session_on(DAY).open)
    new = as_known("option_chains", rows)
    old = new.drop_columns(["root"])
    assert as_known("option_chains", old)["root"].to_pylist() == [None]
    store = sound_store("old", with_data=False)
    with store.draft(DAY) as draft:
        draft.write_table("option_chains", new)
    store.publish(DAY)
    (path,) = store.tables()["option_chains"]
    pq.write_table(old, store.files.full(path))
    (found,) = store.read_table("option_chains")
    assert found.schema.names == new.schema.names
    known = KnownTable("option_chains")
    known.load(found)
    known.load(new)
    known.advance(session_on(DAY).close)
    assert known.column("root", -1, known.now) == [None, "SPXW"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda table: table.drop_columns(["value"]), "value is missing"),
        (lambda table: table.append_column("close", table["value"]), "close is too many"),
        (lambda table: table.set_column(2, "value", table["value"].cast(pa.float32())), "value is float, not double"),
    ],
)  # fmt: skip
def test_other_columns_are_refused(change: object, told: str) -> None:
    with pytest.raises(CatalogError, match="rows for the table 'vix'") as caught:
        as_known("vix", change(some_vix()))  # type: ignore[operator]
    assert told in caught.value.what


def test_a_table_that_mia_does_not_know_may_have_any_columns() -> None:
    table = pa.table({"x": [1]})
    assert as_known("mine", table) is table
