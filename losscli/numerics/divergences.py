"""Differences between distributions, cell by cell, exact also where the two almost agree.

All arrays are (n, k) blocks of numbers in [0, 1]; results are (n,), in units of the logarithm's base.  Where
the two values of a cell are close, a series in their relative gap takes the logarithm's place (the way of R's
`bd0`); where they are far apart, the logarithm of their quotient, corrected by the quotient's rounding error.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from losscli.arrays import Floats, Mask, Rows
from losscli.numerics.special import polynomial
from losscli.numerics.stable import Pair, quietly, sum_parts, two_difference, two_product, two_sum
from losscli.records import NamedTuple

LOGARITHMS = {"e": np.log, "2": np.log2, "10": np.log10}
"""The logarithm to each base; base 2 has its own, so that powers of 2 give whole bits."""
NATS = {"e": 1.0, "2": math.log(2.0), "10": math.log(10.0)}
"""The natural logarithm of each base."""

Sums: TypeAlias = tuple[Pair, Pair]
"""The sum over far cells, in units of the base, and that over close cells, in nats; each with its rest."""

_SLICE = 65_536  # columns
_FAR = 0.5  # relative gaps from here on take the logarithm
_LARGE = 8.0  # beyond this the rounding of the quotient does not show in its logarithm
_TERMS = 26  # of a series in squares below 1/4: the rest is below 2**-53 of the first
_ATANH = tuple(1.0 / (2 * j + 1) for j in range(1, _TERMS + 1))
_EVEN = tuple(1.0 / ((j + 1) * (2 * j + 1)) for j in range(_TERMS + 1))


@quietly
def relative_entropy(first: Rows, second: Rows, base: str) -> Floats:
    """(n,): the sum of p log(p / q); the values are used as they are, whatever they sum to."""
    return _over_slices(_relative_entropy, first, second, base)


@quietly
def jensen_shannon(first: Rows, second: Rows, base: str) -> Floats:
    """(n,): the mean of the relative entropies of p and q to their average; never negative."""
    return _over_slices(_jensen_shannon, first, second, base)


def _over_slices(function: Callable[..., Sums], first: Rows, second: Rows, base: str) -> Floats:
    """A sum over columns, so many at a time that a distribution of millions of outcomes fits memory."""
    found = [
        function(
            np.ascontiguousarray(first[:, start : start + _SLICE]),
            np.ascontiguousarray(second[:, start : start + _SLICE]),
            base,
        )
        for start in range(0, first.shape[1], _SLICE)
    ]
    far, near = (
        sum_parts(*(np.stack(sums[kind], axis=1) for sums in found)) if len(found) > 1 else found[0][kind]
        for kind in (0, 1)
    )
    nats = NATS[base]
    return np.asarray(far[0] + (near[0] / nats + (far[1] + near[1] / nats)))


def _relative_entropy(first: Rows, second: Rows, base: str) -> Sums:
    """The sum of p log(p / q): of far cells in units of the base, of close ones in nats.

    Close cells give p log(p / q) - p + q, which is never negative, and their p - q is added without rounding.
    With d = p - q and v = d / (p + q) that is d v + 2 p (v**3 / 3 + v**5 / 5 + ...). The two can cancel, so
    d v has twice the digits.
    """
    cells = _Cells.of(first, second)
    gap = np.where(cells.near, cells.gap, 0.0)
    difference, rest = (np.where(cells.near, part, 0.0) for part in cells.difference)
    main, small = two_product(difference, gap)
    small += difference * np.where(cells.near, cells.gap_rest, 0.0) + rest * gap
    small += 2.0 * first * gap * (gap * gap * polynomial(gap * gap, _ATANH))
    far = _weighted_log_quotient(first, second, first, cells.near, base)
    return sum_parts(*far), sum_parts(difference, rest, main, small)


def _jensen_shannon(first: Rows, second: Rows, base: str) -> Sums:
    """Half the sum of p log(2 p / (p + q)) + q log(2 q / (p + q)), in the same two parts.

    With s = p + q and v = (p - q) / s a cell is (s / 4) ((1 + v) log(1 + v) + (1 - v) log(1 - v)), and close
    cells give the even series of that.
    """
    cells = _Cells.of(first, second)
    total, rest = cells.total
    square = np.where(cells.near, cells.gap * cells.gap, 0.0)
    close = np.where(cells.near, 0.25 * total * (square * polynomial(square, _EVEN)), 0.0)
    # the logarithms are of 2 p over the rounded sum: what they miss is -rest in all
    correction = np.where(cells.near, 0.0, -0.5 * rest)
    far = [
        part
        for x in (first, second)
        for part in _weighted_log_quotient(2.0 * x, total, 0.5 * x, cells.near, base)
    ]
    return sum_parts(*far), sum_parts(close, correction)


class _Cells(NamedTuple):
    """How two blocks differ, cell by cell: p - q, p + q and the gap (p - q) / (p + q), each with what its
    rounding took away. The gap is 0 where both are 0; `near` is true where it suits the series."""

    difference: Pair
    total: Pair
    gap: Rows
    gap_rest: Rows
    near: Mask

    @staticmethod
    def of(first: Rows, second: Rows) -> _Cells:
        """The cells of two blocks of one shape."""
        difference, total = two_difference(first, second), two_sum(first, second)
        divisor = np.where(total[0] == 0.0, 1.0, total[0])
        gap = difference[0] / divisor
        whole, small = two_product(gap, divisor)
        rest = (((difference[0] - whole) - small) + (difference[1] - gap * total[1])) / divisor
        return _Cells(difference, total, gap, rest, np.abs(gap) < _FAR)


def _weighted_log_quotient(
    numerator: Rows, denominator: Rows, weight: Rows, skipped: Mask, base: str
) -> list[Rows]:
    """weight * log(numerator / denominator), rounded, and the rest; 0 for no weight and where skipped."""
    skipped = skipped | (weight == 0.0)
    logarithm, missing = _log_quotient(numerator, denominator, base)
    main, small = two_product(weight, logarithm)
    small = np.where(np.isfinite(main), small + weight * missing, 0.0)
    return [np.where(skipped, 0.0, main), np.where(skipped, 0.0, small)]


def _log_quotient(numerator: Rows, denominator: Rows, base: str) -> Pair:
    """The logarithm of a quotient of numbers in [0, 2], and what rounding the quotient took away from it.

    Infinite where only the denominator is 0; not meant for numerators of 0.
    """
    logarithm, nats = LOGARITHMS[base], NATS[base]
    quotient = numerator / denominator
    result = logarithm(quotient)
    whole, small = two_product(quotient, denominator)
    missing = ((numerator - whole) - small) / (numerator * nats)
    missing = np.where(np.abs(result) < _LARGE, missing, 0.0)
    beyond = np.isinf(quotient) & (denominator > 0.0)
    if beyond.any():
        lifted = logarithm(numerator / (denominator * 2.0**200)) + 200.0 * (math.log(2.0) / nats)
        result = np.where(beyond, lifted, result)
    return result, missing
