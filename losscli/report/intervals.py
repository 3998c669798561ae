"""The interval of a headline in tables and records, where one was asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from losscli.report.tables import Amount, Cell, Column, Kind, Note, Table

if TYPE_CHECKING:
    from losscli.report.compute import ComputeReport, Result


def interval_notes(result: Result, several: bool) -> list[Note]:
    """The interval in words for people: its ends and method, or why there is none."""
    found = result.interval
    if found is None:
        return []
    start = f"{result.label}: " if several else ""
    if not found.known:
        return [f"{start}{found.method}"]
    level = f"{start}{100 * found.level:g} % interval "
    return [(level, Amount(found.low), " to ", Amount(found.high), f" ({found.method})")]


def interval_ends(report: ComputeReport) -> Callable[[str, str], tuple[Cell, ...]]:
    """The ends of the interval by the label and the reduction of a headline: none where none was asked for,
    two empty cells where this number has none."""
    found: dict[tuple[str, str], tuple[Cell, Cell]] = {}
    asked = False
    for whole in report.results:
        for name, one in (("", whole), *((f"@{part.name}", part.result) for part in whole.segments)):
            if one.interval is not None:
                asked = True
                ends = one.interval.plain()
                found[one.label + name, one.reduction] = ends["low"], ends["high"]
    return lambda label, reduction: found.get((label, reduction), (None, None)) if asked else ()


def with_intervals(table: Table, report: ComputeReport) -> Table:
    """The records of headlines with the ends of their intervals behind the value, where these were asked
    for."""
    ends = interval_ends(report)
    keys = [column.key for column in table.columns]
    at = keys.index("status") + 1
    if not ends("", ""):
        return table
    loss, segment = keys.index("loss"), keys.index("segment") if "segment" in keys else None
    columns = (
        *table.columns[:at],
        Column("low", "low", Kind.VALUE),
        Column("high", "high", Kind.VALUE),
        *table.columns[at:],
    )
    rows = []
    for row in table.rows:
        part = "" if segment is None or row[segment] is None else f"@{row[segment]}"
        found = ends(f"{row[loss]}{part}", str(row[keys.index("reduction")]))
        rows.append((*row[:at], *found, *row[at:]))
    return table._replace(columns=columns, rows=rows)
