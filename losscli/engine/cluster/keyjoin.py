"""Pairing by key on a worker: rows as frames for Dask's shuffle, and what it brought together joined strictly
one to one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from losscli.align import Paired, Stream
from losscli.align.hashing import text_codes
from losscli.align.matching import SHOWN, Keys, Repeated, partners, ranked, repeats
from losscli.arrays import Integers
from losscli.engine.cluster.frames import Layout, Marks, Offsets, Rows, frame_of
from losscli.engine.cluster.slices import Slice
from losscli.engine.cluster.task import (
    Again,
    Coders,
    Outcome,
    Task,
    Watch,
    Words,
    cut,
    first_look,
    second_look,
)
from losscli.engine.pairing import PairedRows
from losscli.engine.plan import Plan, close_plan, make_plan
from losscli.errors import LosscliError, Place
from losscli.records import NamedTuple

BLOCK: Final = 1 << 16
"""Rows of a block that is scored at a time."""


class Told(NamedTuple):
    """What a load tells beside its rows: the rows of each part, the empty parts, what places have in common;
    or why it failed."""

    error: LosscliError | None = None
    rows: int = 0
    parts: tuple[list[int], list[str]] = ([], [])
    marks: Marks = Marks((), ())
    labels: tuple[tuple[str, ...], ...] = ()


def load(task: Task, stream: int, number: int) -> tuple[Any, Told]:
    """The rows of a window as a frame, and what there is to tell of them. Without windows: no rows."""
    plan = make_plan(task.words.request())
    try:
        reading = plan.streams[stream]
        wanted = Stream(reading.source, tuple(reading.columns), reading.keys, "key")
        nothing, marks = frame_of([], wanted, number)
        if not task.windows:
            return nothing, Told(marks=marks)
        try:
            cut(plan, task, Watch())
            blocks = list(wanted._replace(source=reading.source).read())
        except LosscliError as error:
            return nothing, Told(error=error, marks=marks)
        frame, marks = frame_of(blocks, wanted, number)
        source: Slice = reading.source  # type: ignore[assignment]
        return frame, Told(None, len(frame), source.counted, marks, _labels(plan, stream, blocks))
    finally:
        close_plan(plan)


def _labels(plan: Plan, stream: int, blocks: Sequence[Any]) -> tuple[tuple[str, ...], ...]:
    """The labels of each feed in the order in which they first stand here."""
    import pyarrow.compute as pc

    found = []
    for feed in plan.feeds:
        own: dict[str, None] = {}
        if feed.stream == stream and feed.is_text:
            for block in blocks:
                own |= dict.fromkeys(pc.unique(block.columns[feed.positions[0]]).drop_null().to_pylist())
        found.append(tuple(own))
    return tuple(found)


def offsets_of(told: Sequence[Sequence[Told]]) -> list[Offsets] | None:
    """What all loads told, for each stream; None where one failed."""
    if any(one.error is not None for stream in told for one in stream):
        return None
    return [
        Offsets(
            np.cumsum([0, *(one.rows for one in stream)])[:-1].astype(np.int64),
            tuple(one.marks for one in stream),
        )
        for stream in told
    ]


@dataclass
class Unpaired:
    """What stands in the way of pairing one to one, for each stream, and where the rows that are named stand.
    Rows count from 0."""

    repeats: list[tuple[int, list[Repeated]]]
    missing: list[tuple[int, list[tuple[int, str]]]]
    extra: list[tuple[int, list[tuple[int, str]]]]
    places: dict[tuple[int, int], Place]


class Score(NamedTuple):
    """What is done with a partition: the first look at its rows, or a further one."""

    words: Words
    coders: Coders = ()
    again: Again | None = None


def score(job: Score, offsets: list[Offsets] | None, *frames: Any) -> Outcome:
    """Join the rows of a partition, and look at those that are paired."""
    if offsets is None:
        return Outcome()
    try:
        request = job.words.request()
        plan = make_plan(request)
        try:
            cut(plan, Task(job.words, (), job.coders), Watch())
            tables = [
                Rows(frame, Layout.of(Stream(one.source, tuple(one.columns), one.keys)), known)
                for frame, one, known in zip(frames, plan.streams, offsets, strict=True)
            ]
            join = Join(tables)
            whole = join.complete or (request.unpaired == "skip" and not join.repeated)
            paired: Any = Given(join, whole)
            if job.again is not None:
                return second_look(request, plan, job.again, paired)
            found = first_look(request, plan, paired)
            found.standing = None if join.complete else join.unpaired()
            return found
        finally:
            close_plan(plan)
    except LosscliError as error:
        return Outcome(error=error)


class Join:
    """The rows of all streams in one partition, paired strictly one to one; the first is the target."""

    def __init__(self, tables: Sequence[Rows]) -> None:
        self.tables = tables
        self._keys = [_keys(table) for table in tables]
        self._repeats = [repeats([keys.columns]) for keys in self._keys]
        self.repeated = any(total for total, _ in self._repeats)
        self._partners: list[Integers] = []
        for keys in () if self.repeated else self._keys[1:]:
            at = partners(self._keys[0], keys)
            found = np.full(len(tables[0]), -1, dtype=np.int64)
            found[at[at >= 0]] = np.flatnonzero(at >= 0)
            self._partners.append(found)

    @property
    def complete(self) -> bool:
        """Whether every row of every stream has its partners."""
        lengths = {len(table) for table in self.tables}
        return not self.repeated and len(lengths) == 1 and all((one >= 0).all() for one in self._partners)

    def rows(self) -> Integers:
        """The target's rows that have a partner in every other stream, by their positions here."""
        kept = np.ones(len(self.tables[0]), dtype=np.bool_)
        for found in self._partners:
            kept &= found >= 0
        return np.flatnonzero(kept)

    def blocks(self) -> Iterator[Paired]:
        """The paired rows, in the target's order."""
        rows = self.rows()
        for start in range(0, len(rows), BLOCK):
            some = rows[start : start + BLOCK]
            block, ids = self.tables[0].taken(some)
            others = [
                table.taken(found[some])[0]
                for table, found in zip(self.tables[1:], self._partners, strict=True)
            ]
            yield Paired((block, *others), ids)

    def unpaired(self) -> Unpaired:
        """Every key that has no partner, or stands twice."""
        count = len(self.tables)
        found = Unpaired(list(self._repeats), [(0, [])] * count, [(0, [])] * count, {})
        for number, partner in enumerate(self._partners, start=1):
            found.missing[number] = self._listed(0, np.flatnonzero(partner < 0))
            alone = np.ones(len(self.tables[number]), dtype=np.bool_)
            alone[partner[partner >= 0]] = False
            found.extra[number] = self._listed(number, np.flatnonzero(alone))
        for stream, (_, listed) in enumerate(found.repeats):
            self._note(found, stream, [row for entry in listed for row in entry.rows])
        for stream in range(count):
            self._note(found, 0, [row for row, _ in found.missing[stream][1]])
            self._note(found, stream, [row for row, _ in found.extra[stream][1]])
        return found

    def _listed(self, stream: int, at: Integers) -> tuple[int, list[tuple[int, str]]]:
        table = self.tables[stream]
        return len(at), [(int(table.rows[one]), str(table.keys[int(one)].as_py())) for one in at[:SHOWN]]

    def _note(self, found: Unpaired, stream: int, rows: Sequence[int]) -> None:
        table = self.tables[stream]
        for row in rows:
            at = int(np.searchsorted(table.rows, row))
            found.places[stream, row] = Place(
                table.places.files[int(table.places.parts[at])], table.places.line(at)
            )


def _keys(table: Rows) -> Keys:
    codes = text_codes(table.keys)
    return Keys((codes, table.rows, table.keys), ranked(codes))


class Given(PairedRows):
    """The pairs of a partition in place of those that a plan's sources would give; none where they are not
    `whole`."""

    def __init__(self, join: Join, whole: bool) -> None:
        self._join = join
        self._whole = whole

    def __iter__(self) -> Iterator[Paired]:
        return self._join.blocks() if self._whole else iter(())

    @property
    def unpaired(self) -> int:
        """Rows of any stream that found no partner."""
        if not self._whole:
            return 0
        paired = len(self._join.rows())
        return sum(len(table) - paired for table in self._join.tables)

    def rows(self, stream: int) -> int:
        """All rows of one stream."""
        return len(self._join.tables[stream])
