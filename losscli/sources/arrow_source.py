"""Arrow's own files (IPC, Feather of version 2) and streams; of a file only the columns that are asked for
are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from losscli.errors import FormatError, ReadError
from losscli.sources.arrow_fields import arrow_fields
from losscli.sources.arrow_slices import batch_places, large_batch
from losscli.sources.arrow_table import DAMAGED, Pass, Piece, TableSource, arrow_errors
from losscli.sources.bytestream import ByteInput
from losscli.sources.file_source import Opening
from losscli.sources.formats import open_checked
from losscli.sources.random_access import RandomInput

_FILE_MAGIC: Final = b"ARROW1"
_END: Final = b"\xff\xff\xff\xff\0\0\0\0"
"""What a stream ends with."""
_WHOLE_BYTES: Final = 1 << 23
"""Batches whose columns take more than this are read in slices."""
_TAKEN: Final = 1 << 22
_SMALL_BATCH: Final = 1 << 17
"""Batches that take less of the file than this are read several at a time."""


def _open_file(file: Any, wanted: Sequence[int] = ()) -> Any:
    """A reader of the fields of these numbers, of all where none are named."""
    from pyarrow import ipc

    return ipc.open_file(file, options=ipc.IpcReadOptions(included_fields=list(wanted), use_threads=False))


def _open_stream(file: Any, wanted: Sequence[int] = ()) -> Any:
    from pyarrow import ipc

    return ipc.open_stream(file, options=ipc.IpcReadOptions(included_fields=list(wanted), use_threads=False))


def gathered(batches: Iterable[Any], rows: int) -> Iterator[Any]:
    """The same rows in batches of at most `rows`; small ones are put together, and all are looked through, so
    that no offset leads out of its buffer."""
    waiting: list[Any] = []
    count = 0
    for batch in batches:
        batch.validate(full=True)
        if waiting and count + len(batch) > rows:
            yield from _joined(waiting, rows)
            waiting, count = [], 0
        waiting.append(batch)
        count += len(batch)
    yield from _joined(waiting, rows)


def _joined(batches: Sequence[Any], rows: int) -> Iterator[Any]:
    if len(batches) > 1:
        table = pa.Table.from_batches(batches).unify_dictionaries().combine_chunks()
        batches = table.to_batches()
    for batch in batches:
        for start in range(0, len(batch), rows):
            yield batch.slice(start, rows)


@dataclass
class ArrowFileSource(TableSource):
    """An opened file: batches that are found by their number."""

    input: RandomInput
    count: int

    def first_cells(self) -> tuple[str, ...] | None:
        """Empty texts: no column is read before it is asked for."""
        return ("",) * self.width if self.count else None

    def close(self) -> None:
        """Let go of the file."""
        super().close()
        self.input.close()

    def _begin(self, wanted: Sequence[int], rows: int) -> Pass:
        free: list[Any] = []
        file = self.input.open()

        def batches(numbers: Any) -> Iterator[Any]:
            with arrow_errors(self.name, self.format):
                if isinstance(numbers, pa.RecordBatch):
                    yield from gathered([numbers], rows)
                    return
                try:
                    reader = free.pop()
                except IndexError:
                    reader = _open_file(file, wanted)
                yield from gathered((reader.get_batch(number) for number in numbers), rows)
                free.append(reader)

        return Pass(self._pieces(file, wanted, rows), batches, self.input.size)

    def _pieces(self, file: Any, wanted: Sequence[int], rows: int) -> Iterator[Piece]:
        """The numbers of usual batches, small ones together; large ones in slices."""
        share = self.input.size // max(1, self.count)
        together = max(1, _SMALL_BATCH // max(1, share))
        waiting: list[int] = []
        with arrow_errors(self.name, self.format):
            places = dict(enumerate(batch_places(file) or ()))
            for number in range(self.count):
                large = None
                if number in places:
                    large = large_batch(file, places[number], self.fields.schema, wanted, _WHOLE_BYTES)
                if waiting and (large is not None or len(waiting) == together):
                    yield Piece(tuple(waiting), share * len(waiting))
                    waiting = []
                if large is None:
                    waiting.append(number)
                    continue
                for some in large.slices(rows):
                    yield Piece(some, share * len(some) // large.rows)
        if waiting:
            yield Piece(tuple(waiting), share * len(waiting))

    def _unchanged(self) -> None:
        self.input.unchanged()


class _Watched:
    """A stream of bytes as pyarrow reads it; it remembers the last ones."""

    closed = False

    def __init__(self, stream: ByteInput, *, keep: bool = False) -> None:
        self._stream = stream
        self._pieces: list[bytes] | None = [] if keep else None
        self.last = b""

    def read(self, count: int = -1, /) -> bytes:
        piece = self._at_most(count) if count >= 0 else self._stream.read_all()
        if piece:
            self.last = (self.last + piece[-len(_END) :])[-len(_END) :]
        if self._pieces is not None:
            self._pieces.append(piece)
        return piece

    def _at_most(self, count: int) -> bytes:
        """So many bytes, taken in pieces: what a damaged file promises is not there."""
        if count <= _TAKEN:
            return self._stream.read(count)
        pieces = []
        while count and (piece := self._stream.read(min(count, _TAKEN))):
            pieces.append(piece)
            count -= len(piece)
        return b"".join(pieces)

    def kept(self) -> bytes:
        """Everything that was read."""
        return b"".join(self._pieces or ())

    def more(self) -> bool:
        """Whether another byte follows."""
        return bool(self._stream.read(1))

    def close(self) -> None:
        """The stream is closed by its source."""


@dataclass
class ArrowStreamSource(TableSource):
    """An opened stream: batches one after the other, from a file or a pipe."""

    opening: Opening
    _pass: _Watched | None = None

    def first_cells(self) -> tuple[str, ...] | None:
        """Empty texts: whether there is a row is known when it is read."""
        return ("",) * self.width

    def _begin(self, wanted: Sequence[int], rows: int) -> Pass:
        self._pass = _Watched(self._stream_again())
        with arrow_errors(self.name, self.format):
            reader = _open_stream(pa.PythonFile(self._pass, mode="r"), wanted)
        return Pass(self._pieces(reader, rows), lambda batch: [batch], None)

    def _stream_again(self) -> ByteInput:
        if self._pass is None:
            return self.stream
        if not self.stream.again:
            raise ReadError(f"{self.name} can be read only once", hint="save it to a file first")
        stream = open_checked(self.path, self.opening.declared)
        stream.continues(self.stream)
        self.stream = stream
        return stream

    def _pieces(self, reader: Any, rows: int) -> Iterator[Piece]:
        before = 0
        with arrow_errors(self.name, self.format):
            for batch in gathered(reader, rows):
                yield Piece(batch, self.stream.consumed - before)
                before = self.stream.consumed

    def _unchanged(self) -> None:
        self.stream.unchanged()

    def _end(self) -> None:
        assert self._pass is not None
        if self._pass.last != _END:
            raise FormatError(f"{self.name} is an Arrow stream without its end mark", hint=DAMAGED)
        if self._pass.more():
            raise FormatError(f"{self.name} goes on after its end mark", hint="give one stream a file")
        self.stream.close()


def opened(opening: Opening) -> TableSource:
    """The source of an Arrow file or stream. Raises FormatError, ShapeError, HeaderError, ReadError."""
    start = opening.stream.read(len(_FILE_MAGIC))
    opening.stream.push(start)
    if start == _FILE_MAGIC:
        return _opened_file(opening)
    return _opened_stream(opening)


def _opened_file(opening: Opening) -> ArrowFileSource:
    path, options, stream, _, form, selectors = opening
    input_ = RandomInput(path, stream)
    with arrow_errors(stream.name, form):
        reader = _open_file(input_.open())
        count, schema = reader.num_record_batches, reader.schema

    def probe(at: int) -> Any:
        with arrow_errors(stream.name, form):
            found = _open_file(input_.open(), [at])
            arrays = (found.get_batch(number).column(0) for number in range(count))
            return next((array for array in arrays if len(array)), pa.nulls(0, schema.field(at).type))

    with arrow_errors(stream.name, form):
        fields = arrow_fields(stream.name, schema, selectors, probe)
    return ArrowFileSource(path, options, stream, fields, form, input_, count)


def _opened_stream(opening: Opening) -> ArrowStreamSource:
    path, options, stream, _, form, selectors = opening
    with _looked_ahead(stream, form) as file:
        schema = _open_stream(file).schema

    def probe(at: int) -> Any:
        with _looked_ahead(stream, form) as file:
            arrays = (batch.column(0) for batch in _open_stream(file, [at]))
            return next((array for array in arrays if len(array)), pa.nulls(0, schema.field(at).type))

    with arrow_errors(stream.name, form):
        fields = arrow_fields(stream.name, schema, selectors, probe)
    return ArrowStreamSource(path, options, stream, fields, form, opening)


@contextmanager
def _looked_ahead(stream: ByteInput, form: str) -> Iterator[Any]:
    """A stream to look into: what was read of it is put back."""
    watched = _Watched(stream, keep=True)
    with arrow_errors(stream.name, form):
        yield pa.PythonFile(watched, mode="r")
    stream.push(watched.kept())
