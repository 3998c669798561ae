"""Distributions: how uncertain one is, and how far apart two are. A file's one column is one distribution."""

from __future__ import annotations

import math

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.domains import SIMPLEX
from losscli.numerics.divergences import LOGARITHMS, NATS, jensen_shannon, relative_entropy
from losscli.numerics.stable import quietly, sum_columns
from losscli.params import Param
from losscli.registry import Accuracy, MomentsConstant, NoConstant, Perfect, Values, loss, vectors

COUNTS_HINT = "counts or percentages? divide each distribution by its sum"
TRUE = vectors("target", "p", SIMPLEX, "the true distribution", hint=COUNTS_HINT)
MODEL = vectors(
    "prediction",
    "q",
    SIMPLEX,
    "the predicted distribution",
    hint=COUNTS_HINT + "; log-probabilities? take exp",
)
BASE = Param("base", "e", "of the logarithm: e for nats, 2 for bits, 10 for dits", choices=("e", "2", "10"))
ROUNDING = 2.0**-50
"""What a row that is scaled to sum to 1 may be off by."""
UNITS = {"e": "nats", "2": "bits", "10": "dits"}
ITSELF = Perfect(
    "the target distribution itself",
    lambda target, params: target.copy(),
    lambda target, params: np.zeros(len(target)),
)


def _base(params: Values) -> str:
    return str(params["base"])


def _unit(params: Values) -> str:
    return UNITS[_base(params)]


@quietly
def _cross_entropy(true: Rows, model: Rows, base: str) -> Floats:
    """The sum of -p log(q), where 0 times anything is 0."""
    return sum_columns(true * -LOGARITHMS[base](np.where(true == 0.0, 1.0, model)))


def _scaled_mean(mean: Floats, params: Values) -> Floats:
    return mean / math.fsum(mean.tolist())


def _cross_entropy_of_mean(mean: Floats, variance: Floats, params: Values) -> float:
    total = math.fsum(mean.tolist())
    nats = total * math.log(total) - math.fsum(float(m) * math.log(m) for m in mean if m > 0.0)
    return nats / NATS[_base(params)]


@quietly
def _entropy_slope(prediction: Rows, *, base: str) -> Rows:
    return -(LOGARITHMS[base](prediction) + 1.0 / NATS[base])


def _certainty(prediction: Rows, params: Values) -> Rows:
    certain = np.zeros(prediction.shape)
    certain[np.arange(len(prediction)), prediction.argmax(axis=1)] = 1.0
    return certain


@loss(
    "entropy",
    title="Shannon entropy",
    family="distribution",
    aliases=("shannon_entropy",),
    inputs=(vectors("prediction", "q", SIMPLEX, "the distribution", hint=COUNTS_HINT),),
    params=[BASE],
    formula="-sum(q * log(q, base))",
    gradient=_entropy_slope,
    gradient_formula="-(log(q, base) + log(exp(1), base))",
    unit=_unit,
    downward=True,
    best_constant=NoConstant("there is no target: a sure prediction has entropy 0, right or wrong"),
    perfect=Perfect(
        "a sure one, all on one outcome",
        _certainty,
        lambda prediction, params: np.zeros(len(prediction)),
    ),
    same_as={
        "scipy": "scipy.stats.entropy(q, axis=1, base=base), where rows sum to 1",
        "torch": "torch.special.entr(q).sum(1)",
    },
    differs={"scipy": "divides each row by its sum first"},
    accuracy=Accuracy(textbook_holds=True),
    source="Shannon (1948), doi:10.1002/j.1538-7305.1948.tb01338.x",
)
def entropy(prediction: Rows, *, base: str) -> Floats:
    """How uncertain a distribution is: the mean surprise at its own outcomes. It takes no target.

    Formula  -sum of q log(q), with 0 log 0 = 0
    Shapes   (n, C) gives (n,); a file of one column is one distribution read downwards
    Unit     nats; bits with base=2, dits with base=10
    Raises   DomainError: a value outside [0, 1].  SumError: a distribution that does not sum to 1
    Not      cross_entropy_dist and kl, which compare two distributions

    >>> entropy([[0.5, 0.25, 0.125, 0.125]], base="2").tolist()
    [1.75]
    """
    return _cross_entropy(prediction, prediction, base)


@quietly
def _cross_slope(target: Rows, prediction: Rows, *, base: str) -> Rows:
    return np.where(target == 0.0, 0.0, -target / prediction / NATS[base])


@loss(
    "cross_entropy_dist",
    title="Cross-entropy of two distributions",
    family="distribution",
    aliases=("cross_entropy_of_distributions",),
    inputs=(TRUE, MODEL),
    params=[BASE],
    formula="-sum(p * log(q, base))",
    gradient=_cross_slope,
    gradient_formula="-p / q * log(exp(1), base)",
    unit=_unit,
    likelihood="categorical, averaged over the true distribution",
    downward=True,
    best_constant=MomentsConstant("the mean of the true distributions", _scaled_mean, _cross_entropy_of_mean),
    perfect=Perfect(
        "the target distribution itself; its entropy remains",
        lambda target, params: target.copy(),
        lambda target, params: _cross_entropy(target, target, _base(params)),
    ),
    same_as={
        "keras": "keras.losses.categorical_crossentropy(p, q), where q is inside its clip",
        "scipy": "scipy.stats.entropy(p, axis=1) + scipy.stats.entropy(p, q, axis=1)",
    },
    differs={"keras": "divides each row by its sum, then clips to [1e-7, 1 - 1e-7]"},
    accuracy=Accuracy(textbook_holds=True),
    source="Good (1956); Cover and Thomas (2006), section 5.4",
)
def cross_entropy_dist(target: Rows, prediction: Rows, *, base: str) -> Floats:
    """Mean surprise under the predicted distribution when outcomes follow the true one.

    Formula  -sum of p log(q), with 0 log 0 = 0
    Shapes   (n, C) and (n, C) give (n,); files of one column are one distribution each, read downwards
    Unit     nats; bits with base=2, dits with base=10
    Raises   DomainError: a value outside [0, 1].  SumError: a distribution that does not sum to 1
    Not      kl, which is smaller by the entropy of p, so that 0 is perfect; categorical_ce, for classes

    >>> cross_entropy_dist([[0.5, 0.5]], [[0.25, 0.75]], base="2").round(4).tolist()
    [1.2075]
    """
    return _cross_entropy(target, prediction, base)


