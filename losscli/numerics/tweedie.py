"""The unit deviance of Tweedie's family, without overflow, and without blowing up at the powers 1 and 2.

With a = 1 - power, b = 2 - power and d = ln(m / y), half of it is y**b / (a b) - y m**a / a + m**b / b.
Where y and m are close, the second-order remainder f(x) = (exp(x) - 1 - x) / x**2 takes the exponentials'
place; elsewhere the powers themselves, each as a fraction and a whole exponent of 2, so that none of them
over- or underflows before they are added.
"""

from __future__ import annotations

import math

import numpy as np

from losscli.arrays import Floats, Integers
from losscli.numerics.deviances import gamma_gap, log_quotient, poisson_gap
from losscli.numerics.special import polynomial
from losscli.numerics.stable import quietly, two_product
from losscli.records import NamedTuple

_CLOSE = 1.0  # gaps of logarithms below this
_SERIES = 2.0  # arguments of f below this
_REMAINDER = (  # the polynomial nearest to f up to 2 in size: off by 2e-17
    0.5,
    0.16666666666666652,
    0.04166666666666666,
    0.00833333333333508,
    0.001388888888888976,
    0.00019841269840659067,
    2.4801587301283017e-05,
    2.7557319319885053e-06,
    2.755731927176626e-07,
    2.5052100404490446e-08,
    2.0876753010996743e-09,
    1.6059420302296456e-10,
    1.147093322535863e-11,
    7.63706638519095e-13,
    4.7744431721110966e-14,
    2.9545866471328475e-15,
    1.633329863609043e-16,
)
_ROOT_HALF = math.sqrt(0.5)
_LEAST_EXPONENT, _MOST_EXPONENT = -(10**8), 10**8


class Scaled(NamedTuple):
    """fraction * 2**exponent, for numbers beyond the doubles."""

    fraction: Floats
    exponent: Integers


@quietly
def tweedie_deviance(target: Floats, mean: Floats, power: float) -> Floats:
    """2 (y**b / (a b) - y m**a / a + m**b / b), for m above 0; y below 0 count as 0 in the first term.

    (y - m)**2 for power 0, and the Poisson and gamma deviances for 1 and 2. No power lies between 0 and 1.
    """
    if power == 0.0:
        gap = target - mean
        return gap * gap
    if power == 1.0:
        return 2.0 * poisson_gap(target, mean)
    if power == 2.0:
        return 2.0 * gamma_gap(target, mean)
    return _Deviance(power).of(target, mean)


class _Deviance:
    """The deviance of one power. The exponents below 0 are rounded; `lost` is what that took."""

    def __init__(self, power: float) -> None:
        self.a, self.b = 1.0 - power, 2.0 - power
        self.lost = (2.0 - self.b) - power
        self.between = 1.0 < power < 2.0

    def of(self, target: Floats, mean: Floats) -> Floats:
        """One number for each cell."""
        relative = (mean - target) / target
        gap = np.where(
            np.abs(relative) < 0.5, np.log1p(relative), log_quotient(mean, np.maximum(target, 0.0))
        )
        near = np.abs(gap) < _CLOSE
        if not self.between:
            near &= np.abs(self.b * gap) < _SERIES
        result = np.empty(target.shape)
        for mask, function in ((near, self._close), (~near, self._apart)):
            if mask.any():
                result[mask] = function(target[mask], mean[mask], gap[mask])
        return result

    def _close(self, target: Floats, mean: Floats, gap: Floats) -> Floats:
        a, b = self.a, self.b
        if self.between:  # all terms are positive
            weight = self._power(target)
            shape = b * _remainder(b * gap) - a * _remainder(a * gap)
        else:
            weight = self._power(mean)
            shape = (b * _remainder(-b * gap) - _remainder(-gap)) / a
        return _double(Scaled(weight.fraction * ((gap * gap) * shape), weight.exponent + 1))

    def _apart(self, target: Floats, mean: Floats, gap: Floats) -> Floats:
        """With Y = y**b, X = y m**a, M = m**b: (M - Y) / b - (X - Y) / a, or (Y - M) / (a b) - (X - M) / a,
        each difference of close powers through expm1."""
        a, b = self.a, self.b
        ours, theirs = self._power(np.maximum(target, 0.0)), self._power(mean)
        mixed = _times_quotient(theirs, target, mean)
        top = np.maximum(np.maximum(_top(ours), _top(theirs)), _top(mixed))
        first, second, third = (_relative(one, top) for one in (ours, theirs, mixed))
        if self.between:
            by_mean = np.where(np.abs(b * gap) < 1.0, first * np.expm1(b * gap), second - first) / b
            by_target = np.where(np.abs(a * gap) < 1.0, first * np.expm1(a * gap), third - first) / a
            half = by_mean - by_target
        else:
            powers = np.where(np.abs(b * gap) < 1.0, second * np.expm1(-b * gap), first - second)
            lines = np.where(np.abs(gap) < 1.0, second * ((target - mean) / mean), third - second)
            half = (powers / b - lines) / a
        half = np.where((target == 0.0) & self.between, second / b, half)
        return _double(Scaled(half, top + 1))

    def _power(self, base: Floats) -> Scaled:
        """base**b, for bases of at least 0 (b is above 0 where one is 0)."""
        positive = np.where(base > 0.0, base, 1.0)
        fraction, exponent = np.frexp(positive)
        low = fraction < _ROOT_HALF
        fraction, exponent = np.where(low, 2.0 * fraction, fraction), exponent - low
        whole, rest = two_product(np.full(base.shape, self.b), exponent.astype(np.float64))
        steps = np.rint(whole)
        found = np.power(fraction, self.b) * np.exp2((whole - steps) + rest)
        if self.lost != 0.0:
            found = found * (1.0 + self.lost * np.log(positive))
        steps = np.clip(steps, _LEAST_EXPONENT, _MOST_EXPONENT)
        return Scaled(np.where(base > 0.0, found, 0.0), steps.astype(np.int64))


def _times_quotient(value: Scaled, numerator: Floats, denominator: Floats) -> Scaled:
    """value * numerator / denominator."""
    upper, up = np.frexp(numerator)
    lower, down = np.frexp(denominator)
    return Scaled(value.fraction * (upper / lower), value.exponent + up - down)


def _top(value: Scaled) -> Integers:
    """The exponent, for 0 one below all others."""
    return np.where(value.fraction == 0.0, 4 * _LEAST_EXPONENT, value.exponent)


def _relative(value: Scaled, top: Integers) -> Floats:
    """The number in units of 2**top."""
    return np.asarray(np.ldexp(value.fraction, np.maximum(value.exponent - top, -5000).astype(np.int32)))


def _double(value: Scaled) -> Floats:
    """The double; infinite or 0 beyond the doubles."""
    return np.asarray(np.ldexp(value.fraction, np.clip(value.exponent, -5000, 5000).astype(np.int32)))


def _remainder(argument: Floats) -> Floats:
    """(exp(x) - 1 - x) / x**2, for x below 2 in size."""
    return polynomial(argument, _REMAINDER)
