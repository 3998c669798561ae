"""Ranking: a row is one list, the relevance of its items against their scores."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from losscli.arrays import Floats, Mask, Rows
from losscli.domains import NOT_NEGATIVE, REALS
from losscli.numerics.margins import missing
from losscli.numerics.stable import (
    LN_2,
    quietly,
    scaled_difference,
    sigmoid,
    softmax,
    sum_columns,
    two_difference,
    two_sum,
)
from losscli.registry import NoConstant, Perfect, Values, loss, vectors

RELEVANCE = vectors(
    "target",
    "y",
    NOT_NEGATIVE,
    "the relevance of each item of the list, of at least 0",
    hint="ranks, 1 the best? turn them round: relevance is larger for better items; swapped files? the "
    "target comes first",
)
GRADES = vectors(
    "target",
    "y",
    REALS,
    "the relevance of each item of the list: only its order counts, larger is better",
    hint="ranks, 1 the best? turn them round; swapped files? the target comes first",
)
SCORES = vectors("prediction", "s", REALS, "the score of each item of the list")
SAME_FOR_ALL = "the places of a list mean nothing, so a constant is one score for all items: "
_SURE = 800.0  # a gap of scores behind which exp(-gap) is 0
_FAR = 2.0**-900  # what is smaller is close to underflow, beside a relevance that could be huge
_LN_2_REST = 2.3190468138462996e-17  # ln 2 less its nearest double
_SPREAD = 600.0  # exp of a difference of scores up to here is a normal number


def _no_loss(target: Rows, params: Values) -> Floats:
    return np.zeros(len(target))


def _places(target: Rows) -> Rows:
    """(n, L): each item's place in its list, 0 the least relevant; of equal ones the last is the least."""
    order = np.argsort(-target, axis=1, kind="stable")
    places = np.empty(target.shape)
    falling = np.arange(target.shape[1] - 1.0, -1.0, -1.0)
    np.put_along_axis(places, order, np.broadcast_to(falling, target.shape), axis=1)
    return places


def _far_apart(target: Rows, params: Values) -> Rows:
    return _SURE * _places(target)


# --- lists as a whole ---------------------------------------------------------------------------------------


@quietly
def _log_relevance(target: Rows, params: Values) -> Rows:
    none = np.broadcast_to((target == 0.0).all(axis=1)[:, None], target.shape)
    return np.where(none, 0.0, np.where(target == 0.0, -2.0 * _SURE, np.log(target)))


@quietly
def _own_disorder(target: Rows, params: Values) -> Floats:
    total = sum_columns(target)[:, None]
    return sum_columns(np.where(target == 0.0, 0.0, target * (np.log(total) - np.log(target))))


def _share_of_far(target: Rows, prediction: Rows) -> Rows:
    """target * (the sum of exp(s - highest) over all but the highest), where the sum alone would underflow.

    The exponentials are 2**1024 times as large; adding that logarithm to a gap of this size is exact.
    """
    top = prediction.argmax(axis=1)[:, None]
    gap, rest = two_difference(prediction, np.take_along_axis(prediction, top, axis=1))
    rest = np.where(np.isfinite(rest), rest, 0.0) + 1024.0 * _LN_2_REST
    terms = np.exp(gap + 1024.0 * LN_2) * (1.0 + rest)
    np.put_along_axis(terms, top, 0.0, axis=1)
    return (target * 2.0**-512 * sum_columns(terms)[:, None]) * 2.0**-512


@quietly
def _listnet_slope(target: Rows, prediction: Rows) -> Rows:
    parts = softmax(prediction)
    rest = sum_columns(target)[:, None] - target
    return rest * parts.probabilities - target * parts.complements


