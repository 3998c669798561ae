"""Forecast errors in units of what a naive forecast of the training series misses by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.domains import REALS, Interval
from losscli.errors import DomainError, RowsError
from losscli.losses.regression import EXACT_HIT, PREDICTION, TARGET, root_of_squares
from losscli.numerics.exact import ExactSum, Number, mean, root_mean
from losscli.numerics.stable import quietly
from losscli.params import Param, as_number
from losscli.registry import Accuracy, NoConstant, QuantileConstant, Statistic, Values, loss, series, square

SEASON = Param(
    "m",
    1.0,
    "the season of the naive forecast: each number is foretold by the one so many rows before",
    Interval(1.0),
    aliases=("seasonality", "season"),
    whole=True,
)
LEVEL = NoConstant("the mean of the target, if all rows share one training series; else a weighted mean")
SAME_SCALE = "the same scale as here; infinite or nan where the series never changes, which is an error here"


def _naive_errors(train: Floats, params: Values) -> Floats:
    """What the naive forecast misses by in the training series. Raises RowsError, DomainError."""
    season = int(as_number(params["m"]))
    if len(train) <= season:
        raise RowsError(
            f"train: {len(train)} numbers have no difference over m={season} rows",
            hint=f"give at least {season + 1} numbers, or a smaller m",
        )
    with np.errstate(over="ignore"):
        errors = train[season:] - train[:-season]
    if np.isinf(errors).any():
        raise DomainError("train: two numbers differ by more than the largest double")
    if not errors.any():
        raise DomainError(
            f"train: every number equals the one {season} rows before, so that no error has a scale",
            hint="mae and rmse need no training series",
        )
    return np.asarray(errors)


def mean_naive_error(train: Floats, params: Values) -> float:
    """The mean absolute error of the naive forecast, rounded once."""
    total = ExactSum()
    errors = np.abs(_naive_errors(train, params))
    total.add(errors)
    return mean(total, errors.size).value


def root_naive_error(train: Floats, params: Values) -> float:
    """The root of the mean square of its errors, rounded once."""
    squares = ExactSum()
    errors = _naive_errors(train, params)
    squares.add_squares(errors)
    return root_mean(squares, errors.size).value


HISTORY = "the training series, in order of time; the rows are scaled by its seasonal differences"
MEAN_SCALE = series("train", "s", REALS, HISTORY, prepare=mean_naive_error)
ROOT_SCALE = series("train", "s", REALS, HISTORY, prepare=root_naive_error)


def _beside(scale: Floats, block: Rows) -> Rows:
    """The scale of each row, shaped to divide its cells."""
    return scale if block.ndim == 1 else scale[:, None]


@quietly
def _scaled(target: Rows, prediction: Rows, scale: Floats) -> Rows:
    """(p - y) / s, also where the error alone overflows."""
    unit = _beside(scale, prediction)
    error = prediction - target
    result = error / unit
    far = np.isinf(error)
    if far.any():
        result = np.where(far, (0.5 * prediction - 0.5 * target) / unit * 2.0, result)
    return np.asarray(result)


@quietly
def _mase_slope(target: Rows, prediction: Rows, scale: Floats, *, m: float) -> Rows:
    return np.asarray(np.sign(prediction - target) / _beside(scale, prediction))


@loss(
    "mase",
    title="Mean absolute scaled error",
    family="forecast",
    aliases=("mean_absolute_scaled_error",),
    inputs=(TARGET, PREDICTION, MEAN_SCALE),
    params=[SEASON],
    formula="abs(p - y) / s",
    gradient=_mase_slope,
    gradient_formula="sign(p - y) / s",
    slope_of="prediction",
    kinks=("p - y",),
    best_constant=QuantileConstant("the median of the target", lambda params: 0.5),
    perfect=EXACT_HIT,
    same_as={
        "utilsforecast": "utilsforecast.losses.mase(df, models=['p'], seasonality=m, train_df=train)",
    },
    differs={
        "utilsforecast": SAME_SCALE,
        "neuralforecast": "MASE is the same number",
        "gluonts": "mase is the same number, of one series",
    },
    accuracy=Accuracy(textbook_holds=True),
    source="Hyndman and Koehler (2006), doi:10.1016/j.ijforecast.2006.03.001",
)
def mase(target: Rows, prediction: Rows, train: Floats, *, m: float) -> Rows:
    """Size of the error in units of the naive forecast's mean error; below 1 is better than naive.

    Formula  |p - y| / s, where s is the mean of |t[i] - t[i - m]| over the training series t
    Shapes   (n,), (n,) and a series (t,) give (n,); (n, k), (n, k) and (t,) give (n, k); the series does not
             pair by row: give it as train=SOURCE, with --group a series for each group
    Unit     none: 1 is the naive forecast's mean error in the training series
    Raises   RowsError: a series not longer than m.  DomainError: a series that never changes over m rows;
             nan or infinity, named with its row
    Not      rmsse, which squares; wape, which is scaled by the targets' own sizes

    >>> mase([7.0, 5.0], [8.0, 9.0], [1.0, 3.0, 2.0, 5.0]).tolist()
    [0.5, 2.0]
    """
    return np.abs(_scaled(target, prediction, train))


@quietly
def _msse_slope(target: Rows, prediction: Rows, scale: Floats, *, m: float) -> Rows:
    return np.asarray(2.0 * _scaled(target, prediction, scale) / _beside(scale, prediction))


@loss(
    "msse",
    title="Mean squared scaled error",
    family="forecast",
    aliases=("mean_squared_scaled_error",),
    inputs=(TARGET, PREDICTION, ROOT_SCALE),
    params=[SEASON],
    formula="((p - y) / s)**2",
    gradient=_msse_slope,
    gradient_formula="2 * (p - y) / s / s",
    slope_of="prediction",
    best_constant=LEVEL,
    perfect=EXACT_HIT,
    same_as={
        "utilsforecast": "utilsforecast.losses.msse(df, models=['p'], seasonality=m, train_df=train)",
    },
    differs={"utilsforecast": SAME_SCALE},
    accuracy=Accuracy(textbook_holds=True),
    source="Hyndman and Koehler (2006), doi:10.1016/j.ijforecast.2006.03.001",
)
@quietly
def msse(target: Rows, prediction: Rows, train: Floats, *, m: float) -> Rows:
    """Square of the error in units of the naive forecast's mean square; below 1 is better than naive.

    Formula  ((p - y) / s)**2, where s**2 is the mean of (t[i] - t[i - m])**2 over the training series t
    Shapes   (n,), (n,) and a series (t,) give (n,); (n, k), (n, k) and (t,) give (n, k); the series does not
             pair by row: give it as train=SOURCE, with --group a series for each group
    Unit     none: 1 is the naive forecast's mean square in the training series
    Raises   RowsError: a series not longer than m.  DomainError: a series that never changes over m rows;
             nan or infinity, named with its row
    Not      rmsse, which is the root of the mean; mase, which does not square

    >>> msse([7.0, 5.0], [8.0, 9.0], [1.0, 3.0, 5.0]).tolist()
    [0.25, 4.0]
    """
    scaled = _scaled(target, prediction, train)
    return scaled * scaled


def _root(sums: Mapping[str, Sequence[ExactSum]], weight: ExactSum | int, params: Values) -> Number:
    return root_of_squares(sums, weight, {"columns": "pooled"})


@loss(
    "rmsse",
    title="Root mean squared scaled error",
    family="forecast",
    aliases=("root_mean_squared_scaled_error",),
    inputs=(TARGET, PREDICTION, ROOT_SCALE),
    params=[SEASON],
    formula="((p - y) / s)**2",
    gradient=_msse_slope,
    gradient_formula="2 * (p - y) / s / s",
    slope_of="prediction",
    combine=_root,
    part="msse",
    best_constant=LEVEL,
    perfect=EXACT_HIT,
    same_as={
        "utilsforecast": "utilsforecast.losses.rmsse(df, models=['p'], seasonality=m, train_df=train)",
    },
    differs={"utilsforecast": f"a number for each series; {SAME_SCALE}"},
    accuracy=Accuracy(textbook_holds=True),
    source="Makridakis, Spiliotis and Assimakopoulos (2022), doi:10.1016/j.ijforecast.2021.11.013",
)
def rmsse(target: Rows, prediction: Rows, train: Floats, *, m: float) -> dict[str, Statistic]:
    """Root of the mean square of the scaled errors, the measure of the M5 competition; of the whole set only.

    Formula  per row ((p - y) / s)**2, where s**2 is the mean of (t[i] - t[i - m])**2 over the training
             series t; then the root of their (weighted) mean
    Shapes   (n,), (n,) and a series (t,), or (n, k), (n, k) and (t,), give one number; the series does not
             pair by row: give it as train=SOURCE, with --group a series for each group
    Unit     none: 1 is the naive forecast's root mean square in the training series
    Raises   RowsError: a series not longer than m.  DomainError: a series that never changes over m rows;
             nan or infinity, named with its row
    Not      msse, whose root it is; M5's score, which starts each series at its first sale and weights
             series by revenue

    >>> rmsse([7.0, 5.0], [8.0, 12.0], [1.0, 3.0, 5.0]) == 12.5**0.5 / 2**0.5
    True
    """
    return {"squares": square(_scaled(target, prediction, train))}
