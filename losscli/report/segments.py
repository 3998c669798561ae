"""Segments of a result: the rows of one value of the `--by` column, and what they carry of the whole."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from losscli.records import NamedTuple
from losscli.report.tables import Cell, Column, Kind, Table

if TYPE_CHECKING:
    from losscli.report.compute import ComputeReport, Figure, Result

SHOWN: Final = 20
"""Segments that a table for people lists at most; records and JSON have all."""


class Segment(NamedTuple):
    """One segment of one result: its text, its scored rows, its numbers as a result of their own.

    `weight_share` is its share of the rows (or of their weight), `loss_share` its share of the whole loss;
    over all segments each adds up to 1. None where there is no such whole.
    """

    name: str
    rows: int
    weight_share: float | None
    loss_share: float | None
    result: Result

    def plain(self) -> dict[str, Any]:
        """The entry of the result's `segments`."""
        return {
            "segment": self.name,
            "rows": self.rows,
            "weight_share": self.weight_share,
            "loss_share": self.loss_share,
            **self.result.plain(None),
        }


class SegmentFigure(NamedTuple):
    """A number of a segment, as records print it."""

    segment: Segment
    reduction: str
    figure: Figure

    @property
    def label(self) -> str:
        """The loss and the segment: `bce@eu`, as a requirement names it."""
        return f"{self.segment.result.label}@{self.segment.name}"


def segment_figures(report: ComputeReport) -> Iterator[SegmentFigure]:
    """Every headline of every segment that was asked for, result by result, segments in the order of their
    texts."""
    for result in report.results:
        for segment in result.segments:
            for _, name, figure in segment.result.headlines(report.asked):
                yield SegmentFigure(segment, name, figure)


def with_segments(whole: Table, report: ComputeReport) -> Table:
    """The records of a report with those of its segments below, and the columns that name and weigh them;
    the whole has no segment."""
    at = next(place for place, column in enumerate(whole.columns) if column.key == "reduction")
    columns = (
        *whole.columns[:at],
        Column("segment", report.by),
        *whole.columns[at:-1],
        Column("weight_share", "of rows", Kind.SHARE),
        Column("loss_share", "share", Kind.SHARE),
        whole.columns[-1],
    )
    rows: list[tuple[Cell, ...]] = [(*row[:at], None, *row[at:-1], None, None, row[-1]) for row in whole.rows]
    for segment, name, figure in segment_figures(report):
        shares = (segment.weight_share, segment.loss_share)
        numbers = (figure.value, figure.status, segment.rows, *shares)
        rows.append((segment.result.label, segment.name, name, *numbers, segment.result.signature))
    return Table(whole.name, columns, rows)


class SegmentTable(NamedTuple):
    """Lays the segments out as a table for people: what each carries of the loss, the largest share first."""

    results: Sequence[Result]
    by: str

    def table(self) -> Table:
        """A row for each segment, the first results' numbers side by side."""
        order = self._order()
        shown = order[:SHOWN]
        labels = [result.label for result in self.results]
        several = len(labels) > 1
        columns = [
            Column("segment", self.by),
            Column("rows", "rows", Kind.COUNT),
            Column("weight_share", "of rows" if self._equal else "of weight", Kind.SHARE, drop=7),
            *(
                Column(label, label if several else result.reduction_word, Kind.VALUE)
                for label, result in zip(labels, self.results, strict=True)
            ),
        ]
        if self._has_shares:
            title = f"{labels[0]} share" if several else "share"
            columns += [Column("loss_share", title, Kind.SHARE, drop=8), Column("bar", "", Kind.BAR, drop=9)]
        longest = max((abs(entry.loss_share or 0.0) for entry in self._first), default=0.0)
        rows = [self._row(place, longest) for place in shown]
        return Table("segments", tuple(columns), rows, centred_notes=(self._note(len(shown)),))

    @property
    def _first(self) -> Sequence[Segment]:
        return self.results[0].segments

    @property
    def _equal(self) -> bool:
        """Whether every row weighs the same."""
        rows = sum(entry.rows for entry in self._first)
        return all(entry.weight_share == entry.rows / rows for entry in self._first)

    @property
    def _has_shares(self) -> bool:
        return all(entry.loss_share is not None for entry in self._first)

    def _order(self) -> list[int]:
        """The segments of the first result: the largest share first, else the worst number first."""
        higher = self.results[0].direction == "maximize"

        def key(place: int) -> tuple[bool, float]:
            entry = self._first[place]
            number = entry.result.headline.value
            worst = number if higher else -number
            if self._has_shares:
                worst = -(entry.loss_share or 0.0)
            return math.isnan(worst), worst

        return sorted(range(len(self._first)), key=key)

    def _row(self, place: int, longest: float) -> tuple[Cell, ...]:
        entry = self._first[place]
        values = (result.segments[place].result.headline.value for result in self.results)
        cells: tuple[Cell, ...] = (entry.name, entry.rows, entry.weight_share, *values)
        if not self._has_shares:
            return cells
        share = entry.loss_share or 0.0
        return (*cells, share, share / longest if longest > 0 else 0.0)

    def _note(self, shown: int) -> str:
        count = len(self._first)
        several = f" of {self.results[0].label}" if len(self.results) > 1 else ""
        worst = "lowest first" if self.results[0].direction == "maximize" else "largest first"
        order = f"largest share{several} first" if self._has_shares else worst
        if shown == count:
            return "(the only segment)" if count == 1 else f"(all {count:,} segments, {order})"
        carried = ""
        if self._has_shares:
            share = math.fsum(self._first[place].loss_share or 0.0 for place in self._order()[:shown])
            carried = f", {100 * share:.1f} % of the total"
        return f"({shown:,} of {count:,} segments, {order}{carried})"
