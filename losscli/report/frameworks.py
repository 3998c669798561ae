"""What other frameworks would print for the same files, where that is another number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscli.records import NamedTuple
from losscli.report.tables import Amount, Note

if TYPE_CHECKING:
    from losscli.report.compute import Figure, Plain


class Elsewhere(NamedTuple):
    """One function of a framework whose number differs from ours.

    `spec` is the loss under its convention, as LOSSES takes it; `differs` says why, `why` in a few words of
    these rows. `rows` are those on which
    its values differ, the first of them is `first` at `place`; None where all of them do, or where only the
    reduction differs.
    """

    framework: str
    call: str
    spec: str
    differs: str
    value: Figure
    rows: int | None = None
    first: int | None = None
    place: str = ""
    why: str = ""

    def plain(self) -> Plain:
        """The entry of a result's `elsewhere`."""
        return {
            "framework": self.framework,
            "call": self.call,
            "spec": self.spec,
            "value": self.value.plain(),
            "status": self.value.status,
            "why": self.differs,
            "rows": self.rows,
            "first_row": self.first,
        }

    def note(self, name: str) -> Note:
        """A line below the table; `name` stands for the loss where there are several."""
        where = ""
        if self.rows is not None:
            rows = "1 row," if self.rows == 1 else f"{self.rows:,} rows, first"
            where = f" ({rows} {self.place or self.first})"
        start = f"{name}: " if name else ""
        return (f"{start}{self.framework} prints ", Amount(self.value.value), f"{where}: {self.why}")
