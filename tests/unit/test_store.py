"""A catalog is written whole or not at all, and says what made it."""

import datetime as dt
import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from mia_plugins.data.arrow import Columns, Kind
from mia_plugins.data.columns import Trades
from mia_plugins.data.errors import CatalogError, CatalogFileError
from mia_plugins.data.files import Files
from mia_plugins.data.layout import MANIFEST, data_files, data_path
from mia_plugins.data.manifest import read_manifest
from mia_plugins.data.store import Store
from tests.market import DAY, ES, ID, NEXT_DAY, ORIGIN, some_depth, some_trades, sound_store, write_day


def write_chunks(store: Store, day: dt.date, *chunks: Columns) -> None:
    with store.draft(day) as draft:
        for columns in chunks:
            draft.write(ID, columns)


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_day_is_listed_with_its_files_and_rows(here: Path) -> None:
    store = sound_store()
    manifest = read_manifest(Files("cat"))
    assert manifest
    assert manifest.origin == ORIGIN
    assert manifest.days == {
        DAY: {file.path: sum(map(len, store.read(file.kind, ID))) for file in store.data_files()}
    }
    assert sorted(manifest.days[DAY].values()) == [1380, 2000, 2000, 2000]
    assert not any((here / "cat/mia/drafts").iterdir())


def test_what_was_written_is_read() -> None:
    store = sound_store()
    (found,) = store.read(Kind.TRADES, ID)
    assert isinstance(found, Trades)
    expected = some_trades()
    assert np.array_equal(found.ts, expected.ts)
    assert np.array_equal(found.side, expected.side)


def test_only_the_row_groups_of_a_span_are_read() -> None:
    store = Store.begin(Files("cat"), ORIGIN)
    depth = some_depth(count=12_000)
    with store.draft(DAY) as draft:
        draft.write(ID, depth)
    store.publish(DAY)
    assert [len(rows) for rows in store.read(Kind.DEPTH, ID)] == [5_000, 5_000, 2_000]
    at = int(depth.ts[7_000])
    assert [len(rows) for rows in store.read(Kind.DEPTH, ID, at, at)] == [5_000]
    assert next(store.read(Kind.DEPTH, ID, at, at)).ts[0] == depth.ts[5_000]
    assert list(store.read(Kind.DEPTH, ID, int(depth.ts[-1]) + 1)) == []


def test_a_path_and_its_times_are_one() -> None:
    path = data_path(Kind.BARS, ID, 1_780_264_800_000_000_001, 1_780_351_199_999_999_999)
    assert path.endswith("2026-05-31T22-00-00-000000001Z_2026-06-01T21-59-59-999999999Z.parquet")
    (file,) = data_files([(path, 5)])
    assert (file.start, file.end, file.size) == (1_780_264_800_000_000_001, 1_780_351_199_999_999_999, 5)
    assert (file.instrument_id, file.identifier) == (ID, f"{ID}-1-MINUTE-LAST-EXTERNAL")


def test_the_same_origin_goes_on_where_it_stopped() -> None:
    sound_store("cat", DAY)
    again = Store.begin(Files("cat"), ORIGIN)
    assert again.missing([DAY, NEXT_DAY]) == [NEXT_DAY]
    write_day(again, NEXT_DAY)
    assert Store.begin(Files("cat"), ORIGIN).missing([DAY, NEXT_DAY]) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"seed": 8}, "seed 7 (asked for: 8)"),
        (
            {"settings_hash": "xyz", "version": "2"},
            "version 1 (asked for: 2); settings_hash abc (asked for: xyz)",
        ),
    ],
)
def test_another_origin_is_refused_and_nothing_changes(here: Path, change: dict[str, Any], told: str) -> None:
    sound_store()
    before = everything(here)
    with pytest.raises(CatalogError) as caught:
        Store.begin(Files("cat"), replace(ORIGIN, **change))
    assert told in caught.value.what
    assert everything(here) == before


def test_a_catalog_that_mia_did_not_make_is_refused(here: Path) -> None:
    sound_store()
    (here / "cat" / MANIFEST).unlink()
    with pytest.raises(CatalogError, match="did not make"):
        Store.begin(Files("cat"), ORIGIN)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"format": 2, "origin": {}, "days": {}, "digests": {}}']
)
def test_a_manifest_that_is_not_ours_is_an_error(here: Path, content: str) -> None:
    sound_store()
    (here / "cat" / MANIFEST).write_text(content)
    with pytest.raises(CatalogError, match="is not what mia writes"):
        Store.open(Files("cat"))


def test_a_manifest_of_a_later_format_is_an_error(here: Path) -> None:
    sound_store()
    path = here / "cat" / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 3}))
    with pytest.raises(CatalogError, match="has format 3; 2 was expected"):
        Store.open(Files("cat"))


def test_a_day_that_fails_leaves_nothing(here: Path) -> None:
    store = sound_store()
    before = everything(here)
    depth = some_depth(NEXT_DAY)
    with pytest.raises(ValueError, match="1999"):
        write_chunks(store, NEXT_DAY, some_trades(NEXT_DAY), replace(depth, ask_ticks=depth.ask_ticks[1:]))
    assert everything(here) == before


def test_a_day_that_was_killed_is_thrown_away_by_the_next_run(here: Path) -> None:
    store = sound_store()
    before = everything(here)
    draft = store.draft(NEXT_DAY)
    draft.write(ID, some_trades(NEXT_DAY))
    assert everything(here) != before
    assert Store.begin(Files("cat"), ORIGIN).missing([NEXT_DAY]) == [NEXT_DAY]
    assert everything(here) == before


