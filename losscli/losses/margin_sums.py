"""Margin losses that add up what is missing over many classes or pairs of labels, not only the worst one."""

from __future__ import annotations

import numpy as np

from losscli.arrays import Floats, Mask, Rows
from losscli.domains import NOT_NEGATIVE, REALS, Fault, Interval
from losscli.losses.margin_multiclass import (
    CLASS,
    CLASS_SCORES,
    MARGIN,
    SQUARED,
    index_of,
    leading_class,
    own_score,
)
from losscli.numerics.margins import mean_columns, missing
from losscli.numerics.stable import quietly, sum_columns
from losscli.params import Param, as_number, as_numbers
from losscli.records import NamedTuple
from losscli.registry import (
    Accuracy,
    Convention,
    FrequencyConstant,
    NoConstant,
    Perfect,
    Values,
    loss,
    vectors,
    zero_rows,
)


def weights_fit(shapes: list[tuple[int, ...]], params: Values) -> str:
    """What is wrong with a list of weights, one for each column; empty where nothing is."""
    if params["weight"] is None:
        return ""
    given, width = len(as_numbers(params["weight"])), shapes[-1][-1]
    return "" if given == width else f"weight holds {given} numbers, but there are {width} columns"


def _missing_of_wrong(target: Rows, prediction: Rows, margin: float) -> Rows:
    """(n, C): what the true class lacks of the margin over each wrong one; 0 in its own column."""
    short = missing(margin, own_score(target, prediction)[:, None], prediction)
    np.put_along_axis(short, index_of(target), 0.0, axis=1)
    return short


def _class_weights(target: Rows, weight: tuple[float, ...] | None) -> Floats:
    """(n, 1): the weight of each row's class."""
    if weight is None:
        return np.ones((len(target), 1))
    return np.array(weight)[index_of(target)]


@quietly
def _multi_margin_slope(
    target: Rows, prediction: Rows, *, p: float, margin: float, weight: tuple[float, ...] | None
) -> Rows:
    short = _missing_of_wrong(target, prediction, margin)
    slope = 2.0 * short if p == 2.0 else np.asarray(short > 0.0, dtype=np.float64)
    np.put_along_axis(slope, index_of(target), 0.0 - sum_columns(slope)[:, None], axis=1)
    return np.asarray(slope * (_class_weights(target, weight) / prediction.shape[1]))


@loss(
    "multi_margin",
    title="Multi-margin loss (Weston and Watkins)",
    family="margin",
    aliases=("multi_margin_loss", "weston_watkins"),
    inputs=(CLASS, CLASS_SCORES),
    params=[
        Param("p", 1.0, "the power of what is missing", Interval(1.0, 2.0), whole=True),
        MARGIN,
        Param(
            "weight",
            None,
            "a factor for each class, in the order of the columns; the mean still divides by the rows",
            NOT_NEGATIVE,
            aliases=("class_weight",),
            many=True,
        ),
    ],
    formula="sum(max(0, margin - f[y] + f[j])**p for j in range(len(f)) if j != y) / len(f)"
    " * (1 if weight is None else weight[y])",
    gradient=_multi_margin_slope,
    gradient_formula="t = [0 if j == y else max(0, margin - f[y] + f[j]) for j in range(len(f))]; "
    "g = [2 * s if p == 2 else sign(s) for s in t]; "
    "(g - sum(g) * one_hot(y, f)) / len(f) * (1 if weight is None else weight[y])",
    kinks=("min(abs(margin - f[y] + f[j]) for j in range(len(f)) if j != y)",),
    fits=weights_fit,
    best_constant=NoConstant("no closed form: a programme over the shares of all classes"),
    perfect=Perfect("the margin for the class, 0 elsewhere", leading_class, zero_rows),
    same_as={"torch": "torch.nn.functional.multi_margin_loss(f, y, p=p, margin=margin, weight=weight)"},
    source="Weston and Watkins (1999), European Symposium on Artificial Neural Networks",
)
@quietly
def multi_margin(
    target: Rows, prediction: Rows, *, p: float, margin: float, weight: tuple[float, ...] | None
) -> Floats:
    """What the true class's score lacks of a lead of the margin, added over all wrong classes, over C.

    Formula  1/C sum over j other than y of max(0, margin - f[y] + f[j])**p, times the class's weight
    Shapes   (n,) and (n, C) give (n,)
    Unit     the score's own, with p=2 its square
    Raises   ParamError: p neither 1 nor 2, margin not above 0, not one weight a column.  DomainError: no
             class index
    Not      crammer_singer, which takes the worst class only; it divides by C, not by C - 1

    >>> multi_margin([1, 1], [[-0.5, -1.0, -0.25], [-5.0, 0.25, -3.0]]).round(4).tolist()
    [1.0833, 0.0]
    """
    short = _missing_of_wrong(target, prediction, margin)
    factor = _class_weights(target, weight)
    found = mean_columns(factor * short * short if p == 2.0 else factor * short)
    beyond = np.isinf(found)
    if beyond.any():  # a square may overflow where the mean does not
        scaled = factor[beyond] / prediction.shape[1] * short[beyond]
        found[beyond] = sum_columns(scaled * short[beyond] if p == 2.0 else scaled)
    return found


