"""Pairing by position on a cluster: tasks are ranges of rows, cut where part files end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from losscli.align import Stream
from losscli.align.position import lengths_error
from losscli.align.streams import Counts
from losscli.engine.cluster import task as work
from losscli.engine.cluster.calls import Calls
from losscli.engine.cluster.fold import sketch_points
from losscli.engine.cluster.slices import Slice, Window, by_rows, sizes, stamps, whole_parts
from losscli.engine.cluster.task import Again, Coders, Outcome, Task
from losscli.errors import LosscliError, PairingError, Place
from losscli.sources.parts_source import PartsSource
from losscli.sources.records import Column, Source


class ByPosition:
    """Looks at rows that pair by position."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._tasks: list[Task] = []
        self._outcomes: list[Outcome] = []

    def first(self) -> list[Outcome]:
        """Every row scored once. Parts that hold the same rows of every input need no counting; where they
        turn out not to, the rows are counted first."""
        sources, least = self._calls.sources, self._calls.least
        if not all(isinstance(source, PartsSource) for source in sources):
            return self._scored([tuple(_all(source) for source in sources)])
        if len({len(sizes(source)) for source in sources}) == 1:
            try:
                return self._scored(whole_parts(sources, least))
            except LosscliError:
                if len(sources) == 1:
                    raise
                counts = self._counted()
                if all(rows == counts[0] for rows in counts):
                    raise  # else it may come from rows that do not belong together
        else:
            counts = self._counted()
        outcomes = self._scored(by_rows(sources, counts, self._calls.plan.feeds[0].stream, least))
        totals = [sum(rows) for rows in counts]
        if len(set(totals)) > 1:
            raise self._lengths(totals, counts)
        return outcomes

    def recoded(self, coders: Coders, numbers: Sequence[int]) -> list[Outcome]:
        """Some tasks done again, now that all labels are known; the others only take note of them."""
        self._tasks = [task._replace(coders=coders) for task in self._tasks]
        found = self._calls.done([self._tasks[number] for number in numbers]) if numbers else []
        for number, outcome in zip(numbers, found, strict=True):
            self._outcomes[number] = outcome
        return self._outcomes

    def again(self, again: Again) -> list[Outcome]:
        """A further look at all rows."""
        return self._calls.done([task._replace(again=again) for task in self._tasks])

    @property
    def parts(self) -> list[list[tuple[list[int], list[str]]]]:
        """Of each stream, what each task told of its parts."""
        streams = range(len(self._calls.plan.streams))
        return [[outcome.parts[stream] for outcome in self._outcomes] for stream in streams]

    def labels(self) -> Coders:
        """What the labels of all rows decide, in the order of the rows; the plan's coders know it
        afterwards."""
        feeds = self._calls.plan.feeds
        for outcome in self._outcomes:
            for feed, seen in zip(feeds, outcome.coders, strict=True):
                if feed.coder is not None and seen:
                    feed.coder.start_from(seen)
        return tuple(() if feed.coder is None else feed.coder.seen() for feed in feeds)

    def _scored(self, windows: Sequence[tuple[Window, ...]]) -> list[Outcome]:
        words = self._calls.words(sketch_points(len(windows)))
        self._tasks = [Task(words, window) for window in windows]
        self._outcomes = self._calls.done(self._tasks)
        return self._outcomes

    def _counted(self) -> list[list[int]]:
        """The rows of each part of each stream."""
        counts: list[list[int]] = []
        for stream in range(len(self._calls.sources)):
            tasks = [(task, stream) for task in self._calls.tasks_of(stream, self._calls.words())]
            outcomes: list[Any] = [None] * len(tasks)
            for at, outcome in self._calls.cluster.results(work.count, tasks):
                outcomes[at] = outcome
            errors = [outcome.error for outcome in outcomes if outcome.error is not None]
            if errors:
                raise errors[0]
            counts.append([rows for outcome in outcomes for rows in outcome.parts[0][0]])
        return counts

    def _lengths(self, totals: Sequence[int], counts: Sequence[Sequence[int]]) -> PairingError:
        """The error for streams of other lengths, with the place of the first row without a partner."""
        plan = self._calls.plan
        streams = [Stream(one.source, tuple(one.columns), one.keys) for one in plan.streams]
        places: dict[int, Place] = {}
        for number, total in enumerate(totals):
            if total > min(totals):
                places[number] = _place_of(plan.streams[number].source, counts[number], min(totals))
        return lengths_error(streams, Counts(list(totals), [0] * len(totals)), places)


def _all(source: Source) -> Window:
    count = len(sizes(source))
    return Window(0, count, stamps(source, 0, count))


def _place_of(source: Source, rows: Sequence[int], row: int) -> Place:
    """Where row `row` (from 0) stands."""
    part = 0
    while row >= rows[part]:
        row -= rows[part]
        part += 1
    window = Window(part, part + 1, stamps(source, part, part + 1), row, 1)
    for block in Slice(source, window).read([Column(0, "note")]):
        return Place(block.places.file, block.places.line(0))
    raise AssertionError("a part has fewer rows than were counted")
