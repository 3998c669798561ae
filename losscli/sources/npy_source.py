"""NumPy's .npy: one array whose first axis is the row, read in blocks; never pickles, never a memory map."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from losscli.arrays import AnyArray
from losscli.errors import FormatError, ShapeError
from losscli.sources import typed_arrays
from losscli.sources.bytestream import ByteInput
from losscli.sources.file_source import Opening, StreamedSource
from losscli.sources.records import Block, Column, Header, Kind

_DAMAGED = "the file is damaged or was not copied completely"


@dataclass(frozen=True, slots=True)
class ArrayHead:
    """What the file's own header says; `offset` is where the elements start."""

    dtype: np.dtype[Any]
    rows: int
    tail: tuple[int, ...]
    by_column: bool
    offset: int

    @property
    def width(self) -> int:
        """The numbers in a row."""
        return math.prod(self.tail)

    @property
    def row_bytes(self) -> int:
        """The size of a row."""
        return self.dtype.itemsize * self.width


class _Bytes:
    """A file object, as numpy's header readers want one."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self.count = 0

    def read(self, count: int = -1, /) -> bytes:
        piece = self._stream.read(count)
        self.count += len(piece)
        return piece


class Readable(Protocol):
    """What a header is read from."""

    @property
    def name(self) -> str:
        """How messages show it."""

    def read(self, count: int) -> bytes:
        """The next bytes, fewer only at the end."""


def read_head(stream: Readable) -> ArrayHead:
    """Read and check the header. Raises FormatError, ShapeError."""
    source = _Bytes(stream)
    try:
        version = np.lib.format.read_magic(source)
        reader = (
            np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        )
        shape, by_column, dtype = reader(source)
    except ValueError as error:
        raise FormatError(f"{stream.name} has no sound npy header: {error}", hint=_DAMAGED) from error
    typed_arrays.refuse_type(dtype, stream.name)
    if len(shape) == 0:
        raise ShapeError(
            f"{stream.name} holds one number, no rows", hint="save an array of shape (n,) or (n, k)"
        )
    if 0 in shape[1:]:
        hint = "save an array of shape (n,), (n, k) or (n, a, b)"
        raise ShapeError(f"{stream.name} holds an array of shape {shape}, without a number", hint=hint)
    return ArrayHead(dtype, shape[0], shape[1:], by_column and math.prod(shape[1:]) > 1, source.count)


@dataclass
class NpySource(StreamedSource):
    """An opened .npy file."""

    head: ArrayHead
    format: str = "npy"
    typed: bool = True
    names: None = None
    _first: tuple[str, ...] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        if self.head.rows and not self.head.by_column:
            start = self.stream.read(self.head.row_bytes)
            self.stream.push(start)
            if len(start) == self.head.row_bytes:
                self._first = tuple(typed_arrays.as_text(np.frombuffer(start, dtype=self.head.dtype)))

    @property
    def width(self) -> int:
        """k of the shape (n, k), else 1; of an array of more axes the numbers in a row."""
        return self.head.width

    @property
    def tail(self) -> tuple[int, ...]:
        """The axes behind the row's of an array of more than two."""
        return self.head.tail if len(self.head.tail) > 1 else ()

    @property
    def header(self) -> Header:
        """An array has no names."""
        return Header(False, "npy has no column names")

    def first_cells(self) -> tuple[str, ...] | None:
        """The text of the first row's elements; zeros where the file stores column after column."""
        if self._first is None and self.head.rows:
            return ("0",) * self.width
        return self._first

    def kinds(self) -> tuple[Kind, ...]:
        """What each column looks like by the element type."""
        return (typed_arrays.kind_of(np.empty(0, self.head.dtype)),) * self.width

    def _one_pass(self, columns: Sequence[Column]) -> Iterator[Block]:
        stream = self._stream()
        with closing(stream):
            pieces = ([array[:, column.index] for column in columns] for array in self._arrays(stream))
            yield from typed_arrays.blocks(pieces, columns, self.name, self.options)

    def _skip_head(self, stream: ByteInput) -> None:
        stream.read(self.head.offset)

    def _arrays(self, stream: ByteInput) -> Iterator[AnyArray]:
        """The rows as arrays (b, k), in blocks."""
        if self.head.by_column:
            place = np.arange(self.head.width).reshape(self.head.tail, order="F").reshape(-1)
            flat = len(self.head.tail) == 1
            yield from (block if flat else block[:, place] for block in self._by_column(stream))
            return
        left = self.head.rows
        size = max(1, self.options.block_bytes // self.head.row_bytes) if self.head.row_bytes else left
        while left:
            rows = min(left, size)
            data = stream.read(rows * self.head.row_bytes)
            if len(data) < rows * self.head.row_bytes:
                raise self._short(self.head.rows - left + len(data) // self.head.row_bytes)
            yield np.frombuffer(data, dtype=self.head.dtype).reshape(rows, self.head.width)
            left -= rows
        self._at_end(stream)

    def _by_column(self, stream: ByteInput) -> Iterator[AnyArray]:
        """A Fortran-ordered array: each block gathers a piece of every column. What cannot be read at any
        place (a pipe, a compressed file) is first kept on the disk."""
        rows, width, item = self.head.rows, self.head.width, self.head.dtype.itemsize
        with self._at_any_place(stream) as (file, first):
            size = max(1, self.options.block_bytes // self.head.row_bytes)
            for start in range(0, rows, size):
                count = min(size, rows - start)
                pieces = []
                for column in range(width):
                    file.seek(first + (column * rows + start) * item)
                    data = file.read(count * item)
                    if len(data) < count * item:
                        raise self._short(None)
                    pieces.append(np.frombuffer(data, dtype=self.head.dtype))
                yield np.stack(pieces, axis=1)
            file.seek(first + rows * width * item)
            self._at_end(file)

    @contextmanager
    def _at_any_place(self, stream: ByteInput) -> Iterator[tuple[Any, int]]:
        """What can be read at any place, and where in it the array starts."""
        if stream.seekable:
            yield stream, self.head.offset
            return
        from losscli.sources.random_access import kept

        file, size = kept(stream)
        with file:
            if size < self.head.rows * self.head.row_bytes:
                raise self._short(size // self.head.row_bytes)
            yield file, 0

    def _short(self, found: int | None) -> FormatError:
        complete = "" if found is None else f", the file ends after {found}"
        return FormatError(f"{self.name} promises {self.head.rows} rows{complete}", hint=_DAMAGED)

    def _at_end(self, stream: Any) -> None:
        if stream.read(1):
            hint = "save each array to its own file"
            raise FormatError(f"{self.name} holds more than one array of {self.head.rows} rows", hint=hint)


def opened(opening: Opening) -> NpySource:
    """The source of an array file. Raises what `read_head` raises."""
    path, options, stream, declared, *_ = opening
    return NpySource(path, options, stream, declared, read_head(stream))
