"""Further losses of real scores per class: Poly-1, and sparsemax with its projection on the simplex."""

from __future__ import annotations

import math

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.domains import Interval
from losscli.losses.class_inputs import CLASS, CLASS_ROW, LOGITS, SCORES, index_of, one_hot, own
from losscli.numerics.simplex import above_threshold, times_log_sum
from losscli.numerics.stable import quietly, softmax, softmax_cross_entropy, sum_columns
from losscli.params import Param
from losscli.registry import (
    Accuracy,
    Convention,
    FrequencyConstant,
    NoConstant,
    NoPerfect,
    Perfect,
    loss,
    zero_rows,
)

SURE = 2.0**-900
"""What is left of a probability of 1 where its logarithm and the rest are the same number."""


@quietly
def _poly_slope(target: Rows, prediction: Rows, *, epsilon: float) -> Rows:
    parts = softmax(prediction)
    rest = sum_columns(target)[:, None] - target
    entropy = rest * parts.probabilities - target * parts.complements
    # the derivative of sum(y p) by z[c] is p[c] (y[c] (1 - p[c]) - the sum of y p over the other classes)
    likely = sum_columns(target * parts.probabilities)[:, None] - target * parts.probabilities
    return entropy - epsilon * parts.probabilities * (target * parts.complements - likely)


@loss(
    "poly1_ce",
    title="Poly-1 cross-entropy",
    family="multiclass",
    aliases=("poly_loss_cross_entropy", "poly_loss", "polyloss", "poly1"),
    inputs=(CLASS_ROW, LOGITS),
    params=[
        Param(
            "epsilon",
            2.0,
            "what is added to the first coefficient of the loss's series in 1 - p",
            Interval(-1.0),
            aliases=("eps", "epsilon1"),
        )
    ],
    formula="p = exp(z) / sum(exp(z)); sum(y) * log(sum(exp(z))) - sum(y * z) + epsilon * sum(y * (1 - p))",
    gradient=_poly_slope,
    gradient_formula="p = exp(z) / sum(exp(z)); sum(y) * p - y - epsilon * p * (y - sum(y * p))",
    best_constant=NoConstant("no closed form: the root of a monotone equation, found only by iteration"),
    perfect=NoPerfect(
        "an infinite logit for the class of a one-hot row, loss 0; against a soft row the best has no closed "
        "form"
    ),
    same_as={"optax": "optax.losses.poly_loss_cross_entropy(z, y, epsilon=epsilon)"},
    deviations=(
        Convention(
            "rax",
            "rax.poly1_softmax_loss(z, y, reduce_fn=None)",
            "its default is epsilon=1: y=[1, 0], z=[0, 0] gives 1.1931, here 1.6931",
            params={"epsilon": 1.0},
        ),
    ),
    contrast=([[1.0, 0.0], [0.25, 0.75]], [[0.0, 0.0], [1.5, -2.0]]),
    accuracy=Accuracy(4.0, "sum(y) * log(sum(exp(z))) - sum(y * z)"),
    source="Leng et al. (2022), arXiv 2204.12511",
)
@quietly
def poly1_ce(target: Rows, prediction: Rows, *, epsilon: float) -> Floats:
    """Softmax cross-entropy with another weight on what the true class lacks of probability 1.

    Formula  softmax_ce(y, z) + epsilon * sum(y (1 - p)), with p = softmax(z)
    Shapes   (n, C) and (n, C) give (n,)
    Unit     none: epsilon=0 is softmax_ce, in nats
    Raises   ParamError: epsilon below -1.  DomainError, SumError: a target row that is no distribution
    Not      softmax_ce, the same without the added term; categorical_focal, which weakens easy rows

    >>> poly1_ce([[1.0, 0.0], [0.0, 1.0]], [[0.0, 0.0], [1.0, 3.0]]).round(4).tolist()
    [1.6931, 0.3653]
    """
    below, size, parts = softmax_cross_entropy(target, prediction)
    entropy = below + times_log_sum(size, prediction, parts)
    found = entropy + epsilon * sum_columns(target * parts.complements)
    sure = (parts.others < SURE) & (below == 0.0)
    if sure.any():  # both terms are the same tiny number: rounded once
        likely = np.take_along_axis(target, parts.top[:, None], axis=1)[:, 0]
        found = np.where(sure, times_log_sum(size + epsilon * likely, prediction, parts), found)
    return found


@quietly
def _sparsemax_slope(target: Rows, prediction: Rows) -> Rows:
    shares = np.maximum(above_threshold(prediction), 0.0)
    index = index_of(target)
    others = shares.copy()
    np.put_along_axis(others, index, 0.0, axis=1)
    np.put_along_axis(shares, index, -sum_columns(others)[:, None], axis=1)
    return shares


PROJECTION = (
    "d = [-v for v in sorted([-u for u in z])]\n"
    "s = cumsum(d)\n"
    "h = max([(s[j] - 1) / (j + 1) for j in range(len(z))])\n"
    "p = [max(v - h, 0) for v in z]\n"
)
"""The projection of z on the simplex: h is the threshold that is taken away."""


@loss(
    "sparsemax_multiclass",
    title="Multiclass sparsemax loss",
    family="multiclass",
    aliases=("multiclass_sparsemax_loss", "multiclass_sparsemax"),
    inputs=(CLASS, SCORES),
    formula=PROJECTION + "(1 - sum(p * p)) / 2 + sum(p * (z - z[y]))",
    gradient=_sparsemax_slope,
    gradient_formula=PROJECTION + "p - one_hot(y, z)",
    best_constant=FrequencyConstant(
        "the share of each class (or any scores whose projection it is)",
        lambda found, shares, params: shares,
        lambda shares, params: 0.5 * math.fsum(float(share) * (1.0 - float(share)) for share in shares),
    ),
    perfect=Perfect(
        "a lead of 1 or more for the class", lambda target, params: 2.0 * one_hot(target), zero_rows
    ),
    same_as={"optax": "optax.losses.multiclass_sparsemax_loss(z, y)"},
    source="Martins and Astudillo (2016), arXiv 1602.02068",
)
@quietly
def sparsemax_multiclass(target: Rows, prediction: Rows) -> Floats:
    """Loss of sparsemax, the softmax that gives unlikely classes probability 0; 0 from a lead of 1 on.

    Formula  with p the projection of z on the simplex:  (1 - sum(p**2)) / 2 + sum(p (z - z[y]))
    Shapes   (n,) and (n, C) give (n,)
    Unit     that of the scores
    Raises   DomainError: no class index, nan or infinity, named with its row
    Not      sparse_softmax_ce, which is never 0; sparsemax_binary, for one score

    >>> sparsemax_multiclass([0, 1], [[0.5, 0.0, -2.0], [3.0, 0.0, 0.0]]).tolist()
    [0.0625, 3.0]
    """
    rise = above_threshold(prediction)
    mine = own(target, rise)
    others = np.maximum(rise, 0.0)
    np.put_along_axis(others, index_of(target), 0.0, axis=1)
    missed = np.where(mine > 0.0, sum_columns(others), 1.0)
    return 0.5 * (missed * missed + sum_columns(others * others)) + np.maximum(-mine, 0.0)
