"""Exact selection from a spool: the value at which a cumulative weight is reached, whatever the number of
rows.

Doubles are ordered as integers after their sign is folded in.  A pass over the rows counts those in each of
65,536 equal ranges of such keys, which narrows the search to one range; when the rows left there fit into
memory they are sorted.  Weights are added as integers throughout, so that no comparison is ever decided by
rounding.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

import numpy as np

from losscli.arrays import Floats, Integers, Unsigned
from losscli.numerics.exact import PLACES, ExactSum
from losscli.records import NamedTuple
from losscli.reductions.spool import Spool

Keys = Unsigned

_BUCKET_BITS = 16
_PIECE_BITS = 26
_SIGN = np.uint64(1 << 63)
_ALL = np.uint64((1 << 64) - 1)


class Rows(NamedTuple):
    """What is searched: the rows (value, or value and weight), the ends of the values, the largest weight."""

    spool: Spool
    least: float
    largest: float
    heaviest: float

    @property
    def weighted(self) -> bool:
        """Whether each row has a weight of its own; otherwise it weighs 1."""
        return self.spool.columns == 2


class _Bracket(NamedTuple):
    """A range of keys, both ends included, that holds the answers to `needs`.

    `below` is the exact weight of all rows under `low`, `rows` the number of rows inside.
    """

    low: int
    high: int
    below: int
    rows: int
    needs: tuple[int, ...]


def weight_units(rows: int, weights: Floats | None) -> int:
    """A weight as the integer that selection counts in: rows, or units of an `ExactSum`."""
    if weights is None:
        return rows
    total = ExactSum()
    total.add(weights)
    return total.units


def select(rows: Rows, needs: Iterable[int]) -> dict[int, float]:
    """For each need the least value such that the rows up to it weigh at least so much.

    A need is in the units of `weight_units`, above 0 and at most the weight of all rows.
    """
    low, high = (int(key) for key in _keys(np.array([rows.least, rows.largest])))
    found: dict[int, float] = {}
    waiting = [_Bracket(low, high, 0, rows.spool.count, tuple(sorted(set(needs))))]
    small: list[_Bracket] = []
    while waiting:
        bracket = waiting.pop()
        if bracket.low == bracket.high:
            found.update(dict.fromkeys(bracket.needs, _value(bracket.low)))
        elif bracket.rows <= rows.spool.limit:
            small.append(bracket)
        else:
            waiting.extend(_narrowed(rows, bracket))
    for batch in _batches(small, rows.spool.limit):
        found.update(_collected(rows, batch))
    return found


def _keys(values: Floats) -> Keys:
    """Integers in the order of the values; -0.0 comes as 0.0."""
    bits = (values + 0.0).view(np.uint64)
    return bits ^ np.where(bits & _SIGN, _ALL, _SIGN)


def _value(key: int) -> float:
    bits = key ^ (int(_SIGN) if key & int(_SIGN) else int(_ALL))
    return float(np.uint64(bits).view(np.float64))


# --- one pass to narrow a range ----------------------------------------------


class _Histogram:
    """Rows and exact weights by bucket. A weight is cut into pieces of 26 bits, each added as integers."""

    def __init__(self, heaviest: float) -> None:
        self.rows: Integers = np.zeros(1 << _BUCKET_BITS, dtype=np.int64)
        self._top = int(np.frexp(heaviest)[1])
        self._pieces: dict[int, Integers] = {}

    def add(self, buckets: Integers, weights: Floats | None) -> None:
        """Count rows into buckets."""
        self.rows += np.bincount(buckets, minlength=self.rows.size)
        rest = weights
        while rest is not None and rest.any():
            place = self._place(float(rest.max()))
            count = np.floor(np.ldexp(rest, -place))
            rest = rest - np.ldexp(count, place)
            sums = self._pieces.setdefault(place, np.zeros_like(self.rows))
            sums += np.bincount(buckets, count, self.rows.size).astype(np.int64)

    def _place(self, largest: float) -> int:
        """The exponent of the unit, one of a fixed grid, in which this weight is below 2**26."""
        above = (self._top - int(np.frexp(largest)[1])) // _PIECE_BITS
        return max(self._top - _PIECE_BITS * (above + 1), -1074)

    def cumulative(self, weighted: bool) -> list[tuple[Integers, int]]:
        """Running sums over the buckets, each with the shift to the units that selection counts in."""
        if not weighted:
            return [(np.cumsum(self.rows), 0)]
        return [(np.cumsum(sums), PLACES + place) for place, sums in self._pieces.items()]


def _narrowed(rows: Rows, bracket: _Bracket) -> list[_Bracket]:
    """The parts of a range, one bucket each, that hold the answers; found in one pass over the rows."""
    shift = max(0, (bracket.high - bracket.low).bit_length() - _BUCKET_BITS)
    low, high = np.uint64(bracket.low), np.uint64(bracket.high)
    histogram = _Histogram(rows.heaviest)
    for chunk in rows.spool.chunks():
        keys = _keys(chunk[:, 0])
        inside = (keys >= low) & (keys <= high)
        buckets = ((keys[inside] - low) >> np.uint64(shift)).astype(np.int64)
        histogram.add(buckets, chunk[inside, 1] if rows.weighted else None)
    running = histogram.cumulative(rows.weighted)

    def weight_up_to(bucket: int) -> int:
        return bracket.below + sum(int(sums[bucket]) << places for sums, places in running)

    needs: dict[int, list[int]] = {}
    for need in bracket.needs:
        bucket = bisect_left(range(histogram.rows.size), need, key=weight_up_to)
        needs.setdefault(bucket, []).append(need)
    parts = []
    for bucket, wanted in needs.items():
        start = bracket.low + (bucket << shift)
        end = min(bracket.high, start + (1 << shift) - 1)
        below = weight_up_to(bucket - 1) if bucket else bracket.below
        parts.append(_Bracket(start, end, below, int(histogram.rows[bucket]), tuple(wanted)))
    return parts


# --- the rest in memory ------------------------------------------------------


def _batches(brackets: Sequence[_Bracket], limit: int) -> list[list[_Bracket]]:
    """Ranges that are read in the same pass, because their rows fit into memory together."""
    batches: list[list[_Bracket]] = []
    room = 0
    for bracket in brackets:
        if bracket.rows > room:
            batches.append([])
            room = limit
        batches[-1].append(bracket)
        room -= bracket.rows
    return batches


def _collected(rows: Rows, brackets: Sequence[_Bracket]) -> dict[int, float]:
    """The answers in ranges whose rows fit into memory, from one pass over all rows."""
    kept: list[list[Floats]] = [[] for _ in brackets]
    for chunk in rows.spool.chunks():
        keys = _keys(chunk[:, 0])
        for bracket, blocks in zip(brackets, kept, strict=True):
            inside = (keys >= np.uint64(bracket.low)) & (keys <= np.uint64(bracket.high))
            blocks.append(chunk[inside])
    found: dict[int, float] = {}
    for bracket, blocks in zip(brackets, kept, strict=True):
        block = np.concatenate(blocks)
        blocks.clear()
        found.update(_by_weight(bracket, block) if rows.weighted else _by_rank(bracket, block[:, 0]))
    return found


def _by_rank(bracket: _Bracket, values: Floats) -> dict[int, float]:
    ranks = [need - bracket.below - 1 for need in bracket.needs]
    ordered = np.partition(values, ranks)
    return {need: float(ordered[rank]) for need, rank in zip(bracket.needs, ranks, strict=True)}


def _by_weight(bracket: _Bracket, block: Floats) -> dict[int, float]:
    """Sort, then halve: each half is weighed exactly, so that the whole costs little more than one sum."""
    block = block[np.argsort(block[:, 0])]
    weights = np.ascontiguousarray(block[:, 1])
    found: dict[int, float] = {}
    for need in bracket.needs:
        start, end, below = 0, len(block) - 1, bracket.below
        while start < end:
            middle = (start + end) // 2
            half = below + weight_units(middle + 1 - start, weights[start : middle + 1])
            if half >= need:
                end = middle
            else:
                start, below = middle + 1, half
        found[need] = float(block[start, 0])
    return found
