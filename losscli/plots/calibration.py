"""The kind `calibration`: how often what was predicted with a probability came true."""

from __future__ import annotations

import math

import numpy as np

from losscli.arrays import Integers
from losscli.engine.whole import Whole, read_whole
from losscli.errors import DomainError, counted
from losscli.numerics.exact import exact_mean
from losscli.plots.asked import Asked
from losscli.plots.bars import bars, wilson
from losscli.plots.kinds import others_that_fit
from losscli.report.figure import Axis, Fact, Mark, Panel, PlotReport, Rule, Series
from losscli.statistics.student import normal_bound

_BINS = 10


def picture(asked: Asked) -> PlotReport:
    """The reliability diagram of one column of probabilities. Raises DomainError for targets that are no
    labels, and what reading raises."""
    whole = read_whole(asked.request("bce", asked.sources))
    target, prediction = whole.inputs
    odd = ~np.isin(target, (0.0, 1.0))
    if target.ndim > 1 or odd.any():
        what = (
            f"{target[odd][0]:g} in row {whole.rows[np.argmax(odd)]}"
            if target.ndim == 1
            else "several columns"
        )
        raise DomainError(
            f"calibration needs labels 0 and 1 as its target, and {whole.texts[0]} holds {what}",
            hint=f"swapped? the target comes first; {others_that_fit('residuals')}",
        )
    count = _BINS if asked.bins is None else asked.bins
    edges = np.arange(count + 1) / count
    place: Integers = np.clip(np.searchsorted(edges, prediction, side="right") - 1, 0, count - 1)
    points, gap = _points(whole, place, asked.confidence)
    sizes = np.bincount(place, weights=whole.weights, minlength=count)
    size = "rows" if whole.weights is None else "weight"
    level = f"{100 * asked.confidence:g} %"
    axis = Axis("predicted probability", 0.0, 1.0)
    panels = (
        Panel(
            "calibration",
            axis,
            Axis(f"share of label 1 ({level} Wilson)", 0.0, 1.0),
            (points,),
            (Rule("what was predicted comes true", "diagonal"),),
        ),
        Panel("rows", axis, Axis(size), (bars(size, edges, tuple(sizes.astype(float).tolist())),)),
    )
    facts = (
        Fact("mean_prediction", "mean prediction", exact_mean(prediction, whole.weights).value),
        Fact("base_rate", "share of label 1", exact_mean(target, whole.weights).value),
        Fact("calibration_error", f"mean gap over {count} bins (expected calibration error)", gap),
    )
    title = f"Calibration of {whole.texts[1]} against {whole.texts[0]}, {counted(len(target), 'row')}"
    return PlotReport("calibration", title, panels, facts)


def _points(whole: Whole, place: Integers, level: float) -> tuple[Series, float]:
    """Mean prediction, share of label 1 and its interval in each bin that has rows; and the mean gap between
    the two, rows counting alike, or by their weights.

    Rows of unequal weight say as much as (sum of w)^2 / (sum of w^2) equal ones (Kish 1965)."""
    target, prediction = whole.inputs
    weights = np.ones(len(target)) if whole.weights is None else whole.weights / whole.weights.max()
    bound = normal_bound(level)
    x, y, lows, highs, counts, gaps = [], [], [], [], [], []
    for own in np.unique(place).tolist():
        rows = place == own
        weight = weights[rows]
        mean, share = (exact_mean(block[rows], weight).value for block in (prediction, target))
        alike = weight / weight.max()
        effective = math.fsum(alike) ** 2 / math.fsum(alike**2)
        low, high = wilson(share * effective, effective, bound)
        x.append(mean)
        y.append(share)
        lows.append(low)
        highs.append(high)
        counts.append(int(rows.sum()))
        gaps.append(math.fsum(weight) * abs(mean - share))
    extra = {"low": tuple(lows), "high": tuple(highs), "count": tuple(counts)}
    series = Series("share of label 1", Mark.POINTS, tuple(x), tuple(y), extra)
    return series, math.fsum(gaps) / math.fsum(weights)
