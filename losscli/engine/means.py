"""What a number of the rows is the mean of, and the interval of that mean: few rows are kept, many added up.

A framework may add up, or divide a weighted sum by the number of rows; a row may count more than once. Each
is the (weighted) mean of some values, times a factor.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from losscli.arrays import Floats
from losscli.numerics import exact
from losscli.numerics.exact import ExactSum
from losscli.records import NamedTuple
from losscli.registry import BoundLoss
from losscli.statistics.intervals import BOOTSTRAPPED, Interval, mean_interval, moments_interval, unknown


class Averaged(NamedTuple):
    """Values (n,) and their weights (None: 1 each): the number is their mean, times the factor."""

    values: Floats
    weights: Floats | None


def no_mean(bound: BoundLoss) -> str:
    """Why the loss's number is no mean of its rows; empty where it is one."""
    if bound.is_set or bound.loss.total is not None:
        hint = f"; {bound.part} has one" if bound.part else ""
        return f"{bound.spec} is one number of all rows, no mean of theirs{hint}"
    return ""


def averaged(bound: BoundLoss, values: Floats, counts: Floats | None, weights: Floats | None) -> Averaged:
    """What some rows add to the mean: values (n,), how much each row counts, and its weight (None: 1)."""
    if counts is not None:
        counting = counts > 0.0
        values, counts = values[counting], counts[counting]
        weights = None if weights is None else weights[counting]
    convention = bound.convention
    summed = convention is not None and convention.reduce == "sum"
    if summed or (convention is not None and convention.by_rows and weights is not None):
        # A mean over rows takes each with its weight; a sum is so many times that.
        return Averaged(values if weights is None else values * weights, None)
    if counts is not None:
        return Averaged(values / counts, counts if weights is None else counts * weights)
    return Averaged(values, weights)


def factor(bound: BoundLoss, rows: int) -> float:
    """How many times the mean the number is: the number of rows where a framework adds up."""
    return float(rows) if bound.convention is not None and bound.convention.reduce == "sum" else 1.0


def samples_of(bound: BoundLoss, results: int) -> list[MeanSample]:
    """A sample for each result; none of a loss that is no mean."""
    return [] if no_mean(bound) else [MeanSample(bound) for _ in range(results)]


def interval_of(
    bound: BoundLoss, samples: Sequence[MeanSample], level: float, *, resampled: bool = True
) -> Interval:
    """The interval of a sample, from its moments unless `resampled`; or why a loss without one has none."""
    return samples[0].interval(level, resampled=resampled) if samples else unknown(level, no_mean(bound))


class MeanSample:
    """The rows of one mean: themselves while they are few, and what moments are made of.

    Rows, blocks and merges may come in any order. Not safe to share between threads.
    """

    def __init__(self, bound: BoundLoss) -> None:
        self._bound = bound
        self._rows = 0
        self._kept: list[Averaged] | None = []
        self._total, self._squares = ExactSum(), ExactSum()
        self._weight, self._twice, self._crossed = ExactSum(), ExactSum(), ExactSum()
        self._weighted = False

    def add(self, values: Floats, counts: Floats | None, weights: Floats | None) -> None:
        """Add some rows."""
        found = averaged(self._bound, values, counts, weights)
        self._rows += len(found.values)
        self._keep([found])
        if found.weights is None:
            self._total.add_with_squares(found.values, self._squares)
            return
        self._weighted = True
        squares = found.weights * found.weights
        self._weight.add(found.weights)
        self._total.add_products(found.weights, found.values)
        self._twice.add(squares)
        self._crossed.add_products(squares, found.values)
        self._squares.add_weighted_squares(squares, found.values)

    def _keep(self, more: Sequence[Averaged]) -> None:
        if self._kept is None or self._rows > BOOTSTRAPPED:
            self._kept = None
        else:
            self._kept += more

    @property
    def _sums(self) -> tuple[ExactSum, ...]:
        return self._total, self._squares, self._weight, self._twice, self._crossed

    def merge(self, other: MeanSample) -> None:
        """Add all rows of another sample."""
        self._rows += other._rows
        self._weighted = self._weighted or other._weighted
        if other._kept is None:
            self._kept = None
        else:
            self._keep(other._kept)
        for mine, theirs in zip(self._sums, other._sums, strict=True):
            mine.merge(theirs)

    def settle(self) -> None:
        """Add up the rows that wait, and let go of the room they had."""
        for total in self._sums:
            total.settle()

    def interval(self, level: float, *, resampled: bool = True) -> Interval:
        """The interval of the number; from the moments where the rows are many, or unless `resampled`."""
        times = factor(self._bound, self._rows)
        few = resampled and self._kept is not None
        found = self._of_kept(level) if few else self._of_moments(level)
        return found._replace(low=found.low * times, high=found.high * times)

    def _of_kept(self, level: float) -> Interval:
        assert self._kept is not None
        values = np.concatenate([np.zeros(0), *(one.values for one in self._kept)])
        if not self._weighted:
            return mean_interval(values, None, level)
        # Blocks of rows without weights do not come among others.
        weights = np.concatenate([one.weights for one in self._kept if one.weights is not None])
        return mean_interval(values, weights, level)

    def _of_moments(self, level: float) -> Interval:
        if not self._weighted:
            mean = exact.mean(self._total, self._rows).value
            deviation = exact.standard_deviation(self._total, self._squares, self._rows).value
            return moments_interval(self._rows, mean, deviation, level)
        mean = exact.ratio(self._total, self._weight).value
        deviation = math.nan
        if self._squares.finite and self._total.finite:
            centre = self._total.as_fraction() / self._weight.as_fraction()
            spread = self._squares.as_fraction() - 2 * centre * self._crossed.as_fraction()
            spread += centre * centre * self._twice.as_fraction()
            relative = self._rows * spread / self._weight.as_fraction() ** 2
            deviation = exact.nearest_root(max(relative, Fraction(0))).value
        return moments_interval(self._rows, mean, deviation, level)

    # --- state -------------------------------------------------------------

    def to_state(self) -> dict[str, Any]:
        """Everything, in words that JSON knows. Equal content gives equal states."""
        kept = None
        if self._kept is not None:
            pairs = [self._pairs(one) for one in self._kept]
            kept = sorted(pair for block in pairs for pair in block)
        return {
            "rows": self._rows,
            "weighted": self._weighted,
            "kept": None if kept is None else [[value.hex(), weight.hex()] for value, weight in kept],
            "sums": [total.to_state() for total in self._sums],
        }

    @staticmethod
    def _pairs(one: Averaged) -> list[tuple[float, float]]:
        weights = np.ones(len(one.values)) if one.weights is None else one.weights
        return list(zip((one.values + 0.0).tolist(), weights.tolist(), strict=True))

    def load(self, state: Mapping[str, Any]) -> None:
        """Become the sample that `to_state` wrote. ValueError, KeyError, TypeError: the state is not one."""
        self._rows, self._weighted = int(state["rows"]), bool(state["weighted"])
        sums = [ExactSum.from_state(entry) for entry in state["sums"]]
        self._total, self._squares, self._weight, self._twice, self._crossed = sums
        if state["kept"] is None:
            self._kept = None
            return
        pairs = np.array([[float.fromhex(one) for one in pair] for pair in state["kept"]]).reshape(-1, 2)
        if len(pairs) != self._rows:
            raise ValueError("the rows that a state keeps are not as many as it says")
        values, weights = np.ascontiguousarray(pairs.T)
        self._kept = [Averaged(values, weights if self._weighted else None)]
