"""The angle between vectors, exact also where they are almost parallel; and the angles of all pairs of a set.

1 - cos cancels there, so the part of one vector at right angles to the other is computed instead.  It starts
from the 2 x 2 determinants with the largest component, each of them exact, not from a projection whose
coefficient is rounded.  Of a whole set the cosines of all pairs are wanted, to be divided by a small
temperature: there each is a pair of doubles, from matrix products that round nothing.
All arrays are (n, k) blocks of vectors that are not all zero.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from losscli.arrays import Floats, Integers, Mask, Rows
from losscli.numerics.pairs import over, root
from losscli.numerics.stable import (
    Pair,
    dot_columns,
    quietly,
    sum_columns,
    sum_parts,
    two_difference,
    two_product,
    two_sum,
)
from losscli.records import NamedTuple

_NEAR = 0.5  # cosines beyond this are computed from the sine
_PAIRS = 1 << 17
"""Pairs of vectors that are compared at a time, so that the memory does not grow with the square of their
number."""
_BITS = 24  # of a slice, at most
_LARGE = 2.0**1022  # the difference of two such numbers may overflow


@quietly
def cosine_and_distance(first: Rows, second: Rows) -> tuple[Floats, Floats]:
    """(n,) twice: the cosine of the angle, and 1 minus it."""
    one, other = _scaled(first)[0], _scaled(second)[0]
    cosine = dot_columns(one, other) / _norms(one, other)
    distance = 1.0 - cosine
    near = np.flatnonzero(np.abs(cosine) > _NEAR)
    side = np.sign(cosine[near])
    small = _distance_of_near(one[near], other[near], np.abs(cosine[near]))
    cosine[near] = side * (1.0 - small)
    distance[near] = np.where(side > 0.0, small, 2.0 - small)
    return cosine, distance


@quietly
def cosine_slope(first: Rows, second: Rows) -> Rows:
    """(n, k): the derivative of the cosine by the second vector."""
    one = _scaled(first)[0]
    other, exponent = _scaled(second)
    slope = rejection(one, other) / _norms(one, other)[:, None]
    return np.ldexp(slope, -exponent[:, None])


def rejection(vectors: Rows, directions: Rows) -> Rows:
    """(n, k): the part of each vector at right angles to its direction; 0 where they are parallel, exactly.

    Both are scaled so that the largest component is in [1/2, 1).
    """
    pivot = np.abs(directions).argmax(axis=1)[:, None]
    length = np.take_along_axis(directions, pivot, axis=1)
    height = np.take_along_axis(vectors, pivot, axis=1)
    one, one_rest = two_product(length, vectors)
    other, other_rest = two_product(height, directions)
    gap, rest = two_difference(one, other)
    sheared = (gap + (rest + (one_rest - other_rest))) / length
    share = dot_columns(sheared, directions) / dot_columns(directions, directions)
    whole, small = two_product(share[:, None], directions)
    return (sheared - whole) - small


def _distance_of_near(one: Rows, other: Rows, cosine: Floats) -> Floats:
    """1 - |cos| as sin**2 / (1 + |cos|): a quotient of positive numbers."""
    across = rejection(other, one)
    return dot_columns(across, across) / (dot_columns(other, other) * (1.0 + cosine))


def _norms(one: Rows, other: Rows) -> Floats:
    """The product of the lengths of two scaled vectors."""
    return np.asarray(np.sqrt(dot_columns(one, one) * dot_columns(other, other)))


def _scaled(vectors: Rows) -> tuple[Rows, Integers]:
    """Each vector times the power of 2 that puts its largest component into [1/2, 1), and that exponent."""
    exponent = np.frexp(np.abs(vectors).max(axis=1))[1].astype(np.int64)
    return np.ldexp(vectors, -exponent[:, None]), exponent


# --- distances ----------------------------------------------------------------------------------------------


class Length(NamedTuple):
    """Lengths (n,) that may be beyond the doubles: `size` times 2 to the power of `exponent`."""

    size: Floats
    exponent: Integers

    @quietly
    def less(self, other: Length, plus: float = 0.0) -> Floats:
        """(n,): this minus the other, plus a number, though both may overflow."""
        exponent = np.maximum(np.maximum(self.exponent, other.exponent), np.frexp(plus)[1])
        mine = np.ldexp(self.size, self.exponent - exponent)
        theirs = np.ldexp(other.size, other.exponent - exponent)
        return np.asarray(np.ldexp((mine - theirs) + np.ldexp(plus, -exponent), exponent))

    def replaced(self, where: Mask, other: Length) -> Length:
        """The other ones where the mask is true."""
        return Length(np.where(where, other.size, self.size), np.where(where, other.exponent, self.exponent))


@quietly
def distances(first: Rows, second: Rows, p: float) -> Length:
    """The length of first - second in the norm of degree p, at least 1."""
    gap, rest, exponent = _gaps(first, second)
    return Length(_norm(gap, rest, p), exponent)


@quietly
def slope_of_distances(first: Rows, second: Rows, p: float) -> tuple[Rows, Rows]:
    """The derivative of the distance by the first vector, (n, k) twice: its sign, 0 where coordinates are
    equal, and the logarithm of its size, at most 0, exact also close to 0."""
    gap, rest, _ = _gaps(first, second)
    sign = np.sign(gap)
    if p == 1.0:
        return sign, np.zeros_like(gap)
    size, rest = np.abs(gap), rest * sign
    place = size.argmax(axis=1)[:, None]
    top, top_rest = np.take_along_axis(size, place, axis=1), np.take_along_axis(rest, place, axis=1)
    short, lost = two_difference(top, size)
    near = size > 0.5 * top
    below = np.where(near, np.log1p((lost + (rest - top_rest) - short) / top), np.log(size / top))
    below = np.where(top > 0.0, below, 0.0)
    powers = np.exp(p * below)
    np.put_along_axis(powers, place, 0.0, axis=1)
    total = np.log1p(sum_columns(powers))[:, None]
    return sign, (p - 1.0) * (below - total / p)


def _gaps(first: Rows, second: Rows) -> tuple[Rows, Rows, Integers]:
    """The differences of two blocks times a power of 2 that puts each row's largest into [1/2, 1), what
    rounding took of them, and (n,) the exponents that undo it. The differences may overflow."""
    largest = np.maximum(np.abs(first).max(axis=1), np.abs(second).max(axis=1))
    room = np.where(largest >= _LARGE, 1, 0)
    gap, rest = two_difference(np.ldexp(first, -room[:, None]), np.ldexp(second, -room[:, None]))
    scaled, exponent = _scaled(gap)
    return scaled, np.ldexp(rest, -exponent[:, None]), exponent + room


def _norm(scaled: Rows, rest: Rows, p: float) -> Floats:
    """(n,): the norm of vectors whose largest component is in [1/2, 1), or 0; each has a small rest."""
    if p == 2.0:
        return np.asarray(np.sqrt(dot_columns(scaled, scaled) + 2.0 * dot_columns(scaled, rest)))
    size = np.abs(scaled)
    if p == 1.0:
        return sum_parts(size, rest * np.sign(scaled))[0]
    top = size.max(axis=1)
    share = size / np.where(top > 0.0, top, 1.0)[:, None]
    return np.asarray(top * sum_columns(share**p) ** (1.0 / p))


# --- all pairs of a set -------------------------------------------------------------------------------------


class Neighbours(NamedTuple):
    """Some vectors of a set, `rows`, beside all of them: (m, n) products as a rounded number and its rest."""

    rows: slice
    products: Pair


@quietly
def unit_vectors(vectors: Rows) -> Pair:
    """Vectors of length 1 in the same directions, with twice the digits."""
    scaled = _scaled(vectors)[0]
    length, rest = (part[:, None] for part in root(sum_parts(*two_product(scaled, scaled))))
    share, small = over((scaled, np.zeros_like(scaled)), length)
    return share, small - share * rest / length


def shrunk(vectors: Rows) -> tuple[Pair, Integers]:
    """Vectors times a power of 2, (n,), each its own, that makes them not longer than 1; and the exponents
    that undo it. Zero vectors too."""
    scaled, exponent = _scaled(vectors)
    room = vectors.shape[1].bit_length()  # the root of the number of columns would do
    short = np.ldexp(scaled, -room)
    return (short, np.zeros_like(short)), exponent + room


def neighbours(vectors: Pair) -> Iterator[Neighbours]:
    """The scalar products of all pairs of vectors not longer than 1, within about 2**-60, a few rows at a
    time.

    Each vector is cut into slices on a grid that all share, so that products of slices, and sums of them in
    any order, are whole numbers below 2**53 in units of the grid: an ordinary matrix product is exact, and
    gives the same bits on every machine.
    """
    count, width = vectors[0].shape
    first, second, third = _slices(vectors, min(_BITS, (53 - width.bit_length()) // 2))
    left = np.hstack([first, second, third])
    right = np.vstack([third.T, second.T, first.T])
    step = max(1, _PAIRS // count)
    for start in range(0, count, step):
        rows = slice(start, min(start + step, count))
        yield Neighbours(rows, _products(left[rows], right, width))


@quietly
def _slices(vectors: Pair, bits: int) -> list[Rows]:
    """Three slices of a number and its rest, the coarsest first, and nothing worth keeping left."""
    found = []
    left, low = vectors
    for place in (1, 2, 3):
        # Adding this constant leaves no bit below the grid: rounding to the nearest multiple is all it does.
        anchor = np.ldexp(1.5, 52 - place * bits)
        piece = (left + anchor) - anchor
        left = (left - piece) + low
        low = np.zeros_like(low)
        found.append(piece)
    return found


@quietly
def _products(left: Rows, right: Rows, width: int) -> Pair:
    """From slices side by side, the coarsest first, and slices one below the other, the coarsest last: each
    product of matrices adds up those products of slices that count in the same unit."""
    coarse = left[:, :width] @ right[2 * width :]
    middle = left[:, : 2 * width] @ right[width:]
    fine = left @ right
    finest = left[:, width:] @ right[: 2 * width]
    whole, rest = two_sum(coarse, middle)
    return two_sum(whole, rest + (fine + finest))
