"""The scored rows of a run, block by block, for who pairs them with the values of an earlier run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from losscli.arrays import Floats, Integers
from losscli.engine.picks import LINED
from losscli.engine.plan import Plan
from losscli.engine.rowset import Joined, Rowset
from losscli.engine.tally import Scored
from losscli.errors import Place
from losscli.records import NamedTuple
from losscli.report.samples import SampleColumns
from losscli.sources.records import LinePlaces, Places


class Followed(NamedTuple):
    """Some scored rows, in the target's order.

    `rows` are the target's data rows (n,); `ids` the keys and `segments` the segments as text arrays, None
    without; `values` an array (n,) for each result, `counts` how much each row counts there (None: 1);
    `weights` (n,) or None. `places` tells where each row's prediction stands; `lined` whether
    on a line of a text.
    """

    rows: Integers
    ids: Any
    segments: Any
    values: Sequence[Floats]
    counts: Sequence[Floats | None]
    weights: Floats | None
    places: Places
    lined: bool


class Follower(Protocol):
    """Takes all scored rows, and asks for them itself."""

    def follow(self, columns: SampleColumns, rows: Iterator[Followed]) -> None:
        """Told once, where there is a row; takes every row there is."""
        ...


def followed(rowset: Rowset, scored: Scored, plan: Plan) -> Followed:
    """The scored rows of a rowset."""
    focus = plan.focus
    source = plan.streams[plan.feeds[focus].stream].source
    return Followed(
        rowset.all_numbers(),
        _one_array(rowset.ids),
        _one_array(rowset.segments),
        scored.values,
        scored.counts or [None] * len(scored.values),
        rowset.weights,
        _places(rowset, focus),
        source.format in LINED,
    )


def _one_array(texts: Any) -> Any:
    """Texts in one piece; those of joined blocks come in several."""
    return texts.combine_chunks() if hasattr(texts, "num_chunks") else texts


def _places(rowset: Rowset, focus: int) -> Places:
    feed = rowset.feeds[focus]
    block = rowset.blocks[feed.stream]
    if isinstance(block, Joined):
        positions = rowset.positions(np.zeros(rowset.count, dtype=np.int64))
        if not rowset.downward:
            positions = rowset.positions(np.arange(rowset.count))
        return _JoinedPlaces(block, positions, feed.positions[0])
    places = block.places
    kept = rowset.kept
    if kept is None:
        return places
    if isinstance(places, LinePlaces):
        return places._replace(lines=np.asarray(places.lines, dtype=np.int64)[kept])
    return _KeptPlaces(places, kept)


@dataclass(frozen=True, slots=True)
class _KeptPlaces:
    """The places of some rows of a block."""

    known: Places
    kept: Integers

    @property
    def file(self) -> str:
        """The file as errors show it."""
        return self.known.file

    def row(self, index: int) -> int:
        """The data row, from 1."""
        return self.known.row(int(self.kept[index]))

    def line(self, index: int) -> int:
        """The line in the file, from 1."""
        return self.known.line(int(self.kept[index]))

    def place(self, index: int, column: int) -> Place:
        """The place of a cell."""
        return self.known.place(int(self.kept[index]), column)

    def part(self, start: int, stop: int) -> _KeptPlaces:
        """The places of the rows from start up to stop."""
        return _KeptPlaces(self.known, self.kept[start:stop])

    def light(self) -> _KeptPlaces:
        """The same places without text."""
        return _KeptPlaces(self.known.light(), self.kept)


@dataclass(frozen=True, slots=True)
class _JoinedPlaces:
    """The places of rows of several blocks, which are in memory anyway."""

    joined: Joined
    kept: Integers
    column: int

    def _place(self, index: int) -> Place:
        return self.joined.place(int(self.kept[index]), self.column)

    @property
    def file(self) -> str:
        """The file of the first row."""
        return self._place(0).file

    def row(self, index: int) -> int:
        """The data row, from 1."""
        return self.joined.row(int(self.kept[index]))

    def line(self, index: int) -> int:
        """The line in the file, from 1."""
        return self._place(index).line or self.row(index)

    def place(self, index: int, column: int) -> Place:
        """The place of a cell."""
        return self.joined.place(int(self.kept[index]), column)

    def part(self, start: int, stop: int) -> _JoinedPlaces:
        """The places of the rows from start up to stop."""
        return _JoinedPlaces(self.joined, self.kept[start:stop], self.column)

    def light(self) -> _JoinedPlaces:
        """The same places."""
        return self
