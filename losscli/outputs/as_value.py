"""The format `value`: the headline number alone."""

from __future__ import annotations

from collections.abc import Iterator

from losscli.errors import UsageError
from losscli.outputs.digits import machine
from losscli.outputs.formats import OutputFormat
from losscli.outputs.harmless import harmless
from losscli.outputs.view import View
from losscli.report import Report
from losscli.report.tables import Table

_SHOWN = 5


def _render(report: Report, view: View) -> Iterator[str]:
    table = report.main_table()
    keys = [column.key for column in table.columns]
    if "value" not in keys:
        hint = "--reduction mean" if table.name == "samples" else "--format plain or --format json"
        raise UsageError("--format value prints one number, and this result is not one", hint=hint)
    if len(table.rows) != 1:
        raise UsageError(
            f"--format value prints one number, and there are {len(table.rows)}: {_names(table)}",
            hint="ask for one loss and one reduction, or type --format plain",
        )
    yield machine(table.rows[0][keys.index("value")]) + "\n"


def _names(table: Table) -> str:
    """The first numbers by name: the texts that stand before the value."""
    at = next(place for place, column in enumerate(table.columns) if column.key == "value")
    names = [" ".join(str(cell) for cell in row[:at] if cell is not None) for row in table.rows[:_SHOWN]]
    more = ", ..." if len(table.rows) > _SHOWN else ""
    return harmless(", ".join(names)) + more


FORMAT = OutputFormat(30, "value", "the one number alone", (), _render)
