"""Multiclass on logits and real scores: a class index or a row of classes against a score per class."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.losses.class_inputs import (
    CATEGORICAL,
    CLASS_OR_NONE,
    CLASS_ROW,
    IGNORE,
    LOGITS,
    SMOOTHING,
    WEIGHT,
    class_counts,
    ignored_rows,
    index_of,
    indexed,
    kept_shares,
    one_hot,
    own,
    smoothed,
    weights_fit,
)
from losscli.numerics.simplex import times_log_sum
from losscli.numerics.stable import quietly, softmax, softmax_cross_entropy, sum_columns
from losscli.params import as_number, as_numbers
from losscli.registry import (
    Convention,
    FrequencyConstant,
    MomentsConstant,
    Perfect,
    Values,
    loss,
)

TORCH_IGNORED = -100.0
"""The class that torch leaves out unless told otherwise."""

Weights = Sequence[float] | None


def _log_shares(shares: Floats, params: Values) -> Floats:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(shares))


def _weighed(target: Rows, label_smoothing: float, weight: Weights) -> Rows:
    """Target rows, smoothed, each class times its weight."""
    rows = smoothed(target, label_smoothing)
    return rows if weight is None else rows * np.asarray(weight)


def _weighed_for(target: Rows, params: Values) -> Rows:
    weight = None if params["weight"] is None else as_numbers(params["weight"])
    return _weighed(target, as_number(params["label_smoothing"]), weight)


def _entropy_of_sizes(sizes: Floats) -> float:
    """The least loss of target rows that add up to these sizes: that of the shares they are of their sum."""
    total = math.fsum(sizes.tolist())
    parts = [-float(size) * math.log(float(size) / total) for size in sizes if size > 0.0]
    return math.fsum(parts)


@quietly
def _own_entropy(target: Rows, params: Values) -> Floats:
    rows = _weighed_for(target, params)
    shares = rows / sum_columns(rows)[:, None]
    return sum_columns(rows * -np.log(np.where(rows == 0.0, 1.0, shares)))


def _sure_logits(target: Rows, params: Values) -> Rows:
    return np.maximum(_log_shares(_weighed_for(target, params), params), -800.0)


@quietly
def _of_rows(rows: Rows, logits: Rows) -> Floats:
    """Softmax cross-entropy of target rows that need not sum to 1."""
    below, size, parts = softmax_cross_entropy(rows, logits)
    return below + times_log_sum(size, logits, parts)


@quietly
def _slope_of_rows(rows: Rows, logits: Rows) -> Rows:
    parts = softmax(logits)
    rest = sum_columns(rows)[:, None] - rows
    return rest * parts.probabilities - rows * parts.complements


def _softmax_slope(target: Rows, prediction: Rows, *, label_smoothing: float, weight: Weights) -> Rows:
    return _slope_of_rows(_weighed(target, label_smoothing, weight), prediction)


@loss(
    "softmax_ce",
    title="Softmax cross-entropy",
    family="multiclass",
    aliases=("softmax_cross_entropy", "softmax_cross_entropy_with_logits"),
    inputs=(CLASS_ROW, LOGITS),
    params=[SMOOTHING, WEIGHT],
    formula="s = (1 - label_smoothing) * y + label_smoothing / len(y)\n"
    "t = s if weight is None else weight * s\n"
    "sum(t) * log(sum(exp(z))) - sum(t * z)",
    gradient=_softmax_slope,
    gradient_formula="s = (1 - label_smoothing) * y + label_smoothing / len(y)\n"
    "t = s if weight is None else weight * s\n"
    "sum(t) * exp(z) / sum(exp(z)) - t",
    unit="nats",
    likelihood=CATEGORICAL + ", with probabilities softmax(z)",
    best_constant=MomentsConstant(
        "the logarithms of the mean target row",
        _log_shares,
        lambda mean, variance, params: _entropy_of_sizes(mean),
        forward=_weighed_for,
    ),
    perfect=Perfect(
        "the logarithms of the target row, for one-hot rows an infinite logit",
        _sure_logits,
        _own_entropy,
        attained=False,
    ),
    fits=weights_fit,
    same_as={
        "torch": "torch.nn.functional.cross_entropy(z, y), with rows of probabilities as target",
        "keras": "keras.losses.categorical_crossentropy(y, z, from_logits=True)",
        "optax": "optax.losses.softmax_cross_entropy(z, y)",
    },
    deviations=(
        Convention("optax", "optax.losses.safe_softmax_cross_entropy(z, y)"),
        Convention(
            "keras",
            "keras.losses.CategoricalCrossentropy(from_logits=True)(y, z)",
            "with weights it divides by the number of rows",
            edge=True,
            by_rows=True,
            single=True,
        ),
    ),
    differs={
        "torch": "with class weights its mean divides by the number of rows for these targets, by the rows' "
        "weights for indices (sparse_softmax_ce): the same data give 0.9599 and 0.4799",
        "optax": "a logit of -infinity beside a target of 0 gives nan, in the safe one 0; here it is refused",
    },
    contrast=([[1.0, 0.0], [0.0, 1.0]], [[2.0, 0.5], [1.0, -1.0]]),
    source="Bridle (1990), doi:10.1007/978-3-642-76153-9_28; Szegedy et al. (2016), arXiv 1512.00567 "
    "(smoothing)",
)
def softmax_ce(target: Rows, prediction: Rows, *, label_smoothing: float, weight: Weights) -> Floats:
    """Categorical cross-entropy of softmax(z), without ever rounding the probabilities.

    Formula  sum(y) log(sum(exp(z))) - sum(y z), sums over classes; smoothing s makes y (1 - s) y + s / C,
             weight multiplies it class by class
    Shapes   (n, C) and (n, C) give (n,)
    Unit     nats: ln C is a guess among C classes
    Raises   DomainError: a target outside [0, 1].  SumError: a target row that does not sum to 1
    Not      categorical_ce, which takes probabilities; bce_logits, for labels that do not exclude each other

    >>> softmax_ce([[1.0, 0.0], [0.5, 0.5]], [[2.0, 0.0], [1000.0, 0.0]]).round(4).tolist()
    [0.1269, 500.0]
    """
    return _of_rows(_weighed(target, label_smoothing, weight), prediction)


# --- class indices --------------------------------------------------------------------------------


def _rows_for(target: Rows, width: int, label_smoothing: float, weight: Weights) -> Rows:
    """(n, width): the class indices as target rows, smoothed and weighted."""
    rows = np.asarray(np.arange(width) == target[:, None], dtype=np.float64)
    return _weighed(rows, label_smoothing, weight)


@quietly
def _sparse_slope(
    target: Rows, prediction: Rows, *, label_smoothing: float, weight: Weights, ignore_index: float | None
) -> Rows:
    ignored = ignored_rows(target, ignore_index)
    known = indexed(target, ignored)
    if label_smoothing != 0.0 or weight is not None:
        slope = _slope_of_rows(_rows_for(known, prediction.shape[1], label_smoothing, weight), prediction)
    else:
        parts, index = softmax(prediction), index_of(known)
        slope = parts.probabilities
        np.put_along_axis(slope, index, -np.take_along_axis(parts.complements, index, axis=1), axis=1)
    return slope if ignored is None else np.where(ignored[:, None], 0.0, slope)


def _counts(
    target: Rows, prediction: Rows, *, label_smoothing: float, weight: Weights, ignore_index: float | None
) -> Rows | None:
    return class_counts(target, weight, ignore_index)


def _sizes(shares: Floats, params: Values) -> Floats:
    """What the target rows add up to, class by class, in a mean over the weights of the rows' classes."""
    kept = kept_shares(np.arange(len(shares), dtype=np.float64), shares, params)
    smoothing = as_number(params["label_smoothing"])
    weight = np.ones(len(kept)) if params["weight"] is None else np.asarray(as_numbers(params["weight"]))
    over = math.fsum((kept * weight).tolist())
    return np.asarray(((1.0 - smoothing) * kept + smoothing / len(kept)) * weight / over)


