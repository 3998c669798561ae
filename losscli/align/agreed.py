"""The keys of the rows that came in the same order, kept because none may come again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from losscli.align.keys import KeyPart, ascends
from losscli.align.store import Memory, Store
from losscli.arrays import Integers

_CODE_AND_ROW = 16


class AgreedKeys:
    """Keys in order of the rows. Numbers that count upwards take no memory; the others are stored.

    `ascending` tells that every key is above the one before it, so that none can stand twice.
    """

    def __init__(self, memory: Memory) -> None:
        self.rows = 0
        self.ascending = True
        self._memory = memory
        self._runs: list[tuple[int, range]] = []
        self._store = Store(memory)
        self._starts: list[int] = []
        self._last: Any = None

    def add(self, part: KeyPart) -> None:
        """The keys of one more block. Raises WriteError where the disk is needed and cannot be written."""
        if not len(part):
            return
        first, last = (
            part[index] if isinstance(part, np.ndarray) else part[index].as_py() for index in (0, -1)
        )
        if self.ascending:
            above = self._last is None or (_comparable(self._last, first) and self._last < first)
            self.ascending = bool(above) and ascends(part)
        self._last = last
        if self.ascending and isinstance(part, np.ndarray) and int(last) - int(first) == len(part) - 1:
            self._add_run(range(int(first), int(last) + 1))
        else:
            self._starts.append(self.rows)
            self._store.append((part,))
        self.rows += len(part)

    def _add_run(self, run: range) -> None:
        if self._runs:
            start, before = self._runs[-1]
            if before.stop == run.start and start + len(before) == self.rows:
                self._runs[-1] = (start, range(before.start, run.stop))
                return
        self._runs.append((self.rows, run))

    @property
    def size(self) -> int:
        """The bytes that they take with their codes and rows."""
        return self._store.piles[0].bytes + _CODE_AND_ROW * self.rows

    def parts(self, step: int) -> Iterator[tuple[int, KeyPart]]:
        """The first row and the keys of every piece."""
        for row, run in self._runs:
            for start in range(0, len(run), step):
                piece = run[start : start + step]
                numbers: Integers = np.arange(piece.start, piece.stop, dtype=np.int64)
                yield row + start, numbers
        for row, (part,) in zip(self._starts, self._store.finish().piles[0].bundles(), strict=True):
            yield row, part


def _comparable(before: Any, after: Any) -> bool:
    return isinstance(before, str) == isinstance(after, str)
