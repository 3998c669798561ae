"""The rows of a run paired with their values in files of an earlier one, while the run goes on.

By key where the run has one, else by row number: strictly one to one, in flat memory where the order agrees.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import chain
from typing import Any, Literal, Protocol, cast

import numpy as np

from losscli.align import Paired, Stream, pair_by_key
from losscli.analysis.baseline_files import SampleFile, whole_numbers
from losscli.arrays import Floats, Integers
from losscli.engine.following import Followed
from losscli.errors import LosscliError, PairingError, RowsError
from losscli.records import NamedTuple
from losscli.report.samples import SampleColumns
from losscli.sources.records import Block, Column, Places, Source


class PairedValues(NamedTuple):
    """Some rows with their values now and, for each file, then; one array (n,) for each label.

    `counts` is how much each row counts in the mean of a label (None: 1). `places` tells where each row's
    prediction stands, `lined` whether on a line of a text.
    """

    rows: Integers
    ids: Any
    segments: Any
    weights: Floats | None
    now: Sequence[Floats]
    counts: Sequence[Floats | None]
    then: Sequence[Sequence[Floats]]
    places: Places
    lined: bool


class Taker(Protocol):
    """Takes the paired rows of one file."""

    def begin(self, labels: Sequence[str], segmented: bool) -> Sequence[str]:
        """Told once with the run's labels; gives those that it wants of its file."""
        ...

    def add(self, paired: PairedValues, then: Sequence[Floats]) -> None:
        """Some rows; `then` has the file's values of the labels that were wanted."""
        ...


class _Layout(NamedTuple):
    """Where the columns of the run's blocks are."""

    results: int
    counted: tuple[int, ...]
    weighted: bool
    segmented: bool
    by_id: bool
    lined: bool

    @classmethod
    def of(cls, first: Followed, by_id: bool) -> _Layout:
        counted = tuple(at for at, counts in enumerate(first.counts) if counts is not None)
        return cls(
            len(first.values),
            counted,
            first.weights is not None,
            first.segments is not None,
            by_id,
            first.lined,
        )

    @property
    def width(self) -> int:
        """The columns beside the key."""
        return self.results + len(self.counted) + self.weighted + self.segmented + 1

    def block(self, some: Followed) -> Block:
        """Some rows as a block: the values, counts, weights, segments, row numbers, and the key."""
        columns: list[Any] = [np.ascontiguousarray(values) for values in some.values]
        columns += [some.counts[at] for at in self.counted]
        columns += [some.weights] if self.weighted else []
        columns += [some.segments] if self.segmented else []
        columns.append(np.ascontiguousarray(some.rows, dtype=np.float64))
        columns.append(some.ids if self.by_id else whole_numbers(some.rows))
        return Block(len(some.rows), tuple(columns), some.places)

    def values(self, paired: Paired) -> PairedValues:
        """The run's part of paired blocks, and the files' values beside it."""
        mine, *files = paired.blocks
        columns = list(mine.columns)
        now = columns[: self.results]
        rest = iter(columns[self.results :])
        counts: list[Floats | None] = [None] * self.results
        for at in self.counted:
            counts[at] = next(rest)
        weights = next(rest) if self.weighted else None
        segments = next(rest) if self.segmented else None
        rows = np.asarray(next(rest)).astype(np.int64)
        ids = paired.ids[0] if self.by_id else None
        then = [list(block.columns) for block in files]
        return PairedValues(rows, ids, segments, weights, now, counts, then, mine.places, self.lined)


class _Current:
    """The run's rows as a source that is read once. `failed` says that the run itself raised."""

    names = None

    def __init__(self, rows: Iterator[Followed], layout: _Layout) -> None:
        self._rows = rows
        self._layout = layout
        self.name = "this run"
        self.failed = False

    def read(self, columns: Sequence[Column]) -> Iterator[Block]:
        """The blocks, all columns in each."""
        while True:
            try:
                some = next(self._rows, None)
            except BaseException:
                self.failed = True
                raise
            if some is None:
                return
            if self.name == "this run" and len(some.rows):
                self.name = some.places.file
            yield self._layout.block(some)


class Compared(NamedTuple):
    """One file and who takes its rows."""

    file: SampleFile
    taker: Taker


class BaselinePairing:
    """Pairs the rows of a run with those of files. What is wrong with the files is told by `finish`, after
    what is wrong with the run."""

    def __init__(self, files: Sequence[Compared], unpaired: str) -> None:
        self._files = files
        self._skip: Literal["error", "skip"] = "skip" if unpaired == "skip" else "error"
        self._error: LosscliError | None = None
        self.rows = 0
        self.unpaired: list[int] = [0] * len(files)
        self.left_out = 0

    def follow(self, columns: SampleColumns, rows: Iterator[Followed]) -> None:
        """Take every row of the run. Raises what the run raises."""
        first = next(rows, None)
        if first is None:
            return  # the run is going to say why there is none
        layout = _Layout.of(first, columns.ids)
        current = _Current(chain((first,), rows), layout)
        del first
        try:
            self._pair(columns, layout, current)
        except LosscliError as error:
            if current.failed:
                raise
            self._error = error
        deque(rows, maxlen=0)

    def _pair(self, columns: SampleColumns, layout: _Layout, current: _Current) -> None:
        mine = tuple(Column(at) for at in range(layout.width))
        streams = [Stream(cast(Source, current), mine, (0,))]
        for file, taker in self._files:
            wanted = taker.begin(columns.labels, layout.segmented)
            streams.append(file.stream(wanted, columns.ids))
        pairing = pair_by_key(streams, self._skip)
        try:
            with closing(cast(Any, iter(pairing))) as steps:
                for paired in steps:
                    self._take(layout.values(paired))
        except PairingError as error:
            raise self._said(error, by_id=layout.by_id) from None
        self.left_out, *self.unpaired = pairing.counts.unpaired
        if not self.rows:
            names = " and ".join(file.path for file, _ in self._files)
            raise RowsError(f"no row of this run is in {names}", hint="are the keys written alike?")

    def _take(self, paired: PairedValues) -> None:
        self.rows += len(paired.rows)
        for (_, taker), then in zip(self._files, paired.then, strict=True):
            taker.add(paired, then)

    def _said(self, error: PairingError, *, by_id: bool) -> PairingError:
        """The error as it is true here: the run's keys stand in no column of the prediction's file."""
        if error.place is not None and error.place.file not in [file.path for file, _ in self._files]:
            error.place = error.place._replace(column=None)
        if not by_id:
            error.hint = "rows pair by their number in the target; --id COLUMN pairs them by a key instead"
        return error

    def finish(self) -> None:
        """Raise what was wrong with the files or with their pairing."""
        if self._error is not None:
            raise self._error
