"""The one table that formats of records print, and its cells as text; what every such format shares."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from losscli.outputs.digits import machine
from losscli.outputs.harmless import harmless
from losscli.report import Report
from losscli.report.tables import Cell, Kind, Table


def record_table(report: Report) -> Table:
    """The report's records without what only people see."""
    table = report.main_table()
    kept = [place for place, column in enumerate(table.columns) if column.kind is not Kind.BAR]
    if len(kept) == len(table.columns):
        return table
    rows = [tuple(row[place] for place in kept) for row in table.rows]
    return Table(table.name, tuple(table.columns[place] for place in kept), rows)


def csv_cell(cell: Cell) -> str:
    """A field of CSV: harmless text, quoted as RFC 4180 says where it must be; an empty text is quoted, so
    that it differs from no value."""
    return csv_text(cell) if isinstance(cell, str) else machine(cell)


def csv_text(text: str) -> str:
    """A text as a field of CSV. A formula is left as it is: an id must stay the id."""
    text = harmless(text)
    if text and "," not in text and '"' not in text and text == text.strip(" "):
        return text
    return '"' + text.replace('"', '""') + '"'


def tsv_cell(cell: Cell) -> str:
    """A field of TSV, which knows no quoting: a tab or line break in a text is an escape."""
    return harmless(cell) if isinstance(cell, str) else machine(cell)


def status_of(value: float) -> str | None:
    """The word for a number that is not finite."""
    if math.isfinite(value):
        return None
    return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"


def status_keys(names: tuple[str, ...]) -> dict[str, str]:
    """For each number column the key that says why its value is null.

    `status` belongs to the only column that is no gradient; with several columns each has `status(COLUMN)`.
    """
    values = [name for name in names if not name.startswith("gradient(")]
    only = values[0] if len(values) == 1 else None
    return {name: "status" if name == only else f"status({name})" for name in names}


def json_records(table: Table) -> Iterator[dict[str, Any]]:
    """Each row as a record of strict JSON; a number that is not finite is None, and its status says what it
    was."""
    numbers = (Kind.VALUE, Kind.INPUT, Kind.SHARE)
    own = {column.key for column in table.columns}
    keys = status_keys(tuple(column.key for column in table.columns if column.kind in numbers))
    for row in table.rows:
        record: dict[str, Any] = {}
        for column, cell in zip(table.columns, row, strict=True):
            record[column.key] = cell
            if isinstance(cell, float) and not math.isfinite(cell):
                record[column.key] = None
                key = keys.get(column.key, "status")
                if key not in own:
                    record[key] = status_of(cell)
        yield record
