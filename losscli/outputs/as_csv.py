"""The format `csv`: a header and one record a line, quoted as RFC 4180 says, lines ended by a line feed."""

from __future__ import annotations

from collections.abc import Iterator

from losscli.outputs.formats import OutputFormat
from losscli.outputs.records import csv_cell, csv_text, record_table
from losscli.outputs.view import View
from losscli.report import Report


def _render(report: Report, view: View) -> Iterator[str]:
    table = record_table(report)
    yield ",".join(csv_text(column.key) for column in table.columns) + "\n"
    for row in table.rows:
        yield ",".join(map(csv_cell, row)) + "\n"


FORMAT = OutputFormat(60, "csv", "records with a header, comma-separated", (".csv",), _render)
