"""`evaluate` on a Dask cluster: plan here, read and score there, add up and report here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from losscli.align import Stream
from losscli.align.position import lengths_error
from losscli.align.streams import Counts
from losscli.engine.cluster import task as work
from losscli.engine.cluster.connect import Cluster, dask_or_fail
from losscli.engine.cluster.fold import Fold, coded_otherwise, decided_labels, sketch_points
from losscli.engine.cluster.slices import Slice, Window, by_rows, sizes, stamps, whole_parts
from losscli.engine.cluster.task import Outcome, Task, Words
from losscli.engine.local import check
from losscli.engine.plan import Plan, close_plan, make_plan
from losscli.engine.request import Listeners, Request
from losscli.engine.run import Run
from losscli.errors import CellError, LosscliError, PairingError, Place, UsageError
from losscli.report.compute import ComputeReport
from losscli.sources.grammar import STDIN
from losscli.sources.parts_source import PartsSource
from losscli.sources.records import Column

LEAST: Final = 1 << 25
"""Bytes of a task, at least."""
MOST: Final = 1 << 28
"""Bytes of a task, while there are fewer than `TASKS`."""
TASKS: Final = 20_000
EACH: Final = 4
"""Tasks for each thread of the cluster at least, so that none waits long for the last one."""


def evaluate_on_dask(request: Request, listeners: Listeners | None = None) -> ComputeReport:
    """Compute everything a request asks for, on a Dask cluster: the report of `evaluate`, to the last byte.

    Raises the errors of losscli.errors: those of the data as `evaluate` does, ClusterError for a cluster that
    fails, UsageError for what only one machine can compute."""
    check(request)
    _refuse(request, listeners or Listeners())
    dask_or_fail()
    plan = make_plan(request._replace(jobs=1))
    try:
        check(request._replace(losses=plan.losses))
        _refuse_plan(plan)
        with Cluster(request.scheduler, request.jobs) as cluster:
            return Drive(request, plan, cluster, listeners or Listeners()).report()
    finally:
        close_plan(plan)


def _refuse(request: Request, listeners: Listeners) -> None:
    """Refuse what is no sum over tasks. Raises UsageError."""
    if listeners.sinks or request.rows == "all" or "none" in request.reductions:
        raise UsageError(
            "every row is asked for, which --engine dask does not bring together",
            hint="--engine local writes all rows; --worst N and --rows N work on Dask too",
        )
    if request.scheduler is not None and request.jobs is not None:
        raise UsageError(
            f"--jobs {request.jobs} and --scheduler: a scheduler has the workers that it has",
            hint="leave out --jobs",
        )
    quantiles = [word for word in request.reductions if word == "median" or word.startswith("p")]
    if request.by is not None and quantiles:
        raise UsageError(
            f"--reduction {quantiles[0]} of every segment is nothing that --engine dask brings together",
            hint="leave out --by, or compute it with --engine local",
        )
    for source in (*request.sources, request.weight, request.group, request.by):
        if not isinstance(source, str) and source is not None and not hasattr(source, "__fspath__"):
            raise UsageError(
                "--engine dask reads files; an array in memory is on this machine only",
                hint="compute it with engine='local', or write it to files that the workers see",
            )


def _refuse_plan(plan: Plan) -> None:
    spec = plan.losses[0].spec
    if plan.gather or plan.downward or plan.grouping in ("lists", "sets"):
        raise UsageError(
            f"{spec} sees all rows of a set or a list at once, so tasks of it do not add up",
            hint="--engine local computes it",
        )
    if any(stream.source.path == STDIN for stream in (*plan.streams, *(one.reading for one in plan.series))):
        raise UsageError(
            "standard input is on this machine only, and --engine dask reads on others",
            hint="save it to a file that the workers see",
        )


class Drive:
    """One evaluation on a cluster."""

    def __init__(self, request: Request, plan: Plan, cluster: Cluster, listeners: Listeners) -> None:
        self._plan = plan
        self._cluster = cluster
        self._listeners = listeners
        self._request = request._replace(losses=plan.losses)
        self._run = Run(self._request._replace(jobs=1), plan, Listeners())
        self._sources = [stream.source for stream in plan.streams]

    def report(self) -> ComputeReport:
        """Every look at the rows, and what they say together."""
        tasks, outcomes = self._scored()
        decided = decided_labels(self._plan, outcomes)
        other = [at for at, outcome in enumerate(outcomes) if coded_otherwise(outcome, decided)]
        tasks = [task._replace(coders=decided) for task in tasks]
        if other:
            for at, outcome in zip(other, self._done([tasks[at] for at in other]), strict=True):
                outcomes[at] = outcome
        fold = Fold(self._request, self._plan, self._run, outcomes)
        fold.check()
        found = fold.found()
        while (again := fold.again()) is not None:
            fold.take(again, self._done([task._replace(again=again) for task in tasks]))
        report = found.report()
        if not self._request.state:
            return report
        from losscli.engine.state import to_state

        return report._replace(state=to_state(found))

    # --- the rows in tasks ---------------------------------------------------------------------------------

    def _scored(self) -> tuple[list[Task], list[Outcome]]:
        """Every row scored once, by position. Parts that hold the same rows of every input need no counting;
        where they turn out not to, the rows are counted first."""
        sources, least = self._sources, self._least()
        if self._plan.by_key or not all(isinstance(source, PartsSource) for source in sources):
            return self._first([tuple(_all(source) for source in sources)])
        if len({len(sizes(source)) for source in sources}) == 1:
            try:
                return self._first(whole_parts(sources, least))
            except PairingError as error:
                if type(error) is not PairingError or len(sources) == 1:
                    raise
        counts = self._counted(least)
        windows = by_rows(sources, counts, self._plan.feeds[0].stream, least)
        tasks, outcomes = self._first(windows)
        totals = [sum(rows) for rows in counts]
        if len(set(totals)) > 1:
            raise self._lengths(totals, counts)
        return tasks, outcomes

    def _least(self) -> int:
        """The bytes of a task."""
        total = sum(sum(sizes(source)) for source in self._sources)
        wanted = min(max(total // (EACH * self._cluster.threads), LEAST), MOST)
        return max(wanted, total // TASKS)

    def _first(self, windows: Sequence[tuple[Window, ...]]) -> tuple[list[Task], list[Outcome]]:
        words = Words.of(self._request._replace(part=sketch_points(len(windows))))
        tasks = [Task(words, window) for window in windows]
        return tasks, self._done(tasks)

    def _done(self, tasks: Sequence[Task]) -> list[Outcome]:
        """What every task found, in order. Raises the error of the first rows that have one."""
        found: list[Any] = [None] * len(tasks)
        failed = len(tasks)
        for number, outcome in self._cluster.results(work.work, [(task,) for task in tasks]):
            found[number] = outcome
            if outcome.error is not None:
                failed = min(failed, number)
            if failed < len(tasks) and None not in found[:failed]:
                raise self._whole_error(tasks, found[failed])
            self._tell(tasks, found)
        return found

    def _tell(self, tasks: Sequence[Task], found: Sequence[Outcome | None]) -> None:
        if self._listeners.progress is None or tasks[0].again is not None:
            return
        lead = self._plan.feeds[0].stream
        rows = sum(one.rows[lead] for one in found if one is not None and one.rows)
        done = sum(
            stamp.size
            for task, one in zip(tasks, found, strict=True)
            if one is not None
            for window in task.windows
            for stamp in window.stamps
        )
        total = sum(source.bytes_total or 0 for source in self._sources)
        self._listeners.progress(rows, min(done, total), total)

    # --- counting ------------------------------------------------------------------------------------------

    def _counted(self, least: int) -> list[list[int]]:
        """The rows of each part of each stream."""
        counts: list[list[int]] = []
        words = Words.of(self._request)
        for number, source in enumerate(self._sources):
            windows = [window for (window,) in whole_parts([source], least)]
            tasks = [(Task(words, self._alone(number, window)), number) for window in windows]
            outcomes: list[Any] = [None] * len(tasks)
            for at, outcome in self._cluster.results(work.count, tasks):
                outcomes[at] = outcome
            errors = [outcome.error for outcome in outcomes if outcome.error is not None]
            if errors:
                raise errors[0]
            counts.append([rows for outcome in outcomes for rows in outcome.parts[0][0]])
        return counts

    def _alone(self, number: int, window: Window) -> tuple[Window, ...]:
        """A window of one stream, and of the others nothing that is read."""
        return tuple(window if at == number else Window(0, 0) for at in range(len(self._sources)))

    # --- errors as one run would tell them -----------------------------------------------------------------

    def _whole_error(self, tasks: Sequence[Task], outcome: Outcome) -> LosscliError:
        """The error of a task as a run over all rows tells it: bad cells are counted over all parts."""
        error, stream = outcome.error, outcome.stream
        assert error is not None
        if not isinstance(error, CellError) or stream is None:
            return error
        source = self._sources[stream]
        windows = [window for (window,) in whole_parts([source], self._least())]
        looks = [(Task(tasks[0].words, self._alone(stream, window)), stream) for window in windows]
        found: list[Any] = [None] * len(looks)
        for at, one in self._cluster.results(work.look_for_cells, looks):
            found[at] = one.error
        faults = [one for one in found if isinstance(one, CellError)]
        cells = [cell for fault in faults for cell in fault.cells]
        total = sum(fault.total for fault in faults)
        return CellError(cells[: CellError.shown], total, hint=faults[0].hint) if faults else error

    def _lengths(self, totals: Sequence[int], counts: Sequence[Sequence[int]]) -> PairingError:
        """The error for streams of other lengths, with the place of the first row without a partner."""
        plan = self._plan
        streams = [Stream(one.source, tuple(one.columns), one.keys) for one in plan.streams]
        shortest = min(totals)
        places: dict[int, Place] = {}
        for number, total in enumerate(totals):
            if total > shortest:
                places[number] = _place_of(plan.streams[number].source, counts[number], shortest)
        return lengths_error(streams, Counts(list(totals), [0] * len(totals)), places)


def _all(source: Any) -> Window:
    count = len(sizes(source))
    return Window(0, count, stamps(source, 0, count))


def _place_of(source: Any, rows: Sequence[int], row: int) -> Place:
    """Where row `row` (from 0) stands."""
    part = 0
    while row >= rows[part]:
        row -= rows[part]
        part += 1
    window = Window(part, part + 1, stamps(source, part, part + 1), row, 1)
    for block in Slice(source, window).read([Column(0, "note")]):
        return Place(block.places.file, block.places.line(0))
    raise AssertionError("a part has fewer rows than were counted")
