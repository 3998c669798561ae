"""Which rows are shown: the first ones and the largest losses, kept while the rows stream by."""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import copy
from typing import Final

import numpy as np

from losscli.arrays import Floats, Integers, Rows
from losscli.domains import ClassIndex, Domain
from losscli.engine.request import Request
from losscli.engine.rowset import Rowset
from losscli.records import NamedTuple
from losscli.registry import Input, Shape
from losscli.report.samples import Sample, Samples
from losscli.report.tables import Cell, Column, Kind
from losscli.storage.uris import file_name

SHOWN = 10
"""Rows in the table when nobody says how many."""

LINED: Final = frozenset({"csv", "tsv", "json", "ndjson"})
"""The formats whose places are lines of a text."""

WIDE = 64
"""Columns of one input that a table lists at most; of matrices there may be thousands."""


class Lined(NamedTuple):
    """The input whose lines are shown, by its place among the feeds, and the name of its source."""

    feed: int
    source: str

    def line(self, rowset: Rowset, row: int) -> str:
        """The line of a row; with its file's name where the source is many files."""
        place = rowset.place(self.feed, row, 0)
        if place.line is None:
            return ""
        return str(place.line) if place.file == self.source else f"{file_name(place.file)}:{place.line}"


class Layout(NamedTuple):
    """How the inputs of a row are shown: their cells, or for a class among many its probability and the
    likeliest. `lined` says whose lines are shown, if any."""

    inputs: tuple[Input, ...]
    names: tuple[tuple[str, ...], ...]
    classes: tuple[str, ...]
    domains: tuple[Domain, ...] = ()
    family: str = ""
    lined: Lined | None = None

    @property
    def _is_class(self) -> bool:
        """Whether the target is a class among the columns: an index, or a row that is 1 at the class."""
        if len(self.inputs) != 2 or self.inputs[1].shape is not Shape.VECTOR:
            return False
        if self.inputs[0].shape is Shape.CLASS:
            if len(self.names[0]) != 1:
                return False
            return not isinstance(self.domains[0], ClassIndex) or self.domains[0].bounded
        return self.family == "multiclass"

    def columns(self) -> tuple[Column, ...]:
        """The columns of the input cells."""
        if self._is_class:
            single = len(self.names[0]) == 1 and not self.names[0][0].startswith("@")
            shown = self.names[0][0] if single else "target"
            value = "p" if self.domains[1].kind == "distribution" else self.inputs[1].symbol
            return (
                Column("target", shown, Kind.TEXT),
                Column("own", f"its {value}", Kind.INPUT, drop=3),
                Column("likeliest", "most likely", Kind.TEXT, drop=4),
                Column("largest", value, Kind.INPUT, drop=5),
            )
        found = []
        for entry, names in zip(self.inputs, self.names, strict=True):
            if len(names) == 1:
                found.append(Column(entry.role, entry.role, Kind.INPUT, drop=1))
                continue
            if len(names) > WIDE:
                continue
            for position, name in enumerate(names):
                title = f"{entry.role}[{name}]"
                found.append(Column(title, title, Kind.INPUT, drop=min(7, 2 + position)))
        return tuple(found)

    def cells(self, rowset: Rowset, row: int) -> tuple[Cell, ...]:
        """The cells of one row."""
        if rowset.downward:
            return ()
        if not self._is_class:
            return tuple(
                rowset.cell(feed, row, column)
                for feed, names in enumerate(self.names)
                if len(names) <= WIDE
                for column in range(len(names))
            )
        predictions = rowset.inputs[1][row]
        target = rowset.inputs[0][row]
        best = int(np.argmax(predictions))
        if self.inputs[0].shape is Shape.CLASS:
            index = int(target)
            label = rowset.cell(0, row, 0)
            shown = label if isinstance(label, str) else f"{label:g}"
        else:
            index = int(np.argmax(target))
            shown = self._name(index) if target[index] == 1.0 else f"{self._name(index)} {target[index]:.3g}"
        known = 0 <= index < len(predictions)  # a class without a column marks a row that is left out
        own: Cell = float(predictions[index]) if known else ""
        return (shown, own, self._name(best), float(predictions[best]))

    def _name(self, index: int) -> str:
        return self.classes[index] if index < len(self.classes) else str(index)


class Choice(NamedTuple):
    """Which rows are shown: so many of the first (-1: all), so many with the largest losses. `numbered` says
    that somebody gave a number of first rows."""

    first: int
    largest: int
    everything: bool = False
    numbered: bool = False
    worst: bool = False
    direction: str = "minimize"

    @classmethod
    def of(cls, request: Request, direction: str) -> Choice:
        """What a request asks for."""
        everything = (request.rows == "all" or "none" in request.reductions) and request.samples
        first = 0 if request.worst else SHOWN + 1
        if isinstance(request.rows, int):
            first = request.rows
        if everything:
            first = -1
        largest = request.worst or (SHOWN if request.rows is None and not everything else 0)
        if not request.samples:
            first = largest = 0
        numbered = isinstance(request.rows, int)
        return cls(first, largest, everything, numbered, bool(request.worst), direction)