def _against_all(target: Rows, prediction: Rows) -> Rows:
    """(n, C): each score with the sign of its own question, is it this class: + for the true class."""
    signed = 0.0 - prediction
    np.put_along_axis(signed, index_of(target), own_score(target, prediction)[:, None], axis=1)
    return signed


@quietly
def _ova_hinge_slope(target: Rows, prediction: Rows, *, margin: float, squared: str) -> Rows:
    short = np.maximum(0.0, margin - _against_all(target, prediction))
    slope = 2.0 * short if squared == "yes" else np.asarray(short > 0.0, dtype=np.float64)
    slope /= prediction.shape[1]
    index = index_of(target)
    np.put_along_axis(slope, index, 0.0 - np.take_along_axis(slope, index, axis=1), axis=1)
    return slope


def _own_questions(found: Floats, shares: Floats, params: Values) -> Floats:
    lead = 2.0 * shares - 1.0
    return as_number(params["margin"]) * (
        lead if params["squared"] == "yes" else np.where(lead > 0, 1.0, -1.0)
    )


def _own_questions_loss(shares: Floats, params: Values) -> float:
    margin, lead = as_number(params["margin"]), np.abs(2.0 * shares - 1.0)
    if params["squared"] == "yes":
        return margin**2 * float(np.mean(1.0 - lead * lead))
    return margin * float(np.mean(1.0 - lead))


@loss(
    "ova_hinge",
    title="One-vs-all hinge loss",
    family="margin",
    aliases=("one_vs_all_hinge", "one_vs_rest_hinge", "ovr_hinge"),
    inputs=(CLASS, CLASS_SCORES),
    params=[MARGIN, SQUARED],
    formula="sum(max(0, margin - (f[j] if j == y else -f[j])) ** (2 if squared == 'yes' else 1)"
    " for j in range(len(f))) / len(f)",
    gradient=_ova_hinge_slope,
    gradient_formula="t = [max(0, margin - (f[j] if j == y else -f[j])) for j in range(len(f))]; "
    "(1 - 2 * one_hot(y, f)) * [2 * s if squared == 'yes' else sign(s) for s in t] / len(f)",
    kinks=("min(abs(margin - (f[j] if j == y else -f[j])) for j in range(len(f)))",),
    best_constant=FrequencyConstant(
        "for each class alone: the margin with the sign of its majority, or, squared, times 2 * share - 1",
        _own_questions,
        _own_questions_loss,
    ),
    perfect=Perfect(
        "the margin for the class, minus the margin elsewhere",
        lambda target, params: 2.0 * leading_class(target, params) - as_number(params["margin"]),
        zero_rows,
    ),
    differs={
        "torchmetrics": "multiclass_hinge_loss(multiclass_mode='one-vs-all') gives a mean for each class and "
        "not one number; it takes a softmax of all scores when one is outside [0, 1]",
        "keras": "hinge on one-hot rows gives the same number; here the target is the class's index",
    },
    accuracy=Accuracy(textbook_holds=True),
    source="Rifkin and Klautau (2004), Journal of Machine Learning Research 5",
)
@quietly
def ova_hinge(target: Rows, prediction: Rows, *, margin: float, squared: str) -> Floats:
    """Mean over the classes of the hinge loss of the question whether the row is of this class.

    Formula  1/C sum over j of max(0, margin - s f[j]), s = +1 for the true class, else -1; or its square
    Shapes   (n,) and (n, C) give (n,)
    Unit     the score's own, with squared=yes its square
    Raises   ParamError: margin not above 0.  DomainError: no class index
    Not      hinge, whose target has a column of labels for each class; crammer_singer, which compares scores

    >>> ova_hinge([1], [[-0.5, 2.0, 0.25]]).round(4).tolist()
    [0.5833]
    """
    short = np.maximum(0.0, margin - _against_all(target, prediction))
    if squared == "no":
        return mean_columns(short)
    found = mean_columns(short * short)
    beyond = np.isinf(found)
    if beyond.any():  # a square may overflow where the mean does not
        found[beyond] = sum_columns(short[beyond] / prediction.shape[1] * short[beyond])
    return found


