"""What the rows of a run add up to: everything that merges, whether threads, processes or shards made it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from losscli.engine.constants import ConstantFinder
from losscli.engine.elsewhere import Elsewhere
from losscli.engine.guard import Guard
from losscli.engine.picks import Picks
from losscli.engine.score import Score
from losscli.engine.segments import Segments

if TYPE_CHECKING:
    from losscli.engine.worst import WorstFinder


@dataclass(slots=True)
class Hits:
    """Rows of one kind: how many, and the row and the place of the first one."""

    row: int
    place: str
    count: int = 0

    def joined(self, other: Hits) -> Hits:
        """Those of both."""
        first = min(self, other, key=lambda one: one.row)
        return Hits(first.row, first.place, self.count + other.count)


@dataclass
class Totals:
    """What some rows of a run add up to. The order in which rows are added and totals merged never shows."""

    scores: Sequence[Score]
    guard: Guard
    picker: Picks
    constants: list[ConstantFinder] = field(default_factory=list)
    elsewhere: list[Elsewhere] = field(default_factory=list)
    infinite: dict[str, Hits] = field(default_factory=dict)
    clipped: dict[str, Hits] = field(default_factory=dict)
    scored: int = 0
    segments: Segments | None = None
    worst: WorstFinder | None = None

    def merge(self, other: Totals) -> None:
        """Add all rows of a sibling."""
        self.guard.merge(other.guard)
        if self.guard.failed:
            return  # there will be no result
        for mine, theirs in zip(self._parts, other._parts, strict=True):
            mine.merge(theirs)
        for mine, theirs in ((self.infinite, other.infinite), (self.clipped, other.clipped)):
            for spec, hits in theirs.items():
                mine[spec] = mine[spec].joined(hits) if spec in mine else hits
        self.scored += other.scored

    @property
    def _parts(self) -> tuple[Any, ...]:
        segments = () if self.segments is None else (self.segments,)
        worst = () if self.worst is None else (self.worst,)
        return (*self.scores, *self.elsewhere, *self.constants, self.picker, *worst, *segments)
