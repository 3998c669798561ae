"""The format `tsv`: a header and one record a line, separated by tabs; nothing is quoted."""

from __future__ import annotations

from collections.abc import Iterator

from losscli.outputs.formats import OutputFormat
from losscli.outputs.records import record_table, tsv_cell
from losscli.outputs.view import View
from losscli.report import Report


def _render(report: Report, view: View) -> Iterator[str]:
    table = record_table(report)
    yield "\t".join(tsv_cell(column.key) for column in table.columns) + "\n"
    for row in table.rows:
        yield "\t".join(map(tsv_cell, row)) + "\n"


FORMAT = OutputFormat(70, "tsv", "records with a header, tab-separated", (".tsv",), _render)