@loss(
    "kl",
    title="Kullback-Leibler divergence",
    family="distribution",
    aliases=("kl_divergence", "kld", "kullback_leibler", "kullback_leibler_divergence", "relative_entropy"),
    inputs=(TRUE, MODEL),
    params=[BASE],
    formula="sum(p * (log(p, base) - log(q, base)))",
    gradient=_cross_slope,
    gradient_formula="-p / q * log(exp(1), base)",
    unit=_unit,
    likelihood="categorical, averaged over the true distribution; its entropy is taken off",
    downward=True,
    best_constant=MomentsConstant(
        "the mean of the true distributions", _scaled_mean, None, rounding=ROUNDING
    ),
    perfect=ITSELF,
    same_as={
        "torch": "torch.nn.functional.kl_div(q.log(), p, reduction='none').sum(1)",
        "keras": "keras.losses.kl_divergence(p, q), where both are inside its clip",
        "optax": "optax.losses.kl_divergence(jnp.log(q), p)",
        "torchmetrics": "torchmetrics.functional.kl_divergence(p, q), where rows sum to 1",
        "scipy": "scipy.stats.entropy(p, q, axis=1, base=base), where rows sum to 1",
    },
    differs={
        "torch": "takes log-probabilities; its default reduction divides by n * C, batchmean by n",
        "keras": "clips both to [1e-7, 1]: q=0 where p is not gives a finite number, here infinity",
        "torchmetrics": "divides each row by its sum",
        "scipy": "divides each row by its sum; special.kl_div adds q - p to each term",
    },
    # Rows whose sums differ in the last digits give either sign: the gap between the sums is then a term.
    accuracy=Accuracy(against="sum(p - q) * log(exp(1), base)"),
    source="Kullback and Leibler (1951), doi:10.1214/aoms/1177729694",
)
def kl(target: Rows, prediction: Rows, *, base: str) -> Floats:
    """What it costs to take the predicted distribution for the true one; 0 only when they agree.

    Formula  sum of p (log(p) - log(q)), with 0 log 0 = 0; rows that sum to 1 only about are used as they are
    Shapes   (n, C) and (n, C) give (n,); files of one column are one distribution each, read downwards
    Unit     nats; bits with base=2, dits with base=10
    Raises   DomainError: a value outside [0, 1].  SumError: a distribution that does not sum to 1
    Not      kl with the files swapped, another number; js, which is symmetric; cross_entropy_dist

    >>> kl([[0.5, 0.5, 0.0], [0.5, 0.5, 0.0]], [[0.4, 0.4, 0.2], [1.0, 0.0, 0.0]]).round(4).tolist()
    [0.2231, inf]
    """
    return relative_entropy(target, prediction, base)


@quietly
def _js_slope(target: Rows, prediction: Rows, *, base: str) -> Rows:
    total = target + prediction
    gap = np.where(total == 0.0, 1.0, (prediction - target) / np.where(total == 0.0, 1.0, total))
    return 0.5 * np.log1p(gap) / NATS[base]


@loss(
    "js",
    title="Jensen-Shannon divergence",
    family="distribution",
    aliases=("jsd", "jensen_shannon", "jensen_shannon_divergence"),
    inputs=(TRUE, MODEL),
    params=[BASE],
    formula="m = (p + q) / 2; sum(p * (log(p, base) - log(m, base)) + q * (log(q, base) - log(m, base))) / 2",
    gradient=_js_slope,
    gradient_formula="log(2 * q / (p + q), base) / 2",
    unit=_unit,
    downward=True,
    best_constant=NoConstant("no closed form: a fixed point, found only by iteration"),
    perfect=ITSELF,
    same_as={
        "torchmetrics": "torchmetrics.functional.regression.jensen_shannon_divergence(p, q), "
        "where rows sum to 1"
    },
    differs={"scipy": "scipy.spatial.distance.jensenshannon is the square root of it: 0.2736 for 0.0749"},
    accuracy=Accuracy(ulp=10.0),
    source="Lin (1991), doi:10.1109/18.61115",
)
def js(target: Rows, prediction: Rows, *, base: str) -> Floats:
    """Distance of two distributions from their average: symmetric, and never above ln 2 (1 bit).

    Formula  with m = (p + q) / 2:  half of kl(p, m) plus half of kl(q, m)
    Shapes   (n, C) and (n, C) give (n,); files of one column are one distribution each, read downwards
    Unit     nats; bits with base=2, dits with base=10
    Raises   DomainError: a value outside [0, 1].  SumError: a distribution that does not sum to 1
    Not      the Jensen-Shannon distance, its square root; kl, which is not symmetric

    >>> js([[0.5, 0.5], [1.0, 0.0]], [[0.5, 0.5], [0.0, 1.0]], base="2").tolist()
    [0.0, 1.0]
    """
    return jensen_shannon(target, prediction, base)
