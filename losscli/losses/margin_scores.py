"""Losses of a real score that AdaBoost, the perceptron, sparsemax and robust classifiers minimise."""

from __future__ import annotations

import math

import numpy as np

from losscli.arrays import Rows
from losscli.domains import REALS
from losscli.losses.binary import HARD_TARGET
from losscli.losses.margin import LABEL, SCORE
from losscli.losses.margin_elsewhere import PERCEPTRON_ELSEWHERE
from losscli.numerics.stable import quietly
from losscli.registry import (
    Accuracy,
    MomentsConstant,
    NoConstant,
    Perfect,
    Values,
    cells,
    loss,
    zero_rows,
)

AT_ONE = Perfect("any score of the label's sign, at least 1", lambda target, params: target.copy(), zero_rows)


@quietly
def _exponential_slope(target: Rows, prediction: Rows) -> Rows:
    return -target * np.exp(-target * prediction)


def _half_log_odds(mean: float, params: Values) -> float:
    return math.copysign(math.inf, mean) if abs(mean) >= 1.0 else math.atanh(mean)


@loss(
    "exponential",
    title="Exponential loss",
    family="binary",
    aliases=("exponential_loss", "adaboost_loss"),
    inputs=(LABEL, SCORE),
    formula="exp(-y * f)",
    gradient=_exponential_slope,
    gradient_formula="-y * exp(-y * f)",
    best_constant=MomentsConstant(
        "half the log-odds of the share of positives",
        _half_log_odds,
        lambda mean, variance, params: math.sqrt((1.0 - mean) * (1.0 + mean)),
    ),
    perfect=Perfect(
        "an infinite score of the label's sign",
        lambda target, params: 800.0 * target,
        zero_rows,
        attained=False,
    ),
    differs={
        "sklearn": "GradientBoostingClassifier(loss='exponential') only trains on it; its probability is "
        "sigmoid(2 f)"
    },
    accuracy=Accuracy(textbook_holds=True),
    source="Freund and Schapire (1997), doi:10.1006/jcss.1997.1504; Friedman, Hastie and Tibshirani (2000), "
    "doi:10.1214/aos/1016218223",
)
@quietly
def exponential(target: Rows, prediction: Rows) -> Rows:
    """Grows as the exponential of the score on the wrong side: AdaBoost's loss, ruled by its worst rows.

    Formula  exp(-y f), with y = -1 or +1
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k): k labels, averaged by the engine
    Unit     none: 1 at score 0
    Raises   DomainError: labels of neither coding, or of both
    Not      soft_margin, the logarithm of 1 plus it; its score is half the log-odds, not the log-odds

    >>> exponential([1.0, -1.0], [0.5, 0.5]).round(4).tolist()
    [0.6065, 1.6487]
    """
    return np.exp(-target * prediction)


def _side(target: Rows) -> Rows:
    return 2.0 * target - 1.0


@quietly
def _sparsemax_slope(target: Rows, prediction: Rows) -> Rows:
    side = _side(target)
    return -side * np.clip(0.5 - 0.5 * (side * prediction), 0.0, 1.0) + 0.0


@loss(
    "sparsemax_binary",
    title="Binary sparsemax loss",
    family="binary",
    aliases=("sparsemax_loss", "sparse_plus"),
    inputs=(HARD_TARGET, cells("prediction", "z", REALS, "the real score, positive for class 1")),
    formula="u = z * (1 - 2 * y); 0 if u <= -1 else (u if u >= 1 else (u + 1)**2 / 4)",
    gradient=_sparsemax_slope,
    gradient_formula="max(0, min((z + 1) / 2, 1)) - y",
    best_constant=MomentsConstant(
        "2 * share of positives - 1",
        lambda mean, params: 2.0 * mean - 1.0,
        lambda mean, variance, params: mean * (1.0 - mean),
    ),
    perfect=Perfect(
        "any score on the label's side, at least 1", lambda target, params: _side(target), zero_rows
    ),
    same_as={"optax": "optax.losses.sparsemax_loss(z, y)"},
    accuracy=Accuracy(textbook_holds=True),
    source="Martins and Astudillo (2016), arXiv 1602.02068; Blondel, Martins and Niculae (2020), "
    "arXiv 1901.02324",
)
@quietly
def sparsemax_binary(target: Rows, prediction: Rows) -> Rows:
    """Logistic loss whose probability reaches 0 and 1: nothing from score 1 on, a line from -1 down.

    Formula  with u = -z for class 1, z for class 0:  0 up to -1, (u + 1)**2 / 4 between, u from 1 on
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k): k labels, averaged by the engine
    Unit     the score's own
    Raises   DomainError: a target that is not 0 or 1, nan or infinity, named with its row
    Not      modified_huber, which is 4 times as large; sparsemax_multiclass, which takes a column per class

    >>> sparsemax_binary([1.0, 0.0, 0.0], [0.0, 0.5, 3.0]).tolist()
    [0.25, 0.5625, 3.0]
    """
    wrong = -_side(target) * prediction
    middle = 0.5 * (np.clip(wrong, -1.0, 1.0) + 1.0)
    return np.where(wrong >= 1.0, wrong, middle * middle)


