"""The gate: computed numbers against requirements. What cannot be decided never passes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from losscli.analysis.requirements import ROWS, Requirement
from losscli.analysis.worst import with_worst
from losscli.errors import UsageError
from losscli.records import NamedTuple
from losscli.report.compute import ComputeReport, Figure, Result
from losscli.report.verdict import FAIL, PASS, CheckReport, Judged

if TYPE_CHECKING:
    from losscli.analysis.baseline_limits import ChangeLimit

SHOWN = 10
"""Segments that a hint lists."""
RTOL = 1e-9
"""How far a number may lie from --equals, relatively, unless --rtol says otherwise."""


class Tolerance(NamedTuple):
    """How far a number may lie from the limit of --equals: `atol` + `rtol` x |limit|."""

    rtol: float = RTOL
    atol: float = 0.0

    def around(self, limit: float) -> float:
        """The distance that is allowed."""
        return self.atol + self.rtol * abs(limit)


def judge(computed: ComputeReport, requirements: Sequence[Requirement], tolerance: Tolerance) -> CheckReport:
    """A verdict on every requirement; one that no computed number answers is not met.

    Raises UsageError for a segment or a loss that does not occur.
    """
    known_segments(computed, requirements)
    _known_losses(computed, requirements)
    judged = [one for requirement in requirements for one in _judged(computed, requirement, tolerance)]
    return with_worst(CheckReport(computed, tuple(judged)))


def known_segments(computed: ComputeReport, requirements: Sequence[Requirement | ChangeLimit]) -> None:
    """Refuse a requirement of a segment that does not occur. Raises UsageError."""
    known = [segment.name for segment in computed.results[0].segments] if computed.results else []
    for one in requirements:
        if one.segment is not None and one.segment not in known:
            near = get_close_matches(one.segment, known, n=1)
            listed = ", ".join(known[:SHOWN]) + (", ..." if len(known) > SHOWN else "")
            raise UsageError(
                f"--{one.kind} {one.text}: no row belongs to the segment {one.segment!r}",
                hint=f"did you mean {near[0]}?" if near else f"the segments are {listed}",
            )


def _known_losses(computed: ComputeReport, requirements: Sequence[Requirement]) -> None:
    """Refuse a requirement that no result could answer: a name of several losses, of which the columns chose
    another. Raises UsageError."""
    specs = dict.fromkeys(result.spec for result in computed.results)
    for one in requirements:
        if one.spec not in ("", *specs):
            raise UsageError(
                f"--{one.kind} {one.text}: the columns say that {', '.join(specs)} is meant, not {one.spec}",
                hint=f"name the loss itself: losscli check {','.join(specs)} ...",
            )


def _judged(computed: ComputeReport, requirement: Requirement, tolerance: Tolerance) -> Iterator[Judged]:
    where = "" if requirement.segment is None else f"@{requirement.segment}"
    if requirement.stat in ROWS and not requirement.spec:
        result = computed.results[0]
        answer = _answer(computed, result, requirement)
        yield _verdict(requirement, requirement.stat + where, answer, tolerance)
        return
    for result in computed.results:
        if requirement.spec not in ("", result.spec):
            continue
        label = result.label + (f"/{requirement.stat}" if requirement.stat else "") + where
        answer = _answer(computed, result, requirement)
        yield _verdict(requirement, label, answer, tolerance)._replace(loss=result.spec)


class _Answer(NamedTuple):
    """The number that a requirement is about (None: there is none), and the rows that it is made of."""

    figure: Figure | None
    rows: int


def _answer(computed: ComputeReport, result: Result, requirement: Requirement) -> _Answer:
    stat, rows = requirement.stat, computed.rows.scored
    if requirement.segment is not None:
        segment = next(one for one in result.segments if one.name == requirement.segment)
        result, rows = segment.result, segment.rows
    if stat == "n":
        return _Answer(Figure(float(rows)), rows)
    if stat == "coverage":
        return _Answer(_coverage(computed) if requirement.segment is None else None, rows)
    if stat == "skill":
        skill = result.baseline.skill
        return _Answer(None if skill is None else Figure(skill), rows)
    return _Answer(result.reductions.get(stat) if stat else result.headline, rows)


def _coverage(computed: ComputeReport) -> Figure:
    """The share of all rows that was scored."""
    counts = computed.rows
    whole = counts.scored + counts.skipped + counts.unpaired
    return Figure(counts.scored / whole) if whole else Figure(math.nan, "nan")


def _verdict(requirement: Requirement, label: str, answer: _Answer, tolerance: Tolerance) -> Judged:
    found = answer.figure or Figure(math.nan, "nan")
    allowed = tolerance.around(requirement.limit) if requirement.kind == "equals" else 0.0
    met = {
        "max": found.value <= requirement.limit,
        "min": found.value >= requirement.limit,
        "equals": abs(found.value - requirement.limit) <= allowed,
    }[requirement.kind]
    note = "" if answer.figure is not None else f"{label} has no value in this run, so it is not met"
    return Judged(
        term=label,
        kind=requirement.kind,
        limit=requirement.limit,
        value=found,
        rows=answer.rows,
        verdict=PASS if met and found.status != "nan" else FAIL,
        stat=requirement.stat,
        segment=requirement.segment,
        tolerance=allowed,
        note=note,
    )
