"""Regression: squares and absolute values of the error, one prediction per target."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from losscli.arrays import Floats, Mask, Rows
from losscli.domains import REALS
from losscli.numerics.exact import ExactSum, Number, exact_mean, root_mean
from losscli.numerics.stable import quietly
from losscli.params import Param
from losscli.registry import (
    Accuracy,
    Convention,
    MomentsConstant,
    Perfect,
    QuantileConstant,
    Statistic,
    Values,
    cells,
    loss,
    square,
    zero_rows,
)

NUMBERS_ONLY = "class names? a regression loss takes numbers; zero_one compares classes"
TARGET = cells("target", "y", REALS, "the observed number", hint=NUMBERS_ONLY)
PREDICTION = cells("prediction", "p", REALS, "the predicted number", hint=NUMBERS_ONLY)
EXACT_HIT = Perfect("the target itself", lambda target, params: target.copy(), zero_rows)
COLUMNS = Param(
    "columns",
    "pooled",
    "one root over all columns, or a root per column and then their mean (scikit-learn's way)",
    choices=("pooled", "separate"),
)


def per_column(block: Rows, number: Callable[[Floats], Number]) -> Number:
    """A number of each column, and the mean of these. An infinite one is beyond the largest double."""
    columns = [block] if block.ndim == 1 else [np.ascontiguousarray(column) for column in block.T]
    found = [number(column) for column in columns]
    return mean_of([one._replace(status="overflow") if one.status == "inf" else one for one in found])


def mean_of(numbers: Sequence[Number]) -> Number:
    """The mean of several numbers; the first of them that is no number, if there is one."""
    bad = [one for one in numbers if one.status != "ok"]
    if len(numbers) == 1 or bad:
        return (bad or numbers)[0]
    return exact_mean(np.array([one.value for one in numbers]))


def no_row(*blocks: Rows, **params: object) -> Mask:
    """(n,): no row differs; what differs is how rows are added up."""
    return np.zeros(len(blocks[0]), dtype=np.bool_)


def any_cell(mask: Mask) -> Mask:
    """(n,): the rows in which a cell is marked."""
    return mask if mask.ndim == 1 else np.asarray(mask.any(axis=1), dtype=np.bool_)


def keras_function(name: str, short: str, **facts: Any) -> Convention:
    """A function of keras.losses, which also has a short name. Without further facts its number is ours."""
    call = f"keras.losses.{name}(y, p)"
    return Convention("keras", call, names=(short,), single=True, **(facts or {"touches": no_row}))


def keras_class(name: str, words: str, **facts: Any) -> Convention:
    """A loss class of Keras: it divides a weighted sum by the number of rows. Without further facts its rows
    are ours."""
    usual = {"edge": True, "touches": no_row}
    call = f"keras.losses.{name}()(y, p, sample_weight=w)"
    said = f"divides a weighted sum by the number of rows, not by the sum of the weights; {words}"
    return Convention("keras", call, said, by_rows=True, single=True, **(facts or usual))


def booster(framework: str, *metrics: str, **facts: Any) -> Convention:
    """A metric of a gradient booster, by its names. Without further facts its number is ours."""
    word = "eval_metric" if framework == "xgboost" else "metric"
    return Convention(framework, f"{framework}.train({word}='{metrics[0]}')", names=metrics, **facts)


def mean_constant(halves: float = 1.0) -> MomentsConstant:
    """The mean of the target; its loss is the variance, times a factor."""
    return MomentsConstant(
        "the mean of the target",
        lambda mean, params: mean,
        lambda mean, variance, params: halves * variance,
        needs_variance=True,
    )


def root_of_squares(sums: Mapping[str, Sequence[ExactSum]], weight: ExactSum | int, params: Values) -> Number:
    """The root of the mean square: of all columns together, or the mean of the roots of each."""
    squares = sums["squares"]
    if params["columns"] == "separate" and len(squares) > 1:
        return mean_of([root_mean(column, weight) for column in squares])
    pooled, times = squares[0].copy(), _times(weight, len(squares))
    for column in squares[1:]:
        pooled.merge(column)
    return root_mean(pooled, times)


def _times(weight: ExactSum | int, count: int) -> ExactSum | int:
    if isinstance(weight, int):
        return weight * count
    total = weight.copy()
    for _ in range(count - 1):
        total.merge(weight)
    return total


@quietly
def mse_slope(target: Rows, prediction: Rows, **params: object) -> Rows:
    """Twice the error; also the slope of the per-row part of rmse."""
    return 2.0 * (prediction - target)


@loss(
    "mse",
    title="Mean squared error",
    family="regression",
    aliases=("mean_squared_error", "mse_loss", "squared_error", "quadratic"),
    inputs=(TARGET, PREDICTION),
    formula="(p - y)**2",
    gradient=mse_slope,
    gradient_formula="2 * (p - y)",
    likelihood="Gaussian with unit variance: mse = 2 NLL - ln(2 pi)",
    best_constant=mean_constant(),
    perfect=EXACT_HIT,
    same_as={
        "torch": "torch.nn.functional.mse_loss(p, y)",
        "optax": "optax.losses.squared_error(p, y)",
        "sklearn": "sklearn.metrics.mean_squared_error(y, p)",
        "torchmetrics": "torchmetrics.functional.mean_squared_error(p, y)",
        "utilsforecast": "utilsforecast.losses.mse(df, models=['p'])",
    },
    deviations=(
        keras_function("mean_squared_error", "mse"),
        booster("lightgbm", "l2", "mse"),
        keras_class("MeanSquaredError", "errors 1 and 2 with weights 1 and 3 give 6.5, here 3.25"),
    ),
    differs={"torch": "broadcasts (n, 1) against (n,) to (n, n) with only a warning; here that is an error"},
    accuracy=Accuracy(textbook_holds=True),
    source="Gauss (1809); Gneiting (2011), doi:10.1198/jasa.2011.r10138",
)
@quietly
def mse(target: Rows, prediction: Rows) -> Rows:
    """Square of the error; large errors dominate, and the best constant is the mean.

    Formula  (p - y)**2
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     the square of the target's unit
    Raises   DomainError: nan or infinity, named with its row
    Not      half_squared_error, which is mse / 2; rmse, which is the root of the mean

    >>> mse([1.0, 2.0], [2.0, 4.0]).tolist()
    [1.0, 4.0]
    """
    error = prediction - target
    return np.multiply(error, error, out=error)


@quietly
def _half_slope(target: Rows, prediction: Rows) -> Rows:
    return prediction - target


@loss(
    "half_squared_error",
    title="Half squared error",
    family="regression",
    aliases=("half_mse",),
    inputs=(TARGET, PREDICTION),
    formula="0.5 * (p - y) * (p - y)",
    gradient=_half_slope,
    gradient_formula="p - y",
    likelihood="Gaussian with unit variance; the constant ln(2 pi) / 2 is dropped",
    best_constant=mean_constant(0.5),
    perfect=EXACT_HIT,
    same_as={
        "optax": "optax.losses.l2_loss(p, y)",
        "statsmodels": "statsmodels.robust.norms.LeastSquares().rho(p - y)",
    },
    differs={
        "sklearn": "HalfSquaredError only trains: its metric mean_squared_error is twice as large",
        "lightgbm": "its metric l2 is mse, twice as large",
    },
    accuracy=Accuracy(textbook_holds=True),
    source="Bishop (2006), Pattern Recognition and Machine Learning, section 1.1",
)
@quietly
def half_squared_error(target: Rows, prediction: Rows) -> Rows:
    """Half the square of the error, so that the gradient is the error itself.

    Formula  (p - y)**2 / 2
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     the square of the target's unit
    Raises   DomainError: nan or infinity, named with its row
    Not      mse, which is twice as large; "L2 loss" names either, so it is no name here

    >>> half_squared_error([0.0, 2.0], [3.0, 4.0]).tolist()
    [4.5, 2.0]
    """
    error = prediction - target
    return (0.5 * error) * error


@loss(
    "rmse",
    title="Root mean squared error",
    family="regression",
    aliases=("root_mean_squared_error", "root_mean_square_error", "rmsd"),
    inputs=(TARGET, PREDICTION),
    params=[COLUMNS],
    formula="(p - y)**2",
    gradient=mse_slope,
    gradient_formula="2 * (p - y)",
    combine=root_of_squares,
    part="mse",
    best_constant=MomentsConstant(
        "the mean of the target",
        lambda mean, params: mean,
        lambda mean, variance, params: math.sqrt(variance),
        needs_variance=True,
        root=True,
    ),
    perfect=EXACT_HIT,
    same_as={
        "keras": "keras.metrics.RootMeanSquaredError()(y, p)",
        "torchmetrics": "torchmetrics.functional.mean_squared_error(p, y, squared=False)",
        "utilsforecast": "utilsforecast.losses.rmse(df, models=['p'])",
    },
    deviations=(
        Convention(
            "sklearn",
            "sklearn.metrics.root_mean_squared_error(y, p)",
            "the mean of the columns' roots: zeros against rows 1, 7 and 1, 1 give 3.0, here 3.6056",
            edge=True,
            params={"columns": "separate"},
        ),
        booster("xgboost", "rmse"),
        booster("lightgbm", "rmse"),
    ),
    contrast=([[0.0, 0.0], [0.0, 0.0]], [[1.0, 7.0], [1.0, 1.0]]),
    accuracy=Accuracy(textbook_holds=True),
    source="Gauss (1809); Hyndman and Koehler (2006), doi:10.1016/j.ijforecast.2006.03.001",
)
def rmse(target: Rows, prediction: Rows, *, columns: str) -> dict[str, Statistic]:
    """Root of the mean square of the error, in the target's own unit; it exists only for the whole set.

    Formula  per row (p - y)**2; then the root of their (weighted) mean
    Shapes   (n,) and (n,), or (n, k) and (n, k), give one number
    Unit     the target's unit
    Raises   DomainError: nan or infinity, named with its row
    Not      mse, whose root it is; the mean of |p - y|, which is mae; a mean of per-row or per-batch roots

    >>> rmse([0.0, 0.0], [3.0, 1.0]) == 5.0**0.5
    True
    >>> rmse([[0.0, 0.0], [0.0, 0.0]], [[1.0, 7.0], [1.0, 1.0]], columns="separate")
    3.0
    """
    return {"squares": square(_residual(target, prediction))}


@quietly
def _residual(target: Floats, prediction: Floats) -> Floats:
    return prediction - target


def _mae_slope(target: Rows, prediction: Rows) -> Rows:
    return np.asarray(np.sign(_residual(target, prediction)))


@loss(
    "mae",
    title="Mean absolute error",
    family="regression",
    aliases=("mean_absolute_error", "l1_loss", "absolute_error"),
    inputs=(TARGET, PREDICTION),
    formula="abs(p - y)",
    gradient=_mae_slope,
    gradient_formula="sign(p - y)",
    kinks=("p - y",),
    likelihood="Laplace with unit scale; the constant ln 2 is dropped",
    best_constant=QuantileConstant("the median of the target", lambda params: 0.5),
    perfect=EXACT_HIT,
    same_as={
        "torch": "torch.nn.functional.l1_loss(p, y)",
        "sklearn": "sklearn.metrics.mean_absolute_error(y, p)",
        "torchmetrics": "torchmetrics.functional.mean_absolute_error(p, y)",
        "utilsforecast": "utilsforecast.losses.mae(df, models=['p'])",
    },
    deviations=(
        keras_function("mean_absolute_error", "mae"),
        booster("xgboost", "mae"),
        booster("lightgbm", "l1", "mae"),
        keras_class("MeanAbsoluteError", "errors 1 and 2 with weights 1 and 3 give 3.5, here 1.75"),
    ),
    accuracy=Accuracy(textbook_holds=True),
    source="Laplace (1774); Gneiting (2011), doi:10.1198/jasa.2011.r10138",
)
@quietly
def mae(target: Rows, prediction: Rows) -> Rows:
    """Size of the error; every unit of error counts the same, and the best constant is the median.

    Formula  |p - y|
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     the target's unit
    Raises   DomainError: nan or infinity, named with its row
    Not      pinball with tau=0.5, which is mae / 2; rmse, which weighs large errors more

    >>> mae([1.0, 2.0], [4.0, 0.0]).tolist()
    [3.0, 2.0]
    """
    error = prediction - target
    return np.abs(error, out=error)
