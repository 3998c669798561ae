"""Multiclass on probabilities: a class index or a row of classes against a probability per class."""

from __future__ import annotations

import math

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.losses.class_inputs import (
    CATEGORICAL,
    CHANCES,
    CLASS,
    CLASS_OR_NONE,
    CLASS_ROW,
    CLIP,
    IGNORE,
    SMOOTHING,
    class_counts,
    ignored_rows,
    index_of,
    indexed,
    kept_shares,
    one_hot,
    own,
    smoothed,
)
from losscli.losses.multiclass_elsewhere import CATEGORICAL_ELSEWHERE, SPARSE_ELSEWHERE
from losscli.numerics.stable import quietly, sum_columns
from losscli.params import as_number
from losscli.registry import FrequencyConstant, MomentsConstant, Perfect, Values, loss

__all__ = ["CLASS", "categorical_ce", "sparse_categorical_ce"]

CLIPPED = "p if eps == 0 else [max(eps, min(v, 1 - eps)) for v in p]"


def _minus_logs(probability: Rows, eps: float) -> Rows:
    """-log(p) of probabilities clipped to [eps, 1 - eps], whose upper end is not rounded."""
    if eps == 0.0:
        return -np.log(probability)
    logs = -np.log(np.maximum(probability, eps))
    return np.where(1.0 - probability < eps, -np.log1p(-eps), logs)


def _cross_entropy(target: Rows, prediction: Rows, eps: float) -> Floats:
    """The sum over classes of -y log(p), where 0 times anything is 0."""
    return sum_columns(target * _minus_logs(np.where(target == 0.0, 1.0, prediction), eps))


def _best_rows(target: Rows, eps: float) -> Rows:
    """The prediction that scores best against each target row: the row itself; with a clip, a rare class is
    better given nothing, since it counts eps anyway, and the others share what it had."""
    if eps == 0.0:
        return target.copy()
    order = np.argsort(-target, axis=1, kind="stable")
    ranked = np.take_along_axis(target, order, axis=1)
    best, least = ranked, np.full(len(target), np.inf)
    for kept in range(1, target.shape[1] + 1):
        tried = ranked / ranked[:, :kept].sum(axis=1, keepdims=True)
        tried[:, kept:] = 0.0
        score = sum_columns(ranked * _minus_logs(tried, eps))
        better = score < least
        best, least = np.where(better[:, None], tried, best), np.where(better, score, least)
    found = np.empty_like(best)
    np.put_along_axis(found, order, best, axis=1)
    return found


def _own_row_entropy(target: Rows, params: Values) -> Floats:
    rows, eps = _smoothed_rows(target, params), as_number(params["eps"])
    with np.errstate(divide="ignore"):
        return _cross_entropy(rows, _best_rows(rows, eps), eps)


def _smoothed_rows(target: Rows, params: Values) -> Rows:
    return smoothed(target, as_number(params["label_smoothing"]))


def _best_constant_row(mean: Floats, params: Values) -> Floats:
    row = np.asarray(mean / math.fsum(mean.tolist()))
    return np.asarray(_best_rows(row[None], as_number(params["eps"]))[0])


def _constant_row_loss(mean: Floats, variance: Floats, params: Values) -> float:
    """The loss of the mean row scaled to sum to 1, also where target rows sum to 1 only about."""
    row = _best_constant_row(np.asarray(mean), params)
    with np.errstate(divide="ignore"):
        return float(_cross_entropy(np.asarray(mean)[None], row[None], as_number(params["eps"]))[0])


@quietly
def _categorical_slope(target: Rows, prediction: Rows, *, label_smoothing: float, eps: float) -> Rows:
    rows = smoothed(target, label_smoothing)
    flat = (rows == 0.0) | (prediction < eps) | (1.0 - prediction < eps)
    return np.where(flat, 0.0, -rows / prediction)


@loss(
    "categorical_ce",
    title="Categorical cross-entropy",
    family="multiclass",
    aliases=("categorical_crossentropy", "categorical_cross_entropy"),
    inputs=(CLASS_ROW, CHANCES),
    params=[SMOOTHING, CLIP],
    formula=f"q = {CLIPPED}\nt = (1 - label_smoothing) * y + label_smoothing / len(y)\n-sum(t * log(q))",
    gradient=_categorical_slope,
    gradient_formula="t = (1 - label_smoothing) * y + label_smoothing / len(y)\n"
    "-t / p if eps == 0 else [-t[c] / p[c] if eps <= p[c] and p[c] <= 1 - eps else 0 for c in range(len(p))]",
    kinks=("min(abs(p - eps)) if eps > 0 else 1", "min(abs(1 - p - eps)) if eps > 0 else 1"),
    unit="nats",
    likelihood=CATEGORICAL,
    best_constant=MomentsConstant(
        "the mean of the target rows, the share of each class",
        _best_constant_row,
        _constant_row_loss,
        forward=_smoothed_rows,
    ),
    perfect=Perfect(
        "the target row itself; with soft rows their entropy remains",
        lambda target, params: _best_rows(_smoothed_rows(target, params), as_number(params["eps"])),
        _own_row_entropy,
    ),
    deviations=CATEGORICAL_ELSEWHERE,
    differs={"torch": "has no such function: cross_entropy takes logits; of p.log() it gives this number"},
    contrast=([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], [[0.0, 1.0, 0.0], [0.25, 0.5, 0.25]]),
    source="Good (1952), doi:10.1111/j.2517-6161.1952.tb00104.x; Bridle (1990); Szegedy et al. (2016), "
    "arXiv 1512.00567 (smoothing)",
)
@quietly
def categorical_ce(target: Rows, prediction: Rows, *, label_smoothing: float, eps: float) -> Floats:
    """Surprise at the class under the predicted probabilities; targets are one-hot or soft rows.

    Formula  -sum over classes of y log(p), with 0 log 0 = 0; smoothing s makes y (1 - s) y + s / C
    Shapes   (n, C) and (n, C) give (n,)
    Unit     nats: ln C is a guess among C classes
    Raises   DomainError: a value outside [0, 1].  SumError: a row that does not sum to 1
    Not      softmax_ce, which takes logits; bce, for labels that do not exclude each other

    >>> categorical_ce([[1.0, 0.0], [0.5, 0.5]], [[0.7, 0.3], [1.0, 0.0]]).round(4).tolist()
    [0.3567, inf]
    >>> categorical_ce([[1.0, 0.0]], [[0.7, 0.3]], label_smoothing=0.1).round(4).tolist()
    [0.399]
    """
    return _cross_entropy(smoothed(target, label_smoothing), prediction, eps)


