"""Distributions: how uncertain one is, and how far apart two are. A file's one column is one distribution."""

from __future__ import annotations

import math

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.domains import SIMPLEX, Domain
from losscli.losses.class_inputs import LOG_SIMPLEX
from losscli.losses.distributions_elsewhere import (
    CROSS_ENTROPY_ELSEWHERE,
    ENTROPY_ELSEWHERE,
    JS_ELSEWHERE,
    KL_ELSEWHERE,
    cross_entropy,
    divergence,
    logarithms,
    own_entropy,
    probabilities,
)
from losscli.numerics.divergences import LOGARITHMS, NATS, jensen_shannon
from losscli.numerics.stable import quietly
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
    same_as={"torch": "torch.special.entr(q).sum(1)"},
    deviations=ENTROPY_ELSEWHERE,
    contrast=([[0.5, 0.25, 0.125, 0.125], [0.5, 0.25, 0.125, 0.1245]],),
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
    return own_entropy(prediction, base)


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
        lambda target, params: own_entropy(target, _base(params)),
    ),
    deviations=CROSS_ENTROPY_ELSEWHERE,
    differs={"keras": "categorical_crossentropy itself is categorical_ce, which takes soft rows too"},
    contrast=([[0.5, 0.5, 0.0], [0.5, 0.4995, 0.0]], [[1.0, 0.0, 0.0], [0.4, 0.4, 0.2]]),
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
    return cross_entropy(target, prediction, base)


AS_PROBABILITIES = "a = exp(p) if log_target == 'yes' else p; b = exp(q) if log_prediction == 'yes' else q"


def _switch(name: str, words: str) -> Param:
    return Param(name, "no", words, choices=("no", "yes"))


def _domain(params: Values, switch: str) -> Domain:
    return LOG_SIMPLEX if params[switch] == "yes" else SIMPLEX


def _as_predicted(block: Rows, logs: str, params: Values) -> Rows:
    """Probabilities, or (logs="yes") their logarithms, in the form that the prediction has."""
    return logarithms(block, logs) if params["log_prediction"] == "yes" else probabilities(block, logs)


@quietly
def _kl_slope(target: Rows, prediction: Rows, *, base: str, log_target: str, log_prediction: str) -> Rows:
    true = probabilities(target, log_target)
    if log_prediction == "yes":
        return -true / NATS[base]
    return np.where(true == 0.0, 0.0, -true / prediction / NATS[base])


@loss(
    "kl",
    title="Kullback-Leibler divergence",
    family="distribution",
    aliases=("kl_divergence", "kld", "kullback_leibler", "kullback_leibler_divergence", "relative_entropy"),
    inputs=(
        TRUE._replace(domain=lambda params: _domain(params, "log_target")),
        MODEL._replace(
            domain=lambda params: _domain(params, "log_prediction"),
            hint=COUNTS_HINT + "; log-probabilities? log_prediction=yes",
        ),
    ),
    params=[
        BASE,
        _switch("log_target", "whether the target holds natural logarithms of probabilities"),
        _switch("log_prediction", "whether the prediction holds natural logarithms of probabilities"),
    ],
    formula=f"{AS_PROBABILITIES}; sum(a * (log(a, base) - log(b, base)))",
    gradient=_kl_slope,
    gradient_formula=f"{AS_PROBABILITIES}; "
    "-a * log(exp(1), base) if log_prediction == 'yes' else -a / b * log(exp(1), base)",
    unit=_unit,
    likelihood="categorical, averaged over the true distribution; its entropy is taken off",
    downward=True,
    best_constant=MomentsConstant(
        "the mean of the true distributions",
        lambda mean, params: _as_predicted(_scaled_mean(mean, params), "no", params),
        None,
        forward=lambda target, params: probabilities(target, str(params["log_target"])),
        rounding=ROUNDING,
    ),
    perfect=Perfect(
        "the target distribution itself",
        lambda target, params: _as_predicted(target, str(params["log_target"]), params),
        lambda target, params: np.zeros(len(target)),
    ),
    same_as={"optax": "optax.losses.kl_divergence(jnp.log(q), p)"},
    deviations=KL_ELSEWHERE,
    differs={"scipy": "special.kl_div adds q - p to each term: that is generalized_kl"},
    contrast=([[0.5, 0.5, 0.0], [0.1, 0.2, 0.6995]], [[0.4, 0.4, 0.2], [0.2, 0.2, 0.6]]),
    # Rows whose sums differ in the last digits give either sign: the gap between the sums is then a term.
    # Of logarithms the probabilities are rounded, so that all terms count.
    accuracy=Accuracy(
        against=f"{AS_PROBABILITIES}; max(sum(abs(a * log(a, base))), sum(abs(a * log(b, base)))) "
        "if log_target == 'yes' or log_prediction == 'yes' else sum(a - b) * log(exp(1), base)"
    ),
    source="Kullback and Leibler (1951), doi:10.1214/aoms/1177729694",
)
def kl(target: Rows, prediction: Rows, *, base: str, log_target: str, log_prediction: str) -> Floats:
    """What it costs to take the predicted distribution for the true one; 0 only when they agree.

    Formula  sum of p (log(p) - log(q)), with 0 log 0 = 0; rows that sum to 1 only about are used as they are;
             log_target, log_prediction: that file holds ln(p), ln(q)
    Shapes   (n, C) and (n, C) give (n,); files of one column are one distribution each, read downwards
    Unit     nats; bits with base=2, dits with base=10
    Raises   DomainError: a value outside [0, 1].  SumError: a distribution that does not sum to 1
    Not      kl with the files swapped, another number; js, which is symmetric; cross_entropy_dist

    >>> kl([[0.5, 0.5, 0.0], [0.5, 0.5, 0.0]], [[0.4, 0.4, 0.2], [1.0, 0.0, 0.0]]).round(4).tolist()
    [0.2231, inf]
    """
    return divergence(target, prediction, base=base, log_target=log_target, log_prediction=log_prediction)


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
    deviations=JS_ELSEWHERE,
    contrast=([[0.5, 0.5, 0.0], [0.1, 0.2, 0.6995]], [[0.4, 0.4, 0.2], [0.2, 0.2, 0.6]]),
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
