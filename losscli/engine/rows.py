"""From paired blocks to the rows that are scored: labels coded, missing rows dropped, weights checked, all
counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from losscli.align import Paired
from losscli.arrays import Floats, Mask, Rows
from losscli.engine.pairing import joined_ids
from losscli.engine.plan import Feed, Plan
from losscli.engine.rowset import Rowset, at_once, by_group
from losscli.errors import ColumnError, LabelError, Place, WeightError
from losscli.sources.records import Block


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
        """Every rowset in the target's order: one for each group, or for all rows, where they are scored
        together. Raises data errors."""
        plan = self.plan
        found = (self._rowset(entry.blocks, joined_ids(entry.ids)) for entry in paired)
        if plan.grouping in ("lists", "sets"):
            for one in by_group([one for one in found if one.count], plan.grouping == "lists"):
                self._check_one_segment(one)
                yield one
        elif plan.downward or plan.gather:
            yield from at_once([one for one in found if one.count], plan.downward)
        else:
            yield from (rowset for rowset in found if rowset.count)

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
        segments = self._segments(blocks)
        keep = self._keep(columns, weights, absent, segments)
        groups = self._groups(blocks)
        if keep is None:
            inputs = tuple(_stack(feed, found) for feed, found in zip(self.plan.feeds, columns, strict=True))
            found = Rowset(self.plan.feeds, blocks, inputs, weights, ids, groups=groups)
            found.segments = segments
            return found
        kept = np.flatnonzero(keep)
        groups = None if groups is None else [groups[row] for row in kept.tolist()]
        inputs = tuple(
            _stack(feed, [column[kept] for column in found])
            for feed, found in zip(self.plan.feeds, columns, strict=True)
        )
        weights = None if weights is None else weights[kept]
        ids = None if ids is None else ids.take(kept)
        found = Rowset(self.plan.feeds, blocks, inputs, weights, ids, kept, groups=groups)
        found.segments = None if segments is None else segments.take(kept)
        return found

    def _segments(self, blocks: tuple[Block, ...]) -> Any:
        """The text of every row's segment, null where it is missing; None without segments."""
        if not self.plan.by:
            return None
        first, *others = self.plan.by
        found = blocks[first.stream].columns[first.positions[0]]
        for other in others:
            if not found.equals(blocks[other.stream].columns[other.positions[0]]):
                raise ColumnError(
                    f"the column {first.names[0]!r} stands in two files with different values",
                    hint=f"say which: --by FILE:{first.names[0]}",
                )
        return found

    def _check_one_segment(self, rowset: Rowset) -> None:
        """Raise LabelError where rows that are scored together lie in several segments."""
        if rowset.segments is None:
            return
        names = rowset.segments.to_pylist()
        other = next((row for row, name in enumerate(names) if name != names[0]), None)
        if other is not None:
            group, feed = self.plan.groups, self.plan.by[0]
            assert group is not None
            at = int(rowset.positions(np.array([other]))[0])
            text = rowset.blocks[group.stream].columns[group.positions[0]][at]
            raise LabelError(
                f"the group {str(text)!r} lies in the segments {names[0]!r} and {names[other]!r}",
                place=rowset.blocks[feed.stream].place(at, feed.positions[0]),
                hint="a group is scored as a whole: give all its rows one segment",
            )
        if rowset.downward:
            rowset.segments = rowset.segments[:1]

    def _groups(self, blocks: tuple[Block, ...]) -> list[str] | None:
        """The group of every row, None without groups."""
        feed = self.plan.groups
        if feed is None:
            return None
        texts = blocks[feed.stream].columns[feed.positions[0]].to_pylist()
        if None in texts:
            place = blocks[feed.stream].place(texts.index(None), feed.positions[0])
            hint = "every row belongs to a group"
            raise LabelError(f"the group {feed.names[0]!r} is missing", place=place, hint=hint)
        return [str(text) for text in texts]

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
        self,
        columns: Sequence[Sequence[Floats]],
        weights: Floats | None,
        absent: Mask | None,
        segments: Any,
    ) -> Mask | None:
        """Which rows stay: weight above 0, none missing. None when all do."""
        if not self.skip_missing:
            return ~absent if absent is not None and absent.any() else None
        missing = np.zeros(len(columns[0][0]), dtype=bool)
        for found in columns:
            for column in found:
                missing |= np.isnan(column)
        if segments is not None and segments.null_count:
            missing |= segments.is_null().to_numpy(zero_copy_only=False)
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


def _stack(feed: Feed, columns: Sequence[Floats]) -> Rows:
    """(n,) for a single column, (n, k) for several, and always (n, k) for an input that takes vectors; the
    axes of an array of more where the input takes them."""
    entry = feed.entry
    wide = entry is not None and entry.is_wide
    if len(columns) == 1 and not wide:
        return np.ascontiguousarray(columns[0])
    block = np.ascontiguousarray(np.stack(columns, axis=1))
    if feed.tail and entry is not None and len(feed.tail) in map(len, entry.forms):
        return block.reshape(-1, *feed.tail)
    return block
