"""All per-sample values as Parquet or Arrow: typed columns in groups of a fixed size, however the rows came.

The records are those of the text formats; a number that is not finite stands as it is. What the numbers are
stands in the metadata of the schema, under the key `losscli`: strict JSON that holds the signature of each
column. It is known only after the last row, when an Arrow schema is long written; so Arrow's batches wait in
a temporary file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import IO, Any, Final

import numpy as np
import pyarrow as pa

from losscli.arrays import Floats, Integers
from losscli.errors import WriteError
from losscli.outputs.files import OutputFile
from losscli.outputs.harmless import harmless
from losscli.records import NamedTuple
from losscli.report.samples import SampleColumns

KEY: Final = b"losscli"
"""The key of the schema's metadata."""
GROUP_ROWS: Final = 1 << 17
"""The rows of a row group or batch, so that the bytes do not depend on how the input was cut."""
_COPIED: Final = 1 << 20


def signed(signatures: Mapping[str, str]) -> bytes:
    """What stands under the key: the signature of each column of losses, by its name."""
    return json.dumps({"schema": "losscli/1", "signatures": dict(signatures)}, ensure_ascii=False).encode()


def schema_of(columns: SampleColumns) -> Any:
    """The columns with their types: row, id, a double for each loss and each cell of a gradient."""
    texts = [pa.field("id", pa.string(), nullable=False)] if columns.ids else []
    numbers = (*columns.labels, *columns.gradient_names())
    return pa.schema(
        [
            pa.field("row", pa.int64(), nullable=False),
            *texts,
            *(pa.field(_utf8(name), pa.float64(), nullable=False) for name in numbers),
        ]
    )


def _utf8(text: str) -> str:
    """Text that UTF-8 can hold: half of a surrogate pair is written as its escape."""
    return text.encode("utf-8", "backslashreplace").decode()


