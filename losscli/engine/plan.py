"""The plan of one evaluation: what each opened file is asked for, and how its columns become the losses'
inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from losscli.arrays import Floats
from losscli.engine.bind import Asked, Bound, Opened, Paths, bind_inputs, open_paths, set_keys
from losscli.engine.classes import Classes, check_labels, known_classes
from losscli.engine.request import Request
from losscli.errors import ColumnError, UsageError
from losscli.registry import BoundLoss, Input, Shape
from losscli.sources.formats import FORMATS
from losscli.sources.grammar import is_key_like, parse_sources, resolve
from losscli.sources.open import open_source
from losscli.sources.records import BLOCK_BYTES, Column, Kind, ReadOptions, Source


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
    coding."""

    role: str
    stream: int
    positions: tuple[int, ...]
    names: tuple[str, ...]
    text: str
    entry: Input | None = None
    is_text: bool = False
    coder: Coder | None = None
    classes: tuple[str, ...] = ()


class Plan(NamedTuple):
    """Everything that is known before the first row is read."""

    streams: tuple[Reading, ...]
    feeds: tuple[Feed, ...]
    weights: tuple[Feed, ...]
    downward: bool
    by_key: bool
    id_name: str | None

    @property
    def width(self) -> int:
        """The number of columns of the widest input."""
        return max(len(feed.positions) for feed in self.feeds)


def make_plan(request: Request) -> Plan:
    """Open every source, bind the inputs, decide about text and numbers. Raises usage and data errors.

    The files stay open until `close_plan`; when the plan fails, none does.
    """
    options = ReadOptions(
        header=request.header,
        delimiter=request.delimiter,
        format=request.input_format,
        missing="skip" if request.missing == "skip" else "error",
        block_bytes=request.block_bytes or BLOCK_BYTES,
    )
    paths = Paths()
    try:
        return _plan(request, options, paths)
    except BaseException:
        paths.close()
        raise


def close_plan(plan: Plan) -> None:
    """Let go of every file."""
    for stream in plan.streams:
        stream.source.close()


def _plan(request: Request, options: ReadOptions, paths: Paths) -> Plan:
    asked, named = open_paths(request, options, paths)
    weight_asks = _ask_weight(request.weight, paths, options)
    set_keys(paths, request.id)
    bound = bind_inputs(request.losses, paths, asked, named)
    streams = tuple(Reading(opened.source) for opened in paths.opened)
    for stream, opened in zip(streams, paths.opened, strict=True):
        stream.keys = opened.keys
    feeds = _feeds(request, bound, streams)
    weights = tuple(_weight_feed(ask, paths, streams) for ask in weight_asks)
    downward = _is_downward(request, feeds)
    if not request.id:
        _watch_order(streams, shown=request.samples and not downward)
    id_name = ",".join(paths.names(0, streams[0].keys)) or None
    return Plan(streams, feeds, weights, downward, bool(request.id), id_name)


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
    if request.labels and not any(takes_labels(request.losses, position) for position in range(len(bound))):
        raise UsageError(f"--labels is for classes; {request.losses[0].spec} takes numbers")
    if request.labels:
        check_labels(request.labels, request.losses, bound)
    classes = known_classes(request.labels, bound)
    coded = [takes_labels(request.losses, position) for position in range(len(bound))]
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
        feeds.append(feed._replace(is_text=is_text, coder=coder, classes=classes.words))
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
        entry = bound.loss.inputs[position]
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
    return True


def _ask_weight(weight: Any, paths: Paths, options: ReadOptions) -> list[Asked]:
    """Where the weights stand: a SOURCE, an array, or a column of the inputs (several when two files have
    it)."""
    if weight is None:
        return []
    if not isinstance(weight, (str, Path)):
        from losscli.sources.memory import open_values

        paths.opened.append(Opened(open_values("weight", weight, options)))
        if paths.opened[-1].source.width != 1:
            raise ColumnError(
                f"the weight is {paths.opened[-1].source.width} columns", hint="give one weight a row: (n,)"
            )
        return [Asked("weight", len(paths.opened) - 1, (0,))]
    word = str(weight)
    if ":" in word or _looks_like_file(word):
        return [_weight_source(word, paths, options)]
    found = [
        Asked(word, position, (list(opened.source.names or ()).index(word),))
        for position, opened in enumerate(paths.opened)
        if word in (opened.source.names or ())
    ]
    if not found:
        known = [name for opened in paths.opened for name in opened.source.names or ()]
        raise ColumnError(
            f"--weight {word}: no input has this column; they have {', '.join(known[:20]) or 'no names'}",
            hint="a file is given as --weight FILE or --weight FILE:COLUMN",
        )
    return found


def _looks_like_file(word: str) -> bool:
    """Whether a word names a file rather than a column: standard input, or a suffix that is read."""
    suffixes = word.lower().removesuffix(".gz").split(".")[1:]
    return word == "-" or bool(suffixes and suffixes[-1] in FORMATS)


def _weight_source(word: str, paths: Paths, options: ReadOptions) -> Asked:
    first = next(iter(paths.by_path), None)
    if word.startswith(":") and first is not None:
        word = f"{first}{word}"
    (spec,) = parse_sources([word])
    assert spec.path is not None
    if spec.path not in paths.by_path:
        paths.by_path[spec.path] = len(paths.opened)
        paths.opened.append(Opened(open_source(spec.path, options, selectors=[spec.columns])))
    position = paths.by_path[spec.path]
    source = paths.opened[position].source
    columns = tuple(range(source.width))
    if spec.columns is not None:
        columns = resolve(spec.columns, source.names, source.width, source.name)
    if len(columns) != 1:
        names = ", ".join(paths.names(position, columns))
        raise ColumnError(
            f"--weight {word} is {len(columns)} columns: {names}",
            hint=f"name one: --weight {spec.path}:COLUMN",
        )
    return Asked(word, position, columns)


def _weight_feed(ask: Asked, paths: Paths, streams: Sequence[Reading]) -> Feed:
    stream = streams[ask.path]
    columns = ask.columns or ()
    positions = tuple(stream.want(index, "number") for index in columns)
    return Feed("weight", ask.path, positions, paths.names(ask.path, columns), ask.text)
