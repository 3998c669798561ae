"""Where a loss sits: what the largest rows carry of it, and the rows that a report counts apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from losscli.records import NamedTuple
from losscli.report.tables import Amount, Kind, Note

if TYPE_CHECKING:
    from losscli.report.compute import Plain, Result

LEAST = 100
"""Rows from which on one hundredth of them is a row or more, so that people are told of it."""


class Concentration(NamedTuple):
    """The fewest rows, largest loss first, that make up at least 1 % of the weight (`weighted`) or of the
    rows: `rows` of `of`, which carry `share` of the total."""

    rows: int
    share: float
    of: int
    weighted: bool = False

    def plain(self) -> Plain:
        """The result's `concentration`."""
        return {"rows": self.rows, "share": self.share, "of": self.of}

    def note(self, name: str) -> Note:
        """A line below the table; `name` stands for the loss where there are several."""
        start = f"{name}: " if name else ""
        what = "weight" if self.weighted else "rows"
        rows = f"{self.rows:,} of {self.of:,}" + (" rows" if self.weighted else "")
        verb = "carry" if what == "rows" and self.rows != 1 else "carries"
        return (f"{start}top 1 % of {what} ({rows}) {verb} ", Amount(self.share, Kind.SHARE), " of the total")


class Located(NamedTuple):
    """Rows of one kind: how many, the first of them by its number in the target, and where it stands."""

    rows: int
    first_row: int | None = None
    first: str = ""

    def plain(self) -> Plain:
        """The result's `infinite` or `clipped`."""
        return {"rows": self.rows, "first_row": self.first_row, "first": self.first or None}


def sits_notes(result: Result, several: bool) -> Iterator[Note]:
    """The lines below a table on where a loss sits; its infinite rows have a warning already."""
    if result.concentration is not None and result.concentration.of >= LEAST:
        yield result.concentration.note(result.label if several else "")
    clipped = result.clipped
    if clipped is not None and clipped.rows:
        rows = "1 row is" if clipped.rows == 1 else f"{clipped.rows:,} rows are"
        where = f"row {clipped.first_row} ({clipped.first})"
        yield f"{result.label}: {rows} clipped, the first is {where}"
