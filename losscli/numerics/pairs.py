"""Numbers with twice the digits: each is a double and the rest that it leaves, far smaller.

What is subtracted, multiplied by a large factor and then raised to a power of e needs more digits than a
double has.  Every function takes and gives pairs, and errs by a few units of 2**-104 of the largest term,
where no factor is beyond 2**900 in size.  Where digits cancel, the rest may be as large as the double: only
both together are the number.
"""

from __future__ import annotations

import numpy as np

from losscli.arrays import Floats, Integers
from losscli.numerics.stable import Pair, quietly, two_difference, two_product, two_sum

_HUGE = 1e6  # beyond, a rest decides nothing: exponentials are 0 or infinite


@quietly
def plus(pair: Pair, other: Pair) -> Pair:
    """The sum."""
    total, rest = two_sum(pair[0], other[0])
    return total, rest + (pair[1] + other[1])


@quietly
def minus(pair: Pair, other: Pair) -> Pair:
    """The difference."""
    gap, rest = two_difference(pair[0], other[0])
    return gap, rest + (pair[1] - other[1])


@quietly
def times(pair: Pair, other: Pair) -> Pair:
    """The product."""
    whole, rest = two_product(pair[0], other[0])
    return whole, rest + (pair[0] * other[1] + pair[1] * other[0])


@quietly
def over(pair: Pair, divisor: Floats | float) -> Pair:
    """The quotient by a plain number above 0."""
    plain = np.asarray(divisor, dtype=np.float64)
    quotient = pair[0] / plain
    whole, rest = two_product(quotient, plain)
    rest = ((pair[0] - whole) - rest + pair[1]) / plain
    return quotient, np.where(np.abs(quotient) < _HUGE, rest, 0.0)


@quietly
def root(pair: Pair) -> Pair:
    """The square root."""
    length = np.sqrt(pair[0])
    whole, rest = two_product(length, length)
    return length, np.where(length > 0.0, ((pair[0] - whole) - rest + pair[1]) / (2.0 * length), 0.0)


@quietly
def exponential(pair: Pair) -> Floats:
    """The power of e, as one double: the rest is one of the exponent's, so it comes back as a factor."""
    return np.exp(pair[0]) * (1.0 + np.where(np.abs(pair[0]) < _HUGE, pair[1], 0.0))


def of(number: float) -> Pair:
    """A plain number as a pair."""
    return np.asarray(number, dtype=np.float64), np.zeros(())


def taken(pair: Pair, place: Integers) -> Pair:
    """(m, 1): in each row of a pair of (m, n) blocks the number at the place (m, 1)."""
    return np.take_along_axis(pair[0], place, axis=1), np.take_along_axis(pair[1], place, axis=1)