def _perfect_index(target: Rows, params: Values) -> Rows:
    rows = one_hot(target)
    return np.maximum(_log_shares(_weighed_for(rows, params), params), -800.0)


def _left_over(target: Rows, params: Values) -> Floats:
    """The entropy of smoothed rows, and 0 for rows that are left out."""
    found = _own_entropy(one_hot(target), params)
    return np.where(target == params["ignore_index"], 0.0, found)


def _best_logits(found: Floats, shares: Floats, params: Values) -> Floats:
    """The logarithms of the shares, and a very low one for a class that is left out: no row asks for it."""
    logits = _log_shares(_sizes(shares, params), params)
    return np.where(found == params["ignore_index"], -800.0, logits)


SPREAD = (
    "((1 - label_smoothing) * one_hot(y, z) + label_smoothing / len(z)) * (1 if weight is None else weight)"
)
"""The class as a target row, smoothed and weighted."""


@loss(
    "sparse_softmax_ce",
    title="Sparse softmax cross-entropy",
    family="multiclass",
    aliases=("sparse_softmax_cross_entropy", "softmax_cross_entropy_with_integer_labels"),
    inputs=(CLASS_OR_NONE, LOGITS),
    params=[SMOOTHING, WEIGHT, IGNORE],
    formula="0 if y == ignore_index else (log(sum(exp(z))) - z[y] if label_smoothing == 0 and weight is None "
    f"else sum({SPREAD} * (log(sum(exp(z))) - z)))",
    gradient=_sparse_slope,
    gradient_formula="0 * z if y == ignore_index else (exp(z) / sum(exp(z)) - one_hot(y, z) "
    f"if label_smoothing == 0 and weight is None else sum({SPREAD}) * exp(z) / sum(exp(z)) - {SPREAD})",
    unit="nats",
    likelihood="categorical, with probabilities softmax(z)",
    best_constant=FrequencyConstant(
        "the logarithm of each class's share",
        _best_logits,
        lambda shares, params: _entropy_of_sizes(_sizes(shares, params)),
    ),
    perfect=Perfect("an infinite logit for the class", _perfect_index, _left_over, attained=False),
    counts=_counts,
    fits=weights_fit,
    same_as={
        "keras": "keras.losses.sparse_categorical_crossentropy(y, z, from_logits=True)",
        "optax": "optax.losses.softmax_cross_entropy_with_integer_labels(z, y)",
    },
    deviations=(
        Convention(
            "torch",
            "torch.nn.functional.cross_entropy(z, y)",
            params={"ignore_index": TORCH_IGNORED},
        ),
        Convention(
            "keras",
            "keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y, z)",
            "with weights it divides by the number of rows",
            edge=True,
            by_rows=True,
            single=True,
        ),
    ),
    differs={
        "torch": "takes logits without asking: probabilities [.7, .2, .1], class 0 give 0.7679, their true "
        "loss is 0.3567; leaves out class -100 unless told otherwise",
        "optax": "a class beyond C - 1 gives nan, a negative one counts from the end; here both are errors",
        "sklearn": "HalfMultinomialLoss only trains on it; its metric log_loss takes probabilities",
        "xgboost": "multi:softprob trains on it; its metric mlogloss takes probabilities",
        "lightgbm": "multiclass trains on it; its metric multi_logloss takes probabilities",
    },
    contrast=([0.0, 1.0], [[2.0, 0.5], [1.0, -1.0]]),
    source="Bridle (1990), doi:10.1007/978-3-642-76153-9_28; Szegedy et al. (2016), arXiv 1512.00567 "
    "(smoothing)",
)
@quietly
def sparse_softmax_ce(
    target: Rows, prediction: Rows, *, label_smoothing: float, weight: Weights, ignore_index: float | None
) -> Floats:
    """Categorical cross-entropy of softmax(z) for a class index, without ever rounding the probability.

    Formula  log(sum(exp(z))) - z[y]; with label_smoothing s and weights w: (1 - s) w[y] times that, and s / C
             times the sum over all classes c of w[c] (log(sum(exp(z))) - z[c]); w[y] also counts in the mean
    Shapes   (n,) and (n, C) give (n,)
    Unit     nats: ln C is a guess among C classes
    Raises   DomainError: no class index.  ParamError: as many weights as classes are needed
    Not      sparse_categorical_ce, which takes probabilities: given logits it would stop at the first row

    >>> sparse_softmax_ce([0, 1], [[2.0, 1.0, 0.1], [1000.0, 0.0, 0.0]]).round(4).tolist()
    [0.417, 1000.0]
    """
    ignored = ignored_rows(target, ignore_index)
    known = indexed(target, ignored)
    if label_smoothing != 0.0 or weight is not None:
        rows = _of_rows(_rows_for(known, prediction.shape[1], label_smoothing, weight), prediction)
    else:
        parts = softmax(prediction)
        rows = (parts.highest - own(known, prediction)) + times_log_sum(1.0, prediction, parts)
    return rows if ignored is None else np.where(ignored, 0.0, rows)