@quietly
def _perceptron_slope(target: Rows, prediction: Rows) -> Rows:
    return np.where(target * prediction < 0.0, -target, 0.0)


@loss(
    "perceptron",
    title="Perceptron loss",
    family="margin",
    aliases=("perceptron_loss",),
    inputs=(LABEL, SCORE),
    formula="max(0, -y * f)",
    gradient=_perceptron_slope,
    gradient_formula="-y if y * f < 0 else 0",
    kinks=("y * f",),
    best_constant=NoConstant("a score of 0 in every row has no loss, so that no baseline says anything"),
    perfect=Perfect("any score of the label's sign, and 0", lambda target, params: target.copy(), zero_rows),
    deviations=PERCEPTRON_ELSEWHERE,
    differs={"sklearn": "SGDClassifier(loss='perceptron') and Perceptron only train on it"},
    contrast=([0.0, 1.0, 0.0], [0.5, -2.0, -1.5]),
    accuracy=Accuracy(textbook_holds=True),
    source="Rosenblatt (1958), doi:10.1037/h0042519",
)
@quietly
def perceptron(target: Rows, prediction: Rows) -> Rows:
    """How far the score lies on the wrong side of 0; nothing on the right side.

    Formula  max(0, -y f), with y = -1 or +1
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k): k labels, averaged by the engine
    Unit     the score's own
    Raises   DomainError: labels of neither coding, or of both
    Not      hinge, which also asks for a margin: a score of 0 costs 1 there and nothing here

    >>> perceptron([1.0, -1.0, 1.0], [0.5, 0.5, -3.0]).tolist()
    [0.0, 0.5, 3.0]
    """
    return np.maximum(0.0, -target * prediction)


@quietly
def _modified_huber_slope(target: Rows, prediction: Rows) -> Rows:
    return -target * np.clip(2.0 - 2.0 * (target * prediction), 0.0, 4.0) + 0.0


@loss(
    "modified_huber",
    title="Modified Huber loss",
    family="margin",
    aliases=("modified_huber_loss",),
    inputs=(LABEL, SCORE),
    formula="m = y * f; max(0, 1 - m)**2 if m >= -1 else -4 * m",
    gradient=_modified_huber_slope,
    gradient_formula="-y * max(0, min(2 * (1 - y * f), 4))",
    best_constant=MomentsConstant(
        "2 * share of positives - 1",
        lambda mean, params: mean,
        lambda mean, variance, params: (1.0 - mean) * (1.0 + mean),
    ),
    perfect=AT_ONE,
    differs={
        "sklearn": "SGDClassifier(loss='modified_huber') only trains on it",
        "optax": "has a quarter of it, sparsemax_loss",
    },
    accuracy=Accuracy(textbook_holds=True),
    source="Zhang (2004), doi:10.1214/aos/1079120130",
)
@quietly
def modified_huber(target: Rows, prediction: Rows) -> Rows:
    """Squared hinge up to score -1 on the label's side, a line beyond, so that outliers count less.

    Formula  with m = y f:  max(0, 1 - m)**2 where m >= -1, -4 m elsewhere; y = -1 or +1
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k): k labels, averaged by the engine
    Unit     the square of the score's own near the margin, its own far from it
    Raises   DomainError: labels of neither coding, or of both
    Not      huber, which measures an error; sparsemax_binary, a quarter of it; squared_hinge

    >>> modified_huber([1.0, -1.0, 1.0], [0.5, 0.5, -3.0]).tolist()
    [0.25, 2.25, 12.0]
    """
    right = target * prediction
    short = np.maximum(0.0, 1.0 - np.maximum(right, -1.0))
    return np.where(right < -1.0, -4.0 * right, short * short)
