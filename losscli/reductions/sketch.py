"""Exact quantiles of values that lie in many parts, none of which is held whole.

A sketch holds some of the values of a part, and bounds of the weight on either side of each. Sketches add up.
That of all parts brackets a quantile between two values; sketches of what lies between them narrow the
bracket, until it is one value.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Final

import numpy as np

from losscli.arrays import Floats, Integers
from losscli.numerics.exact import Number
from losscli.records import NamedTuple
from losscli.reductions.quantiles import middle, needs_of
from losscli.reductions.selection import weight_units
from losscli.reductions.words import Reduction

POINTS: Final = 4096
"""Values that a sketch keeps at most."""
CHUNK: Final = 1 << 20
"""Values that are sorted at a time."""


class Range(NamedTuple):
    """The values from `low` up to `high`, both included."""

    low: float = -math.inf
    high: float = math.inf


class Sketch(NamedTuple):
    """Some of the values (m,) of a range, ascending; of each the least that the values up to it weigh
    (`least_to`) and the most that the values below it weigh (`most_below`).

    `below` is what the values below the range weigh, `upto` what those in it weigh as well, `whole` what all
    do. A weight is a whole number: of rows, or of units of 2**(shift - 3222) where rows have weights.
    """

    values: Floats
    least_to: tuple[int, ...]
    most_below: tuple[int, ...]
    below: int
    upto: int
    whole: int
    nan: int = 0
    shift: int = 0

    def thinned(self, points: int) -> Sketch:
        """The same with at most so many values."""
        if len(self.values) <= points:
            return self
        kept = np.unique(np.linspace(0, len(self.values) - 1, points).astype(np.int64)).tolist()
        return self._replace(
            values=self.values[kept],
            least_to=tuple(self.least_to[place] for place in kept),
            most_below=tuple(self.most_below[place] for place in kept),
        )

    def shifted(self, shift: int) -> Sketch:
        """The same in units of another power of two, none above what divides every weight."""
        by = shift - self.shift
        if not by:
            return self
        return self._replace(
            least_to=tuple(_moved(one, by) for one in self.least_to),
            most_below=tuple(_moved(one, by) for one in self.most_below),
            below=_moved(self.below, by),
            upto=_moved(self.upto, by),
            whole=_moved(self.whole, by),
            shift=shift,
        )

    def packed(self) -> Sketch:
        """The same with the smallest integers that hold the weights, to be sent."""
        every = self.below | self.upto | self.whole
        for one in (*self.least_to, *self.most_below):
            every |= one
        zeros = (every & -every).bit_length() - 1
        return self.shifted(self.shift + zeros) if zeros > 0 else self

    def bracket(self, need: int) -> Range:
        """The range that holds the least value up to which the rows weigh at least `need`."""
        high = bisect_left(self.least_to, need)
        low = bisect_left(self.most_below, need) - 1
        return Range(float(self.values[low]), float(self.values[high]))


def _moved(number: int, by: int) -> int:
    return number >> by if by > 0 else number << -by


EMPTY: Final = Sketch(np.empty(0), (), (), 0, 0, 0)


def joined(sketches: Sequence[Sketch]) -> Sketch:
    """The sketch of the rows of all, which are sketches of one range."""
    if len(sketches) < 2:
        return sketches[0] if sketches else EMPTY
    shift = min(one.shift for one in sketches)
    parts = [one.shifted(shift) for one in sketches]
    values = np.concatenate([part.values for part in parts])
    least, most = [0] * len(values), [0] * len(values)
    place = 0
    for part in parts:  # how much a bound rises at, and behind, each value
        before, behind = (part.below, *part.least_to), (*part.most_below, part.upto)
        for step in range(len(part.values)):
            least[place] = before[step + 1] - before[step]
            most[place] = behind[step + 1] - behind[step]
            place += 1
    start = sum(part.most_below[0] if part.most_below else part.upto for part in parts)
    below = sum(part.below for part in parts)
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    up = [below, *accumulate((least[at] for at in order.tolist()), initial=below)][1:]
    down = list(accumulate((most[at] for at in order.tolist()), initial=start))
    distinct, firsts = np.unique(ordered, return_index=True)
    lasts = np.append(firsts[1:], len(ordered))
    return Sketch(
        distinct,
        tuple(up[last] for last in lasts.tolist()),
        tuple(down[first] for first in firsts.tolist()),
        below,
        sum(part.upto for part in parts),
        sum(part.whole for part in parts),
        sum(part.nan for part in parts),
        shift,
    )


class Sketcher:
    """Takes values as `Quantiles` does, and keeps a sketch of each range instead of the rows."""

    def __init__(self, ranges: Sequence[Range] = (Range(),), points: int = POINTS) -> None:
        self._ranges = tuple(ranges)
        self._points = points
        self._found: list[list[Sketch]] = [[] for _ in self._ranges]
        self._waiting: list[tuple[Floats, Floats | None]] = []
        self._rows = 0

    def add(self, values: Floats, weights: Floats | None = None) -> None:
        """Add a block of values (n,), with weights (n,) above 0, or each of weight 1."""
        for start in range(0, len(values), CHUNK):
            part = slice(start, start + CHUNK)
            taken = (
                np.array(values[part], dtype=np.float64),
                None if weights is None else weights[part].copy(),
            )
            self._waiting.append(taken)
            self._rows += len(taken[0])
            if self._rows >= CHUNK:
                self._flush()

    def _flush(self) -> None:
        waiting, self._waiting, self._rows = self._waiting, [], 0
        if not waiting:
            return
        values = np.concatenate([block for block, _ in waiting])
        given = [block for _, block in waiting if block is not None]
        weights = np.concatenate(given) if given else None
        missing = np.isnan(values)
        nan = int(np.count_nonzero(missing))
        if nan:
            values, weights = values[~missing], None if weights is None else weights[~missing]
        order = np.argsort(values, kind="stable")
        values = values[order] + 0.0  # one zero
        weights = None if weights is None else weights[order]
        for found, limits in zip(self._found, self._ranges, strict=True):
            found.append(_sketched(values, weights, limits, self._points)._replace(nan=nan))

    def result(self) -> tuple[Sketch, ...]:
        """A sketch for each range, of all values so far."""
        self._flush()
        return tuple(joined(found).thinned(self._points).packed() for found in self._found)


def _sketched(values: Floats, weights: Floats | None, limits: Range, points: int) -> Sketch:
    """The sketch of some values, sorted already."""
    start = int(np.searchsorted(values, limits.low, side="left"))
    end = int(np.searchsorted(values, limits.high, side="right"))
    inside = values[start:end]
    picked = _picked(inside, points)
    before = np.searchsorted(inside, picked, side="left") + start
    behind = np.searchsorted(inside, picked, side="right") + start
    cuts = np.unique(np.concatenate([before, behind, [start, end, len(values)]]))
    upto = dict(zip(cuts.tolist(), _running(cuts, weights), strict=True))
    return Sketch(
        picked,
        tuple(upto[place] for place in behind.tolist()),
        tuple(upto[place] for place in before.tolist()),
        upto[start],
        upto[end],
        upto[len(values)],
    )


def _picked(inside: Floats, points: int) -> Floats:
    """All distinct values while they are few; else some equally spaced among the rows, some among the
    distinct values, so that ties hide none."""
    if not len(inside):
        return inside
    firsts = np.flatnonzero(np.concatenate([[True], inside[1:] != inside[:-1]]))
    if len(firsts) <= points:
        return np.ascontiguousarray(inside[firsts])
    rows = np.linspace(0, len(inside) - 1, points).astype(np.int64)
    ranks = np.linspace(0, len(firsts) - 1, max(3, points // 4)).astype(np.int64)
    return np.unique(np.concatenate([inside[rows], inside[firsts[ranks]]]))


def _running(cuts: Integers, weights: Floats | None) -> list[int]:
    """The weight of the rows before each cut."""
    places: list[int] = cuts.tolist()
    if weights is None:
        return places
    pieces = [
        weight_units(end - start, weights[start:end])
        for start, end in zip([0, *places], places, strict=False)
    ]
    return list(accumulate(pieces))


class Quest:
    """The quantiles of rows that lie elsewhere: told the sketch of every range that it asks for, until it
    asks for none. `points` is how many values its sketches should keep."""

    def __init__(self, reductions: Sequence[Reduction], points: int = POINTS) -> None:
        self._levels = {one.name: one.level for one in reductions if one.level is not None}
        self._needs: dict[str, tuple[int, int]] | None = None
        self._found: dict[int, float] = {}
        self._nan = False
        self._asked: dict[Range, list[int]] = {Range(): []}
        self.points = points

    @property
    def asked(self) -> tuple[Range, ...]:
        """The ranges whose sketches are wanted; none once all is known."""
        return tuple(self._asked)

    def take(self, sketches: Sequence[Sketch]) -> None:
        """The sketches of all rows, one for each range that was asked for."""
        asked, self._asked = self._asked, {}
        first = self._needs is None
        if self._needs is None:
            whole = sketches[0].shifted(0).whole
            self._needs = {name: needs_of(level, whole) for name, level in self._levels.items()}
            self._nan = bool(sketches[0].nan) or not whole
        every = sorted({need for pair in self._needs.values() for need in pair})
        for needs, sketch in zip(asked.values(), sketches, strict=True):
            same = sketch.shifted(0)
            for need in () if self._nan else every if first else needs:
                bracket = same.bracket(need)
                if bracket.low == bracket.high:
                    self._found[need] = bracket.low
                else:
                    self._asked.setdefault(bracket, []).append(need)
        if any(limits in asked for limits in self._asked):
            self.points *= 4  # so few told nothing

    def passed(self, name: str) -> float | None:
        """The least value up to which more than the share of a level lies; None where a value is nan."""
        assert self._needs is not None
        return None if self._nan else self._found[self._needs[name][1]]

    def result(self) -> Mapping[str, Number]:
        """The quantile of each level, by the reduction's name."""
        assert self._needs is not None
        if self._nan:
            return dict.fromkeys(self._levels, Number(math.nan, "nan"))
        found = self._found
        return {
            name: middle(found[reached], found[passed]) for name, (reached, passed) in self._needs.items()
        }
