"""The rows that a report shows: which ones, their inputs, their losses."""

from __future__ import annotations

import math
from typing import Any, Final

from losscli.records import NamedTuple
from losscli.report.tables import Cell, Column, Kind, Table

_SHORT_TITLE: Final = 12


class SampleColumns(NamedTuple):
    """The columns of per-sample records: a label per result, the names of its gradient's columns, whether ids
    exist.

    A gradient with one column has the name "" (`gradient(SPEC)`), one with several `[name]` each.
    """

    labels: tuple[str, ...]
    gradients: tuple[tuple[str, ...], ...] = ()
    ids: bool = False

    def gradient_names(self) -> tuple[str, ...]:
        """The name of every gradient column."""
        pairs = zip(self.labels, self.gradients, strict=False)
        return tuple(f"gradient({label}){name}" for label, names in pairs for name in names)

    def names(self) -> tuple[str, ...]:
        """The name of every column, in order."""
        return ("row", *(("id",) if self.ids else ()), *self.labels, *self.gradient_names())


class Sample(NamedTuple):
    """One row: its number in the target, its id when paired by key, the input cells, and a value per result.

    `gradients` holds, per result, the derivative by each cell of the last input, or is empty when none was
    asked for. `line` says where the prediction stands in its file (of several part files with its name),
    where that is asked for and a text.
    """

    row: int
    id: str | None
    cells: tuple[Cell, ...]
    values: tuple[float, ...]
    gradients: tuple[tuple[float, ...], ...] = ()
    weight: float = 1.0
    line: str = ""


class Samples(NamedTuple):
    """The rows that are shown. `choice` is file, largest or worst; `total` counts all scored rows.

    `inputs` names the input cells: (key, title, kind, drop). `totals` holds the exact sum of each result,
    the whole that shares are of. `id_name` heads the ids where rows have some to show; `keyed` is true
    where rows were paired by them, so that records have them too. `everything` is true where every row was
    asked for, so that JSON lists them.
    """

    choice: str = "file"
    rows: tuple[Sample, ...] = ()
    total: int = 0
    inputs: tuple[Column, ...] = ()
    totals: tuple[float, ...] = ()
    id_name: str | None = None
    keyed: bool = False
    direction: str = "minimize"
    everything: bool = False
    gradient_columns: tuple[tuple[str, ...], ...] = ()

    def per_sample(self, results: int) -> list[list[dict[str, Any]]]:
        """For each result the `per_sample` list of JSON."""
        return [[_entry(sample, position, self.keyed) for sample in self.rows] for position in range(results)]

    def records(self, labels: tuple[str, ...]) -> Table:
        """The one shape of per-sample records: row, id, a column per result, `gradient(SPEC)`."""
        ids = (Column("id", "id"),) if self.keyed else ()
        columns = (Column("row", "row", Kind.WHOLE), *ids, *_value_columns(labels, self.gradient_columns))
        rows = [
            (
                sample.row,
                *((sample.id,) if ids else ()),
                *sample.values,
                *(s for g in sample.gradients for s in g),
            )
            for sample in self.rows
        ]
        return Table("samples", columns, rows)


def _value_columns(labels: tuple[str, ...], gradients: tuple[tuple[str, ...], ...]) -> tuple[Column, ...]:
    slopes = SampleColumns(labels, gradients).gradient_names()
    return tuple(Column(name, name, Kind.VALUE) for name in (*labels, *slopes))


def _entry(sample: Sample, position: int, keyed: bool) -> dict[str, Any]:
    value = sample.values[position]
    entry: dict[str, Any] = {"row": sample.row}
    if keyed:
        entry["id"] = sample.id
    entry["value"] = value if math.isfinite(value) else None
    if not math.isfinite(value):
        entry["status"] = _status(value)
    if sample.gradients:
        slopes = sample.gradients[position]
        found = [slope if math.isfinite(slope) else None for slope in slopes]
        entry["gradient"] = found[0] if len(found) == 1 else found
        if None in found:
            words = [_status(slope) for slope in slopes]
            entry["gradient_status"] = words[0] if len(words) == 1 else words
    return entry


