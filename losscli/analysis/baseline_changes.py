"""The paired differences of a loss to its baseline, added up exactly while the rows stream by."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Final

import numpy as np

from losscli.analysis.baseline_pairing import PairedValues
from losscli.analysis.baseline_rows import Candidates, LargestRows
from losscli.arrays import Floats, Integers
from losscli.numerics.exact import ExactSum, Number, nearest_root, ratio
from losscli.records import NamedTuple
from losscli.report.change import LISTED, Carried, SegmentChange
from losscli.report.compute import Figure
from losscli.statistics.intervals import (
    BOOTSTRAPPED,
    Interval,
    difference_interval,
    moments_interval,
    unknown,
)

KEPT: Final = 1_000
"""Rows that became worse and are kept; beyond these it is not known how many carry half of it."""


class Rows(NamedTuple):
    """Some paired rows of one loss: its values then and now, and how each row enters the mean.

    The mean is sum(weight * value) / sum(importance): `weights` is None where all are 1, `importance` where
    every row counts 1. `at` are the positions of the rows among those that were paired.
    """

    then: Floats
    now: Floats
    weights: Floats | None
    importance: Floats | None
    at: Integers

    @classmethod
    def of(cls, paired: PairedValues, result: int, then: Floats, *, by_rows: bool) -> Rows:
        """The rows that count; with `by_rows` the sum is divided by their number whatever they weigh."""
        now, counts, weights = paired.now[result], paired.counts[result], paired.weights
        importance = weights if counts is None else counts if weights is None else weights * counts
        found = cls(then, now, weights, None if by_rows else importance, np.arange(len(now)))
        return found if counts is None else found.part(np.flatnonzero(counts > 0.0))

    def part(self, rows: Integers) -> Rows:
        """Some of the rows."""
        weights = None if self.weights is None else self.weights[rows]
        importance = None if self.importance is None else self.importance[rows]
        return Rows(self.then[rows], self.now[rows], weights, importance, self.at[rows])

    @property
    def differences(self) -> Floats:
        """(n,): now minus then; nan where both are the same infinity."""
        with np.errstate(invalid="ignore", over="ignore"):
            return self.now - self.then

    @property
    def carried(self) -> Floats:
        """(n,): what each row adds to the sum of the differences."""
        with np.errstate(invalid="ignore", over="ignore"):
            found = self.differences
            return found if self.weights is None else found * self.weights


class Means:
    """The exact sums of some rows then and now, and what they are divided by."""

    def __init__(self) -> None:
        self.then = ExactSum()
        self.now = ExactSum()
        self._minus = ExactSum()
        self._importance = ExactSum()
        self.rows = 0

    def add(self, rows: Rows) -> None:
        """Add some rows."""
        self.rows += len(rows.now)
        for total, values in ((self.then, rows.then), (self.now, rows.now), (self._minus, -rows.then)):
            if rows.weights is None:
                total.add(values)
            else:
                total.add_products(rows.weights, values)
        if rows.importance is None:
            self._importance.add_count(len(rows.now))
        else:
            self._importance.add(rows.importance)

    def settle(self) -> None:
        """Let go of the room of rows that wait."""
        for total in (self.then, self.now, self._minus, self._importance):
            total.settle()

    @property
    def difference(self) -> ExactSum:
        """The exact sum of all differences."""
        found = self.now.copy()
        found.merge(self._minus)
        return found

    def means(self) -> tuple[Figure, Figure, Figure]:
        """The mean then, now, and that of the differences, each the nearest double."""
        sums = (self.then, self.now, self.difference)
        then, now, change = (_figure(ratio(total, self._importance)) for total in sums)
        return then, now, change

    def carried(self, part: Means) -> Figure:
        """What some of the rows add to the mean of the differences of all."""
        return _figure(ratio(part.difference, self._importance))

    def segment(self, name: str, part: Means) -> SegmentChange:
        """The record of some of the rows, which are a segment."""
        whole, own = self.difference, part.difference
        known = whole.finite and own.finite and whole.units != 0
        share = ratio(own, whole).value if known else None
        then, now, change = part.means()
        return SegmentChange(name, part.rows, then, now, change, self.carried(part), share)


def _figure(number: Number) -> Figure:
    return Figure(number.value, number.status)


class Spread:
    """How the differences of some rows scatter, and which rows became worse."""

    def __init__(self, sign: float) -> None:
        self._sign = sign
        self._kept: list[tuple[Floats, Floats | None]] | None = []
        self._sum = ExactSum()
        self._squares = ExactSum()
        self._weighted = ExactSum()
        self._weights = ExactSum()
        self._weight_squares = ExactSum()
        self._worse = ExactSum()
        self._largest = LargestRows(KEPT)
        self._has_weights = False
        self._worse_rows = 0
        self.rows = 0
        self.odd = 0

    def add(self, rows: Rows, paired: PairedValues) -> None:
        """Add some rows."""
        carried = rows.carried
        scaled, weights = carried, rows.importance
        finite = np.isfinite(scaled)
        self.odd += len(finite) - int(np.count_nonzero(finite))
        self.rows += len(finite)
        self._sum.add_with_squares(scaled, self._squares)
        if weights is not None:
            self._has_weights = True
            self._weighted.add_products(weights, scaled)
            self._weights.add_with_squares(weights, self._weight_squares)
        self._keep(scaled, weights)
        worse = self._sign * carried
        at = np.flatnonzero(worse > 0.0)
        self._worse_rows += len(at)
        self._worse.add(worse[at])
        self._largest.add(Candidates(worse[at], rows.at[at], rows.then[at], rows.now[at]), paired)

    def _keep(self, scaled: Floats, weights: Floats | None) -> None:
        if self._kept is None:
            return
        if self.rows > BOOTSTRAPPED:
            self._kept = None
        else:
            self._kept.append((scaled.copy(), None if weights is None else weights.copy()))

    def interval(self, level: float) -> Interval:
        """The interval of the mean of the differences."""
        if self.odd:
            return unknown(level, "a difference is not finite")
        if self._kept is None:
            return moments_interval(self.rows, self._mean(), self._deviation(), level)
        added = np.concatenate([piece for piece, _ in self._kept]) if self._kept else np.empty(0)
        if not self._has_weights:
            return difference_interval(added, None, level)
        weights = np.concatenate([piece for _, piece in self._kept if piece is not None])
        with np.errstate(over="ignore"):
            return difference_interval(added / weights, weights, level)

    def _mean(self) -> float:
        return ratio(self._sum, self._weights if self._has_weights else self.rows).value

    def _deviation(self) -> float:
        """The deviation of so many equal rows whose mean is as uncertain as this one."""
        total, squares = self._sum.as_fraction(), self._squares.as_fraction()
        if not self._has_weights:
            mean = total / self.rows
            return nearest_root(max(squares / self.rows - mean * mean, Fraction(0))).value
        weight = self._weights.as_fraction()
        mean = total / weight
        spread = (
            squares - 2 * mean * self._weighted.as_fraction() + mean**2 * self._weight_squares.as_fraction()
        )
        return nearest_root(max(self.rows * spread / weight**2, Fraction(0))).value

    def carried(self) -> Carried:
        """The rows that carry most of what became worse."""
        rows = self._largest.rows
        found = Carried(self.rows, self._worse_rows, listed=tuple(rows[:LISTED]))
        total = self._worse.number()
        if not rows or total.status != "ok":
            return found
        reached, count = 0.0, 0
        for count, row in enumerate(rows, start=1):  # noqa: B007 - the last one counts
            reached = math.fsum((reached, row.carried))
            if reached >= total.value / 2:
                break
        return found._replace(carrying=count, share=min(1.0, reached / total.value))
