"""The format `github`: the verdicts as lines of the log, and annotations for what is not met, on the lines of
the prediction file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Final

from losscli.outputs.checks import checks_of, row_said, said, title_of, unscored_of
from losscli.outputs.digits import machine
from losscli.outputs.error_annotations import error_annotations
from losscli.outputs.formats import OutputFormat
from losscli.outputs.view import View
from losscli.outputs.workflow import ERROR, WARNING, annotation, file_in_repository, log_line
from losscli.report import Report
from losscli.report.verdict import FAIL, PASS, CheckReport, Judged
from losscli.report.worst import WorstRow

_NAMED: Final = 3
"""Worst rows that the annotation of the requirement itself names."""


def _render(report: Report, view: View) -> Iterator[str]:
    checks = checks_of(report, "github")
    for line in report.lines():
        yield log_line(line) + "\n"
    for entry in unscored_of(report):
        for line in error_annotations(entry.error, name=entry.name, otherwise=entry.place):
            yield line + "\n"
    judged = [(check, one) for check in checks for one in check.judged]
    for check, one in judged:
        if one.verdict != PASS:
            yield _verdict(check, one) + "\n"
    for finding in report.findings():
        yield annotation(WARNING, finding.message, title=f"losscli {finding.code}") + "\n"
    for line in _rows([(check, one) for check, one in judged if one.failed]):
        yield line + "\n"


def _verdict(check: CheckReport, one: Judged) -> str:
    """The requirement itself, on the line of its worst row."""
    word = "not met" if one.verdict == FAIL else f"unclear (counts as {one.counts_as})"
    lines = [said(one), *([one.note] if one.note else [])]
    lines += [f"worst: {row_said(one, row)}" for row in one.worst[:_NAMED]]
    place = _place(one.worst[0]) if one.worst else {}
    kind = ERROR if one.failed else WARNING
    return annotation(kind, "\n".join(lines), **place, title=f"{title_of(check, one)}: {word}")


def _rows(failed: Sequence[tuple[CheckReport, Judged]]) -> Iterator[str]:
    """The worst rows, those of all requirements in turn: a runner shows the first ten warnings of a step. A
    line has one annotation."""
    seen = set()
    for turn in zip_longest(*([(check, one, row) for row in one.worst] for check, one in failed)):
        for entry in turn:
            if entry is None or entry[2].place in seen:
                continue
            check, one, row = entry
            seen.add(row.place)
            title = f"{row.label} {machine(row.value)}"
            start = f"{check.name}: " if check.name else ""
            yield annotation(WARNING, f"{row_said(one, row)}\n{start}{said(one)}", **_place(row), title=title)


def _place(row: WorstRow) -> dict[str, str | int | None]:
    """The file, and the line where the file has lines."""
    file = file_in_repository(row.place.file, os.environ)
    return {"file": file, "line": row.place.line if row.lined and file is not None else None}


FORMAT = OutputFormat(
    110, "github", "annotations of a GitHub workflow, on the lines of the files", (), _render, ("check",)
)
