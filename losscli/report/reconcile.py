"""What `reconcile` found: the conventions that give a number, what separates two, or all of them."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from losscli import __version__
from losscli.errors import counted
from losscli.report.compute import SCHEMA, Figure, InputUsed, Plain, RowCounts
from losscli.report.tables import Cell, Column, Finding, Kind, Note, Sharp, Table, tab_separated

UNSURE = 0.05
"""From this chance on a fit says little."""
UNSEEN = (
    "files cannot show a penalty on the model's weights (L2), dropout or batch norm in training mode, a loss "
    "averaged while the weights moved (what most training loops print for an epoch), rows that were drawn "
    "again or changed (augmentation), or predictions that were rounded when they were written"
)


class Way(NamedTuple):
    """One step away from what was named: its kind (inputs, loss, reduction, number, arithmetic)."""

    kind: str
    words: str
    cost: float

    def plain(self) -> Plain:
        """The entry of JSON."""
        return {"kind": self.kind, "words": self.words, "cost": self.cost}


class Fit(NamedTuple):
    """One convention and its number.

    `spec` is the loss; `ways` lead to it from the loss that was named. `command` prints the number, or with a
    `formula` what it is made of: x is the number that the command prints, l the loss of each row, w its
    weight, k the columns, n the rows. It is empty where losscli has no option for a step. `same` are other
    conventions, as simple, of the same number on these rows. `chance` is how likely one of the conventions
    tried up to this cost fits a number that has nothing to do with them.
    """

    spec: str
    value: float
    ways: tuple[Way, ...]
    command: str
    formula: str
    same: tuple[str, ...] = ()
    chance: float | None = None

    @property
    def cost(self) -> float:
        """How far it is from what was named."""
        return sum(way.cost for way in self.ways)

    @property
    def words(self) -> str:
        """The steps in words."""
        return "; ".join(way.words for way in self.ways) or f"{self.spec}, as it is"

    def plain(self, printed: float) -> Plain:
        """The entry of JSON; `printed` is the number that was asked for."""
        away = self.value - printed
        figure = Figure(self.value, _status(self.value))
        return {
            "loss": self.spec,
            "value": figure.plain(),
            "status": figure.status,
            "difference": away if math.isfinite(away) else None,
            "cost": self.cost,
            "chance": self.chance,
            "convention": self.words,
            "steps": [way.plain() for way in self.ways],
            "same": list(self.same),
            "command": self.command or None,
            "formula": self.formula or None,
        }


class Sought(NamedTuple):
    """One printed number and the conventions that give it; `fits` are the first of `all_fits`. Where none
    does, `nearest` is the one that comes closest."""

    text: str
    value: float
    half: float
    digits: int
    tried: int
    distinct: int
    fits: tuple[Fit, ...]
    all_fits: int
    nearest: Fit | None
    chance: float | None

    @property
    def verdict(self) -> str:
        """fits, by chance perhaps (the first fit would as well be an accident), or none."""
        if not self.fits:
            return "none"
        first = self.fits[0].chance
        return "perhaps by chance" if first is not None and first >= UNSURE else "fits"

    def plain(self) -> Plain:
        """The entry of JSON."""
        figure = Figure(self.value, _status(self.value))
        return {
            "printed": self.text,
            "value": figure.plain(),
            "status": figure.status,
            "digits": self.digits,
            "half_unit": self.half,
            "verdict": self.verdict,
            "tried": self.tried,
            "distinct": self.distinct,
            "chance": self.chance,
            "fits": [fit.plain(self.value) for fit in self.fits],
            "all_fits": self.all_fits,
            "nearest": None if self.nearest is None else self.nearest.plain(self.value),
        }

    def table(self) -> Table:
        """The fits, the simplest first, with the command of each below."""
        columns = (
            Column("fit", "fit", Kind.WHOLE),
            Column("value", "number", Kind.VALUE),
            Column("convention", "convention"),
            Column("chance", "by chance", Kind.SHARE),
        )
        shown = self.fits or (() if self.nearest is None else (self.nearest,))
        rows: list[tuple[Cell, ...]] = [
            (number if self.fits else None, self._sharp(fit.value), fit.words, fit.chance)
            for number, fit in enumerate(shown, start=1)
        ]
        commands = tuple(
            f"{fit.command}{self._rest(number, fit)}"
            for number, fit in enumerate(shown, start=1)
            if fit.command
        )
        return Table("fits", columns, rows, heading=self._heading(), notes=self._notes(), signatures=commands)

    def _rest(self, number: int, fit: Fit) -> str:
        """What is left to do, as a comment of the shell."""
        which = f"  # {number}" if len(self.fits) > 1 else "  #" if fit.formula else ""
        return which + (f" then {fit.formula}" if fit.formula else "")

    def _sharp(self, value: float) -> float:
        return Sharp(value, min(max(self.digits + (0 if self.fits else 2), 1), 17))

    def _heading(self) -> tuple[str, ...]:
        digits = f" ({counted(self.digits, 'digit')})" if self.digits else ""
        if not self.fits:
            return (f"{self.text}{digits}: no convention gives it; the nearest:",)
        more = "" if self.all_fits == len(self.fits) else f" The first {len(self.fits)} of {self.all_fits:,}:"
        return (f"{self.text}{digits}: {self.fits[0].words}.{more}",)

    def _notes(self) -> tuple[Note, ...]:
        notes: list[Note] = []
        for number, fit in enumerate(self.fits, start=1):
            if fit.same:
                notes.append(f"{number}  the same on these rows: {'; '.join(fit.same)}")
            if fit.formula and not fit.command:
                notes.append(f"{number}  no option of losscli: {fit.formula}")
        if self.nearest is not None and not self.fits:
            away = abs(self.nearest.value - self.value)
            size = f", {away / abs(self.value):.2g} of it" if self.value else ""
            notes.append(f"it is {away:.3g} away{size}")
            notes.append(UNSEEN)
        notes.append(self._odds())
        return tuple(notes)

    def _odds(self) -> str:
        tried = f"{counted(self.tried, 'convention')} tried, {counted(self.distinct, 'different number')}"
        if self.chance is None:
            return tried
        digits = counted(self.digits, "digit")
        if self.verdict == "perhaps by chance":
            return (
                f"{tried}: {digits} fit by chance in {100 * self.chance:.2g} % of such searches, so this "
                "proves nothing; give more digits"
            )
        return f"{tried}: {digits} fit by chance in {100 * self.chance:.2g} % of such searches"


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
        notes: tuple[str, ...] = ()
        if not self.known:
            notes = ("one of the two is no convention's number, so their steps cannot be compared",)
        elif not self.only_first and not self.only_second:
            notes = ("both come about in the same way",)
        heading = (f"what separates {self.first} and {self.second}",)
        return Table("separation", (Column("number", "only"), Column("step", "step")), rows, heading, notes)


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
    """Whether two numbers differ by rounding only."""
    finite = math.isfinite(first) and math.isfinite(second)
    return first == second or (finite and abs(first - second) <= 1e-12 * abs(first))


def _shown(value: float, ours: float) -> float:
    """The number with so many digits that it differs from ours, if it does."""
    if value == ours or not math.isfinite(value) or not math.isfinite(ours):
        return value
    apart = (digits for digits in range(4, 18) if f"{value:.{digits - 1}e}" != f"{ours:.{digits - 1}e}")
    return Sharp(value, next(apart, 17))


def _status(value: float) -> str:
    if math.isfinite(value):
        return "ok"
    return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"


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
