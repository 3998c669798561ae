"""Where rows stand in their files, kept for all rows of a source: a few numbers for files of consecutive
lines, on the disk where every line must be known."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from losscli.align.store import Memory, Store
from losscli.arrays import Integers
from losscli.errors import Place
from losscli.records import NamedTuple
from losscli.sources.records import Block, LinePlaces, Lines, Places


@dataclass
class PlaceList:
    """The places of the rows of many consecutive blocks; rows count from 0."""

    memory: Memory
    starts: list[int] = field(default_factory=list)
    places: list[Places] = field(default_factory=list)
    rows: int = 0
    _lines: Store | None = None
    _kept: int = 0

    def add(self, block: Block) -> None:
        """The places of one more block."""
        places = block.places.light()
        if isinstance(places, LinePlaces):
            places = self._compact(places, block.rows)
            if self.places and (longer := _continued(self.places[-1], places)):
                self.places[-1] = longer
                self.rows += block.rows
                return
        self.starts.append(self.rows)
        self.places.append(places)
        self.rows += block.rows

    def find(self, row: int) -> tuple[Places, int]:
        """The places of the block in which a row stands, and its index there."""
        number = bisect_right(self.starts, row) - 1
        return self.places[number], row - self.starts[number]

    def line(self, row: int) -> int:
        """The line in the file of a row."""
        places, index = self.find(row)
        return places.line(index)

    def file(self, row: int) -> str:
        """The file of a row, which is one of several where the source is a folder."""
        places, index = self.find(row)
        return places.part(index, index + 1).file

    def holds(self, row: int, count: int) -> bool:
        """Whether so many rows from this one on stand in one block."""
        number = bisect_right(self.starts, row) - 1
        return number + 1 == len(self.starts) or row + count <= self.starts[number + 1]

    def _compact(self, places: LinePlaces, rows: int) -> LinePlaces:
        """The places with a range of lines, or with lines that may go to the disk."""
        lines = places.lines
        if isinstance(lines, range) or not rows:
            return places
        first = int(lines[0])
        if int(lines[rows - 1]) - first == rows - 1:
            return places._replace(lines=range(first, first + rows))
        if self._lines is None:
            self._lines = Store(self.memory)
        self._lines.append((np.ascontiguousarray(lines[:rows]),))
        self._kept += 1
        return places._replace(lines=cast(Lines, _StoredLines(self._lines, self._kept - 1)))


class _StoredLines(NamedTuple):
    """The line numbers of a block that a store keeps, read when they are asked for."""

    store: Store
    number: int

    def __getitem__(self, index: Any) -> Any:
        (lines,) = self.store.piles[0].bundle(self.number)
        return lines[index]


def _continued(before: Places, after: LinePlaces) -> LinePlaces | None:
    """The places of two blocks as those of one, where lines and rows simply go on."""
    if not isinstance(before, LinePlaces):
        return None
    ours, theirs = before.lines, after.lines
    if not isinstance(ours, range) or not isinstance(theirs, range) or not ours or not theirs:
        return None
    if (ours.step, theirs.step, ours.stop) != (1, 1, theirs.start):
        return None
    same = before.file == after.file and before.fields == after.fields
    if not same or before.first_row + len(ours) != after.first_row:
        return None
    return before._replace(lines=range(ours.start, theirs.stop))


@dataclass(frozen=True, slots=True)
class ScatteredPlaces:
    """Places of rows that were brought into another order."""

    file: str
    known: PlaceList
    order: Integers

    def _at(self, index: int) -> tuple[Places, int]:
        return self.known.find(int(self.order[index]))

    def row(self, index: int) -> int:
        """The data row, from 1."""
        places, inside = self._at(index)
        return places.row(inside)

    def line(self, index: int) -> int:
        """The line in the file, from 1."""
        places, inside = self._at(index)
        return places.line(inside)

    def place(self, index: int, column: int) -> Place:
        """The place of a cell."""
        places, inside = self._at(index)
        return places.place(inside, column)

    def part(self, start: int, stop: int) -> ScatteredPlaces:
        """The places of the rows from start up to stop."""
        return ScatteredPlaces(self.file, self.known, self.order[start:stop])

    def light(self) -> ScatteredPlaces:
        """The same places."""
        return self
