"""Multiclass: a class index or a row of class probabilities against a column per class."""

from __future__ import annotations

import math

import numpy as np

from losscli.arrays import Floats, Integers, Rows
from losscli.domains import CLASS_INDEX, REALS, SIMPLEX
from losscli.numerics.stable import quietly, scaled_difference, softmax, sum_columns
from losscli.registry import (
    Accuracy,
    FrequencyConstant,
    MomentsConstant,
    Perfect,
    Values,
    classes,
    loss,
    vectors,
    zero_rows,
)

CLASS = classes(
    "target",
    "y",
    CLASS_INDEX,
    "the class: an index from 0 to C - 1",
    hint="classes 1 to C? subtract 1; class names? they match the prediction's columns or --labels; "
    "one column per class? categorical_ce or softmax_ce; swapped files? the target comes first",
)
CLASS_ROW = vectors(
    "target",
    "y",
    SIMPLEX,
    "one-hot or soft rows, a column per class",
    hint="one column of class indices? sparse_categorical_ce or sparse_softmax_ce; "
    "several labels at once? bce; swapped files? the target comes first",
)
CHANCES = vectors(
    "prediction",
    "p",
    SIMPLEX,
    "the predicted probability of each class",
    hint="logits? use softmax_ce or sparse_softmax_ce; percentages? divide by 100; "
    "independent labels? bce; swapped files? the target comes first",
)
LOGITS = vectors(
    "prediction",
    "z",
    REALS,
    "the predicted logit of each class",
    doubt="categorical_ce or sparse_categorical_ce takes them",
)
CATEGORICAL = "categorical, exactly for one class a row"


def entropy_of(shares: Floats) -> float:
    """The entropy of shares that sum to 1, in nats."""
    return -math.fsum(float(share) * math.log(share) for share in shares if share > 0.0)


def _log_shares(shares: Floats, params: Values) -> Floats:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(shares))


def _shares_loss(shares: Floats, params: Values) -> float:
    return entropy_of(shares)


def _mean_row_loss(mean: Floats, variance: Floats, params: Values) -> float:
    """The loss of the mean row scaled to sum to 1, also where target rows sum to 1 only about."""
    total = math.fsum(mean.tolist())
    return entropy_of(mean) + total * math.log(total)


@quietly
def _own_row_entropy(target: Rows, params: Values) -> Floats:
    return _cross_entropy(target, target)


def _cross_entropy(target: Rows, prediction: Rows) -> Floats:
    """The sum over classes of -y log(p), where 0 times anything is 0."""
    terms = target * -np.log(np.where(target == 0.0, 1.0, prediction))
    return sum_columns(terms)


def _one_hot(target: Rows) -> Rows:
    """(n, C) rows with a 1 in the target's column, for the smallest C that holds all targets, at least 2."""
    return np.eye(max(2, int(target.max()) + 1))[_index(target)[:, 0]]


def _index(target: Rows) -> Integers:
    """(n, 1): the class index as an integer that addresses a column."""
    return target.astype(np.int64)[:, None]


@quietly
def _categorical_slope(target: Rows, prediction: Rows) -> Rows:
    return np.where(target == 0.0, 0.0, -target / prediction)


@loss(
    "categorical_ce",
    title="Categorical cross-entropy",
    family="multiclass",
    aliases=("categorical_crossentropy", "categorical_cross_entropy"),
    inputs=(CLASS_ROW, CHANCES),
    formula="-sum(y * log(p))",
    gradient=_categorical_slope,
    gradient_formula="-y / p",
    unit="nats",
    likelihood=CATEGORICAL,
    best_constant=MomentsConstant(
        "the mean of the target rows, the share of each class",
        lambda mean, params: mean / math.fsum(mean.tolist()),
        _mean_row_loss,
    ),
    perfect=Perfect(
        "the target row itself; with soft rows their entropy remains",
        lambda target, params: target.copy(),
        _own_row_entropy,
    ),
    same_as={
        "keras": "keras.losses.categorical_crossentropy(y, p), where rows sum to 1 and p is inside its clip",
        "sklearn": "sklearn.metrics.log_loss(y.argmax(axis=1), p, labels=range(C)), for one-hot rows",
    },
    differs={
        "keras": "divides each row by its sum, then clips to [1e-7, 1 - 1e-7]",
        "sklearn": "clips p by the machine's epsilon: p=0 of the true class gives 36.0437, here infinity",
    },
    accuracy=Accuracy(textbook_holds=True),
    source="Good (1952), doi:10.1111/j.2517-6161.1952.tb00104.x; Bridle (1990)",
)
@quietly
def categorical_ce(target: Rows, prediction: Rows) -> Floats:
    """Surprise at the class under the predicted probabilities; targets are one-hot or soft rows.

    Formula  -sum over classes of y log(p), with 0 log 0 = 0
    Shapes   (n, C) and (n, C) give (n,)
    Unit     nats: ln C is a guess among C classes
    Raises   DomainError: a value outside [0, 1].  SumError: a row that does not sum to 1
    Not      softmax_ce, which takes logits; bce, for labels that do not exclude each other

    >>> categorical_ce([[1.0, 0.0], [0.5, 0.5]], [[0.7, 0.3], [1.0, 0.0]]).round(4).tolist()
    [0.3567, inf]
    """
    return _cross_entropy(target, prediction)


