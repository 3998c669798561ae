"""Focal loss of binary labels: cross-entropy in which rows that are predicted well hardly count."""

from __future__ import annotations

import numpy as np

from losscli.arrays import Floats, Mask, Rows
from losscli.domains import NOT_NEGATIVE, UNIT
from losscli.losses.binary import CHANCE, DRAWN_IN, LOGIT, SMOOTHING, SOFT_TARGET
from losscli.losses.binary_elsewhere import (
    KERAS_CLIP,
    KERAS_TOP,
    keras_entropy,
    keras_target,
    single,
    smoothed,
)
from losscli.numerics.focal import (
    focal,
    focal_of_sure_logits,
    missed_share,
    missed_share_of_logits,
    smoothed_pairs,
)
from losscli.numerics.stable import (
    binary_cross_entropy,
    quietly,
    sigmoid,
    weighted_entropy_of_logits,
)
from losscli.params import Param
from losscli.registry import Accuracy, Convention, Input, NoConstant, NoPerfect, Values, loss

FROM_LOGITS = Param(
    "from_logits", "no", "the predictions are logits instead of probabilities", choices=("no", "yes")
)
STEPS = (
    DRAWN_IN
    + "q = 1 / (1 + exp(-z)) if from_logits == 'yes' else p; u = 1 / (1 + exp(z)) if from_logits == 'yes' "
    "else 1 - p; m = t * u + (1 - t) * q; w = 1 if alpha is None else t * alpha + (1 - t) * (1 - alpha); "
)
"""The probability q of class 1 and u of class 0, the share m that was missed, and the weight of the label."""


def _inputs(params: Values) -> tuple[Input, ...]:
    return SOFT_TARGET, LOGIT if params["from_logits"] == "yes" else CHANCE


def _weight(present: Floats, absent: Floats, alpha: float | None) -> Floats:
    return np.ones(()) if alpha is None else present * alpha + absent * (1.0 - alpha)


@quietly
def _slope(
    target: Rows,
    prediction: Rows,
    *,
    gamma: float,
    alpha: float | None,
    from_logits: str,
    label_smoothing: float,
) -> Rows:
    label, other = smoothed_pairs(target, label_smoothing)
    present, absent = label[0], other[0]
    if from_logits == "yes":
        chance, rest = sigmoid(prediction), sigmoid(-prediction)
        missed = missed_share_of_logits(label, other, prediction)[0]
        entropy = weighted_entropy_of_logits(present, absent, prediction)
        speed, slope = chance * rest, absent * chance - present * rest
    else:
        missed = missed_share(label, other, prediction)[0]
        entropy = binary_cross_entropy(present, prediction, absent)
        sure = (prediction == present) & ((present == 0.0) | (present == 1.0))
        speed = np.ones(())
        slope = np.where(
            sure, 1.0 - 2.0 * present, (prediction - present) / (prediction * (1.0 - prediction))
        )
    share = speed * np.where(missed > 0.0, entropy / missed, 1.0)
    core = slope + np.where(np.isinf(slope) | np.isinf(share), 0.0, gamma * (1.0 - 2.0 * present) * share)
    factor = np.where(np.isinf(core), 1.0, np.power(missed, gamma))
    weight = _weight(present, absent, alpha)
    return np.where(weight > 0.0, weight * factor * core, 0.0)


def _single_sigmoid(logit: Rows) -> Floats:
    """The sigmoid with every step rounded to single precision, which saturates from 17 on."""
    decay = np.exp(-logit).astype(np.float32)
    return (np.float32(1.0) / (np.float32(1.0) + decay)).astype(np.float64)


@quietly
def _keras(
    target: Rows,
    prediction: Rows,
    *,
    gamma: float,
    alpha: float | None,
    from_logits: str,
    label_smoothing: float,
) -> Floats:
    chance = _single_sigmoid(prediction) if from_logits == "yes" else single(prediction)
    present, absent = keras_target(target, label_smoothing)
    hit = single(single(present * chance) + single(absent * single(1.0 - chance)))
    factor = np.power(single(1.0 - hit), gamma)
    return _weight(present, absent, alpha) * factor * keras_entropy(target, chance, label_smoothing)


def _keras_touches(target: Rows, prediction: Rows, *, from_logits: str, **params: object) -> Mask:
    if from_logits == "yes":
        mask = np.abs(prediction) > 5.0  # single precision holds 1 minus such a chance with few digits
    else:
        mask = (prediction < KERAS_CLIP) | (prediction > KERAS_TOP)
    return np.asarray(mask.any(axis=1) if mask.ndim == 2 else mask)


@quietly
def _monai(
    target: Rows,
    prediction: Rows,
    *,
    gamma: float,
    alpha: float | None,
    from_logits: str,
    label_smoothing: float,
) -> Floats:
    present, absent = smoothed(target, label_smoothing)
    logit = prediction if from_logits == "yes" else np.log(prediction) - np.log1p(-prediction)
    power = -gamma * np.logaddexp(0.0, logit * (2.0 * present - 1.0))
    entropy = weighted_entropy_of_logits(present, absent, logit)
    return _weight(present, absent, alpha) * np.exp(power) * entropy