class LabelLists(NamedTuple):
    """Rows of label indices, as many as there are labels, then -1; what stands behind the first -1 does not
    count, and the loss sees -1 there."""

    kind: str = "class"

    def __str__(self) -> str:
        return "a list of label indices (0, 1, ...), filled up with -1"

    def faults(self, block: Rows, width: int) -> list[Fault]:
        cells: Mask = (block != np.rint(block)) | (block < -1) | (block >= width)
        if cells.any():
            return [Fault(cells, f"neither -1 nor the index of a label: these are 0 to {width - 1}")]
        ordered = np.sort(self.clean(block), axis=1)
        twice: Mask = ((ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] >= 0)).any(axis=1)
        words = "a list that names a label twice; it holds indices, not a 0 or 1 for each label"
        return [Fault(twice, words)] if twice.any() else []

    def clean(self, block: Rows) -> Rows:
        counts = np.logical_and.accumulate(block >= 0.0, axis=1)
        return np.where(counts, block, -1.0)

    def good(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> Rows:
        rows, length = shape
        order = generator.permuted(np.tile(np.arange(float(width)), (rows, 1)), axis=1)[:, :length]
        counts = generator.integers(0, length + 1, rows)
        return np.where(np.arange(length) < counts[:, None], order, -1.0)

    def wrong(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> list[Rows]:
        half, beyond, twice = (self.good(generator, shape, width) for _ in range(3))
        half[0, 0], beyond[-1, -1] = 0.5, float(width)
        twice[0, :2] = 0.0
        return [half, beyond, twice]


def _is_label(target: Rows) -> Mask:
    """(n, C): which labels a row's list names."""
    found = np.zeros((len(target), target.shape[1] + 1), dtype=np.bool_)
    np.put_along_axis(found, target.astype(np.int64), True, axis=1)  # -1 falls into the extra last column
    return np.asarray(found[:, :-1])


def _pairs_missing(target: Rows, prediction: Rows, place: int) -> tuple[Rows, Mask]:
    """(n, C): what the label at a place of each list lacks over every label outside it; and (n,): which rows
    have a label there."""
    named = target[:, place] >= 0.0
    index = np.where(named, target[:, place], 0.0).astype(np.int64)[:, None]
    short = missing(1.0, np.take_along_axis(prediction, index, axis=1), prediction)
    return np.where(named[:, None] & ~_is_label(target), short, 0.0), named


@quietly
def _multilabel_margin_slope(target: Rows, prediction: Rows) -> Rows:
    slope = np.zeros(prediction.shape)
    for place in range(target.shape[1]):
        short, named = _pairs_missing(target, prediction, place)
        active = np.asarray(short > 0.0, dtype=np.float64)
        slope += active
        rows = np.flatnonzero(named)
        slope[rows, target[rows, place].astype(np.int64)] -= active[rows].sum(axis=1)
    return np.asarray(slope / prediction.shape[1])


@loss(
    "multilabel_margin",
    title="Multilabel margin loss",
    family="margin",
    aliases=("multilabel_margin_loss",),
    inputs=(
        vectors(
            "target",
            "y",
            LabelLists(),
            "the indices of the row's labels, then -1 up to as many columns as the prediction has",
            hint="a 0 or 1 for each label? give the indices of the ones, or use multilabel_bce; "
            "labels 1 to C? subtract 1",
        ),
        vectors("prediction", "f", REALS, "the real score of each label"),
    ),
    formula="away = [min(abs(i - j) for j in y) for i in range(len(f))]; "
    "sum(max(0, 1 - f[j] + f[i]) for j in y if j >= 0 for i in range(len(f)) if away[i] > 0) / len(f)",
    gradient=_multilabel_margin_slope,
    gradient_formula="away = [min(abs(i - j) for j in y) for i in range(len(f))]; "
    "[(sum((1 if 1 - f[j] + f[a] > 0 else 0) for j in y if j >= 0) if away[a] > 0 else"
    " -sum((1 if 1 - f[a] + f[i] > 0 else 0) for i in range(len(f)) if away[i] > 0)) / len(f)"
    " for a in range(len(f))]",
    kinks=("min(abs(1 - f[j] + f[i]) for j in range(len(f)) for i in range(len(f)) if i != j)",),
    best_constant=NoConstant("no closed form: a linear programme over pairs of labels"),
    perfect=Perfect(
        "1 for the listed labels, 0 elsewhere",
        lambda target, params: _is_label(target).astype(np.float64),
        lambda target, params: np.zeros(len(target)),
    ),
    deviations=(
        Convention(
            "torch", "torch.nn.functional.multilabel_margin_loss(f, y)", names=("MultiLabelMarginLoss",)
        ),
    ),
    source="PyTorch, torch.nn.MultiLabelMarginLoss; Crammer and Singer (2003)",
)
@quietly
def multilabel_margin(target: Rows, prediction: Rows) -> Floats:
    """What each of a row's labels lacks of a lead of 1 over each other label, added up, over C.

    Formula  1/C sum over listed j and unlisted i of max(0, 1 - f[j] + f[i])
    Shapes   (n, C) and (n, C) give (n,); the target holds indices, and -1 where there are no more
    Unit     the score's own
    Raises   DomainError: no index of a label, or a label twice, as rows of 0 and 1 have it
    Not      multi_margin, for one class a row; multilabel_bce and hinge, whose targets are 0 or 1 a label

    >>> multilabel_margin([[3, 0, -1, -1]], [[0.125, 0.25, 0.5, 0.75]]).tolist()
    [0.9375]
    """
    parts = np.zeros(prediction.shape)
    for place in range(target.shape[1]):
        short, named = _pairs_missing(target, prediction, place)
        if named.any():
            parts[:, place] = sum_columns(short)
    return mean_columns(parts)
