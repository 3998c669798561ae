"""The kind `samples`: how the losses of the rows are spread, and where the loss sits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from losscli.arrays import Floats, Integers
from losscli.engine.local import evaluate
from losscli.engine.request import Listeners, SampleColumns
from losscli.errors import counted
from losscli.plots.asked import Asked
from losscli.plots.bars import bars, edges_of, histogram, shares
from losscli.report.compute import Result
from losscli.report.figure import Axis, Fact, Panel, PlotReport, Rule
from losscli.report.tables import Kind

_TOP: Final = 100
"""The largest hundredth of the rows."""


class Kept:
    """A listener that keeps the values of every row, by result."""

    def __init__(self) -> None:
        self.labels: tuple[str, ...] = ()
        self._values: list[list[Floats]] = []

    def begin(self, columns: SampleColumns) -> None:
        """Told once, before the first rows."""
        self.labels = columns.labels
        self._values = [[] for _ in columns.labels]

    def add(
        self, rows: Integers, ids: Sequence[str] | None, values: Sequence[Floats], gradients: Sequence[Floats]
    ) -> None:
        """Some rows."""
        for known, new in zip(self._values, values, strict=True):
            known.append(np.array(new, dtype=np.float64))

    def values(self, result: int) -> Floats:
        """(n,): the values of a result, in the order of the rows."""
        return np.concatenate(self._values[result])


def picture(asked: Asked) -> PlotReport:
    """The histogram of one loss. Raises UsageError for several, and what `evaluate` raises."""
    asked.only_loss("samples")
    kept = Kept()
    request = asked.request(asked.losses, asked.sources)._replace(reductions=("mean", "median"))
    report = evaluate(request, Listeners(sinks=(kept,)))
    result = report.results[0]
    values = kept.values(0)
    finite = values[np.isfinite(values)]
    notes = [report.run_notes()[0]] if report.run_notes() else []
    if len(finite) < len(values):
        notes.append(f"{counted(len(values) - len(finite), 'row')} of infinite loss lie beyond the picture")
    return PlotReport(
        "samples",
        f"{result.title} ({result.spec}) of {counted(len(values), 'row')}",
        _panels(finite, result, asked.bins),
        _facts(values, result),
        tuple(notes),
        tuple(report.findings()),
    )


def _panels(finite: Floats, result: Result, bins: int | None) -> tuple[Panel, ...]:
    """How many rows have which loss; and, of losses that add up, how much of the whole they carry."""
    unit = f" ({result.unit})" if result.unit else ""
    axis = Axis(f"{result.spec} of a row{unit}")
    if not len(finite):
        return (Panel("rows", axis, Axis("rows")),)
    edges = edges_of(finite, bins)
    found = [Panel("rows", axis, Axis("rows"), (histogram("rows", finite, edges),), _rules(result))]
    parts = shares(finite)
    if parts is not None:
        place = np.clip(np.searchsorted(edges, finite, side="right") - 1, 0, len(edges) - 2)
        carried = np.bincount(place, weights=parts, minlength=len(edges) - 1)
        series = bars("share of the loss", edges, tuple(carried.tolist()))
        found.append(Panel("share", axis, Axis("share of the whole loss"), (series,)))
    return tuple(found)


def _rules(result: Result) -> tuple[Rule, ...]:
    found = []
    for name in ("mean", "median"):
        figure = result.reductions.get(name)
        if figure is not None and math.isfinite(figure.value):
            found.append(Rule(f"{name} {figure.value:.4g}", "x", figure.value))
    return tuple(found)


def _facts(values: Floats, result: Result) -> tuple[Fact, ...]:
    facts = [
        Fact(name, name, result.reductions[name].value, unit=result.unit)
        for name in ("mean", "median")
        if name in result.reductions
    ]
    share = top_share(values)
    if share is not None:
        facts.append(Fact("top_share", "the largest 1 % of the rows carry", share, Kind.SHARE))
    return tuple(facts)


def top_share(values: Floats) -> float | None:
    """The share of the whole that the largest hundredth of the values (at least one) carries; None where
    shares mean nothing."""
    parts = shares(values)
    if parts is None:
        return None
    count = -(-len(values) // _TOP)
    return math.fsum(np.partition(parts, -count)[-count:])
