"""Segmentation losses that weigh false positives and false negatives: Tversky, Jaccard, focal Tversky."""

from __future__ import annotations

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.domains import NOT_NEGATIVE, POSITIVE
from losscli.losses.segmentation import (
    BACKEND_EPSILON,
    CHANCES,
    EMPTY,
    MASK,
    MONAI_SMOOTH,
    NO_CONSTANT,
    SLACK,
    SMOOTH,
    Statistics,
    mask_itself,
    over_all,
)
from losscli.numerics.overlap import Weights, overlap, share_to_power, wrong_share
from losscli.numerics.stable import quietly, sum_columns
from losscli.params import Param
from losscli.registry import Accuracy, Convention, loss, plain

ALPHA = Param("alpha", 0.5, "what a unit of false positives counts", NOT_NEGATIVE)
BETA = Param("beta", 0.5, "what a unit of false negatives counts", NOT_NEGATIVE)


def _share(target: Rows, prediction: Rows, weights: Weights, empty: float) -> Floats:
    nearest, lost = wrong_share(overlap(target, prediction), weights, empty)
    return nearest + lost


@quietly
def _share_slope(target: Rows, prediction: Rows, weights: Weights) -> Rows:
    """The derivative of 1 - (TP + smooth) / (TP + alpha FP + beta FN + smooth + eps)."""
    hit = sum_columns(target * prediction)
    wrong = weights.extra * sum_columns((1.0 - target) * prediction)
    wrong += weights.missed * sum_columns(target * (1.0 - prediction))
    whole = (hit + wrong + (weights.smooth + weights.slack))[:, None]
    right = (hit + weights.smooth)[:, None] / whole
    growth = np.where(target == 1.0, 1.0 - weights.missed, weights.extra)
    return np.where(whole == 0.0, 0.0, (right * growth - target) / whole)


# --- Tversky ------------------------------------------------------------------------------------------------


def _tversky_weights(params: dict[str, float]) -> Weights:
    return Weights(params["alpha"], params["beta"], params["smooth"], params["eps"])


def _tversky(target: Rows, prediction: Rows, **params: float) -> Floats:
    return _share(target, prediction, _tversky_weights(params), params["empty"])


def _tversky_slope(target: Rows, prediction: Rows, **params: float) -> Rows:
    return _share_slope(target, prediction, _tversky_weights(params))


def _swapped(params: dict[str, float]) -> dict[str, float]:
    """Keras's alpha weighs false negatives and its beta false positives."""
    return {**params, "alpha": params["beta"], "beta": params["alpha"]}


def _keras_tversky(target: Rows, prediction: Rows, **params: float) -> Floats:
    return _tversky(target, prediction, **_swapped(params))


def _keras_tversky_statistics(target: Rows, prediction: Rows, **params: float) -> Statistics:
    found = overlap(target, prediction)
    wrong = params["beta"] * found.extra[0] + params["alpha"] * found.missed[0]
    return {"wrong": plain(wrong), "whole": plain(found.hit[0] + wrong)}


TVERSKY_CONVENTIONS = (
    Convention(
        "keras",
        "keras.losses.tversky(y, p, alpha=alpha, beta=beta)",
        "up to 3.15.1 alpha weighs false negatives and beta false positives; pools all masks into one number "
        "(axis=None); adds 1e-7 to the denominator: two empty masks give 1, here 0",
        names=("Tversky",),
        params={"eps": BACKEND_EPSILON},
        rows=_keras_tversky,
        statistics=_keras_tversky_statistics,
        combine=over_all,
        single=True,
    ),
    Convention(
        "optax",
        "optax.losses.dice_loss(log(p / (1 - p)), y, alpha=alpha, beta=beta)",
        "takes logits; adds smooth=1 to numerator and denominator",
        params={"smooth": 1.0},
    ),
    Convention(
        "monai",
        "monai.losses.TverskyLoss(alpha=alpha, beta=beta)(p[:, None], y[:, None])",
        "adds 1e-5 to numerator and denominator; with batch=True it pools all masks",
        params={"smooth": MONAI_SMOOTH},
    ),
)


