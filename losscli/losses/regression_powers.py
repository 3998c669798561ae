"""Regression by powers and exponentials of the error, and by squares that weigh one side more."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from losscli.arrays import Rows
from losscli.domains import OPEN_UNIT, REALS, Interval
from losscli.losses.regression import EXACT_HIT, PREDICTION, TARGET
from losscli.losses.regression_robust import ROOT
from losscli.numerics.residuals import exp_minus_line
from losscli.numerics.stable import Pair, quietly, scaled_difference, two_difference, two_product
from losscli.params import Param, as_number
from losscli.registry import Accuracy, Convention, MomentsConstant, NoConstant, Values, loss


@quietly
def _lq_slope(target: Rows, prediction: Rows, *, q: float) -> Rows:
    return np.sign(prediction - target) * (q * _power(target, prediction, q - 1.0))


def _power(target: Rows, prediction: Rows, exponent: float) -> Rows:
    """The power of the error's size, with what the difference lost, which the power would magnify."""
    error, rest = two_difference(prediction, target)
    size = np.abs(error)
    power = size**exponent
    lost = np.where((size > 0.0) & np.isfinite(rest) & np.isfinite(power), exponent * (rest / error), 0.0)
    return np.asarray(power * (1.0 + lost))


@loss(
    "lq",
    title="Lq loss",
    family="regression",
    aliases=("lq_loss", "power_loss"),
    inputs=(TARGET, PREDICTION),
    params=[Param("q", 2.0, "the power of the error's size: 1 gives mae, 2 gives mse", Interval(1.0))],
    formula="abs(p - y)**q",
    gradient=_lq_slope,
    gradient_formula="sign(p - y) * q * abs(p - y)**(q - 1)",
    kinks=("p - y if q < 2 else 1",),
    likelihood="generalised normal (exponential power) with shape q and unit scale; the constant is dropped",
    best_constant=NoConstant("the median for q=1, the mean for q=2; no closed form between or beyond"),
    perfect=EXACT_HIT,
    accuracy=Accuracy(hard={"q": 30.7}),
    differs={"catboost": "its metric Lq:q=2 is this one; it wants q, here 2 unless it is given"},
    source="Money et al. (1982), Communications in Statistics, Simulation and Computation 11(1)",
)
@quietly
def lq(target: Rows, prediction: Rows, *, q: float) -> Rows:
    """Power of the error's size: the larger q, the more the largest errors count.

    Formula  |p - y|**q
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     the target's unit to the power q
    Raises   ParamError: q below 1.  DomainError: nan or infinity, named with its row
    Not      minkowski, which takes the q-th root of the sum; gce, whose q lies between 0 and 1

    >>> lq([0.0, 1.0], [4.0, -3.0], q=1.5).tolist()
    [8.0, 8.0]
    """
    return _power(target, prediction, q)


def _sides(target: Rows, prediction: Rows, tau: float) -> Rows:
    return np.where(target >= prediction, tau, 1.0 - tau)


@quietly
def _expectile_slope(target: Rows, prediction: Rows, *, tau: float) -> Rows:
    return 2.0 * _sides(target, prediction, tau) * (prediction - target)


@quietly
def _half_expectile(target: Rows, prediction: Rows, *, tau: float) -> Rows:
    return np.asarray(0.5 * expectile.function(target, prediction, tau=tau))


