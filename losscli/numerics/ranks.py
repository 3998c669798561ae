"""Quantiles of numbers that are all at hand, weighted or not, decided without rounding.

A quantile is the averaged inverted distribution function: the least value up to which at least the share
`level` of the weight lies; where the share is met exactly, the mean of that value and the next. So a row of
weight k counts as k rows, whatever the order of the rows.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from losscli.arrays import Floats
from losscli.numerics.exact import ExactSum, Number, nearest


def quantile(values: Floats, level: float, weights: Floats | None = None) -> Number:
    """The quantile of the values (n,) at a level between 0 and 1, with weights (n,) of at least 0.

    An exact order statistic, or the mean of two, rounded once. Without a row that weighs anything it is nan.
    """
    if weights is not None:
        counted = weights > 0.0
        values, weights = values[counted], weights[counted]
    if not values.size:
        return Number.of(math.nan)
    share = Fraction(level)
    if weights is None:
        reached, passed = math.ceil(share * values.size) - 1, math.floor(share * values.size)
        ordered = np.partition(values, [reached, passed])
    else:
        order = np.argsort(values, kind="stable")
        ordered, weights = values[order], weights[order]
        wanted = share * _units(weights)
        reached, passed = _first(weights, wanted, strict=False), _first(weights, wanted, strict=True)
    return _middle(float(ordered[reached]), float(ordered[passed]))


def _units(weights: Floats) -> int:
    total = ExactSum()
    total.add(weights)
    return total.units


def _first(weights: Floats, wanted: Fraction, strict: bool) -> int:
    """The first place up to which the weights add up to at least `wanted`, or (strict) to more.

    Each halving adds up only the half in question, so that all of them together add each weight about once.
    """
    low, high, below = 0, len(weights) - 1, 0
    while low < high:
        middle = (low + high) // 2
        total = below + _units(weights[low : middle + 1])
        if total > wanted or (total == wanted and not strict):
            high = middle
        else:
            low, below = middle + 1, total
    return low


def _middle(lower: float, upper: float) -> Number:
    if lower == upper:
        return Number.of(lower)
    if math.isfinite(lower) and math.isfinite(upper):
        return nearest((Fraction(lower) + Fraction(upper)) / 2)
    return Number.of(lower + upper)
