"""How a mask of 0 and 1 and a mask of probabilities overlap: hits, false positives, false negatives.

A share of them is computed from what is wrong, whose terms are all positive, not as 1 minus what is right.
Results are pairs: a rounded number, and what the rounding took away.
"""

from __future__ import annotations

import numpy as np

from losscli.arrays import Integers, Rows
from losscli.numerics.stable import Pair, quietly, sum_columns, sum_parts, two_product, two_sum
from losscli.records import NamedTuple

_TINY = -900
"""Sums below 2**-900 are scaled up before they are multiplied, so that no product underflows."""


class Overlap(NamedTuple):
    """(n,) pairs: what the masks have in common, what only the second has, and what only the first has."""

    hit: Pair
    extra: Pair
    missed: Pair

    def scaled(self, exponents: Integers) -> Overlap:
        """All times 2**exponent."""
        parts = ((np.ldexp(high, exponents), np.ldexp(low, exponents)) for high, low in self)
        return Overlap(*parts)


def overlap(target: Rows, prediction: Rows, *, twice: bool = False) -> Overlap:
    """The overlap of each row of a mask of 0 and 1 with a row of probabilities, (n, S) each; with `twice` the
    sums have twice a double's digits, but for the rounding of 1 - p."""
    parts = (target * prediction, (1.0 - target) * prediction, target * (1.0 - prediction))
    if twice:
        return Overlap(*(sum_parts(part) for part in parts))
    return Overlap(*((sum_columns(part), np.zeros(len(part))) for part in parts))


class Weights(NamedTuple):
    """What a unit of each kind counts: `extra` and `missed` in what is wrong, which with the hits is the
    whole; `smooth` is added to the whole, `slack` to what is wrong as well."""

    extra: float
    missed: float
    smooth: float
    slack: float


@quietly
def wrong_share(found: Overlap, weights: Weights, empty: float) -> Pair:
    """(n,): what is wrong, weighted, over the whole; `empty` where the whole is 0."""
    if weights.smooth + weights.slack == 0.0:
        found = _lifted(found, weights)
    wrong = _plus(_times(weights.extra, found.extra), _times(weights.missed, found.missed))
    wrong = _plus(wrong, _single(weights.slack))
    whole = _plus(_plus(wrong, found.hit), _single(weights.smooth))
    nearest = wrong[0] / whole[0]
    product, rest = two_product(nearest, whole[0])
    left = ((wrong[0] - product) - rest) + (wrong[1] - nearest * whole[1])
    nothing = whole[0] == 0.0
    lost = np.where(nothing, 0.0, left / whole[0])
    return np.where(nothing, empty, nearest), np.where(np.isfinite(lost), lost, 0.0)


def _lifted(found: Overlap, weights: Weights) -> Overlap:
    """The same, times a power of 2 where all that counts is tiny; a share does not change. What weighs 0 is
    left out: it may be large."""
    nothing = (np.zeros_like(found.hit[0]), np.zeros_like(found.hit[0]))
    counted = Overlap(
        found.hit,
        found.extra if weights.extra > 0.0 else nothing,
        found.missed if weights.missed > 0.0 else nothing,
    )
    exponents = np.frexp(np.maximum.reduce([high for high, _ in counted]))[1]
    if not (exponents < _TINY).any():
        return counted
    return counted.scaled(np.where(exponents < _TINY, -exponents, 0))


def _single(number: float) -> Pair:
    return np.array(number), np.array(0.0)


def _times(factor: float, pair: Pair) -> Pair:
    whole, rest = two_product(np.array(factor), pair[0])
    return whole, np.where(np.isfinite(rest), rest, 0.0) + factor * pair[1]


def _plus(one: Pair, other: Pair) -> Pair:
    total, rest = two_sum(one[0], other[0])
    return total, np.where(np.isfinite(rest), rest, 0.0) + (one[1] + other[1])
