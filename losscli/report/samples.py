"""The rows that a report shows: which ones, their inputs, their losses."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from losscli.report.tables import Cell, Column, Kind, Table


@dataclass(frozen=True, slots=True)
class Sample:
    """One row: its number in the target, its id when paired by key, the input cells, and a value per result.

    `gradients` holds, per result, the derivative by each cell of the last input, or is empty when none was asked for.
    """

    row: int
    id: str | None
    cells: tuple[Cell, ...]
    values: tuple[float, ...]
    gradients: tuple[tuple[float, ...], ...] = ()
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Samples:
    """The rows that are shown. `choice` is file, largest or worst; `total` counts all scored rows.

    `inputs` names the input cells: (key, title, kind, drop). `totals` holds the exact sum of each result, the whole
    that shares are of. `everything` is true where every row was asked for, so that JSON lists them.
    """

    choice: str = "file"
    rows: tuple[Sample, ...] = ()
    total: int = 0
    inputs: tuple[Column, ...] = ()
    totals: tuple[float, ...] = ()
    id_name: str | None = None
    direction: str = "minimize"
    everything: bool = False
    gradient_columns: tuple[tuple[str, ...], ...] = ()

    def per_sample(self, results: int) -> list[list[dict[str, Any]]]:
        """For each result the `per_sample` list of JSON."""
        return [[_entry(sample, position) for sample in self.rows] for position in range(results)]

    def records(self, labels: tuple[str, ...]) -> Table:
        """The one shape of per-sample records: row, id, a column per result, `gradient(SPEC)`."""
        ids = (Column("id", "id"),) if self.id_name is not None else ()
        columns = (Column("row", "row", Kind.WHOLE), *ids, *_value_columns(labels, self.gradient_columns))
        rows = [
            (sample.row, *((sample.id,) if ids else ()), *sample.values, *(s for g in sample.gradients for s in g))
            for sample in self.rows
        ]
        return Table("samples", columns, rows)


def _value_columns(labels: tuple[str, ...], gradients: tuple[tuple[str, ...], ...]) -> tuple[Column, ...]:
    values = tuple(Column(label, label, Kind.VALUE) for label in labels)
    slopes = tuple(
        Column(f"gradient({label}){name}", f"gradient({label}){name}", Kind.VALUE)
        for label, names in zip(labels, gradients, strict=False)
        for name in names
    )
    return (*values, *slopes)


def _entry(sample: Sample, position: int) -> dict[str, Any]:
    value = sample.values[position]
    entry: dict[str, Any] = {"row": sample.row}
    if sample.id is not None:
        entry["id"] = sample.id
    entry["value"] = value if math.isfinite(value) else None
    if not math.isfinite(value):
        entry["status"] = "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    if sample.gradients:
        slopes = [slope if math.isfinite(slope) else None for slope in sample.gradients[position]]
        entry["gradient"] = slopes[0] if len(slopes) == 1 else slopes
    return entry


@dataclass(frozen=True, slots=True)
class SampleTable:
    """Lays the shown rows out as a table: row, id, inputs, a column per result, share and bar of the first."""

    samples: Samples
    labels: tuple[str, ...]
    heading: tuple[str, ...]

    def table(self) -> Table:
        """The per-sample table with its note: which rows these are."""
        shown = self.samples
        ids = (Column("id", shown.id_name or "id"),) if shown.id_name is not None else ()
        shares = (Column("share", "share", Kind.SHARE, drop=8), Column("bar", "", Kind.BAR, drop=9))
        columns = (Column("row", "row", Kind.WHOLE), *ids, *shown.inputs, *_value_columns(self.labels, shown.gradient_columns))
        if self._has_shares:
            columns += shares
        rows = [self._row(sample) for sample in shown.rows]
        return Table("samples", columns, rows, heading=self.heading, centred_notes=(self._note(),))

    @property
    def _has_shares(self) -> bool:
        totals = self.samples.totals
        return bool(totals) and math.isfinite(totals[0]) and totals[0] > 0 and self.samples.direction == "minimize"

    def _row(self, sample: Sample) -> tuple[Cell, ...]:
        ids: tuple[Cell, ...] = (sample.id,) if self.samples.id_name is not None else ()
        slopes = tuple(slope for slopes in sample.gradients for slope in slopes)
        cells: tuple[Cell, ...] = (sample.row, *ids, *sample.cells, *sample.values, *slopes)
        if not self._has_shares:
            return cells
        carried = sample.weight * sample.values[0]
        longest = max(other.weight * other.values[0] for other in self.samples.rows)
        return (*cells, carried / self.samples.totals[0], carried / longest if longest > 0 else 0.0)

    def _note(self) -> str:
        shown = self.samples
        count = len(shown.rows)
        if shown.choice == "file" and count == shown.total:
            return f"(all {count:,} rows in file order)"
        order = {
            "file": "the first in file order",
            "largest": "largest loss first" if shown.direction == "minimize" else "lowest score first",
        }[shown.choice]
        carried = ""
        if shown.choice == "largest" and self._has_shares:
            share = sum(sample.weight * sample.values[0] for sample in shown.rows) / shown.totals[0]
            carried = f", {100 * share:.1f} % of the total"
        return f"({count:,} of {shown.total:,} rows, {order}{carried})"
