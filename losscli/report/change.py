"""What became of a loss since a baseline, row by row; and which samples moved away from a golden file."""

from __future__ import annotations

import math
from typing import Any

from losscli.errors import Place
from losscli.records import NamedTuple
from losscli.report.compute import Figure
from losscli.report.tables import Amount, Column, Kind, Note, Table
from losscli.report.worst import WorstRow

LISTED = 10
"""Rows that a report lists."""


class RowChange(NamedTuple):
    """One row: its value then and now, and what it carries (weight x difference, above 0 where it became
    worse). `place` is where its prediction stands, `lined` whether on a line of a text."""

    row: int
    id: str | None
    then: float
    now: float
    carried: float
    place: Place
    lined: bool = True

    def plain(self) -> dict[str, Any]:
        """Strict data."""
        found: dict[str, Any] = {"row": self.row} | ({} if self.id is None else {"id": self.id})
        values = {"baseline": self.then, "value": self.now, "difference": self.now - self.then}
        found |= {name: value if math.isfinite(value) else None for name, value in values.items()}
        return found | {"file": self.place.file, "line" if self.lined else "file_row": self.place.line}

    @property
    def where(self) -> str:
        """The place, with the id where the row has one."""
        return f"{self.place}" if self.id is None else f"{self.place} (id {self.id})"

    def worst(self, label: str) -> WorstRow:
        """The row as one by which a requirement is not met."""
        return WorstRow(self.row, self.now, self.place, self.lined, self.id, label)


class Carried(NamedTuple):
    """The rows that carry most of what became worse: the first `listed`, largest first.

    `carrying` of `rows` rows carry `share` of the sum over all rows that became worse: the fewest that carry
    at least half of it. None: there is no such sum, or it is not finite.
    """

    rows: int = 0
    worse: int = 0
    carrying: int = 0
    share: float | None = None
    listed: tuple[RowChange, ...] = ()

    def plain(self) -> dict[str, Any]:
        """Strict data."""
        return {
            "rows": self.rows,
            "worse": self.worse,
            "carrying": self.carrying,
            "share": self.share,
            "first": [one.plain() for one in self.listed],
        }

    def note(self, label: str) -> Note | None:
        """`bce@eu: 14 of 201 rows carry 61 % of the increase, first p.csv:440`; None where nothing rose."""
        if self.share is None or not self.listed:
            return None
        carry = "carries" if self.carrying == 1 else "carry"
        start = f"{label}: {self.carrying:,} of {self.rows:,} rows {carry} "
        end = f" of what became worse, first {self.listed[0].where}"
        return (start, Amount(self.share, Kind.SHARE), end)


class SegmentChange(NamedTuple):
    """A segment then and now. `carried` is what its rows add to the change of the whole: over all segments
    it adds up to it; `share` is that as a part of the whole change, None where that is 0 or not finite."""

    name: str
    rows: int
    then: Figure
    now: Figure
    change: Figure
    carried: Figure
    share: float | None

    def plain(self) -> dict[str, Any]:
        """Strict data."""
        return {
            "segment": self.name,
            "rows": self.rows,
            "baseline": self.then.plain(),
            "value": self.now.plain(),
            "change": self.change.plain(),
            "carried": self.carried.plain(),
            "change_share": self.share,
        }


class Change(NamedTuple):
    """A loss against its values in the file `baseline`: the means of the paired rows then and now, which rows
    carry the increase, and the split by segment."""

    baseline: str
    then: Figure
    now: Figure
    carried: Carried = Carried()
    segments: tuple[SegmentChange, ...] = ()
    odd: int = 0
    unpaired: int = 0

    def plain(self) -> dict[str, Any]:
        """Strict data: the entry `baseline` of a requirement."""
        found: dict[str, Any] = {
            "file": self.baseline,
            "value": self.then.plain(),
            "status": self.then.status,
            "unpaired": self.unpaired,
            "worse": self.carried.plain(),
        }
        if self.odd:
            found["not_finite"] = self.odd
        if self.segments:
            found["segments"] = [one.plain() for one in self.segments]
        return found

    def notes(self, label: str) -> list[Note]:
        """Where the change sits, in a line or two."""
        found: list[Note] = []
        known = [one for one in self.segments if one.share is not None]
        if known:
            most = max(known, key=lambda one: (one.share or 0.0, one.name))
            rows = f" of the change ({most.rows:,} of {self.carried.rows:,} rows)"
            found.append((f"{label}: {most.name} carries ", Amount(most.share or 0.0, Kind.SHARE), rows))
        note = self.carried.note(label)
        return [*found, note] if note is not None else found


class Moved(NamedTuple):
    """The samples whose value is no longer that of the golden file: `away` of `rows`, and those that moved
    furthest."""

    golden: str
    label: str
    away: int
    rows: int
    rtol: float
    atol: float
    unpaired: int = 0
    listed: tuple[RowChange, ...] = ()

    def plain(self) -> dict[str, Any]:
        """Strict data: the entry `golden` of a requirement."""
        return {
            "file": self.golden,
            "moved": self.away,
            "rtol": self.rtol,
            "atol": self.atol,
            "unpaired": self.unpaired,
            "first": [one.plain() for one in self.listed],
        }

    def table(self) -> Table:
        """The samples that moved furthest."""
        ids = any(one.id is not None for one in self.listed)
        columns = (
            Column("row", "row", Kind.WHOLE),
            *((Column("id", "id"),) if ids else ()),
            Column("golden", "golden", Kind.VALUE),
            Column("value", self.label, Kind.VALUE),
            Column("difference", "difference", Kind.VALUE, drop=2),
            Column("place", "prediction", drop=1),
        )
        rows = [
            (one.row, *((one.id,) if ids else ()), one.then, one.now, one.now - one.then, f"{one.place}")
            for one in self.listed
        ]
        shown = "" if len(self.listed) == self.away else f", the {len(self.listed)} furthest"
        note = f"({self.away:,} of {self.rows:,} rows moved from {self.golden}{shown})"
        return Table("moved", columns, rows, centred_notes=(note,))
