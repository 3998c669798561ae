"""Bounds of the normal distribution and of Student's t, without a dependency.

A bound is what the size of the variable does not exceed with probability `level`: 1.96 for the normal
distribution at 0.95.
"""

from __future__ import annotations

import math
from typing import Final

__all__ = ["normal_bound", "normal_cdf", "normal_quantile", "student_bound", "student_tail"]

_EXPANDED: Final = 20_000
"""Degrees of freedom above which the expansion in their inverse is exact to the last places."""
_STEPS: Final = 10_000
_TINY: Final = 1e-300


def normal_cdf(value: float) -> float:
    """The probability that a standard normal variable is at most `value`.

    >>> normal_cdf(0.0)
    0.5
    """
    return 0.5 * math.erfc(-value / math.sqrt(2.0))


def normal_quantile(probability: float) -> float:
    """The value that a standard normal variable does not exceed with this probability; infinite at 0 and 1.

    >>> normal_quantile(0.5)
    0.0
    """
    if not 0.0 < probability < 1.0:
        return math.copysign(math.inf, probability - 0.5)
    from statistics import NormalDist

    return NormalDist().inv_cdf(probability)


def normal_bound(level: float) -> float:
    """The bound of a standard normal variable, for a level between 0 and 1.

    >>> round(normal_bound(0.95), 6)
    1.959964
    """
    return -normal_quantile(0.5 * (1.0 - level))


def student_bound(level: float, freedom: float) -> float:
    """The bound of Student's t with so many degrees of freedom (above 0), for a level between 0 and 1.

    >>> round(student_bound(0.95, 9), 6)
    2.262157
    """
    tail = 1.0 - level
    if freedom == 1.0:
        return math.tan(0.5 * math.pi * level) if level < 0.5 else 1.0 / math.tan(0.5 * math.pi * tail)
    if freedom == 2.0:
        return level * math.sqrt(2.0 / (tail * (1.0 + level)))
    start = normal_bound(level)
    if freedom > _EXPANDED:
        return _expanded(start, freedom)
    # The tail is convex and the normal bound is too small, so Newton's steps climb and never pass the root.
    found = start
    for _ in range(_STEPS):
        step = (student_tail(found, freedom) - tail) / (2.0 * _density(found, freedom))
        if not step > 1e-16 * found:
            break
        found += step
    return found


def student_tail(value: float, freedom: float) -> float:
    """The probability that the size of Student's t exceeds `value`, which is at least 0.

    The regularised incomplete beta function of freedom / 2 and 1/2, by its continued fraction on the side
    where that converges fast.
    """
    square = value * value
    half = 0.5 * freedom
    inside, outside = square / (freedom + square), freedom / (freedom + square)
    # outside**half * sqrt(inside) / Beta(half, 1/2)
    scale = _gamma_ratio(half) / math.sqrt(math.pi)
    front = math.exp(-half * math.log1p(square / freedom)) * math.sqrt(inside) * scale
    if outside < (half + 1.0) / (half + 2.5):
        return front * _fraction(half, 0.5, outside) / half
    return 1.0 - 2.0 * front * _fraction(0.5, half, inside)


def _density(value: float, freedom: float) -> float:
    half = 0.5 * (freedom + 1.0)
    scale = _gamma_ratio(0.5 * freedom) / math.sqrt(freedom * math.pi)
    return scale * math.exp(-half * math.log1p(value * value / freedom))


def _gamma_ratio(value: float) -> float:
    """Gamma(value + 1/2) / Gamma(value)."""
    if value <= 100.0:
        return math.gamma(value + 0.5) / math.gamma(value)
    inverse = 1.0 / (value * value)
    series = (-1.0 / 8.0 + inverse * (1.0 / 192.0 - inverse / 640.0)) / value
    return math.sqrt(value) * math.exp(series)


def _fraction(first: float, second: float, at: float) -> float:
    """The continued fraction of the incomplete beta function, by the modified method of Lentz."""
    both, above, below = first + second, first + 1.0, first - 1.0
    ratio, inverse = 1.0, 1.0 / _nonzero(1.0 - both * at / above)
    found = inverse
    for step in range(1, _STEPS):
        twice = first + 2.0 * step
        even = step * (second - step) * at / ((below + 2.0 * step) * twice)
        inverse, ratio = 1.0 / _nonzero(1.0 + even * inverse), _nonzero(1.0 + even / ratio)
        found *= inverse * ratio
        odd = -(first + step) * (both + step) * at / (twice * (above + 2.0 * step))
        inverse, ratio = 1.0 / _nonzero(1.0 + odd * inverse), _nonzero(1.0 + odd / ratio)
        change = inverse * ratio
        found *= change
        if abs(change - 1.0) < 2e-16:
            break
    return found


def _nonzero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def _expanded(normal: float, freedom: float) -> float:
    """The bound from the normal one: Cornish and Fisher's expansion (Abramowitz and Stegun 26.7.5)."""
    z, square = normal, normal * normal
    terms = (
        z * (square + 1.0) / 4.0,
        z * ((5.0 * square + 16.0) * square + 3.0) / 96.0,
        z * (((3.0 * square + 19.0) * square + 17.0) * square - 15.0) / 384.0,
        z * ((((79.0 * square + 776.0) * square + 1482.0) * square - 1920.0) * square - 945.0) / 92160.0,
    )
    found = 0.0
    for term in reversed(terms):
        found = (found + term) / freedom
    return z + found
