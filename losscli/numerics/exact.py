"""Sums without rounding: the same bits for every order, block size and number of workers.

`ExactSum` holds one Python integer in units of 2**-3222, fine enough for a product of three subnormal
doubles, and so for plain values, squares, products and weighted squares alike.  Merging is integer
addition.  The results are the nearest doubles to the real-number sum, mean, ratio, variance or root, also
where the sum would overflow.

The method is that of superaccumulators: Kulisch; Radford Neal 2015 (arXiv 1505.05571).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

import numpy as np

from losscli.arrays import ArrayLike, Floats
from losscli.errors import ShapeError
from losscli.numerics import binning
from losscli.numerics.binning import Factors, Kind
from losscli.records import NamedTuple

PLACES = 3 * 1074
"""Binary places of the unit: an `ExactSum` counts in 2**-3222."""

_SMALL = 1024  # rows: smaller blocks wait until so many are together


class Number(NamedTuple):
    """A result and what became of it.

    `status` is "ok"; "overflow" (finite, but beyond the largest double: the value is the infinity of its
    sign); "inf" or "-inf" (the data has it, or something was divided by zero); "nan" (undefined).
    """

    value: float
    status: str

    @classmethod
    def of(cls, value: float) -> Number:
        """The number for a value that is no more and no less than this double."""
        if math.isnan(value):
            return cls(math.nan, "nan")
        if math.isinf(value):
            return cls(value, "inf" if value > 0 else "-inf")
        return cls(value + 0.0, "ok")  # one zero: which of 0.0 and -0.0 comes first must not show


class _Waiting:
    """Rows of small blocks, kept until there are enough of them to be worth a histogram."""

    __slots__ = ("count", "rows")

    def __init__(self, factors: int) -> None:
        self.rows = [np.empty(_SMALL) for _ in range(factors)]
        self.count = 0


class ExactSum:
    """A sum that forgets nothing: add blocks in any order, merge in any tree, and get the same integer.

    Every array is one-dimensional and float64, of any length, also 0.  Terms that are not finite are
    counted apart: `positive_infinite`, `negative_infinite`, `nan`.  ShapeError: two arrays that belong
    together differ in length. Not safe to share between threads: give each its own and merge.
    """

    __slots__ = ("_infinite", "_nan", "_negative", "_units", "_waiting")

    def __init__(self) -> None:
        self._units = 0
        self._infinite = 0
        self._negative = 0
        self._nan = 0
        self._waiting: dict[Kind, _Waiting] = {}

    def add(self, values: Floats) -> None:
        """Add the values."""
        self._accept(binning.VALUES, (_block(values),))

    def add_squares(self, values: Floats) -> None:
        """Add the exact squares of the values."""
        self._accept(binning.SQUARES, (_block(values),))

    def add_with_squares(self, values: Floats, squares: ExactSum) -> None:
        """Add the values here and their exact squares there, faster than one after the other."""
        block = _block(values)
        if block.size < _SMALL:
            self.add(block)
            squares.add_squares(block)
            return
        mine, others = binning.add_moments(block, PLACES)
        self._count(mine)
        squares._count(others)

    def add_products(self, left: Floats, right: Floats) -> None:
        """Add the exact products, row by row. Infinity times zero is nan."""
        self._accept(binning.PRODUCTS, _pair(left, right))

    def add_weighted_squares(self, weights: Floats, values: Floats) -> None:
        """Add weight * value**2, exact, row by row."""
        self._accept(binning.WEIGHTED_SQUARES, _pair(weights, values))

    def add_count(self, count: int) -> None:
        """Add a whole number, such as a number of rows that each weigh 1."""
        self._units += count << PLACES

    def _accept(self, kind: Kind, factors: Factors) -> None:
        size = factors[0].size
        if size >= _SMALL:
            self._run(kind, factors)
            return
        # Blocks of one row come by the million: this is their whole way.
        waiting = self._waiting.get(kind)
        if waiting is None:
            waiting = self._waiting[kind] = _Waiting(len(factors))
        start = waiting.count
        if start + size > _SMALL:
            self._flush(kind, waiting)
            start = 0
        waiting.count = end = start + size
        waiting.rows[0][start:end] = factors[0]
        if len(factors) == 2:
            waiting.rows[1][start:end] = factors[1]

    def _run(self, kind: Kind, factors: Factors) -> None:
        self._count(binning.add_block(kind, factors, PLACES))

    def _count(self, added: binning.Added) -> None:
        self._units += added.units
        self._infinite += added.positive
        self._negative += added.negative
        self._nan += added.nan

    def _flush(self, kind: Kind, waiting: _Waiting) -> None:
        if waiting.count:
            self._run(kind, [row[: waiting.count] for row in waiting.rows])
            waiting.count = 0

    def _settle(self) -> None:
        for kind, waiting in self._waiting.items():
            self._flush(kind, waiting)

    def settle(self) -> None:
        """Add up the rows that wait, and let go of their room, which thousands of sums cannot all have."""
        for kind, waiting in self._waiting.items():
            self._count(binning.add_few(kind, [row[: waiting.count] for row in waiting.rows], PLACES))
        self._waiting.clear()

    def merge(self, other: ExactSum) -> None:
        """Add everything that the other sum holds; the other stays as it is."""
        self._units += other.units
        self._infinite += other._infinite
        self._negative += other._negative
        self._nan += other._nan

    def subtract(self, part: ExactSum) -> None:
        """Take away terms that were added before, exactly; `part` stays as it is."""
        self._settle()
        self._units -= part.units
        self._infinite -= part._infinite
        self._negative -= part._negative
        self._nan -= part._nan

    def copy(self) -> ExactSum:
        """A sum of its own with the same content."""
        twin = ExactSum()
        twin.merge(self)
        return twin

    def __reduce__(self) -> tuple[Callable[[dict[str, str | int]], ExactSum], tuple[dict[str, str | int]]]:
        """Travel between processes as the state, which has no rows waiting."""
        return ExactSum.from_state, (self.to_state(),)

    @property
    def units(self) -> int:
        """The sum of the finite terms, exact, in units of 2**-3222."""
        self._settle()
        return self._units

    @property
    def positive_infinite(self) -> int:
        """How many terms were +inf."""
        self._settle()
        return self._infinite

    @property
    def negative_infinite(self) -> int:
        """How many terms were -inf."""
        self._settle()
        return self._negative

    @property
    def nan(self) -> int:
        """How many terms were nan."""
        self._settle()
        return self._nan

    @property
    def finite(self) -> bool:
        """Whether every term was finite."""
        self._settle()
        return not (self._infinite or self._negative or self._nan)

    @property
    def status(self) -> str:
        """The status of the sum: "ok", "overflow", "inf", "-inf" or "nan"."""
        return self.number().status

    def value(self) -> float:
        """The nearest double to the sum."""
        return self.number().value

    def number(self) -> Number:
        """The nearest double to the sum, with its status."""
        return self._infinity() or _nearest(self.units, 1 << PLACES)

    def as_fraction(self) -> Fraction:
        """The sum of the finite terms as an exact fraction, for combinations that this room does not know."""
        return Fraction(self.units, 1 << PLACES)

    def _infinity(self) -> Number | None:
        """The result that the terms which are not finite force upon the sum, if there are any."""
        self._settle()
        if self._nan or (self._infinite and self._negative):
            return Number(math.nan, "nan")
        if self._infinite:
            return Number(math.inf, "inf")
        return Number(-math.inf, "-inf") if self._negative else None

    def to_state(self) -> dict[str, str | int]:
        """Everything, in words that JSON knows. Equal sums have equal states, however they came about.

        The sum is `integer` (hexadecimal) times 2**`exponent`, the integer odd or zero.
        """
        units = self.units
        zeros = (units & -units).bit_length() - 1 if units else PLACES
        return {
            "integer": hex(units >> zeros),
            "exponent": zeros - PLACES,
            "inf": self._infinite,
            "-inf": self._negative,
            "nan": self._nan,
        }

    @classmethod
    def from_state(cls, state: Mapping[str, str | int]) -> ExactSum:
        """The sum that `to_state` wrote. ValueError, KeyError: the state is not one."""
        found = cls()
        shift = int(state["exponent"]) + PLACES
        if not 0 <= shift <= 2 * PLACES:
            raise ValueError("the exponent of a sum's state is out of range")
        found._units = int(str(state["integer"]), 16) << shift
        counts = [int(state[name]) for name in ("inf", "-inf", "nan")]
        if min(counts) < 0:
            raise ValueError("a count in a sum's state is negative")
        found._infinite, found._negative, found._nan = counts
        return found


def _block(values: ArrayLike) -> Floats:
    block = np.ascontiguousarray(values, dtype=np.float64)
    if block.ndim != 1:
        raise ShapeError(f"a sum takes one-dimensional arrays, not one of shape {block.shape}")
    return block


def _pair(left: ArrayLike, right: ArrayLike) -> Factors:
    first, second = _block(left), _block(right)
    if first.size != second.size:
        raise ShapeError(f"the rows do not pair: {first.size} and {second.size}")
    return first, second


# --- results: the nearest double to the real number -------------------------------------------------------


def mean(total: ExactSum, weight: int | ExactSum) -> Number:
    """The total over a weight: a number of rows, or the exact sum of their weights. 0 over 0 is nan."""
    return ratio(total, weight)


def ratio(numerator: ExactSum, denominator: int | ExactSum) -> Number:
    """The quotient, rounded once.

    Over zero it is an infinity, or nan for 0 over 0; over an infinity it is nan.
    """
    special = numerator._infinity()
    if isinstance(denominator, ExactSum) and not denominator.finite:
        return Number(math.nan, "nan")
    over = _units(denominator)
    if special:
        return special if over > 0 else Number.of(-special.value if over else math.nan)
    if over == 0:
        sign = (numerator.units > 0) - (numerator.units < 0)
        return Number.of(sign * math.inf)  # 0 times infinity is nan
    return _nearest(numerator.units, over)


def variance(total: ExactSum, squares: ExactSum, weight: int | ExactSum) -> Number:
    """The population's variance, E[x**2] - E[x]**2 without rounding.

    Never negative. nan unless all is finite.
    """
    found = _variance(total, squares, weight)
    return _nearest(*found) if found else Number(math.nan, "nan")


def standard_deviation(total: ExactSum, squares: ExactSum, weight: int | ExactSum) -> Number:
    """The root of the population's variance, rounded once. nan unless all is finite."""
    found = _variance(total, squares, weight)
    return _nearest_root(*found) if found else Number(math.nan, "nan")


