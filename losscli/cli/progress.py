"""Progress on standard error: only on a terminal, only when a run lasts longer than a second."""

from __future__ import annotations

from time import monotonic
from types import TracebackType
from typing import Any

WAIT = 1.0
"""Seconds that a run may last unnoticed."""
EVERY = 0.1
"""Seconds between two updates."""


class Progress:
    """Told how far the reading is; draws a line once the run has lasted long enough, and removes it at the
    end."""

    def __init__(self) -> None:
        self._started = monotonic()
        self._told = 0.0
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Progress:
        return self

    def __call__(self, rows: int, bytes_read: int, bytes_total: int | None) -> None:
        """Rows and bytes read so far; `bytes_total` is None where nobody knows."""
        now = monotonic()
        if now - self._started < WAIT or now - self._told < EVERY:
            return
        self._told = now
        if self._bar is None:
            self._begin()
        rate = rows / (now - self._started)
        words = f"{rows:,} rows, {bytes_read / 1e6:,.0f} MB, {rate / 1e6:.2f} million rows/s"
        self._bar.update(self._task, completed=bytes_read, total=bytes_total, words=words)
        self._bar.refresh()

    def _begin(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        columns = (
            BarColumn(20),
            TaskProgressColumn(),
            TextColumn("{task.fields[words]}"),
            TimeRemainingColumn(),
        )
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False)
        self._task = self._bar.add_task("", total=None, words="")
        self._bar.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
