"""What a worker does: the same evaluation as here, over some of the rows."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from losscli import __version__
from losscli import losses as _losses  # noqa: F401  has the registry find every family
from losscli.align import Stream
from losscli.arrays import Rows
from losscli.engine.cluster.peaks import EACH, Wanted
from losscli.engine.cluster.slices import Slice, Window
from losscli.engine.constants import ConstantFinder
from losscli.engine.guard import Seen
from losscli.engine.pairing import PairedRows
from losscli.engine.plan import Plan, close_plan, make_plan
from losscli.engine.request import Listeners, Request
from losscli.engine.rescoring import Rescoring
from losscli.engine.rowset import Rowset
from losscli.engine.run import Run
from losscli.engine.state import to_state
from losscli.errors import ClusterError, LosscliError, Place, StorageError
from losscli.records import NamedTuple
from losscli.reductions.concentration import Above, Head, Kept
from losscli.reductions.sketch import Range, Sketch, Sketcher
from losscli.registry import parse_losses
from losscli.sources.records import Column, Kind

Key = tuple[str, int, int]
"""A quantity whose quantile is wanted: "reduction" or "constant", the loss's number, the result's or
column's."""


Coders = tuple[tuple[str | None, ...], ...]
"""What labels decided, an entry for each feed."""


class Words(NamedTuple):
    """A request in words that travel: the losses as they are typed, every other field as it is."""

    version: str
    losses: str
    fields: Mapping[str, Any]

    @classmethod
    def of(cls, request: Request) -> Words:
        """The words of a request whose losses are decided."""
        fields = {name: value for name, value in request._asdict().items() if name != "losses"}
        return cls(__version__, ",".join(bound.spec for bound in request.losses), fields)

    def request(self) -> Request:
        """The request, to be carried out by one thread. Raises ClusterError where the versions differ."""
        if self.version != __version__:
            raise ClusterError(
                f"a worker has losscli {__version__}, this is {self.version}",
                hint="install the same version on every worker",
            )
        return Request(losses=tuple(parse_losses(self.losses)), **self.fields)._replace(
            jobs=1, engine="local"
        )


class Again(NamedTuple):
    """What is wanted of a second look at the rows: sketches of ranges, each of so many points, and the loss
    of constants (by the loss's number), the largest rows of results."""

    ranges: Mapping[Key, tuple[tuple[Range, ...], int]]
    constants: Mapping[int, tuple[float, ...]]
    peaks: Mapping[Key, Wanted] = MappingProxyType({})

    @property
    def losses(self) -> list[int]:
        """The numbers of the losses that are looked at."""
        return sorted({key[1] for key in (*self.ranges, *self.peaks)} | set(self.constants))


class Task(NamedTuple):
    """Some rows, and what is done with them. `coders` holds what labels elsewhere decided, an entry for each
    feed; `again` is None on the first look."""

    words: Words
    windows: tuple[Window, ...]
    coders: Coders = ()
    again: Again | None = None


@dataclass
class Outcome:
    """What a task found. `rows` are those of each stream, `parts` those of each part of it; an `error` is all
    that counts where there is one."""

    error: LosscliError | None = None
    stream: int | None = None
    rows: tuple[int, ...] = ()
    parts: tuple[tuple[list[int], list[str]], ...] = ()
    state: dict[str, Any] | None = None
    seen: Seen | None = None
    unpaired: int = 0
    dropped: tuple[int, ...] = (0, 0, 0, 0)
    bad_weight: tuple[Place, float] | None = None
    positive_weight: bool = False
    coders: Coders = ()
    sketches: dict[Key, tuple[Sketch, ...]] = field(default_factory=dict)
    peaks: dict[Key, Head | Above] = field(default_factory=dict)
    standing: Any = None
    """Keys that stand in the way of pairing; see `byid.Unpaired`."""
    rescored: dict[int, list[dict[str, Any]]] = field(default_factory=dict)


