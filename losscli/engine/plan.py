"""The plan of one evaluation: what each opened file is asked for, and how its columns become the losses'
inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from losscli.arrays import Floats
from losscli.engine.bind import Bound, bind_inputs
from losscli.engine.classes import Classes, check_labels, known_classes
from losscli.engine.columns import group_columns, paired_columns
from losscli.engine.opening import (
    Asked,
    Call,
    Opening,
    Paths,
    inputs_of,
    open_each,
    open_paths,
    same_of_all,
    set_keys,
)
from losscli.engine.request import Request
from losscli.engine.settle import settle
from losscli.errors import ColumnError, UsageError
from losscli.records import NamedTuple
from losscli.registry import BoundLoss, Input, Shape
from losscli.sources.grammar import is_key_like
from losscli.sources.records import BLOCK_BYTES, Column, Kind, ReadOptions, Source
from losscli.workers import Workers, usable_cores


class Coder(Protocol):
    """Maps the labels of one input to numbers, block by block; a missing label becomes nan."""

    def codes(self, labels: Any, place: Any) -> Floats:
        """(n,) codes. `place(i)` is where label i stands. Raises LabelError."""
        ...

    def finish(self) -> None:
        """Told after the last row: the labels of all rows must make sense together. Raises LabelError."""
        ...

    def said(self) -> str:
        """The coding, as the report says it."""
        ...

    def names(self) -> Sequence[str]:
        """The label of each code, as the file has it."""
        ...

    def signed(self) -> str:
        """What the signature says of a coding that nobody gave; empty where it decides nothing."""
        ...

    def seen(self) -> tuple[str | None, ...]:
        """What the labels so far decided; empty where they decide nothing."""
        ...

    def start_from(self, seen: tuple[str | None, ...]) -> None:
        """Go on from what other labels decided."""
        ...


@dataclass(slots=True)
class Reading:
    """One file, the columns that are read from it, each once, and the indices of its key columns."""

    source: Source
    columns: list[Column] = field(default_factory=list)
    keys: tuple[int, ...] = ()
    _positions: dict[Column, int] = field(default_factory=dict, init=False, repr=False)

    def want(self, index: int, kind: Kind) -> int:
        """The position in the blocks of a column, which is read from now on."""
        column = Column(index, kind)
        position = self._positions.setdefault(column, len(self.columns))
        if position == len(self.columns):
            self.columns.append(column)
        return position


class Feed(NamedTuple):
    """One input (or the weight): the stream, the positions of its columns in that stream's blocks, its
    coding. `at` is the input's position among those of the loss, `tail` the axes behind the row's."""

    role: str
    stream: int
    positions: tuple[int, ...]
    names: tuple[str, ...]
    text: str
    entry: Input | None = None
    is_text: bool = False
    coder: Coder | None = None
    classes: tuple[str, ...] = ()
    at: int = 0
    tail: tuple[int, ...] = ()


class Series(NamedTuple):
    """An input that does not pair by row: its reading, the column of its values, the one of its groups."""

    reading: Reading
    feed: Feed
    group: int | None = None


class Plan(NamedTuple):
    """Everything that is known before the first row is read.

    `gather` says that all rows are scored at once; `grouping` what `--group` makes of them: "lists" (each
    group is one vector), "sets" (each is scored at once), "series" (each has its own scale), or nothing. `by`
    are the columns of the segments, of the same content.
    """

    losses: tuple[BoundLoss, ...]
    streams: tuple[Reading, ...]
    feeds: tuple[Feed, ...]
    weights: tuple[Feed, ...]
    downward: bool
    by_key: bool
    id_name: str | None
    series: tuple[Series, ...] = ()
    groups: Feed | None = None
    grouping: str = ""
    gather: bool = False
    workers: Workers | None = None
    by: tuple[Feed, ...] = ()

    @property
    def width(self) -> int:
        """The number of columns of the widest input."""
        return max(len(feed.positions) for feed in self.feeds)

    @property
    def focus(self) -> int:
        """The place of the prediction's feed among the feeds."""
        wanted = self.losses[0].focus
        return next((n for n, feed in enumerate(self.feeds) if feed.at == wanted), len(self.feeds) - 1)

    @property
    def has_ids(self) -> bool:
        """Whether rows are shown by a key: that of the pairing, or the group a list belongs to."""
        return self.by_key or self.grouping == "lists"


def make_plan(request: Request) -> Plan:
    """Open every source, bind the inputs, decide about text and numbers. Raises usage and data errors.

    The files stay open until `close_plan`; when the plan fails, none does.
    """
    return _planned(request, open_paths)[0]


def make_plans(request: Request) -> tuple[Plan, ...]:
    """A plan for each of several predictions, which all pair the rows of all files. Closing one closes all.

    The request's sources are the target, the predictions, and those with a role that all share. Raises as
    `make_plan`."""
    return _planned(request, open_each)


