"""A bounded sample of paired rows in windows of neighbours, spread over the file by row number alone."""

from __future__ import annotations

import numpy as np

from losscli.arrays import Integers, Rows
from losscli.engine.rowset import Rowset
from losscli.errors import Place
from losscli.records import NamedTuple

WINDOW = 2048
"""Rows of a window."""
MOST_WINDOWS = 16
MOST_CELLS = 1 << 22
"""Numbers that the sample holds, whatever the number of columns (32 MB)."""


class _Piece(NamedTuple):
    window: int
    blocks: tuple[Rows, Rows]
    places: tuple[Place, Place]
    row: int


class Sample(NamedTuple):
    """Paired rows: `target` (n, k) and `prediction` (n, m), in file order.

    `runs` are the slices of rows that stand next to each other in the file. `numbers` are the rows' numbers
    among those that count, from 0. `rows` is how many rows the whole file has. `marks` hold, for the first
    row of some stretches, its position here and its place in the target and in the prediction."""

    target: Rows
    prediction: Rows
    runs: tuple[slice, ...]
    numbers: Integers
    rows: int
    marks: tuple[tuple[int, Place, Place], ...]

    @property
    def size(self) -> int:
        """The number of rows here."""
        return len(self.target)

    @property
    def whole(self) -> bool:
        """Whether these are all rows."""
        return self.size == self.rows

    def place(self, position: int, role: int) -> Place:
        """Where a row stands; exact at a mark, by counting lines from it elsewhere."""
        at, *places = max((mark for mark in self.marks if mark[0] <= position), key=lambda mark: mark[0])
        place: Place = places[role]
        line = None if place.line is None else place.line + position - at
        return Place(place.file, line)

    @property
    def words(self) -> str:
        """How many rows it holds, for sentences."""
        return f"{self.size:,} rows" if self.whole else f"{self.size:,} of {self.rows:,} rows"


class Sampler:
    """Keeps every window while there are few, then every second, every fourth, and so on."""

    def __init__(self, width: int) -> None:
        """`width` is the number of columns of both inputs together."""
        self._size = max(64, min(WINDOW, MOST_CELLS // (MOST_WINDOWS * max(1, width))))
        self._stride, self._row = 1, 0
        self._pieces: list[_Piece] = []

    def add(self, rowset: Rowset) -> None:
        """Look at more rows."""
        start, count = 0, rowset.count
        while start < count:
            window, inside = divmod(self._row, self._size)
            stop = min(count, start + self._size - inside)
            if window % self._stride == 0:
                self._keep(window, rowset, slice(start, stop))
            self._row += stop - start
            start = stop

    def _keep(self, window: int, rowset: Rowset, rows: slice) -> None:
        target, prediction = (np.array(block[rows]) for block in rowset.inputs)
        first, second = (_line(rowset.place(role, rows.start, 0)) for role in (0, 1))
        self._pieces.append(_Piece(window, (target, prediction), (first, second), self._row))
        if len({piece.window for piece in self._pieces}) > MOST_WINDOWS:
            self._stride *= 2
            self._pieces = [piece for piece in self._pieces if piece.window % self._stride == 0]

    def sample(self) -> Sample:
        """What was kept."""
        pieces = self._pieces
        lengths = [len(piece.blocks[0]) for piece in pieces]
        starts = np.concatenate([[0], np.cumsum(lengths)]).tolist()
        runs: list[slice] = []
        for at, piece in enumerate(pieces):
            joins = at > 0 and pieces[at - 1].row + lengths[at - 1] == piece.row
            runs.append(slice(runs.pop().start if joins else starts[at], starts[at + 1]))
        numbers = np.concatenate([np.arange(p.row, p.row + n) for p, n in zip(pieces, lengths, strict=True)])
        marks = tuple((starts[at], *piece.places) for at, piece in enumerate(pieces))
        target, prediction = (np.concatenate([piece.blocks[role] for piece in pieces]) for role in (0, 1))
        return Sample(target, prediction, tuple(runs), numbers, self._row, marks)


def _line(place: Place) -> Place:
    return Place(place.file, place.line)
