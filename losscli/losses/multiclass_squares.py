"""Squared scores of class probabilities: Brier's, and the ranked one for classes in order."""

from __future__ import annotations

import math

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.losses.class_inputs import CHANCES, CLASS, index_of, one_hot
from losscli.losses.multiclass_elsewhere import BRIER_ELSEWHERE, RANKED_ELSEWHERE
from losscli.numerics.simplex import running_excess
from losscli.numerics.stable import quietly, sum_columns
from losscli.params import Param
from losscli.registry import Accuracy, FrequencyConstant, Perfect, Values, loss, zero_rows

HALF = "h = 1 / 2 if scale_by_half == 'yes' or (scale_by_half == 'auto' and len(p) == 2) else 1\n"


def _scale(scale_by_half: str, width: int) -> float:
    return 0.5 if scale_by_half == "yes" or (scale_by_half == "auto" and width == 2) else 1.0


def _errors(target: Rows, prediction: Rows) -> Rows:
    """(n, C): the probabilities less 1 in the target's column."""
    index = index_of(target)
    errors = prediction.copy()
    np.put_along_axis(errors, index, np.take_along_axis(errors, index, axis=1) - 1.0, axis=1)
    return errors


@quietly
def _brier_slope(target: Rows, prediction: Rows, *, scale_by_half: str) -> Rows:
    return 2.0 * _scale(scale_by_half, prediction.shape[1]) * _errors(target, prediction)


def _brier_of_shares(shares: Floats, params: Values) -> float:
    spread = math.fsum(float(share) * (1.0 - float(share)) for share in shares)
    return _scale(str(params["scale_by_half"]), len(shares)) * spread


@loss(
    "brier_multiclass",
    title="Multiclass Brier score",
    family="multiclass",
    aliases=("multiclass_brier", "quadratic_score", "multiclass_brier_score"),
    inputs=(CLASS, CHANCES),
    params=[
        Param(
            "scale_by_half",
            "no",
            "halve the sum, so that it ends at 1; auto halves it for two classes only",
            choices=("no", "yes", "auto"),
        )
    ],
    formula=HALF + "h * sum((p - one_hot(y, p))**2)",
    gradient=_brier_slope,
    gradient_formula=HALF + "2 * h * (p - one_hot(y, p))",
    best_constant=FrequencyConstant(
        "the share of each class", lambda found, shares, params: shares, _brier_of_shares
    ),
    perfect=Perfect("1 for the class, 0 elsewhere", lambda target, params: one_hot(target), zero_rows),
    deviations=BRIER_ELSEWHERE,
    contrast=([1.0, 0.0, 1.0], [[0.25, 0.75], [0.5, 0.5], [0.875, 0.125]]),
    accuracy=Accuracy(textbook_holds=True),
    source="Brier (1950), doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2",
)
@quietly
def brier_multiclass(target: Rows, prediction: Rows, *, scale_by_half: str) -> Floats:
    """Squared distance of the probabilities from the class that came, a proper score between 0 and 2.

    Formula  the sum over classes of (p - 1 where it is the class, p elsewhere)**2
    Shapes   (n,) and (n, C) give (n,)
    Unit     none: 1 - 1 / C is a guess among C classes
    Raises   DomainError: no class index, a value outside [0, 1].  SumError: a row that does not sum to 1
    Not      brier, of one probability, half of this for two classes; rps, for classes in order

    >>> brier_multiclass([0, 1], [[1.0, 0.0, 0.0], [0.5, 0.25, 0.25]]).tolist()
    [0.0, 0.875]
    >>> brier_multiclass([1], [[0.5, 0.5]], scale_by_half="auto").tolist()
    [0.25]
    """
    errors = _errors(target, prediction)
    return np.asarray(_scale(scale_by_half, prediction.shape[1]) * sum_columns(errors * errors))


@quietly
def _ranked_slope(target: Rows, prediction: Rows) -> Rows:
    gaps = running_excess(prediction, target)
    return np.ascontiguousarray(2.0 * np.cumsum(gaps[:, ::-1], axis=1)[:, ::-1])


def _ranked_of_shares(shares: Floats, params: Values) -> float:
    below = np.cumsum(shares)
    return math.fsum((below * (1.0 - below)).tolist())


@loss(
    "rps",
    title="Ranked probability score",
    family="multiclass",
    aliases=("rps_score", "ranked_probability_score"),
    inputs=(
        CLASS._replace(words="the class, an index from 0 to C - 1 in the order of the classes"),
        CHANCES._replace(words="the predicted probability of each class, in the order of the classes"),
    ),
    formula="sum((cumsum(p) - cumsum(one_hot(y, p)))**2)",
    gradient=_ranked_slope,
    gradient_formula="d = cumsum(p) - cumsum(one_hot(y, p))\n"
    "[2 * sum(d[k] for k in range(c, len(d))) for c in range(len(d))]",
    best_constant=FrequencyConstant(
        "the share of each class", lambda found, shares, params: shares, _ranked_of_shares
    ),
    perfect=Perfect("1 for the class, 0 elsewhere", lambda target, params: one_hot(target), zero_rows),
    deviations=RANKED_ELSEWHERE,
    contrast=([2.0, 0.0, 1.0], [[0.1, 0.1, 0.8], [0.7, 0.2, 0.1], [0.2, 0.5, 0.3]]),
    source="Epstein (1969), doi:10.1175/1520-0450(1969)008<0985:ASSFPF>2.0.CO;2",
)
@quietly
def rps(target: Rows, prediction: Rows) -> Floats:
    """Squared distance between cumulative probabilities and the class that came: far misses cost more.

    Formula  the sum over classes of (cumsum(p) - 1 from the class on, cumsum(p) before it)**2
    Shapes   (n,) and (n, C) give (n,)
    Unit     none: 0 to C - 1; it is not divided by C - 1
    Raises   DomainError: no class index, a value outside [0, 1].  SumError: a row that does not sum to 1
    Not      brier_multiclass, which knows no order of the classes

    >>> rps([2, 0], [[0.0, 0.5, 0.5], [0.0, 0.0, 1.0]]).tolist()
    [0.25, 2.0]
    """
    gaps = running_excess(prediction, target)
    return sum_columns(gaps * gaps)
