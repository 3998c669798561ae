"""What the errors of a regression look like: what the prediction estimates, how heavy their tails are,
whether they grow with the target."""

from __future__ import annotations

import math

import numpy as np

from losscli.analysis.inspecting.shifts import ranked
from losscli.arrays import Floats
from losscli.records import NamedTuple

SURE = 3.3
"""Standard deviations beyond which chance is below 0.1 %, on both sides."""

HEAVY_KURTOSIS = 6.0
"""Excess kurtosis: 0 is Gaussian, 3 Laplace, 6 a Student's t of 5 degrees of freedom."""

HEAVY_TAIL = 3.0
"""Hill's index: below 2 there is no variance, below 4 no fourth moment."""

EFFICIENT = 1.345
"""Huber's delta in standard deviations, at which Gaussian errors cost 5 % of the efficiency."""


class Residuals(NamedTuple):
    """Errors of a sample. `below` is the share of targets below their prediction, `below_z` and `bias_z` how
    many standard deviations that and the mean error lie from what they are for medians and means. `tail` is
    Hill's index of the largest twentieth (inf where there are too few), `spread` the size of usual errors
    (1.4826 times their median absolute deviation), `growth` the correlation of the errors' and the targets'
    sizes, `reach` the ratio of large to small targets."""

    rows: int
    bias: float
    bias_z: float
    below: float
    below_z: float
    kurtosis: float
    tail: float
    spread: float
    growth: float
    reach: float

    @property
    def heavy(self) -> bool:
        """Whether single errors may decide a mean of squares."""
        return self.rows >= 50 and (self.kurtosis > HEAVY_KURTOSIS or self.tail < HEAVY_TAIL)

    @property
    def relative(self) -> bool:
        """Whether errors grow with targets that span orders of magnitude."""
        return self.rows >= 30 and self.growth > 0.3 and self.reach > 10.0

    @property
    def quantile(self) -> float | None:
        """The quantile that the prediction seems to estimate, None where mean or median explain it."""
        if abs(self.below_z) <= SURE or abs(self.bias_z) <= SURE or abs(self.below - 0.5) < 0.15:
            return None
        return min(0.99, max(0.01, round(self.below * 20) / 20 or 0.01))

    @property
    def median(self) -> bool:
        """Whether the prediction halves the targets, and misses their mean."""
        return abs(self.below_z) <= SURE < abs(self.bias_z)

    @property
    def mean(self) -> bool:
        """Whether the mean error is 0 within chance, and the predictions do not halve the targets."""
        return abs(self.bias_z) <= SURE < abs(self.below_z)


def residuals_of(target: Floats, prediction: Floats) -> Residuals:
    """Look at the errors of a target (n,) and a prediction (n,)."""
    unit = max(float(np.abs(target).max()), float(np.abs(prediction).max())) or 1.0
    errors = prediction / unit - target / unit  # squares and fourth powers stay within the doubles
    count = len(errors)
    bias, deviation = float(errors.mean()), float(errors.std())
    below = float((target < prediction).mean() + 0.5 * (target == prediction).mean())
    odd = float((target != prediction).mean())
    centred = errors - bias
    fourth = float((centred**4).mean()) / deviation**4 - 3.0 if deviation > 0.0 else 0.0
    middle = float(np.median(np.abs(errors - np.median(errors))))
    size = np.abs(target)
    low, high = np.quantile(size, [0.05, 0.95]) if count else (0.0, 0.0)
    return Residuals(
        count,
        bias * unit,
        bias / deviation * math.sqrt(count) if deviation > 0.0 else 0.0,
        below,
        (below - 0.5) * 2.0 * math.sqrt(count / odd) if odd > 0.0 else 0.0,
        fourth,
        _hill(np.abs(centred)),
        1.4826 * middle * unit,
        _correlation(np.abs(errors), size),
        float(high / low) if low > 0.0 else math.inf if high > 0.0 else 1.0,
    )


def _hill(sizes: Floats) -> float:
    """Hill's estimate of the tail's index from the largest twentieth."""
    most = len(sizes) // 20
    if most < 5:
        return math.inf
    largest = np.sort(sizes)[-most - 1 :]
    if largest[0] <= 0.0:
        return math.inf
    mean = float(np.log(largest[1:] / largest[0]).mean())
    return 1.0 / mean if mean > 0.0 else math.inf


def _correlation(left: Floats, right: Floats) -> float:
    left, right = ranked(left), ranked(right)
    left, right = left - left.mean(), right - right.mean()
    size = math.sqrt(float((left * left).sum()) * float((right * right).sum()))
    return float((left * right).sum()) / size if size > 0.0 else 0.0
