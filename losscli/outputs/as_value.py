"""The format `value`: the headline number alone."""

from __future__ import annotations

from collections.abc import Iterator

from losscli.errors import UsageError
from losscli.outputs.digits import machine
from losscli.outputs.formats import OutputFormat
from losscli.outputs.harmless import harmless
from losscli.outputs.view import View
from losscli.report import Report
from losscli.report.tables import Kind, Table

_SHOWN = 5
_FEWER = {
    "reduced": "ask for one loss and one reduction, without --by",
    "requirements": "state one requirement",
    "checks": "run one check, with one requirement",
    "comparison": "compute one loss of one model",
}
"""What gives one number instead of the rows of a table."""
_ASIDE = frozenset({"group", "verdict", "convention"})
"""Texts that name no number."""


def _render(report: Report, view: View) -> Iterator[str]:
    table = report.main_table()
    keys = [column.key for column in table.columns]
    if "value" not in keys:
        hint = "--reduction mean" if table.name == "samples" else "--format plain or --format json"
        raise UsageError("--format value prints one number, and this result is not one", hint=hint)
    if len(table.rows) != 1:
        raise UsageError(
            f"--format value prints one number, and there are {len(table.rows)}: {_names(table)}",
            hint=f"{_FEWER.get(table.name, '--format json has all')}, or type --format plain",
        )
    yield machine(table.rows[0][keys.index("value")]) + "\n"


def _names(table: Table) -> str:
    """The first numbers by name: the texts that stand before the value."""
    at = next(place for place, column in enumerate(table.columns) if column.key == "value")
    named = [
        place
        for place, column in enumerate(table.columns[:at])
        if column.kind is Kind.TEXT and column.key not in _ASIDE
    ]
    rows = table.rows[:_SHOWN]
    names = [" ".join(str(row[place]) for place in named if row[place] is not None) for row in rows]
    more = ", ..." if len(table.rows) > _SHOWN else ""
    return harmless(", ".join(names)) + more


FORMAT = OutputFormat(30, "value", "the one number alone", (), _render)
