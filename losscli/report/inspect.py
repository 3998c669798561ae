"""What `inspect` found: what the files hold, what is wrong with them, which losses fit and why."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

from losscli import __version__
from losscli.errors import Place
from losscli.records import NamedTuple
from losscli.report.compute import SCHEMA, Figure, InputUsed, RowCounts
from losscli.report.tables import Cell, Column, Finding, Kind, Note, Table, tab_separated

Value: TypeAlias = "str | int | float | bool | None"


class Held(NamedTuple):
    """One fact of an input: `role` is target or prediction; `words` say it where the value does not; `detail`
    is what machines see in the place of the value."""

    role: str
    fact: str
    value: Value
    words: str = ""
    detail: Mapping[str, Any] | None = None


class Fault(NamedTuple):
    """One thing that is wrong, or looks so. `words` say it with its numbers, which `evidence` holds for
    machines; `fix` is what to type instead, `place` the first row that shows it."""

    code: str
    title: str
    words: str
    evidence: Mapping[str, Any]
    place: Place | None = None
    fix: str = ""

    def plain(self) -> dict[str, Any]:
        """The entry of JSON's `faults`."""
        place = self.place
        where = None if place is None else {"file": place.file, "line": place.line}
        evidence = {name: _strict(value) for name, value in self.evidence.items()}
        return {
            "code": self.code,
            "title": self.title,
            "message": self.words,
            "place": where,
            "evidence": evidence,
            "fix": self.fix or None,
        }


class Fit(NamedTuple):
    """A loss that fits, the best one first. `value` is its mean over all rows (None where it was not
    computed: `why_not` says why), `skill` what it is better than the best constant by."""

    spec: str
    title: str
    reason: str
    likelihood: str
    command: str
    value: Figure | None = None
    skill: float | None = None
    why_not: str = ""
    direction: str = "minimize"

    def plain(self) -> dict[str, Any]:
        """The entry of JSON's `fits`."""
        found: dict[str, Any] = {
            "loss": self.spec,
            "title": self.title,
            "direction": self.direction,
            "value": None if self.value is None else self.value.plain(),
            "status": "not computed" if self.value is None else self.value.status,
            "skill": _strict(self.skill),
            "reason": self.reason,
            "likelihood": self.likelihood or None,
            "command": self.command,
        }
        return found | ({"why_not": self.why_not} if self.why_not else {})


