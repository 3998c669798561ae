"""The domain check over a whole file: every fault counted, the first one located, nothing computed after
one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from losscli.arrays import Rows
from losscli.domains import (
    MIXED_CODING,
    SUM_TOLERANCE,
    ClassIndex,
    Domain,
    Fault,
    Labels,
    SignLabels,
    Simplex,
)
from losscli.engine.rowset import Rowset
from losscli.errors import DataError, DomainError, LosscliError, Place, counted, raise_together
from losscli.records import NamedTuple
from losscli.registry import BoundLoss, Input, Shape
from losscli.registry.checking import width_of
from losscli.report.tables import Finding

ROUNDED = 1e-6
"""A row of probabilities that is further than this from 1 was probably rounded when it was written."""

DOUBTFUL_ROWS = 10
"""So many logits that all lie in [0, 1] are no chance."""

CODINGS = ("labels -1/+1?", "--labels ", "classes 1 to C?")
"""How the pieces of a hint start that are about the coding in general; the labels that were found say it
better."""


@dataclass(slots=True)
class _Tally:
    """One kind of fault of one input: how many rows have it, and where the first one stands. `order` is its
    row."""

    entry: Input
    fault: Fault
    place: Place
    text: str
    order: int
    pasted: str = ""
    count: int = 0

    def error(self, rows: int, hint: str) -> DataError:
        message = f"{self.entry.role} {self.text} is {self.fault.words}"
        if rows > 1 and self.count:
            message += f" ({self.count:,} of {rows:,} rows)"
        return self.fault.error(message, place=self.place, hint=hint or None)


@dataclass(slots=True)
class _Signs:
    """What was seen of a column of binary labels in either coding."""

    entry: Input
    codes: frozenset[int] = frozenset()
    first: dict[int, tuple[int, int, Place]] = field(default_factory=dict)

    @property
    def mixed(self) -> bool:
        """Whether both -1 and 0 occurred."""
        return {-1, 0} <= self.codes

    def merge(self, other: _Signs) -> None:
        """Add what was seen in other rows."""
        self.codes |= other.codes
        for code, place in other.first.items():
            self.first[code] = min(self.first.get(code, place), place, key=lambda one: one[:2])

    def fault(self) -> _Tally:
        """The fault of both codings in one column, at the later one's first place."""
        code = max((-1, 0), key=lambda one: self.first[one][:2])
        order, _, place = self.first[code]
        return _Tally(self.entry, Fault(np.zeros(0, dtype=bool), MIXED_CODING), place, str(code), order)


@dataclass(slots=True)
class _Doubt:
    """Whether all logits of an input look like probabilities: in [0, 1], and rows of several sum to 1."""

    entry: Input
    rows: int = 0
    holds: bool = True

    def see(self, block: Rows) -> None:
        """Look at some rows."""
        self.rows += len(block)
        if not self.holds:
            return
        self.holds = bool(block.min() >= 0.0 and block.max() <= 1.0)
        if self.holds and self.entry.shape is Shape.VECTOR:
            self.holds = block.shape[1] > 1 and bool((np.abs(Simplex.gaps(block)) <= SUM_TOLERANCE).all())

    @property
    def stands(self) -> bool:
        """Whether there are enough rows that this is no chance."""
        return self.holds and self.rows >= (2 if self.entry.shape is Shape.VECTOR else DOUBTFUL_ROWS)

    def finding(self) -> Finding:
        """The warning."""
        what = "sum to 1 and lie" if self.entry.shape is Shape.VECTOR else "lie"
        return Finding(
            "W101",
            f"all {counted(self.rows, 'row')} of the {self.entry.role} {what} in [0, 1]: "
            f"probabilities, not logits? Then {self.entry.doubt}",
        )


class SeenFault(NamedTuple):
    """A kind of fault as it travels between processes: see `_Tally`."""

    key: tuple[int, str]
    error: type[DataError]
    place: Place
    text: str
    row: int
    pasted: str
    rows: int


class Seen(NamedTuple):
    """Everything that a guard saw of some rows; `signs` holds row, column and place of each code's first."""

    faults: tuple[SeenFault, ...]
    signs: dict[int, dict[int, tuple[int, int, Place]]]
    doubts: dict[int, tuple[int, bool]]
    rows: int
    rounded: int
    largest_gap: float


