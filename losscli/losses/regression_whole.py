"""Regression judged by one row of all: the one in the middle, or the worst."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.losses.regression import EXACT_HIT, PREDICTION, TARGET, per_column
from losscli.numerics.exact import Number
from losscli.numerics.ranks import quantile
from losscli.numerics.stable import quietly
from losscli.registry import Accuracy, NoConstant, Values, loss


@quietly
def _size(target: Rows, prediction: Rows) -> Rows:
    error = prediction - target
    return np.abs(error, out=error)


@quietly
def _slope(target: Rows, prediction: Rows) -> Rows:
    return np.asarray(np.sign(prediction - target))


def _median(blocks: Sequence[Rows], weights: Floats | None, params: Values) -> Number:
    return per_column(_size(*blocks), lambda sizes: quantile(sizes, 0.5, weights))


@loss(
    "median_ae",
    title="Median absolute error",
    family="regression",
    aliases=("median_absolute_error", "medae"),
    inputs=(TARGET, PREDICTION),
    formula="abs(p - y)",
    gradient=_slope,
    gradient_formula="sign(p - y)",
    kinks=("p - y",),
    gather=True,
    total=_median,
    part="mae",
    best_constant=NoConstant("the middle of the shortest interval that holds half of the targets"),
    perfect=EXACT_HIT,
    same_as={"sklearn": "sklearn.metrics.median_absolute_error(y, p)"},
    accuracy=Accuracy(textbook_holds=True),
    source="Hampel (1974), doi:10.1080/01621459.1974.10482962; Rousseeuw (1984)",
)
def median_ae(target: Rows, prediction: Rows) -> Rows:
    """Size of the error in the middle row: half of the rows have a smaller one; outliers do not show.

    Formula  per row |p - y|; then their median, with weights the weighted one; of several columns the mean
             of their medians
    Shapes   (n,) and (n,), or (n, k) and (n, k), give one number
    Unit     the target's unit
    Raises   DomainError: nan or infinity, named with its row
    Not      mae, the mean of the sizes; the median absolute deviation, which is about one median, not about
             predictions

    >>> median_ae([1.0, 2.0, 3.0, 4.0], [2.0, 4.0, 3.5, 99.0])
    1.5
    """
    return _size(target, prediction)


def _largest(blocks: Sequence[Rows], weights: Floats | None, params: Values) -> Number:
    kept = [block if weights is None else block[weights > 0.0] for block in blocks]
    return per_column(_size(*kept), lambda sizes: Number.of(float(sizes.max())))


@loss(
    "max_error",
    title="Maximum error",
    family="regression",
    aliases=("maximum_error", "max_residual_error", "chebyshev"),
    inputs=(TARGET, PREDICTION),
    formula="abs(p - y)",
    gradient=_slope,
    gradient_formula="sign(p - y)",
    kinks=("p - y",),
    gather=True,
    total=_largest,
    part="mae",
    best_constant=NoConstant("the middle between the smallest and the largest target"),
    perfect=EXACT_HIT,
    same_as={"sklearn": "sklearn.metrics.max_error(y, p)"},
    differs={"sklearn": "refuses several columns and takes no weights"},
    accuracy=Accuracy(textbook_holds=True),
    source="Chebyshev (1854), Théorie des mécanismes connus sous le nom de parallélogrammes",
)
def max_error(target: Rows, prediction: Rows) -> Rows:
    """Size of the largest error; one row decides.

    Formula  per row |p - y|; then the largest; of several columns the mean of their largest
    Shapes   (n,) and (n,), or (n, k) and (n, k), give one number
    Unit     the target's unit
    Raises   DomainError: nan or infinity, named with its row
    Not      mae, the mean of the sizes; p95 of mae, which leaves the worst rows out

    >>> max_error([1.0, 2.0, 3.0], [2.0, 2.0, -1.0])
    4.0
    """
    return _size(target, prediction)