@quietly
def _sparse_categorical_slope(target: Rows, prediction: Rows) -> Rows:
    index = _index(target)
    slope = np.zeros(prediction.shape)
    np.put_along_axis(slope, index, -1.0 / np.take_along_axis(prediction, index, axis=1), axis=1)
    return slope


@loss(
    "sparse_categorical_ce",
    title="Sparse categorical cross-entropy",
    family="multiclass",
    aliases=(
        "sparse_categorical_crossentropy",
        "sparse_categorical_cross_entropy",
        "mlogloss",
        "multi_logloss",
    ),
    inputs=(CLASS, CHANCES),
    formula="-log(p[y])",
    gradient=_sparse_categorical_slope,
    gradient_formula="-one_hot(y, p) / p[y]",
    unit="nats",
    likelihood="categorical",
    best_constant=FrequencyConstant(
        "the share of each class", lambda found, shares, params: shares, _shares_loss
    ),
    perfect=Perfect("1 for the class, 0 elsewhere", lambda target, params: _one_hot(target), zero_rows),
    same_as={
        "keras": "keras.losses.sparse_categorical_crossentropy(y, p), where p is inside its clip",
        "sklearn": "sklearn.metrics.log_loss(y, p, labels=range(C)), where p is not 0",
        "xgboost": "eval_metric mlogloss",
        "lightgbm": "metric multi_logloss",
        "torch": "torch.nn.functional.nll_loss(p.log(), y)",
    },
    differs={
        "torch": "cross_entropy takes logits: p=[.7, .2, .1], class 0 gives 0.7679, here 0.3567",
        "keras": "divides each row by its sum, then clips; on JAX a class outside 0 to C - 1 gives 0",
        "sklearn": "clips p by the machine's epsilon: p=0 of the true class gives 36.0437, here infinity",
        "lightgbm": "clips p at 1e-15: p=0 of the true class gives 34.5388, here infinity",
    },
    accuracy=Accuracy(textbook_holds=True),
    source="Good (1952), doi:10.1111/j.2517-6161.1952.tb00104.x; Bridle (1990)",
)
@quietly
def sparse_categorical_ce(target: Rows, prediction: Rows) -> Floats:
    """Surprise at the class under the predicted probabilities; targets are class indices.

    Formula  -log(p[y])
    Shapes   (n,) and (n, C) give (n,)
    Unit     nats: ln C is a guess among C classes
    Raises   DomainError: no class index, a value outside [0, 1].  SumError: a row that does not sum to 1
    Not      sparse_softmax_ce, which takes logits; categorical_ce, whose targets have a column per class

    >>> sparse_categorical_ce([0, 1], [[0.7, 0.2, 0.1], [1.0, 0.0, 0.0]]).round(4).tolist()
    [0.3567, inf]
    """
    chance = np.take_along_axis(prediction, _index(target), axis=1)[:, 0]
    return 0.0 - np.log(chance)


@quietly
def _softmax_slope(target: Rows, prediction: Rows) -> Rows:
    parts = softmax(prediction)
    rest = sum_columns(target)[:, None] - target
    return rest * parts.probabilities - target * parts.complements


