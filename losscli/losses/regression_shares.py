"""Regression on a scale that both numbers, or all targets together, give: symmetric and weighted shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.domains import POSITIVE
from losscli.losses.regression import EXACT_HIT, PREDICTION, TARGET
from losscli.numerics.exact import ExactSum, Number, nearest, ratio
from losscli.numerics.stable import quietly
from losscli.params import Param
from losscli.registry import (
    Accuracy,
    Convention,
    NoConstant,
    QuantileConstant,
    Statistic,
    Values,
    loss,
    plain,
)

TORCHMETRICS_LEAST = 1.17e-6
"""What torchmetrics divides by at least."""


@quietly
def _share(target: Rows, prediction: Rows) -> Rows:
    """|p - y| / (|y| + |p|), 0 where both are 0; from halves where the sum overflows."""
    size = np.abs(target) + np.abs(prediction)
    share = np.where(size > 0.0, np.abs(prediction - target) / size, 0.0)
    far = np.isinf(size)
    if far.any():
        half, other = 0.5 * target, 0.5 * prediction
        share = np.where(far, np.abs(other - half) / (np.abs(half) + np.abs(other)), share)
    return share


@quietly
def _smape_slope(target: Rows, prediction: Rows, *, scale: float) -> Rows:
    """Numbers of one sign: 2 |y| / (|y| + |p|)**2; of two signs the share is 1 whatever p is."""
    size = np.abs(target) + np.abs(prediction)
    part = np.where(np.sign(prediction) == 0.0, 1.0, 2.0 * (np.abs(target) / size))
    apart = np.sign(target) * np.sign(prediction) < 0.0
    slope = scale * np.sign(prediction - target) * part / size
    return np.where(apart | (prediction == target), 0.0, slope)


@quietly
def _torchmetrics_smape(target: Rows, prediction: Rows, *, scale: float) -> Rows:
    size = np.maximum(np.abs(target) + np.abs(prediction), TORCHMETRICS_LEAST)
    return np.asarray(scale * (np.abs(prediction - target) / size))


@loss(
    "smape",
    title="Symmetric mean absolute percentage error",
    family="regression",
    aliases=("symmetric_mape",),
    inputs=(TARGET, PREDICTION),
    params=[
        Param(
            "scale",
            1.0,
            "the loss of the worst error: 1, 2, 100 or 200 in the literature",
            POSITIVE,
            aliases=("s",),
        )
    ],
    formula="0 if p == y else scale * (abs(p - y) / (abs(y) + abs(p)))",
    gradient=_smape_slope,
    gradient_formula="0 if p == y else scale * (sign(p - y) / (abs(y) + abs(p)) "
    "- abs(p - y) * sign(p) / (abs(y) + abs(p))**2)",
    kinks=("p - y", "p"),
    best_constant=NoConstant("no closed form: one of the targets, found by trying each"),
    perfect=EXACT_HIT,
    same_as={"utilsforecast": "utilsforecast.losses.smape(df, models=['p'])"},
    deviations=(
        Convention(
            "torchmetrics",
            "torchmetrics.functional.symmetric_mean_absolute_percentage_error(p, y)",
            "twice as large, between 0 and 2, and divides by at least 1.17e-6: y=[2, 4, 0], p=[1, 5, 0] give "
            "0.2963, here 0.1481",
            params={"scale": 2.0},
            rows=_torchmetrics_smape,
        ),
    ),
    differs={
        "neuralforecast": "SMAPE is twice as large: scale=2",
        "gluonts": "smape is twice as large (scale=2), and nan where target and prediction are 0",
        "catboost": "SMAPE is in percent and twice as large: scale=200",
    },
    contrast=([2.0, 4.0, 0.0], [1.0, 5.0, 0.0]),
    accuracy=Accuracy(textbook_holds=True),
    source="Makridakis (1993), doi:10.1016/0169-2070(93)90079-3; Hyndman and Koehler (2006)",
)
def smape(target: Rows, prediction: Rows, *, scale: float) -> Rows:
    """Error as a share of both numbers together; 1 at worst, and 0 where both are 0.

    Formula  scale * |p - y| / (|y| + |p|), and 0 where both are 0
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     none: a share between 0 and scale
    Raises   ParamError: scale not above 0.  DomainError: nan or infinity, named with its row
    Not      mape, which divides by the target alone; torchmetrics's, which is scale=2

    >>> smape([2.0, 4.0, 0.0], [1.0, 12.0, 0.0], scale=3.0).tolist()
    [1.0, 1.5, 0.0]
    """
    return np.asarray(scale * _share(target, prediction))


@quietly
def _size_of_error(target: Floats, prediction: Floats) -> Floats:
    return np.abs(prediction - target)


@quietly
def _wape_slope(target: Rows, prediction: Rows) -> Rows:
    return np.asarray(np.sign(prediction - target))


def _pooled(sums: Mapping[str, Sequence[ExactSum]], name: str) -> ExactSum:
    """The sum over all columns."""
    total = ExactSum()
    for column in sums[name]:
        total.merge(column)
    return total


def _errors_over_sizes(
    sums: Mapping[str, Sequence[ExactSum]], weight: ExactSum | int, params: Values
) -> Number:
    return ratio(_pooled(sums, "errors"), _pooled(sums, "sizes"))


def _over_at_least(sums: Mapping[str, Sequence[ExactSum]], weight: ExactSum | int, params: Values) -> Number:
    """As torchmetrics: the sum of the targets' sizes counts as no less than 1.17e-6."""
    errors, sizes = _pooled(sums, "errors"), _pooled(sums, "sizes")
    least = Fraction(TORCHMETRICS_LEAST)
    if not errors.finite or sizes.as_fraction() >= least:
        return ratio(errors, sizes)
    return nearest(errors.as_fraction() / least)


