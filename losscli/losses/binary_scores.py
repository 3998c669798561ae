"""Scores of binary predictions that stay between 0 and 1: the Brier score, and the share of wrong classes."""

from __future__ import annotations

import math

import numpy as np

from losscli.arrays import Rows
from losscli.domains import BINARY, CLASS_LABEL, REALS, Domain
from losscli.losses.binary import CHANCE, HARD_TARGET
from losscli.losses.binary_elsewhere import ZERO_ONE_ELSEWHERE
from losscli.params import Param, as_number
from losscli.registry import (
    Accuracy,
    FrequencyConstant,
    MomentsConstant,
    Perfect,
    Values,
    classes,
    loss,
    zero_rows,
)

SCALES = {"yes": 1.0, "no": 2.0}
"""One class's square is half the sum over both."""


def _brier_slope(target: Rows, prediction: Rows, *, scale_by_half: str) -> Rows:
    return 2.0 * SCALES[scale_by_half] * (prediction - target)


@loss(
    "brier",
    title="Brier score",
    family="binary",
    aliases=("brier_score", "brier_score_loss"),
    inputs=(HARD_TARGET, CHANCE),
    params=[
        Param(
            "scale_by_half",
            "yes",
            "half the sum of squares over both classes, as is usual, or (no) that sum itself",
            choices=("no", "yes"),
            aliases=("scale",),
        )
    ],
    formula="(p - y)**2 if scale_by_half == 'yes' else 2 * (p - y)**2",
    gradient=_brier_slope,
    gradient_formula="2 * (p - y) if scale_by_half == 'yes' else 4 * (p - y)",
    best_constant=MomentsConstant(
        "the share of positives, the mean of the target",
        lambda mean, params: mean,
        lambda mean, variance, params: SCALES[str(params["scale_by_half"])] * mean * (1.0 - mean),
    ),
    perfect=Perfect("the target itself", lambda target, params: target.copy(), zero_rows),
    same_as={
        "sklearn": "sklearn.metrics.brier_score_loss(y, p)",
        "scoringrules": "scoringrules.brier_score(y, p)",
    },
    contrast=([1.0, 0.0], [0.8, 0.3]),
    accuracy=Accuracy(textbook_holds=True),
    source="Brier (1950), doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2",
)
def brier(target: Rows, prediction: Rows, *, scale_by_half: str) -> Rows:
    """Square of the error of a probability: a proper score that stays between 0 and 1.

    Formula  (p - y)**2; with scale_by_half=no twice that, the sum over both classes
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k): k labels, averaged by the engine
    Unit     none: 0.25 is a coin toss
    Raises   DomainError: a target that is not 0 or 1, a probability outside [0, 1], named with its row
    Not      bce, the proper score without a bound; brier_multiclass, which takes a column per class

    >>> brier([1.0, 0.0], [0.8, 0.3]).round(4).tolist()
    [0.04, 0.09]
    >>> brier([1.0, 0.0], [0.8, 0.3], scale_by_half="no").round(4).tolist()
    [0.08, 0.18]
    """
    error = prediction - target
    np.multiply(error, error, out=error)
    return error if scale_by_half == "yes" else 2.0 * error


def _actual(params: Values) -> Domain:
    return CLASS_LABEL if params["threshold"] is None else BINARY


def _predicted(params: Values) -> Domain:
    return CLASS_LABEL if params["threshold"] is None else REALS


def _score_of(label: float, params: Values) -> float:
    """A prediction that counts as this class: the class itself, moved across the threshold where needed."""
    threshold = params["threshold"]
    if threshold is None or (label > as_number(threshold)) == (label == 1.0):
        return label
    return as_number(threshold) if label == 0.0 else float(np.nextafter(as_number(threshold), math.inf))


def _right_class(target: Rows, params: Values) -> Rows:
    if params["threshold"] is None:
        return target.copy()
    return np.where(target == 1.0, _score_of(1.0, params), _score_of(0.0, params))


def _flat(target: Rows, prediction: Rows, *, threshold: float | None) -> Rows:
    return np.zeros(prediction.shape)


@loss(
    "zero_one",
    title="Zero-one loss",
    family="binary",
    aliases=("zero_one_loss", "misclassification", "error_rate"),
    inputs=(
        classes(
            "target",
            "y",
            _actual,
            "the class, a whole number",
            hint="with threshold= the target is 0 or 1; without it whole numbers name the classes",
        ),
        classes(
            "prediction",
            "p",
            _predicted,
            "the predicted class; with threshold= a probability or score",
            hint="probabilities or scores? zero_one:threshold=0.5 (or the score's own threshold)",
        ),
    ),
    params=[
        Param("threshold", None, "class 1 is predicted above it, and the prediction is then a score", REALS)
    ],
    formula="c = p if threshold is None else (1 if p > threshold else 0); 1 if c != y else 0",
    gradient=_flat,
    gradient_formula="0",
    kinks=("p - y if threshold is None else p - threshold",),
    best_constant=FrequencyConstant(
        "the most frequent class",
        lambda found, shares, params: _score_of(float(found[np.argmax(shares)]), params),
        lambda shares, params: math.fsum(np.delete(shares, np.argmax(shares)).tolist()),
    ),
    perfect=Perfect("the right class", _right_class, zero_rows),
    same_as={
        "sklearn": "sklearn.metrics.zero_one_loss(y, p)",
    },
    deviations=ZERO_ONE_ELSEWHERE,
    contrast=([1.0, 0.0, 1.0], [2.0, 0.0, 3.0]),
    accuracy=Accuracy(textbook_holds=True),
    source="Hastie, Tibshirani and Friedman (2009), section 2.4",
)
def zero_one(target: Rows, prediction: Rows, *, threshold: float | None) -> Rows:
    """Counts wrong classes: 1 for a wrong one, 0 for the right one; its mean is 1 - accuracy.

    Formula  1 if c is not y, else 0; c is p, or with a threshold 1 where p > threshold and 0 elsewhere
    Shapes   (n,) and (n,) give (n,)
    Unit     none: the mean is the share of wrong rows
    Raises   DomainError: a class that is no whole number; with a threshold a target that is not 0 or 1
    Not      accuracy, which is 1 minus it; at the threshold itself class 0 is predicted, as XGBoost does

    >>> zero_one([2.0, 0.0, 1.0], [2.0, 1.0, 1.0]).tolist()
    [0.0, 1.0, 0.0]
    >>> zero_one([1.0, 1.0], [0.5, 0.7], threshold=0.5).tolist()
    [1.0, 0.0]
    """
    predicted = prediction if threshold is None else prediction > threshold
    return np.asarray(predicted != target, dtype=np.float64)
