"""Threads that share the work of one evaluation: parsing and scoring, never more than `--jobs` at a time."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")


def usable_cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


class Job(Generic[Result]):
    """Work that was handed in; `result` waits for it."""

    def __init__(self, work: Callable[[], Result]) -> None:
        self._work: Callable[[], Result] | None = work
        self._finished = threading.Event()
        self._result: Result | None = None
        self._error: BaseException | None = None

    def run(self) -> None:
        """Do the work; told by the thread that took it."""
        assert self._work is not None
        try:
            self._result = self._work()
        except BaseException as error:
            self._error = error
        self._work = None  # lets go of the blocks
        self._finished.set()

    def drop(self) -> None:
        """Give the work up: nobody will do it, and who waits for it gets an error."""
        self._error = RuntimeError("the workers were closed")
        self._work = None
        self._finished.set()

    @property
    def done(self) -> bool:
        """Whether `result` would not wait."""
        return self._finished.is_set()

    def result(self) -> Result:
        """What the work gave, once it is done. Raises what it raised."""
        self._finished.wait()
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value]


class Workers:
    """At most `count` daemon threads, started when there is work for them.

    Urgent work goes first: it sets free what others wait for. Who hands in work must not wait for it inside
    other work.
    """

    def __init__(self, count: int) -> None:
        if count < 1:
            raise ValueError("there is at least one worker")
        self.count = count
        self._waiting: deque[Job[Any]] = deque()
        self._urgent: deque[Job[Any]] = deque()
        self._changed = threading.Condition()
        self._idle = 0
        self._started = 0
        self._closed = False

    def submit(self, work: Callable[[], Result], *, urgent: bool = False) -> Job[Result]:
        """Hand in work; it begins when a thread is free."""
        job = Job(work)
        with self._changed:
            if self._closed:
                job.drop()
                return job
            (self._urgent if urgent else self._waiting).append(job)
            if self._idle:
                self._changed.notify()
            elif self._started < self.count:
                self._started += 1
                threading.Thread(target=self._run, daemon=True, name="losscli-worker").start()
        return job

    def close(self) -> None:
        """Let the threads end after the work they are at; what waits is given up."""
        with self._changed:
            self._closed = True
            for job in (*self._urgent, *self._waiting):
                job.drop()
            self._waiting.clear()
            self._urgent.clear()
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not (self._urgent or self._waiting or self._closed):
                    self._idle += 1
                    self._changed.wait()
                    self._idle -= 1
                if self._closed:
                    return
                job = (self._urgent or self._waiting).popleft()
            job.run()
            del job  # or its blocks would live until the next one