class _Sink:
    """An output file as pyarrow writes to it."""

    closed = False
    given_up = False

    def __init__(self, file: OutputFile) -> None:
        self._file = file

    def write(self, piece: Any) -> int:
        if not self.given_up:
            self._file.write(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Everything is flushed when the file is put into place."""

    def close(self) -> None:
        """The file is closed when it is put into place."""


class _Parquet:
    """Row groups, written as they are filled; the metadata of the file is written behind them."""

    def __init__(self, file: OutputFile, schema: Any) -> None:
        from pyarrow import parquet

        self._sink = _Sink(file)
        # Parquet has these types itself; beside Arrow's own schema the metadata would be overlooked.
        self._writer = parquet.ParquetWriter(
            pa.PythonFile(self._sink, mode="w"),
            schema,
            compression="zstd",
            use_dictionary=False,  # losses hardly repeat: a dictionary of them takes most of the time
            column_encoding={"row": "DELTA_BINARY_PACKED"},
            store_schema=False,
        )

    def write(self, batch: Any) -> None:
        self._writer.write_table(pa.Table.from_batches([batch]), row_group_size=GROUP_ROWS)

    def finish(self, metadata: bytes) -> None:
        self._writer.add_key_value_metadata({KEY: metadata})
        self._writer.close()

    def discard(self) -> None:
        self._sink.given_up = True  # a writer that is let go of writes its end
        self._writer.close()


class _Arrow:
    """Batches of a file (Feather of version 2), which wait for the schema."""

    def __init__(self, file: OutputFile, schema: Any) -> None:
        import tempfile

        from pyarrow import ipc

        self._file = file
        self._schema = schema
        self._waiting: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by discard
        self._options = ipc.IpcWriteOptions(compression="lz4")
        self._writer = ipc.new_stream(self._waiting, schema, options=self._options)

    def write(self, batch: Any) -> None:
        try:
            self._writer.write_batch(batch)
        except OSError as error:
            raise _waiting_full(error) from error

    def finish(self, metadata: bytes) -> None:
        from pyarrow import ipc

        try:
            self._writer.close()
            self._waiting.seek(0)
        except OSError as error:
            raise _waiting_full(error) from error
        schema = self._schema.with_metadata({KEY: metadata})
        sink = pa.PythonFile(_Sink(self._file), mode="w")
        with (
            ipc.open_stream(self._waiting) as batches,
            ipc.new_file(sink, schema, options=self._options) as out,
        ):
            for batch in batches:
                out.write_batch(batch.replace_schema_metadata(schema.metadata))

    def discard(self) -> None:
        self._waiting.close()


def _waiting_full(error: OSError) -> WriteError:
    import tempfile

    why = (error.strerror or str(error)).lower()
    folder = harmless(tempfile.gettempdir())
    return WriteError(
        f"per-sample values wait in {folder} until the last row is valid, and it cannot be written: {why}",
        hint="set TMPDIR to a folder with space, or write Parquet: --per-sample losses.parquet",
    )


KINDS: Final[Mapping[str, Any]] = {
    ".parquet": _Parquet,
    ".pq": _Parquet,
    ".arrow": _Arrow,
    ".feather": _Arrow,
}
"""The suffixes, and how the rows are written."""


class _Share(NamedTuple):
    """Some rows that wait until a group is full."""

    rows: Integers
    ids: Sequence[str] | None
    numbers: list[Floats]


class TableForm:
    """Takes per-sample values and writes them as a typed table. Raises WriteError."""

    def __init__(self, suffix: str, file: OutputFile) -> None:
        self._kind = KINDS[suffix]
        self._file = file
        self._writer: Any = None
        self._schema: Any = None
        self._columns = SampleColumns(())
        self._waiting: list[_Share] = []
        self._rows = 0
        self._metadata = signed({})

    def begin(self, columns: SampleColumns) -> None:
        """Told once, before the first block."""
        self._columns = columns
        self._schema = schema_of(columns)
        self._writer = self._kind(self._file, self._schema)

    def add(self, rows: Integers, ids: Sequence[str] | None, numbers: Sequence[Floats]) -> None:
        """Row numbers (n,), ids, one (n,) array for each column of numbers; they may be used again."""
        start = 0
        while start < len(rows):
            stop = min(len(rows), start + GROUP_ROWS - self._rows)
            self._waiting.append(
                _Share(
                    np.array(rows[start:stop], dtype=np.int64),
                    None if ids is None else ids[start:stop],
                    [np.array(column[start:stop], dtype=np.float64) for column in numbers],
                )
            )
            self._rows += stop - start
            start = stop
            if self._rows == GROUP_ROWS:
                self._flush()

    def _flush(self) -> None:
        """Write what waits as one group."""
        shares, self._waiting, self._rows = self._waiting, [], 0
        texts = [text for share in shares for text in share.ids or ()]
        numbers = zip(*(share.numbers for share in shares), strict=True)
        arrays = [
            pa.array(np.concatenate([share.rows for share in shares])),
            *([_texts(texts)] if self._columns.ids else []),
            *(pa.array(np.concatenate(column)) for column in numbers),
        ]
        self._writer.write(pa.record_batch(arrays, self._schema))

    def sign(self, signatures: Sequence[str]) -> None:
        """Told after the last block: the signature of each column of losses."""
        self._metadata = signed(dict(zip(self._columns.labels, signatures, strict=True)))

    def finish(self) -> None:
        """Write what still waits, and the metadata."""
        if self._writer is None:
            return
        if self._rows:
            self._flush()
        self._writer.finish(self._metadata)

    def discard(self) -> None:
        """Let go of what waits."""
        if self._writer is not None:
            self._writer.discard()


def _texts(ids: Sequence[str]) -> Any:
    try:
        return pa.array(ids, pa.string())
    except UnicodeEncodeError:
        return pa.array([_utf8(text) for text in ids], pa.string())
