"""What may be done with a loss's number after it is reduced: one list, and nothing else knows it."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from losscli.analysis.reconciling.steps import Step
from losscli.arrays import Floats
from losscli.records import NamedTuple


class Scale(NamedTuple):
    """A function of the number x, in the way in which people write it."""

    step: Step
    formula: str
    apply: Callable[[Floats], Floats]


def _scale(name: str, words: str, formula: str, apply: Callable[[Floats], Floats], cost: float = 1) -> Scale:
    return Scale(Step("number", name, words, cost), formula, apply)


SCALES: tuple[Scale, ...] = (
    _scale("half", "half of it", "x / 2", lambda x: x / 2),
    _scale("double", "twice as much", "2 x", lambda x: 2 * x),
    _scale("negative", "the other sign", "-x", lambda x: -x),
    _scale("root", "its square root", "sqrt(x)", np.sqrt),
    _scale("bits", "base 2: bits in place of nats", "x / ln 2", lambda x: x / math.log(2)),
    _scale("base 10", "base 10 in place of nats", "x / ln 10", lambda x: x / math.log(10)),
    _scale("percent", "in percent", "100 x", lambda x: 100 * x),
    _scale("square", "its square", "x^2", lambda x: x * x, 2),
    _scale("exponential", "e to its power: a perplexity", "exp(x)", np.exp, 2),
    _scale("complement", "1 minus it: a score", "1 - x", lambda x: 1 - x, 2),
    _scale("hundredth", "a hundredth of it", "x / 100", lambda x: x / 100, 2),
    _scale("negative half", "half of it, the other sign", "-x / 2", lambda x: -x / 2, 2),
)