def pooled_deviation(
    totals: Sequence[ExactSum], squares: Sequence[ExactSum], weight: int | ExactSum
) -> Number:
    """The root of the mean of several columns' variances, rounded once. nan unless all is finite."""
    found = [_variance(total, square, weight) for total, square in zip(totals, squares, strict=True)]
    known = [pair for pair in found if pair is not None]
    if len(known) < len(found):
        return Number(math.nan, "nan")
    # the denominators are all the same: the square of the weight
    return _nearest_root(sum(above for above, _ in known), len(known) * known[0][1])


def root_mean(squares: ExactSum, weight: int | ExactSum) -> Number:
    """The root of squares / weight, rounded once: finite also where the mean itself overflows."""
    special = squares._infinity()
    over = _units(weight)
    if special or over <= 0 or squares.units < 0:
        return special if special and special.value > 0 and over > 0 else Number(math.nan, "nan")
    return _nearest_root(squares.units, over)


def nearest(value: Fraction) -> Number:
    """The nearest double to an exact fraction."""
    return _nearest(value.numerator, value.denominator)


def nearest_root(value: Fraction) -> Number:
    """The nearest double to the root of an exact fraction; nan for a negative one."""
    return _nearest_root(value.numerator, value.denominator) if value >= 0 else Number(math.nan, "nan")


