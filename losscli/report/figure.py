"""What a picture shows, before anybody draws it: panels with axes, series of numbers, labels and units.

Terminal, PNG, SVG and PDF are drawn from this record; JSON and CSV print its numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any, Final

from losscli import __version__
from losscli.records import NamedTuple
from losscli.report.compute import SCHEMA
from losscli.report.tables import Amount, Cell, Column, Finding, Kind, Note, Table, tab_separated

Plain = dict[str, Any]
Numbers = tuple[float, ...]


class Mark(Enum):
    """How a series is drawn."""

    LINE = "line"
    POINTS = "points"
    BARS = "bars"


class Axis(NamedTuple):
    """One axis: its label with the unit, and the ends where the data does not choose them.

    With `names` the places 1, 2, ... have names. `whole` says that numbers in between mean nothing.
    """

    label: str
    low: float | None = None
    high: float | None = None
    names: tuple[str, ...] = ()
    whole: bool = False


class Series(NamedTuple):
    """Numbers under one label, `x` and `y` of one length.

    `extra` holds further columns of that length: `to` is where a bar ends, `low` and `high` an interval about
    y; others (`count`, `name`) are only printed. A y that is not finite is not drawn.
    """

    label: str
    mark: Mark
    x: Numbers
    y: Numbers
    extra: Mapping[str, tuple[Cell, ...]] = MappingProxyType({})

    def numbers(self, key: str) -> Numbers | None:
        """A further column as numbers, nan for what is none; None where there is no such column."""
        if key not in self.extra:
            return None
        cells = self.extra[key]
        return tuple(float(cell) if isinstance(cell, (int, float)) else math.nan for cell in cells)

    def plain(self) -> Plain:
        """The entry of JSON's `series`."""
        found: Plain = {"label": self.label, "mark": self.mark.value, "x": list(self.x)}
        for name, values in (("y", self.y), *self.extra.items()):
            found[name] = [_finite(value) for value in values]
            if any(isinstance(value, float) and not math.isfinite(value) for value in values):
                found[f"{name}_status"] = [_status(value) for value in values]
        return found


class Rule(NamedTuple):
    """A straight line for the eye: at a value of the axis `along` ("x" or "y"), or the "diagonal" y = x."""

    label: str
    along: str
    at: float = 0.0


class Grid(NamedTuple):
    """A number for each pair of `x` and `y`: `values` has a row for each y."""

    label: str
    x: Numbers
    y: Numbers
    values: tuple[Numbers, ...]


class Panel(NamedTuple):
    """One pair of axes and what is drawn between them."""

    title: str
    x: Axis
    y: Axis
    series: tuple[Series, ...] = ()
    rules: tuple[Rule, ...] = ()
    grid: Grid | None = None

    def plain(self) -> Plain:
        """The entry of JSON's `panels`."""
        found: Plain = {
            "title": self.title,
            "x": self.x.label,
            "y": self.y.label,
            "series": [entry.plain() for entry in self.series],
            "rules": [{"label": rule.label, "along": rule.along, "at": rule.at} for rule in self.rules],
        }
        if self.grid is not None:
            rows = [[_finite(value) for value in row] for row in self.grid.values]
            found["grid"] = {
                "label": self.grid.label,
                "x": list(self.grid.x),
                "y": list(self.grid.y),
                "values": rows,
            }
        return found


class Fact(NamedTuple):
    """A number that the picture is about, with the words for it."""

    key: str
    words: str
    value: float
    kind: Kind = Kind.VALUE
    unit: str = ""


_CELL: Final = "cell"
"""The column of the numbers of a grid."""


class PlotReport(NamedTuple):
    """A picture: its kind, its panels, the numbers that are said in words, and notes."""

    kind: str
    title: str
    panels: tuple[Panel, ...]
    facts: tuple[Fact, ...] = ()
    notes: tuple[str, ...] = ()
    warnings: tuple[Finding, ...] = ()

    @property
    def command(self) -> str:
        """The command whose report this is."""
        return "plot"

    def plain(self) -> Plain:
        """Strict data: every number that is drawn."""
        facts: Plain = {}
        for fact in self.facts:
            facts[fact.key] = _finite(fact.value)
            if not math.isfinite(fact.value):
                facts[f"{fact.key}_status"] = _status(fact.value)
        return {
            "schema": SCHEMA,
            "version": __version__,
            "kind": self.kind,
            "title": self.title,
            "panels": [panel.plain() for panel in self.panels],
            "facts": facts,
            "notes": list(self.notes),
            "warnings": [finding._asdict() for finding in self.warnings],
        }

    def findings(self) -> list[Finding]:
        """The warnings."""
        return list(self.warnings)

    def main_table(self) -> Table:
        """One record for each point, bar or cell of a grid."""
        entries = [entry for panel in self.panels for entry in panel.series]
        further = tuple(dict.fromkeys(key for entry in entries for key in entry.extra))
        if any(panel.grid is not None for panel in self.panels):
            further += (_CELL,)
        columns = [Column(key, key) for key in ("panel", "series")]
        columns += [Column(key, key, Kind.VALUE) for key in ("x", "y")]
        columns += [Column(key, key, _kind(key, entries)) for key in further]
        return Table("points", tuple(columns), list(self._records(further)))

    def _records(self, further: tuple[str, ...]) -> Iterator[tuple[Cell, ...]]:
        for panel in self.panels:
            if panel.grid is not None:
                blank = (None,) * (len(further) - 1)
                for y, row in zip(panel.grid.y, panel.grid.values, strict=True):
                    for x, value in zip(panel.grid.x, row, strict=True):
                        yield (panel.title, panel.grid.label, x, y, *blank, value)
            for entry in panel.series:
                missing = (None,) * len(entry.x)
                others = [entry.extra.get(key, missing) for key in further]
                for x, y, *rest in zip(entry.x, entry.y, *others, strict=True):
                    yield (panel.title, entry.label, x, y, *rest)

    def lines(self) -> list[str]:
        """`name value` for what is said in words, then a record for each point, tab-separated."""
        found = [tab_separated((fact.key, fact.value)) for fact in self.facts]
        return found + [tab_separated(row) for row in self.main_table().rows]

    def tables(self) -> list[Table]:
        """The numbers as a table, for formats that draw none."""
        return [self.main_table()._replace(heading=(self.title,), notes=tuple(self.words()))]

    def words(self) -> Iterator[Note]:
        """What is said below the picture: the facts, the notes, the warnings."""
        for fact in self.facts:
            yield (f"{fact.words}: ", Amount(fact.value, fact.kind), f" {fact.unit}" if fact.unit else "")
        yield from self.notes
        yield from (f"warning[{finding.code}]: {finding.message}" for finding in self.warnings)


def _kind(key: str, entries: list[Series]) -> Kind:
    """What a further column holds: text, counts or numbers."""
    values = next((entry.extra[key] for entry in entries if key in entry.extra), ())
    if key == _CELL:
        return Kind.VALUE
    if any(isinstance(value, str) for value in values):
        return Kind.TEXT
    return Kind.COUNT if all(isinstance(value, int) for value in values) else Kind.VALUE


def _finite(value: Cell) -> Cell:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _status(value: Cell) -> str:
    if not isinstance(value, float) or math.isfinite(value):
        return "ok"
    return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
