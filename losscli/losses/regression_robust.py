"""Regression between squares and absolute values: small errors by their square, large ones by their size."""

from __future__ import annotations

import numpy as np

from losscli.arrays import Floats, Mask, Rows
from losscli.domains import NOT_NEGATIVE, OPEN_UNIT, POSITIVE
from losscli.losses.regression import EXACT_HIT, PREDICTION, TARGET, any_cell, booster, keras_class, no_row
from losscli.numerics.stable import log_cosh as stable_log_cosh
from losscli.numerics.stable import pseudo_huber as stable_pseudo_huber
from losscli.numerics.stable import quietly, scaled_difference
from losscli.params import Param, as_number
from losscli.registry import Accuracy, Convention, NoConstant, QuantileConstant, loss

BY_ROWS = "divides a weighted sum by the number of rows, not by the sum of the weights"
ROOT = NoConstant("no closed form: the root of a monotone equation, found only by iteration")
DELTA = Param("delta", 1.0, "the size of error where the square gives way to the line", POSITIVE)


def least_squares(name: str, scale: str, *names: str) -> Convention:
    """A loss of SciPy's least_squares, whose cost is the sum over the rows."""
    return Convention(
        "scipy",
        f"scipy.optimize.least_squares(lambda p: p - y, p, loss='{name}', f_scale={scale}).cost",
        "its cost is the sum over the rows, here their mean",
        names=names,
        reduce="sum",
        touches=no_row,
    )


def _with_far_errors(result: Rows, target: Rows, prediction: Rows, slope: float) -> Rows:
    """The result, but slope * |p - y| where the error overflows, since a small slope keeps it finite."""
    if not (result.size and result.max() == np.inf):
        return result
    far = np.isinf(prediction - target)
    return np.where(far, np.abs(scaled_difference(slope, prediction, target)), result)


@quietly
def _huber_slope(target: Rows, prediction: Rows, *, delta: float) -> Rows:
    return np.asarray(np.clip(prediction - target, -delta, delta))


@loss(
    "huber",
    title="Huber loss",
    family="regression",
    aliases=("huber_loss",),
    inputs=(TARGET, PREDICTION),
    params=[DELTA],
    formula="e = p - y; e**2 / 2 if abs(e) <= delta else delta * (abs(e) - delta / 2)",
    gradient=_huber_slope,
    gradient_formula="max(-delta, min(p - y, delta))",
    likelihood="Huber's least favourable density: Gaussian in the middle, exponential tails from delta on",
    best_constant=ROOT,
    perfect=EXACT_HIT,
    same_as={
        "optax": "optax.losses.huber_loss(p, y, delta=delta)",
        "scipy": "scipy.special.huber(delta, p - y)",
    },
    deviations=(
        Convention(
            "torch",
            "torch.nn.functional.huber_loss(p, y, delta=delta, weight=w)",
            f"{BY_ROWS}: errors 1 and 2 with weights 1 and 3 give 2.5, here 1.25",
            edge=True,
            names=("HuberLoss",),
            touches=no_row,
            by_rows=True,
        ),
        Convention(
            "keras",
            "keras.losses.Huber(delta=delta)(y, p, sample_weight=w)",
            f"{BY_ROWS}: errors 1 and 2 with weights 1 and 3 give 2.5, here 1.25",
            edge=True,
            touches=no_row,
            by_rows=True,
            single=True,
        ),
        Convention(
            "lightgbm",
            "lightgbm.train(metric='huber', alpha=delta)",
            "its default is alpha=0.9: an error of 3 gives 2.295, here 2.5",
            names=("huber",),
            params={"delta": 0.9},
        ),
        Convention(
            "statsmodels",
            "statsmodels.robust.norms.HuberT(t=delta).rho(p - y)",
            "its default is t=1.345: an error of 3 gives 3.1305, here 2.5",
            params={"delta": 1.345},
        ),
        least_squares("huber", "delta"),
    ),
    differs={
        "sklearn": "HuberRegressor's epsilon, 1.35, counts in units of an estimated scale; SGDRegressor's is "
        "0.1; GradientBoostingRegressor's alpha, 0.9, is a quantile of the errors; all only train"
    },
    contrast=([0.0, 0.0], [3.0, 1.0]),
    accuracy=Accuracy(textbook_holds=True),
    source="Huber (1964), doi:10.1214/aoms/1177703732",
)
@quietly
def huber(target: Rows, prediction: Rows, *, delta: float) -> Rows:
    """Half the square of small errors, a line through large ones, joined without a corner.

    Formula  with e = p - y:  e**2 / 2 where |e| <= delta, delta * (|e| - delta / 2) elsewhere
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     the square of the target's unit
    Raises   ParamError: delta not above 0.  DomainError: nan or infinity, named with its row
    Not      smooth_l1, which is huber / delta; pseudo_huber, which is smooth everywhere

    >>> huber([1.0, 0.5], [3.0, 0.0]).tolist()
    [1.5, 0.125]
    """
    error = prediction - target
    core = np.clip(error, -delta, delta)
    error -= 0.5 * core
    error *= core
    return _with_far_errors(error, target, prediction, delta)


