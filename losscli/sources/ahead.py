"""Work ahead on threads: the results come in order, only a few are made before they are asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

Piece = TypeVar("Piece")
Result = TypeVar("Result")


class Ahead(Generic[Piece, Result]):
    """Applies `work` to the pieces of an iterator on `threads` daemon threads.

    The iterator is advanced by one thread at a time; at most `limit` results wait. An exception of either
    comes out where its result would have come. Closing ends the threads without waiting for a read that
    blocks.
    """

    def __init__(
        self, pieces: Iterator[Piece], work: Callable[[Piece], Result], *, threads: int, limit: int
    ) -> None:
        self._pieces = pieces
        self._work = work
        self._taking = threading.Lock()
        self._changed = threading.Condition()
        self._permits = threading.Semaphore(limit)
        self._done: dict[int, Result | BaseException] = {}
        self._taken = 0
        self._end: int | None = None
        self._closed = False
        for _ in range(threads):
            threading.Thread(target=self._run, daemon=True, name="losscli-reader").start()

    def _run(self) -> None:
        while True:
            self._permits.acquire()
            with self._taking:
                if self._closed or self._end is not None:
                    self._permits.release()
                    return
                number = self._taken
                piece = self._take(number)
            if piece is None:
                self._permits.release()
                return
            try:
                result: Result | BaseException = self._work(piece[0])
            except BaseException as error:
                result = error
            with self._changed:
                self._done[number] = result
                self._changed.notify_all()

    def _take(self, number: int) -> tuple[Piece] | None:
        """The next piece, in a tuple; None at the end, which an exception of the iterator is too."""
        try:
            piece = next(self._pieces)
        except BaseException as error:
            with self._changed:
                if not isinstance(error, StopIteration):
                    self._done[number] = error
                    number += 1
                self._end = number
                self._changed.notify_all()
            return None
        self._taken += 1
        return (piece,)

    def __iter__(self) -> Iterator[Result]:
        number = 0
        try:
            while True:
                with self._changed:
                    while number not in self._done and (self._end is None or number < self._end):
                        self._changed.wait()
                    if number not in self._done:
                        return
                    result = self._done.pop(number)
                self._permits.release()
                if isinstance(result, BaseException):
                    raise result
                yield result
                del result
                number += 1
        finally:
            self.close()

    def close(self) -> None:
        """Let the threads end after the piece they are at."""
        self._closed = True
        self._permits.release()
