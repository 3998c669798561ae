"""The kind `samples`: how the losses of the rows are spread, and where the loss sits."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np

from losscli.arrays import Floats
from losscli.engine.following import Followed
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
    """Keeps the value of every row, and its weight."""

    def __init__(self) -> None:
        self._values: list[Floats] = []
        self._weights: list[Floats] = []

    def follow(self, columns: SampleColumns, rows: Iterator[Followed]) -> None:
        """Take all rows."""
        for some in rows:
            self._values.append(np.array(some.values[0], dtype=np.float64))
            if some.weights is not None:
                self._weights.append(np.array(some.weights))

    @property
    def values(self) -> Floats:
        """(n,): the values, in the order of the rows."""
        return np.concatenate(self._values)

    @property
    def carried(self) -> Floats:
        """(n,): what each row adds to the whole, its value times its weight."""
        return self.values * np.concatenate(self._weights) if self._weights else self.values


def picture(asked: Asked) -> PlotReport:
    """The histogram of one loss. Raises UsageError for several, and what `evaluate` raises."""
    asked.only_loss("samples")
    kept = Kept()
    request = asked.request(asked.losses, asked.sources)._replace(reductions=("mean", "median"))
    report = evaluate(request, Listeners(follower=kept))
    result = report.results[0]
    with np.errstate(over="ignore"):  # shares of what is beyond the largest number mean nothing
        values, carried = kept.values, kept.carried
    finite = np.isfinite(values)
    notes = [report.run_notes()[0]] if report.run_notes() else []
    if not finite.all():
        notes.append(f"{counted(int((~finite).sum()), 'row')} of infinite loss lie beyond the picture")
    return PlotReport(
        "samples",
        f"{result.title} ({result.spec}) of {counted(len(values), 'row')}",
        _panels(values[finite], carried[finite], result, asked.bins),
        _facts(carried, result),
        tuple(notes),
        tuple(report.findings()),
    )


def _panels(finite: Floats, carried: Floats, result: Result, bins: int | None) -> tuple[Panel, ...]:
    """How many rows have which loss; and, of losses that add up, how much of the whole they carry."""
    unit = f" ({result.unit})" if result.unit else ""
    axis = Axis(f"{result.spec} of a row{unit}")
    if not len(finite):
        return (Panel("rows", axis, Axis("rows")),)
    edges = edges_of(finite, bins)
    found = [Panel("rows", axis, Axis("rows"), (histogram("rows", finite, edges),), _rules(result))]
    parts = shares(carried)
    if parts is not None:
        place = np.clip(np.searchsorted(edges, finite, side="right") - 1, 0, len(edges) - 2)
        heights = np.bincount(place, weights=parts, minlength=len(edges) - 1)
        series = bars("share of the loss", edges, tuple(heights.tolist()))
        found.append(Panel("share", axis, Axis("share of the whole loss"), (series,)))
    return tuple(found)


def _rules(result: Result) -> tuple[Rule, ...]:
    found = []
    for name in ("mean", "median"):
        figure = result.reductions.get(name)
        if figure is not None and math.isfinite(figure.value):
            found.append(Rule(f"{name} {figure.value:.4g}", "x", figure.value))
    return tuple(found)


def _facts(carried: Floats, result: Result) -> tuple[Fact, ...]:
    facts = [
        Fact(name, name, result.reductions[name].value, unit=result.unit)
        for name in ("mean", "median")
        if name in result.reductions
    ]
    share = top_share(carried)
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
