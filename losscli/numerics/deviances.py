"""Half deviances of counts and of positive numbers, exact also where target and mean almost agree.

Arrays are float64 of one shape; results have that shape. Where the two are close, the tail of the series of
atanh takes the logarithm's place (the way of R's `bd0`); where they are far apart, the logarithm of their
quotient, or of each where the quotient leaves the doubles.
"""

from __future__ import annotations

import numpy as np

from losscli.arrays import Floats
from losscli.numerics.special import ATANH_TAIL, polynomial
from losscli.numerics.stable import quietly

_NEAR = 0.6  # relative gaps below this take the series
_LARGE, _DOWN = 2.0**1000, 2.0**-20
_LEAST = 2.0**-1000  # quotients below have lost digits, or are about to


@quietly
def poisson_gap(target: Floats, mean: Floats) -> Floats:
    """y ln(y / m) - y + m, for y and m of at least 0; m where y is 0, infinite where only m is 0."""
    large = np.maximum(target, mean) > _LARGE
    if not large.any():
        return _gap_from(target - mean, target + mean, target, mean)
    factor = np.where(large, _DOWN, 1.0)
    first, second = target * factor, mean * factor
    return _gap_from(first - second, first + second, first, second, (target, mean)) / factor


@quietly
def bernoulli_gap(target: Floats, chance: Floats) -> Floats:
    """y ln(y / p) + (1 - y) ln((1 - y) / (1 - p)), for y and p in [0, 1]; never negative."""
    gap, rest_of_target, rest = target - chance, 1.0 - target, 1.0 - chance
    present = _gap_from(gap, target + chance, target, chance)
    # Both complements are rounded, yet their difference is the same gap.
    return present + _gap_from(-gap, rest_of_target + rest, rest_of_target, rest)


@quietly
def gamma_gap(target: Floats, mean: Floats) -> Floats:
    """ln(m / y) + y / m - 1, for y and m above 0."""
    large = np.maximum(target, mean) > _LARGE
    if large.any():
        factor = np.where(large, _DOWN, 1.0)
        gap, total = target * factor - mean * factor, target * factor + mean * factor
    else:
        gap, total = target - mean, target + mean
    slope = -gap / total
    near = np.abs(slope) < _NEAR
    small = np.where(near, slope, 0.0)
    relative = (target - mean) / mean
    close = 2.0 * _tail(small) - small * np.where(near, relative, 0.0)
    return np.where(near, close, log_quotient(mean, target) + relative)


@quietly
def log_quotient(numerator: Floats, denominator: Floats) -> Floats:
    """ln(a / b) for numbers of at least 0, also where the quotient leaves the doubles."""
    quotient = numerator / denominator
    result = np.log(quotient)
    odd = ~((quotient > _LEAST) & (quotient < np.inf))
    if odd.any():
        result = np.where(odd, np.log(numerator) - np.log(denominator), result)
    return np.asarray(result)


def _gap_from(
    gap: Floats, total: Floats, target: Floats, mean: Floats, unscaled: tuple[Floats, Floats] | None = None
) -> Floats:
    """y ln(y / m) - gap, where gap = y - m and total = y + m are given; the quotient is of `unscaled`.

    With v = gap / total that is gap v + 2 y (v**3 / 3 + v**5 / 5 + ...).
    """
    slope = gap / total
    near = np.abs(slope) < _NEAR
    small = np.where(near, slope, 0.0)
    close = gap * small + (2.0 * target) * _tail(small)
    far = target * log_quotient(*(unscaled or (target, mean))) - gap
    result = np.where(near, close, far)
    return np.where(target == 0.0, mean, result)


def _tail(slope: Floats) -> Floats:
    """atanh(v) - v, for v below 0.6 in size: v**3 / 3 + v**5 / 5 + ..."""
    square = slope * slope
    return slope * (square * polynomial(square, ATANH_TAIL))
