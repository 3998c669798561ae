"""The numbers that other frameworks give for the same rows, by their conventions, beside ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from typing import Any

import numpy as np

from losscli.arrays import Floats, Integers, Mask, Rows
from losscli.engine.rowset import Rowset
from losscli.engine.score import Score
from losscli.engine.sums import Sums
from losscli.numerics.exact import ExactSum
from losscli.reductions import parse_reductions
from losscli.registry import BoundLoss, bind_loss
from losscli.report import frameworks as report
from losscli.report.compute import Figure

SINGLE, DOUBLE = 1e-6, 1e-12
"""How far a framework's number may be from ours, relatively, for its own rounding alone."""

Blocks = Callable[[BoundLoss], list[Rows]]


class Elsewhere:
    """Every framework's number for one loss; nothing for a loss that follows a convention itself."""

    def __init__(self, score: Score, columns: int) -> None:
        bound = score.bound
        self._score = score
        self._columns = columns
        self._others: list[_Other] = []
        if bound.convention is not None:
            return
        for convention in bound.loss.deviations:
            if bind_loss(bound.loss, {}, convention=convention).part != bound.part:
                continue  # another measure under the same name, such as D2 of another loss
            own = bind_loss(bound.loss, bound.changed, convention=convention)
            if not convention.inputs and _domains(own) != _domains(bound):
                continue  # its defaults ask for other data, such as logits
            computes = convention.rows or convention.combine or convention.by_rows or convention.single
            if computes or convention.reduce != "mean" or own.params != bound.params:
                self._others.append(_Other(own, score, columns))

    def sibling(self, score: Score) -> Elsewhere:
        """The same frameworks for other rows of the same run, those of the score; `merge` adds them."""
        found = copy(self)
        found._score = score
        found._others = [_Other(other.bound, score, self._columns) for other in self._others]
        return found

    def merge(self, other: Elsewhere) -> None:
        """Add all rows of a sibling."""
        for mine, theirs in zip(self._others, other._others, strict=True):
            mine.merge(theirs)

    def to_state(self) -> list[dict[str, Any]]:
        """What each framework's number is made of, in words that JSON knows."""
        return [other.to_state() for other in self._others]

    def load(self, states: Sequence[Mapping[str, Any]], order: int, offset: int) -> None:
        """Take what `to_state` wrote, of rows that stand behind `offset` others. ValueError, KeyError,
        TypeError: it is not one of these."""
        for other, state in zip(self._others, states, strict=True):
            other.load(state, order, offset)

    def add(self, blocks: Blocks, rowset: Rowset, ours: Sequence[Floats]) -> None:
        """Look at some rows: `blocks` gives them as a loss takes them, `ours` are our values of each
        result."""
        for other in self._others:
            other.add(blocks(other.bound), rowset, ours)

    def found(self, result: int) -> tuple[report.Elsewhere, ...]:
        """The frameworks whose number differs from ours."""
        mine = self._score.headline(result) or self._score.reductions(result).get("mean")
        found: list[report.Elsewhere] = []
        for other in self._others:
            entry = other.found(result)
            name = entry.framework.partition(".")[0]
            told = any(name == one.framework.partition(".")[0] and one.value == entry.value for one in found)
            if mine is not None and not told and _differ(mine, entry.value, other.tolerance):
                found.append(entry)
        return tuple(found)


def _domains(bound: BoundLoss) -> list[object]:
    return [entry.domain_for(bound.params) for entry in bound.inputs]


