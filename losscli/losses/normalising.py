"""Scores that a framework normalises for a whole call: all of them, as soon as one is no probability.

What a row gives then depends on every other row, so both numbers are added up beside each other, and how many
rows hold a value outside [0, 1]; which of the two counts is known at the end, in any order and split.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from losscli.arrays import Rows
from losscli.numerics.exact import ExactSum, Number, ratio
from losscli.registry import Statistic, Values, plain


def either(rows: Callable[..., Rows], normalise: Callable[[Rows], Rows]) -> Callable[..., Any]:
    """The statistics of a loss of vectors whose scores are normalised when one of them is outside [0, 1]."""

    def statistics(target: Rows, prediction: Rows, **params: Any) -> dict[str, Statistic]:
        outside = ~((prediction >= 0.0) & (prediction <= 1.0))
        return {
            "as given": plain(rows(target, prediction, **params)),
            "normalised": plain(rows(target, normalise(prediction), **params)),
            "outside": plain(np.asarray(outside.any(axis=1), dtype=np.float64)),
        }

    return statistics


def mean_of_either(sums: Mapping[str, Sequence[ExactSum]], weight: ExactSum | int, params: Values) -> Number:
    """The mean over the rows of the one of the two that counts."""
    (outside,) = sums["outside"]
    (total,) = sums["normalised" if outside.value() > 0.0 else "as given"]
    return ratio(total, weight)
