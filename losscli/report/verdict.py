"""What `check` decided: the report of the computation, and a verdict on every requirement."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from losscli.errors import counted
from losscli.records import NamedTuple
from losscli.report.compute import ComputeReport, Figure, Plain
from losscli.report.tables import (
    Amount,
    Between,
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

if TYPE_CHECKING:
    from losscli.report.change import Change, Moved
    from losscli.statistics.intervals import Interval

PASS, FAIL, UNCLEAR = "pass", "fail", "unclear"
SIGNS: Final = {"max": "<=", "min": ">=", "equals": "==", "max-increase": "<=", "max-decrease": ">="}
"""How a requirement of each kind is written."""
GOLDEN: Final = "golden"
"""The kind of requirement whose value is the number of rows that moved."""
_ORDER: Final = (FAIL, UNCLEAR, PASS)
_DIGITS: Final = 17
_NAMED: Final = 3
"""Worst rows that a note names."""


class Judged(NamedTuple):
    """One requirement and what became of it.

    `term` is what is limited, as it was asked for; `kind` is max, min, equals, max-increase, max-decrease or
    golden. `value` is the computed number, whose status is nan where there is none; `rows` are the rows that
    it is made of. `limit` is what it is compared with, `given` how that was asked for where it is a
    percentage. `tolerance` is how far from the limit the number may lie.

    What became of a loss since a baseline has an `interval` and a `change`; where the interval holds the
    limit the verdict is unclear, and `counts_as` is pass or fail. A golden file has what `moved`.
    `worst` are the rows by which a requirement is not met.
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
    given: str = ""
    interval: Interval | None = None
    change: Change | None = None
    counts_as: str = ""
    moved: Moved | None = None

    @property
    def failed(self) -> bool:
        """Whether it is not met, or unclear and counted so."""
        return FAIL in (self.verdict, self.counts_as)

    @property
    def words(self) -> str:
        """The requirement as a person writes it."""
        if self.moved is not None:
            return f"{self.term} (rtol {_shortest(self.moved.rtol)}, atol {_shortest(self.moved.atol)})"
        return f"{self.term} {SIGNS[self.kind]} {self.given or _shortest(self.limit)}"

    @property
    def shown(self) -> Sharp:
        """The value with so many digits that it lies on the same side of the limit as shown."""
        value, limit, signed = self.value.value, self.limit, self.change is not None
        if not math.isfinite(value) or value == limit:
            return Sharp(value, 1, signed=signed)
        crossing = (digits for digits in range(_DIGITS, 0, -1) if _crosses(value, limit, digits))
        digits = next(crossing, 0) + 1  # more than the last that would mislead
        return Sharp(value, digits, signed=signed)

    @property
    def cell(self) -> Cell:
        """The value for people: a count as one."""
        count = self.stat in ("n", "moved") and self.value.status == "ok"
        return int(self.value.value) if count else self.shown

    @property
    def limit_note(self) -> Note | None:
        """What a percentage comes to; None where the limit is a number."""
        if self.change is None or not self.given or not math.isfinite(self.limit):
            return None
        start = f"{self.term}: {self.given.removeprefix('-')} of "
        return (start, Amount(self.change.then.value), " is ", Amount(abs(self.limit)))

    @property
    def worst_note(self) -> Note:
        """Where the first of the worst rows stand, for people."""
        first, *others = self.worst[:_NAMED]
        label = "" if first.label == self.loss else f"{first.label} "
        lines = [f":{row.place.line}" for row in others if row.place.file == first.place.file]
        then = f", then {', '.join(lines)}" if lines else ""
        where = f"{self.term}: worst at {first.place.file}:{first.place.line} ({label}"
        return (where, Amount(first.value), f"){then}")

    @property
    def ends(self) -> Cell:
        """The interval for people."""
        if self.interval is None:
            return None
        return Between(*self.interval[:2]) if self.interval.known else "none"

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
        if self.given:
            found["given"] = self.given
        if self.interval is not None:
            found["interval"] = self.interval.plain()
        if self.counts_as:
            found["counts_as"] = self.counts_as
        if self.change is not None:
            found["baseline"] = self.change.plain()
        if self.moved is not None:
            found[GOLDEN] = self.moved.plain()
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
    """What was computed, and the verdict on it. `name` is what the check is called among several; `updated`
    are the baseline and golden files that were written anew, `kept` those that were to be and were not,
    because a requirement is not met; `warnings` are about the verdict."""

    computed: ComputeReport
    judged: tuple[Judged, ...]
    name: str = ""
    updated: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    warnings: tuple[Finding, ...] = ()

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
        """fail where a requirement is not met or counts so, else unclear where one is not decided, else
        pass."""
        found = {FAIL if one.failed else one.verdict for one in self.judged}
        return next((verdict for verdict in _ORDER if verdict in found), PASS)

    @property
    def exit_code(self) -> int:
        """0 where every requirement is met, else 1."""
        return 1 if self.verdict == FAIL else 0

    def plain(self) -> dict[str, Any]:
        """Strict data: compute's, with `verdict` and `requirements`."""
        found = self.computed.plain()
        found["warnings"] += [{"code": one.code, "message": one.message} for one in self.warnings]
        found |= {"verdict": self.verdict, "requirements": [one.plain() for one in self.judged]}
        files = {"updated": list(self.updated), "not_updated": list(self.kept)}
        return found | {name: paths for name, paths in files.items() if paths}

    def findings(self) -> list[Finding]:
        """The warnings of the computation, then those about the verdict."""
        return list(dict.fromkeys([*self.computed.findings(), *self.warnings]))

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
        rows: list[tuple[Cell, ...]] = [
            (one.verdict, one.words, one.value.value, one.value.status, one.limit, one.rows)
            for one in self.judged
        ]
        if not self._has_intervals:
            return Table("requirements", columns, rows)
        further = (
            Column("counts_as", "counts as"),
            Column("low", "low", Kind.VALUE),
            Column("high", "high", Kind.VALUE),
            Column("level", "level", Kind.INPUT),
            Column("method", "method"),
        )
        intervals = [(one.counts_as or None, *(one.interval or (None,) * 4)) for one in self.judged]
        whole = [(*row, *interval) for row, interval in zip(rows, intervals, strict=True)]
        return Table("requirements", (*columns, *further), whole)

    def lines(self) -> list[str]:
        """`verdict requirement value`, tab-separated; behind it the ends of the interval, its level and
        method, and how an unclear one counts."""
        found = []
        for one in self.judged:
            interval = () if one.interval is None else (*one.interval,)
            counted = (f"counts as {one.counts_as}",) if one.counts_as else ()
            found.append(tab_separated((one.verdict, one.words, one.value.value, *interval, *counted)))
        return found

    @property
    def _has_intervals(self) -> bool:
        return any(one.interval is not None for one in self.judged)

    def tables(self) -> list[Table]:
        """What moved from a golden file; then the verdicts, failures first, and what the numbers are of."""
        columns = [
            Column("verdict", "verdict"),
            Column("requirement", "requirement"),
            Column("value", "value", Kind.VALUE),
            Column("rows", "rows", Kind.COUNT),
        ]
        if self._has_intervals:
            (level,) = {one.interval.level for one in self.judged if one.interval is not None}
            columns.insert(3, Column("interval", f"{100 * level:g} % interval", Kind.CHANGE))
        rows: list[tuple[Cell, ...]] = []
        for one in self.ordered:
            ends = (one.ends,) if self._has_intervals else ()
            verdict = "FAIL" if one.verdict == FAIL else one.verdict
            rows.append((verdict, one.words, one.cell, *ends, one.rows))
        signatures = tuple(result.signature for result in self.computed.results)
        moved = [one.moved.table() for one in self.ordered if one.moved is not None and one.moved.listed]
        return [*moved, Table("requirements", tuple(columns), rows, notes=self._notes, signatures=signatures)]

    @property
    def _notes(self) -> tuple[Note, ...]:
        found: list[Note] = [self.summary]
        for one in self.ordered:
            found += [note for note in (one.note, one.limit_note) if note]
            if one.change is not None and one.verdict != PASS:
                found += one.change.notes(one.term)
            elif one.worst and one.moved is None:
                found.append(one.worst_note)
        methods = dict.fromkeys(one.interval.method for one in self.judged if one.interval is not None)
        found += [one if one.startswith("no interval") else f"intervals: {one}" for one in methods]
        warnings = [f"warning[{one.code}]: {one.message}" for one in self.warnings]
        return (*found, *self.computed.run_notes(), *warnings)

    @property
    def summary(self) -> str:
        """The verdict in one line, with the exit code."""
        return f"{met_words(self.judged)}: exit {self.exit_code}"


def met_words(judged: Sequence[Judged]) -> str:
    """How many requirements are met, not met and unclear."""
    failed = sum(one.verdict == FAIL for one in judged)
    unclear = [one.counts_as for one in judged if one.verdict == UNCLEAR]
    asked = counted(len(judged), "requirement")
    if not judged:
        return "no requirement"
    if failed:
        words = f"{failed} of {asked} not met"
    else:
        words = f"{len(judged) - len(unclear)} of {asked} met" if unclear else f"{asked} met"
    for counts_as in (FAIL, PASS):
        some = unclear.count(counts_as)
        words += f", {some} unclear (counts as {counts_as})" if some else ""
    return words
