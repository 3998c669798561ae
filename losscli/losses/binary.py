"""Binary cross-entropy: a target of 0 or 1, or a soft label, against a probability or a logit."""

from __future__ import annotations

import math

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.domains import BINARY, NOT_NEGATIVE, PROBABILITY, REALS, UNIT, Interval
from losscli.losses.binary_elsewhere import BCE_ELSEWHERE, BCE_LOGITS_ELSEWHERE, smoothed
from losscli.numerics.stable import (
    binary_cross_entropy,
    binary_cross_entropy_of_logits,
    quietly,
    sigmoid,
    weighted_entropy_of_logits,
)
from losscli.params import Param, as_number
from losscli.registry import MomentsConstant, Perfect, Values, cells, loss

SOFT_TARGET = cells(
    "target",
    "y",
    PROBABILITY,
    "the label, 0 or 1, or a soft label between them",
    hint="labels -1/+1? --labels=-1,1 maps them to 0/1; swapped files? the target comes first",
)
HARD_TARGET = cells(
    "target",
    "y",
    BINARY,
    "the label, 0 or 1",
    hint="labels -1/+1? --labels=-1,1 maps them to 0/1; swapped files? the target comes first; "
    "soft labels? use bce",
)
CHANCE = cells(
    "prediction",
    "p",
    PROBABILITY,
    "the predicted probability of class 1",
    hint="logits? use bce_logits; percentages? divide by 100; swapped files? the target comes first",
)
LOGIT = cells("prediction", "z", REALS, "the predicted logit of class 1", doubt="bce takes them")
BERNOULLI = "Bernoulli, exactly for labels 0 and 1"
EPS = Param(
    "eps",
    0.0,
    "probabilities count as at least this and at most 1 minus it; 0 clips nothing",
    Interval(0.0, 0.5, high_in=False),
    aliases=("epsilon",),
    clips=True,
)
SMOOTHING = Param(
    "label_smoothing", 0.0, "the share by which each label is drawn towards 1/2: y (1 - s) + s / 2", UNIT
)
DRAWN_IN = "t = y if label_smoothing == 0 else y * (1 - label_smoothing) + label_smoothing / 2; "
"""The first step of formulas: the target after label smoothing."""


def binary_entropy(share: float) -> float:
    """The entropy of a coin that falls to 1 with this chance, in nats."""
    return float(binary_cross_entropy(np.array([share]), np.array([share]))[0])


def _drawn_in(share: float, params: Values) -> float:
    """A share of positives after label smoothing."""
    return float(smoothed(np.array([share]), as_number(params["label_smoothing"]))[0][0])


def _best_chance(mean: float, params: Values) -> float:
    eps = as_number(params["eps"])
    return min(max(_drawn_in(mean, params), eps), 1.0 - eps)


def _loss_of_best(mean: float, variance: float, params: Values) -> float:
    share, chance = _drawn_in(mean, params), _best_chance(mean, params)
    return float(binary_cross_entropy(np.array([share]), np.array([chance]))[0])


def _entropy_of_target(target: Rows, params: Values) -> Floats:
    present = smoothed(target, as_number(params["label_smoothing"]))[0]
    return _cross_entropy(target, present, as_number(params["eps"]), as_number(params["label_smoothing"]))


@quietly
def _cross_entropy(target: Rows, prediction: Rows, eps: float, label_smoothing: float) -> Floats:
    if label_smoothing == 0.0:
        found = binary_cross_entropy(target, prediction)
    else:
        present, absent = smoothed(target, label_smoothing)
        found = binary_cross_entropy(present, prediction, absent)
    if eps == 0.0:
        return found
    present, absent = smoothed(target, label_smoothing)
    high, low = -math.log(eps), -math.log1p(-eps)
    found = np.where(prediction < eps, present * high + absent * low, found)
    return np.where(1.0 - prediction < eps, present * low + absent * high, found)


@quietly
def _bce_slope(target: Rows, prediction: Rows, *, eps: float, label_smoothing: float) -> Rows:
    present, _ = smoothed(target, label_smoothing)
    slope = (prediction - present) / (prediction * (1.0 - prediction))
    # a certain outcome that was surely predicted: the limit from inside, 1 at 0 and -1 at 1
    certain = (prediction == present) & ((present == 0.0) | (present == 1.0))
    slope[certain] = 1.0 - 2.0 * present[certain]
    if eps > 0.0:
        slope[(prediction < eps) | (1.0 - prediction < eps)] = 0.0
    return slope


@loss(
    "bce",
    title="Binary cross-entropy",
    family="binary",
    aliases=("binary_cross_entropy", "binary_crossentropy", "bce_loss", "binary_logloss"),
    inputs=(SOFT_TARGET, CHANCE),
    params=[EPS, SMOOTHING],
    formula=DRAWN_IN
    + "q = p if eps == 0 else max(eps, min(p, 1 - eps)); -(t * log(q) + (1 - t) * log(1 - q))",
    gradient=_bce_slope,
    gradient_formula=DRAWN_IN + "(p - t) / (p * (1 - p)) if eps == 0 or eps <= p <= 1 - eps else 0",
    kinks=("1 if eps == 0 else p - eps", "1 if eps == 0 else 1 - eps - p"),
    unit="nats",
    likelihood=BERNOULLI,
    best_constant=MomentsConstant(
        "the share of positives, the mean of the target", _best_chance, _loss_of_best
    ),
    perfect=Perfect(
        "the target itself; with soft targets their entropy remains",
        lambda target, params: smoothed(target, as_number(params["label_smoothing"]))[0].copy(),
        _entropy_of_target,
    ),
    deviations=BCE_ELSEWHERE,
    contrast=([1.0, 0.0, 1.0, 0.5], [0.0, 1.0, 1e-17, 1e-60]),
    source="Good (1952), doi:10.1111/j.2517-6161.1952.tb00104.x; label smoothing: Szegedy et al. (2016), "
    "arXiv 1512.00567",
)
def bce(target: Rows, prediction: Rows, *, eps: float, label_smoothing: float) -> Rows:
    """Surprise at the outcome under the predicted probability; certainty that was wrong costs infinity.

    Formula  -(y log(p) + (1 - y) log(1 - p)), with 0 log 0 = 0
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k): k labels, averaged by the engine
    Unit     nats: ln 2 = 0.693 is a coin toss
    Raises   DomainError: a value outside [0, 1], nan or infinity, named with its row
    Not      bce_logits, which takes logits; categorical_ce, which takes a column per class

    >>> bce([1.0, 0.0, 1.0], [0.8, 0.1, 0.0]).round(4).tolist()
    [0.2231, 0.1054, inf]
    """
    return _cross_entropy(target, prediction, eps, label_smoothing)