@loss(
    "tversky",
    title="Tversky loss",
    family="segmentation",
    aliases=("tversky_loss", "tversky_index_loss"),
    inputs=(MASK, CHANCES),
    params=[ALPHA, BETA, SMOOTH, SLACK, EMPTY],
    formula="t = sum(y * p); "
    "d = t + alpha * sum((1 - y) * p) + beta * sum(y * (1 - p)) + smooth + eps; "
    "1 - (t + smooth) / d if d > 0 else empty",
    gradient=_tversky_slope,
    gradient_formula="t = sum(y * p) + smooth; "
    "d = t + alpha * sum((1 - y) * p) + beta * sum(y * (1 - p)) + eps; "
    "(t / d * (y * (1 - beta) + alpha * (1 - y)) - y) / d",
    downward=True,
    best_constant=NO_CONSTANT,
    perfect=mask_itself(_tversky),
    deviations=TVERSKY_CONVENTIONS,
    differs={
        "smp": "TverskyLoss pools the batch; its smooth is smooth here",
    },
    contrast=(
        [[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]],
        [[0.9, 0.2, 0.6, 0.1], [0.0, 0.0, 0.0, 0.0], [0.1, 0.2, 0.0, 0.0]],
    ),
    source="Salehi et al. (2017), arXiv 1706.05721; Tversky (1977), doi:10.1037/0033-295X.84.4.327",
)
def tversky(target: Rows, prediction: Rows, **params: float) -> Floats:
    """Share of what is wrong, false positives counted alpha and false negatives beta, in that and the hits.

    Formula  1 - (TP + smooth) / (TP + alpha FP + beta FN + smooth + eps), with TP the sum of y p, FP that of
             (1 - y) p, FN that of y (1 - p); `empty` where that is 0 / 0
    Shapes   (n, S) and (n, S) give (n,), a row for each mask; files of one column are one mask each
    Unit     none: between 0 and 1
    Raises   DomainError: a target that is not 0 or 1, a probability outside [0, 1], named with its row
    Not      dice, its case alpha = beta = 1/2; jaccard, alpha = beta = 1; Keras, where the two are swapped

    >>> tversky([[1.0, 1.0, 0.0, 0.0]], [[0.9, 0.2, 0.6, 0.1]], alpha=0.7, beta=0.3).round(4).tolist()
    [0.4086]
    """
    return _tversky(target, prediction, **params)


# --- Jaccard ------------------------------------------------------------------------------------------------


def _jaccard(target: Rows, prediction: Rows, *, smooth: float, eps: float, empty: float) -> Floats:
    return _share(target, prediction, Weights(1.0, 1.0, smooth, eps), empty)


def _jaccard_slope(target: Rows, prediction: Rows, *, smooth: float, eps: float, empty: float) -> Rows:
    return _share_slope(target, prediction, Weights(1.0, 1.0, smooth, eps))


@loss(
    "jaccard",
    title="Soft Jaccard loss",
    family="segmentation",
    aliases=("jaccard_loss", "soft_jaccard", "iou", "iou_loss", "soft_iou"),
    inputs=(MASK, CHANCES),
    params=[SMOOTH, SLACK, EMPTY],
    formula="t = sum(y * p); "
    "d = sum(y) + sum(p) - t + smooth + eps; "
    "1 - (t + smooth) / d if d > 0 else empty",
    gradient=_jaccard_slope,
    gradient_formula="t = sum(y * p); "
    "d = sum(y) + sum(p) - t + smooth + eps; "
    "((t + smooth) / d * (1 - y) - y) / d",
    downward=True,
    best_constant=NO_CONSTANT,
    perfect=mask_itself(_jaccard),
    deviations=(
        Convention(
            "monai",
            "monai.losses.DiceLoss with jaccard=True, of p[:, None] and y[:, None]",
            "adds 1e-5 to twice the numerator and twice the denominator",
            names=("jaccard",),
            params={"smooth": 0.5 * MONAI_SMOOTH},
        ),
    ),
    differs={
        "smp": "JaccardLoss pools the batch, and gives 0 for a class whose mask is empty",
        "sklearn": "jaccard_score is a score of class labels",
        "torchmetrics": "jaccard_index is a score of class labels",
    },
    contrast=(
        [[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]],
        [[0.9, 0.2, 0.6, 0.1], [0.0, 0.0, 0.0, 0.0], [0.1, 0.2, 0.0, 0.0]],
    ),
    source="Rahman and Wang (2016), doi:10.1007/978-3-319-50835-1_22; Jaccard (1912)",
)
def jaccard(target: Rows, prediction: Rows, *, smooth: float, eps: float, empty: float) -> Floats:
    """One less the intersection of two masks over their union: 0 for equal, 1 for disjoint masks.

    Formula  1 - (TP + smooth) / (sum of y + sum of p - TP + smooth + eps), with TP the sum of y p; `empty`
             where that is 0 / 0
    Shapes   (n, S) and (n, S) give (n,), a row for each mask; files of one column are one mask each
    Unit     none: between 0 and 1
    Raises   DomainError: a target that is not 0 or 1, a probability outside [0, 1], named with its row
    Not      dice, which is smaller: with d for dice it is 2 d / (1 + d); the Jaccard index, which is 1 - this

    >>> jaccard([[1.0, 1.0, 0.0, 0.0]], [[0.9, 0.2, 0.6, 0.1]]).round(4).tolist()
    [0.5926]
    """
    return _jaccard(target, prediction, smooth=smooth, eps=eps, empty=empty)


