"""Runs losscli with a stopwatch around every addition to an exact sum.

    python tests/benchmarks/timed_sum.py REPORT ARGUMENTS...

REPORT receives a JSON object: the seconds and processor seconds spent in the sums, the calls, the values
added. Two clock readings around a block of many thousand rows cost nothing that could be seen.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from watched import run_watched

from losscli.numerics.exact import ExactSum

ADDING = ("add", "add_squares", "add_with_squares", "add_products", "add_weighted_squares", "merge")


class Stopwatch:
    """Adds up over threads; a call within a timed call is part of it, not counted twice."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.inside = threading.local()
        self.report = {"seconds": 0.0, "processor": 0.0, "calls": 0, "values": 0}

    def around(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """The same method, timed."""

        @wraps(method)
        def timed(total: ExactSum, *blocks: Any) -> Any:
            if getattr(self.inside, "busy", False):
                return method(total, *blocks)
            self.inside.busy = True
            wall, processor = time.perf_counter(), time.thread_time()
            try:
                return method(total, *blocks)
            finally:
                self.inside.busy = False
                taken = time.perf_counter() - wall, time.thread_time() - processor
                self.count(taken, getattr(blocks[0], "size", 0))

        return timed

    def count(self, taken: tuple[float, float], values: int) -> None:
        """Books one call."""
        with self.lock:
            self.report["seconds"] += taken[0]
            self.report["processor"] += taken[1]
            self.report["calls"] += 1
            self.report["values"] += values


def main() -> None:
    """Wraps the sums, runs the command, writes the report before the process is left, however it leaves."""
    path, *arguments = sys.argv[1:]
    watch = Stopwatch()
    for name in ADDING:
        setattr(ExactSum, name, watch.around(getattr(ExactSum, name)))
    run_watched(path, arguments, lambda: watch.report)


if __name__ == "__main__":
    main()
