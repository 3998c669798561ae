"""Segmentation: a mask of 0 and 1 against a mask of probabilities, a row for each mask and a column for each
position."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.domains import BINARY, NOT_NEGATIVE, PROBABILITY, UNIT
from losscli.numerics.exact import ExactSum, Number, nearest
from losscli.numerics.stable import quietly, sum_columns
from losscli.params import Param, as_number
from losscli.registry import (
    Convention,
    NoConstant,
    Perfect,
    Statistic,
    Values,
    loss,
    plain,
    vectors,
)

MASK = vectors(
    "target",
    "y",
    BINARY,
    "the mask, 0 or 1 at each position",
    hint="0 and 255? divide by 255; soft labels? a threshold makes a mask of them; swapped files? the target "
    "comes first",
)
CHANCES = vectors(
    "prediction",
    "p",
    PROBABILITY,
    "the predicted probability at each position",
    hint="logits? take 1 / (1 + exp(-z)); swapped files? the target comes first",
)
SMOOTH = Param(
    "smooth", 0.0, "added to numerator and denominator, which pulls the loss towards 0", NOT_NEGATIVE
)
SLACK = Param(
    "eps",
    0.0,
    "added to the denominator alone, which pulls the loss towards 1",
    NOT_NEGATIVE,
    aliases=("epsilon",),
)
EMPTY = Param("empty", 0.0, "the loss of two masks that are both all 0, where the formula is 0 / 0", UNIT)
NO_CONSTANT = NoConstant(
    "of one number for all positions 1, if any mask is not empty; of one a position no closed form"
)
BACKEND_EPSILON = 1e-7
"""What Keras adds to denominators."""
MONAI_SMOOTH = 1e-5

Statistics = dict[str, Statistic]


def mask_itself(function: Callable[..., Rows]) -> Perfect:
    """The mask itself, and the loss that the function gives it."""
    return Perfect(
        "the mask itself",
        lambda target, params: target.copy(),
        lambda target, params: function(target, target, **params),
    )


def over_all(sums: Mapping[str, Sequence[ExactSum]], weight: ExactSum | int, params: Values) -> Number:
    """What is wrong over the whole, both added up over all masks first."""
    slack, smooth = Fraction(as_number(params["eps"])), Fraction(as_number(params["smooth"]))
    wrong = sums["wrong"][0].as_fraction() + slack
    whole = sums["whole"][0].as_fraction() + slack + smooth
    return nearest(wrong / whole) if whole else Number.of(as_number(params["empty"]))


# --- Dice ---------------------------------------------------------------------------------------------------


def _dice_parts(target: Rows, prediction: Rows, squared: str) -> tuple[Floats, Floats]:
    """(n,) twice: what is wrong, and the whole."""
    error, predicted = np.abs(prediction - target), prediction
    if squared == "yes":
        error, predicted = error * error, prediction * prediction
    # ones are counted: their sum is whole, in whatever order
    return sum_columns(error), np.count_nonzero(target, axis=1) + sum_columns(predicted)


def _dice_statistics(
    target: Rows, prediction: Rows, *, squared: str, smooth: float, eps: float, empty: float
) -> Statistics:
    wrong, whole = _dice_parts(target, prediction, squared)
    return {"wrong": plain(wrong), "whole": plain(whole)}


@quietly
def _dice(target: Rows, prediction: Rows, *, squared: str, smooth: float, eps: float, empty: float) -> Floats:
    wrong, whole = _dice_parts(target, prediction, squared)
    result = (wrong + eps) / (whole + (smooth + eps))
    nothing = (whole == 0.0) & (smooth + eps == 0.0)
    if nothing.any():  # squares of tiny probabilities vanish: all that was predicted is wrong
        result = np.where(nothing, np.where((prediction > 0.0).any(axis=1), 1.0, empty), result)
    return np.asarray(result)


@quietly
def _dice_slope(
    target: Rows, prediction: Rows, *, squared: str, smooth: float, eps: float, empty: float
) -> Rows:
    _, size = _dice_parts(target, prediction, squared)
    whole = (size + (smooth + eps))[:, None]
    share = (2.0 * sum_columns(target * prediction) + smooth)[:, None] / whole
    slope = (share - 2.0 * target) if squared == "no" else 2.0 * (share * prediction - target)
    return np.where(whole == 0.0, 0.0, slope / whole)


@loss(
    "dice",
    title="Soft Dice loss",
    family="segmentation",
    aliases=("dice_loss", "soft_dice", "sorensen_dice", "f1_loss"),
    inputs=(MASK, CHANCES),
    params=[
        Param(
            "squared",
            "no",
            "yes squares both masks in the denominator, as V-Net does",
            choices=("no", "yes"),
            aliases=("squared_pred",),
        ),
        SMOOTH,
        SLACK,
        EMPTY,
    ],
    formula="d = (sum(y**2) + sum(p**2) if squared == 'yes' else sum(y) + sum(p)) + smooth + eps; "
    "1 - (2 * sum(y * p) + smooth) / d if d > 0 else empty",
    gradient=_dice_slope,
    gradient_formula="d = (sum(y**2) + sum(p**2) if squared == 'yes' else sum(y) + sum(p)) + smooth + eps; "
    "t = (2 * sum(y * p) + smooth) / d; "
    "2 * (t * p - y) / d if squared == 'yes' else (t - 2 * y) / d",
    downward=True,
    best_constant=NO_CONSTANT,
    perfect=mask_itself(_dice),
    deviations=(
        Convention(
            "keras",
            "keras.losses.dice(y, p)",
            "pools all masks into one number (axis=None) and adds 1e-7 to the denominator: two empty masks "
            "give 1, here 0",
            names=("Dice",),
            params={"eps": BACKEND_EPSILON},
            statistics=_dice_statistics,
            combine=over_all,
            single=True,
        ),
        Convention(
            "optax",
            "optax.losses.binary_dice_loss(log(p / (1 - p)), y)",
            "takes logits, and its smooth=1 is smooth=2 here",
            params={"smooth": 2.0},
        ),
        Convention(
            "monai",
            "monai.losses.DiceLoss()(p[:, None], y[:, None])",
            "adds 1e-5 to numerator and denominator; with batch=True, or without the axis of channels, it "
            "pools all masks",
            params={"smooth": MONAI_SMOOTH},
        ),
    ),
    differs={
        "torchmetrics": "dice_score is a score of class masks: it rounds probabilities to classes first",
        "smp": "DiceLoss pools the batch, and gives 0 for a class whose mask is empty",
    },
    contrast=(
        [[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]],
        [[0.9, 0.2, 0.6, 0.1], [0.0, 0.0, 0.0, 0.0], [0.1, 0.2, 0.0, 0.0]],
    ),
    source="Milletari et al. (2016), arXiv 1606.04797; Dice (1945), doi:10.2307/1932409",
)
def dice(target: Rows, prediction: Rows, *, squared: str, smooth: float, eps: float, empty: float) -> Floats:
    """One less twice the overlap of two masks over the sum of their sizes: 0 for equal, 1 for disjoint masks.

    Formula  1 - (2 sum of y p + smooth) / (sum of y + sum of p + smooth + eps); `empty` where that is 0 / 0
    Shapes   (n, S) and (n, S) give (n,), a row for each mask; files of one column are one mask each
    Unit     none: between 0 and 1
    Raises   DomainError: a target that is not 0 or 1, a probability outside [0, 1], named with its row
    Not      jaccard, which is larger; the Dice score, which is 1 - this; one number of all masks pooled

    >>> dice([[1.0, 1.0, 0.0, 0.0]], [[0.9, 0.2, 0.6, 0.1]]).round(4).tolist()
    [0.4211]
    >>> dice([[1.0, 1.0], [0.0, 0.0]], [[1.0, 0.0], [0.0, 0.0]]).round(4).tolist()
    [0.3333, 0.0]
    """
    return _dice(target, prediction, squared=squared, smooth=smooth, eps=eps, empty=empty)