def _planned(request: Request, opening: Opening) -> tuple[Plan, ...]:
    options = ReadOptions(
        header=request.header,
        delimiter=request.delimiter,
        format=request.input_format,
        missing="skip" if request.missing == "skip" else "error",
        block_bytes=request.block_bytes or BLOCK_BYTES,
        workers=_workers(request.jobs),
    )
    paths = Paths()
    try:
        return _plans(request, options, paths, opening(request, options, paths))
    except BaseException:
        paths.close()
        raise


def _workers(jobs: int | None) -> Workers | None:
    """The threads of an evaluation, none of them started yet; None where one is enough."""
    count = usable_cores() if jobs is None else jobs
    return Workers(count) if count > 1 else None


def close_plan(plan: Plan) -> None:
    """Let go of every file and thread."""
    if plan.workers is not None:
        plan.workers.close()
    for stream in plan.streams:
        stream.source.close()


def _plans(request: Request, options: ReadOptions, paths: Paths, calls: Sequence[Call]) -> tuple[Plan, ...]:
    losses = same_of_all([settle(request.losses, *call, paths) for call in calls])
    rows = _paired_paths(inputs_of(losses), calls, [])
    weight_asks = paired_columns("weight", request.weight, paths, options, rows)
    group_asks = group_columns(request.group, paths, options)
    by_asks = paired_columns("by", request.by, paths, options, rows)
    used = _paired_paths(inputs_of(losses), calls, [*weight_asks, *group_asks[:1], *by_asks])
    places = {path: number for number, path in enumerate(used)}
    set_keys([paths.opened[path] for path in used], request.id)
    bounds = [bind_inputs(inputs_of(losses), losses[0].spec, paths, *call) for call in calls]
    streams = tuple(Reading(paths.opened[path].source, keys=paths.opened[path].keys) for path in used)
    request = request._replace(losses=losses)
    paired = [[one._replace(path=places[one.path]) for one in bound if one.entry.paired] for bound in bounds]
    feeds = [_feeds(request, bound, streams) for bound in paired]
    weights = tuple(_weight_feed(ask, paths, streams, places) for ask in weight_asks)
    groups = _text_feed("group", group_asks[0], paths, streams, places) if group_asks else None
    segments = tuple(_text_feed("segment", ask, paths, streams, places) for ask in by_asks)
    grouping = same_of_all([_grouping(request, one) if groups is not None else "" for one in feeds])
    downward = same_of_all([not grouping and _is_downward(request, one) for one in feeds])
    if not request.id:
        _watch_order(streams, shown=request.samples and not downward and grouping != "lists")
    id_name = ",".join(paths.names(used[0], streams[0].keys)) or None
    plan = Plan(
        losses,
        streams,
        feeds[0],
        weights,
        downward,
        bool(request.id),
        groups.names[0] if groups is not None and grouping == "lists" else id_name,
        tuple(_series(one, paths, group_asks) for one in bounds[0] if not one.entry.paired),
        groups,
        grouping,
        any(one.loss.gather for one in losses),
        options.workers,
        segments,
    )
    return tuple(plan._replace(feeds=one) for one in feeds)


def _paired_paths(inputs: Sequence[Input], calls: Sequence[Call], beside: Sequence[Asked]) -> list[int]:
    """The paths whose rows pair, in the order in which they were opened."""
    alone = {entry.role for entry in inputs if not entry.paired}
    rows = [ask for call in calls for ask, role in zip(*call, strict=True) if role not in alone]
    return sorted({ask.path for ask in (*rows, *beside)})


def _text_feed(
    role: str, ask: Asked, paths: Paths, streams: Sequence[Reading], places: Mapping[int, int]
) -> Feed:
    """The one column of groups or segments, read as text."""
    (column,) = ask.columns or ()
    stream = places[ask.path]
    position = streams[stream].want(column, "text")
    return Feed(role, stream, (position,), paths.names(ask.path, [column]), ask.text, is_text=True)


def _grouping(request: Request, feeds: Sequence[Feed]) -> str:
    """What the groups are to the losses. Raises UsageError."""
    losses = request.losses
    if all(bound.loss.downward for bound in losses) and all(len(feed.positions) == 1 for feed in feeds):
        if request.weight is not None or request.gradient:
            option = "--weight" if request.weight is not None else "--gradient"
            raise UsageError(f"{option} and --group: a group is one list, its rows have none of their own")
        return "lists"
    if all(any(not entry.paired for entry in bound.inputs) for bound in losses):
        return "series"
    numbers = [bound.spec for bound in losses if bound.loss.total is not None]
    if numbers:
        raise UsageError(
            f"{numbers[0]} is one number for all rows, which has no mean over groups",
            hint="--by COLUMN gives the number of each segment",
        )
    if all(bound.loss.gather for bound in losses):
        return "sets"
    other = losses[0].spec
    columns = " of one column each" if any(bound.loss.downward for bound in losses) else ""
    raise UsageError(
        f"--group is for lists{columns}, training series and sets; {other} scores each row by itself",
        hint="leave out --group",
    )


