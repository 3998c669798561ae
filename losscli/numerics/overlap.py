"""How a mask of 0 and 1 and a mask of probabilities overlap: hits, false positives, false negatives.

A share of them is computed from what is wrong, whose terms are all positive, not as 1 minus what is right.
Results are pairs: a rounded number, and what the rounding took away.
"""

from __future__ import annotations

import numpy as np

from losscli.arrays import Floats, Integers, Rows
from losscli.numerics.stable import Pair, quietly, sum_columns, sum_parts, two_product, two_sum
from losscli.records import NamedTuple

_TINY = -900
"""Sums below 2**-900 are scaled up before they are multiplied, so that no product underflows."""
_LIFT = 600
"""By what power of 2 a share of such sums is scaled up before it is raised to a power."""


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


def wrong_share(found: Overlap, weights: Weights, empty: float) -> Pair:
    """(n,): what is wrong, weighted, over the whole; `empty` where the whole is 0."""
    return _divided(_counted(found, weights), weights, empty, None)


@quietly
def share_to_power(found: Overlap, weights: Weights, empty: float, power: float) -> Floats:
    """(n,): `wrong_share` to a power, of sums that have twice a double's digits. Where the share is below all
    doubles its power may be far above them."""
    found = _counted(found, weights)
    tiny = np.frexp(np.maximum(found.extra[0], found.missed[0]))[1] < _TINY
    lifts = np.where(tiny & (weights.slack == 0.0), _LIFT, 0)
    nearest, lost = _divided(found, weights, empty, lifts)
    rest = np.where(nearest == 0.0, 0.0, lost / nearest)
    return np.asarray(nearest**power * (1.0 + power * rest) * np.ldexp(1.0, -lifts) ** power)


def _wrong(found: Overlap, weights: Weights) -> Pair:
    return _plus(_times(weights.extra, found.extra), _times(weights.missed, found.missed))


@quietly
def _divided(found: Overlap, weights: Weights, empty: float, lifts: Integers | None) -> Pair:
    """What is wrong over the whole, times 2**lifts: only where there is no slack."""
    wrong = _plus(_wrong(found, weights), _single(weights.slack))
    whole = _plus(_plus(wrong, found.hit), _single(weights.smooth))
    if lifts is not None and lifts.any():
        lifted = _wrong(found.scaled(lifts), weights)
        wrong = (np.where(lifts, lifted[0], wrong[0]), np.where(lifts, lifted[1], wrong[1]))
    nearest = wrong[0] / whole[0]
    product, rest = two_product(nearest, whole[0])
    left = ((wrong[0] - product) - rest) + (wrong[1] - nearest * whole[1])
    nothing = whole[0] == 0.0
    lost = np.where(nothing, 0.0, left / whole[0])
    return np.where(nothing, empty, nearest), np.where(np.isfinite(lost), lost, 0.0)


def _counted(found: Overlap, weights: Weights) -> Overlap:
    """What weighs more than 0; times a power of 2 where all of it is tiny and nothing is added to it: a share
    does not change."""
    nothing = (np.zeros_like(found.hit[0]), np.zeros_like(found.hit[0]))
    counted = Overlap(
        found.hit,
        found.extra if weights.extra > 0.0 else nothing,
        found.missed if weights.missed > 0.0 else nothing,
    )
    exponents = np.frexp(np.maximum.reduce([high for high, _ in counted]))[1]
    if weights.smooth + weights.slack > 0.0 or not (exponents < _TINY).any():
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
