"""Entropy, cross-entropy and divergence of two distributions, in numbers."""

from __future__ import annotations

import math
from typing import Final

from losscli.analysis.topic import Computed, Topic
from losscli.analysis.topic_numbers import columns, loss_of, shown

OBSERVED: Final = (0.5, 0.25, 0.125, 0.125)
"""sample_data/observed.csv, which stands in no installed package."""
MODELLED: Final = (0.1, 0.2, 0.3, 0.4)
"""sample_data/modelled.csv."""
YES: Final = 0.8


def _compute() -> Computed:
    numbers: dict[str, float] = {}
    for base, unit in (("2", "bits"), ("e", "nats")):
        p, q = [OBSERVED], [MODELLED]
        numbers[f"entropy_p_{unit}"] = loss_of(f"entropy:base={base}", p)
        numbers[f"entropy_q_{unit}"] = loss_of(f"entropy:base={base}", q)
        numbers[f"cross_entropy_{unit}"] = loss_of(f"cross_entropy_dist:base={base}", p, q)
        numbers[f"kl_{unit}"] = loss_of(f"kl:base={base}", p, q)
        numbers[f"kl_reversed_{unit}"] = loss_of(f"kl:base={base}", q, p)
        numbers[f"js_{unit}"] = loss_of(f"js:base={base}", p, q)
    numbers["perplexity"] = 2 ** numbers["cross_entropy_bits"]
    numbers["bce"] = loss_of("bce", [1.0], [YES])
    numbers["two_classes"] = loss_of("cross_entropy_dist", [[0.0, 1.0]], [[1 - YES, YES]])
    numbers["two_classes_kl"] = loss_of("kl", [[0.0, 1.0]], [[1 - YES, YES]])
    return Computed([*_table(numbers), "", *_relations(numbers)], numbers)


def _table(numbers: dict[str, float]) -> list[str]:
    words = (
        ("entropy_p", "entropy H(p)", "-sum p log p: what p costs in its code"),
        ("entropy_q", "entropy H(q)", "-sum q log q"),
        ("cross_entropy", "cross-entropy H(p,q)", "-sum p log q: what p costs in q's code"),
        ("kl", "KL(p, q)", "sum p log(p / q): what q costs too much"),
        ("kl_reversed", "KL(q, p)", "the other way round: another number"),
        ("js", "JS(p, q)", "both to (p + q) / 2; symmetric"),
    )
    rows = [("", "bits", "nats", "")]
    for key, name, meaning in words:
        rows.append((name, shown(numbers[f"{key}_bits"]), shown(numbers[f"{key}_nats"]), meaning))
    listed = [" ".join(f"{value:g}" for value in values) for values in (OBSERVED, MODELLED)]
    return [f"p = {listed[0]}   q = {listed[1]}", "", *columns(rows, (22, 9, 9))]


def _relations(numbers: dict[str, float]) -> list[str]:
    entropy, cross, kl = (shown(numbers[f"{key}_bits"]) for key in ("entropy_p", "cross_entropy", "kl"))
    whole = numbers["entropy_p_bits"] + numbers["kl_bits"]
    return [
        f"H(p,q) = H(p) + KL(p, q): {entropy} + {kl} = {shown(whole)} bits, computed {cross}.",
        "H(p) does not depend on the model: cross-entropy and KL have the same gradient",
        "and the same best q, which is p; only their zero differs.",
        f"perplexity = 2^H(p,q) in bits = {shown(numbers['perplexity'])} equally likely outcomes.",
        f"nats = bits * ln 2 = bits * {shown(math.log(2))}.",
        "A label is a sure p, of entropy 0, so the three are one: p = 0 1, q = 0.2 0.8",
        f"give cross-entropy {shown(numbers['two_classes'])}, KL {shown(numbers['two_classes_kl'])};",
        f"bce of 1 against 0.8 is {shown(numbers['bce'])}.",
    ]


INFORMATION = Topic(
    "entropy",
    "Entropy, cross-entropy, KL and how they relate, in numbers",
    """
    losscli compute cross_entropy_dist:base=2 sample_data/observed.csv \\
      sample_data/modelled.csv
    losscli compute kl,js sample_data/observed.csv sample_data/modelled.csv
    losscli compute entropy:base=2 sample_data/observed.csv

    {numbers}

    KL and cross-entropy are infinite where q is 0 and p is not; JS never is.
    The base of the logarithm is a parameter: :base=2 for bits, 10 for dits.
    """,
    ("information", "bits", "nats"),
    _compute,
)
