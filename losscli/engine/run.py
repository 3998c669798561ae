"""One evaluation while it runs: every row read once, checked, scored by every loss, shown to whoever
listens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.engine.constants import ConstantFinder
from losscli.engine.elsewhere import Elsewhere
from losscli.engine.guard import Guard
from losscli.engine.pairing import pair_rows
from losscli.engine.picks import Layout, Picker
from losscli.engine.plan import Plan
from losscli.engine.request import Listeners, Request, SampleColumns
from losscli.engine.rows import RowReader
from losscli.engine.rowset import Rowset
from losscli.engine.score import Score
from losscli.engine.series import read_series
from losscli.errors import DataError, Place, RowsError, UsageError
from losscli.reductions import parse_reductions
from losscli.registry import BoundLoss
from losscli.registry.checking import check_shapes, width_of
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
        self.losses = plan.losses
        self.scores = [Score(b, reductions, request.summary, request.multioutput) for b in self.losses]
        self.guard = Guard(self.losses, [feed.at for feed in plan.feeds])
        self.series = read_series(plan)
        self.reader = RowReader(plan, request.missing == "skip")
        layout = Layout(
            tuple(feed.entry for feed in plan.feeds if feed.entry is not None),
            tuple(feed.names for feed in plan.feeds),
            plan.feeds[plan.focus].classes,
            tuple(
                feed.entry.domain_for(self.losses[0].params) for feed in plan.feeds if feed.entry is not None
            ),
            self.losses[0].loss.family,
        )
        self.picker = Picker(request, layout, self.losses[0].loss.direction)
        self.constants: list[ConstantFinder] = []
        self.elsewhere: list[Elsewhere] = []
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
            for bound in self.losses:
                _check_fit(bound, rowset)
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
        width = width_of(rowset.inputs)
        cells = rowset.inputs[0].shape[1] if rowset.inputs[0].ndim == 2 else 1
        lists = self.plan.downward or self.plan.grouping in ("lists", "series")
        for score in self.scores:
            score.start(cells)
            if self.request.summary:
                self.elsewhere.append(Elsewhere(score, cells))
            if self.request.summary and not lists:
                self.constants.append(ConstantFinder(score.bound, score.results, self.request.multioutput))
        self.width = width
        for sink in self.listeners.sinks:
            sink.begin(SampleColumns(self.labels(), self.gradient_names(), self.plan.has_ids))

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
            sample_label(score.bound.spec, score.bound.part, column, specs)
            for score, column in self._results()
        )

    def _results(self) -> Iterator[tuple[Score, str | None]]:
        names = self.plan.feeds[self.plan.focus].names
        for score in self.scores:
            for position in range(score.results):
                yield score, (names[position] if score.results > 1 else None)

    def gradient_names(self) -> tuple[tuple[str, ...], ...]:
        """Per result the names of its gradient's columns: one unnamed, or `[name]` each."""
        if not self.request.gradient:
            return ()
        names = self.plan.feeds[self.plan.focus].names
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
            if self.elsewhere:
                self.elsewhere[position].add(lambda bound: self._clean(bound, rowset, cleaned), rowset, found)
            self._watch(score.bound.spec, rowset, found)
            values += found
            if self.request.gradient:
                slopes += score.slopes(blocks)
            if self.constants:
                self.constants[position].add(blocks, self.width, rowset.weights)
        self.scored += rowset.count
        if not self.picker.idle:
            self.picker.add(rowset, values, slopes)
        if self.listeners.sinks:
            ids = rowset.ids.to_pylist() if self.plan.has_ids else None
            for sink in self.listeners.sinks:
                sink.add(rowset.all_numbers(), ids, values, slopes)

    def _clean(self, bound: BoundLoss, rowset: Rowset, cleaned: dict[Any, Rows]) -> list[Rows]:
        """The blocks as the loss takes them: codings mapped, series prepared, inputs left out made up."""
        found: list[Rows] = []
        feeds = {feed.at: place for place, feed in enumerate(rowset.feeds)}
        for position, entry in enumerate(bound.inputs):
            if position in feeds:
                domain = entry.domain_for(bound.params)
                key = (position, domain)
                if key not in cleaned:
                    cleaned[key] = domain.clean(rowset.inputs[feeds[position]])
                found.append(cleaned[key])
            elif position in self.series:
                series = self.series[position]
                found.append(series.prepared(bound, entry, rowset.groups, rowset.count))
            else:
                assert entry.default is not None
                found.append(entry.default(found))
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
            seen = self.infinite[spec] = Infinite(number, rowset.place(self.plan.focus, row, 0))
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
        entries = [bound.inputs[feed.at] for feed in rowset.feeds]
        check_shapes(bound.loss, entries, [block.shape for block in rowset.inputs], bound.params)
    except DataError as error:
        raise UsageError(error.message, hint=error.hint) from error
