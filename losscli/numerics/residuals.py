"""Residuals divided by a scale, and the functions of robust losses near 0, where their textbook forms cancel.

A quotient or a square of one is held as mantissas with twice the digits and an exponent of its own, so that
it neither overflows nor underflows.  Arrays are float64 of any shape; scales are positive numbers.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache

import numpy as np

from losscli.arrays import Floats, Integers, Mask
from losscli.numerics.stable import LN_2, Pair, quietly, two_difference, two_product, two_sum
from losscli.records import NamedTuple

ROUND = 2.0**-56
"""Terms of at most this share do not show in a double."""
_LARGEST = float(np.finfo(np.float64).max)
_FAR = 1100  # exponents beyond it are infinite or 0 as doubles
_GRID = 128  # places of the table of logarithms between 1 and 2
_LN_2_LOW = 2.3190468138462996e-17
_PI_LOW = 1.2246467991473532e-16


def _scaled(high: Floats, low: Floats, exponent: Integers) -> Pair:
    places = np.clip(exponent, -2 * _FAR, 2 * _FAR)
    return np.ldexp(high, places), np.ldexp(low, places)


class Wide(NamedTuple):
    """Numbers of at least 0, (high + low) * 2**exponent; high is 0 or of ordinary size, low its rounding."""

    high: Floats
    low: Floats
    exponent: Integers

    @property
    def value(self) -> Floats:
        """The nearest doubles; infinite or 0 where no other is near."""
        return np.ldexp(self.high + self.low, np.clip(self.exponent, -2 * _FAR, 2 * _FAR))

    @property
    def pair(self) -> Pair:
        """The doubles, and what they lack."""
        return _scaled(self.high, self.low, self.exponent)

    @property
    def half(self) -> Floats:
        """Half of each, rounded once."""
        return self._replace(exponent=self.exponent - 1).value

    @property
    def squared(self) -> Wide:
        """The squares."""
        high, low = two_product(self.high, self.high)
        return Wide(high, low + 2.0 * (self.high * self.low), 2 * self.exponent)

    def over(self, divisor: Wide) -> Wide:
        """The quotients."""
        high = self.high / divisor.high
        back, rest = two_product(high, divisor.high)
        low = (((self.high - back) - rest) + (self.low - high * divisor.low)) / divisor.high
        return Wide(*two_sum(high, low), self.exponent - divisor.exponent)


def wide(number: float | Fraction) -> Wide:
    """One positive number, with twice the digits."""
    exact = Fraction(number)
    exponent = exact.numerator.bit_length() - exact.denominator.bit_length()
    scaled = exact * Fraction(2) ** -exponent
    high = float(scaled)
    low = float(scaled - Fraction(high))
    return Wide(np.array(high), np.array(low), np.array(exponent))


@quietly
def residual(target: Floats, prediction: Floats) -> Wide:
    """|p - y|, without rounding."""
    gap, rest = two_difference(prediction, target)
    lift = np.zeros(gap.shape, dtype=np.int64)
    far = np.isinf(gap)
    if far.any():
        halves = two_difference(0.5 * prediction, 0.5 * target)
        gap, rest = np.where(far, halves[0], gap), np.where(far, halves[1], rest)
        lift[far] = 1
    high, exponent = np.frexp(np.abs(gap))
    low = np.ldexp(np.copysign(1.0, gap) * rest, -exponent)
    return Wide(high, low, exponent.astype(np.int64) + lift)


def finite_error(target: Floats, prediction: Floats) -> Floats:
    """p - y; the largest double where it is larger still, so that slopes stay numbers."""
    return np.clip(prediction - target, -_LARGEST, _LARGEST)


def half_square_near(ratio: Floats, size: Floats, elsewhere: Floats, share: float = ROUND) -> Floats:
    """Half the square of the size where the ratio is below `share`, so that no digit of it is lost there."""
    return np.where(ratio < share, (0.5 * size) * size, elsewhere)


# --- series -------------------------------------------------------------------------------------------------


def _series(values: Floats, coefficients: tuple[float, ...]) -> Floats:
    """The polynomial whose coefficients, that of the highest power first, are given."""
    total = np.full(values.shape, coefficients[0])
    for coefficient in coefficients[1:]:
        total *= values
        total += coefficient
    return total


_ATANH = tuple(2.0 / (2 * place + 3) for place in reversed(range(27)))
_EXPONENTIAL = tuple(1.0 / math.factorial(place + 3) for place in reversed(range(27)))


@quietly
def minus_log1p(ratio: Wide) -> Floats:
    """x - log(1 + x), for x of at least 0, beside which 1 shows: from 2**-200 to 2**200."""
    high, low = ratio.pair
    near, rest = np.minimum(high, 2.0), np.where(high <= 2.0, low, 0.0)
    # with s = x / (2 + x): x s - 2 (s**3 / 3 + s**5 / 5 + ...)
    below, lost = two_sum(np.full(near.shape, 2.0), near)
    part = near / below
    back, back_low = two_product(part, below)
    part_low = (((near - back) - back_low) + (rest - part * (lost + rest))) / below
    product, product_low = two_product(near, part)
    square = part * part
    tail = part * square * _series(square, _ATANH)
    small = product + ((product_low + near * part_low + rest * part) - tail)
    large = (high - np.log1p(high)) + low * (high / (1.0 + high))
    return np.where(high <= 2.0, small, large)


def _exp_minus_line_near(high: Floats, low: Floats) -> Floats:
    """exp(x) - 1 - x, for |x| up to 3."""
    half, rest = two_product(0.5 * high, high)
    cubic = (high * high) * high * _series(high, _EXPONENTIAL)
    return half + (rest + low * np.expm1(high) + cubic)


@quietly
def exp_minus_line(high: Floats, low: Floats) -> Floats:
    """exp(x) - 1 - x, for any x with twice the digits."""
    small = np.abs(high) <= 1.0
    near = _exp_minus_line_near(np.where(small, high, 0.0), np.where(small, low, 0.0))
    grown = np.expm1(high)
    counts = np.abs(high) < 800.0  # beyond, the exponential is 0 or infinite
    far = (grown - high) + np.where(counts, low * grown, 0.0)
    return np.where(small, near, np.where(np.isinf(grown), np.inf, far))


@quietly
def gamma_of_two(ratio: Wide) -> Floats:
    """1 - exp(-x) * (1 + x), for x of at least 0: the share of a gamma distribution of shape 2 below x."""
    high, low = ratio.pair
    near, far = np.minimum(high, 3.0), np.minimum(high, 800.0)
    decay = np.exp(-far)
    small = decay * _exp_minus_line_near(near, np.zeros(near.shape))
    result = np.where(high <= 3.0, small, 1.0 - decay * (1.0 + far))
    return result + np.where(high < 800.0, low * far * decay, 0.0)


_COSINE = tuple((-1.0) ** place / math.factorial(2 * place + 4) for place in reversed(range(13)))


def _to_nearest_zero(ratio: Wide) -> tuple[Mask, Floats, Floats]:
    """Whether an angle of at least 0 is beyond pi / 2, and how far it is from 0 or from pi; 0 from pi on."""
    high, low = ratio.pair
    far, counts = high > 0.5 * math.pi, high < math.pi
    near = np.where(far, np.where(counts, math.pi - high, 0.0), high)
    return far, near, np.where(far, np.where(counts, _PI_LOW - low, 0.0), low)


@quietly
def one_minus_cosine(ratio: Wide) -> Floats:
    """1 - cos(x), for x of at least 0; 2 from pi on."""
    far, near, rest = _to_nearest_zero(ratio)
    half, lost = two_product(0.5 * near, near)
    square = near * near
    tail = (square * square) * _series(square, _COSINE)
    curve = half + ((lost + rest * near) - tail)
    return np.asarray(np.where(far, 2.0 - curve, curve))


@quietly
def sine_to_pi(ratio: Wide) -> Floats:
    """sin(x), for x of at least 0; 0 from pi on."""
    _, near, rest = _to_nearest_zero(ratio)
    return np.asarray(np.sin(near + rest))


@quietly
def decay(values: Wide) -> Floats:
    """exp(-x), for x of at least 0."""
    high, low = values.pair
    fallen = np.exp(-high)
    return np.where(high < 800.0, fallen * (1.0 - low), 0.0)


@quietly
def shortfall(limit: float, residuals: Wide) -> Floats:
    """How far residuals stay below a limit; 0 from the limit on."""
    high, low = residuals.pair
    return np.where(high < limit + limit, np.maximum((limit - high) - low, 0.0), 0.0)


# --- logarithms with twice the digits -----------------------------------------------------------------------


@cache
def _logarithms() -> Pair:
    """log(1 + j / 128) for j from 0 to 128, each with what its rounding took away."""
    from decimal import Context, Decimal

    context = Context(prec=40)
    exact = [context.ln(1 + Decimal(place) / _GRID) for place in range(_GRID + 1)]
    high = [float(value) for value in exact]
    low = [float(context.subtract(value, Decimal(near))) for value, near in zip(exact, high, strict=True)]
    return np.array(high), np.array(low)


def log_pair(high: Floats, low: Floats, exponent: Integers) -> Pair:
    """log((high + low) * 2**exponent) and its rounding, good to some 70 bits, where that is at least 1."""
    mantissa, places = np.frexp(high)
    mantissa, places = 2.0 * mantissa, places - 1
    at = np.rint((mantissa - 1.0) * _GRID).astype(np.int64)
    anchor = 1.0 + at / _GRID
    gap, lost = two_sum(mantissa - anchor, np.ldexp(low, -places))
    share = gap / anchor
    back, rest = two_product(share, anchor)
    share_low = (((gap - back) - rest) + lost) / anchor
    square, square_low = two_product(share, share)
    cubic = share * square * _series(share, (-0.125, 1 / 7, -1 / 6, 0.2, -0.25, 1 / 3))
    count = (places + exponent).astype(np.float64)
    multiple, multiple_low = two_product(count, np.full(count.shape, LN_2))
    total, first = two_sum(multiple, _logarithms()[0][at])
    total, second = two_sum(total, share)
    total, third = two_sum(total, -0.5 * square)
    small = share_low - 0.5 * square_low - share * share_low + cubic + count * _LN_2_LOW
    return two_sum(total, third + (first + second + multiple_low + _logarithms()[1][at] + small))


@quietly
def log1p_pair(values: Wide) -> Pair:
    """log(1 + x) and its rounding, good to some 70 bits, for x of at least 0."""
    near, far = values.exponent < -40, values.exponent > 90
    size = np.where(near | far, 1.0, values.value)
    low = np.where(near | far, 0.0, np.ldexp(values.low, np.clip(values.exponent, -_FAR, _FAR)))
    total, rest = two_sum(np.ones(size.shape), size - low)
    high, low = np.where(far, values.high, total), np.where(far, values.low, rest + low)
    high, low = log_pair(high, low, np.where(far, values.exponent, 0))
    small = values._replace(low=values.low - 0.5 * values.high * values.value).pair
    return np.where(near, small[0], high), np.where(near, small[1], low)


# --- Barron's family of curves ------------------------------------------------------------------------------


@quietly
def adaptive(square: Wide, shape: float) -> Floats:
    """b / a * ((1 + x / b)**(a / 2) - 1) with b = |a - 2|, for x of at least 0 and any a: x / 2 where a is 2,
    log(1 + x / 2) where it is 0. Exact beside both, and 1 - exp(-x / 2) to the last digit from a = -1e20 on.
    """
    exact = Fraction(shape)
    gap = abs(exact - 2)
    if gap == 0:
        return square.half
    share = square.over(wide(gap))
    high, low = log1p_pair(share)
    if abs(shape) < 2.0**-70:  # the power's own logarithm is too small to show
        return np.asarray((high + low) * float(gap / 2))
    # where 1 + x / b is next to 1, b may be huge and a with it, so their quotient is taken first
    steep = square.over(wide(gap * 2 / abs(exact)))
    small = steep._replace(low=steep.low - 0.5 * steep.high * share.value).pair
    sign, near = math.copysign(1.0, shape), share.exponent < -40
    whole, rest = two_product(high, np.full(high.shape, 0.5 * shape))
    whole = np.where(near, sign * small[0], whole)
    rest = np.where(near, sign * small[1], rest + 0.5 * shape * low)
    counts = np.abs(whole) < 1e4  # beyond, the exponential is 0 or infinite
    result = _grown(whole, np.where(counts, rest, 0.0), float(gap / exact))
    tiny = (np.abs(whole) < ROUND) & (share.value < ROUND)
    return np.where(tiny, square.half, result)


@quietly
def adaptive_root(square: Wide, shape: float) -> Floats:
    """(1 + x / b)**(a / 4 - 1 / 2) with b = |a - 2|, for x of at least 0 and any a: its square is twice the
    derivative of `adaptive`. 1 where a is 2."""
    gap = abs(Fraction(shape) - 2)
    if gap == 0:
        return np.ones(square.high.shape)
    high, low = log1p_pair(square.over(wide(gap)))
    power = 0.25 * shape - 0.5
    whole, rest = two_product(high, np.full(high.shape, power))
    rest = rest + power * low
    return np.asarray(np.exp(whole) * np.where(np.abs(whole) < 1e4, 1.0 + rest, 1.0))


def _grown(whole: Floats, rest: Floats, factor: float) -> Floats:
    """factor * (exp(w) - 1) for a w of twice the digits, also where a small factor keeps it finite."""
    grown = factor * (np.expm1(whole) + rest * np.exp(whole))
    huge = whole > 700.0
    if huge.any():
        lifted = factor * math.exp(600.0) * np.exp(whole - 600.0) * (1.0 + rest)
        grown = np.where(huge, lifted, grown)
    return grown
