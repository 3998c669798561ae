"""Several labels a row in the order of their scores: which stand above which, and how far down the last."""

from __future__ import annotations

import numpy as np

from losscli.arrays import Floats, Integers, Mask, Rows
from losscli.domains import BINARY, REALS
from losscli.losses.normalising import either, mean_of_either
from losscli.registry import Accuracy, Convention, MomentsConstant, NoConstant, Perfect, Values, loss, vectors

LABELS = vectors(
    "target",
    "y",
    BINARY,
    "a column for each label: 1 where the row has it, else 0",
    hint="lists of label indices? give a column of 0 and 1 for each label; swapped files? the target comes "
    "first",
)
SCORES = vectors("prediction", "f", REALS, "the score of each label; only their order in a row counts")


def _literal_sigmoid(scores: Rows) -> Rows:
    """As torch takes it: exactly 0 and 1 far out, so that scores which differ may tie."""
    with np.errstate(over="ignore"):
        return 1.0 / (1.0 + np.exp(-scores))


def _still(target: Rows, prediction: Rows) -> Rows:
    return np.zeros(prediction.shape)


TIES = "min((1 if i == j else abs(f[i] - f[j])) for i in range(len(f)) for j in range(len(f)))"


def _pairs(target: Rows) -> Floats:
    """(n,): how many pairs of a label that the row has and one that it has not."""
    own = np.count_nonzero(target, axis=1).astype(np.float64)
    return np.asarray(own * (target.shape[1] - own))


def _wrong_pairs(target: Rows, order: Integers) -> Floats:
    """(n,): the share of pairs of which, in this order of the columns, the label the row has comes first."""
    ordered = np.take_along_axis(target, order, axis=1)
    before = np.cumsum(ordered, axis=1)
    pairs = _pairs(target)
    wrong = (before * (ordered == 0.0)).sum(axis=1)  # whole numbers: no addition rounds
    return np.asarray(wrong / np.where(pairs == 0.0, 1.0, pairs))


def _label_ranking(target: Rows, prediction: Rows) -> Floats:
    return _wrong_pairs(target, np.asarray(np.lexsort((-target, prediction), axis=-1), dtype=np.int64))


def _ranking_by_column(target: Rows, prediction: Rows) -> Floats:
    """Of tied labels the one in the later column counts as the higher, as torch sorts up to 16 of them."""
    return _wrong_pairs(target, np.asarray(np.argsort(prediction, axis=1, kind="stable"), dtype=np.int64))


def _pair_shares(target: Rows, params: Values) -> Rows:
    pairs = _pairs(target)[:, None]
    return target / np.where(pairs == 0.0, 1.0, pairs) * (pairs > 0.0)


def _places(mean: Floats, params: Values) -> Floats:
    return np.argsort(np.argsort(mean, kind="stable"), kind="stable").astype(np.float64)


