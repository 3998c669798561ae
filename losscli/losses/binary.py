"""Binary classification: a target of 0 or 1 against a probability, a logit or a class."""

from __future__ import annotations

import math

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.domains import BINARY, CLASS_LABEL, PROBABILITY, REALS, Domain
from losscli.numerics.stable import (
    binary_cross_entropy,
    binary_cross_entropy_of_logits,
    quietly,
    sigmoid,
)
from losscli.params import Param, as_number
from losscli.registry import (
    Accuracy,
    FrequencyConstant,
    MomentsConstant,
    Perfect,
    Values,
    cells,
    classes,
    loss,
    zero_rows,
)

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


def binary_entropy(share: float) -> float:
    """The entropy of a coin that falls to 1 with this chance, in nats."""
    return float(binary_cross_entropy(np.array([share]), np.array([share]))[0])


def _own_entropy(target: Rows, params: Values) -> Floats:
    return binary_cross_entropy(target, target)


@quietly
def _bce_slope(target: Rows, prediction: Rows) -> Rows:
    slope = (prediction - target) / (prediction * (1.0 - prediction))
    # a certain outcome that was surely predicted: the limit from inside, 1 at 0 and -1 at 1
    certain = (prediction == target) & ((target == 0.0) | (target == 1.0))
    slope[certain] = 1.0 - 2.0 * target[certain]
    return slope


@loss(
    "bce",
    title="Binary cross-entropy",
    family="binary",
    aliases=("binary_cross_entropy", "binary_crossentropy", "bce_loss", "binary_logloss"),
    inputs=(SOFT_TARGET, CHANCE),
    formula="-(y * log(p) + (1 - y) * log(1 - p))",
    gradient=_bce_slope,
    gradient_formula="(p - y) / (p * (1 - p))",
    unit="nats",
    likelihood=BERNOULLI,
    best_constant=MomentsConstant(
        "the share of positives, the mean of the target",
        lambda mean, params: mean,
        lambda mean, variance, params: binary_entropy(mean),
    ),
    perfect=Perfect(
        "the target itself; with soft targets their entropy remains",
        lambda target, params: target.copy(),
        _own_entropy,
    ),
    same_as={
        "torch": "torch.nn.functional.binary_cross_entropy(p, y), where p is not 0 or 1",
        "keras": "keras.losses.binary_crossentropy(y, p), where p is inside its clip",
        "sklearn": "sklearn.metrics.log_loss(y, p), where p is not 0 or 1",
        "scoringrules": "scoringrules.log_score(y, p)",
        "xgboost": "eval_metric logloss",
        "lightgbm": "metric binary_logloss",
    },
    differs={
        "torch": "clamps each logarithm at -100: y=1, p=0 gives 100, here infinity",
        "keras": "clips p to [1e-7, 1 - 1e-7]: y=1, p=0 gives 16.1181, here infinity",
        "sklearn": "clips p by the machine's epsilon: y=1, p=0 gives 36.0437, here infinity",
        "lightgbm": "clips p at 1e-15: y=1, p=0 gives 34.5388, here infinity",
        "xgboost": "clips p at 1e-16: y=1, p=0 gives 36.8414, here infinity",
    },
    source="Good (1952), doi:10.1111/j.2517-6161.1952.tb00104.x",
)
def bce(target: Rows, prediction: Rows) -> Rows:
    """Surprise at the outcome under the predicted probability; certainty that was wrong costs infinity.

    Formula  -(y log(p) + (1 - y) log(1 - p)), with 0 log 0 = 0
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k): k labels, averaged by the engine
    Unit     nats: ln 2 = 0.693 is a coin toss
    Raises   DomainError: a value outside [0, 1], nan or infinity, named with its row
    Not      bce_logits, which takes logits; categorical_ce, which takes a column per class

    >>> bce([1.0, 0.0, 1.0], [0.8, 0.1, 0.0]).round(4).tolist()
    [0.2231, 0.1054, inf]
    """
    return binary_cross_entropy(target, prediction)


@quietly
def _bce_logits_slope(target: Rows, prediction: Rows) -> Rows:
    miss = sigmoid(-np.abs(prediction))
    return np.where(prediction > 0.0, (1.0 - target) - miss, miss - target)


def _sure_logit(target: Rows, params: Values) -> Rows:
    with np.errstate(divide="ignore"):
        return np.asarray(np.clip(np.log(target) - np.log1p(-target), -800.0, 800.0))


