"""Forms of formulas that stay exact where the textbook's cancel, overflow or divide nothing by nothing.

Arrays are float64; results have the shape of the arguments.  Nothing here knows what a loss is.  Sums over
the columns of a block are taken in one order, which their number fixes, and carry what each addition rounds
away, so that memory layout and the number of rows do not show.  The error-free transformations are Knuth's
two-sum and Dekker's two-product.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np

from losscli.arrays import Floats, Integers, Rows
from losscli.records import NamedTuple

LN_2 = float(np.log(2.0))
_SPLIT = 2.0**27 + 1.0
_ROOT_IS_SIZE = 2.0**100
_LEAST_EXPONENT = -1000.0  # exp of anything below is 0, subnormal numbers included
_NORMAL = 2.0**-1022

quietly = np.errstate(divide="ignore", over="ignore", invalid="ignore")
"""Around functions in which an infinity is a true value, or a nan is replaced before it is returned."""

Pair: TypeAlias = tuple[Floats, Floats]
"""A rounded result, and what the rounding took away."""


# --- sums, differences and products without rounding --------------------------------------------------------


def two_sum(left: Floats, right: Floats) -> Pair:
    """The rounded sum and its rounding error, together exact. The error is nan where the sum is infinite."""
    total = left + right
    part = np.asarray(total - left)
    rest = np.asarray(total - part)
    np.subtract(left, rest, out=rest)
    np.subtract(right, part, out=part)
    rest += part
    return total, rest


def two_difference(left: Floats, right: Floats) -> Pair:
    """The rounded difference and its rounding error. The error is nan where the difference is infinite."""
    gap = left - right
    part = np.asarray(gap - left)
    rest = np.asarray(gap - part)
    np.subtract(left, rest, out=rest)
    part += right
    rest -= part
    return gap, rest


def two_product(left: Floats, right: Floats) -> Pair:
    """The rounded product and its rounding error.

    Exact for factors below 2**996 in size whose product is 0 or at least 2**-968.
    """
    whole = left * right
    left_high, left_low = _halves(left)
    right_high, right_low = _halves(right)
    rest = np.asarray(left_high * right_high)
    rest -= whole
    rest += left_high * right_low
    rest += left_low * right_high
    rest += left_low * right_low
    return whole, rest


def _halves(values: Floats) -> Pair:
    low = np.asarray(_SPLIT * values)
    high = np.asarray(low - values)
    np.subtract(low, high, out=high)
    np.subtract(values, high, out=low)
    return high, low


def columns(block: Rows) -> Rows:
    """(k, n): the columns of an (n, k) block, each contiguous."""
    return np.ascontiguousarray(block.T)


@quietly
def sum_columns(block: Rows) -> Floats:
    """(n,): the sum of each row of an (n, k) block, with twice the digits. Infinite terms add up too."""
    return _folded(columns(block))


@quietly
def dot_columns(left: Rows, right: Rows) -> Floats:
    """(n,): the scalar product of each pair of rows, with twice the digits. Sizes as in two_product."""
    return _folded(*two_product(columns(left), columns(right)))


@quietly
def sum_parts(*blocks: Rows) -> Pair:
    """(n,) twice: each row's sum over all blocks, with three times the digits, and what rounding took."""
    total = np.concatenate([columns(block) for block in blocks])
    lost, least = np.zeros_like(total), np.zeros_like(total)
    while len(total) > 1:
        sums, first = two_sum(*_halves_of(total))
        losses, second = two_sum(*_halves_of(lost))
        losses, third = two_sum(losses, first)
        one, other = _halves_of(least)
        leasts = (one + other) + (second + third)
        total, lost, least = (_with_odd(*pair) for pair in ((sums, total), (losses, lost), (leasts, least)))
    nearest, rest = two_sum(total[0], lost[0] + least[0])
    finite = np.isfinite(total[0])
    return np.where(finite, nearest, total[0]), np.where(finite, rest, 0.0)


def _folded(total: Rows, lost: Rows | None = None) -> Floats:
    """(n,): the sum of (k, n) columns, added in a tree whose form depends on k alone, errors apart."""
    whole, rest = _fold(total, lost)
    return np.asarray(np.where(np.isfinite(whole), whole + rest, whole))


