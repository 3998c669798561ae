"""One evaluation while it runs: every row read once, checked, scored by every loss, shown to whoever
listens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.engine.constants import ConstantFinder
from losscli.engine.guard import Guard
from losscli.engine.pairing import pair_rows
from losscli.engine.picks import Layout, Picker
from losscli.engine.plan import Plan
from losscli.engine.request import Listeners, Request, SampleColumns
from losscli.engine.rows import RowReader, Rowset
from losscli.engine.score import Score
from losscli.errors import DataError, Place, RowsError, UsageError
from losscli.reductions import parse_reductions
from losscli.registry import BoundLoss
from losscli.report.compute import sample_label


@dataclass(slots=True)
class Infinite:
    """Infinite losses: how many, and where the first one stands."""

    row: int
    place: Place
    count: int = 0


class Run:
    """One evaluation while it runs."""

    def __init__(self, request: Request, plan: Plan, listeners: Listeners) -> None:
        self.request = request
        self.plan = plan
        self.listeners = listeners
        reductions = parse_reductions(",".join(request.reductions))
        self.scores = [Score(b, reductions, request.summary, request.multioutput) for b in request.losses]
        self.guard = Guard(request.losses)
        self.reader = RowReader(plan, request.missing == "skip")
        layout = Layout(
            tuple(feed.entry for feed in plan.feeds if feed.entry is not None),
            tuple(feed.names for feed in plan.feeds),
            plan.feeds[-1].classes,
            request.losses[0].loss.family,
        )
        self.picker = Picker(request, layout, request.losses[0].loss.direction)
        self.constants: list[ConstantFinder] = []
        self.scored = 0
        self.width = 1
        self.infinite: dict[str, Infinite] = {}
        self.paired = pair_rows(plan, request.unpaired)

    def go(self) -> None:
        """Read every row once."""
        started = False
        for rowset in self.reader.rowsets(iter(self.paired)):
            if not started:
                started = True
                self._start(rowset)
            if self.guard.check(rowset):
                self._score(rowset)
            self._tell_progress()
        self.guard.finish()
        self.reader.finish()
        if not started:
            raise self._no_rows()

    def _no_rows(self) -> RowsError:
        name = self.plan.streams[self.plan.feeds[0].stream].source.name
        if self.reader.read:
            rows = "the only row" if self.reader.read == 1 else f"every one of the {self.reader.read:,} rows"
            return RowsError(
                f"{rows} was left out "
                f"({self.reader.skipped:,} skipped for a missing cell, {self.reader.absent:,} of weight 0)"
            )
        return RowsError(f"{name} has no data row", hint="a header alone is no data")

    def _start(self, rowset: Rowset) -> None:
        width = max(block.shape[1] if block.ndim == 2 else 1 for block in rowset.inputs)
        cells = rowset.inputs[0].shape[1] if rowset.inputs[0].ndim == 2 else 1
        for score in self.scores:
            _check_fit(score.bound, rowset)
            score.start(cells)
            if self.request.summary and not self.plan.downward:
                self.constants.append(ConstantFinder(score.bound, score.results, self.request.multioutput))
        self.width = width
        for sink in self.listeners.sinks:
            sink.begin(SampleColumns(self.labels(), self.gradient_names(), self.plan.by_key))

    @property
    def read(self) -> int:
        """The rows of the target."""
        return self.rows_in(self.plan.feeds[0].stream)

    def rows_in(self, stream: int) -> int:
        """The rows that a stream had in all, paired or not."""
        return self.paired.rows(stream)

    def labels(self) -> tuple[str, ...]:
        """A label per result: the spec, with the column where there is a result per column."""
        specs = [score.bound.spec for score in self.scores]
        return tuple(
            sample_label(score.bound.spec, score.bound.loss.part, column, specs)
            for score, column in self._results()
        )

    def _results(self) -> Iterator[tuple[Score, str | None]]:
        names = self.plan.feeds[-1].names
        for score in self.scores:
            for position in range(score.results):
                yield score, (names[position] if score.results > 1 else None)

    def gradient_names(self) -> tuple[tuple[str, ...], ...]:
        """Per result the names of its gradient's columns: one unnamed, or `[name]` each."""
        if not self.request.gradient:
            return ()
        names = self.plan.feeds[-1].names
        if len(names) == 1:
            names = tuple(f"row {n + 1}" for n in range(self.width)) if self.plan.downward else names
        found = []
        for _, column in self._results():
            single = column is not None or len(names) == 1
            found.append(("",) if single else tuple(f"[{name}]" for name in names))
        return tuple(found)

    def _score(self, rowset: Rowset) -> None:
        values: list[Floats] = []
        slopes: list[Rows] = []
        cleaned: dict[Any, Rows] = {}
        for position, score in enumerate(self.scores):
            blocks = self._clean(score.bound, rowset, cleaned)
            found = score.add(blocks, rowset.weights)
            self._watch(score.bound.spec, rowset, found)
            values += found
            if self.request.gradient:
                slopes += score.slopes(blocks)
            if self.constants:
                self.constants[position].add(blocks[0], self.width, rowset.weights)
        self.scored += rowset.count
        if not self.picker.idle:
            self.picker.add(rowset, values, slopes)
        if self.listeners.sinks:
            ids = rowset.ids.to_pylist() if self.plan.by_key else None
            for sink in self.listeners.sinks:
                sink.add(rowset.all_numbers(), ids, values, slopes)

    def _clean(self, bound: BoundLoss, rowset: Rowset, cleaned: dict[Any, Rows]) -> list[Rows]:
        found = []
        for position, entry in enumerate(bound.loss.inputs):
            domain = entry.domain_for(bound.params)
            key = (position, domain)
            if key not in cleaned:
                cleaned[key] = domain.clean(rowset.inputs[position])
            found.append(cleaned[key])
        return found

    def _watch(self, spec: str, rowset: Rowset, found: Sequence[Floats]) -> None:
        """Count infinite losses and remember where the first one stands."""
        hit = [np.isinf(values) for values in found if np.isinf(values.max())]
        if not hit:
            return
        infinite = np.logical_or.reduce(hit)  # a row with two infinite columns is one row
        row = int(np.argmax(infinite))
        seen = self.infinite.get(spec)
        if seen is None:
            number = int(rowset.numbers(np.array([row]))[0])
            seen = self.infinite[spec] = Infinite(number, rowset.place(len(rowset.feeds) - 1, row, 0))
        seen.count += int(infinite.sum())

    def _tell_progress(self) -> None:
        if self.listeners.progress is None:
            return
        sources = [stream.source for stream in self.plan.streams]
        totals = [source.bytes_total for source in sources]
        known = sum(total for total in totals if total is not None) if None not in totals else None
        self.listeners.progress(self.reader.read, sum(source.bytes_read for source in sources), known)


def _check_fit(bound: BoundLoss, rowset: Rowset) -> None:
    """Refuse shapes that the loss cannot take, in words about files."""
    try:
        bound.loss.check_shapes([block.shape for block in rowset.inputs], bound.params)
    except DataError as error:
        raise UsageError(error.message, hint=error.hint) from error