@loss(
    "listnet",
    title="Ranking softmax loss (ListNet)",
    family="ranking",
    aliases=("ranking_softmax", "ranking_softmax_loss"),
    inputs=(RELEVANCE, SCORES),
    downward=True,
    formula="-sum(y * log(exp(s) / sum(exp(s))))",
    gradient=_listnet_slope,
    gradient_formula="sum(y) * exp(s) / sum(exp(s)) - y",
    unit="nats",
    likelihood="categorical, of an item drawn by its relevance",
    best_constant=NoConstant(SAME_FOR_ALL + "ln L for each unit of relevance"),
    perfect=Perfect(
        "the logarithms of the relevance; their disorder remains",
        _log_relevance,
        _own_disorder,
        attained=False,
    ),
    same_as={"optax": "optax.losses.ranking_softmax_loss(s, y)", "rax": "rax.softmax_loss(s, y)"},
    differs={
        "lightgbm": "rank_xendcg draws random relevances and only trains",
        "catboost": "QuerySoftMax divides by the sum of the relevances of all lists",
    },
    source="Cao et al. (2007), doi:10.1145/1273496.1273513",
)
@quietly
def listnet(target: Rows, prediction: Rows) -> Floats:
    """Cross-entropy between the relevance of a list's items and the softmax of their scores.

    Formula  -sum over items of y log(exp(s) / sum(exp(s)))
    Shapes   (n, L) and (n, L) give (n,): a row is a list
    Unit     nats for each unit of relevance: ln L for equal scores
    Raises   DomainError: a relevance below 0
    Not      softmax_ce, the same function of rows that sum to 1; listmle, where only the order counts

    >>> listnet([[2.0, 1.0, 0.0], [0.0, 0.0, 0.0]], [[2.0, 1.0, 0.0], [1.0, 2.0, 3.0]]).round(4).tolist()
    [2.2228, 0.0]
    """
    parts = softmax(prediction)
    below = scaled_difference(target, parts.highest[:, None], prediction)
    share = target * np.log1p(parts.others)[:, None]
    far = parts.others < _FAR
    if far.any():
        share[far] = _share_of_far(target[far], prediction[far])
    return sum_columns(np.hstack([below, share]))


def _falling(target: Rows, prediction: Rows) -> Rows:
    """(n, L): the scores in the order of falling relevance, equal ones in the order of the columns."""
    return np.take_along_axis(prediction, np.argsort(-target, axis=1, kind="stable"), axis=1)


def _choices(scores: Rows) -> Rows:
    """(n, L): the cross-entropy of choosing each item before all that come after it."""
    highest = scores.max(axis=1, keepdims=True)
    gap, rest = two_difference(scores, highest)
    terms = np.exp(gap)
    terms += terms * rest
    later = np.zeros(scores.shape)
    total, lost = np.zeros(len(scores)), np.zeros(len(scores))
    for place in range(scores.shape[1] - 1, 0, -1):
        total, slip = two_sum(total, terms[:, place])
        lost += slip
        later[:, place - 1] = total + lost
    found = np.log1p(later / terms)
    wide = gap.min(axis=1) < -_SPREAD
    if wide.any():  # a sum over a list's tail would underflow beside the list's highest score
        found[wide] = _choices_one_by_one(scores[wide])
    return found


def _choices_one_by_one(scores: Rows) -> Rows:
    found = np.zeros(scores.shape)
    for place in range(scores.shape[1] - 1):
        tail = softmax(scores[:, place:])
        found[:, place] = (tail.highest - scores[:, place]) + np.log1p(tail.others)
    return found


@quietly
def _listmle_slope(target: Rows, prediction: Rows) -> Rows:
    scores = _falling(target, prediction)
    slope = np.zeros(scores.shape)
    for place in range(scores.shape[1] - 1):
        tail = softmax(scores[:, place:])
        slope[:, place] -= tail.complements[:, 0]
        slope[:, place + 1 :] += tail.probabilities[:, 1:]
    found = np.empty(scores.shape)
    np.put_along_axis(found, np.argsort(-target, axis=1, kind="stable"), slope, axis=1)
    return found