def exact_sum(values: Floats) -> Number:
    """The nearest double to the sum of the values (n,)."""
    total = ExactSum()
    total.add(values)
    return total.number()


def exact_mean(values: Floats, weights: Floats | None = None) -> Number:
    """The nearest double to the mean of the values (n,), or by weights (n,); nan without any."""
    total, over = ExactSum(), ExactSum()
    if weights is None:
        total.add(values)
        return mean(total, np.size(values))
    total.add_products(weights, values)
    over.add(weights)
    return mean(total, over)


def _units(weight: int | ExactSum) -> int:
    return weight.units if isinstance(weight, ExactSum) else weight << PLACES


def _variance(total: ExactSum, squares: ExactSum, weight: int | ExactSum) -> tuple[int, int] | None:
    """The exact variance as numerator and denominator; None where it is not defined."""
    over = _units(weight)
    known = not isinstance(weight, ExactSum) or weight.finite
    if not (known and total.finite and squares.finite) or over <= 0:
        return None
    # Units cancel: (S2 W - S1**2) / W**2, each a whole number of units.
    return squares.units * over - total.units**2, over**2


def _nearest(numerator: int, denominator: int) -> Number:
    """Python divides integers to the nearest double, subnormal ones as well."""
    try:
        return Number(numerator / denominator + 0.0, "ok")
    except OverflowError:
        negative = (numerator < 0) != (denominator < 0)
        return Number(-math.inf if negative else math.inf, "overflow")


def _nearest_root(numerator: int, denominator: int) -> Number:
    """The root of a fraction that is not negative, rounded once.

    The integer root keeps at least 60 bits, more than a double or the midpoint of two can have; one bit more
    says whether anything is left.  So the rounded quotient is that of the true root.
    """
    if numerator == 0:
        return Number(0.0, "ok")
    shift = max(0, 61 - (numerator.bit_length() - denominator.bit_length()) // 2)
    scaled = numerator << (2 * shift)
    root = math.isqrt(scaled // denominator)
    exact = root * root * denominator == scaled
    return _nearest(2 * root + (not exact), 2 << shift)
