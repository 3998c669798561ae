"""Margin losses: a label of -1 or +1 against a real score whose sign is the class."""

from __future__ import annotations

import math

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.domains import POSITIVE, REALS, SIGNS
from losscli.losses.margin_elsewhere import (
    HINGE_ELSEWHERE,
    SOFT_MARGIN_ELSEWHERE,
    SQUARED_HINGE_ELSEWHERE,
    short_of,
)
from losscli.numerics.stable import quietly, sigmoid, softplus
from losscli.params import Param, as_number
from losscli.registry import Accuracy, MomentsConstant, Perfect, Values, cells, loss, zero_rows

LABEL = cells(
    "target",
    "y",
    SIGNS,
    "the label, 0/1 or -1/+1 in all rows alike",
    hint="one coding for all rows: 0/1 or -1/+1; --labels NEGATIVE,POSITIVE maps any other two; "
    "swapped files? the target comes first",
)
SCORE = cells("prediction", "f", REALS, "the real score, positive for class +1; a probability is none")
MARGIN = Param("margin", 1.0, "the score on the right side from which the loss is 0", POSITIVE)


def _margin(params: Values) -> float:
    return as_number(params["margin"])


BEYOND_MARGIN = Perfect(
    "any score of the label's sign, at least the margin",
    lambda target, params: target * _margin(params),
    zero_rows,
)


@quietly
def _hinge_slope(target: Rows, prediction: Rows, *, margin: float) -> Rows:
    return np.where(target * prediction < margin, -target, 0.0)


@loss(
    "hinge",
    title="Hinge loss",
    family="margin",
    inputs=(LABEL, SCORE),
    params=[MARGIN],
    formula="max(0, margin - y * f)",
    gradient=_hinge_slope,
    gradient_formula="-y if y * f < margin else 0",
    kinks=("margin - y * f",),
    best_constant=MomentsConstant(
        "the margin with the sign of the more frequent label",
        lambda mean, params: math.copysign(_margin(params), mean),
        lambda mean, variance, params: _margin(params) * (1.0 - abs(mean)),
    ),
    perfect=BEYOND_MARGIN,
    same_as={"keras": "keras.losses.hinge(y, f)"},
    deviations=HINGE_ELSEWHERE,
    differs={"xgboost": "trains on it as binary:hinge; none of its metrics prints it"},
    contrast=([1.0, 1.0], [2.0, 2.0]),
    accuracy=Accuracy(textbook_holds=True),
    source="Cortes and Vapnik (1995), doi:10.1007/BF00994018",
)
@quietly
def hinge(target: Rows, prediction: Rows, *, margin: float) -> Rows:
    """How far the score falls short of the margin on the label's side; 0 beyond it.

    Formula  max(0, margin - y f), with y = -1 or +1
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k): k labels, averaged by the engine
    Unit     the score's own
    Raises   ParamError: margin not above 0.  DomainError: labels of neither coding, or of both
    Not      squared_hinge; soft_margin, which never reaches 0; the multiclass hinge losses

    >>> hinge([1.0, -1.0, 1.0], [0.5, 0.5, 3.0]).tolist()
    [0.5, 1.5, 0.0]
    """
    return short_of(target, prediction, margin)


@quietly
def _squared_hinge_slope(target: Rows, prediction: Rows, *, margin: float) -> Rows:
    return -2.0 * target * np.maximum(0.0, margin - target * prediction) + 0.0


@loss(
    "squared_hinge",
    title="Squared hinge loss",
    family="margin",
    inputs=(LABEL, SCORE),
    params=[MARGIN],
    formula="max(0, margin - y * f)**2",
    gradient=_squared_hinge_slope,
    gradient_formula="-2 * y * max(0, margin - y * f)",
    best_constant=MomentsConstant(
        "the margin times the mean label, 2 * share of positives - 1",
        lambda mean, params: _margin(params) * mean,
        lambda mean, variance, params: _margin(params) ** 2 * (1.0 - mean * mean),
    ),
    perfect=BEYOND_MARGIN,
    same_as={"keras": "keras.losses.squared_hinge(y, f)"},
    deviations=SQUARED_HINGE_ELSEWHERE,
    differs={"sklearn": "LinearSVC and SGDClassifier only train on it"},
    contrast=([1.0, 1.0], [2.0, 2.0]),
    accuracy=Accuracy(textbook_holds=True),
    source="Lee and Mangasarian (2001), doi:10.1023/A:1011215321374",
)
@quietly
def squared_hinge(target: Rows, prediction: Rows, *, margin: float) -> Rows:
    """Square of the hinge loss: no corner at the margin, and large misses dominate.

    Formula  max(0, margin - y f)**2, with y = -1 or +1
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k): k labels, averaged by the engine
    Unit     the square of the score's own
    Raises   ParamError: margin not above 0.  DomainError: labels of neither coding, or of both
    Not      hinge, whose square it is

    >>> squared_hinge([1.0, -1.0, 1.0], [0.5, 0.5, 3.0]).tolist()
    [0.25, 2.25, 0.0]
    """
    short = short_of(target, prediction, margin)
    return short * short


def _soft_margin_slope(target: Rows, prediction: Rows) -> Rows:
    return -target * sigmoid(-target * prediction)


def _entropy_of_mean_label(mean: float, variance: float, params: Values) -> float:
    shares = [share for share in ((1.0 + mean) / 2.0, (1.0 - mean) / 2.0) if share > 0.0]
    return -math.fsum(share * math.log(share) for share in shares)


def _log_odds_of_mean_label(mean: float, params: Values) -> float:
    return math.copysign(math.inf, mean) if abs(mean) >= 1.0 else 2.0 * math.atanh(mean)


def _certain(target: Rows, params: Values) -> Rows:
    score: Floats = 800.0 * target
    return score


@loss(
    "soft_margin",
    title="Soft margin (logistic) loss",
    family="margin",
    aliases=("soft_margin_loss",),
    inputs=(LABEL, SCORE),
    formula="log(1 + exp(-y * f))",
    gradient=_soft_margin_slope,
    gradient_formula="-y / (1 + exp(y * f))",
    unit="nats",
    likelihood="Bernoulli with probability 1 / (1 + exp(-f)) of label +1",
    best_constant=MomentsConstant(
        "the log-odds of the share of positives", _log_odds_of_mean_label, _entropy_of_mean_label
    ),
    perfect=Perfect("an infinite score of the label's sign", _certain, zero_rows, attained=False),
    deviations=SOFT_MARGIN_ELSEWHERE,
    differs={"sklearn": "SGDClassifier(loss='log_loss') only trains on it"},
    contrast=([1.0, -1.0], [-1000.0, 2.0]),
    source="Cox (1958), doi:10.1111/j.2517-6161.1958.tb00292.x",
)
@quietly
def soft_margin(target: Rows, prediction: Rows) -> Rows:
    """Logistic loss of a score with labels -1/+1; falls off smoothly and never reaches 0.

    Formula  log(1 + exp(-y f)), with y = -1 or +1
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k): k labels, averaged by the engine
    Unit     nats: ln 2 = 0.693 at score 0
    Raises   DomainError: labels of neither coding, or of both
    Not      bce, which takes probabilities; bce_logits, the same loss that also takes soft labels

    >>> soft_margin([1.0, -1.0, -1.0], [2.0, 2.0, 1000.0]).round(4).tolist()
    [0.1269, 2.1269, 1000.0]
    """
    return softplus(-target * prediction)
