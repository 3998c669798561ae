"""Inputs and parameters that the losses of several classes share: class indices, rows of classes, what is
predicted of them, and how a row may be smoothed, weighted or left out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from losscli.arrays import Floats, Integers, Mask, Rows
from losscli.domains import CLASS_INDEX, NOT_NEGATIVE, REALS, SIMPLEX, SUM_TOLERANCE, Domain, Fault, Interval
from losscli.errors import SumError
from losscli.params import Param, as_number, as_numbers
from losscli.records import NamedTuple
from losscli.registry import Values, classes, vectors


class LogSimplex(NamedTuple):
    """Rows of log-probabilities: each at most 0, and their exponentials sum to 1 (within the rounding of
    printed digits). The classes are the last axis."""

    kind: str = "distribution"

    def __str__(self) -> str:
        return "a row of log-probabilities, whose exponentials sum to 1"

    def faults(self, block: Rows, width: int) -> list[Fault]:
        cells: Mask = block > 0.0
        if cells.any():
            return [Fault(cells, "not a number of at most 0")]
        total = np.cumsum(np.exp(block), axis=-1)[..., -1]
        off: Mask = np.asarray(np.abs(total - 1.0) > SUM_TOLERANCE)
        words = "no log-probabilities: their exponentials do not sum to 1"
        return [Fault(off, words, SumError)] if off.any() else []

    def clean(self, block: Rows) -> Rows:
        return block

    def good(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> Rows:
        drawn = generator.dirichlet(np.full(shape[-1], 1.5), shape[:-1])
        return np.ascontiguousarray(np.minimum(np.log(drawn), 0.0))

    def wrong(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> list[Rows]:
        high, short = self.good(generator, shape, width), self.good(generator, shape, width)
        high.flat[0] = 0.25
        short[-1] -= 0.5
        return [high, short]


LOG_SIMPLEX = LogSimplex()


def index_domain(params: Values) -> Domain:
    """Class indices, and the one that marks rows to leave out, if there is one."""
    ignored = params["ignore_index"]
    return CLASS_INDEX if ignored is None else CLASS_INDEX._replace(ignored=as_number(ignored))


CLASS = classes(
    "target",
    "y",
    CLASS_INDEX,
    "the class: an index from 0 to C - 1",
    hint="classes 1 to C? subtract 1; class names? they match the prediction's columns or --labels; "
    "one column per class? categorical_ce or softmax_ce; swapped files? the target comes first",
)
CLASS_OR_NONE = CLASS._replace(
    domain=index_domain,
    hint="rows without a class? ignore_index=-100 (or their mark) leaves them out; " + CLASS.hint,
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
LOG_CHANCES = vectors(
    "prediction",
    "x",
    LOG_SIMPLEX,
    "the logarithm of the predicted probability of each class",
    hint="probabilities? use sparse_categorical_ce; logits? sparse_softmax_ce; "
    "swapped files? the target comes first",
)
SCORES = vectors("prediction", "z", REALS, "the real score of each class")

SMOOTHING = Param(
    "label_smoothing",
    0.0,
    "the share of each target row that is spread evenly over all classes",
    Interval(0.0, 1.0),
)
WEIGHT = Param(
    "weight",
    None,
    "a weight for each class, in the order of the columns",
    NOT_NEGATIVE,
    aliases=("class_weight", "class_weights"),
    many=True,
)
IGNORE = Param(
    "ignore_index",
    None,
    "the class whose rows are left out, such as -100",
    REALS,
    aliases=("ignore_class",),
    whole=True,
)
CLIP = Param(
    "eps",
    0.0,
    "probabilities are clipped to [eps, 1 - eps]",
    Interval(0.0, 0.5, high_in=False),
    clips=True,
)

CATEGORICAL = "categorical, exactly for one class a row"


# --- what the parameters do to rows ---------------------------------------------------------------


def index_of(target: Rows) -> Integers:
    """(n, 1): the class index as an integer that addresses a column."""
    return target.astype(np.int64)[..., None]


def own(target: Rows, block: Rows) -> Floats:
    """(n,): the entry of each row in its target's column."""
    return np.asarray(np.take_along_axis(block, index_of(target), axis=-1)[..., 0])


def one_hot(target: Rows) -> Rows:
    """(n, C) rows with a 1 in the target's column, for the smallest C that holds all targets, at least 2; a
    target below 0 has none."""
    width = max(2, int(target.max()) + 1)
    return np.asarray(np.arange(width) == target[:, None], dtype=np.float64)


def smoothed(target: Rows, label_smoothing: float) -> Rows:
    """Target rows of which a share is spread evenly over all classes."""
    if label_smoothing == 0.0:
        return target
    return np.asarray((1.0 - label_smoothing) * target + label_smoothing / target.shape[-1])


def ignored_rows(target: Rows, ignore_index: float | None) -> Mask | None:
    """The rows that are left out; None without any."""
    if ignore_index is None:
        return None
    found: Mask = target == ignore_index
    return found if found.any() else None


def indexed(target: Rows, ignored: Mask | None) -> Rows:
    """The target with class 0 in the rows that are left out, so that every index addresses a column."""
    return target if ignored is None else np.where(ignored, 0.0, target)


def class_counts(target: Rows, weight: Sequence[float] | None, ignore_index: float | None) -> Rows | None:
    """What each row counts in a mean: its class's weight, 0 where it is left out; None if all count 1."""
    if weight is None and ignore_index is None:
        return None
    ignored = target == ignore_index
    known = np.where(ignored, 0.0, target).astype(np.int64)
    return np.where(ignored, 0.0, 1.0 if weight is None else np.asarray(weight)[known])


def weights_fit(shapes: Sequence[tuple[int, ...]], params: Values) -> str:
    """What is wrong with the class weights for so many classes; empty if nothing is."""
    given, width = params["weight"], shapes[-1][-1]
    if given is None or len(as_numbers(given)) == width:
        return ""
    return f"weight has {len(as_numbers(given))} numbers, and there are {width} classes"


def kept_shares(found: Floats, shares: Floats, params: Values) -> Floats:
    """The share of each class among the rows that count, from its share among all."""
    kept = np.asarray(shares, dtype=np.float64)
    if params.get("ignore_index") is not None:
        kept = np.where(found == as_number(params["ignore_index"]), 0.0, kept)
        kept = kept / max(float(kept.sum()), np.finfo(np.float64).tiny)
    return kept