# --- focal Tversky ------------------------------------------------------------------------------------------


def _focal_weights(params: dict[str, float]) -> Weights:
    return Weights(params["alpha"], params["beta"], params["smooth"], 0.0)


def _focal_tversky(target: Rows, prediction: Rows, **params: float) -> Floats:
    """The power of a share with twice a double's digits, since a large power would show its rounding."""
    found = overlap(target, prediction, twice=True)
    return share_to_power(found, _focal_weights(params), params["empty"], params["gamma"])


@quietly
def _focal_tversky_slope(target: Rows, prediction: Rows, **params: float) -> Rows:
    gamma, weights = params["gamma"], _focal_weights(params)
    found = overlap(target, prediction, twice=True)
    growth = gamma * share_to_power(found, weights, params["empty"], gamma - 1.0)
    slope = _share_slope(target, prediction, weights)
    return np.where(slope == 0.0, 0.0, growth[:, None] * slope)


@loss(
    "focal_tversky",
    title="Focal Tversky loss",
    family="segmentation",
    aliases=("focal_tversky_loss",),
    inputs=(MASK, CHANCES),
    params=[
        ALPHA,
        BETA,
        Param("gamma", 0.75, "the power of the Tversky loss; below 1 easy masks count more", POSITIVE),
        SMOOTH,
        EMPTY,
    ],
    formula="t = sum(y * p); "
    "d = t + alpha * sum((1 - y) * p) + beta * sum(y * (1 - p)) + smooth; "
    "(1 - (t + smooth) / d if d > 0 else empty)**gamma",
    gradient=_focal_tversky_slope,
    gradient_formula="t = sum(y * p) + smooth; "
    "d = t + alpha * sum((1 - y) * p) + beta * sum(y * (1 - p)); "
    "gamma * (1 - t / d)**(gamma - 1) * (t / d * (y * (1 - beta) + alpha * (1 - y)) - y) / d",
    downward=True,
    best_constant=NO_CONSTANT,
    perfect=mask_itself(_focal_tversky),
    differs={
        "smp": "TverskyLoss(gamma=gamma) raises the mean over classes to gamma, whose default there is 1",
    },
    accuracy=Accuracy(ulp=8.0),
    source="Abraham and Khan (2019), arXiv 1810.07842",
)
def focal_tversky(target: Rows, prediction: Rows, **params: float) -> Floats:
    """Tversky loss to a power, which with gamma below 1 lifts the masks that are almost right.

    Formula  (1 - (TP + smooth) / (TP + alpha FP + beta FN + smooth))**gamma, with TP, FP, FN as in tversky;
             `empty` in the brackets where that is 0 / 0
    Shapes   (n, S) and (n, S) give (n,), a row for each mask; files of one column are one mask each
    Unit     none: between 0 and 1
    Raises   DomainError: a target that is not 0 or 1, a probability outside [0, 1], named with its row
    Not      tversky, its case gamma = 1; the paper writes the power as 1 / gamma, with gamma = 4/3

    >>> focal_tversky([[1.0, 1.0, 0.0, 0.0]], [[0.9, 0.2, 0.6, 0.1]], alpha=0.7, beta=0.3).round(4).tolist()
    [0.5111]
    """
    return _focal_tversky(target, prediction, **params)