def _fold(total: Rows, lost: Rows | None = None) -> Pair:
    """The sum of columns, each of which may have lost something to rounding before, and what it lacks."""
    while len(total) > 1:
        sums, rest = two_sum(*_halves_of(total))
        if lost is None:
            lost = _with_odd(rest, np.zeros_like(total[-1:])) if len(total) % 2 else rest
        else:
            one, other = _halves_of(lost)
            rest += one + other
            lost = _with_odd(rest, lost)
        total = _with_odd(sums, total)
    return total[0], np.zeros_like(total[0]) if lost is None else lost[0]


def _halves_of(parts: Rows) -> Pair:
    half = len(parts) // 2
    return parts[:half], parts[half : 2 * half]


def _with_odd(folded: Rows, parts: Rows) -> Rows:
    """The folded halves, and the last of the parts where their number is odd."""
    return np.concatenate([folded, parts[-1:]]) if len(parts) % 2 else folded


# --- differences that may overflow --------------------------------------------------------------------------


@quietly
def scaled_difference(factor: Floats | float, left: Floats, right: Floats) -> Floats:
    """factor * (left - right), also where the difference alone would overflow; 0 where the factor is 0."""
    gap = left - right
    result = factor * gap
    far = np.isinf(gap)
    if far.any():
        result = np.where(far, 2.0 * (factor * (0.5 * left - 0.5 * right)), result)
    return np.asarray(result)


# --- logarithms and exponentials ----------------------------------------------------------------------------


@quietly
def log1p_difference(left: Floats, right: Floats) -> Floats:
    """log(1 + left) - log(1 + right), for numbers above -1, without cancellation where the two are close."""
    high, low = np.maximum(left, right), np.minimum(left, right)
    ratio = (high - low) / (1.0 + low)
    size = np.log1p(ratio)
    if np.isinf(size).any():
        size = np.where(np.isinf(size), np.log1p(high) - np.log1p(low), size)
    return np.copysign(size, left - right)


def softplus(values: Floats) -> Floats:
    """log(1 + exp(x)), for any x."""
    return np.maximum(values, 0.0) + np.log1p(np.exp(-np.abs(values)))


def sigmoid(values: Floats) -> Floats:
    """1 / (1 + exp(-x)), for any x, with all digits also where it is close to 0."""
    decay = np.exp(-np.abs(values))
    return np.where(values >= 0.0, 1.0, decay) / (1.0 + decay)


def log_cosh(values: Floats) -> Floats:
    """log(cosh(x)), for any x, with all digits also where it is close to 0."""
    size = np.abs(values)
    half = np.sinh(0.5 * np.minimum(size, 1.0))
    near = np.log1p((2.0 * half) * half)
    return np.where(size < 1.0, near, size - LN_2 + np.log1p(np.exp(-2.0 * size)))


def _minus_log_outcome(absent: Floats | float, probability: Floats) -> Floats:
    """-log(p) where `absent` is 0, -log(1 - p) where it is 1, with one logarithm; infinite at chance 0.

    1 - p is rounded; what the rounding took away comes back as the first term of the logarithm's series.
    It is 0 wherever the chance is below 1/2, so 2 - chance does for 1 / chance.
    """
    signed = probability - absent
    rest = signed + absent
    np.subtract(probability, rest, out=rest)
    chance = np.abs(signed, out=signed)
    rest *= 2.0 - chance
    rest -= np.log(chance, out=chance)
    return rest


@quietly
def binary_cross_entropy(target: Floats, probability: Floats, absent: Floats | None = None) -> Floats:
    """-(y log(p) + (1 - y) log(1 - p)) for y and p in [0, 1]; a term with factor 0 counts as 0.

    `absent` is 1 - y where the caller knows it better than by rounding y.
    """
    if absent is None:
        absent = 1.0 - target
        if ((target == 0.0) | (target == 1.0)).all():
            return _minus_log_outcome(absent, probability)
    loss = absent * _minus_log_outcome(1.0, probability)
    loss += target * _minus_log_outcome(0.0, probability)
    # 0 * infinity: the outcome is certain and the prediction is sure of it
    loss[np.isnan(loss)] = 0.0
    return loss


def binary_cross_entropy_of_logits(target: Floats, logit: Floats) -> Floats:
    """The same with p = 1 / (1 + exp(-z)): no term is negative, so soft targets do not cancel."""
    size = np.abs(logit)
    loss = np.negative(size)
    np.log1p(np.exp(loss, out=loss), out=loss)
    part = target - (logit > 0.0)
    size *= np.abs(part, out=part)
    loss += size
    return loss


