"""Work ahead: pieces are taken by a thread of their own, worked on by the workers, and come out in order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import Generic, TypeVar

from losscli.workers import Job, Workers

Piece = TypeVar("Piece")
Result = TypeVar("Result")


class Ahead(Generic[Piece, Result]):
    """Applies `work` to the pieces of an iterator on `workers`; iterate it once for the results, in order.

    One daemon thread advances the iterator, so that a pipe that gives nothing holds up nobody else. There
    are at most two more pieces on their way than there are workers. An exception of either comes out where
    its result would have come. Closing does not wait for a read that blocks.
    """

    def __init__(self, pieces: Iterator[Piece], work: Callable[[Piece], Result], workers: Workers) -> None:
        self._pieces = pieces
        self._work = work
        self._workers = workers
        self._permits = threading.Semaphore(workers.count + 2)
        self._taken: SimpleQueue[Job[Result] | BaseException | None] = SimpleQueue()
        self._closed = False
        threading.Thread(target=self._take, daemon=True, name="losscli-reader").start()

    def _take(self) -> None:
        try:
            for piece in self._pieces:
                self._permits.acquire()
                if self._closed:
                    return
                self._taken.put(self._workers.submit(_bound(self._work, piece)))
                del piece  # or it would live while the next one is read
        except BaseException as error:
            self._taken.put(error)
        else:
            self._taken.put(None)

    def __iter__(self) -> Iterator[Result]:
        try:
            while True:
                entry = self._taken.get()
                if entry is None:
                    return
                if isinstance(entry, BaseException):
                    raise entry
                result = entry.result()
                del entry
                self._permits.release()
                yield result
                del result
        finally:
            self.close()

    def close(self) -> None:
        """Let the thread end after the piece it is at."""
        self._closed = True
        self._permits.release()


def _bound(work: Callable[[Piece], Result], piece: Piece) -> Callable[[], Result]:
    """The work on one piece; the piece is let go when the work is."""
    return lambda: work(piece)
