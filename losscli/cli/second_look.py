"""Where a constant does as well as the prediction, or a loss is infinite, the detectors of `inspect` say why,
if they can.

A run whose prediction has skill pays nothing for it; another one reads the first rows once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscli.cli.options import Evaluated
from losscli.cli.reading import read_options, source_paths
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from losscli.report.compute import ComputeReport
    from losscli.report.tables import Finding

DOUBTFUL = frozenset({"W126", "W201"})
ROLES = ("target", "prediction")


def look_again(options: Evaluated, report: ComputeReport) -> list[Finding]:
    """What is wrong with the files, where the report doubts them and they can be read again."""
    doubted = any(finding.code in DOUBTFUL for finding in report.findings())
    roles = tuple(entry.role for entry in report.inputs[:2])
    if not doubted or roles != ROLES or options.group is not None:
        return []
    from losscli.analysis.inspecting.brief import faults_in_brief
    from losscli.analysis.inspecting.scan import is_pipe
    from losscli.api import make_request

    if any(map(is_pipe, source_paths(options.sources))):
        return []
    try:
        request = make_request("mse", options.sources, jobs=1, **read_options(options))
        found = faults_in_brief(request, report.rows.scored)
    except LosscliError:  # the run has its numbers: what only a look at the files needs is no fault of theirs
        return []
    told = {finding.code for finding in report.findings()}
    return [finding for finding in found if finding.code not in told]
