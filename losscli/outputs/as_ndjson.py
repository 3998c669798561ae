"""The format `ndjson`: one record of strict JSON a line."""

from __future__ import annotations

from collections.abc import Iterator

from losscli.outputs.as_json import json_line
from losscli.outputs.formats import OutputFormat
from losscli.outputs.records import json_records, record_table
from losscli.outputs.view import View
from losscli.report import Report


def _render(report: Report, view: View) -> Iterator[str]:
    for record in json_records(record_table(report)):
        yield json_line(record) + "\n"


FORMAT = OutputFormat(50, "ndjson", "one JSON record a line", (".ndjson", ".jsonl"), _render)
