"""Margin losses of several classes: the true class's score should lead the others by a margin."""

from __future__ import annotations

import numpy as np

from losscli.arrays import Floats, Integers, Mask, Rows
from losscli.domains import CLASS_INDEX, POSITIVE, REALS, Fault
from losscli.losses.binary_elsewhere import no_row
from losscli.losses.normalising import either, mean_of_either
from losscli.numerics.margins import missing, shortfall
from losscli.numerics.stable import quietly, softmax
from losscli.params import Param, as_number
from losscli.records import NamedTuple
from losscli.registry import (
    Accuracy,
    Convention,
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
    "one column per class? categorical_hinge; swapped files? the target comes first",
)
CLASS_SCORES = vectors("prediction", "f", REALS, "the real score of each class; probabilities are none")
MARGIN = Param("margin", 1.0, "the lead of the true class's score from which the loss is 0", POSITIVE)
SQUARED = Param("squared", "no", "whether what is missing of the margin is squared", choices=("no", "yes"))


class OneHot(NamedTuple):
    """Rows with a single 1, in the class's column, and 0 elsewhere."""

    kind: str = "class"

    def __str__(self) -> str:
        return "a one-hot row: a single 1, and 0 elsewhere"

    def faults(self, block: Rows, width: int) -> list[Fault]:
        cells: Mask = ~((block == 0.0) | (block == 1.0))
        if cells.any():
            return [Fault(cells, "neither 0 nor 1")]
        rows: Mask = np.count_nonzero(block, axis=1) != 1
        return [Fault(rows, f"not {self}")] if rows.any() else []

    def clean(self, block: Rows) -> Rows:
        return block

    def good(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> Rows:
        return np.eye(shape[-1])[generator.integers(0, shape[-1], shape[0])]

    def wrong(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> list[Rows]:
        half, none = self.good(generator, shape, width), self.good(generator, shape, width)
        half[0, 0], none[-1] = 0.5, 0.0
        return [half, none]


def index_of(target: Rows) -> Integers:
    """(n, 1): the class as an integer that addresses a column."""
    return target.astype(np.int64)[:, None]


def own_score(target: Rows, prediction: Rows) -> Floats:
    """(n,): the score of the true class."""
    return np.asarray(np.take_along_axis(prediction, index_of(target), axis=1)[:, 0])


def leading_class(target: Rows, params: Values) -> Rows:
    """(n, C): the margin for the class and 0 elsewhere, for the smallest C that holds all targets."""
    width = max(2, int(target.max()) + 1)
    return np.asarray(as_number(params["margin"]) * np.eye(width)[index_of(target)[:, 0]])


def _rival(target: Rows, prediction: Rows) -> tuple[Integers, Floats]:
    """(n, 1) and (n,): the column of the best wrong class, and its score; -infinity where there is none."""
    others = prediction.copy()
    np.put_along_axis(others, index_of(target), -np.inf, axis=1)
    place = others.argmax(axis=1)[:, None]
    return place, np.take_along_axis(others, place, axis=1)[:, 0]


def _is_squared(params: Values) -> bool:
    return params["squared"] == "yes"


def _majority_scores(found: Floats, shares: Floats, params: Values) -> Floats:
    """The most frequent class leads: by the whole margin, or, squared, by as much as it pays; a class of at
    most half the rows does not lead at all."""
    most = float(shares.max())
    lead = max(0.0, 2.0 * most - 1.0) if _is_squared(params) else float(most > 0.5)
    scores = np.zeros(len(shares))
    scores[int(np.argmax(shares))] = as_number(params["margin"]) * lead
    return scores


def _majority_loss(shares: Floats, params: Values) -> float:
    margin, most = as_number(params["margin"]), max(0.5, float(shares.max()))
    if _is_squared(params):
        return 4.0 * margin**2 * most * (1.0 - most)
    return 2.0 * margin * (1.0 - most)


@quietly
def _crammer_singer_slope(target: Rows, prediction: Rows, *, margin: float, squared: str) -> Rows:
    place, rival = _rival(target, prediction)
    short = missing(margin, own_score(target, prediction), rival)
    size = 2.0 * short if squared == "yes" else np.asarray(short > 0.0, dtype=np.float64)
    slope = np.zeros(prediction.shape)
    np.put_along_axis(slope, place, size[:, None], axis=1)
    np.put_along_axis(slope, index_of(target), 0.0 - size[:, None], axis=1)
    return slope


@quietly
def _crammer_singer(target: Rows, prediction: Rows, *, margin: float, squared: str) -> Floats:
    _, rival = _rival(target, prediction)
    short = missing(margin, own_score(target, prediction), rival)
    return short * short if squared == "yes" else short


@loss(
    "crammer_singer",
    title="Multiclass hinge loss (Crammer and Singer)",
    family="margin",
    aliases=("multiclass_hinge",),
    inputs=(CLASS, CLASS_SCORES),
    params=[MARGIN, SQUARED],
    formula="max((0 if j == y else margin + f[j] - f[y]) for j in range(len(f)))"
    " ** (2 if squared == 'yes' else 1)",
    gradient=_crammer_singer_slope,
    gradient_formula="b = max(f[j] for j in range(len(f)) if j != y); t = max(0, margin + b - f[y]); "
    "k = min(j for j in range(len(f)) if j != y and f[j] == b); "
    "(one_hot(k, f) - one_hot(y, f)) * (2 * t if squared == 'yes' else sign(t))",
    kinks=("margin + max(f[j] for j in range(len(f)) if j != y) - f[y]",),
    best_constant=FrequencyConstant(
        "a lead for a class of more than half the rows, else equal scores", _majority_scores, _majority_loss
    ),
    perfect=Perfect("the margin for the class, 0 elsewhere", leading_class, zero_rows),
    same_as={
        "optax": "optax.losses.multiclass_hinge_loss(f, y)",
        "sklearn": "sklearn.metrics.hinge_loss(y, f, labels=range(C)), from three classes on",
    },
    deviations=(
        Convention(
            "torchmetrics",
            "torchmetrics.functional.classification.multiclass_hinge_loss(f, y, num_classes=C)",
            differs="takes a softmax of all scores as soon as one of the whole call is outside [0, 1]",
            statistics=either(_crammer_singer, lambda scores: softmax(scores).probabilities),
            combine=mean_of_either,
        ),
    ),
    contrast=([1.0, 1.0], [[-0.5, -1.0, -0.3], [-5.0, 0.2, -3.0]]),
    source="Crammer and Singer (2001), Journal of Machine Learning Research 2",
)
@quietly
def crammer_singer(target: Rows, prediction: Rows, *, margin: float, squared: str) -> Floats:
    """How much the true class's score lacks of a lead of the margin over the best wrong class.

    Formula  max(0, margin + max of f[j] over j other than y - f[y]); its square with squared=yes
    Shapes   (n,) and (n, C) give (n,)
    Unit     the score's own, with squared=yes its square
    Raises   ParamError: margin not above 0.  DomainError: no class index
    Not      multi_margin, which adds up all wrong classes; categorical_hinge, where wrong scores below 0
             count as 0; multiclass_perceptron, which has no margin

    >>> crammer_singer([1, 1], [[-0.5, -1.0, -0.25], [-5.0, 0.25, -3.0]]).tolist()
    [1.75, 0.0]
    """
    return _crammer_singer(target, prediction, margin=margin, squared=squared)


def _wrong_scores(target: Rows, prediction: Rows) -> Rows:
    """The scores with 0 in the true class's column, as the formula has it."""
    return np.where(target == 1.0, 0.0, prediction)


def _true_score(target: Rows, prediction: Rows) -> Floats:
    return np.asarray(np.take_along_axis(prediction, target.argmax(axis=1)[:, None], axis=1)[:, 0])


@quietly
def _categorical_hinge_slope(target: Rows, prediction: Rows) -> Rows:
    others = _wrong_scores(target, prediction)
    place = others.argmax(axis=1)[:, None]
    short = shortfall(1.0, _true_score(target, prediction), np.take_along_axis(others, place, axis=1)[:, 0])
    slope = np.zeros(prediction.shape)
    np.put_along_axis(slope, place, 1.0, axis=1)
    slope = np.where(target == 1.0, -1.0, slope)  # also where the true class's own 0 is the largest
    return np.where(short[:, None] > 0.0, slope, 0.0)


def _majority_row(mean: Floats, params: Values) -> Floats:
    row = np.zeros(len(mean))
    row[int(np.argmax(mean))] = float(mean.max() > 0.5)
    return row


@loss(
    "categorical_hinge",
    title="Categorical hinge loss",
    family="margin",
    inputs=(
        vectors(
            "target",
            "y",
            OneHot(),
            "one-hot rows, a column per class",
            hint="one column of class indices? crammer_singer; several labels at once? hinge or ova_hinge; "
            "swapped files? the target comes first",
        ),
        CLASS_SCORES,
    ),
    formula="max(0, 1 + max((1 - y) * f) - sum(y * f))",
    gradient=_categorical_hinge_slope,
    gradient_formula="o = (1 - y) * f; b = max(o); k = min(j for j in range(len(f)) if o[j] == b); "
    "one_hot(k, f) * (1 - y[k]) - y if 1 + b - sum(y * f) > 0 else 0 * f",
    kinks=("1 + max((1 - y) * f) - sum(y * f)", "max(f[j] for j in range(len(f)) if y[j] == 0)"),
    best_constant=MomentsConstant(
        "1 for a class of more than half the rows and 0 elsewhere, else equal scores",
        _majority_row,
        lambda mean, variance, params: 2.0 * (1.0 - max(0.5, float(mean.max()))),
    ),
    perfect=Perfect(
        "1 for the class, 0 elsewhere",
        lambda target, params: target.copy(),
        lambda target, params: np.zeros(len(target)),
    ),
    same_as={"keras": "keras.losses.categorical_hinge(y, f)"},
    deviations=(
        Convention(
            "keras",
            "keras.losses.CategoricalHinge()(y, f)",
            differs="with weights it divides by the number of rows",
            edge=True,
            touches=no_row,
            by_rows=True,
            single=True,
        ),
    ),
    source="Keras, keras.losses.categorical_hinge",
)
@quietly
def categorical_hinge(target: Rows, prediction: Rows) -> Floats:
    """How much the true class's score lacks of a lead of 1 over the best wrong score, or over 0.

    Formula  max(0, 1 + max over all classes of (1 - y) f - sum(y f)): the true class counts as 0 in the max
    Shapes   (n, C) and (n, C) give (n,)
    Unit     the score's own
    Raises   DomainError: a target row that is not one-hot
    Not      crammer_singer, which compares with the best wrong score also where it is below 0

    >>> categorical_hinge([[0, 1, 0], [0, 1, 0]], [[-0.5, -1.0, -0.25], [-5.0, 0.25, -3.0]]).tolist()
    [2.0, 0.75]
    """
    best = _wrong_scores(target, prediction).max(axis=1)
    return missing(1.0, _true_score(target, prediction), best)


@quietly
def _multiclass_perceptron_slope(target: Rows, prediction: Rows) -> Rows:
    slope = np.zeros(prediction.shape)
    np.put_along_axis(slope, prediction.argmax(axis=1)[:, None], 1.0, axis=1)
    rows = np.arange(len(slope))
    slope[rows, index_of(target)[:, 0]] -= 1.0
    return slope


@loss(
    "multiclass_perceptron",
    title="Multiclass perceptron loss",
    family="margin",
    aliases=("multiclass_perceptron_loss",),
    inputs=(CLASS, CLASS_SCORES),
    formula="max(f) - f[y]",
    gradient=_multiclass_perceptron_slope,
    gradient_formula="b = max(f); one_hot(min(j for j in range(len(f)) if f[j] == b), f) - one_hot(y, f)",
    best_constant=FrequencyConstant(
        "equal scores, whose loss of 0 says nothing",
        lambda found, shares, params: np.zeros(len(shares)),
        lambda shares, params: 0.0,
    ),
    perfect=Perfect(
        "the largest score for the class",
        lambda target, params: leading_class(target, {"margin": 1.0}),
        zero_rows,
    ),
    same_as={"optax": "optax.losses.multiclass_perceptron_loss(f, y)"},
    differs={"sklearn": "Perceptron and SGDClassifier(loss='perceptron') only train, one class against all"},
    accuracy=Accuracy(textbook_holds=True),
    source="Collins (2002), doi:10.3115/1118693.1118694",
)
@quietly
def multiclass_perceptron(target: Rows, prediction: Rows) -> Floats:
    """How far the true class's score lies below the largest score; 0 where the class is right.

    Formula  max(f) - f[y]
    Shapes   (n,) and (n, C) give (n,)
    Unit     the score's own
    Raises   DomainError: no class index
    Not      crammer_singer, which asks for a lead of the margin; here equal scores already give 0

    >>> multiclass_perceptron([1, 1], [[-0.5, -1.0, -0.25], [-5.0, 0.25, -3.0]]).tolist()
    [0.75, 0.0]
    """
    return np.asarray(prediction.max(axis=1) - own_score(target, prediction))
