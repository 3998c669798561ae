"""Divergences of numbers of at least 0: of measures that need not sum to 1, and of two chances."""

from __future__ import annotations

import numpy as np

from losscli.arrays import Floats, Mask, Rows
from losscli.domains import NOT_NEGATIVE
from losscli.losses.binary import CHANCE, SOFT_TARGET
from losscli.losses.regression import any_cell, booster
from losscli.numerics.deviances import bernoulli_gap, poisson_gap
from losscli.numerics.stable import quietly, sum_columns
from losscli.registry import Accuracy, MomentsConstant, Perfect, loss, vectors, zero_rows

LEAST = 1e-12
"""What LightGBM raises chances to inside logarithms."""
ROUNDING = 2.0**-40


@quietly
def _measure_slope(target: Rows, prediction: Rows) -> Rows:
    return np.where(target == 0.0, 1.0, (prediction - target) / prediction)


@loss(
    "generalized_kl",
    title="Generalized Kullback-Leibler divergence",
    family="distribution",
    aliases=("generalised_kl", "generalized_kl_divergence", "i_divergence", "unnormalized_kl"),
    inputs=(
        vectors("target", "p", NOT_NEGATIVE, "the true measure: counts, amounts, probabilities"),
        vectors(
            "prediction",
            "q",
            NOT_NEGATIVE,
            "the predicted measure",
            hint="logarithms? take exp; swapped files? the target comes first",
        ),
    ),
    formula="sum(p * (log(p) - log(q)) - p + q)",
    gradient=_measure_slope,
    gradient_formula="1 - p / q",
    unit="nats",
    likelihood="Poisson, of each column: its negative logarithm, less that at q = p",
    downward=True,
    best_constant=MomentsConstant(
        "the mean of the target", lambda mean, params: mean, None, rounding=ROUNDING
    ),
    perfect=Perfect(
        "the target itself",
        lambda target, params: target.copy(),
        lambda target, params: np.zeros(len(target)),
    ),
    same_as={
        "optax": "optax.losses.generalized_kl_divergence(jnp.log(q), p)",
        "scipy": "scipy.special.kl_div(p, q).sum(axis=1)",
    },
    accuracy=Accuracy(ulp=8.0),
    source="Csiszar (1991), doi:10.1214/aos/1176348385",
)
def generalized_kl(target: Rows, prediction: Rows) -> Floats:
    """What kl is for distributions, for measures of any total: never negative, 0 only where they agree.

    Formula  sum of p ln(p / q) - p + q, with 0 ln 0 = 0
    Shapes   (n, C) and (n, C) give (n,); files of one column are one measure each, read downwards
    Unit     nats, times the measure's unit
    Raises   DomainError: a value below 0, nan or infinity, named with its row
    Not      kl, the same where both sum to 1; poisson_deviance, which is twice as large, cell by cell

    >>> generalized_kl([[2.0, 0.0], [1.0, 1.0]], [[1.5, 0.5], [0.0, 1.0]]).round(4).tolist()
    [0.5754, inf]
    """
    return sum_columns(poisson_gap(target, prediction))


@quietly
def _binary_slope(target: Rows, prediction: Rows) -> Rows:
    slope = ((prediction - target) / prediction) / (1.0 - prediction)
    # a certain outcome that was surely predicted: the limit from inside, 1 at 0 and -1 at 1
    certain = (prediction == target) & ((target == 0.0) | (target == 1.0))
    return np.where(certain, 1.0 - 2.0 * target, slope)


def _single(values: Rows) -> Floats:
    return values.astype(np.float32).astype(np.float64)


@quietly
def _lightgbm(target: Rows, prediction: Rows) -> Floats:
    """With targets in single precision, and the two logarithms floored."""
    own = _single(target)
    present, absent = (np.where(part > 0.0, part * np.log(part), 0.0) for part in (own, 1.0 - own))
    other = _single(1.0 - own)
    crossed = own * np.log(np.maximum(prediction, LEAST)) + other * np.log(
        np.maximum(1.0 - prediction, LEAST)
    )
    return np.asarray((present + absent) - crossed)


def _lightgbm_touches(target: Rows, prediction: Rows) -> Mask:
    ends = (prediction < LEAST) | (1.0 - prediction < LEAST)
    return any_cell(ends | (_single(target) != target))


@loss(
    "binary_kl",
    title="Binary Kullback-Leibler divergence",
    family="binary",
    aliases=("binary_kl_divergence", "bernoulli_kl"),
    inputs=(SOFT_TARGET, CHANCE),
    formula="y * (log(y) - log(p)) + (1 - y) * (log(1 - y) - log(1 - p))",
    gradient=_binary_slope,
    gradient_formula="(p - y) / (p * (1 - p))",
    unit="nats",
    likelihood="Bernoulli; the entropy of the target is taken off",
    best_constant=MomentsConstant(
        "the mean of the target", lambda mean, params: mean, None, rounding=ROUNDING
    ),
    perfect=Perfect("the target itself", lambda target, params: target.copy(), zero_rows),
    deviations=(
        booster(
            "lightgbm",
            "kullback_leibler",
            "kldiv",
            differs="raises the arguments of its logarithms to at least 1e-12: y=1, p=0 gives 27.6310, here "
            "infinity; holds targets in single precision",
            edge=True,
            clips=True,
            rows=_lightgbm,
            touches=_lightgbm_touches,
        ),
    ),
    contrast=([1.0, 0.25, 0.75], [0.0, 1.0, 0.5]),
    accuracy=Accuracy(ulp=8.0),
    source="Kullback and Leibler (1951), doi:10.1214/aoms/1177729694",
)
def binary_kl(target: Rows, prediction: Rows) -> Floats:
    """What it costs to take a predicted chance for the true one; 0 only when they agree.

    Formula  y ln(y / p) + (1 - y) ln((1 - y) / (1 - p)), with 0 ln 0 = 0
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k): k labels, averaged by the engine
    Unit     nats
    Raises   DomainError: a value outside [0, 1], nan or infinity, named with its row
    Not      bce, the same for labels 0 and 1, and larger by the target's entropy for soft ones; kl, of rows

    >>> binary_kl([0.5, 1.0], [0.25, 0.5]).round(4).tolist()
    [0.1438, 0.6931]
    """
    return bernoulli_gap(target, prediction)
