"""Margin losses as other libraries compute them: labels that they do not map, scores that they change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from losscli.arrays import Floats, Mask, Rows
from losscli.domains import REALS, Labels
from losscli.losses.binary_elsewhere import mean_of_columns, no_row, outside_unit, rows_or_squashed
from losscli.numerics.exact import ExactSum, Number
from losscli.numerics.stable import quietly, sigmoid
from losscli.registry import Convention, Statistic, Values, cells, plain, square

AS_IT_IS = cells(
    "target",
    "y",
    Labels((-1.0, 0.0, 1.0)),
    "the label as it is, which no one maps: -1 or +1, and 0 where that is no class",
)
SCORE_THERE = cells("prediction", "f", REALS, "the real score, positive for class +1")
LARGEST_EXPONENT = float(np.log(np.finfo(np.float64).max))


def is_zero(target: Rows, *others: Rows, **params: object) -> Mask:
    """The rows with a label of 0, which belongs to neither class."""
    mask = target == 0.0
    return np.asarray(mask.any(axis=1) if mask.ndim == 2 else mask)


def short_of(target: Rows, prediction: Rows, margin: float) -> Floats:
    """How far scores fall short of the margin on the label's side."""
    return np.maximum(0.0, margin - target * prediction)


@quietly
def _hinge(target: Rows, prediction: Rows, *, margin: float) -> Floats:
    return short_of(target, prediction, margin)


@quietly
def _perceptron(target: Rows, prediction: Rows) -> Floats:
    return np.maximum(0.0, -target * prediction)


@quietly
def _literal_soft_margin(target: Rows, prediction: Rows) -> Floats:
    return np.log1p(np.exp(-target * prediction))


def _soft_margin_touches(target: Rows, prediction: Rows) -> Mask:
    mask = (target == 0.0) | (target * prediction < -LARGEST_EXPONENT)
    return np.asarray(mask.any(axis=1) if mask.ndim == 2 else mask)


@quietly
def _labels_seen(target: Rows, prediction: Rows, *, margin: float) -> dict[str, Statistic]:
    return {
        "rows": plain(short_of(target, prediction, margin)),
        "as negative": plain(np.maximum(0.0, margin + prediction)),
        "positives": plain((target > 0.0).astype(np.float64)),
        "negatives": plain((target < 0.0).astype(np.float64)),
    }


def _all_negative_if_one_class(
    sums: Mapping[str, Sequence[ExactSum]], weight: ExactSum | int, params: Values
) -> Number:
    """scikit-learn calls the only class that occurs in a column the negative one."""
    chosen = [
        rows if ups.units and downs.units else flipped
        for rows, flipped, ups, downs in zip(
            sums["rows"], sums["as negative"], sums["positives"], sums["negatives"], strict=True
        )
    ]
    return mean_of_columns(chosen, weight)


@quietly
def _squashed_hinge(target: Rows, prediction: Rows, *, margin: float) -> dict[str, Statistic]:
    return {
        "rows": plain(short_of(target, prediction, margin)),
        "squashed": plain(short_of(target, sigmoid(prediction), margin)),
        "outside": plain(outside_unit(prediction)),
    }


@quietly
def _squashed_squares(target: Rows, prediction: Rows, *, margin: float) -> dict[str, Statistic]:
    return {
        "rows": square(short_of(target, prediction, margin)),
        "squashed": square(short_of(target, sigmoid(prediction), margin)),
        "outside": plain(outside_unit(prediction)),
    }


def _keras_class(name: str) -> Convention:
    return Convention(
        "keras",
        f"keras.losses.{name}()(y, f)",
        "with weights it divides by the number of rows",
        edge=True,
        touches=no_row,
        by_rows=True,
        single=True,
    )


HINGE_ELSEWHERE = (
    _keras_class("Hinge"),
    Convention(
        "optax",
        "optax.losses.hinge_loss(f, y)",
        "does not map labels 0/1: a label 0 always gives 1",
        rows=_hinge,
        touches=is_zero,
        inputs=(AS_IT_IS, SCORE_THERE),
    ),
    Convention(
        "sklearn",
        "sklearn.metrics.hinge_loss(y, f)",
        "takes a file with one class for all negative: y=[1, 1], f=[2, 2] gives 3.0, here 0",
        edge=True,
        statistics=_labels_seen,
        combine=_all_negative_if_one_class,
    ),
    Convention(
        "torchmetrics",
        "torchmetrics.functional.classification.binary_hinge_loss(f, y)",
        "takes a sigmoid of all scores when one is outside [0, 1], so that a row changes the others: "
        "y=[1, 1], f=[2, 2] gives 0.1192, here 0; takes labels 0/1 only",
        statistics=_squashed_hinge,
        combine=rows_or_squashed,
    ),
)
"""Who computes the hinge loss in another way."""

SQUARED_HINGE_ELSEWHERE = (
    _keras_class("SquaredHinge"),
    Convention(
        "torchmetrics",
        "torchmetrics.functional.classification.binary_hinge_loss(f, y, squared=True)",
        "takes a sigmoid of all scores when one is outside [0, 1], so that a row changes the others: "
        "y=[1, 1], f=[2, 2] gives 0.0142, here 0; takes labels 0/1 only",
        statistics=_squashed_squares,
        combine=rows_or_squashed,
    ),
)
"""Who computes the squared hinge loss in another way."""

SOFT_MARGIN_ELSEWHERE = (
    Convention(
        "torch",
        "torch.nn.functional.soft_margin_loss(f, y)",
        "takes exp literally: infinite at y f = -1000, here 1000; does not map labels 0/1: a label 0 always "
        "gives ln 2",
        edge=True,
        names=("SoftMarginLoss",),
        rows=_literal_soft_margin,
        touches=_soft_margin_touches,
        inputs=(AS_IT_IS, SCORE_THERE),
    ),
)
"""Who computes the logistic loss in another way."""

PERCEPTRON_ELSEWHERE = (
    Convention(
        "optax",
        "optax.losses.perceptron_loss(f, y)",
        "does not map labels 0/1: a label 0 always gives 0",
        rows=_perceptron,
        touches=is_zero,
        inputs=(AS_IT_IS, SCORE_THERE),
    ),
)
"""Who computes the perceptron loss in another way."""
