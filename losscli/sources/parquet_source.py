"""Parquet: only the columns that are asked for, row groups side by side, large ones in pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from losscli.errors import FormatError
from losscli.records import NamedTuple
from losscli.sources import arrow_cells
from losscli.sources.arrow_fields import arrow_fields, cell_type
from losscli.sources.arrow_table import Pass, Piece, TableSource, arrow_errors
from losscli.sources.arrow_texts import plain_type
from losscli.sources.file_source import Opening
from losscli.sources.random_access import RandomInput

_WHOLE_BYTES: Final = 1 << 24
"""Row groups up to this size, unpacked, are decoded whole, several side by side."""
_BUFFER: Final = 1 << 20
"""The bytes of a column that are read at a time."""
_TEXT_BYTES: Final = 24
"""What a short text takes, its offset and the copy in which it is handed on."""
_TEXT_SHARE: Final = 8
"""So much fewer rows are decoded at a time where texts are among the columns, since they may be long."""
_FIRST_ROWS: Final = 64
"""The rows among which the first list of a column is looked for."""


class _Row(NamedTuple):
    """About how many bytes a row of the asked columns takes once it is decoded."""

    size: int
    has_text: bool


class _Decoder:
    """Decodes some fields of one file on any number of threads, each with a reader of its own."""

    def __init__(self, name: str, file: Any, metadata: Any, leaves: Sequence[int], rows: int) -> None:
        self._name = name
        self._file = file
        self._metadata = metadata
        self.leaves = leaves
        self._rows = rows
        self._free: list[Any] = []

    def _reader(self) -> Any:
        try:
            return self._free.pop()
        except IndexError:
            return open_parquet(self._file, self._metadata)

    def batches(self, groups: Sequence[int]) -> Iterator[Any]:
        """The rows of some row groups, a few at a time."""
        with arrow_errors(self._name, "parquet"):
            reader = self._reader()
            found = reader.reader.iter_batches(
                self._rows, row_groups=list(groups), column_indices=list(self.leaves), use_threads=False
            )
        while True:
            with arrow_errors(self._name, "parquet"):
                batch = next(found, None)
                if batch is None:
                    break
                batch.validate(full=True)
            yield batch
        self._free.append(reader)


def open_parquet(file: Any, metadata: Any = None) -> Any:
    """A reader that reads columns in small pieces and looks at the checksums of pages."""
    import pyarrow.parquet as parquet

    return parquet.ParquetFile(
        file, metadata=metadata, buffer_size=_BUFFER, pre_buffer=False, page_checksum_verification=True
    )


@dataclass
class ParquetSource(TableSource):
    """An opened Parquet file."""

    input: RandomInput
    footer: Any
    leaves: tuple[range, ...]

    @property
    def metadata(self) -> Mapping[bytes, bytes]:
        """The key-value metadata of the file."""
        return self.footer.metadata or {}

    def first_cells(self) -> tuple[str, ...] | None:
        """Empty texts: columns lie one after the other, and none is read before it is asked for."""
        return ("",) * self.width if self.footer.num_rows else None

    def close(self) -> None:
        """Let go of the file."""
        super().close()
        self.input.close()

    def _begin(self, wanted: Sequence[int], rows: int) -> Pass:
        leaves = [leaf for at in wanted for leaf in self.leaves[at]]
        row = self._row(wanted)
        rows = max(1, rows // _TEXT_SHARE) if row.has_text else rows
        decoder = _Decoder(self.name, self.input.open(), self.footer, leaves, rows)

        def batches(what: Any) -> Iterable[Any]:
            return decoder.batches(what) if isinstance(what, tuple) else [what]

        pieces = _pieces(self.footer, row, decoder, self.input.size)
        return Pass(pieces, batches, self.input.size)

    def _row(self, wanted: Sequence[int]) -> _Row:
        texts = [not arrow_cells.is_flat(cell_type(self.fields.schema.field(at).type)) for at in wanted]
        widths = [self.fields.layout.fields[at].width for at in wanted]
        sizes = (width * (_TEXT_BYTES if text else 8) for width, text in zip(widths, texts, strict=True))
        return _Row(sum(sizes), any(texts))

    def _unchanged(self) -> None:
        self.input.unchanged()


def _pieces(footer: Any, row: _Row, decoder: _Decoder, size: int) -> Iterator[Piece]:
    """Small row groups together, those of a usual size alone, and the batches of large ones."""
    share = size / max(1, footer.num_rows)
    waiting: list[int] = []
    rows = unpacked = 0
    for number in range(footer.num_row_groups):
        group = footer.row_group(number)
        more = _unpacked(group, row)
        if waiting and unpacked + more > _WHOLE_BYTES // 4:
            yield Piece(tuple(waiting), int(share * rows))
            waiting, rows, unpacked = [], 0, 0
        if more > _WHOLE_BYTES:
            for batch in decoder.batches([number]):
                yield Piece(batch, int(share * len(batch)))
            continue
        waiting.append(number)
        rows, unpacked = rows + group.num_rows, unpacked + more
    if waiting:
        yield Piece(tuple(waiting), int(share * rows))


def _unpacked(group: Any, row: _Row) -> int:
    """About the size of the asked columns of a row group once they are decoded. How long texts are is not
    known, but the size of all columns is.

    What a column says of itself is left alone: pyarrow ends the process over a damaged description.
    """
    known: int = row.size * group.num_rows
    everything: int = group.total_byte_size
    return max(known, everything) if row.has_text else known


def _leaf_count(kind: Any) -> int:
    """The stored columns that a field of this type takes."""
    kind = plain_type(kind)
    if pa.types.is_map(kind):
        return _leaf_count(kind.key_type) + _leaf_count(kind.item_type)
    if pa.types.is_struct(kind):
        return sum(_leaf_count(one.type) for one in kind)
    if hasattr(kind, "value_type"):
        return _leaf_count(kind.value_type)
    return 1


def _leaves(schema: Any, footer: Any, name: str) -> tuple[range, ...]:
    """The numbers of the stored columns of each field."""
    found, start = [], 0
    for one in schema:
        found.append(range(start, start + _leaf_count(one.type)))
        start = found[-1].stop
    if start != footer.num_columns:
        raise FormatError(f"{name} has {footer.num_columns} stored columns where its schema has {start}")
    return tuple(found)


def opened(opening: Opening) -> ParquetSource:
    """The source of a Parquet file. Raises FormatError, ShapeError, HeaderError, ReadError."""
    path, options, stream, _, _, selectors = opening
    name = stream.name
    input_ = RandomInput(path, stream)
    with arrow_errors(name, "parquet"):
        reader = open_parquet(input_.open())
        footer, schema = reader.metadata, reader.schema_arrow
        leaves = _leaves(schema, footer, name)

        def probe(at: int) -> Any:
            decoder = _Decoder(name, input_.open(), footer, leaves[at], _FIRST_ROWS)
            for batch in decoder.batches(range(footer.num_row_groups)):
                return batch.column(0)
            return pa.nulls(0, schema.field(at).type)

        fields = arrow_fields(name, schema, selectors, probe)
    return ParquetSource(path, options, stream, fields, "parquet", input_, footer, leaves)
