"""Runs losscli with a stopwatch around each stage of an evaluation.

    python tests/benchmarks/timed_stages.py REPORT ARGUMENTS...

REPORT receives a JSON object: the processor seconds of each stage over all threads, and of the process. A
stage within another one counts for itself. Clocks are read once a block and cost nothing that could be seen.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from watched import run_watched

from losscli.align.streams import Lockstep
from losscli.engine.guard import Guard
from losscli.engine.rows import RowReader
from losscli.engine.sums import Sums
from losscli.numerics.exact import ExactSum
from losscli.registry import BoundLoss
from losscli.sources.csv_parse import ChunkParser
from losscli.sources.csv_rows import RowCutter

TIMED = (
    ("read and cut", RowCutter, "__iter__"),
    ("parse", ChunkParser, "__call__"),
    ("align", Lockstep, "__iter__"),
    ("align", RowReader, "_rowset"),
    ("check domains", Guard, "check"),
    ("loss", BoundLoss, "rows"),
    ("reductions but sums", Sums, "add"),
    ("exact sums", ExactSum, "add"),
    ("exact sums", ExactSum, "add_with_squares"),
    ("exact sums", ExactSum, "add_products"),
    ("exact sums", ExactSum, "merge"),
)
"""The methods that are timed; what a generator does between two results is timed as well."""


class Stages:
    """Processor seconds by stage, over threads; the clock of an outer stage stops while an inner one runs."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.own = threading.local()
        self.seconds: dict[str, float] = {}

    def enter(self, stage: str) -> None:
        """The thread begins a stage."""
        running = self._running()
        now = time.thread_time()
        if running:
            self._book(running[-1][0], now - running[-1][1])
        running.append([stage, now])

    def leave(self) -> None:
        """The thread ends the stage that it began last."""
        running = self._running()
        now = time.thread_time()
        stage, since = running.pop()
        self._book(stage, now - since)
        if running:
            running[-1][1] = now

    def _running(self) -> list[list[Any]]:
        if not hasattr(self.own, "running"):
            self.own.running = []
        found: list[list[Any]] = self.own.running
        return found

    def _book(self, stage: str, seconds: float) -> None:
        with self.lock:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds

    def around(self, stage: str, method: Callable[..., Any]) -> Callable[..., Any]:
        """The same method, timed."""

        @wraps(method)
        def timed(*arguments: Any, **options: Any) -> Any:
            self.enter(stage)
            try:
                return method(*arguments, **options)
            finally:
                self.leave()

        return timed

    def through(self, stage: str, method: Callable[..., Any]) -> Callable[..., Any]:
        """The same generator, timed while it works."""

        @wraps(method)
        def timed(*arguments: Any) -> Any:
            steps = method(*arguments)
            while True:
                self.enter(stage)
                try:
                    step = next(steps)
                except StopIteration:
                    return
                finally:
                    self.leave()
                yield step

        return timed


def main() -> None:
    """Wraps the stages, runs the command, writes the report before the process is left."""
    path, *arguments = sys.argv[1:]
    stages = Stages()
    for stage, owner, name in TIMED:
        wrap = stages.through if name == "__iter__" else stages.around
        setattr(owner, name, wrap(stage, getattr(owner, name)))
    run_watched(path, arguments, lambda: {"stages": stages.seconds, "process": time.process_time()})


if __name__ == "__main__":
    main()
