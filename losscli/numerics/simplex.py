"""Forms on the simplex of class probabilities: the nearest distribution to scores, powers of what a
probability leaves, running sums of probabilities less a step.

Arrays are float64; results have the shape of the arguments unless said otherwise.
"""

from __future__ import annotations

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.numerics.stable import (
    Softmax,
    quietly,
    sum_columns,
    sum_parts,
    two_difference,
    two_product,
    two_sum,
)

_FAINT = 2.0**-960
"""Sums of exponentials below it consist of numbers that lost digits, being among the smallest doubles."""
_LIFT = 540


@quietly
def above_threshold(scores: Rows) -> Rows:
    """(n, k): how far each score lies above the threshold that its row's projection on the simplex takes
    away: a class's probability where it is positive, what the class lacks where it is negative.

    The classes that take part are found by Michelot's method: all that could, then without those that end up
    below the threshold, until none does. Differences to the highest score keep what rounding took, so that a
    tiny probability has all its digits.
    """
    gap, rest = two_difference(scores, scores.max(axis=1)[:, None])
    rest = np.where(np.isfinite(gap), rest, 0.0)
    kept = gap >= -1.0
    while True:
        count = kept.sum(axis=1).astype(np.float64)
        spare, off = sum_parts(np.ones((len(gap), 1)), np.where(kept, -gap, 0.0), np.where(kept, -rest, 0.0))
        share = spare / count
        whole, lost = two_product(share, count)
        below = ((spare - whole) - lost + off) / count
        total, error = two_sum(gap, share[:, None])
        rise = np.where(np.isfinite(gap), total + (error + rest + below[:, None]), gap)
        inside = kept & (rise > 0.0)
        if np.array_equal(inside, kept):
            return rise
        kept = inside


@quietly
def times_log_sum(factor: Floats | float, logits: Rows, parts: Softmax) -> Floats:
    """(n,): factor * log(sum(exp(z - highest))), rounded once also where it is among the smallest doubles.

    There the exponential of half the exponent is squared, far above the smallest doubles.
    """
    found = factor * np.log1p(parts.others)
    faint = np.flatnonzero(parts.others < _FAINT)
    if faint.size:
        gap, rest = two_difference(logits[faint], parts.highest[faint, None])
        half = np.ldexp(np.exp(0.5 * gap), _LIFT)
        half += half * np.where(half > 0.0, 0.5 * rest, 0.0)
        np.put_along_axis(half, parts.top[faint, None], 0.0, axis=1)
        own = factor[faint] if isinstance(factor, np.ndarray) else factor
        found[faint] = np.ldexp(own * sum_columns(half * half), -2 * _LIFT)
    return np.asarray(found)


@quietly
def power_of_rest(probability: Floats, exponent: float) -> Floats:
    """(1 - p)**exponent, for p in [0, 1] and exponents of at least 0, with what rounding takes from 1 - p."""
    if exponent == 0.0:
        return np.ones_like(probability)
    rest, lost = two_difference(np.ones_like(probability), probability)
    found = rest**exponent
    correction = 1.0 + exponent * (lost / rest)
    return np.asarray(np.where(rest == 0.0, 0.0, found * correction))


def running_excess(probability: Rows, step: Floats) -> Rows:
    """(n, k): the sum of the probabilities up to each column, less 1 from the column `step` (n,) on; with
    twice the digits, since the two cancel."""
    total, lost = np.zeros(len(probability)), np.zeros(len(probability))
    found = np.empty_like(probability)
    for column in range(probability.shape[1]):
        total, error = two_sum(total, np.ascontiguousarray(probability[:, column]))
        lost = lost + error
        found[:, column] = (total - (step <= column)) + lost
    return found