@loss(
    "softmax_ce",
    title="Softmax cross-entropy",
    family="multiclass",
    aliases=("softmax_cross_entropy", "softmax_cross_entropy_with_logits"),
    inputs=(CLASS_ROW, LOGITS),
    formula="sum(y) * log(sum(exp(z))) - sum(y * z)",
    gradient=_softmax_slope,
    gradient_formula="sum(y) * exp(z) / sum(exp(z)) - y",
    unit="nats",
    likelihood=CATEGORICAL + ", with probabilities softmax(z)",
    best_constant=MomentsConstant(
        "the logarithms of the mean target row",
        _log_shares,
        _mean_row_loss,
    ),
    perfect=Perfect(
        "the logarithms of the target row, for one-hot rows an infinite logit",
        lambda target, params: np.maximum(_log_shares(target, params), -800.0),
        _own_row_entropy,
        attained=False,
    ),
    same_as={
        "torch": "torch.nn.functional.cross_entropy(z, y), with rows of probabilities as target",
        "keras": "keras.losses.categorical_crossentropy(y, z, from_logits=True)",
        "optax": "optax.losses.softmax_cross_entropy(z, y)",
    },
    source="Bridle (1990), doi:10.1007/978-3-642-76153-9_28",
)
@quietly
def softmax_ce(target: Rows, prediction: Rows) -> Floats:
    """Categorical cross-entropy of softmax(z), without ever rounding the probabilities.

    Formula  sum(y) log(sum(exp(z))) - sum(y z), sums over classes
    Shapes   (n, C) and (n, C) give (n,)
    Unit     nats: ln C is a guess among C classes
    Raises   DomainError: a target outside [0, 1].  SumError: a target row that does not sum to 1
    Not      categorical_ce, which takes probabilities; bce_logits, for labels that do not exclude each other

    >>> softmax_ce([[1.0, 0.0], [0.5, 0.5]], [[2.0, 0.0], [1000.0, 0.0]]).round(4).tolist()
    [0.1269, 500.0]
    """
    parts = softmax(prediction)
    below = scaled_difference(target, parts.highest[:, None], prediction)
    return sum_columns(below) + sum_columns(target) * np.log1p(parts.others)


@quietly
def _sparse_softmax_slope(target: Rows, prediction: Rows) -> Rows:
    parts, index = softmax(prediction), _index(target)
    slope = parts.probabilities
    np.put_along_axis(slope, index, -np.take_along_axis(parts.complements, index, axis=1), axis=1)
    return slope


@loss(
    "sparse_softmax_ce",
    title="Sparse softmax cross-entropy",
    family="multiclass",
    aliases=("sparse_softmax_cross_entropy", "softmax_cross_entropy_with_integer_labels"),
    inputs=(CLASS, LOGITS),
    formula="log(sum(exp(z))) - z[y]",
    gradient=_sparse_softmax_slope,
    gradient_formula="exp(z) / sum(exp(z)) - one_hot(y, z)",
    unit="nats",
    likelihood="categorical, with probabilities softmax(z)",
    best_constant=FrequencyConstant(
        "the logarithm of each class's share",
        lambda found, shares, params: _log_shares(shares, params),
        _shares_loss,
    ),
    perfect=Perfect(
        "an infinite logit for the class",
        lambda target, params: 800.0 * _one_hot(target),
        zero_rows,
        attained=False,
    ),
    same_as={
        "torch": "torch.nn.functional.cross_entropy(z, y), with class indices as target",
        "keras": "keras.losses.sparse_categorical_crossentropy(y, z, from_logits=True)",
        "optax": "optax.losses.softmax_cross_entropy_with_integer_labels(z, y)",
    },
    differs={
        "optax": "a class beyond C - 1 gives nan, a negative one counts from the end; here both are errors",
    },
    source="Bridle (1990), doi:10.1007/978-3-642-76153-9_28",
)
@quietly
def sparse_softmax_ce(target: Rows, prediction: Rows) -> Floats:
    """Categorical cross-entropy of softmax(z) for a class index, without ever rounding the probability.

    Formula  log(sum(exp(z))) - z[y]
    Shapes   (n,) and (n, C) give (n,)
    Unit     nats: ln C is a guess among C classes
    Raises   DomainError: no class index
    Not      sparse_categorical_ce, which takes probabilities: given logits it would stop at the first row

    >>> sparse_softmax_ce([0, 1], [[2.0, 1.0, 0.1], [1000.0, 0.0, 0.0]]).round(4).tolist()
    [0.417, 1000.0]
    """
    parts = softmax(prediction)
    own = np.take_along_axis(prediction, _index(target), axis=1)[:, 0]
    return (parts.highest - own) + np.log1p(parts.others)
