"""Further losses of class probabilities: of their logarithms, focal, generalised, squared and ranked."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.domains import NOT_NEGATIVE, Interval
from losscli.losses.class_inputs import (
    CHANCES,
    CLASS,
    CLASS_OR_NONE,
    CLASS_ROW,
    IGNORE,
    LOG_CHANCES,
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
from losscli.losses.multiclass_elsewhere import FOCAL_ELSEWHERE, GCE_ELSEWHERE
from losscli.numerics.simplex import power_of_rest
from losscli.numerics.stable import quietly, sum_columns
from losscli.params import Param, as_number, as_numbers
from losscli.registry import (
    Accuracy,
    Convention,
    FrequencyConstant,
    NoConstant,
    NoPerfect,
    Perfect,
    Values,
    loss,
    zero_rows,
)

Weights = Sequence[float] | None
LEAST_LOG = -800.0
"""The logarithm of less than the smallest double."""


# --- log-probabilities ----------------------------------------------------------------------------


def _weight_of(target: Rows, weight: Weights) -> Floats | float:
    return 1.0 if weight is None else np.asarray(weight)[target.astype(np.int64)]


def _nll_slope(target: Rows, prediction: Rows, *, weight: Weights, ignore_index: float | None) -> Rows:
    ignored = ignored_rows(target, ignore_index)
    known = indexed(target, ignored)
    size = np.broadcast_to(_weight_of(known, weight), known.shape)
    size = size if ignored is None else np.where(ignored, 0.0, size)
    slope = np.zeros(prediction.shape)
    np.put_along_axis(slope, index_of(known), -size[:, None], axis=1)
    return slope


def _nll_counts(
    target: Rows, prediction: Rows, *, weight: Weights, ignore_index: float | None
) -> Rows | None:
    return class_counts(target, weight, ignore_index)


def _counted_shares(shares: Floats, params: Values) -> Floats:
    """The share of each class in a mean whose rows count as much as their classes weigh."""
    kept = kept_shares(np.arange(len(shares), dtype=np.float64), shares, params)
    sizes = kept if params["weight"] is None else kept * np.asarray(as_numbers(params["weight"]))
    return np.asarray(sizes / math.fsum(sizes.tolist()))


def _share_logs(found: Floats, shares: Floats, params: Values) -> Floats:
    with np.errstate(divide="ignore"):
        return np.maximum(np.log(_counted_shares(shares, params)), LEAST_LOG)


def _share_entropy(shares: Floats, params: Values) -> float:
    return -math.fsum(float(s) * math.log(s) for s in _counted_shares(shares, params) if s > 0.0)


@loss(
    "nll",
    title="Negative log-likelihood",
    family="multiclass",
    aliases=("nll_loss", "negative_log_likelihood"),
    inputs=(CLASS_OR_NONE, LOG_CHANCES),
    params=[WEIGHT, IGNORE],
    formula="0 if y == ignore_index else -x[y] * (1 if weight is None else weight[y])",
    gradient=_nll_slope,
    gradient_formula="0 * x if y == ignore_index else -(one_hot(y, x) if weight is None else "
    "weight * one_hot(y, x))",
    unit="nats",
    likelihood="categorical",
    best_constant=FrequencyConstant("the logarithm of each class's share", _share_logs, _share_entropy),
    perfect=Perfect(
        "the logarithm of 1 for the class",
        lambda target, params: LEAST_LOG * (1.0 - one_hot(target)),
        zero_rows,
    ),
    counts=_nll_counts,
    fits=weights_fit,
    deviations=(
        Convention(
            "torch",
            "torch.nn.functional.nll_loss(x, y)",
            names=("NLLLoss",),
            params={"ignore_index": -100.0},
            inputs=(CLASS_OR_NONE, LOGITS._replace(symbol="x", doubt="")),
        ),
    ),
    differs={
        "torch": "takes any numbers: probabilities [.7, .2, .1], class 0 give -0.7; leaves out class -100 "
        "unless told otherwise"
    },
    contrast=(
        [0.0, 2.0],
        [[math.log(0.7), math.log(0.2), math.log(0.1)], [math.log(0.25)] * 2 + [math.log(0.5)]],
    ),
    accuracy=Accuracy(textbook_holds=True),
    source="Good (1952), doi:10.1111/j.2517-6161.1952.tb00104.x; Bridle (1990)",
)
def nll(target: Rows, prediction: Rows, *, weight: Weights, ignore_index: float | None) -> Floats:
    """The predicted log-probability of the class, with its sign turned: nothing is taken a logarithm of.

    Formula  -x[y]; with class weights w: -w[y] x[y], and w[y] also counts in the mean
    Shapes   (n,) and (n, C) give (n,)
    Unit     nats: ln C is a guess among C classes
    Raises   DomainError: no class index, a number above 0.  SumError: exponentials that do not sum to 1
    Not      sparse_categorical_ce, which takes the probabilities; sparse_softmax_ce, which takes logits

    >>> nll([0, 1], [[-0.25, -1.5078], [-2.0, -0.1454]]).tolist()
    [0.25, 0.1454]
    """
    ignored = ignored_rows(target, ignore_index)
    known = indexed(target, ignored)
    rows = 0.0 - _weight_of(known, weight) * own(known, prediction)
    return rows if ignored is None else np.where(ignored, 0.0, rows)


# --- focal ----------------------------------------------------------------------------------------


def _alpha_fits(shapes: Sequence[tuple[int, ...]], params: Values) -> str:
    given, width = params["alpha"], shapes[-1][-1]
    if given is None or len(as_numbers(given)) in (1, width):
        return ""
    return f"alpha has {len(as_numbers(given))} numbers: give one, or one for each of the {width} classes"


def _focal_rows(target: Rows, label_smoothing: float, alpha: Weights) -> Rows:
    rows = smoothed(target, label_smoothing)
    return rows if alpha is None else rows * np.asarray(alpha)


@quietly
def _focal_slope(
    target: Rows, prediction: Rows, *, gamma: float, alpha: Weights, label_smoothing: float
) -> Rows:
    rows = _focal_rows(target, label_smoothing, alpha)
    power = power_of_rest(prediction, gamma)
    slope = -power / prediction
    if gamma > 0.0:
        steep = power_of_rest(prediction, gamma) / (1.0 - prediction)
        slope = slope + gamma * steep * np.log(prediction)
    sure = np.where(prediction == 1.0, -1.0 if gamma == 0.0 else 0.0, slope)
    return np.where(rows == 0.0, 0.0, rows * sure)


FOCAL_TARGET = (
    "s = (1 - label_smoothing) * y + label_smoothing / len(y)\n"
    "t = s if alpha is None else (alpha[0] if len(alpha) == 1 else alpha) * s\n"
)


@loss(
    "categorical_focal",
    title="Categorical focal loss",
    family="multiclass",
    aliases=("categorical_focal_crossentropy", "categorical_focal_loss", "softmax_focal_loss"),
    inputs=(CLASS_ROW, CHANCES),
    params=[
        Param("gamma", 2.0, "how much the rows that are already right count less", NOT_NEGATIVE),
        Param("alpha", None, "a factor for all classes, or one for each", NOT_NEGATIVE, many=True),
        SMOOTHING,
    ],
    formula=FOCAL_TARGET + "-sum(t * (1 - p)**gamma * log(p))",
    gradient=_focal_slope,
    gradient_formula=FOCAL_TARGET + "t * (gamma * (1 - p)**(gamma - 1) * log(p) - (1 - p)**gamma / p)",
    best_constant=NoConstant("no closed form: the root of a monotone equation, found only by iteration"),
    perfect=NoPerfect(
        "the target itself for one-hot rows, loss 0; against a soft row the best has no closed form"
    ),
    fits=_alpha_fits,
    deviations=FOCAL_ELSEWHERE,
    contrast=([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], [[0.7, 0.2, 0.1], [0.25, 0.25, 0.5]]),
    accuracy=Accuracy(8.0, textbook_holds=True),
    source="Lin et al. (2017), arXiv 1708.02002",
)
@quietly
def categorical_focal(
    target: Rows, prediction: Rows, *, gamma: float, alpha: Weights, label_smoothing: float
) -> Floats:
    """Categorical cross-entropy that counts a class the less, the surer the prediction already is of it.

    Formula  -sum over classes of alpha y (1 - p)**gamma log(p), with 0 log 0 = 0; alpha is 1 unless given
    Shapes   (n, C) and (n, C) give (n,)
    Unit     none: gamma=0 is categorical_ce, in nats
    Raises   DomainError: a value outside [0, 1].  SumError: a row that does not sum to 1
    Not      binary_focal, for labels that do not exclude each other; Keras multiplies by alpha=0.25 always

    >>> categorical_focal([[1.0, 0.0], [0.0, 1.0]], [[0.5, 0.5], [0.75, 0.25]]).round(4).tolist()
    [0.1733, 0.7798]
    """
    rows = _focal_rows(target, label_smoothing, alpha)
    logs = -np.log(np.where(rows == 0.0, 1.0, prediction))
    return sum_columns(rows * (power_of_rest(prediction, gamma) * logs))


# --- generalised cross-entropy --------------------------------------------------------------------


@quietly
def _gce_slope(target: Rows, prediction: Rows, *, q: float) -> Rows:
    slope = np.zeros(prediction.shape)
    size = -(own(target, prediction) ** (q - 1.0))
    np.put_along_axis(slope, index_of(target), size[:, None], axis=1)
    return slope


def _gce_constant(found: Floats, shares: Floats, params: Values) -> Floats:
    """Shares sharpened by the power 1 / (1 - q); the most frequent class alone where q is 1."""
    q = as_number(params["q"])
    if q == 1.0:
        return np.asarray(np.eye(len(shares))[int(np.argmax(shares))])
    sharp = (shares / shares.max()) ** (1.0 / (1.0 - q))
    return np.asarray(sharp / math.fsum(sharp.tolist()))


@quietly
def _gce_of_constant(shares: Floats, params: Values) -> float:
    q, constant = as_number(params["q"]), _gce_constant(shares, shares, params)
    return math.fsum((shares * (0.0 - np.expm1(q * np.log(constant))) / q).tolist())


@loss(
    "gce",
    title="Generalized cross-entropy",
    family="multiclass",
    aliases=("generalized_cross_entropy", "categorical_generalized_cross_entropy"),
    inputs=(CLASS, CHANCES),
    params=[
        Param(
            "q",
            0.7,
            "between cross-entropy (towards 0) and mean absolute error (1)",
            Interval(0.0, 1.0, low_in=False),
        )
    ],
    formula="(1 - p[y]**q) / q",
    gradient=_gce_slope,
    gradient_formula="[-p[c]**(q - 1) if c == y else 0 for c in range(len(p))]",
    best_constant=FrequencyConstant(
        "shares of the classes to the power 1 / (1 - q), scaled to sum to 1", _gce_constant, _gce_of_constant
    ),
    perfect=Perfect("1 for the class, 0 elsewhere", lambda target, params: one_hot(target), zero_rows),
    deviations=GCE_ELSEWHERE,
    contrast=([0.0, 2.0], [[0.5, 0.25, 0.25], [0.25, 0.625, 0.125]]),
    source="Zhang and Sabuncu (2018), arXiv 1805.07836",
)
@quietly
def gce(target: Rows, prediction: Rows, *, q: float) -> Floats:
    """Loss for noisy labels: at most 1 / q a row, so that no wrong label weighs without bound.

    Formula  (1 - p[y]**q) / q
    Shapes   (n,) and (n, C) give (n,)
    Unit     none: q towards 0 is sparse_categorical_ce, q=1 is 1 - p[y]
    Raises   DomainError: no class index, a value outside [0, 1].  SumError: a row that does not sum to 1
    Not      sparse_categorical_ce, without a bound; lq, a loss of real errors

    >>> gce([0, 1], [[1.0, 0.0], [0.75, 0.25]], q=0.5).tolist()
    [0.0, 1.0]
    """
    return np.asarray((0.0 - np.expm1(q * np.log(own(target, prediction)))) / q)
