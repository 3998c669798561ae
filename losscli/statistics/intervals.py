"""Intervals of a mean: what the mean of all rows that could have been drawn may be.

Rows are taken as drawn independently of each other. An interval that cannot be had (one row, an infinite
value) reaches from -inf to inf, and its method says why: nothing is ever decided by it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from losscli.arrays import Floats
from losscli.errors import UsageError
from losscli.numerics.exact import ExactSum, exact_mean, ratio
from losscli.records import NamedTuple
from losscli.statistics.bootstrap import Draws, Rescaled, studentised
from losscli.statistics.student import student_bound

__all__ = [
    "BOOTSTRAPPED",
    "Interval",
    "check_level",
    "detectable",
    "difference_interval",
    "difference_intervals",
    "mean_interval",
    "moments_interval",
    "resampled_interval",
    "standard_error",
    "unknown",
]

BOOTSTRAPPED: Final = 5_000
"""Rows up to which the mean is bootstrapped; with more, Student's t covers as well."""
_STUDENT: Final = "Student's t, exact moments"


class Interval(NamedTuple):
    """From `low` to `high`, with the level that it covers and the method in words."""

    low: float
    high: float
    level: float
    method: str

    @property
    def known(self) -> bool:
        """Whether there is an interval; else `method` says why there is none."""
        return math.isfinite(self.low) and math.isfinite(self.high)

    def plain(self) -> dict[str, Any]:
        """Strict data: an end that is not finite is None."""
        low, high = (end if math.isfinite(end) else None for end in (self.low, self.high))
        return {"low": low, "high": high, "level": self.level, "method": self.method}


def unknown(level: float, why: str) -> Interval:
    """No interval, and why."""
    return Interval(-math.inf, math.inf, level, f"no interval: {why}")


def check_level(level: Any) -> float:
    """The level itself. Raises UsageError where it is no number between 0 and 1."""
    if isinstance(level, bool) or not isinstance(level, (int, float)) or not 0.0 < level < 1.0:
        hint = f"--confidence {level / 100:g}" if _is_percentage(level) else "for example --confidence 0.95"
        raise UsageError(f"--confidence {level}: a level lies between 0 and 1", hint=hint)
    return float(level)


def _is_percentage(level: Any) -> bool:
    return isinstance(level, (int, float)) and not isinstance(level, bool) and 1.0 < level < 100.0


def mean_interval(
    values: Floats, weights: Floats | None = None, level: float = 0.95, seed: int = 0
) -> Interval:
    """The interval of the mean of values (n,).

    Up to 5,000 rows by the studentised bootstrap, whose ends follow the skewness of the values; above, and
    where two or three rows leave it no end, by Student's t. With weights (n,) of at least 0 the mean is
    sum(weight * value) / sum(weight), and rows with their weights are what is drawn: a weight says how much a
    row counts, not how many rows it stands for. Rows of weight 0 are absent. The order of the rows does not
    matter.

    Raises UsageError for a level that is not between 0 and 1.

    >>> found = mean_interval(np.array([0.1, 0.4, 0.2, 0.9, 0.3, 0.2, 0.5, 0.1, 0.7, 0.6]))
    >>> found.low < 0.4 < found.high, found.method
    (True, 'studentised bootstrap, 10,000 resamples, seed 0')
    """
    return resampled_interval(values, weights, level, Draws(seed=seed))


def difference_interval(
    values: Floats, weights: Floats | None = None, level: float = 0.95, draws: Draws | None = None
) -> Interval:
    """The interval of a mean of paired differences (n,): as `mean_interval`, but no end is nearer than
    Student's.

    Differences have heavy tails on both sides, and the bootstrap of few such rows falls short: of 20 rows it
    covers 91 % instead of 95, the farther ends 95. Losses lie on one side of 0, where the bootstrap alone
    covers. With `draws` any number of rows is resampled.
    """
    return difference_intervals([(values, weights)], level, draws)[0]


def difference_intervals(
    columns: Sequence[tuple[Floats, Floats | None]], level: float, draws: Draws | None = None
) -> list[Interval]:
    """As `difference_interval`, for several columns of differences with their weights; the draws are made
    once for all of the same number of rows."""
    asked = Draws() if draws is None else draws
    return _intervals(columns, level, asked, forced=draws is not None, wide=True)


def resampled_interval(
    values: Floats, weights: Floats | None, level: float, draws: Draws, *, wide: bool = False
) -> Interval:
    """As `mean_interval`, or with `wide` as `difference_interval`, with the draws that are asked for."""
    return _intervals([(values, weights)], level, draws, forced=False, wide=wide)[0]


