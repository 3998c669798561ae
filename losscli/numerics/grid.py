"""Doubles as whole numbers on a grid, so that plain vectorised reductions are exact.

A chunk whose values do not differ too much in size is cut into limbs.  Limb 0 counts in u0 = 2**place: each
value rounded to the nearest multiple of u0.  What that leaves is at most u0 / 2 and is cut the same way with
a finer unit, and so on.  With ROWS = 2**15:

- Cutting is exact.  With anchor = 1.5 * 2**52 * u and |x| <= 2**38 * u, the sum x + anchor lies where doubles
  are the multiples of u, so that adding rounds x to such a multiple, taking the anchor away again rounds
  nothing, and the difference to x is a double.
- Sums are exact.  A limb is at most 2**38 units, so that every partial sum of 2**15 of them is a whole number
  of units up to 2**53: no order of additions rounds anything.
- Sums of products are exact.  The products are added modulo 2**64.  Their true sum is below 2**91, and a
  rounded sum of rounded products, less than 2**56 away from it, says which multiple of 2**64 is missing.

Values so far below the largest that they have bits left after the last limb are taken apart: a few are added
as Python's integers, many are given back.
"""

from __future__ import annotations

import math

import numpy as np

from losscli.arrays import Floats, Integers
from losscli.records import NamedTuple

ROWS = 1 << 15
"""The most rows that a chunk may have."""

_BITS = 38  # of a limb, besides its sign: 53 less those of the number of rows
_STEP = _BITS + 1  # what is left is at most half a unit: one bit more
_LAST = -1074  # every double is a multiple of 2**_LAST
_REACH = 24  # bits by which sizes may differ, so that what limb 0 leaves adds up as it is
_LARGEST = 2.0**900  # from here up values are declined: anchors come near the largest double
_WINDOW = 300  # and for products, whose rounded sums must neither over- nor underflow
_MOST = 3  # limbs: with more, other ways are as fast
_FEW = 24  # so many values are added one by one
_WRAP = 1 << 64
_ALONE = 8192

Dyadic = tuple[int, int]
"""A whole number, and the exponent of the power of two in which it counts."""

_nothing: Floats = np.empty(0)
_nowhere: Integers = np.empty(0, dtype=np.int64)


class Grid:
    """Scratch memory in which chunks are cut; one for each thread."""

    def __init__(self) -> None:
        # Rows a whole number of pages apart would compete for the same lines of the cache.
        self._whole = np.empty(ROWS)
        self._rooms = np.empty((2, 2 * _MOST - 1, ROWS + 136))
        self._mask = np.empty(ROWS, dtype=np.bool_)

    def add(self, values: Floats) -> tuple[Dyadic, Floats] | None:
        """The sum of at most `ROWS` values, and what is left of many of them, for the caller to add.

        None when a value is huge, infinite or nan.
        """
        found = _span(values)
        if found is None:
            return None
        exponent, least = found
        whole, rest = self._whole[: values.size], self._rooms[0, 0, : values.size]
        place = max(exponent - _BITS, _LAST)
        _round(values, place, whole)
        units = _units(whole, place)
        if whole[0] == values[0] and (whole == values).all():
            return (units, place), _nothing
        np.subtract(values, whole, out=rest)
        if exponent - least <= _REACH:
            # What is left is at most 2**(place - 1) in size, a multiple of 2**(least - 53): 2**15 of them add
            # up to 2**(exponent - 24) at most, which is 2**53 such multiples.
            unit = min(place, max(least - 53, _LAST))
            return ((units << (place - unit)) + _units(rest, unit), unit), _nothing
        return self._add_rest(rest, whole, (units, place))

    def _add_rest(self, rest: Floats, whole: Floats, found: Dyadic) -> tuple[Dyadic, Floats]:
        """Cut further limbs off what the first one left, and add them to what was found."""
        units, place = found
        for _ in range(1, _MOST):
            unit = max(place - _STEP, _LAST)
            _round(rest, unit, whole)
            units, place = (units << (place - unit)) + _units(whole, unit), unit
            odd = self._odd(whole, rest)
            if odd is not None:
                return plus((units, place), singly(rest[odd] - whole[odd])), _nothing
            np.subtract(rest, whole, out=rest)
        return (units, place), rest

    def moments(self, values: Floats) -> tuple[Dyadic, Dyadic] | None:
        """The sum and the sum of squares of at most `ROWS` values; None when they do not fit the grid."""
        limbs = self._cut(values, 0)
        if limbs is None:
            return None
        apart = limbs.take_out(limbs.odd)
        total = limbs.total()
        squares = inner(limbs, limbs)
        return plus(total, singly(apart)), plus(squares, singly(apart, apart))

    def product(self, left: Floats, right: Floats) -> Dyadic | None:
        """The sum of the products, row by row, of at most `ROWS`; None when they do not fit the grid."""
        one, other = self._cut(left, 0), self._cut(right, 1)
        if one is None or other is None:
            return None
        odd = np.union1d(one.odd, other.odd) if one.odd.size or other.odd.size else _nowhere
        apart = singly(one.take_out(odd), other.take_out(odd))
        return plus(inner(one, other), apart)

    def _cut(self, values: Floats, side: int) -> Limbs | None:
        """The limbs; None when a value is huge or not finite, all are tiny, or many are far below others."""
        found = _span(values)
        if found is None or not -_WINDOW < found[0] <= _WINDOW:
            return None
        exponent, least = found
        room, whole = self._rooms[side, :, : values.size], self._whole[: values.size]
        counts, rests, places = room[:_MOST].view(np.int64), [values], []
        for turn in range(_MOST):
            place = exponent - _BITS - _STEP * turn
            places.append(place)
            anchor = math.ldexp(1.5, 52 + place)
            np.add(rests[turn], anchor, out=whole)
            # From one multiple of the unit to the next the bits of the sum count up by one.
            np.subtract(whole.view(np.int64), np.float64(anchor).view(np.int64), out=counts[turn])
            if least - 53 >= place:
                return Limbs(counts, rests, places, _nowhere)
            np.subtract(whole, anchor, out=whole)
            if turn or whole[0] == values[0]:  # else a look at all is hardly worth it
                odd = self._odd(whole, rests[turn])
                if odd is not None:
                    return Limbs(counts, rests, places, odd)
            if turn < _MOST - 1:
                rests.append(np.subtract(rests[turn], whole, out=room[_MOST + turn]))
        return None

    def _odd(self, whole: Floats, values: Floats) -> Integers | None:
        """The positions of values that are not whole; None when they are many."""
        same = np.equal(whole, values, out=self._mask[: values.size])
        count = values.size - int(np.count_nonzero(same))
        if count > _FEW:
            return None
        return np.flatnonzero(np.logical_not(same, out=same)) if count else _nowhere


