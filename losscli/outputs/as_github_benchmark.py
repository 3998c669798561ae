"""The format `github-benchmark`: the list that github-action-benchmark reads, a record for each headline."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

from losscli.errors import DataError, UsageError
from losscli.outputs.as_json import json_pieces
from losscli.outputs.digits import machine
from losscli.outputs.formats import OutputFormat
from losscli.outputs.harmless import harmless
from losscli.outputs.view import View
from losscli.records import NamedTuple
from losscli.report import Report
from losscli.report.compute import ComputeReport, Figure, Result
from losscli.report.verdict import CheckReport

TOOLS: Final = {"minimize": "customSmallerIsBetter", "maximize": "customBiggerIsBetter"}
"""What the action is told (`tool:`), by the direction of the losses."""


class _Bench(NamedTuple):
    """One number: its name, what it is of, which reduction it is."""

    name: str
    result: Result
    reduction: str
    figure: Figure


def _render(report: Report, view: View) -> Iterator[str]:
    benches = [bench for name, one in _computed(report) for bench in _benches(name, one)]
    _check(benches)
    yield from json_pieces([_record(bench) for bench in benches])
    yield "\n"


def _computed(report: Report) -> Sequence[tuple[str, ComputeReport]]:
    """What was computed, with the name of the check that it was computed for."""
    checks: Sequence[CheckReport] | None = getattr(report, "checks", None)
    if checks is not None:
        return [(check.name, check.computed) for check in checks]
    if isinstance(report, ComputeReport):
        return [("", report)]
    raise UsageError(f"--format github-benchmark lists losses, and {report.command} has none")


def _benches(name: str, report: ComputeReport) -> Iterator[_Bench]:
    start = f"{name}: " if name else ""
    if report.asked == ("none",):
        raise UsageError(
            "--format github-benchmark lists numbers, and --reduction none has none", hint="--reduction mean"
        )
    for result in report.results:
        parts = [(result.label, result)]
        parts += [(f"{result.label}@{one.name}", one.result) for one in result.segments]
        for label, part in parts:
            for _, reduction, figure in part.headlines(report.asked):
                several = "" if reduction in ("mean", "set") else f" {reduction}"
                yield _Bench(f"{start}{label}{several}", part, reduction, figure)


def _check(benches: Sequence[_Bench]) -> None:
    """Refuse what the action would misread: it takes one direction for the whole file. Raises UsageError,
    and DataError for a number that is not finite."""
    ways = {bench.result.direction: bench.name for bench in benches}
    for direction, name in ways.items():
        if direction not in TOOLS:
            raise UsageError(
                f"{harmless(name)} is neither better low nor better high, so no benchmark can judge it",
                hint="leave this loss out of the call",
            )
    if len(ways) > 1:
        low, high = ways["minimize"], ways["maximize"]
        raise UsageError(
            f"{harmless(low)} is better low and {harmless(high)} is better high: one file has one direction",
            hint=f"make two calls, one for {TOOLS['minimize']}, one for {TOOLS['maximize']}",
        )
    for bench in benches:
        if not math.isfinite(bench.figure.value):
            raise DataError(
                f"{harmless(bench.name)} is {bench.figure.status}, which github-benchmark cannot hold",
                hint="-f json says it",
            )


def _record(bench: _Bench) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": bench.name,
        "unit": bench.result.unit or bench.result.spec,
        "value": bench.figure.value,
    }
    spread = _range(bench)
    if spread:
        found["range"] = spread
    return found | {"extra": bench.result.signature}


def _range(bench: _Bench) -> str:
    """How sure a mean is: its interval where there is one, else how the rows spread."""
    interval = bench.result.interval
    if interval is not None and interval.known and bench.figure == bench.result.headline:
        return f"{machine(interval.low)} to {machine(interval.high)} ({100 * interval.level:g} %)"
    if bench.reduction != "mean":
        return ""
    std = bench.result.reductions.get("std")
    return f"std {machine(std.value)}" if std is not None and math.isfinite(std.value) else ""


FORMAT = OutputFormat(
    120,
    "github-benchmark",
    "the list that github-action-benchmark reads",
    (),
    _render,
    ("compute", "check", "merge"),
)
