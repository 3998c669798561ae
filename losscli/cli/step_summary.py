"""The page that GitHub shows for a step: a report in Markdown, added to the file that the runner names."""

from __future__ import annotations

import os
from collections.abc import Mapping

from losscli.errors import WriteError
from losscli.outputs import View, find_format, harmless
from losscli.report import Report

VARIABLE = "GITHUB_STEP_SUMMARY"


def add_summary(report: Report, environment: Mapping[str, str]) -> None:
    """Add the report to the step's page, where a runner wants one. Raises WriteError."""
    path = environment.get(VARIABLE)
    if not path:
        return
    verdict = getattr(report, "verdict", "")
    heading = f"### losscli {report.command}: {verdict}" if verdict else f"### losscli {report.command}"
    table = "".join(find_format("markdown").render(report, View()))
    try:
        with open(path, "ab") as file:
            start = "\n" if os.fstat(file.fileno()).st_size else ""
            file.write(f"{start}{heading}\n\n{table}".encode("utf-8", "backslashreplace"))
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise WriteError(
            f"{harmless(path)} (from the variable {VARIABLE}) cannot be written: {why}",
            hint=f"leave the variable {VARIABLE} to the runner, or unset it",
        ) from error