@loss(
    "listmle",
    title="ListMLE loss",
    family="ranking",
    aliases=("listmle_loss", "plackett_luce"),
    inputs=(GRADES, SCORES),
    downward=True,
    formula="e = exp(s); -sum(log(e[a] / sum(e[b] for b in range(len(s))"
    " if y[b] < y[a] or y[b] == y[a] and b >= a)) for a in range(len(s)))",
    gradient=_listmle_slope,
    gradient_formula="e = exp(s); [sum(e[k] / sum(e[b] for b in range(len(s))"
    " if y[b] < y[a] or y[b] == y[a] and b >= a) for a in range(len(s))"
    " if y[k] < y[a] or y[k] == y[a] and k >= a) - 1 for k in range(len(s))]",
    unit="nats",
    likelihood="Plackett and Luce: items are drawn one after the other, each by a softmax of what is left",
    best_constant=NoConstant(SAME_FOR_ALL + "ln L!"),
    perfect=Perfect(
        "scores in the order of the relevance, infinitely far apart", _far_apart, _no_loss, attained=False
    ),
    same_as={"rax": "rax.listmle_loss(s, y)"},
    differs={
        "rax": "breaks ties at random where it is given a key; unique_softmax_loss compares each item only "
        "with less relevant ones, times 2**y - 1",
    },
    source="Xia et al. (2008), doi:10.1145/1390156.1390306",
)
@quietly
def listmle(target: Rows, prediction: Rows) -> Floats:
    """Surprise at the list's order, if items are drawn one after the other by the softmax of their scores.

    Formula  sum over items, by falling relevance, of log(sum over itself and all later ones of exp(s)) - s
    Shapes   (n, L) and (n, L) give (n,): a row is a list
    Unit     nats: ln L! for equal scores
    Raises   DomainError: nan or infinity, named with its row
    Not      listnet, which has no order of equal items: here they keep the order in which they are given,
             so that in lists with ties another order of the items gives another number

    >>> listmle([[2.0, 1.0, 0.0], [0.0, 1.0, 2.0]], [[2.0, 1.0, 0.0], [2.0, 1.0, 0.0]]).round(4).tolist()
    [0.7209, 3.7209]
    """
    return sum_columns(_choices(_falling(target, prediction)))


# --- pairs of items -----------------------------------------------------------------------------------------


def _pairs(target: Rows, prediction: Rows) -> Floats:
    """(n,): how many pairs of a more and a less relevant item a list has."""
    found = np.zeros(len(target))
    for item in range(target.shape[1]):
        found += np.count_nonzero(_less(target, item), axis=1)
    return found


def _less(target: Rows, item: int) -> Mask:
    """(n, L): which items are less relevant than this one."""
    return np.asarray(target[:, item : item + 1] > target)


def _sum_of_pairs(target: Rows, prediction: Rows, loss_of: Callable[[Rows, Rows], Rows]) -> Floats:
    """(n,): the sum of loss_of(score of the more relevant item, scores of the less relevant ones).

    Items stand by falling relevance, so that only later ones are compared with each; what an addition rounds
    away is kept beside the sum.
    """
    order = np.argsort(-target, axis=1, kind="stable")
    relevance, scores = (np.take_along_axis(block, order, axis=1) for block in (target, prediction))
    total, lost = np.zeros(scores.shape), np.zeros(scores.shape)
    for place in range(scores.shape[1] - 1):
        later = slice(place + 1, None)
        valid = relevance[:, place : place + 1] > relevance[:, later]
        terms = np.where(valid, loss_of(scores[:, place : place + 1], scores[:, later]), 0.0)
        total[:, later], slip = two_sum(total[:, later], terms)
        lost[:, later] += slip
    lost[~np.isfinite(total)] = 0.0
    return sum_columns(np.hstack([total, lost]))


def _logistic(ahead: Rows, behind: Rows) -> Rows:
    """log(1 + exp(behind - ahead)); what rounding took from the difference comes back by the slope."""
    gap, rest = two_difference(behind, ahead)
    decay = np.exp(-np.abs(gap))
    slope = np.where(gap >= 0.0, 1.0, decay) / (1.0 + decay)
    found = np.maximum(gap, 0.0) + np.log1p(decay)
    return np.where(np.isfinite(gap), found + rest * slope, found)


def _hinge(ahead: Rows, behind: Rows) -> Rows:
    return missing(1.0, ahead, behind)


@quietly
def _pairwise_logistic_slope(target: Rows, prediction: Rows) -> Rows:
    slope = np.zeros(prediction.shape)
    for item in range(prediction.shape[1]):
        share = np.where(_less(target, item), sigmoid(prediction - prediction[:, item : item + 1]), 0.0)
        slope += share
        slope[:, item] -= sum_columns(share)
    return slope


