"""What was joined, brought into the target's order: one range of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from losscli.align import bundles
from losscli.align.bundles import Bundle
from losscli.align.keys import as_texts
from losscli.align.partition import ByRow, leaves
from losscli.align.places import PlaceList, ScatteredPlaces
from losscli.align.store import Memory, Store
from losscli.align.streams import Paired, Stream
from losscli.arrays import Integers
from losscli.sources.records import Block, Places

BLOCK_ROWS = 1 << 16


def in_target_order(
    streams: Sequence[Stream],
    places: Sequence[PlaceList],
    target: Store,
    matched: Sequence[Store],
    start: int,
) -> Iterator[Paired]:
    """The target's rows from number `start` on that have a partner in every other stream, with these.

    `target` holds its columns and keys in order; `matched` has a store for each other stream, split by the
    target's rows.
    """
    return _Order(streams, places, target, start).rows(matched)


class _Order:
    def __init__(
        self, streams: Sequence[Stream], places: Sequence[PlaceList], target: Store, start: int
    ) -> None:
        self._streams = streams
        self._places = places
        self._target = target
        self._start = start

    def rows(self, matched: Sequence[Store]) -> Iterator[Paired]:
        """All blocks."""
        stop = self._places[0].rows
        pieces = self._pieces()
        waiting: tuple[int, Bundle] | None = None
        memory = Memory()
        for leaf in leaves(matched, memory, ByRow(self._start, max(stop, self._start + 1))):
            assert isinstance(leaf.routing, ByRow)
            found = [pile.load() for pile in leaf.piles]
            where = [_where(one, leaf.routing) for one in found]
            while waiting or (waiting := next(pieces, None)):
                row, piece = waiting
                count = min(bundles.rows_in(piece), leaf.routing.stop - row)
                if count <= 0:
                    break
                rest = bundles.rows_in(piece) - count
                waiting = (row + count, _cut(piece, count, count + rest)) if rest else None
                at = [one[row - leaf.routing.start :][:count] for one in where]
                paired = self._paired(row, _cut(piece, 0, count), found, at)
                if paired is not None:
                    yield paired

    def _pieces(self) -> Iterator[tuple[int, Bundle]]:
        """The target's bundles in order, none too long, each with the number of its first row."""
        row = self._start
        for bundle in self._target.piles[0].bundles():
            count = bundles.rows_in(bundle)
            for start in range(0, count, BLOCK_ROWS):
                yield row + start, _cut(bundle, start, min(count, start + BLOCK_ROWS))
            row += count

    def _paired(
        self, row: int, piece: Bundle, found: Sequence[Bundle | None], at: Sequence[Integers]
    ) -> Paired | None:
        """One piece of the target with its partners; None where no row has all."""
        count = bundles.rows_in(piece)
        everywhere = np.logical_and.reduce([one >= 0 for one in at])
        whole = bool(everywhere.all())
        kept = np.flatnonzero(everywhere)
        if not len(kept):
            return None
        if not whole:
            piece = tuple(bundles.taken(values, kept) for values in piece)
        width = len(self._streams[0].columns)
        ids = tuple(as_texts(values) for values in piece[width:])
        blocks = [Block(len(kept), piece[:width], self._target_places(row, count, None if whole else kept))]
        for number, (one, positions) in enumerate(zip(found, at, strict=True), start=1):
            assert one is not None
            chosen = positions if whole else positions[kept]
            _, own, *columns = (bundles.taken(values, chosen) for values in one)
            scattered = ScatteredPlaces(self._streams[number].name, self._places[number], own)
            blocks.append(Block(len(kept), tuple(columns), scattered))
        return Paired(tuple(blocks), ids)

    def _target_places(self, row: int, count: int, kept: Integers | None) -> Places:
        known = self._places[0]
        if kept is not None or not known.holds(row, count):
            rows = np.arange(count) if kept is None else kept
            return ScatteredPlaces(self._streams[0].name, known, rows + row)
        places, index = known.find(row)
        return places.part(index, index + count)


def _where(found: Bundle | None, rows: ByRow) -> Integers:
    """For each row of the target in the range, where its partner stands; -1 for none."""
    count = 0 if found is None else len(found[0])
    kind = bundles.small_enough(count)
    where: Integers = np.full(rows.stop - rows.start, -1, dtype=kind)
    if found is not None:
        where[found[0] - rows.start] = np.arange(count, dtype=kind)
    return where


def _cut(bundle: Bundle, start: int, stop: int) -> Bundle:
    return tuple(bundles.cut(values, start, stop) for values in bundle)
