"""Tasks handed out, and their outcomes in order; the first error in the order of the rows counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from losscli.engine.cluster import task as work
from losscli.engine.cluster.connect import Cluster
from losscli.engine.cluster.slices import Window, sizes, whole_parts
from losscli.engine.cluster.task import Outcome, Task, Words
from losscli.engine.plan import Plan
from losscli.engine.request import Progress, Request
from losscli.errors import CellError, LosscliError
from losscli.sources.records import Source

LEAST: Final = 1 << 25
"""Bytes of a task, at least."""
MOST: Final = 1 << 28
"""Bytes of a task, while there are fewer than `TASKS`."""
TASKS: Final = 20_000
EACH: Final = 4
"""Tasks for each thread of the cluster at least, so that none waits long for the last one."""


@dataclass
class Calls:
    """One evaluation, as far as the cluster is asked to do it."""

    request: Request
    plan: Plan
    cluster: Cluster
    progress: Progress | None = None

    @property
    def sources(self) -> list[Source]:
        """What each stream is read from."""
        return [stream.source for stream in self.plan.streams]

    @property
    def least(self) -> int:
        """The bytes of a task."""
        total = sum(sum(sizes(source)) for source in self.sources)
        wanted = min(max(total // (EACH * self.cluster.threads), LEAST), MOST)
        return max(wanted, total // TASKS)

    def words(self, points: int = 0) -> Words:
        """The request, to be sent; `points` is what a sketch keeps."""
        return Words.of(self.request._replace(part=points))

    def alone(self, number: int, window: Window) -> tuple[Window, ...]:
        """A window of one stream, and of the others nothing that is read."""
        return tuple(window if at == number else Window(0, 0) for at in range(len(self.plan.streams)))

    def tasks_of(self, stream: int, words: Words) -> list[Task]:
        """Tasks that together read the parts of one stream alone."""
        windows = [window for (window,) in whole_parts([self.sources[stream]], self.least)]
        return [Task(words, self.alone(stream, window)) for window in windows]

    def done(self, tasks: Sequence[Task]) -> list[Outcome]:
        """What every task found, in order. Raises the error of the first rows that have one."""
        found: list[Any] = [None] * len(tasks)
        failed = len(tasks)
        for number, outcome in self.cluster.results(work.work, [(task,) for task in tasks]):
            found[number] = outcome
            if outcome.error is not None:
                failed = min(failed, number)
            if failed < len(tasks) and None not in found[:failed]:
                raise self.whole_error(found[failed].error, found[failed].stream)
            self._tell(tasks, found)
        return found

    def _tell(self, tasks: Sequence[Task], found: Sequence[Outcome | None]) -> None:
        if self.progress is None or tasks[0].again is not None:
            return
        lead = self.plan.feeds[0].stream
        ready = [(task, one) for task, one in zip(tasks, found, strict=True) if one is not None and one.rows]
        stamps = [stamp for task, _ in ready for window in task.windows for stamp in window.stamps]
        total = sum(source.bytes_total or 0 for source in self.sources)
        self.progress(sum(one.rows[lead] for _, one in ready), sum(one.size for one in stamps), total)

    def whole_error(self, error: LosscliError, stream: int | None) -> LosscliError:
        """An error as a run over all rows tells it: bad cells are counted over all parts of their stream."""
        if not isinstance(error, CellError) or stream is None:
            return error
        looks = [(task, stream) for task in self.tasks_of(stream, self.words())]
        found: list[Any] = [None] * len(looks)
        for at, one in self.cluster.results(work.look_for_cells, looks):
            found[at] = one.error
        faults = [one for one in found if isinstance(one, CellError)]
        cells = [cell for fault in faults for cell in fault.cells]
        total = sum(fault.total for fault in faults)
        return CellError(cells[: CellError.shown], total, hint=faults[0].hint) if faults else error