def _class_shares(shares: Floats, params: Values) -> Floats:
    return kept_shares(np.arange(len(shares), dtype=np.float64), shares, params)


def _share_constant(found: Floats, shares: Floats, params: Values) -> Floats:
    return np.asarray(_best_rows(_class_shares(shares, params)[None], as_number(params["eps"]))[0])


def _share_loss(shares: Floats, params: Values) -> float:
    kept, eps = _class_shares(shares, params)[None], as_number(params["eps"])
    with np.errstate(divide="ignore"):
        return float(_cross_entropy(kept, _best_rows(kept, eps), eps)[0])


def _sure(target: Rows, params: Values) -> Rows:
    return one_hot(target)


def _sure_loss(target: Rows, params: Values) -> Floats:
    """What is left of the loss of a sure and right prediction: what the clip costs."""
    ignored = ignored_rows(target, _ignore(params))
    cost = np.full(len(target), 0.0 - math.log1p(-as_number(params["eps"])))
    return cost if ignored is None else np.where(ignored, 0.0, cost)


def _ignore(params: Values) -> float | None:
    return None if params["ignore_index"] is None else as_number(params["ignore_index"])


@quietly
def _sparse_slope(target: Rows, prediction: Rows, *, ignore_index: float | None, eps: float) -> Rows:
    ignored = ignored_rows(target, ignore_index)
    known = indexed(target, ignored)
    chance = own(known, prediction)
    flat = (chance < eps) | (1.0 - chance < eps)
    flat = flat if ignored is None else flat | ignored
    slope = np.zeros(prediction.shape)
    np.put_along_axis(slope, index_of(known), np.where(flat, 0.0, -1.0 / chance)[:, None], axis=1)
    return slope


def _sparse_counts(target: Rows, prediction: Rows, *, ignore_index: float | None, eps: float) -> Rows | None:
    return class_counts(target, None, ignore_index)


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
    inputs=(CLASS_OR_NONE, CHANCES),
    params=[IGNORE, CLIP],
    formula="0 if y == ignore_index else -log(p[y] if eps == 0 else max(eps, min(p[y], 1 - eps)))",
    gradient=_sparse_slope,
    gradient_formula="0 * p if y == ignore_index else (-one_hot(y, p) / p[y] if eps == 0 else "
    "[-1 / p[c] if c == y and eps <= p[c] and p[c] <= 1 - eps else 0 for c in range(len(p))])",
    kinks=("min(abs(p - eps)) if eps > 0 else 1", "min(abs(1 - p - eps)) if eps > 0 else 1"),
    unit="nats",
    likelihood="categorical",
    best_constant=FrequencyConstant("the share of each class", _share_constant, _share_loss),
    perfect=Perfect("1 for the class, 0 elsewhere", _sure, _sure_loss),
    counts=_sparse_counts,
    deviations=SPARSE_ELSEWHERE,
    differs={
        "torch": "has no such function: nll_loss takes log-probabilities (nll), and cross_entropy logits: "
        "p=[.7, .2, .1], class 0 gives 0.7679, here 0.3567",
    },
    contrast=([0.0, 1.0], [[0.0, 1.0, 0.0], [0.25, 0.5, 0.25]]),
    source="Good (1952), doi:10.1111/j.2517-6161.1952.tb00104.x; Bridle (1990)",
)
@quietly
def sparse_categorical_ce(
    target: Rows, prediction: Rows, *, ignore_index: float | None, eps: float
) -> Floats:
    """Surprise at the class under the predicted probabilities; targets are class indices.

    Formula  -log(p[y])
    Shapes   (n,) and (n, C) give (n,)
    Unit     nats: ln C is a guess among C classes
    Raises   DomainError: no class index, a value outside [0, 1].  SumError: a row that does not sum to 1
    Not      sparse_softmax_ce, which takes logits; categorical_ce, whose targets have a column per class

    >>> sparse_categorical_ce([0, 1], [[0.7, 0.2, 0.1], [1.0, 0.0, 0.0]]).round(4).tolist()
    [0.3567, inf]
    """
    ignored = ignored_rows(target, ignore_index)
    chance = own(indexed(target, ignored), prediction)
    rows = 0.0 + _minus_logs(chance, eps)
    return rows if ignored is None else np.where(ignored, 0.0, rows)
