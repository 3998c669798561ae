"""The rows behind a number, so that two predictions can be compared row by row.

A number that is a mean has the values it is the mean of. A number of the whole set, such as a root of a mean,
has pseudo-values: the number itself plus what each row moves it by, to the first order (the infinitesimal
jackknife). Their mean is the number, and their spread is its error.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from losscli.analysis.wholes import Whole, slopes, value_of, whole_of
from losscli.arrays import Floats
from losscli.engine.each import Keeper
from losscli.engine.means import averaged, factor
from losscli.records import NamedTuple

APART: Final = "the two weigh their rows differently"
INFINITE: Final = "a row is not finite, or differs by more than the largest double"


class RowValues(NamedTuple):
    """What a number is the (weighted) mean of, times `unit`; or why it is none. A number of the whole set
    has a `whole`, and pseudo-values."""

    values: Floats
    weights: Floats | None
    unit: float = 1.0
    why: str = ""
    whole: Whole | None = None


class Between(NamedTuple):
    """The second prediction minus the first, row by row; `why` says why there is nothing to test.

    `tested` are the differences whose signs the test turns; `by_rows` says whether a row's sign means that
    one is better on it.
    """

    values: Floats
    tested: Floats
    weights: Floats | None
    unit: float
    by_rows: bool = True
    why: str = ""

    def reversed(self) -> Between:
        """The first minus the second."""
        return self._replace(values=-self.values, tested=-self.tested)


def rows_of(score: Keeper, place: int) -> RowValues:
    """What the result at this place is a mean of."""
    bound = score.bound
    if bound.loss.total is not None:
        return RowValues(np.zeros(0), None, why=f"{bound.spec} is one number of all rows, no sum over them")
    terms = score.rows()
    if not bound.is_set:
        found = averaged(bound, terms.values[place], terms.counts, terms.weights)
        return RowValues(*found, factor(bound, len(found.values)))
    whole = whole_of(score, terms, place)
    value = value_of(whole, whole.means)
    if not np.isfinite(whole.parts).all() or not np.isfinite(value):
        return RowValues(np.zeros(0), None, why=INFINITE)
    values = value + (whole.parts - whole.means) @ slopes(whole, whole.means)
    return RowValues(values, whole.weights, whole=whole)


def between_two(first: RowValues, second: RowValues) -> Between:
    """The differences of two predictions."""
    why = first.why or second.why
    if not why and (len(first.values) != len(second.values) or not _same(first.weights, second.weights)):
        why = APART
    if why:
        return Between(np.zeros(0), np.zeros(0), None, 1.0, why=why)
    with np.errstate(invalid="ignore", over="ignore"):
        values = second.values - first.values
    tested, by_rows = values, True
    if first.whole is not None and second.whole is not None:
        # Under the hypothesis the predictions are the same, so one slope is that of both: of their middle.
        # Where one sum alone tells them apart, turning signs of its rows is swapping the predictions there.
        slope = slopes(first.whole, 0.5 * first.whole.means + 0.5 * second.whole.means)
        tested, by_rows = (second.whole.parts - first.whole.parts) @ slope, False
    if not np.isfinite(values).all() or not np.isfinite(tested).all():
        why = INFINITE
    return Between(values, tested, first.weights, first.unit, by_rows, why)


def _same(first: Floats | None, second: Floats | None) -> bool:
    if first is None or second is None:
        return first is second
    return np.array_equal(first, second)