def _series(one: Bound, paths: Paths, group_asks: Sequence[Asked]) -> Series:
    """An input that is read for itself, with the group's column of the same name."""
    source = paths.opened[one.path].source
    reading = Reading(source)
    position = reading.want(one.columns[0], "number")
    feed = Feed(one.entry.role, 0, (position,), one.names, one.text, one.entry, at=one.at)
    if not group_asks:
        return Series(reading, feed)
    (column,) = group_asks[0].columns or ()
    (name,) = paths.names(group_asks[0].path, [column])
    if name not in (source.names or ()):
        raise ColumnError(
            f"{source.name} has no column {name!r}, by which the {one.entry.role} is grouped",
            hint=f"name the column of the groups {name} in both files",
        )
    return Series(reading, feed, reading.want(list(source.names or ()).index(name), "text"))


def _watch_order(streams: Sequence[Reading], shown: bool) -> None:
    """Files that carry a key-like column of the same name are read with it, so that another order is
    noticed; one that only the first file has is read to be `shown`."""
    names = [name for name in streams[0].source.names or () if is_key_like(name)]
    for name in names:
        holders = [stream for stream in streams if name in (stream.source.names or ())]
        if len(holders) > 1 or (shown and name == names[-1]):
            for stream in holders:
                stream.keys = (list(stream.source.names or ()).index(name),)
            return


def _feeds(request: Request, bound: Sequence[Bound], streams: Sequence[Reading]) -> tuple[Feed, ...]:
    if request.labels and not any(takes_labels(request.losses, one.at) for one in bound):
        raise UsageError(f"--labels is for classes; {request.losses[0].spec} takes numbers")
    if request.labels:
        check_labels(request.labels, request.losses, bound)
    classes = known_classes(request.labels, bound, request.losses)
    coded = [takes_labels(request.losses, one.at) for one in bound]
    texts = _text_inputs(bound, coded, streams, classes)
    shared: list[Coder] = []
    feeds = []
    for position, one in enumerate(bound):
        stream = streams[one.path]
        is_text = texts[position]
        places = tuple(stream.want(index, "text" if is_text else "number") for index in one.columns)
        coder: Coder | None = None
        if coded[position] and (is_text or classes.decide):
            from losscli.engine.labels import choose_coder

            coder = choose_coder(bound, position, classes, is_text, shared)
        feed = Feed(one.entry.role, one.path, places, one.names, one.text, one.entry)
        feed = feed._replace(is_text=is_text, coder=coder, classes=classes.words)
        feeds.append(feed._replace(at=one.at, tail=one.tail))
    return tuple(feeds)


def _text_inputs(
    bound: Sequence[Bound], coded: Sequence[bool], streams: Sequence[Reading], classes: Classes
) -> list[bool]:
    """Which inputs are read as text: labels that look like it, and those that are compared with them."""
    texts = []
    for one, labelled in zip(bound, coded, strict=True):
        kinds = streams[one.path].source.kinds() if labelled else ()
        is_text = labelled and any(kinds[index] == "text" for index in one.columns)
        texts.append(labelled and (is_text or classes.mixed))
    if any(texts) and not classes.words:
        both = [
            labelled and one.entry.shape is Shape.CLASS for one, labelled in zip(bound, coded, strict=True)
        ]
        texts = [text or labelled for text, labelled in zip(texts, both, strict=True)]
    return texts


def takes_labels(losses: Sequence[BoundLoss], position: int) -> bool:
    """Whether the input at this position may be class labels: a class, or the target of a binary loss."""
    for bound in losses:
        entry = bound.inputs[position]
        kind = entry.domain_for(bound.params).kind
        if entry.shape is Shape.CLASS or (position == 0 and kind == "binary"):
            return True
    return False


def _is_downward(request: Request, feeds: Sequence[Feed]) -> bool:
    """Whether one column is one vector, read downwards: every loss allows it, and every input has one
    column."""
    single = all(len(feed.positions) == 1 for feed in feeds)
    downward = [bound for bound in request.losses if bound.loss.downward]
    if not single or not downward:
        return False
    if len(downward) < len(request.losses):
        other = next(bound for bound in request.losses if not bound.loss.downward)
        raise UsageError(
            f"{downward[0].spec} reads one column as one vector, {other.spec} reads it row by row",
            hint="compute them in separate calls",
        )
    if request.weight is not None or request.id:
        raise UsageError(
            f"{downward[0].spec} of one column is one vector: there are no rows to weight or to pair by id"
        )
    if request.by is not None:
        raise UsageError(
            f"--by: {downward[0].spec} reads a column as one vector, which has no segments",
            hint="--group COLUMN makes a vector of each group, and --by COLUMN then segments of the groups",
        )
    return True


def _weight_feed(ask: Asked, paths: Paths, streams: Sequence[Reading], places: Mapping[int, int]) -> Feed:
    stream = places[ask.path]
    columns = ask.columns or ()
    positions = tuple(streams[stream].want(index, "number") for index in columns)
    return Feed("weight", stream, positions, paths.names(ask.path, columns), ask.text)
