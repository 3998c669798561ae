"""The kind `surface`: the cost of a line y = w x + b over w and b, its minimum, and gradient descent."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from losscli.arrays import Floats
from losscli.domains import Interval
from losscli.engine.whole import read_whole
from losscli.errors import DataError, DomainError, UsageError, counted
from losscli.plots.asked import Asked
from losscli.plots.descent import Path, Point, descend, lowest, standardised
from losscli.plots.kinds import others_that_fit
from losscli.records import NamedTuple
from losscli.registry import BoundLoss, Shape
from losscli.registry.checking import check_arrays
from losscli.report.figure import Axis, Fact, Grid, Mark, Panel, PlotReport, Series
from losscli.report.tables import Cell

_SIDE: Final = 41
_CELLS: Final = 100_000_000
"""Losses that a picture computes at most; more rows are thinned, and that is said."""
_LARGEST: Final = 1e60
"""Squares of gradients of larger numbers would overflow."""
_ROOM: Final = 0.35
_NEAR: Final = 1e-6
"""The share of the way down that may be left where descent counts as arrived."""


class _Fit(NamedTuple):
    """A loss of a line through a file."""

    bound: BoundLoss
    target: Floats
    x: Floats
    weights: Floats | None = None

    def cost(self, w: float, b: float) -> float:
        """The mean loss of w x + b."""
        with np.errstate(over="ignore", invalid="ignore"):
            prediction = w * self.x + b
            if not np.isfinite(prediction).all():
                return math.inf
            found = self.mean(self.bound.rows((self.target, prediction)))
        return found if math.isfinite(found) else math.inf

    def slope(self, w: float, b: float) -> Point:
        """The derivative of the mean loss by w and b."""
        with np.errstate(over="ignore", invalid="ignore"):
            slopes = self.bound.slopes((self.target, w * self.x + b))
            return self.mean(slopes * self.x), self.mean(slopes)

    def mean(self, values: Floats) -> float:
        """The mean over the rows, by their weights."""
        return float(np.average(values, weights=self.weights))


def picture(asked: Asked) -> PlotReport:
    """Contours of the cost. Raises UsageError for a loss that takes no score of any size, and what reading
    raises."""
    bound = asked.only_loss("surface")
    _check_fit(bound)
    whole = read_whole(asked.request("mse", asked.sources))
    if whole.inputs[0].ndim > 1:
        raise UsageError(
            "plot surface draws one target over one x", hint="losscli plot surface mse d.csv:y :x"
        )
    target, x = whole.inputs
    if max(float(np.abs(target).max()), float(np.abs(x).max())) > _LARGEST:
        raise DomainError(f"a surface is drawn of numbers up to {_LARGEST:g}", hint="rescale the columns")
    keep = -(-len(x) * _SIDE * _SIDE // _CELLS)
    try:
        blocks = check_arrays(bound.loss, bound.inputs, (target[::keep], x[::keep]), bound.params)
    except DataError as error:
        raise type(error)(f"{bound.spec}: {error.message}", hint=others_that_fit("residuals")) from None
    weights = None if whole.weights is None else whole.weights[::keep] / whole.weights.max()
    fit = _Fit(bound, blocks[0], np.ascontiguousarray(x[::keep]), weights)
    path = descend(fit.cost, fit.slope, (0.0, 0.0)) if bound.has_slope else None
    best, least = _minimum(fit)
    falls_on = not bound.loss.perfect.attained and fit.cost(10 * best[0], 10 * best[1]) <= least
    notes = [f"every {keep}th of {counted(len(x), 'row')}"] if keep > 1 else []
    notes += _notes(fit, None if falls_on else least, path)
    title = f"{bound.loss.title} ({bound.spec}) of y = w x + b, {counted(len(x), 'row')}"
    panel = _panel(fit, None if falls_on else best, path)
    facts = () if falls_on else _minimum_facts(best, least)
    return PlotReport("surface", title, (panel,), (*facts, *_descent_facts(path)), tuple(notes))


def _check_fit(bound: BoundLoss) -> None:
    inputs = [entry for entry in bound.inputs if entry.default is None]
    cells = len(inputs) == 2 and all(entry.shape is Shape.CELLS for entry in inputs)
    domain = inputs[-1].domain_for(bound.params)
    free = isinstance(domain, Interval) and math.isinf(domain.low) and math.isinf(domain.high)
    if bound.is_set or bound.loss.gather or not cells or not free:
        near = {"bce": "bce_logits", "poisson_nll": "poisson_nll_log"}.get(bound.loss.name)
        raise UsageError(
            f"{bound.spec} does not take every w x + b as its prediction ({domain})",
            hint=f"{near} does: losscli plot surface {near} ..." if near else others_that_fit("samples"),
        )


def _minimum(fit: _Fit) -> tuple[Point, float]:
    """The lowest point found from the line of least squares and from the flat line."""
    mean, spread = standardised(fit.x)

    def cost(a: float, c: float) -> float:
        return fit.cost(a / spread, c - a * mean / spread)

    size = float(np.std(fit.target)) or 1.0
    slope = float(np.mean((fit.x - mean) / spread * (fit.target - np.mean(fit.target))))
    starts = [(slope, float(np.mean(fit.target))), (0.0, float(np.median(fit.target)))]
    (a, c), least = min((lowest(cost, start, (size, size)) for start in starts), key=lambda found: found[1])
    return (a / spread, c - a * mean / spread), least


def _panel(fit: _Fit, best: Point | None, path: Path | None) -> Panel:
    points = [*([] if best is None else [best]), (0.0, 0.0), *(path.points if path is not None else ())]
    ends = []
    for values in zip(*points, strict=True):
        low, high = min(values), max(values)
        room = _ROOM * (high - low) or abs(low) or 1.0
        ends.append((low - room, high + room))
    w, b = (np.linspace(low, high, _SIDE) for low, high in ends)
    values = tuple(tuple(fit.cost(float(one), float(other)) for one in w) for other in b)
    grid = Grid(f"mean {fit.bound.spec}", tuple(w.tolist()), tuple(b.tolist()), values)
    series = []
    if path is not None:
        across, up = zip(*path.points, strict=True)
        costs = tuple(fit.cost(*point) for point in path.points)
        series.append(Series("gradient descent", Mark.LINE, across, up, {"loss": costs}))
    if best is not None:
        extra: dict[str, tuple[Cell, ...]] = {"loss": (fit.cost(*best),)}
        series.append(Series("minimum", Mark.POINTS, (best[0],), (best[1],), extra))
    return Panel("surface", Axis("w"), Axis("b"), tuple(series), grid=grid)


def _minimum_facts(best: Point, least: float) -> tuple[Fact, ...]:
    return (Fact("w", "minimum at w", best[0]), Fact("b", "b", best[1]), Fact("loss", "loss there", least))


def _descent_facts(path: Path | None) -> tuple[Fact, ...]:
    if path is None:
        return ()
    words = f"after {counted(len(path.points) - 1, 'step')} of gradient descent"
    return (Fact("descent_loss", words, path.cost),)


def _notes(fit: _Fit, least: float | None, path: Path | None) -> list[str]:
    """What the picture does not say by itself; `least` is None where there is no minimum."""
    notes = []
    if least is None:
        notes.append("no minimum: a line separates the classes, and the cost falls on as it grows steeper")
    if path is None:
        notes.append(f"{fit.bound.spec} has no gradient, so no descent")
    elif least is not None and path.cost - least > _NEAR * (fit.cost(0.0, 0.0) - least):
        mean, spread = standardised(fit.x)
        notes.append(
            f"gradient descent had not arrived: x has mean {mean:.4g} and standard deviation {spread:.4g}, "
            "and is best standardised before"
        )
    return notes
