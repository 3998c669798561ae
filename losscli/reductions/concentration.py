"""What the largest values carry of the total: the fewest rows, the largest value first, that make up at least
one hundredth of the weight.

Of equal values the heavier row comes first, and a row counts whole; without weights these are the
ceil(n / 100) largest. Everything is decided by whole numbers, so that the order of the rows, the blocks they
came in and the merges never show.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final, Protocol

import numpy as np

from losscli.arrays import Floats
from losscli.numerics.exact import PLACES, ExactSum
from losscli.records import NamedTuple
from losscli.reductions.selection import weight_units

PART: Final = 100
"""The largest rows that are looked at weigh one in so many."""
ROWS: Final = 1_000_000
"""Rows whose values are kept in memory; of more, only quantiles keep them."""
VALUES: Final = 4 * ROWS
"""Values that all results together keep at most."""
_PIECE: Final = 1 << 16


class Carried(NamedTuple):
    """The largest rows: how many they are, and what they carry, the exact sum of weight * value."""

    rows: int
    total: Fraction


class Carrier(Protocol):
    """Knows the values of all rows."""

    def carried(self) -> Carried | None:
        """What the largest rows carry; None where too many rows came to keep their values."""
        ...


def needed(whole: int) -> int:
    """The least weight that the largest rows must have, in the units of the whole weight."""
    return -(-whole // PART)


class Above:
    """Adds up the finite rows above a border, and remembers how heavy those are that equal it."""

    def __init__(self, border: float) -> None:
        self._border = border
        self._rows = 0
        self._total = ExactSum()
        self._weight = ExactSum()
        self._ties: dict[float, int] = {}

    def add(self, values: Floats, weights: Floats | None) -> None:
        """Look at some rows: values (n,), weights (n,) above 0, or each of weight 1."""
        above, level = values > self._border, values == self._border
        self._rows += int(np.count_nonzero(above))
        if weights is None:
            self._total.add(values[above])
            self._weight.add_count(int(np.count_nonzero(above)))
            self._tie(1.0, int(np.count_nonzero(level)))
            return
        heavy = np.ascontiguousarray(weights[above])
        self._total.add_products(heavy, np.ascontiguousarray(values[above]))
        self._weight.add(heavy)
        found, counts = np.unique(weights[level], return_counts=True)
        for weight, count in zip(found.tolist(), counts.tolist(), strict=True):
            self._tie(weight, count)

    def merge(self, other: Above) -> None:
        """Add all rows of another of the same border."""
        self._rows += other._rows
        self._total.merge(other._total)
        self._weight.merge(other._weight)
        for weight, count in other._ties.items():
            self._tie(weight, count)

    def _tie(self, weight: float, count: int) -> None:
        if count:
            self._ties[weight] = self._ties.get(weight, 0) + count

    def carried(self, need: int) -> Carried:
        """The rows above the border, and of those at it as many as it takes to weigh `need`, in units of an
        `ExactSum`."""
        rows, total = self._rows, self._total.as_fraction()
        short = need - self._weight.units
        for weight in sorted(self._ties, reverse=True):
            if short <= 0:
                break
            each = Fraction(weight)
            units = int(each * (1 << PLACES))
            taken = min(self._ties[weight], -(-short // units))
            short -= taken * units
            rows += taken
            total += taken * each * Fraction(self._border)
        return Carried(rows, total)


class Head(NamedTuple):
    """The largest of the values of `rows` rows, as many as were told; None where no values were kept."""

    rows: int
    values: Floats | None
    weights: Floats | None
    weight: ExactSum

    @property
    def whole(self) -> bool:
        """Whether these are all."""
        return self.values is not None and len(self.values) == self.rows


class Kept:
    """The values of all rows while they are at most `limit`; more, and it forgets them. Several threads may
    add to it."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._pieces: list[tuple[Floats, Floats | None]] = []
        self._room = 0
        self._adding = threading.Lock()
        self.rows = 0

    def add(self, values: Floats, weights: Floats | None = None) -> None:
        """Keep a copy of values (n,), with weights (n,) above 0, or each of weight 1."""
        with self._adding:
            self.rows += len(values)
            if self.rows > self._limit:
                self._pieces = []
                return
            start = 0
            while start < len(values):
                start += self._put(values[start:], None if weights is None else weights[start:])

    def _put(self, values: Floats, weights: Floats | None) -> int:
        """Fill the last piece, or begin one; how many rows found room."""
        if not self._room:
            self._pieces.append((np.empty(_PIECE), None if weights is None else np.empty(_PIECE)))
            self._room = _PIECE
        count = min(self._room, len(values))
        place = slice(_PIECE - self._room, _PIECE - self._room + count)
        kept, heavy = self._pieces[-1]
        kept[place] = values[:count]
        if weights is not None and heavy is not None:
            heavy[place] = weights[:count]
        self._room -= count
        return count

    @property
    def forgot(self) -> bool:
        """Whether there were too many rows."""
        return self.rows > self._limit

    def _all(self) -> tuple[Floats, Floats | None]:
        """The values, and the weights where rows have some."""
        if not self._pieces:
            return np.empty(0), None
        values = np.concatenate([kept for kept, _ in self._pieces])[: self.rows]
        weights = [heavy for _, heavy in self._pieces if heavy is not None]
        return values, (np.concatenate(weights)[: self.rows] if weights else None)

    def head(self, count: int) -> Head:
        """The `count` largest values, in no order."""
        weight = ExactSum()
        if self.forgot:
            return Head(self.rows, None, None, weight)
        values, weights = self._all()
        if weights is None:
            weight.add_count(self.rows)
        else:
            weight.add(weights)
        if count < len(values):
            kept = np.argpartition(values, len(values) - count)[len(values) - count :]
            values, weights = values[kept], None if weights is None else weights[kept]
        return Head(self.rows, values, weights, weight)

    def carried(self) -> Carried | None:
        """What the largest rows carry; None once values were forgotten, or where there are none."""
        if self.forgot or not self.rows:
            return None
        return carried_by([self.head(self.rows)], self._limit)


