"""The rows with the highest or lowest values of a result, kept with their places while the rows stream by."""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import copy
from typing import Any

import numpy as np

from losscli.arrays import Floats, Integers
from losscli.engine.picks import LINED
from losscli.engine.plan import Plan
from losscli.engine.rowset import Rowset
from losscli.errors import Place
from losscli.records import NamedTuple
from losscli.report.worst import MOST, Worst, WorstOf, WorstRow


class _Kept(NamedTuple):
    """A row that may be among the worst: how bad it is, and its place in the order of all rows."""

    key: float
    order: tuple[int, int]
    row: WorstRow


class _Watch(NamedTuple):
    """What is looked for in one result, and the rows so far, the worst first."""

    of: WorstOf
    result: int
    kept: list[_Kept]


class WorstFinder:
    """Keeps the worst rows. Ties go to the earlier row, so block sizes and threads never show."""

    def __init__(self, wanted: Sequence[WorstOf], plan: Plan | None = None) -> None:
        """Without a plan only what others found is merged."""
        self._wanted = wanted
        self._plan = plan
        self._watches: list[_Watch] = []
        self._segments = list(dict.fromkeys(one.segment for one in wanted if one.segment is not None))

    def start(self, specs: Sequence[str]) -> None:
        """Told once which loss each result is of."""
        self._watches = [
            _Watch(one, at, []) for one in self._wanted for at, spec in enumerate(specs) if spec == one.spec
        ]

    def sibling(self) -> WorstFinder:
        """A finder in other rows of the same run; `merge` adds them."""
        found = copy(self)
        found._watches = [_Watch(one.of, one.result, []) for one in self._watches]
        return found

    def merge(self, other: WorstFinder) -> None:
        """Add all rows of another."""
        for mine, theirs in zip(self._watches, other._watches, strict=True):
            mine.kept[:] = _best([*mine.kept, *theirs.kept])

    def add(self, rowset: Rowset, values: Sequence[Floats]) -> None:
        """Look at some rows: an (n,) array per result."""
        if not self._watches:
            return
        for whole in self._watches:
            if whole.of.segment is None:
                self._see(whole, rowset, values[whole.result], None)
        if self._segments:
            self._see_segments(rowset, values)

    def _see_segments(self, rowset: Rowset, values: Sequence[Floats]) -> None:
        """Look at the rows of segments. Many of them are compared at once, so that the cost of a row hardly
        grows with their number."""
        codes = self._codes(rowset)
        alike: dict[tuple[int, bool, bool], list[_Watch]] = {}
        for one in self._watches:
            if one.of.segment is not None:
                alike.setdefault((one.result, one.of.highest, one.of.weighted), []).append(one)
        for (result, _, _), watches in alike.items():
            floors = np.full(len(self._segments) + 1, math.inf)  # the last one is that of no segment, -1
            at = {self._segments.index(one.of.segment or ""): one for one in watches}
            for code, one in at.items():
                floors[code] = _floor(one) if len(one.kept) == MOST else math.nan  # every row is above it
            keys = _keys(watches[0].of, values[result], rowset.weights)
            found = np.flatnonzero(~(keys <= floors[codes]))
            near = codes[found]
            for code in np.unique(near).tolist():
                if code in at:
                    self._see(at[code], rowset, values[result], found[near == code])

    def _codes(self, rowset: Rowset) -> Integers:
        """The place of each row's segment among those that are looked for, -1 for the others."""
        import pyarrow as pa
        import pyarrow.compute as compute

        found = compute.index_in(rowset.segments, value_set=pa.array(self._segments, pa.string()))
        codes: Integers = compute.fill_null(found, -1).to_numpy(zero_copy_only=False)
        return codes

    def _see(self, watch: _Watch, rowset: Rowset, values: Floats, rows: Integers | None) -> None:
        if rows is None:
            keys = _keys(watch.of, values, rowset.weights)
        else:
            weights = None if rowset.weights is None else rowset.weights[rows]
            keys = _keys(watch.of, values[rows], weights)
        full, floor = len(watch.kept) == MOST, _floor(watch)
        if not len(keys) or (full and not keys.max() > floor):
            return
        found = np.flatnonzero(keys > floor) if full else np.arange(len(keys))
        if len(found) > MOST:
            cut = np.partition(keys[found], len(found) - MOST)[len(found) - MOST]
            found = found[keys[found] >= cut]
        best = found[np.argsort(-keys[found], kind="stable")][:MOST]
        at = best if rows is None else rows[best]
        numbers = rowset.numbers(at)
        for key, row, number in zip(keys[best].tolist(), at.tolist(), numbers.tolist(), strict=True):
            watch.kept.append(
                _Kept(key, (rowset.order, row), self._row(rowset, row, number, float(values[row])))
            )
        watch.kept[:] = _best(watch.kept)

    def _row(self, rowset: Rowset, row: int, number: int, value: float) -> WorstRow:
        plan = self._plan
        assert plan is not None
        feed = plan.feeds[plan.focus]
        place = rowset.place(plan.focus, row, 0)
        if len(feed.positions) > 1 and not rowset.downward:
            place = Place(place.file, place.line)  # a prediction of several cells is its line
        key = None if rowset.ids is None else str(rowset.ids[row])
        return WorstRow(number, value, place, plan.streams[feed.stream].source.format in LINED, key)

    # --- what came out -----------------------------------------------------

    def found(self) -> tuple[Worst, ...]:
        """The worst rows of everything that was looked for."""
        return tuple(
            Worst(one.of, one.result, tuple(entry.row for entry in one.kept)) for one in self._watches
        )

    def to_state(self) -> list[list[Any]]:
        """Everything, in words that JSON knows."""
        return [
            [*one.of, one.result, [[entry.key.hex(), *_to_words(entry.row)] for entry in one.kept]]
            for one in self._watches
        ]

    @classmethod
    def from_state(cls, state: Sequence[Sequence[Any]], order: int, offset: int) -> WorstFinder:
        """What `to_state` wrote: rows that stand behind `offset` others, `order` is their place among
        parts."""
        found = cls(())
        for spec, highest, weighted, segment, result, kept in state:
            entries = [
                _Kept(float.fromhex(key), (order, int(words[0])), _from_words(words, offset))
                for key, *words in kept
            ]
            found._watches.append(_Watch(WorstOf(spec, highest, weighted, segment), int(result), entries))
        return found


def _keys(of: WorstOf, values: Floats, weights: Floats | None) -> Floats:
    """How bad each row is."""
    if of.weighted and weights is not None:
        with np.errstate(over="ignore"):  # the order of what is beyond the doubles is that of the rows
            values = values * weights
    return values if of.highest else -values


def _floor(watch: _Watch) -> float:
    """What a row must be above to be kept, where enough are."""
    return watch.kept[-1].key if len(watch.kept) == MOST else -math.inf


def _best(kept: Sequence[_Kept]) -> list[_Kept]:
    return sorted(kept, key=lambda entry: (-entry.key, entry.order))[:MOST]


def _to_words(row: WorstRow) -> list[Any]:
    return [row.row, row.value.hex(), list(row.place), row.lined, row.id]


def _from_words(words: Sequence[Any], offset: int) -> WorstRow:
    row, value, place, lined, key = words
    return WorstRow(int(row) + offset, float.fromhex(value), Place(*place), bool(lined), key)
