"""Rows that stay readable whatever ends the process, and the Parquet file they become.

While a run lasts its rows go to an Arrow IPC stream, a batch at a time; `seal` turns the stream into
Parquet whose bytes depend on the rows alone. Who cannot wait for a batch has its rows written ahead of it.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from mia_plugins.runs.ahead import Ahead, Row, ahead_of, remove_ahead
from mia_plugins.runs.errors import RunError, RunFileError, told

_END = b"\xff\xff\xff\xff\x00\x00\x00\x00"
"""The last bytes of an IPC stream that was closed."""


class RowLog:
    """An Arrow IPC stream on disk: whole batches stay readable whatever ends the process."""

    def __init__(self, path: Path, schema: pa.Schema, batch: int = 20_000) -> None:
        """`batch` rows are held in memory before they are written; rows are tuples in schema order."""
        self._path = path
        self._schema = schema
        self._batch = batch
        self._rows: list[Row] = []
        self._count = 0
        self._ahead = Ahead(path)
        self._error: RunFileError | None = None
        remove_ahead(path)
        with told(path, "written"):
            self._file = pa.OSFile(str(path), "wb")
            self._stream = pa.ipc.new_stream(self._file, schema)
        # The schema goes out with the first batch: a log without rows is one too.
        self._write(_none(schema))

    def append(self, row: Row) -> None:
        """Take a row; every `batch` rows they are written."""
        self._rows.append(row)
        if len(self._rows) >= self._batch:
            self.flush()

    def extend(self, rows: list[Row]) -> None:
        """Take rows and write them with what is pending."""
        self._rows += rows
        self.flush()

    def flush(self) -> None:
        """Write what is pending and hand it to the operating system."""
        if self._error is not None:
            raise self._error
        rows, self._rows = self._rows, []  # what cannot be converted is told of once
        if not rows:
            return
        try:
            batch = _batch_of(rows, self._schema, self._path)
        except RunError:
            self._ahead.clear()
            raise
        self._write(batch)

    def secure(self, waiting: Sequence[Row] | None = None) -> None:
        """Hand what is pending to the operating system, for less than `flush` costs, which has still to come.

        `waiting` are rows that somebody else holds back, and brings by `extend`.
        """
        if self._error is not None:
            raise self._error
        if rows := self._rows if waiting is None else waiting:
            self._ahead.hold(self._count, rows)

    def write(self, batch: pa.RecordBatch) -> None:
        """Write a whole batch after what is pending, and hand it to the operating system."""
        self.flush()
        self._write(batch)

    def close(self) -> None:
        """Write what is pending and end the stream; after an error only let go of the file."""
        keeps = True
        try:
            self.flush()
            with told(self._path, "written"):
                self._stream.close()
            keeps = False
        finally:
            self._file.close()
            self._ahead.close(keeps=keeps)

    def _write(self, batch: pa.RecordBatch) -> None:
        try:
            with told(self._path, "written"):
                self._stream.write_batch(batch)
        except RunFileError as error:
            self._error = error  # half a batch lies on the disk: nothing after it could be read
            raise
        self._count += batch.num_rows
        self._ahead.clear()


def _none(schema: pa.Schema) -> pa.RecordBatch:
    """Return a batch of no rows."""
    return pa.record_batch([pa.array([], type=field.type) for field in schema], schema=schema)


def _batch_of(rows: list[Row], schema: pa.Schema, path: Path) -> pa.RecordBatch:
    width = len(schema)
    wrong = next((row for row in rows if len(row) != width), None)
    if wrong is not None:
        raise RunError(f"{path}: a row has {width} values, and {len(wrong)} were given: {wrong!r}")
    columns = zip(*rows, strict=True)
    arrays = [_array(values, field, path) for field, values in zip(schema, columns, strict=True)]
    return pa.record_batch(arrays, schema=schema)


def _array(values: tuple[object, ...], field: pa.Field, path: Path) -> pa.Array:
    try:
        if pa.types.is_integer(field.type) or pa.types.is_timestamp(field.type):
            return _whole_numbers(pa.array(values)).cast(field.type)
        if pa.types.is_dictionary(field.type):
            return _encoded(pa.array(values, type=field.type.value_type), field.type)
        return pa.array(values, type=field.type)
    except (pa.ArrowException, OverflowError, TypeError, ValueError) as error:
        raise RunError(
            f"{path}: column '{field.name}' takes {field.type}: {' '.join(str(error).split())}"
        ) from error


def _whole_numbers(found: pa.Array) -> pa.Array:
    """Refuse text, which a cast to integers would take; given the type at once, pyarrow cuts 1.5 to 1."""
    if pa.types.is_string(found.type):
        raise TypeError("got text")
    return found


def _encoded(plain: pa.Array, kind: pa.DictionaryType) -> pa.DictionaryArray:
    """Return an array with a dictionary in the order of first appearance."""
    found = plain.dictionary_encode()
    return pa.DictionaryArray.from_arrays(found.indices.cast(kind.index_type), found.dictionary)


def read_log(path: Path) -> Iterator[pa.RecordBatch]:
    """Yield the batches of a log up to where it was cut off, and what was written ahead of the next.

    One that has not even begun has none.
    """
    with told(path, "read"), pa.OSFile(str(path), "rb") as file:
        stream = _next(lambda: pa.ipc.open_stream(file))
        if stream is None:
            return
        count = 0
        while (batch := _next(stream.read_next_batch)) is not None:
            count += batch.num_rows
            if batch.num_rows:
                yield batch
    if rows := ahead_of(path, stream.schema, count):
        yield _batch_of(rows, stream.schema, path)


def _next(read: Any) -> Any:
    """Return what is read next, None where the log ends or was cut off."""
    try:
        return read()
    except (StopIteration, pa.ArrowInvalid):
        return None
    except OSError as error:
        if error.errno is not None:  # the disk's own complaint, and no end of the log
            raise
        return None


def log_schema(path: Path) -> pa.Schema | None:
    """Return the schema of a log; None when it was cut off before that."""
    with told(path, "read"), pa.OSFile(str(path), "rb") as file:
        stream = _next(lambda: pa.ipc.open_stream(file))
        return stream.schema if stream is not None else None


def is_closed(path: Path) -> bool:
    """Say whether a log was ended by `close`, and not cut off."""
    with told(path, "read"), path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - len(_END)))
        return file.read() == _END


def seal(log: Path, parquet: Path, row_group: int = 50_000) -> int:
    """Turn a log into Parquet, whole or not at all, remove the log, and return the number of rows.

    The bytes depend on the rows and the schema, not on how the rows were cut into batches. A log that
    was cut off before its schema becomes nothing.
    """
    schema = log_schema(log)
    rows = 0
    if schema is not None:
        draft = parquet.with_name(f".{parquet.name}.draft")
        try:
            with told(parquet, "written"):
                rows = _write_parquet(draft, schema, _regrouped(read_log(log), schema, row_group), row_group)
                draft.replace(parquet)
        finally:
            with told(draft, "deleted"):
                draft.unlink(missing_ok=True)
    with told(log, "deleted"):
        log.unlink()
    remove_ahead(log)  # last: a log without what was ahead of it would be sealed again, and shorter
    return rows


def _write_parquet(path: Path, schema: pa.Schema, tables: Iterable[pa.Table], row_group: int) -> int:
    rows = 0
    with path.open("wb") as file:
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            for table in tables:
                writer.write_table(table, row_group_size=row_group)
                rows += table.num_rows
        file.flush()
        os.fsync(file.fileno())
    return rows


def _regrouped(batches: Iterable[pa.RecordBatch], schema: pa.Schema, size: int) -> Iterator[pa.Table]:
    """Yield the rows in tables of `size` rows, the last one shorter, each with dictionaries of its own."""
    plain = _plain(schema)
    pending: list[pa.RecordBatch] = []
    held = 0
    for batch in batches:
        pending.append(batch.cast(plain))
        held += batch.num_rows
        while held >= size:
            table = pa.Table.from_batches(pending, plain)
            yield _with_dictionaries(table.slice(0, size), schema)
            pending = table.slice(size).to_batches()
            held -= size
    if held:
        yield _with_dictionaries(pa.Table.from_batches(pending, plain), schema)


def _plain(schema: pa.Schema) -> pa.Schema:
    """Return the schema with the values themselves in the place of dictionaries."""
    fields = [f.with_type(f.type.value_type) if pa.types.is_dictionary(f.type) else f for f in schema]
    return pa.schema(fields, metadata=schema.metadata)


def _with_dictionaries(table: pa.Table, schema: pa.Schema) -> pa.Table:
    whole = table.combine_chunks()
    columns = [
        _encoded(_one(column), field.type) if pa.types.is_dictionary(field.type) else column
        for field, column in zip(schema, whole.columns, strict=True)
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _one(column: pa.ChunkedArray) -> pa.Array:
    """Return a column's only chunk."""
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks)
