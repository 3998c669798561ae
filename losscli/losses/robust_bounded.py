"""Robust regression whose loss tends to a bound: however large an error, it counts for no more than that."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from losscli.arrays import Rows
from losscli.domains import POSITIVE
from losscli.losses.regression import EXACT_HIT, PREDICTION, TARGET
from losscli.losses.regression_robust import least_squares
from losscli.losses.robust import SEVERAL, scale
from losscli.numerics.residuals import decay, finite_error, gamma_of_two, half_square_near, residual, wide
from losscli.numerics.stable import quietly
from losscli.params import Param
from losscli.registry import Accuracy, loss


def _squares(target: Rows, prediction: Rows, c: float) -> Rows:
    """((p - y) / c)**2, rounded once."""
    return residual(target, prediction).over(wide(c)).squared.value


@quietly
def _geman_mcclure_slope(target: Rows, prediction: Rows, *, c: float) -> Rows:
    error = finite_error(target, prediction)
    size = np.abs(error)
    ratio, inverse = size / c, c / size
    far = c * (inverse * (inverse / (1.0 + inverse * inverse)) ** 2)
    return np.copysign(np.where(size <= c, size / (1.0 + ratio * ratio) ** 2, far), error)


@loss(
    "geman_mcclure",
    title="Geman-McClure loss",
    family="robust",
    aliases=("geman_mcclure_loss", "geman"),
    inputs=(TARGET, PREDICTION),
    params=[scale("the size of error that has half of the largest loss")],
    formula="(p - y)**2 / 2 / (1 + ((p - y) / c)**2)",
    gradient=_geman_mcclure_slope,
    gradient_formula="(p - y) / (1 + ((p - y) / c)**2)**2",
    best_constant=SEVERAL,
    perfect=EXACT_HIT,
    differs={
        "robust_loss_pytorch": "general.lossfun with alpha=-2 has 4 in place of 1 and divides by c**2: "
        "an error of 2 with c=1 gives 1, here 0.4"
    },
    source="Geman and McClure (1985), Proceedings of the Statistical Computing Section, ASA",
)
@quietly
def geman_mcclure(target: Rows, prediction: Rows, *, c: float) -> Rows:
    """Half the square of small errors, at most c**2 / 2: a large error is as bad as a very large one.

    Formula  with e = p - y:  e**2 / 2 / (1 + (e / c)**2)
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     the square of the target's unit
    Raises   ParamError: c not above 0.  DomainError: nan or infinity, named with its row
    Not      barron:alpha=-2, which is this at c=2; other scalings of c are in print

    >>> geman_mcclure([0.0, 0.0], [1.0, 3.0], c=1.0).tolist()
    [0.25, 0.45]
    """
    squares = _squares(target, prediction, c)
    share = np.where(np.isinf(squares), 1.0, squares / (1.0 + squares))
    return half_square_near(squares, np.abs(prediction - target), (0.5 * c * c) * share)


@quietly
def _welsch_slope(target: Rows, prediction: Rows, *, c: float) -> Rows:
    return finite_error(target, prediction) * decay(residual(target, prediction).over(wide(c)).squared)


@loss(
    "welsch",
    title="Welsch loss",
    family="robust",
    aliases=("leclerc", "correntropy", "welsch_loss"),
    inputs=(TARGET, PREDICTION),
    params=[scale("the size of error that has 63 % of the largest loss")],
    formula="c**2 / 2 * (1 - exp(-((p - y) / c)**2))",
    gradient=_welsch_slope,
    gradient_formula="(p - y) * exp(-((p - y) / c)**2)",
    best_constant=SEVERAL,
    perfect=EXACT_HIT,
    differs={
        "robust_loss_pytorch": "general.lossfun with alpha=-inf is 1 - exp(-(e / c)**2 / 2): an error of 2 "
        "with c=1 gives 0.8647, here 0.4908"
    },
    source="Dennis and Welsch (1978), doi:10.1080/03610917808812083",
)
@quietly
def welsch(target: Rows, prediction: Rows, *, c: float) -> Rows:
    """Half the square of small errors, at most c**2 / 2, approached like a Gaussian's tail.

    Formula  c**2 / 2 * (1 - exp(-((p - y) / c)**2))
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     the square of the target's unit
    Raises   ParamError: c not above 0.  DomainError: nan or infinity, named with its row
    Not      barron:alpha=-1e300, which has a 2 in the exponent; c=2.9846 suits errors in units of their own
             spread

    >>> welsch([0.0, 0.0], [1.0, 3.0], c=1.0).round(4).tolist()
    [0.3161, 0.4999]
    """
    squares = _squares(target, prediction, c)
    curve = (-0.5 * c * c) * np.expm1(-squares)
    return half_square_near(squares, np.abs(prediction - target), curve)


@quietly
def _arctan_slope(target: Rows, prediction: Rows, *, c: float) -> Rows:
    error = finite_error(target, prediction)
    size = np.abs(error)
    inverse = c / size
    near, far = size / (1.0 + (size / c) ** 4), c * (inverse**3 / (1.0 + inverse**4))
    return np.copysign(np.where(size <= c, near, far), error)


@loss(
    "arctan",
    title="Arctan loss",
    family="robust",
    aliases=("arctan_loss",),
    inputs=(TARGET, PREDICTION),
    params=[scale("the size of error that has half of the largest loss", 1.0, "f_scale")],
    formula="c**2 / 2 * atan(((p - y) / c)**2)",
    gradient=_arctan_slope,
    gradient_formula="(p - y) / (1 + ((p - y) / c)**4)",
    best_constant=SEVERAL,
    perfect=EXACT_HIT,
    deviations=(least_squares("arctan", "c", "arctan"),),
    contrast=([0.0, 1.0], [3.0, -4.0]),
    accuracy=Accuracy(hard={"c": 1e150}),
    source="SciPy reference, scipy.optimize.least_squares",
)
@quietly
def arctan(target: Rows, prediction: Rows, *, c: float) -> Rows:
    """Half the square of small errors, at most pi / 4 * c**2.

    Formula  c**2 / 2 * arctan(((p - y) / c)**2)
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     the square of the target's unit
    Raises   ParamError: c not above 0.  DomainError: nan or infinity, named with its row
    Not      cauchy, which has a logarithm in place of the arc tangent and no bound

    >>> arctan([0.0, 0.0], [1.0, 3.0], c=1.0).round(4).tolist()
    [0.3927, 0.7301]
    """
    squares = _squares(target, prediction, c)
    curve = (0.5 * c * c) * np.arctan(squares)
    return half_square_near(squares, np.abs(prediction - target), curve)


@quietly
def _ramsay_slope(target: Rows, prediction: Rows, *, a: float) -> Rows:
    return finite_error(target, prediction) * decay(residual(target, prediction).over(wide(1 / Fraction(a))))


@loss(
    "ramsay",
    title="Ramsay's Ea loss",
    family="robust",
    aliases=("ramsay_e", "ramsay_loss"),
    inputs=(TARGET, PREDICTION),
    params=[Param("a", 0.3, "how fast the weight of an error falls with its size", POSITIVE)],
    formula="(1 - exp(-a * abs(p - y)) * (1 + a * abs(p - y))) / a**2",
    gradient=_ramsay_slope,
    gradient_formula="(p - y) * exp(-a * abs(p - y))",
    best_constant=SEVERAL,
    perfect=EXACT_HIT,
    same_as={"statsmodels": "statsmodels.robust.norms.RamsayE(a=a).rho(p - y)"},
    source="Ramsay (1977), doi:10.2307/2286228",
)
@quietly
def ramsay(target: Rows, prediction: Rows, *, a: float) -> Rows:
    """Half the square of small errors, at most 1 / a**2: the weight of an error falls exponentially.

    Formula  with e = p - y:  (1 - exp(-a |e|) * (1 + a |e|)) / a**2
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     the square of the target's unit
    Raises   ParamError: a not above 0.  DomainError: nan or infinity, named with its row
    Not      welsch, whose weight falls with the square of the error; here a larger a means a smaller scale

    >>> ramsay([0.0, 0.0], [1.0, 10.0], a=0.3).round(4).tolist()
    [0.4104, 8.8984]
    """
    size = np.abs(prediction - target)
    ratio = residual(target, prediction).over(wide(1 / Fraction(a)))
    return half_square_near(ratio.value, size, gamma_of_two(ratio) / (a * a))