def carried_by(heads: Sequence[Head], limit: int) -> Carried | None:
    """What the largest rows of all carry; None where there are more than `limit`, or the heads do not reach
    down to the last of them."""
    rows = sum(head.rows for head in heads)
    if not 0 < rows <= limit or any(head.values is None for head in heads):
        return None
    weight = ExactSum()
    for head in heads:
        weight.merge(head.weight)
    need = needed(weight.units)
    blocks = [(head.values, head.weights) for head in heads if head.values is not None and len(head.values)]
    border = _border(blocks, need)
    if border is None or any(not head.whole and not _is_below(head, border) for head in heads):
        return None
    above = Above(border)
    for values, weights in blocks:
        above.add(values, weights)
    return above.carried(need)


def _is_below(head: Head, border: float) -> bool:
    """Whether a head holds every row that counts: all above the border; of those at it, which all weigh the
    same without weights, as many as it takes."""
    if head.values is None or not len(head.values):
        return False
    least = float(head.values.min())
    return least < border or (head.weights is None and least == border)


def _border(blocks: Sequence[tuple[Floats, Floats | None]], need: int) -> float | None:
    """The largest value such that the rows from it up weigh at least `need`; None where all weigh less."""
    alone = len(blocks) == 1 and blocks[0][0].flags.writeable
    values = blocks[0][0] if alone else np.concatenate([block for block, _ in blocks])
    heavy = [block for _, block in blocks if block is not None]
    if not heavy:
        count = -(-need // (1 << PLACES))
        if count > len(values):
            return None
        values.partition(len(values) - count)  # in place: nobody asks for their order
        return float(values[-count])
    weights = np.concatenate(heavy)
    for count in _sizes(len(values)):
        top = np.argpartition(values, len(values) - count)[len(values) - count :]
        if weight_units(count, weights[top]) >= need:
            return _reached(values[top], weights[top], need)
    return None


def _sizes(rows: int) -> Iterator[int]:
    """How many of the largest rows are tried: twice as many as would do if all weighed alike, then more."""
    count = min(rows, max(1024, 2 * needed(rows)))
    while count < rows:
        yield count
        count *= 8
    yield rows


def _reached(values: Floats, weights: Floats, need: int) -> float:
    """The value at which the weight of the rows from the top reaches `need`, by halving."""
    order = np.argsort(-values)
    weights = np.ascontiguousarray(weights[order])
    start, end, over = 0, len(order) - 1, 0
    while start < end:
        middle = (start + end) // 2
        half = over + weight_units(middle + 1 - start, weights[start : middle + 1])
        if half >= need:
            end = middle
        else:
            start, over = middle + 1, half
    return float(values[order[start]])