def _status(value: float) -> str:
    if math.isfinite(value):
        return "ok"
    return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"


class SampleTable(NamedTuple):
    """Lays the shown rows out as a table: row, id, inputs, a column per result, share and bar of the
    first."""

    samples: Samples
    labels: tuple[str, ...]
    heading: tuple[str, ...]

    def table(self) -> Table:
        """The per-sample table with its note: which rows these are."""
        shown = self.samples
        ids = (Column("id", shown.id_name or "id"),) if shown.id_name is not None else ()
        lines = self._lines()
        columns = (
            Column("row", "row", Kind.WHOLE),
            *lines,
            *ids,
            *shown.inputs,
            *self._value_columns(),
        )
        if self._has_shares:
            title = "share" if len(self.labels) == 1 else f"{self.labels[0]} share"
            columns += (Column("share", title, Kind.SHARE, drop=8), Column("bar", "", Kind.BAR, drop=9))
        longest = (
            max((self._carried(sample) for sample in shown.rows), default=0.0) if self._has_shares else 0.0
        )
        rows = [self._row(sample, lines, longest) for sample in shown.rows]
        return Table("samples", columns, rows, heading=self.heading, centred_notes=(self._note(),))

    def _lines(self) -> tuple[Column, ...]:
        """The column of lines, where every row has one."""
        lines = [sample.line for sample in self.samples.rows]
        if not lines or not all(lines):
            return ()
        kind = Kind.WHOLE if all(line.isdecimal() for line in lines) else Kind.TEXT
        return (Column("line", "line", kind, drop=6),)

    def _value_columns(self) -> tuple[Column, ...]:
        """A single loss with a long spec stands in the heading; its column is headed shortly."""
        columns = _value_columns(self.labels, self.samples.gradient_columns)
        if len(self.labels) > 1 or len(self.labels[0]) <= _SHORT_TITLE:
            return columns
        short = [column.title.replace(self.labels[0], "loss", 1) for column in columns]
        return tuple(column._replace(title=title) for column, title in zip(columns, short, strict=True))

    def _carried(self, sample: Sample) -> float:
        return sample.weight * sample.values[0]

    @property
    def _has_shares(self) -> bool:
        totals = self.samples.totals
        return (
            bool(totals)
            and math.isfinite(totals[0])
            and totals[0] > 0
            and self.samples.direction == "minimize"
        )

    def _row(self, sample: Sample, lines: tuple[Column, ...], longest: float) -> tuple[Cell, ...]:
        ids: tuple[Cell, ...] = (sample.id,) if self.samples.id_name is not None else ()
        places = [int(sample.line) if one.kind is Kind.WHOLE else sample.line for one in lines]
        slopes = tuple(slope for slopes in sample.gradients for slope in slopes)
        cells: tuple[Cell, ...] = (sample.row, *places, *ids, *sample.cells, *sample.values, *slopes)
        if not self._has_shares:
            return cells
        carried = self._carried(sample)
        return (*cells, carried / self.samples.totals[0], carried / longest if longest > 0 else 0.0)

    def _note(self) -> str:
        shown = self.samples
        count = len(shown.rows)
        if shown.choice == "file" and count == shown.total:
            return "(the only row)" if count == 1 else f"(all {count:,} rows in file order)"
        order = "the first in file order" if shown.choice == "file" else self._worst_first()
        carried = ""
        if shown.choice == "largest" and self._has_shares:
            share = math.fsum(map(self._carried, shown.rows)) / shown.totals[0]
            carried = f", {100 * share:.1f} % of the total"
        return f"({count:,} of {shown.total:,} rows, {order}{carried})"

    def _worst_first(self) -> str:
        """Which rows come first; of several losses it is the first one that decides."""
        several = len(self.labels) > 1
        if self.samples.direction == "minimize":
            weighted = "weight x " if any(sample.weight != 1.0 for sample in self.samples.rows) else ""
            return f"largest {weighted}{self.labels[0] if several else 'loss'} first"
        return f"lowest {self.labels[0] if several else 'score'} first"
