"""Bad cells of typed formats: the first are located, all are counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from losscli.errors import BadCell, CellError
from losscli.sources.cells import hint
from losscli.sources.records import Places

STRING = "a string, not a number"
TEXT = "text, not a number"
INEXACT = "an integer that a double cannot hold exactly"
NONFINITE = "not a finite number"


_INSTEAD = {
    STRING: "write numbers without quotes",
    TEXT: "store the column with a type of numbers; labels and keys may be text",
}


@dataclass
class BadCells:
    """Collects the first bad cells of a pass, in file order, and counts all of them."""

    found: list[BadCell] = field(default_factory=list)
    total: int = 0

    def add_block(
        self, reasons: Sequence[dict[int, str]], places: Places, text: Callable[[int, int], str]
    ) -> None:
        """The bad cells of a block: for each column the reasons by row; `text(row, column)` is what a cell
        holds."""
        self.total += sum(len(column) for column in reasons)
        missing = CellError.shown - len(self.found)
        if missing <= 0:
            return
        where = [(row, column) for column, bad in enumerate(reasons) for row in sorted(bad)[:missing]]
        for row, column in sorted(where)[:missing]:
            self.found.append(BadCell(places.place(row, column), text(row, column), reasons[column][row]))

    def error(self) -> CellError:
        """The error that shows them."""
        found = next((said for cell in self.found if (said := _hint(cell)) is not None), None)
        return CellError(self.found, self.total, hint=found)


def _hint(cell: BadCell) -> str | None:
    if cell.reason in _INSTEAD:
        return _INSTEAD[cell.reason]
    return hint(cell.text, cell.reason)
