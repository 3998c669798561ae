"""The mean and the variance of each row's numbers, exact also where these almost agree or are huge."""

from __future__ import annotations

import math

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.numerics.stable import quietly, sum_columns, sum_parts, two_difference, two_sum
from losscli.records import NamedTuple

LN_2 = math.log(2.0)
_WITHIN = 1000  # exponents of doubles that are neither subnormal nor near the largest


class Moments(NamedTuple):
    """Of each row, (n,): how many standard deviations the mean is above a number, the standard deviation
    itself, and the logarithm of the variance, also where the variance is beyond the doubles."""

    score: Floats
    deviation: Floats
    log_variance: Floats


@quietly
def moments(numbers: Floats, members: Rows, divisor: float) -> Moments:
    """The moments of (n, k) members against (n,) numbers; the sum of squares is divided by `divisor`.

    Each row is scaled by a power of 2 and reduced by its first member. That a row's members are not all equal
    is for the caller to see to.
    """
    _, exponent = np.frexp(np.abs(members).max(axis=1))
    scaled = np.ldexp(members, -exponent[:, None])
    gap, rest = two_difference(scaled, np.repeat(scaled[:, :1], scaled.shape[1], axis=1))
    total, lost = sum_parts(gap, rest)
    count = float(members.shape[1])
    mean = total / count
    missing = ((total - mean * count) + lost) / count
    residual = ((gap - mean[:, None]) + rest) - missing[:, None]
    top = np.abs(residual).max(axis=1)
    _, small = np.frexp(top)
    residual = np.ldexp(residual, -small[:, None])
    squares = sum_columns(residual * residual) - sum_columns(residual) ** 2 / count
    variance = squares / divisor
    shift = exponent.astype(np.int64) + small
    # the mean less the number, in units of 2**exponent
    start, left = two_difference(scaled[:, 0], np.ldexp(numbers, -exponent))
    above, more = two_sum(start, mean)
    root = np.sqrt(variance)
    finer = np.where(np.isfinite(above), above + (more + left), above)
    score = np.ldexp(finer, -small) / root
    twice = 2 * shift
    direct = np.log(np.ldexp(variance, np.clip(twice, -_WITHIN, _WITHIN).astype(np.int32)))
    logarithm = np.where(np.abs(twice) < _WITHIN, direct, np.log(variance) + twice * LN_2)
    return Moments(score, np.ldexp(root, shift.astype(np.int32)), logarithm)