@loss(
    "wape",
    title="Weighted absolute percentage error",
    family="regression",
    aliases=("wmape", "weighted_mean_absolute_percentage_error", "normalised_deviation"),
    inputs=(TARGET, PREDICTION),
    formula="abs(p - y)",
    gradient=_wape_slope,
    gradient_formula="sign(p - y)",
    kinks=("p - y",),
    combine=_errors_over_sizes,
    part="mae",
    best_constant=QuantileConstant("the median of the target", lambda params: 0.5),
    perfect=EXACT_HIT,
    deviations=(
        Convention("utilsforecast", "utilsforecast.losses.nd(df, models=['p'])", names=("wape",)),
        Convention(
            "torchmetrics",
            "torchmetrics.functional.weighted_mean_absolute_percentage_error(p, y)",
            "divides by at least 1.17e-6: targets of 0 with errors of 1 and 2 give 2564103, here infinity",
            edge=True,
            combine=_over_at_least,
        ),
    ),
    differs={
        "utilsforecast": "nan where all targets are 0",
        "gluonts": "nd is the same number",
    },
    contrast=([0.0, 1e-7], [1.0, 2.0]),
    accuracy=Accuracy(textbook_holds=True),
    source="Kolassa and Schuetz (2007), Advantages of the MAD/Mean ratio over the MAPE, Foresight 6",
)
def wape(target: Rows, prediction: Rows) -> dict[str, Statistic]:
    """Sum of the errors as a share of the sum of the targets; it exists only for the whole set.

    Formula  per row |p - y|; their (weighted) sum is divided by that of |y|, over all columns together
    Shapes   (n,) and (n,), or (n, k) and (n, k), give one number
    Unit     none: a share, 1 is 100 percent; infinite where every target is 0
    Raises   DomainError: nan or infinity, named with its row
    Not      mape, the mean of the rows' own shares; mae, which is not divided

    >>> wape([2.0, 0.0, 6.0], [1.0, 1.0, 8.0])
    0.5
    """
    return {"errors": plain(_size_of_error(target, prediction)), "sizes": plain(np.abs(target))}