class Limbs(NamedTuple):
    """The limbs of a chunk, as whole numbers and as doubles.

    `counts[i]` counts in 2**places[i]; `rests[i]` is what the limbs before left, which the count rounds.
    `odd` are the positions of values that have bits left after the last limb.
    """

    counts: Integers
    rests: list[Floats]
    places: list[int]
    odd: Integers

    def take_out(self, odd: Integers) -> Floats:
        """Put zeros at some positions, and return the values that stood there."""
        if not odd.size:
            return _nothing
        taken = self.rests[0][odd]
        # The values themselves belong to the caller.  With a second limb they may stay: an odd value is then
        # so far below the largest that rounded products of values do not show it.
        if len(self.places) == 1:
            self.rests[0] = self.rests[0].copy()
            self.rests[0][odd] = 0.0
        for rest in self.rests[1:]:
            rest[odd] = 0.0
        for count in self.counts[: len(self.places)]:
            count[odd] = 0
        return taken

    def total(self) -> Dyadic:
        """The sum of the values."""
        last = self.places[-1]
        sums = [int(np.add.reduce(count)) for count in self.counts[: len(self.places)]]
        return sum(found << (place - last) for found, place in zip(sums, self.places, strict=True)), last


def inner(left: Limbs, right: Limbs) -> Dyadic:
    """The sum of the products of two chunks, row by row; of a chunk with itself in half the time."""
    last = left.places[-1] + right.places[-1]
    units = 0
    for one, place in enumerate(left.places):
        for other, unit in enumerate(right.places):
            if left is right and other < one:
                continue
            twice = left is right and other > one
            units += _product(left, right, one, other) << (place + unit - last + twice)
    return units, last


def _product(left: Limbs, right: Limbs, one: int, other: int) -> int:
    # Unsigned numbers wrap around by definition.
    wrapped = int(np.einsum("i,i", left.counts[one].view(np.uint64), right.counts[other].view(np.uint64)))
    rounded = _rounded_product(left.rests[one], right.rests[other])
    near = int(math.ldexp(rounded, -left.places[one] - right.places[other]))
    return near + (wrapped - near + _WRAP // 2) % _WRAP - _WRAP // 2


def _rounded_product(left: Floats, right: Floats) -> float:
    """The scalar product; in parts, since with longer ones a linear algebra library may wake its threads."""
    parts = range(0, left.size, _ALONE)
    return math.fsum(float(np.dot(left[at : at + _ALONE], right[at : at + _ALONE])) for at in parts)


def plus(one: Dyadic, other: Dyadic) -> Dyadic:
    """The sum."""
    place = min(one[1], other[1])
    return (one[0] << (one[1] - place)) + (other[0] << (other[1] - place)), place


def singly(values: Floats, factors: Floats | None = None) -> Dyadic:
    """The sum of a few finite values, or of their products with as many factors, in Python's integers."""
    units, place = 0, 0
    for position, value in enumerate(values.tolist()):
        above, below = value.as_integer_ratio()
        if factors is not None:
            second, third = float(factors[position]).as_integer_ratio()
            above, below = above * second, below * third
        unit = 1 - below.bit_length()
        units, place = plus((units, place), (above, unit))
    return units, place


def _span(values: Floats) -> tuple[int, int] | None:
    """The exponents of the largest and of the smallest size: 2**exponent is just above it.

    None when the largest is huge, infinite or nan.  The second is a number below all where a value is zero or
    signs are mixed: then the smallest size would have to be looked for.
    """
    low, high = float(values.min()), float(values.max())
    if not -_LARGEST < low <= high < _LARGEST:
        return None
    least = math.frexp(min(abs(low), abs(high)))[1] if low > 0.0 or high < 0.0 else 2 * _LAST
    return math.frexp(max(-low, high))[1], least


def _round(values: Floats, place: int, whole: Floats) -> None:
    """To the nearest multiples of 2**`place`."""
    anchor = math.ldexp(1.5, 52 + place)
    np.add(values, anchor, out=whole)
    np.subtract(whole, anchor, out=whole)


def _units(values: Floats, place: int) -> int:
    """The sum of multiples of 2**`place`, in these units."""
    return int(math.ldexp(float(np.add.reduce(values)), -place))