@loss(
    "expectile",
    title="Expectile loss",
    family="regression",
    aliases=("expectile_loss", "asymmetric_squared_error"),
    inputs=(TARGET, PREDICTION),
    params=[Param("tau", 0.5, "the level of the expectile that is predicted", OPEN_UNIT, aliases=("alpha",))],
    formula="e = y - p; (tau if e >= 0 else 1 - tau) * e * e",
    gradient=_expectile_slope,
    gradient_formula="-2 * (tau if y >= p else 1 - tau) * (y - p)",
    likelihood="asymmetric normal; the constant is dropped",
    best_constant=ROOT,
    perfect=EXACT_HIT,
    deviations=(
        Convention(
            "statsmodels",
            "statsmodels.robust.norms.MQuantileNorm(tau, LeastSquares()).rho(y - p)",
            "half as large: tau=0.75, y=2, p=0 gives 1.5, here 3",
            rows=_half_expectile,
        ),
    ),
    differs={"xgboost": "releases up to 3.2 have none; reg:expectileerror of later ones is this formula"},
    contrast=([2.0, 0.0], [0.0, 2.0]),
    accuracy=Accuracy(textbook_holds=True),
    source="Newey and Powell (1987), doi:10.2307/1911031",
)
@quietly
def expectile(target: Rows, prediction: Rows, *, tau: float) -> Rows:
    """Squared error that weighs tau where the prediction is too low and 1 - tau where it is too high.

    Formula  w * (y - p)**2 with w = tau where y >= p, 1 - tau elsewhere
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     the square of the target's unit
    Raises   ParamError: tau not between 0 and 1.  DomainError: nan or infinity, named with its row
    Not      pinball, which weighs the size of the error; mse, which is twice this at tau=0.5

    >>> expectile([2.0, 2.0], [0.0, 4.0], tau=0.75).tolist()
    [3.0, 1.0]
    """
    error = prediction - target
    return (_sides(target, prediction, tau) * error) * error


def _steep_enough(shapes: Sequence[tuple[int, ...]], params: Values) -> str:
    return (
        ""
        if params["a"] != 0.0
        else "a=0 gives 0 for every row; a is above 0 where low predictions cost more"
    )


def _least_linex(mean: float, params: Values) -> float:
    return float(np.log(mean)) / as_number(params["a"])


@quietly
def _linex_slope(target: Rows, prediction: Rows, *, a: float) -> Rows:
    high, low = _scaled_gap(target, prediction, a)
    grown = np.expm1(high)
    return -a * (grown + np.where(np.abs(high) < 700.0, low * (grown + 1.0), 0.0)) + 0.0


def _scaled_gap(target: Rows, prediction: Rows, a: float) -> Pair:
    """a * (y - p) with twice the digits, which the exponential would magnify."""
    gap, rest = two_difference(target, prediction)
    high, low = two_product(np.full(gap.shape, a), gap)
    low = low + a * rest
    far = ~np.isfinite(low)
    if far.any():
        high, low = np.where(far, scaled_difference(a, target, prediction), high), np.where(far, 0.0, low)
    return high, low


@quietly
def _grown(target: Rows, params: Values) -> Rows:
    return np.asarray(np.exp(as_number(params["a"]) * target))


@loss(
    "linex",
    title="Linex loss",
    family="regression",
    aliases=("linex_loss", "linear_exponential"),
    inputs=(TARGET, PREDICTION),
    params=[Param("a", 1.0, "how steep; above 0 low predictions cost more, below 0 high ones", REALS)],
    fits=_steep_enough,
    formula="exp(a * (y - p)) - a * (y - p) - 1",
    gradient=_linex_slope,
    gradient_formula="a * (1 - exp(a * (y - p)))",
    likelihood="Gumbel with scale 1 / |a|, mirrored where a is above 0; the constant is dropped",
    best_constant=MomentsConstant(
        "ln(mean(exp(a y))) / a",
        _least_linex,
        None,
        forward=_grown,
    ),
    perfect=EXACT_HIT,
    same_as={"utilsforecast": "utilsforecast.losses.linex(df, models=['p'], a=a)"},
    source="Varian (1975); Zellner (1986), doi:10.1080/01621459.1986.10478289",
)
@quietly
def linex(target: Rows, prediction: Rows, *, a: float) -> Rows:
    """Exponential on one side of 0 and almost linear on the other: half the square of small a * e.

    Formula  with e = y - p:  exp(a * e) - a * e - 1
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     none: a has one over the target's unit
    Raises   ParamError: a of 0.  DomainError: nan or infinity, named with its row
    Not      the form with e = p - y, which turns the sides around; pinball and expectile, which are not steep

    >>> linex([2.0, 0.0], [0.0, 2.0], a=1.0).round(4).tolist()
    [4.3891, 1.1353]
    """
    return exp_minus_line(*_scaled_gap(target, prediction, a))