class Guard:
    """Checks every rowset against the domains of all losses of a call."""

    def __init__(self, losses: Sequence[BoundLoss], places: Sequence[int]) -> None:
        """`places` are the positions, among the losses' inputs, of the blocks of a rowset."""
        self._checks: list[tuple[int, Input, Domain]] = []
        self._tallies: dict[tuple[int, str], _Tally] = {}
        self._signs: dict[int, _Signs] = {}
        self._rows = 0
        self._rounded = 0
        self._largest_gap = 0.0
        self._doubts: dict[int, _Doubt] = {}
        for bound in losses:
            for position, entry in enumerate(bound.inputs[place] for place in places):
                domain = entry.domain_for(bound.params)
                if all(position != other or domain != known for other, _, known in self._checks):
                    self._checks.append((position, entry, domain))
                if entry.doubt:
                    self._doubts.setdefault(position, _Doubt(entry))

    def sibling(self) -> Guard:
        """A guard for other rows of the same run; `merge` adds them."""
        found = copy(self)
        found._tallies, found._signs, found._rows, found._rounded, found._largest_gap = {}, {}, 0, 0, 0.0
        found._doubts = {position: _Doubt(doubt.entry) for position, doubt in self._doubts.items()}
        return found

    def merge(self, other: Guard) -> None:
        """Add all rows of a sibling: the faults' counts, the first place of each."""
        for key, theirs in other._tallies.items():
            mine = self._tallies.setdefault(key, theirs)
            if mine is not theirs:
                first, second = (mine, theirs) if mine.order <= theirs.order else (theirs, mine)
                first.count += second.count
                self._tallies[key] = first
        for position, signs in other._signs.items():
            self._signs.setdefault(position, _Signs(signs.entry)).merge(signs)
        for position, doubt in other._doubts.items():
            self._doubts[position].rows += doubt.rows
            self._doubts[position].holds &= doubt.holds
        self._rows += other._rows
        self._rounded += other._rounded
        self._largest_gap = max(self._largest_gap, other._largest_gap)

    def to_state(self) -> dict[str, Any]:
        """What warnings and codings are made of, in words that JSON knows."""
        return {
            "rows": self._rows,
            "rounded": self._rounded,
            "largest_gap": self._largest_gap,
            "doubts": {str(at): [doubt.rows, doubt.holds] for at, doubt in sorted(self._doubts.items())},
            "signs": {str(at): sorted(signs.codes) for at, signs in sorted(self._signs.items())},
        }

    def seen(self) -> Seen:
        """All that was seen, faults and places too, to be taken by another guard of the same losses."""
        faults = tuple(
            SeenFault(key, one.fault.error, one.place, one.text, one.order, one.pasted, one.count)
            for key, one in self._tallies.items()
        )
        signs = {at: dict(signs.first) for at, signs in self._signs.items()}
        doubts = {at: (doubt.rows, doubt.holds) for at, doubt in self._doubts.items()}
        return Seen(faults, signs, doubts, self._rows, self._rounded, self._largest_gap)

    def take(self, seen: Seen, offset: int) -> None:
        """Add what a guard saw of rows that stand behind `offset` others."""
        other = self.sibling()
        other._rows, other._rounded, other._largest_gap = seen.rows, seen.rounded, seen.largest_gap
        for key, error, place, text, order, pasted, count in seen.faults:
            fault = Fault(np.zeros(0, dtype=bool), key[1], error)
            other._tallies[key] = _Tally(
                self._entry(key[0]), fault, place, text, order + offset, pasted, count
            )
        for at, first in seen.signs.items():
            moved = {code: (row + offset, column, place) for code, (row, column, place) in first.items()}
            other._signs[at] = _Signs(self._entry(at), frozenset(moved), moved)
        for at, (rows, holds) in seen.doubts.items():
            other._doubts[at].rows, other._doubts[at].holds = rows, holds
        self.merge(other)

    def _entry(self, at: int) -> Input:
        return next(entry for position, entry, _ in self._checks if position == at)

    def load(self, state: Mapping[str, Any], place: tuple[int, Place]) -> None:
        """Take what `to_state` wrote; `place` stands for the rows. ValueError, KeyError, TypeError: it is not
        one of these."""
        self._rows, self._rounded = int(state["rows"]), int(state["rounded"])
        self._largest_gap = float(state["largest_gap"])
        for at, (rows, holds) in state["doubts"].items():
            self._doubts[int(at)].rows, self._doubts[int(at)].holds = int(rows), bool(holds)
        for at, codes in state["signs"].items():
            entry = self._entry(int(at))
            order, where = place
            first = {int(code): (order, 0, where) for code in codes}
            self._signs[int(at)] = _Signs(entry, frozenset(first), first)

    @property
    def failed(self) -> bool:
        """Whether a fault was found: from then on rows are only checked, to count all faults."""
        return bool(self._tallies) or any(signs.mixed for signs in self._signs.values())

    def check(self, rowset: Rowset) -> bool:
        """Whether the rows are fit for every loss."""
        width = width_of(rowset.inputs)
        self._rows += rowset.count
        for position, entry, domain in self._checks:
            block = rowset.inputs[position]
            for fault in domain.faults(block, width):
                if fault.words == MIXED_CODING:
                    continue  # a fault of the column, whatever the block; the signs tell it
                self._add(rowset, (position, entry, domain), fault)
            if isinstance(domain, SignLabels):
                self._see_signs(rowset, position, entry, domain)
            if isinstance(domain, Simplex) and not self.failed:
                gaps = np.abs(domain.gaps(block))
                self._rounded += int((gaps > ROUNDED).sum())
                self._largest_gap = max(self._largest_gap, float(gaps.max()))
        for position, doubt in self._doubts.items():
            doubt.see(rowset.inputs[position])
        return not self.failed

    def _add(self, rowset: Rowset, check: tuple[int, Input, Domain], fault: Fault) -> None:
        position, entry, domain = check
        key = (position, fault.words)
        if key not in self._tallies:
            row = int(np.argmax(fault.rows))
            column = int(np.argmax(fault.mask[row])) if fault.mask.ndim > 1 else 0
            place = rowset.place(position, row, column)
            block = rowset.inputs[position]
            whole = block.ndim > 1 and fault.mask.ndim == 1
            text = _row_text(block[row]) if whole else _cell_text(rowset.cell(position, row, column))
            if whole and not rowset.downward:
                place = Place(place.file, place.line)
            pasted = "" if position else _labels_to_paste(domain, fault, rowset)
            number = int(rowset.numbers(np.array([row]))[0])
            self._tallies[key] = _Tally(entry, fault, place, text, number, pasted)
        self._tallies[key].count += int(fault.rows.sum())

    def _see_signs(self, rowset: Rowset, position: int, entry: Input, domain: SignLabels) -> None:
        seen = self._signs.setdefault(position, _Signs(entry))
        block = rowset.inputs[position]
        codes = domain.codes(block)
        for code in codes - seen.codes:
            at = int(np.argmax(block == code))
            row, column = divmod(at, block.shape[1] if block.ndim == 2 else 1)
            number = int(rowset.numbers(np.array([row]))[0])
            seen.first[code] = (number, column, rowset.place(position, row, column))
        seen.codes |= codes

    def finish(self) -> None:
        """Raise what was found: one error, or several together."""
        found = [
            *(tally for _, tally in sorted(self._tallies.items())),
            *(signs.fault() for signs in self._signs.values() if signs.mixed),
        ]
        errors: list[LosscliError] = [
            tally.error(self._rows, self._hint(tally)) for tally in sorted(found, key=lambda one: one.order)
        ]
        raise_together(errors)

    def _hint(self, tally: _Tally) -> str:
        if tally.pasted:
            others = [
                piece for piece in tally.entry.hint.split("; ") if piece and not piece.startswith(CODINGS)
            ]
            return "; ".join([tally.pasted, *others])
        coded = isinstance(tally.entry.domain, (Labels, SignLabels)) and tally.fault.error is DomainError
        return tally.entry.hint or ("name the coding: --labels NEGATIVE,POSITIVE" if coded else "")

    def coding(self, position: int) -> str:
        """The coding of an input of binary labels, once all rows were seen; empty where there is none to
        tell."""
        seen = self._signs.get(position)
        return SignLabels.coding(seen.codes) if seen is not None else ""

    def findings(self) -> list[Finding]:
        """Warnings about the inputs."""
        found = [doubt.finding() for doubt in self._doubts.values() if doubt.stands]
        if not self._rounded:
            return found
        return [
            *found,
            Finding(
                "W102",
                f"{counted(self._rounded, 'row')} of probabilities "
                f"{'sums' if self._rounded == 1 else 'sum'} to 1 only within {self._largest_gap:.1e}: "
                "rounded when written? Used without change",
            ),
        ]


def _labels_to_paste(domain: Domain, fault: Fault, rowset: Rowset) -> str:
    """The --labels that would map what the target holds, as a question; empty where its rows do not tell."""
    block = rowset.inputs[0]
    if rowset.feeds[0].coder is not None or block.ndim != 1:
        return ""
    found = np.unique(block)
    if (found != np.rint(found)).any():
        return ""
    if isinstance(domain, ClassIndex):
        width = width_of(rowset.inputs)
        if found[0] != 1 or found[-1] != width or width > 20:
            return ""
        return f"classes 1 to {width}? --labels {','.join(str(index + 1) for index in range(width))}"
    if len(found) != 2 or domain.kind != "binary":
        return ""
    low, high = (f"{value:.0f}" for value in found)
    return f"labels {low} and {high}? --labels{'=' if found[0] < 0 else ' '}{low},{high}"


def _cell_text(cell: float | str) -> str:
    if isinstance(cell, str):
        return cell
    return repr(int(cell)) if cell == int(cell) and abs(cell) < 1e15 else repr(cell)


def _row_text(row: Rows) -> str:
    cells = ", ".join(f"{value:.6g}" for value in np.ravel(row)[:6])
    return f"({cells}{', ...' if row.size > 6 else ''})"
