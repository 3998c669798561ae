"""The format `table`: tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from losscli.outputs.formats import OutputFormat
from losscli.outputs.view import View
from losscli.report import Report


def _render(report: Report, view: View) -> Iterator[str]:
    from losscli.outputs.table import draw

    return draw(report.tables(), view)


FORMAT = OutputFormat(10, "table", "tables for a terminal", (".txt",), _render)
