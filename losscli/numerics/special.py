"""What NumPy lacks, over whole arrays: the logarithm of a factorial, Stirling's error, polynomials."""

from __future__ import annotations

import math

import numpy as np

from losscli.arrays import Floats
from losscli.numerics.stable import quietly

HALF_LN_2_PI = 0.9189385332046727
"""ln(2 pi) / 2."""
_SERIES_FROM = 16.0
ATANH_TAIL = (
    0.3333333333333333,
    0.1999999999999957,
    0.14285714285828569,
    0.11111111099117087,
    0.09090909751654803,
    0.07692285674491595,
    0.06667148792858732,
    0.05875044264336913,
    0.05342473950894282,
    0.041328506825922144,
    0.08032151710185569,
    -0.11952374481996378,
    0.5428960597347132,
    -1.1132797900097167,
    1.8113891175107038,
    -1.6844574165695976,
    0.8374409792964141,
)
"""The polynomial in v**2 nearest to (atanh(v) - v) / v**3, for v up to 0.6: off by 4.0e-18."""
_STIRLING = (
    1.0 / 12.0,
    -1.0 / 360.0,
    1.0 / 1260.0,
    -1.0 / 1680.0,
    1.0 / 1188.0,
    -691.0 / 360360.0,
    1.0 / 156.0,
)
_FACTORIALS = np.array([math.log(math.factorial(n)) for n in range(int(_SERIES_FROM))])
_ONE_MINUS_EULER = 0.42278433509846713
_ZETAS = (  # (-1)**k (zeta(k) - 1) / k from k = 2 on
    0.3224670334241132,
    -0.0673523010531981,
    0.020580808427784546,
    -0.007385551028673986,
    0.0028905103307415234,
    -0.001192753911703261,
    0.0005096695247430425,
    -0.00022315475845357939,
    9.945751278180853e-05,
    -4.492623673813314e-05,
    2.050721277567069e-05,
    -9.439488275268397e-06,
    4.374866789907488e-06,
    -2.039215753801366e-06,
    9.55141213040742e-07,
    -4.492469198764566e-07,
    2.1207184805554665e-07,
    -1.0043224823968099e-07,
    4.7698101693639804e-08,
    -2.2711094608943164e-08,
    1.0838659214896955e-08,
    -5.183475041970047e-09,
    2.4836745438024785e-09,
    -1.1921401405860912e-09,
    5.731367241678862e-10,
    -2.7595228851242334e-10,
    1.330476437424449e-10,
    -6.4229645638381e-11,
)


@quietly
def log_factorial(values: Floats) -> Floats:
    """ln(y!) = ln(gamma(y + 1)), for y of at least 0, whole or not."""
    large = values >= _SERIES_FROM
    body = np.where(large, values, _SERIES_FROM)
    series = body * (np.log(body) - 1.0) + (0.5 * np.log(body) + (HALF_LN_2_PI + _of_large(body)))
    small = np.where(large, 0.0, values)
    whole = small == np.trunc(small)
    below = _FACTORIALS[small.astype(np.int64)]
    if not whole.all():
        below = np.where(whole, below, _between(small))
    return np.where(large, series, below)


@quietly
def stirling_error(values: Floats) -> Floats:
    """ln(y!) - (y ln y - y + ln(2 pi y) / 2), for y of at least 1; never negative.

    Below 16 the number at y exceeds that at y + 1 by atanh(s) / s - 1 with s = 1 / (2 y + 1), step by step.
    """
    small = values < _SERIES_FROM
    whole = small & (values == np.rint(values))
    if (whole == small).all():
        known = _STIRLING_ERRORS[np.where(whole, values, 1.0).astype(np.int64)]
        return np.where(whole, known, _of_large(np.where(whole, _SERIES_FROM, values)))
    return _step_by_step(values)


def _step_by_step(values: Floats) -> Floats:
    total = np.zeros(values.shape)
    large = values.copy()
    for _ in range(int(_SERIES_FROM) - 1):
        low = large < _SERIES_FROM
        if not low.any():
            break
        step = 1.0 / (2.0 * large + 1.0)
        square = np.where(low, step * step, 0.0)
        total += square * polynomial(square, ATANH_TAIL)
        large = np.where(low, large + 1.0, large)
    return total + _of_large(large)


def _of_large(values: Floats) -> Floats:
    inverse = 1.0 / values
    return inverse * polynomial(inverse * inverse, _STIRLING)


def _between(values: Floats) -> Floats:
    """ln(y!) from 0 to 16, with y = n + t and n the nearest whole number.

    ln((1 + t)!) is t (1 - gamma) plus a series whose terms fall as 4**-k; the factors from 2 + t to n + t
    follow, or where n is 0 the factor 1 + t goes.
    """
    nearest = np.rint(values)
    part = values - nearest
    result = part * (_ONE_MINUS_EULER + part * polynomial(part, _ZETAS))
    factors = np.ones_like(values)
    for step in range(2, int(_SERIES_FROM) + 1):
        factors *= np.where(nearest >= step, part + step, 1.0)
    return result + np.where(nearest == 0.0, -np.log1p(part), np.log(factors))


def polynomial(argument: Floats, coefficients: tuple[float, ...]) -> Floats:
    """The first coefficient, plus the second times the argument, and so on."""
    result = np.full(argument.shape, coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        result *= argument
        result += coefficient
    return result


_STIRLING_ERRORS = _step_by_step(np.maximum(np.arange(_SERIES_FROM), 1.0))
"""By whole number, from 1 on: counts are whole, so that the steps are seldom taken."""
