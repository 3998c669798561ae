"""A number of the whole set as a function of means: its value, and how it changes with each of them."""

from __future__ import annotations

from typing import Final

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.engine.each import Keeper
from losscli.engine.sums import Terms, columns_of
from losscli.numerics.exact import ExactSum
from losscli.records import NamedTuple

STEP: Final = 1e-6
"""A share of a mean's size, over which a slope is taken: off by some 1e-10 of itself."""


class Whole(NamedTuple):
    """What a number of the whole set is made of.

    `parts` are what each row adds to each sum, (n, s), and `means` their (weighted) means, (s,); `names` says
    which statistic each belongs to. `sizes` are the means of their sizes.
    """

    score: Keeper
    place: int
    names: tuple[str, ...]
    parts: Rows
    weights: Floats | None
    means: Floats
    sizes: Floats


def whole_of(score: Keeper, terms: Terms, place: int) -> Whole:
    """The set loss that a keeper has kept the rows of."""
    names, columns = [], []
    with np.errstate(over="ignore"):
        for name, statistic in terms.statistics.items():
            for column in columns_of(statistic.values):
                names.append(name)
                columns.append(column * column if statistic.kind == "square" else column)
    parts = np.stack(columns, axis=1)
    weights = terms.weights
    share = np.full(len(parts), 1.0 / len(parts)) if weights is None else weights / weights.sum()
    with np.errstate(over="ignore", invalid="ignore"):
        means, sizes = share @ parts, share @ np.abs(parts)
    return Whole(score, place, tuple(names), parts, weights, means, sizes)


def value_of(whole: Whole, means: Floats) -> float:
    """The number of a set whose statistics have these means; nan where there is none."""
    if not np.isfinite(means).all():
        return float("nan")
    rows = len(whole.parts)
    weight: int | ExactSum = rows
    times = float(rows)
    if whole.weights is not None:
        weight = _sum_of(whole.weights)
        times = weight.value()
    totals: dict[str, list[ExactSum]] = {}
    for name, mean in zip(whole.names, means.tolist(), strict=True):
        totals.setdefault(name, []).append(_sum_of(np.array([mean * times])))
    return whole.score.sums.combined(totals, weight, whole.place).value


def slopes(whole: Whole, means: Floats) -> Floats:
    """The derivative of the number by each mean, (s,), at these means; 0 for a statistic that is 0
    throughout."""
    found = np.zeros(len(means))
    for place, size in enumerate(whole.sizes.tolist()):
        if not size:
            continue
        step = np.zeros(len(means))
        step[place] = STEP * size
        ends = [value_of(whole, means + sign * step) for sign in (1.0, -1.0)]
        found[place] = (ends[0] - ends[1]) / (2.0 * step[place])
    return found


def _sum_of(values: Floats) -> ExactSum:
    found = ExactSum()
    found.add(values)
    return found