def log_odds(share: float) -> float:
    """The logit of a probability; infinite at 0 and 1."""
    if share in (0.0, 1.0):
        return math.inf if share else -math.inf
    return math.log(share) - math.log1p(-share)


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
    formula="y * log(1 + exp(-z)) + (1 - y) * log(1 + exp(z))",
    gradient=_bce_logits_slope,
    gradient_formula="1 / (1 + exp(-z)) - y",
    unit="nats",
    likelihood=BERNOULLI + ", with probability 1 / (1 + exp(-z))",
    best_constant=MomentsConstant(
        "the log-odds of the share of positives",
        lambda mean, params: log_odds(mean),
        lambda mean, variance, params: binary_entropy(mean),
    ),
    perfect=Perfect(
        "the log-odds of the target, for labels 0 and 1 an infinite logit",
        _sure_logit,
        _own_entropy,
        attained=False,
    ),
    same_as={
        "torch": "torch.nn.functional.binary_cross_entropy_with_logits(z, y)",
        "keras": "keras.losses.binary_crossentropy(y, z, from_logits=True)",
        "optax": "optax.losses.sigmoid_binary_cross_entropy(z, y)",
    },
    differs={
        "keras": "its NumPy backend clips the probability: y=1, z=-100 gives 16.118, here 100",
        "xgboost": "binary:logistic trains on it; its metric logloss takes probabilities",
    },
    source="Cox (1958), doi:10.1111/j.2517-6161.1958.tb00292.x; Goodfellow et al. (2016), section 6.2.2.2",
)
def bce_logits(target: Rows, prediction: Rows) -> Rows:
    """Binary cross-entropy of the probability 1 / (1 + exp(-z)), without ever rounding that probability.

    Formula  y log(1 + exp(-z)) + (1 - y) log(1 + exp(z))
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k): k labels, averaged by the engine
    Unit     nats: ln 2 = 0.693 is a coin toss
    Raises   DomainError: a target outside [0, 1], nan or infinity, named with its row
    Not      bce, which takes probabilities; soft_margin, the same loss with labels -1/+1

    >>> bce_logits([1.0, 0.0, 1.0], [2.0, 2.0, -1000.0]).round(4).tolist()
    [0.1269, 2.1269, 1000.0]
    """
    return binary_cross_entropy_of_logits(target, prediction)


def _brier_slope(target: Rows, prediction: Rows) -> Rows:
    return 2.0 * (prediction - target)


@loss(
    "brier",
    title="Brier score",
    family="binary",
    aliases=("brier_score", "brier_score_loss"),
    inputs=(HARD_TARGET, CHANCE),
    formula="(p - y)**2",
    gradient=_brier_slope,
    gradient_formula="2 * (p - y)",
    best_constant=MomentsConstant(
        "the share of positives, the mean of the target",
        lambda mean, params: mean,
        lambda mean, variance, params: mean * (1.0 - mean),
    ),
    perfect=Perfect("the target itself", lambda target, params: target.copy(), zero_rows),
    same_as={
        "sklearn": "sklearn.metrics.brier_score_loss(y, p)",
        "scoringrules": "scoringrules.brier_score(y, p)",
    },
    differs={
        "sklearn": "with scale_by_half=False the sum over both classes: y=[1, 0], p=[0.8, 0.3] gives 0.13"
    },
    accuracy=Accuracy(textbook_holds=True),
    source="Brier (1950), doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2",
)
def brier(target: Rows, prediction: Rows) -> Rows:
    """Square of the error of a probability: a proper score that stays between 0 and 1.

    Formula  (p - y)**2
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k): k labels, averaged by the engine
    Unit     none: 0.25 is a coin toss
    Raises   DomainError: a target that is not 0 or 1, a probability outside [0, 1], named with its row
    Not      bce, the proper score without a bound; the sum over both classes, which is twice this

    >>> brier([1.0, 0.0], [0.8, 0.3]).round(4).tolist()
    [0.04, 0.09]
    """
    error = prediction - target
    return np.multiply(error, error, out=error)


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
        "sklearn": "sklearn.metrics.zero_one_loss(y, p), on classes",
        "keras": "1 - keras.metrics.BinaryAccuracy(threshold=t), with threshold=t",
        "xgboost": "eval_metric error, with threshold=0.5; error@t with threshold=t",
        "lightgbm": "metric binary_error, with threshold=0.5",
    },
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
