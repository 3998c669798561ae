"""Blocks of doubles, and of their products, to one exact integer: the inner loop of `exact.ExactSum`.

Most chunks go through a grid, products as well.  Values that do not fit one are added by their exponents, and
a product of two doubles is the sum of two doubles (Dekker 1971), as long as nothing over- or underflows.
Factors outside the window where that holds are scaled by a power of two first, and the integer is shifted
back.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from losscli.arrays import Floats, Integers, Mask
from losscli.numerics.bins import CHUNK, HIGH_MASK, LOW_BITS, Bins
from losscli.numerics.grid import Dyadic

_HALF = np.int64(1) << (LOW_BITS - np.int64(1))
_WINDOW = 300  # three factors of 2**-300, with their 53 bits each, still end above 2**-1074
_LARGEST = np.float64(2.0**_WINDOW)
_SMALLEST = np.float64(2.0**-_WINDOW)
_SMALLEST_BITS = _SMALLEST.view(np.uint64)
_FEW = 100  # rows: filling and emptying the bins costs as much as so many integers
_CLASS_WIDTH = 2 * _WINDOW
_CLASS_START = -1200

Factors = Sequence[Floats]
"""The arrays whose rows are multiplied with each other: one-dimensional, contiguous, of equal length."""


class _Local(threading.local):
    """Bins for each thread, and spare ones for rows that are scaled while the others fill."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Start with empty bins."""
        self.bins = Bins()
        self.spare = Bins()


_local = _Local()


def _split(values: Floats, high: Floats, low: Floats) -> None:
    """Round to 26 bits in `high`; `low` is the exact rest, which has 26 bits as well."""
    bits = high.view(np.int64)
    np.add(values.view(np.int64), _HALF, out=bits)
    np.bitwise_and(bits, HIGH_MASK, out=bits)
    np.subtract(values, high, out=low)


def _square(values: Floats, work: Floats) -> tuple[Floats, Floats]:
    """Two doubles that add up to the square: the rounded square and its error."""
    high, low, product, error = work
    _split(values, high, low)
    np.multiply(values, values, out=product)
    np.multiply(high, high, out=error)
    np.subtract(error, product, out=error)
    np.add(high, high, out=high)
    np.multiply(high, low, out=high)
    np.add(error, high, out=error)
    np.multiply(low, low, out=low)
    np.add(error, low, out=error)
    return product, error


def _product(left: Floats, right: Floats, work: Floats) -> tuple[Floats, Floats]:
    """Two doubles that add up to the product: the rounded product and its error."""
    left_high, left_low, right_high, right_low, product, error = work
    _split(left, left_high, left_low)
    _split(right, right_high, right_low)
    np.multiply(left, right, out=product)
    np.multiply(left_high, right_high, out=error)
    np.subtract(error, product, out=error)
    np.multiply(left_high, right_low, out=left_high)
    np.add(error, left_high, out=error)
    np.multiply(left_low, right_high, out=right_high)
    np.add(error, right_high, out=error)
    np.multiply(left_low, right_low, out=left_low)
    np.add(error, left_low, out=error)
    return product, error


def _put_values(bins: Bins, factors: Factors) -> bool:
    return bins.put(factors[0])


def _put_all(bins: Bins, parts: Sequence[Floats]) -> None:
    for part in parts:
        if not bins.put(part):
            raise AssertionError("a product left the window in which it is exact")


def _put_squares(bins: Bins, factors: Factors) -> bool:
    values = factors[0]
    found = bins.moments(values)
    if found is not None:
        bins.count(found[1])
        return True
    if not _inside(bins, values):
        return False
    _put_all(bins, _square(values, bins.work(values.size, 4)))
    return True


def _put_products(bins: Bins, factors: Factors) -> bool:
    left, right = factors
    found = bins.product(left, right)
    if found is not None:
        bins.count(found)
        return True
    if not (_inside(bins, left) and _inside(bins, right)):
        return False
    _put_all(bins, _product(left, right, bins.work(left.size, 6)))
    return True


