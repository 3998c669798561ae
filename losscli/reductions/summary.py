"""Mean, sum, deviation and extremes of one number a row, in one pass and without rounding."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from losscli.arrays import ArrayLike, Floats
from losscli.numerics import exact
from losscli.numerics.exact import ExactSum, Number
from losscli.reductions.blocks import GATHERED, Gatherer


class Summary:
    """Rows, weight, sum, mean, deviation, smallest and largest.

    With weights, `sum` is that of weight * value, `mean` is it over the sum of the weights, and `std` is
    weighted alike; `min` and `max` know no weights.  `std` is the population's, and costs squares: it is
    computed only with ``deviation=True``.  An infinite value gives the sum, the mean and its extreme that
    infinity, and leaves `std` undefined; nan leaves everything undefined. Small blocks wait until they are
    worth the work, unless `gathers` is false: then somebody else gathers them, and no room is kept for it.
    """

    def __init__(self, *, deviation: bool = False, gathers: bool = True) -> None:
        self._deviation = deviation
        self._gathers = gathers
        self._rows = 0
        self._least, self._largest = math.inf, -math.inf
        self._total, self._squares, self._weight = ExactSum(), ExactSum(), ExactSum()
        self._gatherer = Gatherer(self._take, GATHERED if gathers else 1)

    def add(self, values: ArrayLike, weights: ArrayLike | None = None) -> None:
        """Add a block of values (n,), with weights (n,) above 0, or each of weight 1.

        ShapeError: not one-dimensional, or lengths that differ.  WeightError: a weight is not above 0 and
        finite.
        """
        self._gatherer.add(values, weights)

    def _take(self, values: Floats, weights: Floats | None) -> None:
        self._rows += values.size
        # fmin and fmax pass over nan, which is counted with the sum.
        self._least = min(self._least, float(np.fmin.reduce(values, initial=math.inf)))
        self._largest = max(self._largest, float(np.fmax.reduce(values, initial=-math.inf)))
        if weights is None:
            self._weight.add_count(values.size)
            if self._deviation:
                self._total.add_with_squares(values, self._squares)
            else:
                self._total.add(values)
        else:
            self._total.add_products(weights, values)
            self._weight.add(weights)
            if self._deviation:
                self._squares.add_weighted_squares(weights, values)

    def empty(self) -> Summary:
        """A summary of the same kind without rows, which merges with this one."""
        return Summary(deviation=self._deviation, gathers=self._gathers)

    def settle(self) -> None:
        """Add up the rows that wait, and let go of the room they had."""
        self._gatherer.flush()
        for total in (self._total, self._squares, self._weight):
            total.settle()

    def merge(self, other: Summary) -> None:
        """Add all rows of the other, which stays as it is. ValueError: only one of the two computes `std`."""
        if self._deviation != other._deviation:
            raise ValueError("a summary with deviation does not merge with one without")
        other._gatherer.flush()
        self._rows += other._rows
        self._least = min(self._least, other._least)
        self._largest = max(self._largest, other._largest)
        self._total.merge(other._total)
        self._squares.merge(other._squares)
        self._weight.merge(other._weight)

    # --- what came out -----------------------------------------------------

    @property
    def rows(self) -> int:
        """How many rows were added."""
        self._gatherer.flush()
        return self._rows

    @property
    def weight(self) -> Number:
        """The sum of the weights; without weights the number of rows."""
        self._gatherer.flush()
        return self._weight.number()

    @property
    def total(self) -> ExactSum:
        """The exact sum of the (weighted) values; a copy."""
        self._gatherer.flush()
        return self._total.copy()

    @property
    def exact_weight(self) -> ExactSum:
        """The exact sum of the weights; a copy."""
        self._gatherer.flush()
        return self._weight.copy()

    @property
    def positive_infinite(self) -> int:
        """How many values were +inf."""
        self._gatherer.flush()
        return self._total.positive_infinite

    @property
    def negative_infinite(self) -> int:
        """How many values were -inf."""
        self._gatherer.flush()
        return self._total.negative_infinite

    @property
    def nan(self) -> int:
        """How many values were nan."""
        self._gatherer.flush()
        return self._total.nan

    def result(self) -> dict[str, Number]:
        """mean, sum, std (when asked for at the start), min, max. Without rows all but the sum are nan."""
        self._gatherer.flush()
        found = {"mean": exact.mean(self._total, self._weight), "sum": self._total.number()}
        if self._deviation:
            found["std"] = exact.standard_deviation(self._total, self._squares, self._weight)
        known = self._rows > 0 and not self._total.nan
        found["min"] = Number.of(self._least if known else math.nan)
        found["max"] = Number.of(self._largest if known else math.nan)
        return found

    # --- state -------------------------------------------------------------

    def to_state(self) -> dict[str, Any]:
        """Everything, in words that JSON knows. Equal content gives equal states, however it came about."""
        self._gatherer.flush()
        return {
            "rows": self._rows,
            "min": _written(self._least),
            "max": _written(self._largest),
            "sum": self._total.to_state(),
            "weight": self._weight.to_state(),
            "squares": self._squares.to_state() if self._deviation else None,
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Summary:
        """The summary that `to_state` wrote. ValueError, KeyError: the state is not one."""
        found = cls(deviation=state["squares"] is not None)
        found._rows = int(state["rows"])
        if found._rows < 0:
            raise ValueError("the number of rows in a summary's state is negative")
        found._least, found._largest = float.fromhex(state["min"]), float.fromhex(state["max"])
        found._total = ExactSum.from_state(state["sum"])
        found._weight = ExactSum.from_state(state["weight"])
        if state["squares"] is not None:
            found._squares = ExactSum.from_state(state["squares"])
        return found

    def __reduce__(self) -> tuple[Any, tuple[dict[str, Any]]]:
        """Travel between processes as the state, which has no rows waiting."""
        return Summary.from_state, (self.to_state(),)


def _written(extreme: float) -> str:
    return (extreme + 0.0).hex()  # one zero, whichever of 0.0 and -0.0 came first
