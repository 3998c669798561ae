"""Differences between distributions, cell by cell, exact also where the two almost agree.

All arrays are (n, k) blocks of numbers in [0, 1]; results are (n,), in units of the logarithm's base.  Where
the two values of a cell are close, a series in their relative gap takes the logarithm's place (the way of R's
`bd0`); where they are far apart, the logarithm of their quotient, corrected by the quotient's rounding error.
"""

from __future__ import annotations

import math

import numpy as np

from losscli.arrays import Floats, Mask, Rows
from losscli.numerics.stable import quietly, sum_columns, sum_differences, two_product, two_sum

LOGARITHMS = {"e": np.log, "2": np.log2, "10": np.log10}
"""The logarithm to each base; base 2 has its own, so that powers of 2 give whole bits."""
NATS = {"e": 1.0, "2": math.log(2.0), "10": math.log(10.0)}
"""The natural logarithm of each base."""

_FAR = 0.5  # relative gaps from here on take the logarithm
_TERMS = 26  # of a series in squares below 1/4: the rest is below 2**-53 of the first
_ATANH = tuple(1.0 / (2 * j + 1) for j in range(1, _TERMS + 1))
_EVEN = tuple(1.0 / ((j + 1) * (2 * j + 1)) for j in range(_TERMS + 1))


@quietly
def relative_entropy(first: Rows, second: Rows, base: str) -> Floats:
    """(n,): the sum of p log(p / q); the values are used as they are, whatever they sum to.

    Close cells give p log(p / q) - p + q, which is never negative, and their p - q is added without rounding.
    """
    gap, near = _relative_gap(first, second)
    bend = _polynomial(np.where(near, gap * gap, 0.0), _ATANH) * (gap * gap)
    close = np.where(near, (first - second) * gap + 2.0 * first * gap * bend, 0.0)
    far = np.where(near | (first == 0.0), 0.0, first * _log_quotient(first, second, base))
    surplus, rest = sum_differences(np.where(near, first, 0.0), np.where(near, second, 0.0))
    nats, small = two_sum(sum_columns(close), surplus)
    return np.asarray(sum_columns(far) + (nats + (small + rest)) / NATS[base])


@quietly
def jensen_shannon(first: Rows, second: Rows, base: str) -> Floats:
    """(n,): the mean of the relative entropies of p and q to their average; never negative.

    With s = p + q and v = (p - q) / s a cell is (s / 4) ((1 + v) log(1 + v) + (1 - v) log(1 - v)), and close
    cells give the even series of that.
    """
    gap, near = _relative_gap(first, second)
    total, rest = two_sum(first, second)
    square = np.where(near, gap * gap, 0.0)
    close = np.where(near, 0.25 * total * (square * _polynomial(square, _EVEN)), 0.0)
    parts = [np.where(x == 0.0, 0.0, x * _log_quotient(2.0 * x, total, base)) for x in (first, second)]
    far = np.where(near, 0.0, 0.5 * (parts[0] + parts[1] - rest / NATS[base]))
    return np.asarray(sum_columns(far) + sum_columns(close) / NATS[base])


def _relative_gap(first: Rows, second: Rows) -> tuple[Rows, Mask]:
    """(p - q) / (p + q), 0 where both are 0, and whether it is small enough for the series."""
    total = first + second
    gap = (first - second) / np.where(total == 0.0, 1.0, total)
    return gap, np.abs(gap) < _FAR


def _polynomial(argument: Rows, coefficients: tuple[float, ...]) -> Rows:
    """The first coefficient, plus the second times the argument, and so on."""
    result = np.full(argument.shape, coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        result *= argument
        result += coefficient
    return result


def _log_quotient(numerator: Rows, denominator: Rows, base: str) -> Rows:
    """The logarithm of a quotient of numbers in [0, 2]; infinite where only the denominator is 0."""
    logarithm, nats = LOGARITHMS[base], NATS[base]
    quotient = numerator / denominator
    result = logarithm(quotient)
    whole, small = two_product(quotient, denominator)
    missing = ((numerator - whole) - small) / (numerator * nats)
    result += np.where(np.abs(result) < 8.0, missing, 0.0)
    beyond = np.isinf(quotient) & (denominator > 0.0)
    if beyond.any():
        lifted = logarithm(numerator / (denominator * 2.0**200)) + 200.0 * (math.log(2.0) / nats)
        result = np.where(beyond, lifted, result)
    return result
