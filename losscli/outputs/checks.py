"""What the formats for continuous integration share: the checks of a report, and their numbers as text."""

from __future__ import annotations

from collections.abc import Sequence

from losscli.errors import UsageError
from losscli.outputs.digits import machine
from losscli.report import Report
from losscli.report.checks import Unscored
from losscli.report.compute import Figure
from losscli.report.verdict import CheckReport, Judged
from losscli.report.worst import WorstRow


def checks_of(report: Report, name: str) -> Sequence[CheckReport]:
    """The checks of a report, one or several. Raises UsageError where it is none of `check`."""
    found: Sequence[CheckReport] | None = getattr(report, "checks", None)
    if found is None:
        raise UsageError(f"--format {name} prints verdicts, and {report.command} has none")
    return found


def unscored_of(report: Report) -> Sequence[Unscored]:
    """The checks of a report that have no verdict."""
    found: Sequence[Unscored] = getattr(report, "errors", ())
    return found


def figure_text(figure: Figure) -> str:
    """A number in the shortest digits that read back the same, or the word for it."""
    return machine(figure.value) if figure.status == "ok" else figure.status


def title_of(check: CheckReport, one: Judged) -> str:
    """A requirement, by the name of its check where it has one."""
    return f"{check.name}: {one.words}" if check.name else one.words


def said(one: Judged) -> str:
    """What became of a requirement, in one sentence."""
    value, rows = figure_text(one.value), f"{one.rows:,} rows"
    if one.moved is not None:
        return f"{one.words}: {one.moved.away:,} of {rows} moved"
    found = f"{one.term} is {value}"
    if one.interval is not None:
        low, high, level, _ = one.interval
        found += f" ({100 * level:g} % from {machine(low)} to {machine(high)})"
    return f"{found}, required is {one.words} ({rows})"


def row_said(one: Judged, row: WorstRow) -> str:
    """Where a row stands, its value, and what it was before where that is what counts."""
    listed = one.moved.listed if one.moved is not None else one.change.carried.listed if one.change else ()
    then = [f", was {machine(entry.then)}" for entry in listed if entry.row == row.row]
    found = f"{row.place.file}:{row.place.line} ({row.words}): {row.label} {machine(row.value)}"
    return found + "".join(then[:1])
