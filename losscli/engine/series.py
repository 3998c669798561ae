"""Inputs that do not pair by row, such as a training series: read whole, and prepared for each loss."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from losscli.arrays import Floats
from losscli.engine.plan import Plan, Series
from losscli.errors import DataError, DomainError, Place, RowsError
from losscli.registry import BoundLoss, Input


class SeriesData:
    """The values of one such input, by group (one group, named by an empty text, without any)."""

    def __init__(self, series: Series) -> None:
        self.role = series.feed.role
        self.source = series.reading.source.name
        self.rows = 0
        self._values: dict[str, Floats] = {}
        self._prepared: dict[tuple[str, str], float] = {}
        self._read(series)

    def _read(self, series: Series) -> None:
        found: dict[str, list[Floats]] = {}
        position = series.feed.positions[0]
        for block in series.reading.source.read(series.reading.columns):
            values = np.asarray(block.numbers(position), dtype=np.float64)
            self.rows += block.rows
            self._check(series, values, lambda row, block=block: block.place(row, position))
            if series.group is None:
                found.setdefault("", []).append(values)
                continue
            names = np.array([str(name) for name in block.columns[series.group].to_pylist()])
            for name in dict.fromkeys(names.tolist()):
                found.setdefault(name, []).append(values[names == name])
        self._values = {name: np.concatenate(parts) for name, parts in found.items()}
        if not self.rows:
            raise RowsError(f"{self.source} has no data row", hint=f"it holds the {self.role}")

    def _check(self, series: Series, values: Floats, place: object) -> None:
        entry = series.feed.entry
        assert entry is not None
        assert callable(place)
        for fault in entry.domain_for({}).faults(values, 1) if not callable(entry.domain) else ():
            row = int(np.argmax(fault.mask))
            where: Place = place(row)
            raise DomainError(f"{self.role} {values[row]:g} is {fault.words}", place=where)

    def prepared(self, bound: BoundLoss, entry: Input, groups: Sequence[str] | None, rows: int) -> Floats:
        """(n,): what the loss makes of the series, for every row. Raises DataError for a group without
        one."""
        if groups is None:
            return np.full(rows, self._number(bound, entry, ""))
        return np.array([self._number(bound, entry, name) for name in groups])

    def _number(self, bound: BoundLoss, entry: Input, name: str) -> float:
        key = (bound.spec, name)
        if key not in self._prepared:
            if name not in self._values:
                raise DataError(
                    f"the group {name!r} has no {self.role} in {self.source}",
                    hint=f"its groups are {', '.join(list(self._values)[:10])}",
                )
            assert entry.prepare is not None
            self._prepared[key] = entry.prepare(self._values[name], bound.params)
        return self._prepared[key]


def read_series(plan: Plan) -> dict[int, SeriesData]:
    """Every input of this kind, by its position among the loss's inputs."""
    return {series.feed.at: SeriesData(series) for series in plan.series}
