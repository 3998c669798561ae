"""Regression on a relative scale: differences of logarithms, and errors as a share of the target."""

from __future__ import annotations

import math

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.domains import ABOVE_MINUS_ONE, NONZERO
from losscli.losses.regression import COLUMNS, EXACT_HIT, PREDICTION, root_of_squares
from losscli.numerics.stable import log1p_difference, quietly
from losscli.registry import (
    Accuracy,
    MomentsConstant,
    QuantileConstant,
    Statistic,
    Values,
    cells,
    loss,
    square,
)

NO_LOGARITHM = "at -1 and below 1 + value has no logarithm; mse, mae and huber take any number"
COUNTS = cells("target", "y", ABOVE_MINUS_ONE, "the observed count or price, above -1", hint=NO_LOGARITHM)
PREDICTED_COUNTS = cells("prediction", "p", ABOVE_MINUS_ONE, "the predicted one, above -1", hint=NO_LOGARITHM)


def _log_mean(spread: bool) -> MomentsConstant:
    return MomentsConstant(
        "exp(mean of log(1 + target)) - 1",
        lambda mean, params: math.expm1(mean),
        lambda mean, variance, params: math.sqrt(variance) if spread else variance,
        forward=lambda target, params: np.log1p(target),
        needs_variance=True,
        root=spread,
    )


@quietly
def _msle_slope(target: Rows, prediction: Rows, **params: object) -> Rows:
    return 2.0 * log1p_difference(prediction, target) / (1.0 + prediction)


@loss(
    "msle",
    title="Mean squared logarithmic error",
    family="regression",
    aliases=("mean_squared_log_error", "squared_log_error"),
    inputs=(COUNTS, PREDICTED_COUNTS),
    formula="(log(1 + p) - log(1 + y))**2",
    gradient=_msle_slope,
    gradient_formula="2 * (log(1 + p) - log(1 + y)) / (1 + p)",
    likelihood="1 + y log-normal with unit variance of its logarithm: msle = 2 NLL - ln(2 pi) - 2 ln(1 + y)",
    best_constant=_log_mean(spread=False),
    perfect=EXACT_HIT,
    same_as={
        "sklearn": "sklearn.metrics.mean_squared_log_error(y, p)",
        "torchmetrics": "torchmetrics.functional.mean_squared_log_error(p, y)",
    },
    differs={
        "keras": "puts 1e-7 for all values below it: y=-0.5, p=1 gives 0.4805, here 1.9218",
        "xgboost": "reg:squaredlogerror trains on half of it",
    },
    accuracy=Accuracy(ulp=5.0),
    source="scikit-learn user guide, section 3.4.6.5; Kaggle (2011 on)",
)
def msle(target: Rows, prediction: Rows) -> Rows:
    """Square of the difference of logarithms: relative errors of large values, plain ones of small.

    Formula  (log(1 + p) - log(1 + y))**2
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     none: 0.01 is about 10 percent off
    Raises   DomainError: a value of -1 or below, nan or infinity, named with its row
    Not      rmsle, which is the root of the mean; mape, which is the plain relative error

    >>> msle([-0.5, 3.0], [1.0, 3.0]).round(4).tolist()
    [1.9218, 0.0]
    """
    gap = log1p_difference(prediction, target)
    return np.multiply(gap, gap, out=gap)


@loss(
    "rmsle",
    title="Root mean squared logarithmic error",
    family="regression",
    aliases=("root_mean_squared_log_error",),
    inputs=(COUNTS, PREDICTED_COUNTS),
    params=[COLUMNS],
    formula="(log(1 + p) - log(1 + y))**2",
    gradient=_msle_slope,
    gradient_formula="2 * (log(1 + p) - log(1 + y)) / (1 + p)",
    combine=root_of_squares,
    part="msle",
    best_constant=_log_mean(spread=True),
    perfect=EXACT_HIT,
    same_as={
        "sklearn": "sklearn.metrics.root_mean_squared_log_error(y, p), several columns: columns=separate",
        "xgboost": "eval_metric rmsle",
    },
    differs={
        "sklearn": "of several columns it is the mean of their roots, here one root over all",
        "catboost": "MSLE has no root",
    },
    accuracy=Accuracy(ulp=5.0),
    source="scikit-learn user guide, section 3.4.6.5; Kaggle (2011 on)",
)
def rmsle(target: Rows, prediction: Rows, *, columns: str) -> dict[str, Statistic]:
    """Root of the mean square of the difference of logarithms; it exists only for the whole set.

    Formula  per row (log(1 + p) - log(1 + y))**2; then the root of their (weighted) mean
    Shapes   (n,) and (n,), or (n, k) and (n, k), give one number
    Unit     none: 0.1 is about 10 percent off
    Raises   DomainError: a value of -1 or below, nan or infinity, named with its row
    Not      msle, whose root it is; a mean of per-row or per-batch roots

    >>> round(rmsle([2.0, 0.0], [2.0, 1.0]), 6)
    0.490129
    """
    return {"squares": square(log1p_difference(prediction, target))}


@quietly
def _mape_slope(target: Rows, prediction: Rows) -> Rows:
    return np.asarray(np.sign(prediction - target) / np.abs(target))


def _nearness(target: Rows, params: Values) -> Floats:
    weights: Floats = 1.0 / np.abs(target)
    return weights


@loss(
    "mape",
    title="Mean absolute percentage error",
    family="regression",
    inputs=(
        cells(
            "target",
            "y",
            NONZERO,
            "the observed number, not 0",
            hint="a target of 0 has no relative error; mae counts the error itself, msle takes zeros",
        ),
        PREDICTION,
    ),
    formula="abs(p - y) / abs(y)",
    gradient=_mape_slope,
    gradient_formula="sign(p - y) / abs(y)",
    kinks=("p - y",),
    best_constant=QuantileConstant(
        "the median of the target, weighted by 1 / |target|", lambda params: 0.5, _nearness
    ),
    perfect=EXACT_HIT,
    same_as={
        "sklearn": "sklearn.metrics.mean_absolute_percentage_error(y, p)",
        "torchmetrics": "torchmetrics.functional.mean_absolute_percentage_error(p, y)",
        "xgboost": "eval_metric mape",
        "utilsforecast": "utilsforecast.losses.mape",
    },
    differs={
        "keras": "gives percent, 100 times as large: y=[2, 4], p=[1, 5] gives 37.5, here 0.375",
        "lightgbm": "divides by at least 1: y=0.5, p=1 gives 0.5, here 1.0",
        "catboost": "divides by at least 1: y=0.5, p=1 gives 0.5, here 1.0",
        "sklearn": "divides by at least 2.2e-16 at a target of 0, which is an error here",
    },
    accuracy=Accuracy(textbook_holds=True),
    source="Makridakis (1993), doi:10.1016/0169-2070(93)90079-3",
)
@quietly
def mape(target: Rows, prediction: Rows) -> Rows:
    """Error as a share of the target; a share, not a percentage: 0.05 is 5 percent.

    Formula  |p - y| / |y|
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     none: a share, 1 is 100 percent
    Raises   DomainError: a target of 0, nan or infinity, named with its row
    Not      Keras's, which is 100 times as large; the symmetric version, which divides by the sum of both

    >>> mape([2.0, 4.0], [1.0, 5.0]).tolist()
    [0.5, 0.25]
    """
    error = prediction - target
    size = np.abs(error) / np.abs(target)
    far = np.isinf(error)
    if far.any():
        size = np.where(far, np.abs(0.5 * prediction - 0.5 * target) / np.abs(0.5 * target), size)
    return size
