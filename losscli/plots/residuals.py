"""The kind `residuals`: target minus prediction, against the prediction and by itself."""

from __future__ import annotations

import math

import numpy as np

from losscli.arrays import Floats
from losscli.engine.whole import read_whole
from losscli.errors import ShapeError, counted
from losscli.numerics.exact import exact_mean
from losscli.plots.asked import Asked
from losscli.plots.bars import edges_of, histogram, quantiles_of
from losscli.report.figure import Axis, Fact, Mark, Panel, PlotReport, Rule, Series

_POINTS = 1000
"""Rows that are drawn as points; more become groups."""
_GROUPS = 40


def picture(asked: Asked) -> PlotReport:
    """Residuals of one column. Raises ShapeError for several, and what reading raises."""
    whole = read_whole(asked.request("mse", asked.sources))
    target, prediction = whole.inputs
    if target.ndim > 1:
        raise ShapeError(
            f"residuals are drawn of one column, and {whole.texts[0]} has {target.shape[1]}",
            hint="name one: data.csv:target :prediction",
        )
    with np.errstate(over="ignore"):
        residual = target - prediction
    if not np.isfinite(residual).all():
        raise ShapeError("a difference of target and prediction is beyond the largest number")
    series, notes = _cloud(prediction, residual, whole.weights)
    zero = (Rule("no error", "y", 0.0),)
    axis = Axis("target - prediction")
    bars = histogram("rows", residual, edges_of(residual, asked.bins))
    panels = (
        Panel("residuals", Axis("prediction"), axis, (series,), zero),
        Panel("rows", axis, Axis("rows"), (bars,), (Rule("", "x", 0.0),)),
    )
    title = f"Residuals of {whole.texts[1]} against {whole.texts[0]}, {counted(len(target), 'row')}"
    return PlotReport("residuals", title, panels, _facts(residual, whole.weights), notes)


def _cloud(prediction: Floats, residual: Floats, weights: Floats | None) -> tuple[Series, tuple[str, ...]]:
    """A point for each row; of many rows a point for each group of neighbours, with where most of it lies."""
    if len(residual) <= _POINTS:
        return Series("a row", Mark.POINTS, tuple(prediction.tolist()), tuple(residual.tolist())), ()
    order = np.argsort(prediction, kind="stable")
    groups = np.array_split(order, _GROUPS)
    own = [None if weights is None else weights[rows] for rows in groups]
    ends = [
        quantiles_of(residual[rows], "p5,median,p95", weight)
        for rows, weight in zip(groups, own, strict=True)
    ]
    lows, middles, highs = (tuple(column) for column in zip(*ends, strict=True))
    x = tuple(float(np.median(prediction[rows])) for rows in groups)
    counts = tuple(len(rows) for rows in groups)
    series = Series(
        "median of a group", Mark.POINTS, x, middles, {"low": lows, "high": highs, "count": counts}
    )
    return series, (f"{_GROUPS} groups of neighbouring predictions; lines reach from 5 % to 95 % of a group",)


def _facts(residual: Floats, weights: Floats | None) -> tuple[Fact, ...]:
    size = float(np.abs(residual).max()) or 1.0  # squares of what is left cannot overflow
    middle = exact_mean(residual / size, weights).value
    mean = middle * size
    spread = math.sqrt(exact_mean((residual / size - middle) ** 2, weights).value) * size
    return (
        Fact("mean", "mean", mean),
        Fact("std", "standard deviation", spread),
        Fact("median", "median", quantiles_of(residual, "median", weights)[0]),
        Fact("min", "smallest", float(residual.min())),
        Fact("max", "largest", float(residual.max())),
    )
