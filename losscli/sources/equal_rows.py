"""Columns of rows that all have one length, several times as fast as a general reader finds them.

What is not so plain is declined, and the general reader decides. Nothing is accepted here that it would
refuse, and the doubles are the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pyarrow as pa

from losscli.arrays import AnyArray, Bytes, Mask
from losscli.records import NamedTuple
from losscli.sources.decimal_digits import PAD, Aligned, read_aligned
from losscli.sources.records import Values

PIECE_ROWS: Final = 131_072
"""Rows that are read at a time: few enough for the caches, so many that threads seldom hand the interpreter's
lock to each other (a quarter of them takes two threads a tenth longer)."""

PIECE_BYTES: Final = 1 << 22
FIRST_BYTES: Final = 4096
"""The first piece is small: a chunk that must be declined is declined soon."""

PLAIN_DELIMITERS: Final = frozenset(",;\t| :")
"""Delimiters that can be no part of a number."""

_NEWLINE, _RETURN = 10, 13


class Shape(NamedTuple):
    """The number of columns of a text, what separates them, and the columns asked (from 0), each with whether
    it is numbers or else text."""

    width: int
    delimiter: str
    asked: tuple[tuple[int, bool], ...]


def read_columns(data: bytes, shape: Shape) -> tuple[Values, ...] | None:
    """The asked columns, one (n,) array each; None where the text is not of this simple kind.

    `data` is whole rows without a quote and without a NUL byte. Every number read is up to 15 digits,
    with at most one point; every text is ASCII and not empty.
    """
    row = data.find(b"\n") + 1
    if shape.delimiter not in PLAIN_DELIMITERS or row < 2:
        return None
    ending = 2 if data[row - 2] == _RETURN else 1
    missing = 0 if data.endswith(b"\n") else ending
    rows, rest = divmod(len(data) + missing, row)
    if rest:
        return None
    if missing:
        data += data[row - ending : row]
    return _Reader(data, shape, ending, row).columns(rows)


class _Reader:
    """Reads one chunk of equally long rows piece by piece into one array for each column."""

    def __init__(self, data: bytes, shape: Shape, ending: int, row: int) -> None:
        self._data = data
        self._shape = shape
        self._ending = ending
        self._row = row
        first = np.frombuffer(data, np.uint8, row)
        self._borders: list[int] = np.flatnonzero(self._separators(first)).tolist()

    def columns(self, rows: int) -> tuple[Values, ...] | None:
        """The columns of so many rows, None where they are not alike."""
        if len(self._borders) != self._shape.width:
            return None
        places = self._places()
        columns: list[AnyArray] = [
            np.empty(rows, np.float64 if number else (np.void, stop - start))
            for (start, stop), (_, number) in zip(places, self._shape.asked, strict=True)
        ]
        most = max(1, min(PIECE_ROWS, PIECE_BYTES // self._row, rows))
        # Words in front of a cell may reach back before the text.
        buffer: Bytes = np.zeros(PAD + most * self._row, dtype=np.uint8)
        for first, last in self._pieces(rows, most):
            size = (last - first) * self._row
            body = buffer[PAD : PAD + size]
            body[...] = np.frombuffer(self._data, np.uint8, size, first * self._row)
            if not self._alike(body.reshape(-1, self._row)):
                return None
            for column, (start, stop) in zip(columns, places, strict=True):
                cells = Aligned(buffer, start, stop, self._row, last - first)
                read = read_aligned if column.dtype == np.float64 else _read_text
                if not read(cells, column[first:last]):
                    return None
        return tuple(column if column.dtype == np.float64 else _texts(column) for column in columns)

    def _pieces(self, rows: int, most: int) -> Iterator[tuple[int, int]]:
        first, last = 0, min(rows, most, 1 + FIRST_BYTES // self._row)
        while first < rows:
            yield first, last
            first, last = last, min(rows, last + most)

    def _alike(self, table: Bytes) -> bool:
        """Whether all rows have the separators of the chunk's first in the same places, and no others.

        Numbers are digits, where no separator hides; for other cells they are counted.
        """
        first = np.frombuffer(self._data, np.uint8, self._row)
        if any((table[:, border] != first[border]).any() for border in reversed(self._borders)):
            return False
        numbers = sum(number for _, number in self._shape.asked)
        if self._ending == 1 and numbers == self._shape.width:
            return True
        if np.count_nonzero(self._separators(table)) != len(table) * len(self._borders):
            return False
        returns = len(table) if self._ending == 2 else 0
        return bool(
            np.count_nonzero(table == _RETURN) == returns
            and (returns == 0 or (table[:, -2] == _RETURN).all())
        )

    def _separators(self, text: Bytes) -> Mask:
        """Which bytes end a cell."""
        ends: Mask = np.equal(text, _NEWLINE)
        if self._shape.width > 1:
            ends |= text == ord(self._shape.delimiter)
        return ends

    def _places(self) -> list[tuple[int, int]]:
        """Start and stop of each asked cell of the first row in the buffer."""
        stops = [PAD + border for border in self._borders]
        stops[-1] -= self._ending - 1
        starts = [PAD, *(stop + 1 for stop in stops)]
        return [(starts[column], stops[column]) for column, _ in self._shape.asked]


def _read_text(cells: Aligned, out: AnyArray) -> bool:
    """Copy the cells, raw bytes of one length; False where they are empty or not ASCII."""
    if cells.start == cells.stop:
        return False
    out[...] = cells.texts()
    return bool(out.view(np.uint8).max() < 128)


def _texts(characters: AnyArray) -> Any:
    """Raw bytes of one length as an array of texts."""
    rows, length = len(characters), characters.itemsize
    offsets = np.arange(0, rows * length + 1, length, dtype=np.int32)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(characters.view(np.uint8))]
    return pa.Array.from_buffers(pa.string(), rows, buffers, null_count=0)
