"""The rows that stand out of all paired ones, kept while the rows stream by: the same for every order."""

from __future__ import annotations

import numpy as np

from losscli.analysis.baseline_pairing import PairedValues
from losscli.arrays import Floats, Integers, Mask
from losscli.errors import Place
from losscli.records import NamedTuple
from losscli.report.change import RowChange


class Candidates(NamedTuple):
    """Rows that may stand out: their keys (n,), their positions among the paired rows, their values then and
    now."""

    keys: Floats
    at: Integers
    then: Floats
    now: Floats

    def part(self, rows: Integers | Mask) -> Candidates:
        """Some of them."""
        return Candidates(self.keys[rows], self.at[rows], self.then[rows], self.now[rows])


class LargestRows:
    """Keeps the rows with the largest keys, largest first; of equal ones those that come first in the
    target."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: list[RowChange] = []

    def add(self, found: Candidates, paired: PairedValues) -> None:
        """Look at some of the paired rows; a key is above 0."""
        if len(self._kept) == self._most:
            found = found.part(found.keys >= self._kept[-1].carried)
        if len(found.keys) > self._most:
            order = np.lexsort((paired.rows[found.at], -found.keys))
            found = found.part(order[: self._most])
        if len(found.keys):
            kept = [*self._kept, *_records(found, paired)]
            self._kept = sorted(kept, key=lambda one: (-one.carried, one.row))[: self._most]

    @property
    def rows(self) -> list[RowChange]:
        """The rows."""
        return list(self._kept)


def _records(found: Candidates, paired: PairedValues) -> list[RowChange]:
    records = []
    for key, at, then, now in zip(*(column.tolist() for column in found), strict=True):
        place = Place(paired.places.part(at, at + 1).file, paired.places.line(at))
        name = None if paired.ids is None else str(paired.ids[at])
        records.append(RowChange(int(paired.rows[at]), name, then, now, key, place, paired.lined))
    return records
