"""Regression on a relative scale: differences of logarithms, and errors as a share of the target."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from losscli.arrays import Floats, Mask, Rows
from losscli.domains import ABOVE_MINUS_ONE, NONZERO
from losscli.losses.regression import (
    COLUMNS,
    EXACT_HIT,
    PREDICTION,
    TARGET,
    any_cell,
    booster,
    keras_class,
    keras_function,
    root_of_squares,
)
from losscli.numerics.stable import log1p_difference, quietly
from losscli.registry import (
    Accuracy,
    Convention,
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


KERAS_LEAST = float(np.float32(1e-7))
"""Keras's epsilon, as single precision holds it."""
SMALL = "puts 1e-7 for all values below it: y=-0.5, p=1 gives 0.4805, here 1.9218"


@quietly
def _keras_msle(target: Rows, prediction: Rows) -> Rows:
    """As Keras has it: 1 + value is rounded to single precision before its logarithm is taken."""
    one = np.float32(1.0)
    logs = [
        np.log((np.maximum(block, KERAS_LEAST).astype(np.float32) + one).astype(np.float64))
        for block in (prediction, target)
    ]
    gap: Rows = logs[0] - logs[1]
    return gap * gap


def _below_keras(target: Rows, prediction: Rows) -> Mask:
    return any_cell((target < KERAS_LEAST) | (prediction < KERAS_LEAST))


KERAS_LOGS: dict[str, Any] = {
    "rows": _keras_msle,
    "touches": _below_keras,
    "inputs": (TARGET, PREDICTION),
}


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
    deviations=(
        keras_function("mean_squared_logarithmic_error", "msle", differs=SMALL, **KERAS_LOGS),
        keras_class("MeanSquaredLogarithmicError", f"it {SMALL}", **KERAS_LOGS),
    ),
    differs={"xgboost": "reg:squaredlogerror trains on half of it; its metric rmsle is the root"},
    contrast=([-0.5, 3.0], [1.0, 5.0]),
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
    deviations=(
        Convention(
            "sklearn",
            "sklearn.metrics.root_mean_squared_log_error(y, p)",
            "the mean of the columns' roots: zeros against rows 1, 99 and 1, 1 give 1.9931, here 2.3795",
            edge=True,
            params={"columns": "separate"},
        ),
        booster("xgboost", "rmsle"),
    ),
    differs={"catboost": "MSLE has no root"},
    contrast=([[0.0, 0.0], [0.0, 0.0]], [[1.0, 99.0], [1.0, 1.0]]),
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


PERCENT = "gives percent, 100 times as large: y=[2, 4], p=[1, 5] gives 37.5, here 0.375"


def _least_divisor(least: float, times: float = 1.0) -> dict[str, Any]:
    """The variation that divides by |y|, but by no less than this, and multiplies the share."""

    @quietly
    def rows(target: Rows, prediction: Rows) -> Rows:
        size = np.maximum(np.abs(target), least)
        return np.asarray(times * (np.abs(prediction - target) / size))

    def touches(target: Rows, prediction: Rows) -> Mask:
        return any_cell(np.abs(target) < least)

    facts: dict[str, Any] = {"rows": rows, "inputs": (TARGET, PREDICTION)}
    return facts | ({"touches": touches} if times == 1.0 else {})


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
    same_as={"utilsforecast": "utilsforecast.losses.mape(df, models=['p'])"},
    deviations=(
        Convention(
            "sklearn",
            "sklearn.metrics.mean_absolute_percentage_error(y, p)",
            "divides by at least 2.2e-16, so y=0, p=1 gives 4.5e15, which is an error here",
            edge=True,
            **_least_divisor(float(np.finfo(np.float64).eps)),
        ),
        Convention(
            "torchmetrics",
            "torchmetrics.functional.mean_absolute_percentage_error(p, y)",
            "divides by at least 1.17e-6, so y=0, p=1 gives 854701, which is an error here",
            edge=True,
            **_least_divisor(1.17e-6),
        ),
        keras_function(
            "mean_absolute_percentage_error", "mape", differs=PERCENT, **_least_divisor(KERAS_LEAST, 100.0)
        ),
        keras_class("MeanAbsolutePercentageError", f"it {PERCENT}", **_least_divisor(KERAS_LEAST, 100.0)),
        booster(
            "lightgbm",
            "mape",
            differs="divides by at least 1: y=0.5, p=1 gives 0.5, here 1.0",
            **_least_divisor(1.0),
        ),
        booster("xgboost", "mape", inputs=(TARGET, PREDICTION)),
    ),
    differs={
        "catboost": "divides by at least 1: y=0.5, p=1 gives 0.5, here 1.0",
        "neuralforecast": "counts a row whose target is 0 as 0: y=[2, 4, 0], p=[1, 5, 1] gives 0.25",
        "utilsforecast": "leaves rows out whose target is 0 (pandas) or gives nan (polars); an error here",
    },
    contrast=([2.0, 4.0, 0.5, 1e-16], [1.0, 5.0, 1.0, 1.0]),
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
