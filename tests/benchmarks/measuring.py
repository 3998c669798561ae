"""Time and peak memory of child processes, taken in turns; medians; tables in markdown.

Imports the standard library only: Linux counts the parent's memory at the fork to the child's peak, so the
parent must be the smallest process of all.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# ru_maxrss counts kilobytes on Linux and bytes on macOS.
PEAK_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Run:
    """One finished child: wall seconds, processor seconds, peak memory in bytes, standard output."""

    seconds: float
    processor: float
    peak: int
    output: str


@dataclass
class Contender:
    """A command that is measured, and its runs so far."""

    name: str
    words: Sequence[str]
    runs: list[Run] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """The median wall time."""
        return statistics.median(run.seconds for run in self.runs)

    @property
    def fastest(self) -> float:
        """The shortest wall time."""
        return min(run.seconds for run in self.runs)

    @property
    def processor(self) -> float:
        """The median of user and system time."""
        return statistics.median(run.processor for run in self.runs)

    @property
    def megabytes(self) -> float:
        """The median peak memory."""
        return statistics.median(run.peak for run in self.runs) / 1e6


def environment() -> Mapping[str, str]:
    """The caller's environment, with this checkout before an installed losscli and compiled modules kept
    as in any installation."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": path}


def run(words: Sequence[str]) -> Run:
    """Runs a command to its end; one that fails ends the benchmark with its message."""
    start = time.perf_counter()
    child = subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, env=environment()
    )
    assert child.stdout is not None
    with child.stdout as pipe:
        output = pipe.read()
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"{' '.join(words)}: exit {child.returncode}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * PEAK_UNIT, output)


def warm_up(contenders: Sequence[Contender]) -> None:
    """Runs each once and forgets it: the files and the compiled modules are in the caches then."""
    for contender in contenders:
        run(contender.words)


def take_turns(contenders: Sequence[Contender], runs: int) -> None:
    """Each contender `runs` times, in rounds.

    Every other round goes backwards, so that nobody always runs behind the same neighbour.
    """
    for turn in range(runs):
        for contender in contenders if turn % 2 == 0 else reversed(contenders):
            contender.runs.append(run(contender.words))


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a table, first column to the left, numbers to the right."""
    widths = [max(len(cell) for cell in cells) for cells in zip(header, *rows, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    for cells in (header, rule, *rows):
        first, *others = (
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        yield f"| {' | '.join([first, *others])} |"


def installed(distribution: str) -> str | None:
    """The installed version, or None."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def machine() -> str:
    """What the numbers were taken on."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {cores} cores"


def versions(distributions: Sequence[str]) -> str:
    """Names and versions of what is installed of these."""
    found = {name: installed(name) for name in distributions}
    return ", ".join(f"{name} {number}" for name, number in found.items() if number)


def positive(text: str) -> int:
    """A whole number above zero, for argparse; underscores may group its digits."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number
