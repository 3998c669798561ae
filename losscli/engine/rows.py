"""From paired blocks to the rows that are scored: labels coded, missing rows dropped, weights checked, all
counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from losscli.align import Paired
from losscli.arrays import Floats, Integers, Mask, Rows
from losscli.engine.pairing import joined_ids
from losscli.engine.plan import Feed, Plan
from losscli.errors import ColumnError, Place, RowsError, WeightError
from losscli.registry import Shape
from losscli.sources.records import Block


@dataclass(slots=True)
class Rowset:
    """Some rows of every input, ready for the domain check.

    `inputs` are float64, (n,) or (n, k). `kept` maps each row to its position in the paired blocks, None
    where all rows were kept. `ids` are the keys of the kept rows as a text array, None when rows pair by
    position.
    """

    feeds: tuple[Feed, ...]
    blocks: tuple[Block, ...]
    inputs: tuple[Rows, ...]
    weights: Floats | None
    ids: Any = None
    kept: Integers | None = None
    downward: bool = False

    @property
    def count(self) -> int:
        """The number of rows."""
        return len(self.inputs[0])

    def positions(self, rows: Integers) -> Integers:
        """Positions in the paired blocks of some rows."""
        return rows if self.kept is None else self.kept[rows]

    def numbers(self, rows: Integers) -> Integers:
        """The target's data rows, from 1."""
        if self.downward:
            return rows + 1
        block = self.blocks[self.feeds[0].stream]
        found = self.positions(rows)
        return np.array([block.places.row(int(row)) for row in found], dtype=np.int64)

    def all_numbers(self) -> Integers:
        """The target's data row of every row."""
        if self.downward:
            return np.ones(1, dtype=np.int64)
        block = self.blocks[self.feeds[0].stream]
        start = block.first_row
        numbers = np.arange(start, start + block.rows, dtype=np.int64)
        return numbers if self.kept is None else numbers[self.kept]

    def place(self, feed: int, row: int, column: int) -> Place:
        """Where a cell of an input stands."""
        entry = self.feeds[feed]
        if self.downward:
            return self.blocks[entry.stream].place(column, entry.positions[0])
        at = int(self.positions(np.array([row]))[0])
        return self.blocks[entry.stream].place(at, entry.positions[column])

    def cell(self, feed: int, row: int, column: int) -> float | str:
        """An input's cell as its file has it: text for labels."""
        entry = self.feeds[feed]
        if entry.is_text:
            at = int(self.positions(np.array([row]))[0])
            return str(self.blocks[entry.stream].columns[entry.positions[column]][at].as_py())
        values = self.inputs[feed]
        return float(values[row] if values.ndim == 1 else values[row, column])


