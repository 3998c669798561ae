"""Segmentation into several classes at once: a row is a matrix, with a mask for each class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from losscli.arrays import AnyArray, Floats, Rows
from losscli.domains import BINARY, PROBABILITY
from losscli.losses.segmentation import EMPTY, MONAI_SMOOTH, SMOOTH, mask_itself
from losscli.numerics.exact import ExactSum, Number, exact_mean, mean
from losscli.numerics.stable import quietly, sum_columns
from losscli.params import Param
from losscli.registry import Convention, NoConstant, Statistic, Values, loss, plain, tensors

MASKS = tensors(
    "target",
    "y",
    BINARY,
    "a mask of 0 and 1 for each class",
    hint="0 and 255? divide by 255; class indices? one mask a class; swapped files? the target comes first",
).along("c", "s")
CHANCES = tensors(
    "prediction",
    "p",
    PROBABILITY,
    "for each class the predicted probability at each position",
    hint="logits? take their softmax over the classes; swapped files? the target comes first",
).along("c", "s")
OPTAX_EPSILON = 1e-7
WEIGHTING = Param(
    "w_type",
    "square",
    "a class counts one over the square of its mask's size, one over the size, or 1",
    choices=("square", "simple", "uniform"),
    aliases=("weight_type",),
)


@quietly
def _class_weights(sizes: AnyArray, w_type: str) -> AnyArray:
    """(n, C): what each class counts; one whose mask is empty as much as the largest of the others."""
    if w_type == "uniform":
        return np.ones_like(sizes)
    powers = sizes if w_type == "simple" else sizes * sizes
    weights = np.where(sizes > 0, np.reciprocal(powers), sizes.dtype.type(0))
    return np.where(sizes > 0, weights, weights.max(axis=1, keepdims=True))


def _by_class(block: Rows) -> Floats:
    """(n, C): the sum of each mask."""
    rows, classes, positions = block.shape
    return sum_columns(block.reshape(rows * classes, positions)).reshape(rows, classes)


def _sizes(target: Rows) -> Floats:
    """(n, C): how many positions each mask has: whole numbers, so that no order of adding shows."""
    return np.asarray(np.count_nonzero(target, axis=2), dtype=np.float64)


@quietly
def _weighted_dice(target: Rows, prediction: Rows, weights: Floats, smooth: float, empty: float) -> Floats:
    wrong = sum_columns(weights * _by_class(np.abs(prediction - target)))
    whole = sum_columns(weights * (_sizes(target) + _by_class(prediction))) + smooth
    return np.where(whole == 0.0, empty, wrong / whole)


def _generalized_dice(target: Rows, prediction: Rows, *, w_type: str, smooth: float, empty: float) -> Floats:
    return _weighted_dice(target, prediction, _class_weights(_sizes(target), w_type), smooth, empty)


def _of_single_weights(target: Rows, prediction: Rows, *, w_type: str, smooth: float, empty: float) -> Floats:
    """MONAI's weights are of single precision, whatever the masks are."""
    weights = _class_weights(_sizes(target).astype(np.float32), w_type).astype(np.float64)
    return _weighted_dice(target, prediction, weights, smooth, empty)


@quietly
def _generalized_dice_slope(
    target: Rows, prediction: Rows, *, w_type: str, smooth: float, empty: float
) -> Rows:
    sizes = _sizes(target)
    weights = _class_weights(sizes, w_type)
    whole = sum_columns(weights * (sizes + _by_class(prediction))) + smooth
    share = (2.0 * sum_columns(weights * _by_class(target * prediction)) + smooth) / whole
    slope = weights[:, :, None] * (share[:, None, None] - 2.0 * target) / whole[:, None, None]
    return np.where((whole == 0.0)[:, None, None], 0.0, slope)


# --- optax: the mean of the classes' Dice losses, weighted by the whole batch ------------------------------


@quietly
def _class_losses(target: Rows, prediction: Rows, smooth: float) -> Floats:
    """(n, C): the Dice loss of each mask."""
    wrong = _by_class(np.abs(prediction - target))
    return np.asarray(wrong / (_sizes(target) + _by_class(prediction) + 2.0 * smooth))


def _batch_weights(sizes: Floats) -> Floats:
    """(n, C): one over the square of each class's size, scaled to a mean of 1."""
    weights = 1.0 / (sizes * sizes + OPTAX_EPSILON)
    return np.asarray(weights / (sum_columns(weights) / weights.shape[1])[:, None])


