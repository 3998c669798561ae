"""Resampling rows with replacement: what the resamples of a mean say about the mean of all rows.

Which rows a resample holds is decided by the seed and the number of rows alone. Values are sorted before
they are resampled, so an interval does not depend on the order of the rows; and turned so that the long tail
lies above, so that values of the opposite sign have the interval of the opposite sign, to the last bit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from losscli.arrays import Floats
from losscli.records import NamedTuple

RESAMPLES: Final = 10_000
CELLS: Final = 1 << 17
"""Draws that are in memory at once: some 4 MB, which stay in the cache."""
_EQUAL: Final = 1e-13
"""Rows of a resample whose squared spread is this share of their square are equal but for rounding."""


class Draws(NamedTuple):
    """How many resamples, and the seed of NumPy's PCG64 that draws them."""

    resamples: int = RESAMPLES
    seed: int = 0

    @property
    def words(self) -> str:
        """As a method names them: `10,000 resamples, seed 0`."""
        return f"{self.resamples:,} resamples, seed {self.seed}"

    def counts(self, rows: int) -> Iterator[Floats]:
        """How often each resample holds each row, (resamples, rows) in pieces."""
        random = np.random.PCG64(self.seed)
        step = max(1, CELLS // rows)
        for start in range(0, self.resamples, step):
            count = min(step, self.resamples - start)
            # Half of a raw word times the rows, without its lower half: no row is favoured by more than one
            # part in two to the 32nd over the rows, at half the time of NumPy's own integers.
            words = random.random_raw((count * rows + 1) // 2)
            drawn = words.view(np.uint32)[: count * rows].astype(np.uint64).reshape(count, rows)
            drawn *= np.uint64(rows)
            drawn >>= np.uint64(32)
            drawn += np.arange(0, count * rows, rows, dtype=np.uint64)[:, np.newaxis]
            found = np.bincount(drawn.view(np.int64).ravel(), minlength=count * rows)
            yield found.reshape(count, rows).astype(np.float64)


class Rescaled(NamedTuple):
    """Values as distances from their (weighted) mean in units of the largest one, weights in units of the
    largest, both in the order of the values: nothing made of them overflows.

    `weights` is None where all are equal. `error` is the standard error of the mean, in the values' unit.
    `turned` says that the distances have the other sign here.
    """

    values: Floats
    weights: Floats | None
    unit: float
    error: float
    turned: bool = False

    @classmethod
    def of(cls, values: Floats, weights: Floats | None, mean: float) -> Rescaled:
        """From finite values (n,) and weights (n,) above 0, n at least 2, and the mean of the values."""
        order = np.argsort(values, kind="stable") if weights is None else np.lexsort((weights, values))
        half = 0.5 * values[order] - 0.5 * mean  # halves, because a difference may overflow
        unit = float(np.abs(half).max())
        if unit == 0.0:
            return cls(half, None, 0.0, 0.0)
        scaled = half / unit
        if weights is not None:
            weights = weights[order] / weights.max()
            weights = None if weights.min() == 1.0 else weights
        cubes = scaled**3 if weights is None else weights * scaled**3
        turned = math.fsum(cubes) < 0.0  # the exact sign, which is the opposite one for the opposite values
        if turned:
            scaled, weights = _turned(scaled, weights)
        rows = values.size
        terms = scaled if weights is None else scaled * (weights / weights.mean())
        error = math.sqrt(float(np.dot(terms, terms)) / (rows * (rows - 1.0)))
        return cls(scaled, weights, 2.0 * unit, 2.0 * unit * error, turned)


def _turned(values: Floats, weights: Floats | None) -> tuple[Floats, Floats | None]:
    """Sorted values with the opposite sign, sorted as they would have been."""
    if weights is None:
        return np.ascontiguousarray(-values[::-1]), None
    order = np.lexsort((weights, -values))
    return -values[order], weights[order]


def studentised(samples: Sequence[Rescaled], level: float, draws: Draws) -> list[tuple[float, float]]:
    """How far the interval of each mean reaches below and above it, by the studentised bootstrap. All samples
    have the same number of rows, and the draws are made once.

    Each resample gives t: its mean's distance from the mean of all rows, by its own standard error. The
    quantiles of t take the place of Student's. With weights the mean is the ratio of sum(weight * value) and
    sum(weight), its error the linearised one; a resample draws rows with their weights. An end is infinite
    where too many resamples hold only equal values.
    """
    pieces: list[list[Floats]] = [[] for _ in samples]
    for counts in draws.counts(samples[0].values.size):
        for scores, sample in zip(pieces, samples, strict=True):
            scores.append(_scores(counts, sample))
    return [
        _reach(np.sort(np.concatenate(scores)), sample, 0.5 * (1.0 - level))
        for scores, sample in zip(pieces, samples, strict=True)
    ]


def _reach(scores: Floats, sample: Rescaled, tail: float) -> tuple[float, float]:
    below, above = (-sample.error * quantile(scores, end) for end in (1.0 - tail, tail))
    return (-above, -below) if sample.turned else (below, above)


def _scores(counts: Floats, sample: Rescaled) -> Floats:
    """t of each resample."""
    values, weights = sample.values, sample.weights
    rows = values.size
    if weights is None:
        sums = counts @ np.stack([values, values * values], axis=1)
        means, squares = sums[:, 0] / rows, sums[:, 1]
        spread, weight = squares - rows * means * means, np.full(len(means), float(rows))
    else:
        twice = weights * weights
        terms = [weights, weights * values, twice, twice * values, twice * values * values]
        sums = counts @ np.stack(terms, axis=1)
        weight = sums[:, 0]
        means, squares = sums[:, 1] / weight, sums[:, 4]
        spread = squares - 2.0 * means * sums[:, 3] + means * means * sums[:, 2]
    equal = spread <= _EQUAL * squares
    errors = np.sqrt(np.where(equal, 1.0, spread) * (rows / (rows - 1.0))) / weight
    scores: Floats = means / errors
    scores[equal] = np.where(means[equal] == 0.0, 0.0, np.copysign(np.inf, means[equal]))
    return scores


def quantile(ordered: Floats, probability: float) -> float:
    """The value at place (n + 1) * probability of sorted values, counted from 1, between two values in
    proportion."""
    place = min(max((ordered.size + 1) * probability - 1.0, 0.0), ordered.size - 1.0)
    below = math.floor(place)
    low, high = float(ordered[below]), float(ordered[min(below + 1, ordered.size - 1)])
    share = place - below
    return low if share == 0.0 or low == high else low * (1.0 - share) + high * share
