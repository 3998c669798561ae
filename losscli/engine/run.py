"""One evaluation while it runs: every row read once, checked, scored by every loss, shown to whoever
listens."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from losscli.engine.describe import Found
from losscli.engine.glance import Glance
from losscli.engine.pairing import pair_rows
from losscli.engine.picks import LINED, Layout, Lined, Picker
from losscli.engine.plan import Plan
from losscli.engine.request import Listeners, Request, SampleColumns
from losscli.engine.rows import RowReader
from losscli.engine.rowset import Rowset
from losscli.engine.score import Score
from losscli.engine.series import SeriesData, read_series
from losscli.engine.setting import Setting, inputs_used
from losscli.engine.tally import Scored, Tally
from losscli.errors import DataError, RowsError, UsageError
from losscli.reductions import parse_reductions
from losscli.registry import BoundLoss
from losscli.registry.checking import check_shapes
from losscli.report.compute import RowCounts, sample_label


class Run:
    """One evaluation while it runs."""

    def __init__(
        self,
        request: Request,
        plan: Plan,
        listeners: Listeners,
        series: Mapping[int, SeriesData] | None = None,
    ) -> None:
        """`series` are the plan's series where they are read already."""
        self.request = request
        self.plan = plan
        self.listeners = listeners
        self.losses = plan.losses
        self.series = read_series(plan) if series is None else series
        self.reader = RowReader(plan, request.missing == "skip")
        self.tally = Tally(request, plan, self.series, self._scores(), self._picker())
        self.glance = Glance.of(self.tally)
        self.paired = pair_rows(plan, request.unpaired)

    def _scores(self) -> Sequence[Score]:
        request = self.request
        reductions = parse_reductions(",".join(request.reductions))
        summary, multioutput, by = request.summary, request.multioutput, bool(self.plan.by)
        level = request.confidence or 0.0
        return [
            Score(bound, reductions, summary, multioutput, shares=by, level=level) for bound in self.losses
        ]

    def _picker(self) -> Picker:
        plan, params = self.plan, self.losses[0].params
        entries = [feed.entry for feed in plan.feeds if feed.entry is not None]
        layout = Layout(
            tuple(entries),
            tuple(feed.names for feed in plan.feeds),
            plan.feeds[plan.focus].classes,
            tuple(entry.domain_for(params) for entry in entries),
            self.losses[0].loss.family,
            self._lined(),
        )
        return Picker(self.request, layout, self.losses[0].loss.direction)

    def _lined(self) -> Lined | None:
        """The prediction's lines, for --worst, where it is a text."""
        source = self.plan.streams[self.plan.feeds[self.plan.focus].stream].source
        known = self.request.worst and source.format in LINED
        return Lined(self.plan.focus, source.name) if known else None

    def go(self) -> None:
        """Read every row once. Raises what is wrong with them."""
        started = self.read_rows()
        self.tally.guard.finish()
        self.reader.finish()
        if not started:
            raise self.no_rows()

    def read_rows(self) -> bool:
        """Read every row once; whether there was one to score. What only all rows tell is not judged."""
        rowsets = self.reader.rowsets(iter(self.paired))
        first = next(rowsets, None)
        if first is not None:
            self.check_fit(first)
            self.start(first)
            told = self._told([first], rowsets)
            del first
            self._show(told)
            if self.tally.segments is not None:
                self.tally.segments.add_up()
            return True
        return False

    def _show(self, told: Iterator[tuple[Rowset, Scored | None]]) -> None:
        """Have every row scored: as whoever follows asks for it, else at once."""
        follower = self.listeners.follower
        if follower is None:
            deque(told, maxlen=0)
            return
        from losscli.engine.following import followed

        plan = self.plan
        follower.follow(
            self.sample_columns(),
            (followed(rowset, scored, plan) for rowset, scored in told if scored is not None),
        )

    def _told(self, first: list[Rowset], rowsets: Iterator[Rowset]) -> Iterator[tuple[Rowset, Scored | None]]:
        """Every rowset with its values, once the sinks have seen them: the first, then the others, by the
        workers where there are some."""
        if self.glance is not None:
            self.glance.add(first[0])
        yield self._tell(first[0], self.tally.add(first.pop()))
        second = next(rowsets, None)
        if second is None:
            return
        numbered = self._numbered(chain((second,), rowsets))
        del second
        if self.plan.workers is None:
            for rowset in numbered:
                yield self._tell(rowset, self.tally.add(rowset))
            return
        from losscli.engine.crew import Crew

        crew = Crew(self.tally, self.plan.workers)
        for rowset, scored in crew.scored(numbered):
            yield self._tell(rowset, scored)
        crew.finish()

    def _numbered(self, rowsets: Iterator[Rowset]) -> Iterator[Rowset]:
        for order, rowset in enumerate(rowsets, start=1):
            self.check_fit(rowset)
            if self.glance is not None:
                self.glance.add(rowset)
            rowset.order = order
            yield rowset

    def check_fit(self, rowset: Rowset) -> None:
        """Refuse shapes that a loss cannot take. Raises UsageError."""
        for bound in self.losses:
            _check_fit(bound, rowset)

    def no_rows(self) -> RowsError:
        """The error for rows of which none is left to score."""
        name = self.plan.streams[self.plan.feeds[0].stream].source.name
        if self.reader.read:
            rows = "the only row" if self.reader.read == 1 else f"every one of the {self.reader.read:,} rows"
            return RowsError(
                f"{rows} was left out "
                f"({self.reader.skipped:,} skipped for a missing cell, {self.reader.absent:,} of weight 0)"
            )
        return RowsError(f"{name} has no data row", hint="a header alone is no data")

    def start(self, rowset: Rowset) -> None:
        """Told once, with the first rows, before any is scored."""
        self.tally.counting = self.listeners.follower is not None
        self.tally.start(rowset)
        for sink in self.listeners.sinks:
            sink.begin(self.sample_columns())

    def sample_columns(self) -> SampleColumns:
        """The columns of the per-sample records."""
        return SampleColumns(self.labels(), self.gradient_names(), self.plan.has_ids)

    @property
    def read(self) -> int:
        """The rows of the target."""
        return self.rows_in(self.plan.feeds[0].stream)

    def rows_in(self, stream: int) -> int:
        """The rows that a stream had in all, paired or not."""
        return self.paired.rows(stream)

    def found(self) -> Found:
        """Everything that the report is made from, once `go` has ended."""
        plan, reader = self.plan, self.reader
        setting = Setting.of(self.request, plan, self.tally.cells, self.tally.width)
        rows = [self.rows_in(stream) for stream in range(len(plan.streams))]
        series = [self.series[one.feed.at].rows for one in plan.series]
        counts = RowCounts(self.read, reader.skipped, self.paired.unpaired, reader.absent, self.tally.scored)
        setting = setting._replace(gradients=self.gradient_names())
        return Found(setting, inputs_used(plan, rows, series), counts, self.tally, self.glance)

    def labels(self) -> tuple[str, ...]:
        """A label per result: the spec, with the column where there is a result per column."""
        specs = [score.bound.spec for score in self.tally.scores]
        return tuple(
            sample_label(score.bound.spec, score.bound.part, column, specs)
            for score, column in self._results()
        )

    def _results(self) -> Iterator[tuple[Score, str | None]]:
        names = self.plan.feeds[self.plan.focus].names
        for score in self.tally.scores:
            for position in range(score.results):
                yield score, (names[position] if score.results > 1 else None)

    def gradient_names(self) -> tuple[tuple[str, ...], ...]:
        """Per result the names of its gradient's columns: one unnamed, or `[name]` each."""
        if not self.request.gradient:
            return ()
        names = self.plan.feeds[self.plan.focus].names
        if len(names) == 1:
            names = tuple(f"row {n + 1}" for n in range(self.tally.width)) if self.plan.downward else names
        found = []
        for _, column in self._results():
            single = column is not None or len(names) == 1
            found.append(("",) if single else tuple(f"[{name}]" for name in names))
        return tuple(found)

    def _tell(self, rowset: Rowset, scored: Scored | None) -> tuple[Rowset, Scored | None]:
        """Show the values of some rows to whoever listens, in the order of the rows; what was told."""
        if scored is not None and self.listeners.sinks:
            ids = rowset.ids.to_pylist() if self.plan.has_ids else None
            for sink in self.listeners.sinks:
                sink.add(rowset.all_numbers(), ids, scored.values, scored.slopes)
        self.tell_progress()
        return rowset, scored

    def tell_progress(self) -> None:
        """Tell who shows it how far the reading is."""
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