class InspectReport(NamedTuple):
    """Everything `inspect` found. `problem` names what is predicted by what, `model` what kind of model
    gives such predictions. `sampled` is the number of rows that were compared pair by pair."""

    inputs: tuple[InputUsed, ...]
    rows: RowCounts
    pairing: str
    problem: str
    model: str
    sampled: int
    held: tuple[Held, ...]
    faults: tuple[Fault, ...]
    fits: tuple[Fit, ...]
    warnings: tuple[Finding, ...] = ()

    @property
    def command(self) -> str:
        """The command whose report this is."""
        return "inspect"

    def plain(self) -> dict[str, Any]:
        """Strict data for JSON."""
        return {
            "schema": SCHEMA,
            "version": __version__,
            "command": self.command,
            "inputs": [entry.plain() for entry in self.inputs],
            "rows": self.rows.plain(),
            "pairing": self.pairing,
            "sampled": self.sampled,
            "problem": self.problem,
            "model": self.model,
            "holds": {role: self._facts(role) for role in dict.fromkeys(one.role for one in self.held)},
            "faults": [fault.plain() for fault in self.faults],
            "fits": [fit.plain() for fit in self.fits],
            "warnings": [{"code": found.code, "message": found.message} for found in self.warnings],
        }

    def _facts(self, role: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for one in self.held:
            if one.role == role:
                found[one.fact] = _strict(one.value) if one.detail is None else dict(one.detail)
        return found

    def findings(self) -> list[Finding]:
        """Warnings about the reading; what is wrong with the data is the report itself."""
        return list(self.warnings)

    def lines(self) -> list[str]:
        """Tab-separated records: `holds ROLE FACT VALUE`, `wrong CODE PLACE WORDS FIX`,
        `fits LOSS VALUE SKILL REASON COMMAND`."""
        found: list[tuple[Cell, ...]] = [("problem", self.problem), ("model", self.model)]
        found += [("holds", one.role, one.fact, _cell(one.value), one.words) for one in self.held]
        found += [("wrong", one.code, _text(one.place), one.words, one.fix) for one in self.faults]
        found += [("fits", one.spec, _value(one), one.skill, one.reason, one.command) for one in self.fits]
        return [tab_separated(cells) for cells in found]

    def main_table(self) -> Table:
        """One record for each fact, fault and loss, all of one shape."""
        columns = (
            Column("section", "section"),
            Column("name", "name"),
            Column("place", "place"),
            Column("value", "value", Kind.VALUE),
            Column("skill", "skill", Kind.VALUE),
            Column("words", "words"),
            Column("command", "command"),
        )
        rows: list[tuple[Cell, ...]] = []
        for held in self.held:
            number = held.value if _is_number(held.value) else None
            said = held.words or ("" if number is not None else str(_cell(held.value)))
            rows.append((held.role, held.fact, "", number, None, said, ""))
        rows += [("wrong", one.code, _text(one.place), None, None, one.words, one.fix) for one in self.faults]
        rows += [("fits", one.spec, "", _value(one), one.skill, one.reason, one.command) for one in self.fits]
        return Table("inspected", columns, rows)

    def tables(self) -> list[Table]:
        """What the files hold, what is wrong, which losses fit."""
        return [
            self._held_table(),
            *([self._fault_table()] if self.faults else []),
            *([self._fit_table()] if self.fits else []),
        ]

    def _held_table(self) -> Table:
        columns = (Column("fact", "holds"), *(Column(role, role) for role in self._roles))
        facts: dict[str, dict[str, str]] = {}
        for one in self.held:
            facts.setdefault(one.fact, {})[one.role] = one.words or _shown(one.value)
        rows = [(fact, *(found.get(role, "") for role in self._roles)) for fact, found in facts.items()]
        used = ", ".join([*(entry.said for entry in self.inputs), self.pairing])
        notes = (used,) if self.faults else (used, "nothing wrong found")
        return Table("holds", columns, rows, heading=(f"inspect  {self.problem}",), notes=notes)

    @property
    def _roles(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.role for one in self.held))

    def _fault_table(self) -> Table:
        columns = (Column("code", "wrong"), Column("place", "first"), Column("what", "what"))
        rows = [(one.code, _text(one.place), f"{one.title}: {one.words}") for one in self.faults]
        fixes = tuple(f"{one.code}: {one.fix}" for one in self.faults if one.fix)
        return Table("wrong", columns, rows, notes=fixes)

    def _fit_table(self) -> Table:
        columns = (
            Column("loss", "fits"),
            Column("value", "value", Kind.VALUE),
            Column("skill", "skill", Kind.SHARE),
            Column("reason", "because"),
        )
        rows = [(one.spec, _value(one), one.skill, one.reason) for one in self.fits]
        notes: list[Note] = [f"{one.spec}: not computed, {one.why_not}" for one in self.fits if one.why_not]
        notes += [f"{one.spec}: {one.likelihood}" for one in self.fits if one.likelihood]
        if self.faults:
            notes.append("values are those of the files as they stand")
        notes += [self.model, f"first: {self.fits[0].command}"]
        notes += [f"warning[{found.code}]: {found.message}" for found in self.warnings]
        return Table("fits", columns, rows, notes=tuple(notes))


def _strict(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _is_number(value: Value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _cell(value: Value) -> str | int | float | None:
    return ("yes" if value else "no") if isinstance(value, bool) else value


def _shown(value: Value) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(_cell(value)) if value is not None else ""


def _text(place: Place | None) -> str:
    return "" if place is None else str(place)


def _value(fit: Fit) -> float | None:
    return None if fit.value is None else fit.value.value