class _Known(NamedTuple):
    """What is known of a mean without resampling: where it stands, its rescaled values, Student's reach."""

    place: int
    mean: float
    sample: Rescaled
    reach: float


def _intervals(
    columns: Sequence[tuple[Floats, Floats | None]], level: float, draws: Draws, *, forced: bool, wide: bool
) -> list[Interval]:
    check_level(level)
    found: dict[int, Interval] = {}
    waiting: dict[int, list[_Known]] = {}
    for place, column in enumerate(columns):
        values, weights = _present(*column)
        obstacle = _obstacle(values)
        if obstacle:
            found[place] = unknown(level, obstacle)
            continue
        mean = _mean(values, weights)
        sample = Rescaled.of(values, weights, mean)
        reach = student_bound(level, values.size - 1.0) * sample.error
        if sample.unit == 0.0:
            found[place] = Interval(mean, mean, level, "all values are equal")
        elif values.size > BOOTSTRAPPED and not forced:
            found[place] = _around(mean, (-reach, reach), level, "Student's t")
        else:
            waiting.setdefault(values.size, []).append(_Known(place, mean, sample, reach))
    for known in waiting.values():
        reaches = studentised([one.sample for one in known], level, draws)
        for one, (below, above) in zip(known, reaches, strict=True):
            found[one.place] = _resampled(one, (below, above), level, draws, wide=wide)
    return [found[place] for place in range(len(columns))]


def _resampled(
    known: _Known, reach: tuple[float, float], level: float, draws: Draws, *, wide: bool
) -> Interval:
    below, above = reach
    if not math.isfinite(below) or not math.isfinite(above):
        return _around(known.mean, (-known.reach, known.reach), level, "Student's t")
    if not wide:
        return _around(known.mean, reach, level, f"studentised bootstrap, {draws.words}")
    method = f"studentised bootstrap, at least Student's t, {draws.words}"
    return _around(known.mean, (min(below, -known.reach), max(above, known.reach)), level, method)


def moments_interval(rows: int, mean: float, deviation: float, level: float = 0.95) -> Interval:
    """The interval of a mean from what one pass adds up: the number of rows, their mean and their population
    deviation (divided by n). Student's t, for any number of rows.

    Raises UsageError for a level that is not between 0 and 1.

    >>> found = moments_interval(10, 0.4, 0.3)
    >>> round(found.low, 4), round(found.high, 4)
    (0.1738, 0.6262)
    """
    check_level(level)
    mean, deviation = float(mean), float(deviation)
    if not math.isfinite(mean) or math.isnan(deviation):
        return unknown(level, "the mean is not finite")
    if rows < 2:
        return unknown(level, "one row has no spread" if rows else "there is no row")
    if deviation == 0.0:
        return Interval(mean, mean, level, "all values are equal")
    reach = student_bound(level, rows - 1.0) * (deviation / math.sqrt(rows - 1.0))
    return _around(mean, (-reach, reach), level, _STUDENT)


def _present(values: Floats, weights: Floats | None) -> tuple[Floats, Floats | None]:
    """The rows whose weight is above 0."""
    if weights is None:
        return values, None
    present = weights > 0.0
    return values[present], weights[present]


def _obstacle(values: Floats) -> str:
    """Why these values have no interval; empty where they have one."""
    if values.size < 2:
        return "one row has no spread" if values.size else "there is no row"
    if not np.isfinite(values).all():
        return "a value is not finite"
    return ""


def _mean(values: Floats, weights: Floats | None) -> float:
    if weights is None:
        return exact_mean(values).value
    total, weight = ExactSum(), ExactSum()
    total.add_products(weights, values)
    weight.add(weights)
    return ratio(total, weight).value


def _around(mean: float, reach: tuple[float, float], level: float, method: str) -> Interval:
    low, high = mean + reach[0], mean + reach[1]
    if math.isfinite(low) and math.isfinite(high):
        return Interval(low, high, level, method)
    return unknown(level, "its ends lie beyond the largest double")


def standard_error(values: Floats, weights: Floats | None = None) -> float | None:
    """The standard error of the (weighted) mean of values (n,); None where it cannot be had."""
    values, weights = _present(values, weights)
    if _obstacle(values):
        return None
    error = Rescaled.of(values, weights, _mean(values, weights)).error
    return error if math.isfinite(error) else None


def detectable(error: float, rows: int, level: float = 0.95, power: float = 0.8) -> float:
    """The smallest true difference that so many rows (at least 2) show with this chance, at this level,
    given the standard error of the mean difference.

    >>> round(detectable(0.01, 569), 4)
    0.0281
    """
    freedom = rows - 1.0
    return error * (student_bound(level, freedom) + student_bound(2.0 * power - 1.0, freedom))