@quietly
def _smooth_l1_slope(target: Rows, prediction: Rows, *, beta: float) -> Rows:
    error = prediction - target
    return np.asarray(np.sign(error) if beta == 0.0 else np.clip(error / beta, -1.0, 1.0))


@loss(
    "smooth_l1",
    title="Smooth L1 loss",
    family="regression",
    aliases=("smooth_l1_loss",),
    inputs=(TARGET, PREDICTION),
    params=[Param("beta", 1.0, "the size of error where the square gives way to the line", NOT_NEGATIVE)],
    formula="e = p - y; e**2 / (2 * beta) if abs(e) < beta else abs(e) - beta / 2",
    gradient=_smooth_l1_slope,
    gradient_formula="sign(p - y) if beta == 0 else max(-1, min((p - y) / beta, 1))",
    kinks=("p - y if beta == 0 else 1",),
    best_constant=ROOT,
    perfect=EXACT_HIT,
    same_as={"torch": "torch.nn.functional.smooth_l1_loss(p, y, beta=beta)"},
    accuracy=Accuracy(textbook_holds=True),
    source="Girshick (2015), arXiv 1504.08083",
)
@quietly
def smooth_l1(target: Rows, prediction: Rows, *, beta: float) -> Rows:
    """Absolute error whose corner at 0 is replaced by a parabola of width beta.

    Formula  with e = p - y:  e**2 / (2 beta) where |e| < beta, |e| - beta / 2 elsewhere; |e| where beta is 0
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     the target's unit
    Raises   ParamError: beta below 0.  DomainError: nan or infinity, named with its row
    Not      huber, which is beta times as large; the two agree only at 1

    >>> smooth_l1([0.0, 0.0], [3.0, 1.0], beta=2.0).tolist()
    [2.0, 0.25]
    """
    size = np.abs(prediction - target)
    if beta == 0.0:
        return size
    core = np.minimum(size, beta)
    return np.asarray((0.5 * core) * (core / beta) + (size - core))


@quietly
def _pseudo_huber_slope(target: Rows, prediction: Rows, *, delta: float) -> Rows:
    error = prediction - target
    size = np.abs(error)
    small, big = np.minimum(size, delta), np.maximum(size, delta)
    share = np.where(np.isinf(size), 1.0, 0.5 * big / np.hypot(0.5 * size, 0.5 * delta))
    return np.asarray(np.copysign(small * share, error))


@loss(
    "pseudo_huber",
    title="Pseudo-Huber loss",
    family="regression",
    aliases=("pseudo_huber_loss", "pseudohuber", "mphe"),
    inputs=(TARGET, PREDICTION),
    params=[
        Param(
            "delta",
            1.0,
            "the size of error around which the square turns into a line",
            POSITIVE,
            aliases=("huber_slope", "f_scale"),
        )
    ],
    formula="delta**2 * (sqrt(1 + ((p - y) / delta)**2) - 1)",
    gradient=_pseudo_huber_slope,
    gradient_formula="(p - y) / sqrt(1 + ((p - y) / delta)**2)",
    likelihood="symmetric hyperbolic; the constant is dropped",
    best_constant=ROOT,
    perfect=EXACT_HIT,
    same_as={"scipy": "scipy.special.pseudo_huber(delta, p - y)"},
    deviations=(booster("xgboost", "mphe"),),
    source="Charbonnier et al. (1997), doi:10.1109/83.551699; Hartley and Zisserman (2003)",
)
@quietly
def pseudo_huber(target: Rows, prediction: Rows, *, delta: float) -> Rows:
    """Smooth everywhere: half the square of small errors, delta times the size of large ones.

    Formula  delta**2 * (sqrt(1 + ((p - y) / delta)**2) - 1)
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     the square of the target's unit
    Raises   ParamError: delta not above 0.  DomainError: nan or infinity, named with its row
    Not      huber, which far from 0 is larger by delta**2 / 2

    >>> pseudo_huber([0.0, 1.0], [0.0, 1.75], delta=1.0).tolist()
    [0.0, 0.25]
    """
    result = stable_pseudo_huber(np.abs(prediction - target), delta)
    return _with_far_errors(result, target, prediction, delta)


@quietly
def _log_cosh_slope(target: Rows, prediction: Rows) -> Rows:
    return np.asarray(np.tanh(prediction - target))


@quietly
def _literal_log_cosh(target: Rows, prediction: Rows) -> Rows:
    error = prediction - target
    return np.asarray(np.log((np.exp(error) + np.exp(-error)) / 2.0))


