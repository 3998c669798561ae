"""The gate: computed numbers against requirements. What cannot be decided never passes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from losscli.analysis.requirements import ROWS, Requirement
from losscli.report.compute import ComputeReport, Figure, Result
from losscli.report.verdict import FAIL, PASS, CheckReport, Judged

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
    """A verdict on every requirement; one that no computed number answers is not met."""
    judged = [one for requirement in requirements for one in _judged(computed, requirement, tolerance)]
    return CheckReport(computed, tuple(judged))


def _judged(computed: ComputeReport, requirement: Requirement, tolerance: Tolerance) -> Iterator[Judged]:
    if requirement.stat in ROWS and not requirement.spec:
        yield _verdict(
            requirement, requirement.stat, _of_rows(computed, requirement.stat), computed, tolerance
        )
        return
    results = [one for one in computed.results if requirement.spec in ("", one.spec)]
    for result in results:
        label = result.label + (f"/{requirement.stat}" if requirement.stat else "")
        value = _value(computed, result, requirement.stat)
        yield _verdict(requirement, label, value, computed, tolerance)._replace(loss=result.spec)
    if not results:
        yield _verdict(requirement, requirement.text, None, computed, tolerance)


def _of_rows(computed: ComputeReport, stat: str) -> Figure:
    counts = computed.rows
    if stat == "n":
        return Figure(float(counts.scored))
    whole = counts.scored + counts.skipped + counts.unpaired
    return Figure(counts.scored / whole) if whole else Figure(math.nan, "nan")


def _value(computed: ComputeReport, result: Result, stat: str) -> Figure | None:
    """The number that a requirement is about; None where there is none."""
    if stat in ROWS:
        return _of_rows(computed, stat)
    if stat == "skill":
        skill = result.baseline.skill
        return None if skill is None else Figure(skill)
    return result.reductions.get(stat) if stat else result.headline


def _verdict(
    requirement: Requirement,
    label: str,
    value: Figure | None,
    computed: ComputeReport,
    tolerance: Tolerance,
) -> Judged:
    found = value or Figure(math.nan, "nan")
    allowed = tolerance.around(requirement.limit) if requirement.kind == "equals" else 0.0
    met = {
        "max": found.value <= requirement.limit,
        "min": found.value >= requirement.limit,
        "equals": abs(found.value - requirement.limit) <= allowed,
    }[requirement.kind]
    note = "" if value is not None else f"{label} has no value in this run, so it is not met"
    return Judged(
        term=label,
        kind=requirement.kind,
        limit=requirement.limit,
        value=found,
        rows=computed.rows.scored,
        verdict=PASS if met and found.status != "nan" else FAIL,
        stat=requirement.stat,
        segment=requirement.segment,
        tolerance=allowed,
        note=note,
    )
