"""What `reconcile` found: the conventions that give a number, what separates two, or all of them."""

from __future__ import annotations

import math
from typing import Any

from losscli import __version__
from losscli.errors import counted
from losscli.records import NamedTuple
from losscli.report.compute import SCHEMA, Figure, InputUsed, Plain, RowCounts
from losscli.report.fits import UNSEEN, Fit, Sought
from losscli.report.tables import Cell, Column, Finding, Kind, Sharp, Table, tab_separated


class Separation(NamedTuple):
    """What separates two printed numbers: the steps that only the first has, those that only the second has,
    and how one follows from the other by itself."""

    first: str
    second: str
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    relations: tuple[str, ...]
    known: bool

    def plain(self) -> Plain:
        """The entry of JSON."""
        return {
            "first": self.first,
            "second": self.second,
            "known": self.known,
            "only_first": list(self.only_first),
            "only_second": list(self.only_second),
            "relations": list(self.relations),
        }

    def table(self) -> Table:
        """One step a row."""
        rows: list[tuple[Cell, ...]] = [(self.first, words) for words in self.only_first]
        rows += [(self.second, words) for words in self.only_second]
        rows += [("both", words) for words in self.relations]
        if not self.known:
            rows.append(("-", "one of the two is no convention's number, so no steps can be compared"))
        elif not self.only_first and not self.only_second:
            rows.append(("both", "the same steps"))
        heading = (f"what separates {self.first} and {self.second}",)
        return Table("separation", (Column("number", "only"), Column("step", "step")), rows, heading)


class Convention(NamedTuple):
    """The number of one convention: `framework` and `function` are empty for our own losses."""

    spec: str
    framework: str
    function: str
    value: Figure
    words: str
    command: str

    def plain(self) -> Plain:
        """The entry of JSON."""
        return {
            "loss": self.spec,
            "framework": self.framework or None,
            "call": self.function or None,
            "value": self.value.plain(),
            "status": self.value.status,
            "convention": self.words,
            "command": self.command or None,
        }


class ReconcileReport(NamedTuple):
    """Everything that was found about a loss and some printed numbers."""

    loss: str
    title: str
    inputs: tuple[InputUsed, ...]
    counts: RowCounts
    weighted: bool
    sought: tuple[Sought, ...]
    separations: tuple[Separation, ...]
    conventions: tuple[Convention, ...]
    refusal: str = ""

    @property
    def command(self) -> str:
        """The command whose report this is."""
        return "reconcile"

    def plain(self) -> dict[str, Any]:
        """Strict data for JSON."""
        return {
            "schema": SCHEMA,
            "version": __version__,
            "command": self.command,
            "loss": self.loss,
            "title": self.title,
            "inputs": [one.plain() for one in self.inputs],
            "rows": self.counts.plain(),
            "weighted": self.weighted,
            "refusal": self.refusal or None,
            "values": [one.plain() for one in self.sought],
            "separations": [one.plain() for one in self.separations],
            "conventions": [one.plain() for one in self.conventions],
            "not_seen": UNSEEN,
        }

    def findings(self) -> list[Finding]:
        """What is doubtful about the inputs."""
        return [finding for one in self.inputs for finding in one.warnings]

    def main_table(self) -> Table:
        """One record a fit, or a convention where no number was asked for."""
        if self.sought:
            return Table("fits", _FIT_COLUMNS, [_record(one, fit) for one in self.sought for fit in one.fits])
        rows = [
            (one.spec, one.framework, one.function, one.value.value, one.value.status, one.words, one.command)
            for one in self.conventions
        ]
        return Table("conventions", _CONVENTION_COLUMNS, rows)

    def lines(self) -> list[str]:
        """Tab-separated: printed, verdict, number, chance, convention, command, formula; or conventions:
        loss, number, framework's call."""
        if not self.sought:
            return [tab_separated((one.spec, one.value.value, one.function)) for one in self.conventions]
        found: list[str] = []
        for one in self.sought:
            shown = one.fits or (() if one.nearest is None else (one.nearest,))
            verdict = one.verdict if one.fits else "nearest"
            found += [
                tab_separated((one.text, verdict, fit.value, fit.chance, fit.words, fit.command, fit.formula))
                for fit in shown
            ]
            found += [tab_separated((one.text, "none"))] if not shown else []
        for parted in self.separations:
            pair = f"{parted.first} - {parted.second}"
            found += [tab_separated((pair, f"only {parted.first}", words)) for words in parted.only_first]
            found += [tab_separated((pair, f"only {parted.second}", words)) for words in parted.only_second]
            found += [tab_separated((pair, "both", words)) for words in parted.relations]
        return found

    def tables(self) -> list[Table]:
        """Every number with its fits; what separates them; the conventions where none fits or none was
        asked for."""
        tables = [one.table() for one in self.sought]
        tables += [one.table() for one in self.separations]
        if not all(one.fits for one in self.sought) or not self.sought:
            tables.append(self._conventions_table())
        notes = (self._of(), *((self.refusal,) if self.refusal else ()))
        tables[-1] = tables[-1]._replace(notes=(*tables[-1].notes, *notes))
        return tables

    def _of(self) -> str:
        weighted = ", weighted" if self.weighted else ""
        sources = ", ".join(one.said for one in self.inputs)
        return f"{self.loss}  {self.title}, {counted(self.counts.scored, 'row')}{weighted}: {sources}"

    def _conventions_table(self) -> Table:
        """One row a number, with all conventions that give it."""
        groups: list[tuple[float, list[str]]] = []
        for one in self.conventions:
            value = one.value.value
            same = next((names for first, names in groups if _same(first, value)), None)
            if same is None:
                groups.append((value, [one.spec]))
            else:
                same.append(one.spec)
        ours = groups[0][0] if groups else math.nan
        rows = [(_shown(value, ours), ", ".join(names)) for value, names in groups]
        columns = (Column("value", "number", Kind.VALUE), Column("loss", "convention"))
        notes = ("losscli explain LOSS says how they differ; --format json has every call",)
        return Table("conventions", columns, rows, notes=notes)


def _same(first: float, second: float) -> bool:
    """Whether two numbers differ by the rounding of single precision only."""
    finite = math.isfinite(first) and math.isfinite(second)
    return first == second or (finite and abs(first - second) <= 1e-6 * abs(first))


def _shown(value: float, ours: float) -> float:
    """The number with so many digits that it differs from ours, if it does."""
    if value == ours or not math.isfinite(value) or not math.isfinite(ours):
        return value
    apart = (digits for digits in range(4, 18) if f"{value:.{digits - 1}e}" != f"{ours:.{digits - 1}e}")
    return Sharp(value, next(apart, 17))


def _record(one: Sought, fit: Fit) -> tuple[Cell, ...]:
    return (
        one.text,
        fit.value,
        fit.spec,
        fit.words,
        fit.cost,
        fit.chance,
        fit.command,
        fit.formula,
    )


_FIT_COLUMNS = (
    Column("printed", "printed"),
    Column("value", "value", Kind.VALUE),
    Column("loss", "loss"),
    Column("convention", "convention"),
    Column("cost", "cost", Kind.INPUT),
    Column("chance", "chance", Kind.INPUT),
    Column("command", "command"),
    Column("formula", "formula"),
)
_CONVENTION_COLUMNS = (
    Column("loss", "loss"),
    Column("framework", "framework"),
    Column("call", "call"),
    Column("value", "value", Kind.VALUE),
    Column("status", "status"),
    Column("convention", "convention"),
    Column("command", "command"),
)
