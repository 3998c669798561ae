"""Several predictions of one target: every row read once, and scored by every loss for each prediction.

All files pair their rows together, and a row that is left out for one prediction is left out for all, so the
rows that are scored are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.engine.local import check
from losscli.engine.plan import Plan, close_plan, make_plans
from losscli.engine.request import Listeners, Request
from losscli.engine.rows import RowReader
from losscli.engine.rowset import Rowset
from losscli.engine.run import Run
from losscli.engine.score import Score
from losscli.engine.sums import Terms
from losscli.errors import LosscliError, SeveralErrors, raise_together
from losscli.records import NamedTuple
from losscli.report.compute import ComputeReport


class Keeper(Score):
    """A score that keeps what every row adds."""

    kept: list[Terms]

    @classmethod
    def of(cls, score: Score) -> Keeper:
        """A keeper of the same loss, which has seen no row."""
        measure = score.measure
        found = cls(measure.bound, measure.reductions, measure.summary, measure.multioutput)
        found.kept = []
        return found

    def terms(self, blocks: Sequence[Rows], weights: Floats | None) -> Terms:
        found = super().terms(blocks, weights)
        self.kept.append(found)
        return found

    def rows(self) -> Terms:
        """What every row added, in the order of the target."""
        parts = self.kept
        if len(parts) == 1:
            return parts[0]
        places, start = [], 0
        for part in parts:
            end = start + len(part.values[0])
            places.append(np.arange(start, end))
            start = end
        self.kept = [Terms.joined(parts, places)]
        return self.kept[0]


class _KeepingRun(Run):
    def _scores(self) -> Sequence[Score]:
        return [Keeper.of(score) for score in super()._scores()]

    def see(self, rowset: Rowset, *, first: bool) -> None:
        """Check and score some rows."""
        self.check_fit(rowset)
        if first:
            self.start(rowset)
        self.tally.add(rowset)


class Evaluated(NamedTuple):
    """One prediction: its source, its numbers, and for each loss what every row added."""

    source: str
    columns: tuple[str, ...]
    report: ComputeReport
    scores: Sequence[Keeper]


def evaluate_each(request: Request, listeners: Listeners | None = None) -> tuple[Evaluated, ...]:
    """Every prediction of a request whose sources are the target, the predictions, and sources with a role
    that all share. Raises the errors of losscli.errors."""
    request = request._replace(summary=False, samples=False)
    check(request)
    plans = make_plans(request)
    try:
        check(request._replace(losses=plans[0].losses))
        return _evaluated(request, plans, listeners or Listeners())
    finally:
        close_plan(plans[0])


def _evaluated(request: Request, plans: Sequence[Plan], listeners: Listeners) -> tuple[Evaluated, ...]:
    first = _KeepingRun(request, plans[0], listeners)
    runs = [first, *(_KeepingRun(request, plan, Listeners(), first.series) for plan in plans[1:])]
    whole = plans[0]._replace(feeds=tuple(feed for plan in plans for feed in plan.feeds))
    reader = RowReader(whole, request.missing == "skip")
    for run in runs:
        run.reader, run.paired = reader, first.paired
    started = False
    for rowset in reader.rowsets(iter(first.paired)):
        start = 0
        for run in runs:
            end = start + len(run.plan.feeds)
            part = replace(rowset, feeds=run.plan.feeds, inputs=rowset.inputs[start:end])
            run.see(part, first=not started)
            start = end
        started = True
        first.tell_progress()
    _refuse_faults(runs)
    reader.finish()
    if not started:
        raise first.no_rows()
    return tuple(_found(run) for run in runs)


def _refuse_faults(runs: Sequence[_KeepingRun]) -> None:
    """Raise the faults of all predictions together; one of the target, which all share, once."""
    found: dict[tuple[str, ...], LosscliError] = {}
    for run in runs:
        try:
            run.tally.guard.finish()
        except SeveralErrors as several:
            found |= {tuple(one.lines()): one for one in several.errors}
        except LosscliError as one:
            found[tuple(one.lines())] = one
    raise_together(list(found.values()))


def _found(run: _KeepingRun) -> Evaluated:
    feed = run.plan.feeds[run.plan.focus]
    scores = [score for score in run.tally.scores if isinstance(score, Keeper)]
    return Evaluated(feed.text, feed.names, run.found().report(), scores)