def _weighted_by_row(target: Rows, prediction: Rows, *, w_type: str, smooth: float, empty: float) -> Floats:
    losses = _class_losses(target, prediction, smooth)
    total = sum_columns(losses * _batch_weights(_sizes(target)))
    return np.asarray(total / losses.shape[1])


def _batch_statistics(
    target: Rows, prediction: Rows, *, w_type: str, smooth: float, empty: float
) -> dict[str, Statistic]:
    return {
        "losses": plain(_class_losses(target, prediction, smooth)),
        "sizes": plain(_sizes(target)),
    }


def _weighted_by_batch(
    sums: Mapping[str, Sequence[ExactSum]], weight: ExactSum | int, params: Values
) -> Number:
    sizes = np.array([[size.value() for size in sums["sizes"]]])
    means = np.array([mean(losses, weight).value for losses in sums["losses"]])
    return exact_mean(_batch_weights(sizes)[0] * means)


WEIGHTED_SUMS = (
    "n = [sum(mask) for mask in y]; "
    "r = [1 if w_type == 'uniform' else 0 if k == 0 else 1 / k if w_type == 'simple' else 1 / k**2 "
    "for k in n]; "
    "w = [r[c] if n[c] > 0 else max(r) for c in range(len(n))]; "
    "d = sum(w * (n + [sum(mask) for mask in p])) + smooth; "
    "t = 2 * sum(w * [sum(mask) for mask in y * p]) + smooth; "
)


@loss(
    "generalized_dice",
    title="Generalized Dice loss",
    family="segmentation",
    aliases=("generalised_dice", "generalized_dice_loss", "gdl"),
    inputs=(MASKS, CHANCES),
    params=[WEIGHTING, SMOOTH, EMPTY],
    formula=f"{WEIGHTED_SUMS}1 - t / d if d > 0 else empty",
    gradient=_generalized_dice_slope,
    gradient_formula=f"{WEIGHTED_SUMS}[w[c] * (t / d - 2 * y[c]) / d for c in range(len(w))]",
    best_constant=NoConstant("no closed form: weights differ from row to row"),
    perfect=mask_itself(_generalized_dice),
    deviations=(
        Convention(
            "monai",
            "monai.losses.GeneralizedDiceLoss(w_type=w_type)(p, y)",
            "adds 1e-5 to numerator and denominator; weights of single precision",
            params={"smooth": MONAI_SMOOTH},
            rows=_of_single_weights,
        ),
        Convention(
            "optax",
            "optax.losses.multiclass_generalized_dice_loss(p, y, apply_softmax=False)",
            "another formula: the mean of the classes' Dice losses with smooth=1, times 1 / (Y_c**2 + 1e-7) "
            "of the whole batch, scaled to a mean of 1; its last axis is that of classes",
            params={"smooth": 1.0},
            rows=_weighted_by_row,
            statistics=_batch_statistics,
            combine=_weighted_by_batch,
        ),
    ),
    differs={
        "torchmetrics": "generalized_dice_score rounds probabilities to classes first; an absent class takes "
        "its weight from other rows",
    },
    contrast=([[[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]], [[[0.75, 0.5, 0.25], [0.25, 0.5, 0.75]]]),
    source="Sudre et al. (2017), arXiv 1707.03237; Crum et al. (2006), doi:10.1109/TMI.2006.880587",
)
def generalized_dice(target: Rows, prediction: Rows, *, w_type: str, smooth: float, empty: float) -> Floats:
    """Dice loss of all classes together, in which a small class counts as much as a large one.

    Formula  1 - (2 sum over c of w_c TP_c + smooth) / (sum over c of w_c (Y_c + P_c) + smooth), with
             w_c = 1 / Y_c**2, TP_c the sum of y p, Y_c and P_c those of y and of p; a class that is absent
             takes the largest weight of the others; `empty` where that is 0 / 0
    Shapes   (n, C, S) and (n, C, S) give (n,), for each row C masks of S positions
    Unit     none: between 0 and 1
    Raises   DomainError: a target that is not 0 or 1, a probability outside [0, 1], named with its row
    Not      dice, of one mask, whose mean over classes is another number; optax's, another formula

    >>> y, p = [[[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]], [[[0.75, 0.5, 0.25], [0.25, 0.5, 0.75]]]
    >>> generalized_dice(y, p).round(4).tolist()
    [0.3704]
    """
    return _generalized_dice(target, prediction, w_type=w_type, smooth=smooth, empty=empty)
