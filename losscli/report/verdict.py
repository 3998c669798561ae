"""What `check` decided: the report of the computation, and a verdict on every requirement."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

from losscli.report.compute import ComputeReport, Figure, Plain
from losscli.report.tables import (
    Amount,
    Cell,
    Column,
    Finding,
    Kind,
    Note,
    Sharp,
    Table,
    tab_separated,
)
from losscli.report.worst import WorstRow

PASS, FAIL, UNCLEAR = "pass", "fail", "unclear"
SIGNS: Final = {"max": "<=", "min": ">=", "equals": "=="}
"""How a requirement of each kind is written."""
_ORDER: Final = (FAIL, UNCLEAR, PASS)
_DIGITS: Final = 17
_NAMED: Final = 3
"""Worst rows that a note names."""


class Judged(NamedTuple):
    """One requirement and what became of it.

    `term` is what is limited, as it was asked for; `kind` is max, min or equals. `value` is the computed
    number, whose status is nan where there is none; `rows` are the rows that it is made of. `tolerance` is
    how far from the limit the number may lie; `worst` are the rows by which a requirement is not met.
    """

    term: str
    kind: str
    limit: float
    value: Figure
    rows: int
    verdict: str
    loss: str = ""
    stat: str = ""
    segment: str | None = None
    tolerance: float = 0.0
    note: str = ""
    worst: tuple[WorstRow, ...] = ()

    @property
    def words(self) -> str:
        """The requirement as a person writes it."""
        return f"{self.term} {SIGNS[self.kind]} {_shortest(self.limit)}"

    @property
    def shown(self) -> Sharp:
        """The value with so many digits that it lies on the same side of the limit as shown."""
        value, limit = self.value.value, self.limit
        if not math.isfinite(value) or value == limit:
            return Sharp(value, 1)
        crossing = (digits for digits in range(_DIGITS, 0, -1) if _crosses(value, limit, digits))
        return Sharp(value, next(crossing, 0) + 1)  # more digits than the last that would mislead

    @property
    def cell(self) -> Cell:
        """The value for people: a count as one."""
        return int(self.value.value) if self.stat == "n" and self.value.status == "ok" else self.shown

    @property
    def worst_note(self) -> Note:
        """Where the first of the worst rows stand, for people."""
        first, *others = self.worst[:_NAMED]
        label = "" if first.label == self.loss else f"{first.label} "
        lines = [f":{row.place.line}" for row in others if row.place.file == first.place.file]
        then = f", then {', '.join(lines)}" if lines else ""
        where = f"{self.term}: worst at {first.place.file}:{first.place.line} ({label}"
        return (where, Amount(first.value), f"){then}")

    def plain(self) -> Plain:
        """The entry of JSON's `requirements`."""
        found: Plain = {
            "term": self.term,
            "loss": self.loss or None,
            "stat": self.stat,
            "segment": self.segment,
            "kind": self.kind,
            "limit": self.limit,
            "value": self.value.plain(),
            "status": self.value.status,
            "rows": self.rows,
            "verdict": self.verdict,
        }
        if self.kind == "equals":
            found["tolerance"] = self.tolerance
        if self.note:
            found["note"] = self.note
        if self.worst:
            found["worst"] = [row.plain() for row in self.worst]
        return found


def _crosses(value: float, limit: float, digits: int) -> bool:
    """Whether the value, rounded to so many digits, lies on the limit's other side or on the limit."""
    shown = float(f"{value:.{digits - 1}e}")
    return (shown - limit) * (value - limit) <= 0


def _shortest(limit: float) -> str:
    text = float.__repr__(limit)
    return text.removesuffix(".0")


class CheckReport(NamedTuple):
    """What was computed, and the verdict on it. `name` is what the check is called among several."""

    computed: ComputeReport
    judged: tuple[Judged, ...]
    name: str = ""

    @property
    def checks(self) -> tuple[CheckReport, ...]:
        """The check itself: what shows one report and several alike goes over these."""
        return (self,)

    @property
    def command(self) -> str:
        """The command whose report this is."""
        return "check"

    @property
    def verdict(self) -> str:
        """fail where a requirement is not met, else unclear where one is not decided, else pass."""
        found = {one.verdict for one in self.judged}
        return next(verdict for verdict in _ORDER if verdict in found)

    @property
    def exit_code(self) -> int:
        """0 where every requirement is met, else 1."""
        return 1 if self.verdict == FAIL else 0

    def plain(self) -> dict[str, Any]:
        """Strict data: compute's, with `verdict` and `requirements`."""
        return {
            **self.computed.plain(),
            "verdict": self.verdict,
            "requirements": [one.plain() for one in self.judged],
        }

    def findings(self) -> list[Finding]:
        """The warnings of the computation."""
        return self.computed.findings()

    @property
    def ordered(self) -> list[Judged]:
        """Failures first, then what is unclear."""
        return sorted(self.judged, key=lambda one: _ORDER.index(one.verdict))

    def main_table(self) -> Table:
        """One record a requirement, in the order in which they were asked for."""
        columns = (
            Column("verdict", "verdict"),
            Column("requirement", "requirement"),
            Column("value", "value", Kind.VALUE),
            Column("status", "status"),
            Column("limit", "limit", Kind.VALUE),
            Column("rows", "rows", Kind.COUNT),
        )
        rows = [
            (one.verdict, one.words, one.value.value, one.value.status, one.limit, one.rows)
            for one in self.judged
        ]
        return Table("requirements", columns, rows)

    def lines(self) -> list[str]:
        """`verdict requirement value`, tab-separated."""
        return [tab_separated((one.verdict, one.words, one.value.value)) for one in self.judged]

    def tables(self) -> list[Table]:
        """The verdicts, failures first; then what the numbers are of."""
        columns = (
            Column("verdict", "verdict"),
            Column("requirement", "requirement"),
            Column("value", "value", Kind.VALUE),
            Column("rows", "rows", Kind.COUNT),
        )
        rows = [
            ("FAIL" if one.verdict == FAIL else one.verdict, one.words, one.cell, one.rows)
            for one in self.ordered
        ]
        notes = (
            self.summary,
            *(one.note for one in self.ordered if one.note),
            *(one.worst_note for one in self.ordered if one.worst),
            *self.computed.run_notes(),
        )
        signatures = tuple(result.signature for result in self.computed.results)
        return [Table("requirements", columns, rows, notes=notes, signatures=signatures)]

    @property
    def summary(self) -> str:
        """The verdict in one line, with the exit code."""
        failed = sum(one.verdict == FAIL for one in self.judged)
        unclear = sum(one.verdict == UNCLEAR for one in self.judged)
        count = len(self.judged)
        asked = "1 requirement" if count == 1 else f"{count} requirements"
        words = f"{failed} of {asked} not met" if failed else f"{asked} met"
        if unclear:
            words += f", {unclear} unclear"
        return f"{words}: exit {self.exit_code}"
