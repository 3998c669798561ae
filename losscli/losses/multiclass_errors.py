"""Errors of several classes that only the order of the scores decides."""

from __future__ import annotations

import math

import numpy as np

from losscli.arrays import Floats, Mask, Rows
from losscli.domains import CLASS_INDEX, REALS, Interval
from losscli.losses.margin_multiclass import index_of, own_score
from losscli.params import Param, as_number
from losscli.registry import (
    Accuracy,
    Convention,
    FrequencyConstant,
    Perfect,
    Values,
    classes,
    loss,
    vectors,
    zero_rows,
)


def _fits(shapes: list[tuple[int, ...]], params: Values) -> str:
    count, width = as_number(params["k"]), shapes[-1][-1]
    if count < width:
        return ""
    return f"k={count:g} of {width} classes are all of them, so that no row is wrong: k must be below {width}"


def _still(target: Rows, prediction: Rows, *, k: float) -> Rows:
    return np.zeros(prediction.shape)


def _most_frequent(found: Floats, shares: Floats, params: Values) -> Floats:
    order = np.argsort(-shares, kind="stable")
    scores = np.zeros(len(shares))
    scores[order[: int(as_number(params["k"]))]] = 1.0
    return scores


def _share_of_others(shares: Floats, params: Values) -> float:
    rest = np.sort(shares)[::-1][int(as_number(params["k"])) :]
    return math.fsum(rest.tolist())


def _wins(target: Rows, prediction: Rows) -> Rows:
    """(n, C): which classes have a larger score than the true one."""
    return np.asarray(prediction > own_score(target, prediction)[:, None])


def _topk_keras(target: Rows, prediction: Rows, *, k: float) -> Floats:
    """Only larger scores stand above the class's own: of tied classes all are among the first."""
    return np.asarray(_wins(target, prediction).sum(axis=1) >= k, dtype=np.float64)


def _topk_sklearn(target: Rows, prediction: Rows, *, k: float) -> Floats:
    """Of tied classes the later column stands above."""
    tied = prediction == own_score(target, prediction)[:, None]
    later = np.arange(prediction.shape[1]) > index_of(target)
    above = _wins(target, prediction) | (tied & later)
    return np.asarray(above.sum(axis=1) >= k, dtype=np.float64)


def _ties(target: Rows, prediction: Rows, *, k: float) -> Mask:
    """(n,): the rows in which another class has the true one's score."""
    return np.asarray((prediction == own_score(target, prediction)[:, None]).sum(axis=1) > 1)


@loss(
    "topk_error",
    title="Top-k error",
    family="multiclass",
    aliases=("top_k_error", "topk"),
    inputs=(
        classes(
            "target",
            "y",
            CLASS_INDEX,
            "the class: an index from 0 to C - 1",
            hint="classes 1 to C? subtract 1; class names? they match the prediction's columns or --labels; "
            "swapped files? the target comes first",
        ),
        vectors("prediction", "f", REALS, "the score of each class: logit, probability or any other"),
    ),
    params=[Param("k", 2.0, "how many guesses each row has", Interval(1.0), whole=True)],
    formula="0 if sum((1 if f[j] >= f[y] else 0) for j in range(len(f))) <= k else 1",
    gradient=_still,
    gradient_formula="0 * f",
    kinks=("min((1 if j == y else abs(f[j] - f[y])) for j in range(len(f)))",),
    fits=_fits,
    best_constant=FrequencyConstant("1 for the k most frequent classes", _most_frequent, _share_of_others),
    perfect=Perfect(
        "the largest score for the class",
        lambda target, params: np.eye(max(int(as_number(params["k"])) + 1, int(target.max()) + 1))[
            index_of(target)[:, 0]
        ],
        zero_rows,
    ),
    deviations=(
        Convention(
            "keras",
            "1 - keras.metrics.sparse_top_k_categorical_accuracy(y, f, k=k)",
            differs="its default is k=5; classes tied with the true one do not stand above it, so that equal "
            "scores are never wrong",
            names=("top_k_categorical_accuracy", "SparseTopKCategoricalAccuracy", "TopKCategoricalAccuracy"),
            params={"k": 5.0},
            rows=_topk_keras,
            single=True,
        ),
        Convention(
            "sklearn",
            "1 - sklearn.metrics.top_k_accuracy_score(y, f, k=k, labels=range(C))",
            differs="of tied classes the later column stands above",
            edge=True,
            rows=_topk_sklearn,
            touches=_ties,
        ),
        Convention(
            "lightgbm",
            "lightgbm.train(metric='multi_error', multi_error_top_k=k)",
            differs="its default is k=1",
            names=("multi_error", "multi_error_top_k"),
            params={"k": 1.0},
        ),
    ),
    contrast=(
        [0.0, 3.0, 5.0, 1.0],
        [
            [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
            [0.25, 0.5, 0.75, 0.5, 0.0, 0.0, 0.0],
            [0.5, 0.75, 0.25, 0.125, 0.0, 0.0625, 0.5],
            [0.75, 0.5, 0.25, 0.125, 0.0, 0.0625, 0.375],
        ],
    ),
    accuracy=Accuracy(textbook_holds=True),
    source="Russakovsky et al. (2015), doi:10.1007/s11263-015-0816-y",
)
def topk_error(target: Rows, prediction: Rows, *, k: float) -> Floats:
    """Counts rows whose class is not among the k classes with the largest scores.

    Formula  0 where at most k classes, itself counted, have a score >= that of the class, else 1
    Shapes   (n,) and (n, C) give (n,)
    Unit     none: the mean is the share of wrong rows, 1 - top-k accuracy
    Raises   ParamError: k not below the number of classes.  DomainError: no class index
    Not      zero_one, which compares classes; a tie counts against the class: equal scores are no guess

    >>> topk_error([0, 2, 1], [[0.5, 0.25, 0.25], [0.5, 0.25, 0.0], [0.5, 0.5, 0.5]], k=1).tolist()
    [0.0, 1.0, 1.0]
    """
    above = (prediction >= own_score(target, prediction)[:, None]).sum(axis=1)
    return np.asarray(above > k, dtype=np.float64)
