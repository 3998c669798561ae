"""Blocks whose rows come from several part files: merged to a useful size, each row at its place in its
part."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from losscli.errors import Place
from losscli.sources.records import Block, LinePlaces, Places, Values


@dataclass(frozen=True, slots=True)
class PartsPlaces:
    """Places of rows of one or several parts. Rows count on over all parts, lines are those of the part.

    `starts` holds the index at which each part's rows begin, counted from `offset` rows before the first.
    """

    first_row: int
    starts: tuple[int, ...]
    inner: tuple[Places, ...]
    offset: int = 0

    def _at(self, index: int) -> tuple[Places, int]:
        position = index + self.offset
        number = bisect_right(self.starts, position) - 1
        return self.inner[number], position - self.starts[number]

    @property
    def file(self) -> str:
        """The part of the first row."""
        return self._at(0)[0].file

    def row(self, index: int) -> int:
        """The data row, from 1, counted over all parts."""
        return self.first_row + index

    def line(self, index: int) -> int:
        """The line in the part, from 1."""
        places, inside = self._at(index)
        return places.line(inside)

    def place(self, index: int, column: int) -> Place:
        """The place of a cell, in its part."""
        places, inside = self._at(index)
        return places.place(inside, column)

    def part(self, start: int, stop: int) -> PartsPlaces:
        """The places of the rows from start up to stop."""
        return PartsPlaces(self.first_row + start, self.starts, self.inner, self.offset + start)

    def light(self) -> PartsPlaces:
        """Places without text."""
        inner = tuple(places.light() for places in self.inner)
        return PartsPlaces(self.first_row, self.starts, inner, self.offset)


def merged(blocks: Iterable[Block], enough: int) -> Iterator[Block]:
    """The same rows in blocks of at least `enough` rows, but the last; rows count from 1 over all."""
    held: list[Block] = []
    rows, first_row = 0, 1
    for block in blocks:
        held.append(block)
        rows += block.rows
        del block
        if rows >= enough:
            yield _one(held, first_row)
            first_row += rows
            held, rows = [], 0
    if rows:
        yield _one(held, first_row)


def _one(blocks: Sequence[Block], first_row: int) -> Block:
    if len(blocks) == 1:
        (block,) = blocks
        return Block(block.rows, block.columns, _counted_on(block.places, first_row))
    columns = tuple(_joined(parts) for parts in zip(*(block.columns for block in blocks), strict=True))
    rows = sum(block.rows for block in blocks)
    return Block(rows, columns, _places(blocks, first_row))


def _counted_on(places: Places, first_row: int) -> Places:
    if isinstance(places, LinePlaces):
        return places._replace(first_row=first_row)
    if isinstance(places, PartsPlaces):
        return PartsPlaces(first_row, places.starts, places.inner, places.offset)
    return PartsPlaces(first_row, (0,), (places,))


def _places(blocks: Sequence[Block], first_row: int) -> PartsPlaces:
    starts: list[int] = []
    inner: list[Places] = []
    row = 0
    for block in blocks:
        starts.append(row)
        inner.append(block.places)
        row += block.rows
    return PartsPlaces(first_row, tuple(starts), tuple(inner))


def _joined(parts: Sequence[Values]) -> Values:
    if isinstance(parts[0], np.ndarray):
        return np.concatenate(parts)
    import pyarrow as pa

    return pa.concat_arrays([part.cast(parts[0].type) for part in parts])