def weighted_entropy_of_logits(present: Floats, absent: Floats, logit: Floats, weight: float = 1.0) -> Floats:
    """weight * present * log(1 + exp(-z)) + absent * log(1 + exp(z)), without cancellation; no factor is
    below 0."""
    size = np.abs(logit)
    loss = (weight * present + absent) * np.log1p(np.exp(-size))
    # the weight comes last: times a tiny label alone it could be too small for a double
    loss += np.where(logit > 0.0, absent * size, weighed(weight, present, size))
    return loss


def weighed(weight: float, share: Floats, size: Floats) -> Floats:
    """weight * (share * size), none below 0, without the digits that a product below the normal doubles
    loses."""
    found = share * size
    if weight == 1.0:
        return found
    tiny = (found < _NORMAL) & (share > 0.0)
    found *= weight
    if tiny.any():
        parts = [np.frexp(one[tiny]) for one in np.broadcast_arrays(np.float64(weight), share, size)]
        found[tiny] = np.ldexp(np.prod([high for high, _ in parts], axis=0), sum(low for _, low in parts))
    return found


def pseudo_huber(size: Floats, delta: float) -> Floats:
    """delta**2 * (sqrt(1 + (size / delta)**2) - 1), for size of at least 0, without a square that is lost.

    What is squared is scaled by a power of two to which delta is close. Far beyond it the root is the size
    itself, so that larger sizes need not be squared.
    """
    unit, exponent = math.frexp(delta)
    scaled = np.clip(np.ldexp(size, -exponent), 0.0, _ROOT_IS_SIZE)
    length = scaled * scaled
    length += unit * unit
    np.sqrt(length, out=length)
    length += unit
    share = np.clip(scaled, unit, np.inf, out=scaled)
    share /= length
    share *= size
    share *= np.clip(size, 0.0, delta)
    return share


# --- softmax ------------------------------------------------------------------------------------------------


class Softmax(NamedTuple):
    """A softmax relative to the largest logit of each row.

    Everything is held column by column, where a row of memory is as long as the block. `gaps` (k, n) are
    z - highest, with `highest` (n,) the largest logit; `terms` (k, n) are exp(z - highest), with all digits;
    `others` (n,) is the sum of all but that of the largest logit, the first of several. So log(sum(exp(z)))
    is highest + log1p(others).
    """

    gaps: Rows
    highest: Floats
    terms: Rows
    others: Floats

    @property
    def top(self) -> Integers:
        """(n,): the column of the largest logit."""
        return np.asarray(self.gaps.argmax(axis=0))

    @property
    def probabilities(self) -> Rows:
        """(n, k): the softmax itself."""
        return columns(self.terms / (1.0 + self.others))

    @property
    def complements(self) -> Rows:
        """(n, k): 1 minus each probability, with all digits also where it is close to 0."""
        rest = 1.0 + (self.others - self.terms)
        np.put_along_axis(rest, self.top[None, :], self.others[None, :], axis=0)
        return columns(rest / (1.0 + self.others))


@quietly
def softmax(logits: Rows) -> Softmax:
    """The softmax of each row of an (n, k) block, for logits of any size.

    z - highest is rounded, which the exponential would magnify; the rounding error comes back as a factor.
    """
    scores = columns(logits)
    highest = np.maximum.reduce(scores, axis=0)
    gaps, rest = two_difference(scores, highest)
    if gaps.size and not gaps.min() > _LEAST_EXPONENT:  # elsewhere the error may be no number
        rest = np.where(gaps > _LEAST_EXPONENT, rest, 0.0)
    terms = np.exp(gaps)
    rest *= terms
    terms += rest
    total, lost = _fold(terms)
    return Softmax(gaps, highest, terms, (total - 1.0) + lost)


@quietly
def softmax_cross_entropy(target: Rows, logits: Rows) -> tuple[Floats, Floats, Softmax]:
    """(n,) twice: sum(y * (highest - z)) and sum(y), for target rows of at least 0; and the softmax."""
    parts, rows = softmax(logits), columns(target)
    zeros, ones = np.count_nonzero(target == 0.0), np.count_nonzero(target == 1.0)
    if zeros + ones == rows.size and (not rows.size or parts.gaps.min() > -np.inf):
        size = np.add.reduce(rows, axis=0)
        if not size.size or size.max() <= 1.0:  # one term in each sum: nothing is rounded
            return 0.0 - np.add.reduce(rows * parts.gaps, axis=0), size, parts
    below = scaled_difference(rows, parts.highest, columns(logits))
    return _folded(below), _folded(rows), parts
