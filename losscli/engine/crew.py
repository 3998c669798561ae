"""Rowsets scored side by side, each worker with a tally of its own; the values come out in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from losscli.engine.rowset import Rowset
from losscli.engine.tally import Scored, Tally
from losscli.workers import Job, Workers

WAITING = 2
"""Rowsets that may wait beside those that the workers have, so that nobody runs dry."""


class Crew:
    """Scores rowsets with tallies that are siblings of one, which has scored the first rows already."""

    def __init__(self, tally: Tally, workers: Workers) -> None:
        self._tally = tally
        self._workers = workers
        self._free = [tally]
        self._made: list[Tally] = []
        self._failed = False

    def scored(self, rowsets: Iterator[Rowset]) -> Iterator[tuple[Rowset, Scored | None]]:
        """Every rowset with its values, in order; a few are worked on before they are asked for. After a
        fault the others are only checked, to count all faults."""
        pending: deque[tuple[Rowset, Job[Scored | None]]] = deque()
        for rowset in rowsets:
            pending.append((rowset, self._submit(rowset)))
            del rowset
            while len(pending) > self._workers.count + WAITING or (pending and pending[0][1].done):
                entry, job = pending.popleft()
                yield entry, job.result()
                del entry, job
        for entry, job in pending:
            yield entry, job.result()

    def _submit(self, rowset: Rowset) -> Job[Scored | None]:
        return self._workers.submit(lambda: self._score(rowset), urgent=True)

    def _score(self, rowset: Rowset) -> Scored | None:
        try:
            tally = self._free.pop()
        except IndexError:
            tally = self._tally.sibling()
            self._made.append(tally)
        found = tally.add(rowset, only_check=self._failed)
        self._failed = self._failed or tally.guard.failed
        self._free.append(tally)
        return found

    def finish(self) -> None:
        """Merge all tallies into the first, once every rowset was scored."""
        for tally in self._made:
            self._tally.merge(tally)