class Kept(NamedTuple):
    """A row that may be shown: how large its loss is, and its place in the order of all rows."""

    key: float
    order: tuple[int, int]
    sample: Sample


class Picks:
    """The rows that the report shows, of those that were seen."""

    def __init__(self, choice: Choice, columns: tuple[Column, ...]) -> None:
        self.choice = choice
        self.columns = columns
        self.first: list[Kept] = []
        self.largest: list[Kept] = []
        self.seen = 0

    def merge(self, other: Picks) -> None:
        """Add all rows of another."""
        first = sorted([*self.first, *other.first], key=lambda entry: entry.order)
        self.first = first if self.choice.first < 0 else first[: self.choice.first]
        self.largest = self._best([*self.largest, *other.largest])
        self.seen += other.seen

    def _best(self, kept: list[Kept]) -> list[Kept]:
        return sorted(kept, key=lambda entry: (-entry.key, entry.order))[: self.choice.largest]

    @property
    def idle(self) -> bool:
        """Whether no row is shown at all."""
        return not self.choice.first and not self.choice.largest

    def samples(
        self,
        totals: tuple[float, ...],
        id_name: str | None,
        keyed: bool,
        gradients: tuple[tuple[str, ...], ...],
    ) -> Samples:
        """The rows to show, once all rows were seen."""
        choice = self.choice
        by_file = choice.everything or choice.numbered
        if not by_file and not choice.worst and self.seen <= SHOWN:
            by_file = True
        chosen = [entry.sample for entry in (self.first if by_file else self.largest)]
        return Samples(
            choice="file" if by_file else "largest",
            rows=tuple(chosen),
            total=self.seen,
            inputs=self.columns if chosen and chosen[0].cells else (),
            totals=totals,
            id_name=id_name,
            keyed=keyed,
            direction=choice.direction,
            everything=choice.everything,
            gradient_columns=gradients,
        )


class Picker(Picks):
    """Keeps the rows that the report shows. Ties go to the earlier row, so block sizes never show."""

    def __init__(self, request: Request, layout: Layout, direction: str) -> None:
        super().__init__(Choice.of(request, direction), layout.columns())
        self._layout = layout
        self._sign = 1.0 if direction != "maximize" else -1.0

    def sibling(self) -> Picker:
        """A picker for other rows of the same run; `merge` adds them."""
        found = copy(self)
        found.first, found.largest, found.seen = [], [], 0
        return found

    def add(self, rowset: Rowset, values: Sequence[Floats], slopes: Sequence[Rows]) -> None:
        """Look at some rows: `values` has an (n,) array per result, `slopes` an (n, k) array or none."""
        count = rowset.count
        if self.choice.first < 0 or len(self.first) < self.choice.first:
            room = count if self.choice.first < 0 else min(count, self.choice.first - len(self.first))
            rows = np.arange(room)
            samples = self._samples(rowset, rows, values, slopes)
            self.first += [
                Kept(0.0, (rowset.order, row), sample)
                for row, sample in zip(rows.tolist(), samples, strict=True)
            ]
        if self.choice.largest:
            self._add_largest(rowset, values, slopes)
        self.seen += count

    def _add_largest(self, rowset: Rowset, values: Sequence[Floats], slopes: Sequence[Rows]) -> None:
        keys = self._sign * values[0]
        if rowset.weights is not None and self.choice.direction == "minimize":
            with np.errstate(over="ignore"):  # the order of what is beyond the doubles is that of the rows
                keys = keys * rowset.weights
        full = len(self.largest) == self.choice.largest
        floor = self.largest[-1].key if full else -math.inf
        if full and not keys.max() > floor:
            return
        found = np.flatnonzero(keys > floor) if full else np.arange(len(keys))
        if len(found) > self.choice.largest:
            cut = np.partition(keys[found], len(found) - self.choice.largest)[
                len(found) - self.choice.largest
            ]
            found = found[keys[found] >= cut]
        best = found[np.argsort(-keys[found], kind="stable")][: self.choice.largest]
        samples = self._samples(rowset, best, values, slopes)
        kept = [
            Kept(float(keys[row]), (rowset.order, int(row)), sample)
            for row, sample in zip(best.tolist(), samples, strict=True)
        ]
        self.largest = self._best([*self.largest, *kept])

    def _samples(
        self, rowset: Rowset, rows: Integers, values: Sequence[Floats], slopes: Sequence[Rows]
    ) -> list[Sample]:
        numbers = rowset.numbers(rows)
        lined = None if rowset.downward else self._layout.lined
        found = []
        for number, row in zip(numbers.tolist(), rows.tolist(), strict=True):
            found.append(
                Sample(
                    row=number,
                    id=None if rowset.ids is None else str(rowset.ids[row]),
                    cells=self._layout.cells(rowset, row),
                    values=tuple(float(column[row]) for column in values),
                    gradients=tuple(tuple(float(s) for s in slope[row]) for slope in slopes),
                    weight=1.0 if rowset.weights is None else float(rowset.weights[row]),
                    line=lined.line(rowset, row) if lined is not None else "",
                )
            )
        return found
