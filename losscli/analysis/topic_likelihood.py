"""From likelihoods to losses: the negative logarithm, and the constants that are dropped."""

from __future__ import annotations

import math

from losscli.analysis.topic import Computed, Topic
from losscli.analysis.topic_numbers import bound, loss_of, shown
from losscli.records import NamedTuple


class Origin(NamedTuple):
    """One distribution of one observation: its likelihood, the loss that is its negative logarithm but for
    `dropped`, and how the loss is asked for."""

    name: str
    model: str
    likelihood: float
    spec: str
    arrays: tuple[object, ...]
    dropped: float
    constant: str


def origins() -> tuple[Origin, ...]:
    """Every origin with numbers; likelihoods come from their densities, losses from the registry."""
    half = math.log(2 * math.pi) / 2
    gauss = math.exp(-0.5 * (2.89 - 3.07) ** 2) / math.sqrt(2 * math.pi)
    spread = math.exp(-0.5 * (2.89 - 3.07) ** 2 / 0.25) / math.sqrt(2 * math.pi * 0.25)
    laplace = math.exp(-abs(2.89 - 3.07)) / 2
    poisson = math.exp(-2.5) * 2.5**4 / math.factorial(4)
    return (
        Origin("Bernoulli", "y = 1, p = 0.8", 0.8, "bce", ([1.0], [0.8]), 0.0, "nothing"),
        Origin(
            "categorical",
            "class 2 of 0.1 0.2 0.7",
            0.7,
            "sparse_categorical_ce",
            ([2.0], [[0.1, 0.2, 0.7]]),
            0.0,
            "nothing",
        ),
        Origin(
            "Gaussian",
            "y = 2.89, mean 3.07, sd 1",
            gauss,
            "half_squared_error",
            ([2.89], [3.07]),
            half,
            "ln(2 pi)/2",
        ),
        Origin(
            "Gaussian",
            "the same, sd 0.5",
            spread,
            "gaussian_nll",
            ([2.89], [3.07], [0.25]),
            half,
            "ln(2 pi)/2",
        ),
        Origin("Laplace", "y = 2.89, centre 3.07", laplace, "mae", ([2.89], [3.07]), math.log(2), "ln 2"),
        Origin("Poisson", "y = 4, mean 2.5", poisson, "poisson_nll", ([4.0], [2.5]), math.log(24), "ln(y!)"),
    )


def _compute() -> Computed:
    numbers: dict[str, float] = {}
    lines = []
    for one in origins():
        value, whole = loss_of(one.spec, *one.arrays), -math.log(one.likelihood)
        numbers |= {f"{one.spec}:nll": whole, one.spec: value, f"{one.spec}:dropped": one.dropped}
        dropped = one.constant + ("" if one.dropped == 0 else f" = {shown(one.dropped)}")
        lines.append(f"{one.name}: {one.model}: likelihood {shown(one.likelihood)}, -ln of it {shown(whole)}")
        lines.append(f"    {bound(one.spec).spec} {shown(value)}, dropped: {dropped}")
    numbers["mse"] = loss_of("mse", [2.89], [3.07])
    lines.append(f"mse = {shown(numbers['mse'])} is twice half_squared_error: the same best prediction,")
    lines.append("    twice the gradient")
    return Computed(lines, numbers)


LIKELIHOOD = Topic(
    "likelihood",
    "BCE, cross-entropy, MSE as likelihoods, and what they drop",
    """
    losscli compute gaussian_nll,gaussian_nll:full=yes \\
      sample_data/demand.csv:sold :forecast :variance

    A model says how likely every outcome is. The likelihood of independent rows is
    a product; its negative logarithm is a sum over rows, and the loss of a row is
    its term, but for what no prediction can change:

    {numbers}

    A dropped constant moves no minimum and no gradient, but two numbers compare
    only when both drop it: :full=yes keeps it where a loss has that parameter. A
    mean loss is the negative log-likelihood divided by the rows, so exp(-loss) is
    the geometric mean of the likelihoods. A penalty on weights is a prior's
    logarithm.
    `losscli explain LOSS` names each loss's likelihood.
    """,
    ("likelihoods", "maximum-likelihood", "mle"),
    _compute,
)