@loss(
    "pairwise_logistic",
    title="Pairwise logistic loss (RankNet)",
    family="ranking",
    aliases=("ranknet", "pairwise_logistic_loss"),
    inputs=(GRADES, SCORES),
    downward=True,
    formula="sum(log(1 + exp(s[j] - s[i])) for i in range(len(s)) for j in range(len(s)) if y[i] > y[j])",
    gradient=_pairwise_logistic_slope,
    gradient_formula="[sum(1 / (1 + exp(s[i] - s[a])) for i in range(len(s)) if y[i] > y[a])"
    " - sum(1 / (1 + exp(s[a] - s[j])) for j in range(len(s)) if y[a] > y[j]) for a in range(len(s))]",
    unit="nats",
    likelihood="Bradley and Terry: the more relevant item of each pair wins",
    counts=_pairs,
    best_constant=NoConstant(SAME_FOR_ALL + "ln 2 a pair"),
    perfect=Perfect(
        "scores in the order of the relevance, infinitely far apart", _far_apart, _no_loss, attained=False
    ),
    same_as={"rax": "rax.pairwise_logistic_loss(s, y)"},
    differs={
        "xgboost": "rank:pairwise only trains on it; its metrics are others",
        "lightgbm": "lambdarank has gradients and no value; its metrics are others",
        "catboost": "PairLogit takes the pairs, with weights, from a file",
    },
    source="Burges et al. (2005), doi:10.1145/1102351.1102363",
)
@quietly
def pairwise_logistic(target: Rows, prediction: Rows) -> Floats:
    """Logistic loss of the lead of the more relevant item, over all pairs of different relevance.

    Formula  a list has the sum of log(1 + exp(s[j] - s[i])) over its pairs with y[i] > y[j]; the mean is
             over all pairs of all lists
    Shapes   (n, L) and (n, L) give (n,): a row is a list
    Unit     nats: ln 2 a pair for equal scores
    Raises   DomainError: nan or infinity, named with its row
    Not      listmle and listnet, whose mean is over lists; lists with many pairs count as much as they have

    >>> pairwise_logistic([[1.0, 0.0, 0.0], [1.0, 1.0, 1.0]], [[2.0, 1.0, 2.0], [1.0, 2.0, 3.0]]).round(4)
    array([1.0064, 0.    ])
    """
    return _sum_of_pairs(target, prediction, _logistic)


@quietly
def _pairwise_hinge_slope(target: Rows, prediction: Rows) -> Rows:
    slope = np.zeros(prediction.shape)
    for item in range(prediction.shape[1]):
        short = missing(1.0, prediction[:, item : item + 1], prediction)
        active = np.asarray(_less(target, item) & (short > 0.0), dtype=np.float64)
        slope += active
        slope[:, item] -= active.sum(axis=1)
    return slope


@loss(
    "pairwise_hinge",
    title="Pairwise hinge loss",
    family="ranking",
    aliases=("pairwise_hinge_loss", "ranking_svm"),
    inputs=(GRADES, SCORES),
    downward=True,
    formula="sum(max(0, 1 - (s[i] - s[j])) for i in range(len(s)) for j in range(len(s)) if y[i] > y[j])",
    gradient=_pairwise_hinge_slope,
    gradient_formula="[sum((1 if 1 - (s[i] - s[a]) > 0 else 0) for i in range(len(s)) if y[i] > y[a])"
    " - sum((1 if 1 - (s[a] - s[j]) > 0 else 0) for j in range(len(s)) if y[a] > y[j])"
    " for a in range(len(s))]",
    kinks=("min(abs(1 - (s[i] - s[j])) for i in range(len(s)) for j in range(len(s)))",),
    counts=_pairs,
    best_constant=NoConstant(SAME_FOR_ALL + "1 a pair"),
    perfect=Perfect(
        "scores in the order of the relevance, 1 apart", lambda target, params: _places(target), _no_loss
    ),
    same_as={"rax": "rax.pairwise_hinge_loss(s, y)"},
    differs={"torch": "margin_ranking_loss takes the two scores of each pair, and which should be larger"},
    source="Joachims (2002), doi:10.1145/775047.775067",
)
@quietly
def pairwise_hinge(target: Rows, prediction: Rows) -> Floats:
    """How much the more relevant item lacks of a lead of 1, over all pairs of different relevance.

    Formula  a list has the sum of max(0, 1 - (s[i] - s[j])) over its pairs with y[i] > y[j]; the mean is
             over all pairs of all lists
    Shapes   (n, L) and (n, L) give (n,): a row is a list
    Unit     the score's own
    Raises   DomainError: nan or infinity, named with its row
    Not      margin_ranking, whose inputs are the two scores of each pair

    >>> pairwise_hinge([[1.0, 0.0, 0.0], [1.0, 1.0, 1.0]], [[2.0, 1.5, 3.0], [1.0, 2.0, 3.0]]).tolist()
    [2.5, 0.0]
    """
    return _sum_of_pairs(target, prediction, _hinge)