@quietly
def _overflows(target: Rows, prediction: Rows) -> Mask:
    return any_cell(np.isinf(np.exp(np.abs(prediction - target))))


@loss(
    "log_cosh",
    title="Log-cosh loss",
    family="regression",
    aliases=("logcosh", "log_cosh_error", "log_cosh_loss"),
    inputs=(TARGET, PREDICTION),
    formula="log((exp(p - y) + exp(y - p)) / 2)",
    gradient=_log_cosh_slope,
    gradient_formula="(exp(p - y) - exp(y - p)) / (exp(p - y) + exp(y - p))",
    likelihood="hyperbolic secant; the constant ln pi is dropped",
    best_constant=ROOT,
    perfect=EXACT_HIT,
    same_as={"keras": "keras.losses.log_cosh(y, p)", "optax": "optax.losses.log_cosh(p, y)"},
    deviations=(
        keras_class("LogCosh", "errors 1 and 2 with weights 1 and 3 give 2.2044, here 1.1022"),
        Convention(
            "torchmetrics",
            "torchmetrics.functional.log_cosh_error(p, y)",
            "takes the exponential literally: infinite from an error of 710 on, here 709.3",
            edge=True,
            names=("LogCoshError",),
            rows=_literal_log_cosh,
            touches=_overflows,
        ),
    ),
    contrast=([0.0, 0.0], [1.0, -1000.0]),
    source="Green (1990), doi:10.1109/42.52985; Chen et al. (2019)",
)
@quietly
def log_cosh(target: Rows, prediction: Rows) -> Rows:
    """Half the square of small errors, size minus ln 2 of large ones, smooth everywhere.

    Formula  log(cosh(p - y)) = log((exp(p - y) + exp(y - p)) / 2)
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     none: errors should be of the order of 1
    Raises   DomainError: nan or infinity, named with its row
    Not      huber and pseudo_huber, whose scale delta can be chosen

    >>> log_cosh([0.0, 0.0], [1.0, -1000.0]).round(9).tolist()
    [0.43378083, 999.306852819]
    """
    return stable_log_cosh(prediction - target)


@quietly
def _pinball_slope(target: Rows, prediction: Rows, *, tau: float) -> Rows:
    return np.where(prediction > target, 1.0 - tau, np.where(prediction < target, -tau, 0.0))


@loss(
    "pinball",
    title="Pinball loss",
    family="regression",
    aliases=("quantile", "pinball_loss", "mean_pinball_loss", "check_loss", "quantile_score"),
    inputs=(TARGET, PREDICTION),
    params=[
        Param(
            "tau",
            0.5,
            "the level of the quantile that is predicted",
            OPEN_UNIT,
            aliases=("alpha", "quantile", "q", "level", "quantile_alpha"),
        )
    ],
    formula="max(tau * (y - p), (tau - 1) * (y - p))",
    gradient=_pinball_slope,
    gradient_formula="1 - tau if p > y else (-tau if p < y else 0)",
    kinks=("p - y",),
    likelihood="asymmetric Laplace with unit scale; the constant -ln(tau (1 - tau)) is dropped",
    best_constant=QuantileConstant("the tau-quantile of the target", lambda params: as_number(params["tau"])),
    perfect=EXACT_HIT,
    same_as={
        "sklearn": "sklearn.metrics.mean_pinball_loss(y, p, alpha=tau)",
        "scoringrules": "scoringrules.quantile_score(y, p, alpha=tau)",
        "utilsforecast": "utilsforecast.losses.quantile_loss(df, models={'p': 'p'}, q=tau)",
    },
    deviations=(
        booster("xgboost", "quantile"),
        Convention(
            "lightgbm",
            "lightgbm.train(metric='quantile', alpha=tau)",
            "its default is alpha=0.9: y=2, p=1 gives 0.9, here 0.5",
            names=("quantile",),
            params={"tau": 0.9},
        ),
    ),
    differs={"gluonts": "quantile_loss is twice as large: tau=0.9, y=2, p=1 gives 1.8, here 0.9"},
    contrast=([2.0, 0.0], [1.0, 4.0]),
    accuracy=Accuracy(textbook_holds=True),
    source="Koenker and Bassett (1978), doi:10.2307/1913643",
)
@quietly
def pinball(target: Rows, prediction: Rows, *, tau: float) -> Rows:
    """Error of a predicted quantile: tau per unit below the target, 1 - tau per unit above it.

    Formula  max(tau * (y - p), (tau - 1) * (y - p))
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     the target's unit
    Raises   ParamError: tau not between 0 and 1.  DomainError: nan or infinity, named with its row
    Not      mae, which is twice the pinball loss at tau=0.5

    >>> pinball([2.0, 2.0], [1.0, 3.0], tau=0.75).tolist()
    [0.75, 0.25]
    """
    slopes: Floats = np.where(prediction > target, 1.0 - tau, -tau)
    return scaled_difference(slopes, prediction, target) + 0.0