def _put_weighted_squares(bins: Bins, factors: Factors) -> bool:
    weights, values = factors
    if not (_inside(bins, weights) and _inside(bins, values)):
        return False
    for part in _square(values, bins.work(values.size, 4)):
        _put_all(bins, _product(weights, part, bins.work(values.size, 6, first=7)))
    return True


def _inside(bins: Bins, values: Floats) -> bool:
    """Whether every value is 0 or of a size whose products, of up to three, are the exact sum of doubles."""
    (sizes,) = bins.work(values.size, 1)
    np.abs(values, out=sizes)
    if not sizes.max() <= _LARGEST:  # also when it is nan
        return False
    if sizes.min() >= _SMALLEST:
        return True
    wrapped = sizes.view(np.uint64)
    wrapped -= np.uint64(1)  # a zero becomes the largest integer of all
    return bool(wrapped.min() >= _SMALLEST_BITS - np.uint64(1))


class Kind:
    """What is added for a row: a product of powers of its factors.

    `powers` holds the exponent of each factor; `put` is the fast way, which declines a chunk by giving False.
    """

    def __init__(self, powers: tuple[int, ...], put: Callable[[Bins, Factors], bool]) -> None:
        self.powers = powers
        self.put = put


VALUES = Kind((1,), _put_values)
SQUARES = Kind((2,), _put_squares)
PRODUCTS = Kind((1, 1), _put_products)
WEIGHTED_SQUARES = Kind((1, 2), _put_weighted_squares)


class Added:
    """What a block came to: the finite part in units of 2**-`places`, and the terms that are not finite."""

    __slots__ = ("nan", "negative", "places", "positive", "units")

    def __init__(self, places: int) -> None:
        self.units = 0
        self.places = places
        self.positive = 0
        self.negative = 0
        self.nan = 0

    def take(self, bins: Bins, scale: int = 0) -> None:
        """Empty the bins into the integer; the terms had been divided by 2**`scale`."""
        number, exponent = bins.take()
        self.count((number, exponent + scale))

    def count(self, found: Dyadic) -> None:
        """Add a whole number of a power of two."""
        number, exponent = found
        shift = self.places + exponent
        # To the right only where terms are written with more places than they have: zeros leave.
        self.units += number << shift if shift >= 0 else number >> -shift


def add_block(kind: Kind, factors: Factors, places: int) -> Added:
    """The exact sum over the rows of `factors` (each (n,), contiguous float64) in units of 2**-`places`.

    `places` is at least 1074 for each factor multiplied, so that every product is a whole number of units.
    """
    added = Added(places)
    with _guarded():
        _add_chunks(kind, factors, added)
    return added


def add_few(kind: Kind, factors: Factors, places: int) -> Added:
    """What `add_block` gives, for some rows: of a few the integers themselves are added, which costs less
    than the bins do."""
    if factors[0].size > _FEW:
        return add_block(kind, factors, places)
    added = Added(places)
    finite = np.logical_and.reduce([np.isfinite(factor) for factor in factors])
    if not finite.all():
        with _guarded():
            _count_wild(kind, [factor[~finite] for factor in factors], added)
        factors = [factor[finite] for factor in factors]
    numbers, exponents = [1] * factors[0].size, np.zeros(factors[0].size, dtype=np.int64)
    for factor, power in zip(factors, kind.powers, strict=True):
        fractions, sizes = np.frexp(factor)
        whole = np.ldexp(fractions, 53).astype(np.int64).tolist()
        numbers = [number * digits**power for number, digits in zip(numbers, whole, strict=True)]
        exponents += power * (sizes.astype(np.int64) - 53)
    if numbers:
        least = int(exponents.min())
        shifts = (exponents - least).tolist()
        added.count((sum(map(int.__lshift__, numbers, shifts)), least))
    return added


def add_moments(values: Floats, places: int) -> tuple[Added, Added]:
    """The exact sums of the values and of their squares, in one pass where they fit a grid."""
    sums = Added(places), Added(places)
    with _guarded():
        for start in range(0, values.size, CHUNK):
            found = _local.bins.moments(values[start : start + CHUNK])
            if found is None:  # then what follows is likely not to fit either
                _add_chunks(VALUES, (values[start:],), sums[0])
                _add_chunks(SQUARES, (values[start:],), sums[1])
                break
            for added, one in zip(sums, found, strict=True):
                added.count(one)
    return sums


