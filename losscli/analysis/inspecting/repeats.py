"""How many rows repeat an earlier one, in flat memory: exact while there are few different rows, estimated
beyond that."""

from __future__ import annotations

import numpy as np

from losscli.arrays import Rows, Unsigned
from losscli.engine.rowset import Rowset

MOST_KEPT = 1 << 17
GATHERED = 1 << 18
"""Hashes that wait to be sorted together."""

_MIX = np.uint64(0x9E3779B97F4A7C15)
_SECOND = np.uint64(0xC2B2AE3D27D4EB4F)
_SHIFT = np.uint64(32)


def row_hashes(blocks: tuple[Rows, ...]) -> Unsigned:
    """(n,) 64-bit hashes of the cells of each row; -0 and 0 are one."""
    found = np.zeros(len(blocks[0]), dtype=np.uint64)
    for block in blocks:
        for column in block.T:
            bits = np.ascontiguousarray(column + 0.0).view(np.uint64)
            found = (found ^ bits) * _MIX
            found = (found ^ (found >> _SHIFT)) * _SECOND
    return found ^ (found >> _SHIFT)


class Repeats:
    """Keeps the hashes below a limit, which halves whenever too many are kept: a sample of the different
    rows."""

    def __init__(self) -> None:
        self._kept: Unsigned = np.zeros(0, dtype=np.uint64)
        self._waiting: list[Unsigned] = []
        self._halvings = 0
        self.rows = 0

    def add(self, rowset: Rowset) -> None:
        """Look at more rows."""
        self.rows += rowset.count
        self._waiting.append(self._few(row_hashes(rowset.inputs)))
        if sum(map(len, self._waiting)) > GATHERED:
            self._settle()

    def _settle(self) -> None:
        """Sort what waits into what is kept."""
        found = np.sort(np.concatenate([self._kept, *self._waiting]))  # np.unique's hash table takes longer
        new = np.ones(len(found), dtype=np.bool_)
        new[1:] = found[1:] != found[:-1]
        self._kept, self._waiting = found[new], []
        while len(self._kept) > MOST_KEPT:
            self._halvings += 1
            self._kept = self._few(self._kept)

    def _few(self, hashes: Unsigned) -> Unsigned:
        if not self._halvings:
            return hashes
        return hashes[hashes < np.uint64(1 << (64 - self._halvings))]

    @property
    def exact(self) -> bool:
        """Whether the number is exact, but for the chance of equal hashes."""
        self._settle()
        return self._halvings == 0

    @property
    def different(self) -> int:
        """The number of different rows."""
        self._settle()
        return min(self.rows, len(self._kept) << self._halvings)

    @property
    def repeated(self) -> int:
        """The number of rows that repeat an earlier one."""
        return self.rows - self.different