def _factors(target: Rows, params: Values) -> tuple[Floats, Floats]:
    present, absent = smoothed(target, as_number(params["label_smoothing"]))
    return as_number(params["pos_weight"]) * present, absent


@quietly
def _bce_logits_slope(target: Rows, prediction: Rows, *, pos_weight: float, label_smoothing: float) -> Rows:
    present, absent = smoothed(target, label_smoothing)
    return absent * sigmoid(prediction) - (pos_weight * present) * sigmoid(-prediction)


@quietly
def _sure_logit(target: Rows, params: Values) -> Rows:
    present, absent = _factors(target, params)
    return np.asarray(np.clip(np.log(present) - np.log(absent), -800.0, 800.0))


@quietly
def _least_of_logits(target: Rows, params: Values) -> Floats:
    present, absent = _factors(target, params)
    whole = present + absent
    found: Floats = whole * binary_cross_entropy(present / whole, present / whole, absent / whole)
    return np.where(whole > 0.0, found, 0.0)


def log_odds(share: float) -> float:
    """The logit of a probability; infinite at 0 and 1."""
    if share in (0.0, 1.0):
        return math.inf if share else -math.inf
    return math.log(share) - math.log1p(-share)


def _best_logit(mean: float, params: Values) -> float:
    weight = as_number(params["pos_weight"])
    return log_odds(_drawn_in(mean, params)) + math.log(weight) if weight else -math.inf


def _loss_of_best_logit(mean: float, variance: float, params: Values) -> float:
    return float(_least_of_logits(np.array([mean]), params)[0])


@loss(
    "bce_logits",
    title="Binary cross-entropy with logits",
    family="binary",
    aliases=(
        "binary_cross_entropy_with_logits",
        "bce_with_logits",
        "sigmoid_binary_cross_entropy",
        "sigmoid_cross_entropy",
    ),
    inputs=(SOFT_TARGET, LOGIT),
    params=[
        Param("pos_weight", 1.0, "the weight of the positive part of each row's loss", NOT_NEGATIVE),
        SMOOTHING,
    ],
    formula=DRAWN_IN + "pos_weight * t * log(1 + exp(-z)) + (1 - t) * log(1 + exp(z))",
    gradient=_bce_logits_slope,
    gradient_formula=DRAWN_IN + "(1 - t) / (1 + exp(-z)) - pos_weight * t / (1 + exp(z))",
    unit="nats",
    likelihood=BERNOULLI + ", with probability 1 / (1 + exp(-z))",
    best_constant=MomentsConstant(
        "the log-odds of the share of positives, plus the logarithm of pos_weight",
        _best_logit,
        _loss_of_best_logit,
    ),
    perfect=Perfect(
        "the log-odds of the target, for labels 0 and 1 an infinite logit",
        _sure_logit,
        _least_of_logits,
        attained=False,
    ),
    same_as={
        "keras": "keras.losses.binary_crossentropy(y, z, from_logits=True)",
        "optax": "optax.losses.sigmoid_binary_cross_entropy(z, y)",
    },
    deviations=BCE_LOGITS_ELSEWHERE,
    differs={
        "sklearn": "trains on it as HalfBinomialLoss, which is private; its log_loss takes probabilities",
        "xgboost": "trains on it as binary:logistic; its metric logloss takes probabilities",
        "lightgbm": "trains on it as binary; its metric binary_logloss takes probabilities",
    },
    contrast=([1.0, 0.0], [-100.0, 20.0]),
    source="Cox (1958), doi:10.1111/j.2517-6161.1958.tb00292.x; Goodfellow et al. (2016), section 6.2.2.2",
)
@quietly
def bce_logits(target: Rows, prediction: Rows, *, pos_weight: float, label_smoothing: float) -> Rows:
    """Binary cross-entropy of the probability 1 / (1 + exp(-z)), without ever rounding that probability.

    Formula  w y log(1 + exp(-z)) + (1 - y) log(1 + exp(z)), where w is pos_weight, 1 unless given
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k): k labels, averaged by the engine
    Unit     nats: ln 2 = 0.693 is a coin toss
    Raises   DomainError: a target outside [0, 1], nan or infinity, named with its row
    Not      bce, which takes probabilities; soft_margin, the same loss with labels -1/+1

    >>> bce_logits([1.0, 0.0, 1.0], [2.0, 2.0, -1000.0]).round(4).tolist()
    [0.1269, 2.1269, 1000.0]
    """
    if pos_weight == 1.0 and label_smoothing == 0.0:
        return binary_cross_entropy_of_logits(target, prediction)
    present, absent = smoothed(target, label_smoothing)
    return weighted_entropy_of_logits(present, absent, prediction, pos_weight)
