"""What a loss accepts as input: intervals, label sets, the simplex, vectors with a direction.

A domain tests a block and says which cells or rows are bad and why, prints itself, and draws good and wrong
values for tests. Blocks hold finite float64 numbers; what is not finite never gets here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from losscli.arrays import Mask, Rows
from losscli.errors import DataError, DomainError, SumError
from losscli.records import NamedTuple

SUM_TOLERANCE = 1e-3
"""How far a row of probabilities may be from 1 in all: the rounding of files with few digits, nothing more.
"""


class Fault(NamedTuple):
    """One way in which a block is wrong.

    `mask` is (n,) where whole rows are wrong, (n, k) where cells are; `words` complete "612 of 1000 values
    are ...".
    """

    mask: Mask
    words: str
    error: type[DataError] = DomainError

    @property
    def rows(self) -> Mask:
        """(n,): the rows that hold at least one wrong cell."""
        if self.mask.ndim == 1:
            return self.mask
        return np.asarray(self.mask.reshape(len(self.mask), -1).any(axis=1), dtype=np.bool_)


class Domain(Protocol):
    """What values an input may take. `kind` is the word that `list --target` filters by."""

    @property
    def kind(self) -> str: ...

    def __str__(self) -> str: ...

    def faults(self, block: Rows, width: int) -> list[Fault]:
        """Every fault of a block, (n,) or (n, k); `width` is the number of columns of the widest input."""
        ...

    def clean(self, block: Rows) -> Rows:
        """The block as the loss sees it: a label coding mapped, anything else unchanged."""
        ...

    def good(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> Rows:
        """Random values inside, of the given shape."""
        ...

    def wrong(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> list[Rows]:
        """Blocks of the given shape with at least one wrong value each; empty when no finite value is
        wrong."""
        ...


class Interval(NamedTuple):
    """Real numbers between two ends, each end in or out."""

    low: float = -math.inf
    high: float = math.inf
    low_in: bool = True
    high_in: bool = True
    kind: str = "real"

    def __str__(self) -> str:
        if math.isinf(self.low) and math.isinf(self.high):
            return "any real number"
        if math.isinf(self.high):
            return f"a number {'of at least' if self.low_in else 'above'} {self.low:g}"
        left, right = "[" if self.low_in else "(", "]" if self.high_in else ")"
        return f"a number in {left}{self.low:g}, {self.high:g}{right}"

    def outside(self, block: Rows) -> Mask:
        """True where a value lies outside; nan lies outside every interval."""
        above = block >= self.low if self.low_in else block > self.low
        below = block <= self.high if self.high_in else block < self.high
        return ~(above & below)

    def _all_inside(self, block: Rows) -> bool:
        """The cheap test that almost every block passes: only its two extremes are compared."""
        if block.size == 0 or (math.isinf(self.low) and math.isinf(self.high)):
            return True
        return not self.outside(np.array([block.min(), block.max()])).any()

    def holds(self, value: float) -> bool:
        """Whether one value lies inside."""
        return not bool(self.outside(np.array([value]))[0])

    def faults(self, block: Rows, width: int) -> list[Fault]:
        return [] if self._all_inside(block) else [Fault(self.outside(block), f"not {self}")]

    def clean(self, block: Rows) -> Rows:
        return block

    def good(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> Rows:
        if math.isfinite(self.low) and math.isfinite(self.high):
            margin = 1e-3 * (self.high - self.low)
            return generator.uniform(self.low + margin, self.high - margin, shape)
        if math.isfinite(self.low):
            return self.low + generator.gamma(2.0, 1.5, shape)
        return generator.normal(0.0, 3.0, shape)

    def wrong(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> list[Rows]:
        ends = []
        if math.isfinite(self.low):
            ends.append(float(np.nextafter(self.low, -math.inf)) if self.low_in else self.low)
        if math.isfinite(self.high):
            ends.append(float(np.nextafter(self.high, math.inf)) if self.high_in else self.high)
        return [_with_one(self.good(generator, shape, width), end) for end in ends]


class NonZero(NamedTuple):
    """Real numbers except 0: what a relative error divides by."""

    kind: str = "real"

    def __str__(self) -> str:
        return "any real number except 0"

    def faults(self, block: Rows, width: int) -> list[Fault]:
        mask: Mask = block == 0.0
        return [Fault(mask, "0, and a relative error divides by it")] if mask.any() else []

    def clean(self, block: Rows) -> Rows:
        return block

    def good(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> Rows:
        return generator.choice([-1.0, 1.0], shape) * (0.1 + generator.gamma(2.0, 1.5, shape))

    def wrong(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> list[Rows]:
        return [_with_one(self.good(generator, shape, width), 0.0)]


class Labels(NamedTuple):
    """A few numbers that name classes, such as {0, 1}."""

    values: tuple[float, ...]
    kind: str = "binary"

    def __str__(self) -> str:
        return "one of " + ", ".join(f"{value:g}" for value in self.values)

    def faults(self, block: Rows, width: int) -> list[Fault]:
        mask: Mask = ~np.isin(block, self.values)
        return [Fault(mask, f"not {self}")] if mask.any() else []

    def clean(self, block: Rows) -> Rows:
        return block

    def good(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> Rows:
        return generator.choice(np.array(self.values), shape)

    def wrong(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> list[Rows]:
        good = self.good(generator, shape, width)
        return [_with_one(good, max(self.values) + 1.0), _with_one(good, 0.5)]


MIXED_CODING = "of the other coding: 0 and -1 occur in the same column"


class SignLabels(NamedTuple):
    """Binary labels in either coding, 0/1 or -1/+1, but one coding in all rows; the loss sees -1/+1.

    A 0 and a -1 in the same column belong to no coding: that is a fault of the whole column, which `codes`
    lets the caller watch over many blocks.
    """

    kind: str = "binary"

    def __str__(self) -> str:
        return "a label, 0/1 or -1/+1"

    def codes(self, block: Rows) -> frozenset[int]:
        """Which of the codes -1, 0, 1 occur in a block."""
        return frozenset(code for code in (-1, 0, 1) if (block == code).any())

    @staticmethod
    def coding(codes: frozenset[int]) -> str:
        """The coding that the codes of all rows belong to; empty text when they belong to none."""
        if {-1, 0} <= codes:
            return ""
        return "0/1" if 0 in codes else "-1/+1" if -1 in codes else "only 1"

    def faults(self, block: Rows, width: int) -> list[Fault]:
        mask: Mask = ~((block == 1.0) | (block == 0.0) | (block == -1.0))
        if mask.any():
            return [Fault(mask, f"not {self}")]
        if {-1, 0} <= self.codes(block):
            first: Mask = block == (0.0 if _first(block == -1.0) < _first(block == 0.0) else -1.0)
            return [Fault(first, MIXED_CODING)]
        return []

    def clean(self, block: Rows) -> Rows:
        return np.where(block > 0.0, 1.0, -1.0)

    def good(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> Rows:
        return generator.choice(np.array([-1.0, 1.0]), shape)

    def wrong(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> list[Rows]:
        good = self.good(generator, shape, width)
        good.flat[-1] = -1.0
        return [_with_one(good, 2.0), _with_one(good, 0.5), _with_one(good, 0.0)]


class ClassIndex(NamedTuple):
    """The index of a class: a whole number from 0 to one less than the number of columns of the widest input.

    Where no input has a column per class (`bounded` false), any whole number names a class. One number, also
    outside, may mark rows that are left out (`ignored`).
    """

    bounded: bool = True
    kind: str = "class"
    ignored: float | None = None

    def __str__(self) -> str:
        words = "a class index (0, 1, ...)" if self.bounded else "a class label, a whole number"
        return words if self.ignored is None else f"{words}, or {self.ignored:g} for no class"

    def faults(self, block: Rows, width: int) -> list[Fault]:
        mask: Mask = block != np.rint(block)
        if mask.any():
            return [Fault(mask, "not a whole number, so no class")]
        if not self.bounded:
            return []
        outside: Mask = (block < 0) | (block >= width)
        if self.ignored is not None:
            outside &= block != self.ignored
        words = f"no class index: with {width} columns the classes are 0 to {width - 1}"
        return [Fault(outside, words)] if outside.any() else []

    def clean(self, block: Rows) -> Rows:
        return block

    def good(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> Rows:
        return generator.integers(0, width, shape).astype(np.float64)

    def wrong(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> list[Rows]:
        good = self.good(generator, shape, width)
        ends = (-1.0, float(width)) if self.bounded else ()
        return [_with_one(good, value) for value in (0.5, *ends) if value != self.ignored]


class Simplex(NamedTuple):
    """Rows of probabilities: each in [0, 1], the row sums to 1 (within the rounding of printed digits)."""

    kind: str = "distribution"

    def __str__(self) -> str:
        return "a row of probabilities that sums to 1"

    def faults(self, block: Rows, width: int) -> list[Fault]:
        cells: Mask = ~((block >= 0.0) & (block <= 1.0))
        if cells.any():
            return [Fault(cells, "not a number in [0, 1]")]
        off: Mask = np.abs(self.gaps(block)) > SUM_TOLERANCE
        return [Fault(off, "not a distribution: the row does not sum to 1", SumError)] if off.any() else []

    @staticmethod
    def gaps(block: Rows) -> Rows:
        """(n,): how far the sum of each row is from 1, added from the first column to the last."""
        if block.shape[1] > 64:  # the same additions, without a call for each column
            return np.asarray(np.cumsum(block, axis=1)[:, -1] - 1.0)
        total = np.zeros(block.shape[0])
        for column in range(block.shape[1]):
            total += block[:, column]
        return total - 1.0

    def clean(self, block: Rows) -> Rows:
        return block

    def good(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> Rows:
        return generator.dirichlet(np.full(shape[-1], 1.5), shape[0])

    def wrong(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> list[Rows]:
        good = self.good(generator, shape, width)
        low = good.copy()
        low[0, 0], low[0, 1] = -0.25, good[0, 0] + good[0, 1] + 0.25
        short = good.copy()
        short[-1] *= 0.7
        return [low, short]


class Directed(NamedTuple):
    """Vectors that are not all zero, so that they have a direction."""

    kind: str = "vector"

    def __str__(self) -> str:
        return "a vector that is not all zero"

    def faults(self, block: Rows, width: int) -> list[Fault]:
        mask: Mask = ~(block != 0.0).any(axis=1)
        return [Fault(mask, "a zero vector, which has no direction")] if mask.any() else []

    def clean(self, block: Rows) -> Rows:
        return block

    def good(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> Rows:
        return generator.normal(0.0, 2.0, shape)

    def wrong(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> list[Rows]:
        good = self.good(generator, shape, width)
        good[-1] = 0.0
        return [good]


class Ascending(NamedTuple):
    """Rows of numbers in order: no column is below the one before it, as with bounds, or quantiles of rising
    level."""

    kind: str = "vector"

    def __str__(self) -> str:
        return "numbers in order, none below the one before it"

    def faults(self, block: Rows, width: int) -> list[Fault]:
        mask: Mask = np.asarray((block[:, 1:] < block[:, :-1]).any(axis=1), dtype=np.bool_)
        return [Fault(mask, "not in order: a column is below the one before it")] if mask.any() else []

    def clean(self, block: Rows) -> Rows:
        return block

    def good(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> Rows:
        return np.sort(generator.normal(0.0, 3.0, shape), axis=1)

    def wrong(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> list[Rows]:
        good = self.good(generator, shape, width)
        good[-1] = good[-1, ::-1]
        return [good] if shape[1] > 1 else []


REALS = Interval()
PROBABILITY = Interval(0.0, 1.0, kind="binary")
UNIT = Interval(0.0, 1.0)
POSITIVE = Interval(0.0, low_in=False)
NOT_NEGATIVE = Interval(0.0)
ABOVE_MINUS_ONE = Interval(-1.0, low_in=False)
OPEN_UNIT = Interval(0.0, 1.0, low_in=False, high_in=False)
NONZERO = NonZero()
BINARY = Labels((0.0, 1.0))
SIGNS = SignLabels()
CLASS_INDEX = ClassIndex()
CLASS_LABEL = ClassIndex(bounded=False)
SIMPLEX = Simplex()
DIRECTED = Directed()
ASCENDING = Ascending()


def _with_one(block: Rows, value: float) -> Rows:
    changed = block.copy()
    changed.flat[0] = value
    return changed


def _first(mask: Mask) -> int:
    return int(np.argmax(mask.reshape(-1)))


def first_fault(faults: Sequence[Fault]) -> Fault | None:
    """The fault to report first: the one of the earliest row."""
    return min(faults, key=lambda fault: _first(fault.rows), default=None)