@loss(
    "label_ranking_loss",
    title="Label ranking loss",
    family="multilabel",
    aliases=("label_ranking", "ranking_loss"),
    inputs=(LABELS, SCORES),
    formula="n = sum(y); sum((1 if f[i] >= f[j] else 0) for j in range(len(f)) if y[j] == 1"
    " for i in range(len(f)) if y[i] == 0) / (n * (len(y) - n)) if 0 < n and n < len(y) else 0",
    gradient=_still,
    gradient_formula="0 * f",
    kinks=(TIES,),
    best_constant=MomentsConstant(
        "the labels in order of their mean y / (number of pairs of the row)", _places, None, _pair_shares
    ),
    perfect=Perfect(
        "the target itself",
        lambda target, params: target.copy(),
        lambda target, params: np.zeros(len(target)),
    ),
    same_as={"sklearn": "sklearn.metrics.label_ranking_loss(y, f)"},
    deviations=(
        Convention(
            "torchmetrics",
            "torchmetrics.functional.classification.multilabel_ranking_loss(f, y, num_labels=L)",
            differs="of tied labels the later column counts as the higher, and beyond 16 labels no rule "
            "holds; here a tie is wrong; takes a sigmoid of all scores as soon as one of the whole call is "
            "outside [0, 1], which makes far ones tie",
            statistics=either(_ranking_by_column, _literal_sigmoid),
            combine=mean_of_either,
        ),
    ),
    contrast=([[0.0, 1.0], [1.0, 0.0]], [[0.5, 0.5], [0.75, 0.25]]),
    accuracy=Accuracy(textbook_holds=True),
    source="Schapire and Singer (2000), doi:10.1023/A:1007649029923; Tsoumakas et al. (2010)",
)
def label_ranking_loss(target: Rows, prediction: Rows) -> Floats:
    """Share of the pairs of a label the row has and one it has not whose scores are in the wrong order.

    Formula  number of pairs with f[without] >= f[with], over the number of pairs; 0 where there is no pair
    Shapes   (n, L) and (n, L) give (n,)
    Unit     none: 0.5 is what random scores give
    Raises   DomainError: a target that is not 0 or 1
    Not      coverage_error, which counts how far down the last label stands; here a tie is wrong

    >>> label_ranking_loss([[1, 0, 0], [0, 0, 1]], [[0.75, 0.5, 1.0], [1.0, 0.2, 0.1]]).tolist()
    [0.5, 1.0]
    """
    return _label_ranking(target, prediction)


def _coverage(target: Rows, prediction: Rows) -> Floats:
    own: Mask = target == 1.0
    lowest = np.where(own, prediction, np.inf).min(axis=1)
    return np.asarray(np.count_nonzero(prediction >= lowest[:, None], axis=1), dtype=np.float64)


@loss(
    "coverage_error",
    title="Coverage error",
    family="multilabel",
    aliases=("coverage",),
    inputs=(LABELS, SCORES),
    formula="0 if sum(y) == 0 else sum((1 if f[i] >= min(f[j] for j in range(len(f)) if y[j] == 1) else 0)"
    " for i in range(len(f)))",
    gradient=_still,
    gradient_formula="0 * f",
    kinks=(TIES,),
    best_constant=NoConstant("no closed form: the order of labels that covers all rows soonest"),
    perfect=Perfect(
        "the target itself: the loss is the number of the row's labels",
        lambda target, params: target.copy(),
        lambda target, params: np.count_nonzero(target, axis=1).astype(np.float64),
    ),
    same_as={"sklearn": "sklearn.metrics.coverage_error(y, f)"},
    deviations=(
        Convention(
            "torchmetrics",
            "torchmetrics.functional.classification.multilabel_coverage_error(f, y, num_labels=L)",
            differs="takes a sigmoid of all scores as soon as one of the whole call is outside [0, 1], which "
            "makes far ones tie",
            edge=True,
            statistics=either(_coverage, _literal_sigmoid),
            combine=mean_of_either,
        ),
    ),
    contrast=([[1.0, 0.0, 0.0]], [[50.0, 40.0, -1.0]]),
    accuracy=Accuracy(textbook_holds=True),
    source="Tsoumakas, Katakis and Vlahavas (2010), doi:10.1007/978-0-387-09823-4_34",
)
def coverage_error(target: Rows, prediction: Rows) -> Floats:
    """How far down the list of labels one must go, from the highest score, to meet all labels of the row.

    Formula  number of labels with f >= the lowest f of the row's labels; 0 for a row without labels
    Shapes   (n, L) and (n, L) give (n,)
    Unit     labels: at best as many as the row has
    Raises   DomainError: a target that is not 0 or 1
    Not      the definition of the source, which is smaller by 1; label_ranking_loss, a share of pairs

    >>> coverage_error([[1, 0, 0], [0, 0, 1]], [[0.75, 0.5, 1.0], [1.0, 0.2, 0.1]]).tolist()
    [2.0, 3.0]
    """
    return _coverage(target, prediction)
