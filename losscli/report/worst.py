"""The rows that a requirement fails by: which are looked for, and where they stand."""

from __future__ import annotations

import math
from typing import Any, Final

from losscli.errors import Place
from losscli.records import NamedTuple

MOST: Final = 10
"""Rows that are kept for a requirement."""


class WorstOf(NamedTuple):
    """Rows that are looked for: those with the highest or the lowest values of a loss, everywhere or in one
    segment; `weighted` ranks by weight x value."""

    spec: str
    highest: bool
    weighted: bool = False
    segment: str | None = None


class WorstRow(NamedTuple):
    """One row: its number in the target, its value, and where its prediction stands.

    `lined` says whether the place has a line of a text; elsewhere it counts rows. `label` is what the value
    is called, `id` the row's key where it has one.
    """

    row: int
    value: float
    place: Place
    lined: bool = True
    id: str | None = None
    label: str = ""

    @property
    def words(self) -> str:
        """The row as a person names it: its number, or its key."""
        return f"row {self.row}" if self.id is None else f"row {self.row}, id {self.id}"

    def plain(self) -> dict[str, Any]:
        """The entry of a requirement's `worst`."""
        found: dict[str, Any] = {"row": self.row}
        if self.id is not None:
            found["id"] = self.id
        if math.isfinite(self.value):
            found |= {"loss": self.label, "value": self.value}
        else:
            found |= {"loss": self.label, "value": None, "status": f"{self.value}"}
        return found | {"file": self.place.file, "line" if self.lined else "file_row": self.place.line}


class Worst(NamedTuple):
    """The rows that were found for one result, by its position in the report: the worst first."""

    of: WorstOf
    result: int
    rows: tuple[WorstRow, ...]
