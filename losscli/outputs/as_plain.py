"""The format `plain`: one record a line, its fields separated by tabs, every digit."""

from __future__ import annotations

from collections.abc import Iterator

from losscli.outputs.formats import OutputFormat
from losscli.outputs.harmless import harmless
from losscli.outputs.view import View
from losscli.report import Report


def _render(report: Report, view: View) -> Iterator[str]:
    for line in report.lines():
        yield "\t".join(harmless(field) for field in line.split("\t")) + "\n"


FORMAT = OutputFormat(20, "plain", "loss, reduction, value: tab-separated, every digit", (), _render)
