"""The conventions that give one printed number, as `reconcile` found them."""

from __future__ import annotations

import math

from losscli.errors import counted
from losscli.records import NamedTuple
from losscli.report.compute import Figure, Plain
from losscli.report.tables import Cell, Column, Kind, Note, Sharp, Table

UNSURE = 0.05
"""From this chance on a fit says little."""
UNSEEN = (
    "files cannot show a penalty on the model's weights (L2), dropout or batch norm in training mode, a loss "
    "averaged while the weights moved (what most training loops print for an epoch), rows that were drawn "
    "again or changed (augmentation), weights that --weight does not name, or predictions that were rounded "
    "when they were written"
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

    @property
    def title(self) -> str:
        """The steps in few words, without what they change."""
        return "; ".join(way.words.partition(": ")[0] for way in self.ways) or self.words

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
    does, `nearest` is the simple one (of a cost up to 2) that comes closest. All conventions up to the cost
    `limit` were tried; `deepest` where no search goes further."""

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
    limit: float
    deepest: bool

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
            "up_to_cost": self.limit,
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
            return (f"{self.text}{digits}: no convention gives it; the nearest simple one:",)
        more = "" if self.all_fits == len(self.fits) else f" The first {len(self.fits)} of {self.all_fits:,}:"
        return (f"{self.text}{digits}: {self.fits[0].title}.{more}",)

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
            if not self.deepest:
                notes.append(
                    f"so many rows were searched up to cost {self.limit:g} only: give a part of them, and "
                    "the number of the same part, to search further"
                )
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


def _status(value: float) -> str:
    if math.isfinite(value):
        return "ok"
    return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
