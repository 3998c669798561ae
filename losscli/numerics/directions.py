"""The angle between vectors, exact also where they are almost parallel.

1 - cos cancels there, so the part of one vector at right angles to the other is computed instead.  It starts
from the 2 x 2 determinants with the largest component, each of them exact, not from a projection whose
coefficient is rounded.
All arrays are (n, k) blocks of vectors that are not all zero.
"""

from __future__ import annotations

import numpy as np

from losscli.arrays import Floats, Integers, Rows
from losscli.numerics.stable import dot_columns, quietly, two_difference, two_product

_NEAR = 0.5  # cosines beyond this are computed from the sine


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