def _soft(target: Rows, prediction: Rows, **params: object) -> Mask:
    mask = (target != 0.0) & (target != 1.0)
    return np.asarray(mask.any(axis=1) if mask.ndim == 2 else mask)


KERAS_WORDS = (
    "clips p to [1e-7, 1 - 1e-7] in single precision, also behind logits: y=1, p=0 gives 16.1181, here "
    "infinity; its alpha counts only with apply_class_balancing=True"
)


@loss(
    "binary_focal",
    title="Binary focal loss",
    family="binary",
    aliases=("binary_focal_loss", "sigmoid_focal", "focal_bce"),
    inputs=(SOFT_TARGET, CHANCE),
    choose=_inputs,
    params=[
        Param("gamma", 2.0, "how little rows count that are predicted well; 0 is bce", NOT_NEGATIVE),
        Param("alpha", None, "the weight of class 1, and 1 minus it that of class 0; none: both 1", UNIT),
        FROM_LOGITS,
        SMOOTHING,
    ],
    formula=STEPS + "-(w * m**gamma * (t * log(q) + (1 - t) * log(u)))",
    gradient=_slope,
    gradient_formula=STEPS
    + "c = -(t * log(q) + (1 - t) * log(u)); s = q * u if from_logits == 'yes' else 1; "
    "w * m**gamma * (gamma * (1 - 2 * t) * s * c / m + s * (q - t) / (q * u))",
    unit="nats",
    likelihood=None,
    best_constant=NoConstant("no closed form: the root of an equation in one unknown"),
    perfect=NoPerfect("for labels 0 and 1 the label itself, with loss 0; a soft label is not its own best"),
    deviations=(
        Convention(
            "keras",
            "keras.losses.binary_focal_crossentropy(y, p)",
            KERAS_WORDS,
            edge=True,
            clips=True,
            rows=_keras,
            touches=_keras_touches,
            single=True,
        ),
        Convention(
            "keras",
            "keras.losses.BinaryFocalCrossentropy()(y, p)",
            "clips as its function does; with weights it divides by the number of rows",
            edge=True,
            clips=True,
            rows=_keras,
            touches=_keras_touches,
            by_rows=True,
            single=True,
        ),
        Convention(
            "optax",
            "optax.losses.sigmoid_focal_loss(z, y)",
            "takes logits; with from_logits=yes the number is the same",
            params={"from_logits": "yes"},
        ),
        Convention(
            "monai",
            "monai.losses.FocalLoss()(z, y)",
            "takes logits, in single precision; a soft label y=0.3 at z=5 gives 2.7205, here 1.7052",
            params={"from_logits": "yes"},
            rows=_monai,
            touches=_soft,
            single=True,
        ),
    ),
    differs={
        "torchvision": "takes logits and has alpha=0.25 (sigmoid_focal_loss): y=1, p=0.3 gives 0.1475, "
        "without alpha 0.5899",
    },
    contrast=([1.0, 0.0, 1.0], [0.3, 1.0, 0.0]),
    accuracy=Accuracy(8.0),
    source="Lin et al. (2017), arXiv 1708.02002",
)
@quietly
def binary_focal(
    target: Rows,
    prediction: Rows,
    *,
    gamma: float,
    alpha: float | None,
    from_logits: str,
    label_smoothing: float,
) -> Rows:
    """Binary cross-entropy times a power of the share missed, so that hard rows carry the loss.

    Formula  a (1 - pt)**gamma (-log(pt)); pt is the probability of the label, a its weight, 1 without alpha
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k): k labels, averaged by the engine
    Unit     nats: at gamma 2 a coin toss has 0.173, a quarter of ln 2
    Raises   ParamError: gamma below 0, alpha outside [0, 1].  DomainError: a value outside [0, 1]
    Not      bce, which it is at gamma 0; categorical_focal, which takes a column per class

    >>> binary_focal([1.0, 1.0, 0.0], [0.3, 0.9, 0.5]).round(4).tolist()
    [0.5899, 0.0011, 0.1733]
    >>> binary_focal([1.0], [0.3], alpha=0.25).round(4).tolist()
    [0.1475]
    """
    label, other = smoothed_pairs(target, label_smoothing)
    present, absent = label[0], other[0]
    if from_logits == "no":
        entropy = binary_cross_entropy(present, prediction, absent)
        found = focal(entropy, missed_share(label, other, prediction), gamma)
    else:
        entropy = weighted_entropy_of_logits(present, absent, prediction)
        found = focal(entropy, missed_share_of_logits(label, other, prediction), gamma)
        sure = np.where(prediction > 0.0, absent, present) == 0.0
        far = focal_of_sure_logits(entropy, np.abs(prediction), gamma)
        found = np.where(sure, far, found)
    weight = _weight(present, absent, alpha)
    return np.where(weight > 0.0, weight * found, 0.0)