@contextmanager
def _guarded() -> Iterator[None]:
    try:
        with np.errstate(invalid="ignore", over="ignore", under="ignore"):
            yield
    except BaseException:
        _local.renew()  # half a block must not turn up in the next sum
        raise


def _add_chunks(kind: Kind, factors: Factors, added: Added) -> None:
    bins = _local.bins
    for number, start in enumerate(range(0, factors[0].size, CHUNK), start=1):
        chunk = [factor[start : start + CHUNK] for factor in factors]
        if not kind.put(bins, chunk):
            _add_wild(kind, _without_wild(kind, chunk, bins), added)
        # A bin is exact for 2**25 additions, and a chunk makes at most 2**17: four for a row.
        if number % 64 == 0:
            added.take(bins)
    added.take(bins)


def _without_wild(kind: Kind, factors: Factors, bins: Bins) -> list[Floats]:
    """Put the rows whose factors all lie in the window; return the others."""
    tame: Mask = np.ones(factors[0].size, dtype=np.bool_)
    for factor in factors:
        sizes = np.abs(factor)
        tame &= ((sizes >= _SMALLEST) & (sizes <= _LARGEST)) | (sizes == 0.0)
    _put_surely(kind, [np.where(tame, factor, 0.0) for factor in factors], bins)
    return [factor[~tame] for factor in factors]


def _put_surely(kind: Kind, factors: Factors, bins: Bins) -> None:
    if not kind.put(bins, factors):
        raise AssertionError("a factor left the window in which products are exact")


def _add_wild(kind: Kind, factors: Factors, added: Added) -> None:
    """Rows with a huge, tiny or non-finite factor: those of like size are scaled and added together."""
    finite = np.logical_and.reduce([np.isfinite(factor) for factor in factors])
    if not finite.all():
        _count_wild(kind, [factor[~finite] for factor in factors], added)
    usable = np.logical_and.reduce([finite, *(factor != 0.0 for factor in factors)])
    spare = _local.spare
    for scaled, scale in _by_size(kind, [factor[usable] for factor in factors]):
        _put_surely(kind, scaled, spare)
        added.take(spare, scale)


def _count_wild(kind: Kind, factors: Factors, added: Added) -> None:
    terms = np.ones(factors[0].size)
    for factor, power in zip(factors, kind.powers, strict=True):
        # Signs and zeros decide, sizes do not: a finite product must not overflow into another infinity.
        bounded = np.where(np.isfinite(factor), np.sign(factor), factor)
        terms = terms * bounded**power
    added.positive += int(np.count_nonzero(terms == np.inf))
    added.negative += int(np.count_nonzero(terms == -np.inf))
    added.nan += int(np.count_nonzero(np.isnan(terms)))


def _by_size(kind: Kind, factors: Factors) -> Iterator[tuple[list[Floats], int]]:
    """Rows whose factors are of like size, scaled into the window; and the power of two to put back."""
    classes = [_size_class(factor) for factor in factors]
    keys: Integers = np.zeros(factors[0].size, dtype=np.int64)
    for found in classes:
        keys = keys * 4 + found
    for key in np.unique(keys).tolist():
        chosen: Mask = keys == key
        scaled, scale = [], 0
        for factor, found, power in zip(factors, classes, kind.powers, strict=True):
            centre = _CLASS_START + _CLASS_WIDTH * int(found[chosen][0]) + _WINDOW
            scaled.append(np.ldexp(factor[chosen], -centre))
            scale += power * centre
        yield scaled, scale


def _size_class(values: Floats) -> Integers:
    """Which of four ranges of exponents, 600 wide, each value lies in."""
    exponents = np.frexp(values)[1].astype(np.int64)
    return (exponents - 1 - _CLASS_START) // _CLASS_WIDTH