def work(task: Task) -> Outcome:
    """Do a task. A fault of the data comes back as an outcome."""
    watch = Watch()
    try:
        request = task.words.request()
        plan = _plan(request)
        try:
            cut(plan, task, watch)
            return first_look(request, plan) if task.again is None else second_look(request, plan, task.again)
        finally:
            close_plan(plan)
    except LosscliError as error:
        return Outcome(error=error, stream=watch.stream)


def _plan(request: Request) -> Plan:
    """The plan, as the client made it. Raises ClusterError where the files are not there to be read."""
    try:
        return make_plan(request)
    except StorageError as error:
        raise ClusterError(
            f"a worker cannot read what is read here: {error.message}",
            hint="the sources must have the same paths on every worker: a shared file system, or a URI",
        ) from error


@dataclass
class Watch:
    """The stream in which an error occurred."""

    stream: int | None = None


class Watched(Slice):
    """A slice that notes which stream an error is of."""

    def __init__(self, source: Any, window: Window, watch: Watch, number: int) -> None:
        super().__init__(source, window)
        self._watch = watch
        self._number = number

    def read(self, columns: Any) -> Any:
        try:
            yield from super().read(columns)
        except LosscliError:
            self._watch.stream = self._number
            raise


def cut(plan: Plan, task: Task, watch: Watch) -> None:
    """Have every stream read its window alone, where there are any, and every coder go on from what is
    decided."""
    for number, (reading, window) in enumerate(zip(plan.streams, task.windows, strict=False)):
        reading.source = Watched(reading.source, window, watch, number)
    for feed, seen in zip(plan.feeds, task.coders, strict=False):
        if feed.coder is not None and seen:
            feed.coder.start_from(seen)


def first_look(request: Request, plan: Plan, paired: PairedRows | None = None) -> Outcome:
    """Score every row of a plan, or those that are paired already."""
    run = Run(request, plan, Listeners())
    run.paired = paired or run.paired
    started = run.read_rows()
    found = Outcome(
        rows=tuple(run.rows_in(stream) for stream in range(len(plan.streams))),
        seen=run.tally.guard.seen(),
        unpaired=run.paired.unpaired,
        coders=tuple(() if feed.coder is None else feed.coder.seen() for feed in plan.feeds),
    )
    if paired is None:
        found.parts = tuple(stream.source.counted for stream in plan.streams)  # type: ignore[attr-defined]
    reader = run.reader
    found.dropped = (reader.read, reader.skipped, reader.absent, reader.bad_weights)
    found.bad_weight, found.positive_weight = reader.first_bad_weight, reader.positive_weight
    if started and not run.tally.guard.failed:
        found.state = to_state(run.found())
        found.sketches = dict(_sketches(run))
        found.peaks = dict(_heads(run))
    return found


def _heads(run: Run) -> Iterator[tuple[Key, Head | Above]]:
    for number, score in enumerate(run.tally.scores):
        for result, kept in enumerate(score.sums.carriers):
            yield ("peak", number, result), kept.head(EACH * max(1, run.request.part))


def _sketches(run: Run) -> Any:
    for number, score in enumerate(run.tally.scores):
        for result, one in enumerate(score.sums.quantiles):
            yield ("reduction", number, result), one.result()
    for number, finder in enumerate(run.tally.constants):
        if finder.incomplete:
            for column, one in enumerate(finder.quantiles):
                yield ("constant", number, column), one.result()


# --- a second look ---------------------------------------------------------------------------------------


def second_look(request: Request, plan: Plan, again: Again, paired: PairedRows | None = None) -> Outcome:
    """Only what the second look is for: nothing is checked anew."""
    run = Run(request._replace(summary=False, samples=False), plan, Listeners())
    looks = [_Look(run, number, again) for number in again.losses]
    for rowset in run.reader.rowsets(iter(paired or run.paired)):
        for look in looks:
            look.see(rowset)
    found = Outcome()
    for look in looks:
        found.sketches |= {key: one.result() for key, one in look.sketchers.items()}
        found.peaks |= look.peaks()
        if look.rescoring is not None:
            found.rescored[look.number] = look.rescoring.to_state()
    return found