@dataclass(slots=True)
class RowReader:
    """Turns paired blocks into rowsets and counts what is dropped on the way."""

    plan: Plan
    skip_missing: bool
    read: int = 0
    skipped: int = 0
    absent: int = 0
    bad_weights: int = 0
    first_bad_weight: tuple[Place, float] | None = None
    positive_weight: bool = False
    _current: tuple[Block, ...] = ()

    def rowsets(self, paired: Iterator[Paired]) -> Iterator[Rowset]:
        """Every rowset in the target's order; for one vector read downwards a single one. Raises data
        errors."""
        found = (self._rowset(entry.blocks, joined_ids(entry.ids)) for entry in paired)
        if self.plan.downward:
            yield self._turn(list(found))
            return
        for rowset in found:
            if rowset.count:
                yield rowset

    def finish(self) -> None:
        """What only the end can tell: labels that make no sense together, weights that are negative or all
        0."""
        for feed in self.plan.feeds:
            if feed.coder is not None:
                feed.coder.finish()
        if self.first_bad_weight is not None:
            place, value = self.first_bad_weight
            raise WeightError(
                f"the weight {value:g} is negative ({self.bad_weights:,} of {self.read:,} are)",
                place=place,
                hint="weights are at least 0; a weight of 0 leaves the row out",
            )
        if self.plan.weights and self.read and not self.positive_weight and self.absent:
            raise WeightError(
                "all weights are 0, so no row counts", hint="at least one weight must be above 0"
            )

    def _rowset(self, blocks: tuple[Block, ...], ids: Any) -> Rowset:
        count = blocks[self.plan.feeds[0].stream].rows
        self.read += count
        self._current = blocks
        weights = self._weights(blocks)
        absent = None if weights is None else self._absent(weights)
        columns = [
            [self._column(feed, blocks, position, absent) for position in feed.positions]
            for feed in self.plan.feeds
        ]
        keep = self._keep(columns, weights, absent)
        if keep is None:
            inputs = tuple(_stack(feed, found) for feed, found in zip(self.plan.feeds, columns, strict=True))
            return Rowset(self.plan.feeds, blocks, inputs, weights, ids)
        kept = np.flatnonzero(keep)
        inputs = tuple(
            _stack(feed, [column[kept] for column in found])
            for feed, found in zip(self.plan.feeds, columns, strict=True)
        )
        weights = None if weights is None else weights[kept]
        return Rowset(self.plan.feeds, blocks, inputs, weights, None if ids is None else ids.take(kept), kept)

    def _column(self, feed: Feed, blocks: tuple[Block, ...], position: int, absent: Mask | None) -> Floats:
        """The numbers of a column, labels coded; those of absent rows are nobody's, so they are not coded."""
        block = blocks[feed.stream]
        if feed.coder is None:
            return block.numbers(position)
        labels = block.columns[position]
        if absent is None or not absent.any():
            return feed.coder.codes(labels, lambda row: block.place(row, position))
        present = np.flatnonzero(~absent)
        codes: Floats = np.full(block.rows, np.nan)
        taken = labels.take(present) if feed.is_text else labels[present]
        codes[present] = feed.coder.codes(taken, lambda row: block.place(int(present[row]), position))
        return codes

    def _weights(self, blocks: tuple[Block, ...]) -> Floats | None:
        if not self.plan.weights:
            return None
        found = [blocks[feed.stream].numbers(feed.positions[0]) for feed in self.plan.weights]
        for feed, other in zip(self.plan.weights[1:], found[1:], strict=True):
            if not np.array_equal(found[0], other, equal_nan=True):
                raise ColumnError(
                    f"the column {feed.names[0]!r} stands in two files with different values",
                    hint=f"say which: --weight FILE:{feed.names[0]}",
                )
        return found[0]

    def _keep(
        self, columns: Sequence[Sequence[Floats]], weights: Floats | None, absent: Mask | None
    ) -> Mask | None:
        """Which rows stay: weight above 0, none missing. None when all do."""
        if not self.skip_missing:
            return ~absent if absent is not None and absent.any() else None
        missing = np.zeros(len(columns[0][0]), dtype=bool)
        for found in columns:
            for column in found:
                missing |= np.isnan(column)
        if weights is not None and absent is not None:
            missing = (missing | np.isnan(weights)) & ~absent
        self.skipped += int(missing.sum())
        drop = missing if absent is None else missing | absent
        return ~drop if drop.any() else None

    def _absent(self, weights: Floats) -> Mask:
        """Rows that do not count: of weight 0, or of a negative one, which `finish` reports."""
        negative = weights < 0
        if negative.any():
            self.bad_weights += int(negative.sum())
            if self.first_bad_weight is None:
                row = int(np.argmax(negative))
                self.first_bad_weight = (self._weight_place(row), float(weights[row]))
        zero: Mask = weights == 0
        self.absent += int(zero.sum())
        self.positive_weight = self.positive_weight or bool((weights > 0).any())
        return zero | negative

    def _weight_place(self, row: int) -> Place:
        feed = self.plan.weights[0]
        return self._current[feed.stream].place(row, feed.positions[0])

    def _turn(self, parts: list[Rowset]) -> Rowset:
        """One vector from columns that are read downwards."""
        if not parts:
            raise RowsError("there is no row to score")
        joined = [
            np.concatenate([part.inputs[position] for part in parts])
            for position in range(len(self.plan.feeds))
        ]
        inputs = tuple(np.ascontiguousarray(column.reshape(1, -1)) for column in joined)
        return Rowset(self.plan.feeds, _Joined.of(parts), inputs, None, downward=True)


class _Joined(NamedTuple):
    """The places of the cells of columns that were read in several blocks."""

    parts: tuple[Block, ...]

    @staticmethod
    def of(parts: Sequence[Rowset]) -> Any:
        """One stand-in per stream that answers `place` for a position in the whole column."""
        return tuple(_Joined(blocks) for blocks in zip(*(part.blocks for part in parts), strict=True))

    def place(self, index: int, column: int) -> Place:
        """The place of cell `index` of the whole column."""
        for part in self.parts:
            if index < part.rows:
                return part.place(index, column)
            index -= part.rows
        raise IndexError(index)


def _stack(feed: Feed, columns: Sequence[Floats]) -> Rows:
    """(n,) for a single column, (n, k) for several, and always (n, k) for an input that takes vectors."""
    wide = feed.entry is not None and feed.entry.shape is Shape.VECTOR
    if len(columns) == 1 and not wide:
        return np.ascontiguousarray(columns[0])
    return np.ascontiguousarray(np.stack(columns, axis=1))