@pytest.mark.parametrize("moves", range(6))
def test_a_publication_that_was_killed_is_completed_by_the_next_run(
    here: Path, moves: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound_store("one", DAY)
    sound_store("two", DAY, NEXT_DAY)
    store = sound_store("cat", DAY)
    left = iter(range(moves))
    original = Files.move

    def move(files: Files, source: str, target: str) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        original(files, source, target)

    with monkeypatch.context() as patch:
        patch.setattr(Files, "move", move)
        with pytest.raises(KeyboardInterrupt):
            write_day(store, NEXT_DAY)
    Store.begin(Files("cat"), ORIGIN)
    # The first move is the seal's: without it there is no day.
    assert everything(here / "cat") == everything(here / ("two" if moves else "one"))


@pytest.mark.parametrize("content", ["", "[{", "[1]", '[{"draft": "a"}]'])
def test_a_seal_that_cannot_be_read_seals_nothing(here: Path, content: str) -> None:
    store = sound_store()
    with store.draft(NEXT_DAY) as draft:
        draft.write(ID, some_trades(NEXT_DAY))
    (here / "cat/mia/drafts/2026-06-02/sealed.json").write_text(content)
    again = Store.begin(Files("cat"), ORIGIN)
    assert again.missing([DAY, NEXT_DAY]) == [NEXT_DAY]
    assert not (here / "cat/mia/drafts").exists()


def test_a_run_that_was_killed_before_it_swept_the_drafts_is_swept_by_the_next(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("mia_plugins.data.store.discard", lambda files, day: None)
        sound_store("cat")
    assert (here / "cat/mia/drafts").exists()
    Store.begin(Files("cat"), ORIGIN)
    assert everything(here / "cat") == everything_of_a_sound_one(here)


def everything_of_a_sound_one(here: Path) -> dict[str, bytes]:
    sound_store("sound")
    return everything(here / "sound")


@pytest.mark.parametrize("kind", Kind)
def test_a_file_that_was_damaged_and_deleted_is_made_anew_with_its_day(here: Path, kind: Kind) -> None:
    store = sound_store("cat", DAY, NEXT_DAY)
    before = everything(here / "cat")
    Path(store.files.full(store.data_files(kind)[1].path)).unlink()
    again = Store.begin(Files("cat"), ORIGIN)
    assert again.missing([DAY, NEXT_DAY]) == [NEXT_DAY]
    assert Store.open(Files("cat")).missing([DAY, NEXT_DAY]) == [NEXT_DAY]
    write_day(again, NEXT_DAY)
    assert everything(here / "cat") == before


@contextmanager
def disk_of(size: int) -> Iterator[None]:
    """Let no file grow beyond a size, in bytes, as a disk that is full would."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_full_disk_is_told_and_leaves_nothing(here: Path) -> None:
    store = sound_store()
    before = everything(here)
    with pytest.raises(CatalogFileError, match="File too large") as caught, disk_of(100_000):
        write_chunks(store, NEXT_DAY, some_depth(NEXT_DAY, count=30_000))
    assert "make room" in caught.value.remedy
    assert everything(here) == before


def test_a_folder_that_cannot_be_made_is_told(here: Path) -> None:
    (here / "file").write_text("")
    with pytest.raises(CatalogFileError, match="cannot be written: Not a directory"):
        Store.begin(Files("file/cat"), ORIGIN)


def test_data_that_go_back_in_time_are_refused() -> None:
    store = Store.begin(Files("cat"), ORIGIN)
    with pytest.raises(CatalogError, match="go back in time"):
        write_chunks(store, DAY, some_trades(), some_trades())


@pytest.mark.parametrize(("count", "told"), [(1, "would overlap"), (2_000, "is there already")])
def test_a_day_that_overlaps_data_that_are_there_is_refused(here: Path, count: int, told: str) -> None:
    store = sound_store()
    before = everything(here)
    with store.draft(NEXT_DAY) as draft:
        draft.write(ID, some_trades(DAY, count=count))
    with pytest.raises(CatalogError, match=told):
        store.publish(NEXT_DAY)
    assert {path: data for path, data in everything(here).items() if "drafts" not in path} == before


def test_a_day_that_was_never_sealed_cannot_be_published() -> None:
    with pytest.raises(CatalogError, match="2026-06-02 is not sealed"):
        sound_store().publish(NEXT_DAY)


def test_our_tables_keep_their_schema_and_what_it_says(here: Path) -> None:
    import pyarrow.parquet as pq

    store = Store.begin(Files("cat"), ORIGIN)
    table = pa.table({"ts": [1, 2]}).replace_schema_metadata({"unit.ts": "ns"})
    with store.draft(DAY) as draft:
        draft.write_table("notes", table)
        draft.write_table("notes", table)
    store.publish(DAY)
    found = pq.read_table(here / "cat/mia/notes/2026-06-01.parquet")
    assert found["ts"].to_pylist() == [1, 2, 1, 2]
    assert found.schema.metadata == {b"unit.ts": b"ns"}


@pytest.mark.parametrize(
    ("folder", "told"), [("none", "there is no catalog at none"), (".", "no folder 'data'")]
)
def test_what_is_no_catalog_is_told(folder: str, told: str) -> None:
    with pytest.raises(CatalogError, match=told):
        Store.open(Files(folder))


def test_instruments_are_written_once() -> None:
    store = sound_store()
    store.write_instruments([ES])
    assert len(store.nautilus().instruments()) == 1