class _Look:
    """The second look at one loss."""

    def __init__(self, run: Run, number: int, again: Again) -> None:
        self.number = number
        self._run = run
        self._score = run.tally.scores[number]
        bound = self._score.bound
        self._finder = ConstantFinder(bound, 1, run.request.multioutput)
        self.sketchers = {
            key: Sketcher(ranges, points)
            for key, (ranges, points) in again.ranges.items()
            if key[1] == number
        }
        self._wanted = {key: one for key, one in again.peaks.items() if key[1] == number}
        self._carriers: dict[Key, Kept | Above] = {
            key: Kept(sys.maxsize) if one.border is None else Above(one.border)
            for key, one in self._wanted.items()
        }
        constants = again.constants.get(number)
        self.rescoring: Rescoring | None = None
        if constants is not None:
            self.rescoring = self._finder.rescoring(constants)
        self._started = False

    def see(self, rowset: Rowset) -> None:
        """Look at some rows."""
        score = self._score
        if not self._started:
            self._start(rowset)
        blocks: Sequence[Rows] = self._run.tally.clean(score.bound, rowset, {})
        if self.rescoring is not None:
            self.rescoring.add(blocks, rowset.weights)
        if self._carriers or any(kind == "reduction" for kind, _, _ in self.sketchers):
            score.add(blocks, rowset.weights)
        if any(kind == "constant" for kind, _, _ in self.sketchers):
            self._finder.add_quantiles(blocks[0], rowset.weights)

    def _start(self, rowset: Rowset) -> None:
        self._started = True
        width = rowset.inputs[0].shape[1] if rowset.inputs[0].ndim == 2 else 1
        self._score.start(width)
        self._score.sums.quantiles = self._chosen("reduction", self._score.results)
        self._finder.quantiles = self._chosen("constant", width)
        if self._carriers:
            idle = Sketcher(())
            places = range(self._score.results)
            self._score.sums.carriers = [self._carriers.get(("peak", self.number, at), idle) for at in places]

    def peaks(self) -> dict[Key, Head | Above]:
        """What was found of the largest rows."""
        return {
            key: one.head(self._wanted[key].largest) if isinstance(one, Kept) else one
            for key, one in self._carriers.items()
        }

    def _chosen(self, kind: str, count: int) -> list[Sketcher]:
        """A sketcher for each result or column; one that keeps nothing where nothing is asked."""
        return [self.sketchers.get((kind, self.number, at)) or Sketcher(()) for at in range(count)]


def count(task: Task, stream: int) -> Outcome:
    """Count the rows of each part in a window of a stream, and nothing else."""
    watch = Watch()
    try:
        plan = _plan(task.words.request())
        try:
            cut(plan, task, watch)
            source: Slice = plan.streams[stream].source  # type: ignore[assignment]
            known = source.told()
            if known is None:
                for _ in source.read([Column(0, "note")]):
                    pass
            return Outcome(parts=(known or source.counted,))
        finally:
            close_plan(plan)
    except LosscliError as error:
        return Outcome(error=error, stream=stream)


def look_for_cells(task: Task, stream: int) -> Outcome:
    """Read a window of a stream alone, for the bad cells in it."""
    watch = Watch()
    try:
        plan = _plan(task.words.request())
        try:
            cut(plan, task, watch)
            one = plan.streams[stream]
            kind: Kind = "key" if plan.by_key else "note"
            rows = sum(block.rows for block in Stream(one.source, tuple(one.columns), one.keys, kind).read())
            return Outcome(rows=(rows,))
        finally:
            close_plan(plan)
    except LosscliError as error:
        return Outcome(error=error, stream=stream)