class _Other:
    """One framework's function. Where its convention says which rows it touches, only these are computed."""

    def __init__(self, bound: BoundLoss, ours: Score, columns: int) -> None:
        assert bound.convention is not None
        self.bound = bound
        self.convention = bound.convention
        self.tolerance = SINGLE if self.convention.single else DOUBLE
        self._ours = ours
        self._sparse = self.convention.touches is not None and not self.convention.combine
        self._taken = [ExactSum() for _ in range(ours.results)]
        self._put = [ExactSum() for _ in range(ours.results)]
        self._score = Score(bound, parse_reductions("mean"), False, ours.multioutput)
        self._score.start(columns)
        self._rows = 0
        self._all_rows = 0
        self._first: tuple[int, int, str] | None = None

    def merge(self, other: _Other) -> None:
        for mine, theirs in zip((*self._taken, *self._put), (*other._taken, *other._put), strict=True):
            mine.merge(theirs)
        self._score.merge(other._score)
        self._rows += other._rows
        self._all_rows += other._all_rows
        known = [one for one in (self._first, other._first) if one is not None]
        self._first = min(known, default=None)

    def to_state(self) -> dict[str, Any]:
        return {
            "call": self.convention.call,
            "taken": [total.to_state() for total in self._taken],
            "put": [total.to_state() for total in self._put],
            "sums": self._score.sums.to_state(),
            "rows": self._rows,
            "all_rows": self._all_rows,
            "first": None if self._first is None else list(self._first[1:]),
        }

    def load(self, state: Mapping[str, Any], order: int, offset: int) -> None:
        if state["call"] != self.convention.call:
            raise ValueError(f"{state['call']!r} is not the call that is known")
        self._taken = [ExactSum.from_state(entry) for entry in state["taken"]]
        self._put = [ExactSum.from_state(entry) for entry in state["put"]]
        self._score.sums = Sums.from_state(self._score.measure, state["sums"])
        self._rows, self._all_rows = int(state["rows"]), int(state["all_rows"])
        if state["first"] is not None:
            row, place = state["first"]
            self._first = (order, int(row) + offset, str(place))

    def add(self, blocks: list[Rows], rowset: Rowset, ours: Sequence[Floats]) -> None:
        """Look at some rows."""
        self._all_rows += rowset.count
        if not self._sparse:
            theirs = self._score.add(blocks, rowset.weights)
            self._watch(rowset, np.arange(rowset.count), theirs, ours)
            return
        assert self.convention.touches is not None
        touched: Mask = self.convention.touches(*blocks, **self.bound.params)
        if not touched.any():
            return
        rows = np.flatnonzero(touched)
        theirs = self._score.split(self.bound.rows([np.ascontiguousarray(block[rows]) for block in blocks]))
        mine = [np.ascontiguousarray(values[rows]) for values in ours]
        weights = None if rowset.weights is None else np.ascontiguousarray(rowset.weights[rows])
        for place, (new, old) in enumerate(zip(theirs, mine, strict=True)):
            _add(self._put[place], new, weights)
            _add(self._taken[place], old, weights)
        self._watch(rowset, rows, theirs, mine)

    def _watch(
        self, rowset: Rowset, rows: Integers, theirs: Sequence[Floats], ours: Sequence[Floats]
    ) -> None:
        """Count the rows that differ and remember the first one."""
        differ = np.zeros(len(rows), dtype=bool)
        for new, old in zip(theirs, ours, strict=True):
            with np.errstate(invalid="ignore"):
                near = np.isfinite(old) & (np.abs(new - old) <= self.tolerance * np.abs(old))
            differ |= ~(near | (new == old))
        if not differ.any():
            return
        self._rows += int(differ.sum())
        if self._first is None:
            row = np.array([rows[int(np.argmax(differ))]])
            feed = len(rowset.feeds) - 1
            place = "" if rowset.downward else str(rowset.place(feed, int(row[0]), 0))
            self._first = (rowset.order, int(rowset.numbers(row)[0]), place)

    def found(self, result: int) -> report.Elsewhere:
        """What the framework prints for a result."""
        some = 0 < self._rows < self._all_rows
        reasons = self.convention.differs.split("; ")
        whole = [reason for reason in reasons if "weight" in reason]
        why = whole[0] if whole and not self._rows and self.convention.by_rows else reasons[0]
        _, row, place = self._first if some and self._first is not None else (0, None, "")
        return report.Elsewhere(
            self.bound.framework,
            self.convention.call,
            self.bound.spec,
            self.convention.differs,
            self._value(result),
            self._rows if some else None,
            row,
            place,
            why.partition(": ")[0],
        )

    def _value(self, result: int) -> Figure:
        if not self._sparse:
            return self._score.headline(result) or self._score.reductions(result)["mean"]
        return self._ours.with_changed(self.bound, result, self._taken[result], self._put[result])


def _add(total: ExactSum, values: Floats, weights: Floats | None) -> None:
    if weights is None:
        total.add(np.ascontiguousarray(values))
    else:
        total.add_products(weights, np.ascontiguousarray(values))


def _differ(ours: Figure, theirs: Figure, tolerance: float) -> bool:
    if ours.status != "ok" or theirs.status != "ok":
        return ours.status != theirs.status
    return abs(theirs.value - ours.value) > tolerance * abs(ours.value)
