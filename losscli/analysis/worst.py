"""The rows that a requirement fails by: what the engine looks for, and what of it belongs to a verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from losscli.analysis.requirements import Requirement
from losscli.registry import BoundLoss
from losscli.report.compute import ComputeReport, Result
from losscli.report.verdict import PASS, CheckReport, Judged
from losscli.report.worst import WorstOf, WorstRow

_ALL_ROWS: Final = ("", "mean", "sum", "skill")
"""Numbers that every row has a part in, by its weight."""
_NO_ROWS: Final = ("n", "coverage", "std")
"""Numbers that no row makes high or low by its own value."""


def rows_wanted(requirements: Sequence[Requirement], losses: Sequence[BoundLoss]) -> tuple[WorstOf, ...]:
    """The rows that requirements would be explained by, if they were not met."""
    found = [
        of
        for one in requirements
        for bound in losses
        if one.spec in ("", bound.spec) and one.stat not in _NO_ROWS
        for of in _sides(one, bound)
    ]
    return tuple(dict.fromkeys(found))


def _sides(one: Requirement, bound: BoundLoss) -> Iterator[WorstOf]:
    if bound.is_set and bound.part is None:
        return  # its rows are counts that have no good or bad
    falls = _falls(one.stat, bound.loss.direction, bound.part)
    for too_high in {"max": (True,), "min": (False,), "equals": (True, False)}[one.kind]:
        yield _worst_of(bound.spec, one.stat, one.segment, too_high != falls)


def _falls(stat: str, direction: str, part: str | None) -> bool:
    """Whether the number falls where the rows' values rise: a skill, or a score that is made of a loss of the
    rows."""
    if stat == "skill":
        return direction != "maximize" or part is not None
    return direction == "maximize" and part is not None


def _worst_of(spec: str, stat: str, segment: str | None, highest: bool) -> WorstOf:
    return WorstOf(spec, highest, highest and stat in _ALL_ROWS, segment)


def with_worst(report: CheckReport) -> CheckReport:
    """The report with the worst rows of every requirement that is not met, where they were looked for."""
    if not report.computed.worst:
        return report
    return report._replace(judged=tuple(_explained(report.computed, one) for one in report.judged))


def _explained(computed: ComputeReport, one: Judged) -> Judged:
    if one.verdict == PASS or one.worst or one.kind not in ("max", "min", "equals"):
        return one
    for place, result in enumerate(computed.results):
        if result.spec == one.loss and one.term == _term(result, one):
            too_high = one.kind == "max" or (one.kind == "equals" and one.value.value > one.limit)
            falls = _falls(one.stat, result.direction, result.part)
            wanted = _worst_of(one.loss, one.stat, one.segment, too_high != falls)
            rows = _rows(computed, wanted, place)
            return one._replace(worst=tuple(row for row in rows if _beyond(row, one, result)))
    return one


def _beyond(row: WorstRow, one: Judged, result: Result) -> bool:
    """Whether a row lies on the wrong side of the limit by itself, where rows and limit measure the same."""
    stat = one.stat or result.reduction
    if result.part is not None or stat in ("sum", "set", "skill"):
        return True
    return row.value > one.limit if one.value.value > one.limit else row.value < one.limit


def _term(result: Result, one: Judged) -> str:
    where = "" if one.segment is None else f"@{one.segment}"
    return result.label + (f"/{one.stat}" if one.stat else "") + where


def _rows(computed: ComputeReport, wanted: WorstOf, place: int) -> tuple[WorstRow, ...]:
    result = computed.results[place]
    label = result.part or result.label
    return tuple(
        row._replace(label=label)
        for one in computed.worst
        if one.of == wanted and one.result == place
        for row in one.rows
    )
