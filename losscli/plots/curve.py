"""The kind `curve`: losses and their gradients against the prediction, for given targets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from losscli.arrays import Floats
from losscli.domains import Domain, Interval
from losscli.errors import DataError, UsageError
from losscli.plots.asked import Asked
from losscli.plots.kinds import others_that_fit
from losscli.records import NamedTuple
from losscli.registry import BoundLoss, Shape
from losscli.registry.checking import check_arrays
from losscli.report.figure import Axis, Mark, Panel, PlotReport, Rule, Series

_POINTS: Final = 241
"""Divisible by 2, 3, 4, 5 and 6 plus the end, so that round ends meet round numbers and the target itself."""
_MOST: Final = 8
"""Lines that differ in colour and in marker."""
_REACH: Final = 3.0
"""How far the axis goes beyond the targets where the domain has no end."""
_CUT: Final = 4.0
"""Where all values reach so many times further than most of them, the axis ends at most of them."""


class _Line(NamedTuple):
    bound: BoundLoss
    target: float
    label: str


def picture(asked: Asked) -> PlotReport:
    """Curves of the losses above, of their gradients below. Raises UsageError for a loss that has none."""
    for bound in asked.losses:
        _check_fit(bound)
    lines = _lines(asked)
    ends = asked.range or _ends(asked.losses, [line.target for line in lines])
    grid = np.linspace(*ends, _POINTS)
    unit = _unit(asked.losses)
    losses = [_series(line, _allowed(line.bound, grid), slope=False) for line in lines]
    slopes = [_series(line, _allowed(line.bound, grid), slope=True) for line in lines if line.bound.has_slope]
    x = Axis("prediction", *ends)
    panels = [_panel("loss", x, f"loss ({unit})" if unit else "loss", losses)]
    if slopes:
        panels.append(_panel("gradient", x, "gradient", slopes))
    title = ", ".join(dict.fromkeys(bound.spec for bound in asked.losses))
    if len(asked.losses) == 1:
        title = f"{asked.losses[0].loss.title} ({title})"
    of = {line.target for line in lines}
    title += f", target {of.pop():g}" if len(of) == 1 else ""
    return PlotReport(
        "curve", f"{title}: loss and gradient by the prediction", tuple(panels), notes=_notes(lines, panels)
    )


def _check_fit(bound: BoundLoss) -> None:
    """Raise UsageError for a loss that is no function of one target and one prediction."""
    inputs = [entry for entry in bound.inputs if entry.default is None]
    cells = len(inputs) == 2 and all(entry.shape is Shape.CELLS for entry in inputs)
    if bound.is_set or not cells or bound.loss.gather:
        roles = ", ".join(entry.role for entry in bound.inputs)
        why = "it is one number of a whole set" if bound.is_set else f"it takes rows of {roles}"
        part = f"its rows are {bound.part}: losscli plot curve {bound.part}; " if bound.part else ""
        raise UsageError(
            f"{bound.spec} is no curve over one prediction: {why}",
            hint=part + (others_that_fit("samples") or "curve draws bce, mse, hinge ..."),
        )


def _lines(asked: Asked) -> list[_Line]:
    found = []
    for bound in asked.losses:
        targets = asked.target or _usual_targets(bound)
        found += [_Line(bound, target, f"{bound.spec}, target {target:g}") for target in targets]
    if len({line.target for line in found}) == 1:
        found = [line._replace(label=line.bound.spec) for line in found]
    if len(found) > _MOST:
        raise UsageError(
            f"{len(found)} lines in one picture cannot be told apart; {_MOST} can",
            hint="name fewer losses or targets",
        )
    return found


def _usual_targets(bound: BoundLoss) -> tuple[float, ...]:
    """0 and 1 for labels, else the first of 0 and 1 that the loss takes."""
    domain = bound.inputs[0].domain_for(bound.params)
    known = [value for value in (0.0, 1.0) if _holds(domain, value)]
    return tuple(known) if domain.kind == "binary" else tuple(known[:1]) or (1.0,)


def _holds(domain: Domain, value: float) -> bool:
    return not domain.faults(np.array([value]), 1)


def _ends(losses: Sequence[BoundLoss], targets: Sequence[float]) -> tuple[float, float]:
    """The ends of the predictions: those of the domain where it has them, else some way beyond
    the targets."""
    domains = [bound.inputs[1].domain_for(bound.params) for bound in losses]
    low, high = min(targets) - _REACH, max(targets) + _REACH
    for domain in domains:
        if isinstance(domain, Interval):
            low, high = max(low, domain.low), min(high, domain.high)
    if not low < high:
        raise UsageError("these losses take no prediction in common", hint="draw them one by one")
    return low, high


def _allowed(bound: BoundLoss, grid: Floats) -> Floats:
    """The predictions that the loss takes."""
    found = grid
    for fault in bound.inputs[1].domain_for(bound.params).faults(grid, 1):
        found = found[~np.isin(found, grid[fault.rows])]
    if not len(found):
        domain = bound.inputs[1].domain_for(bound.params)
        raise UsageError(f"{bound.spec} takes no prediction in this range", hint=f"it takes {domain}")
    return found


def _series(line: _Line, predictions: Floats, *, slope: bool) -> Series:
    """One line. Raises UsageError for a target that the loss does not take."""
    arrays = (np.full(len(predictions), line.target), predictions)
    bound = line.bound
    try:
        blocks = check_arrays(bound.loss, bound.inputs, arrays, bound.params)
    except DataError as error:
        domain = bound.inputs[0].domain_for(bound.params)
        raise UsageError(
            f"--target {line.target:g}: {bound.spec}: {error.message}",
            hint=f"{bound.spec} takes as its target {domain}",
        ) from None
    values = bound.slopes(blocks) if slope else bound.rows(blocks)
    return Series(
        line.label, Mark.LINE, tuple(predictions.tolist()), tuple(np.asarray(values, dtype=float).tolist())
    )


def _panel(title: str, x: Axis, label: str, series: Sequence[Series]) -> Panel:
    low, high = _vertical_ends(series)
    rules = (Rule("", "y", 0.0),) if title == "gradient" and low < 0 < high else ()
    return Panel(title, x, Axis(label, low, high), tuple(series), rules)


def _vertical_ends(series: Sequence[Series]) -> tuple[float, float]:
    """From the smallest to the largest value, or, where a few reach far beyond the rest, to these."""
    values = np.array([value for entry in series for value in entry.y if math.isfinite(value)])
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    inner_low, inner_high = (float(value) for value in np.quantile(values, (0.05, 0.95)))
    inside = inner_high - inner_low
    if inside > 0 and high - inner_high > _CUT * inside:
        high = inner_high + inside / 2
    if inside > 0 and inner_low - low > _CUT * inside:
        low = inner_low - inside / 2
    if low == high:
        low, high = low - 0.5, high + 0.5
    return low, high


def _unit(losses: Sequence[BoundLoss]) -> str:
    """The unit that all share."""
    units = {bound.loss.unit_for(bound.params) for bound in losses}
    return units.pop() if len(units) == 1 else ""


def _notes(lines: Sequence[_Line], panels: Sequence[Panel]) -> tuple[str, ...]:
    notes = []
    flat = list(dict.fromkeys(line.bound.spec for line in lines if not line.bound.has_slope))
    if flat:
        notes.append(f"no gradient: {', '.join(flat)}")
    for panel in panels:
        values = [value for entry in panel.series for value in entry.y]
        infinite = [
            f"{entry.label} at {x:g}"
            for entry in panel.series
            for x, y in zip(entry.x, entry.y, strict=True)
            if math.isinf(y)
        ]
        if infinite:
            notes.append(f"{panel.title} infinite: {', '.join(infinite[:3])}")
        finite = [value for value in values if math.isfinite(value)]
        assert panel.y.low is not None
        assert panel.y.high is not None
        if finite and (min(finite) < panel.y.low or max(finite) > panel.y.high):
            notes.append(
                f"{panel.title}: the axis ends where most values do; they go from {min(finite):.4g} to "
                f"{max(finite):.4g}"
            )
    return tuple(notes)
