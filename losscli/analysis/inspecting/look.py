"""Opening a target and a prediction without a loss: any number of columns each, labels as text taken as they
come."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from losscli.arrays import Floats
from losscli.domains import REALS
from losscli.engine.plan import Coder, Feed, Plan, make_plan
from losscli.engine.request import Request
from losscli.errors import LabelError, LosscliError, Place, SourceError, UsageError
from losscli.formula import Formula
from losscli.records import NamedTuple
from losscli.registry import BoundLoss, Input, Loss, Shape
from losscli.registry.facts import NoConstant, NoPerfect
from losscli.sources.cells import is_number

MOST_LABELS = 1000
"""A column with more different texts than this holds no classes."""

EXAMPLE = "losscli inspect y.csv p.csv, or losscli inspect data.csv:label :score"


def _any_columns(role: str, symbol: str, axis: str, words: str) -> Input:
    return Input(role, symbol, REALS, Shape.VECTOR, words, axes=((axis,),))


LOOK = Loss(
    name="inspect",
    title="A look at the data",
    family="inspect",
    inputs=(
        _any_columns("target", "y", "k", "what happened"),
        _any_columns("prediction", "p", "m", "what was predicted"),
    ),
    formula=Formula("p - y"),
    function=lambda target, prediction: prediction[:, 0],
    slope=None,
    best_constant=NoConstant("nothing is scored"),
    perfect=NoPerfect("nothing is scored"),
    source="losscli",
)
"""Stands where the engine expects a loss, so that files are opened, paired and read as `compute` does it; it
is in no registry."""


class Labelling:
    """Numbers the different texts of a column in the order in which they first occur, or as `--labels` says.

    The target and a prediction of text share one, so that the same text has the same number."""

    def __init__(self, labels: Sequence[str] = ()) -> None:
        self.fixed = tuple(labels)
        self.known: dict[str, int] = {label: code for code, label in enumerate(labels)}
        self._odd: tuple[str, Place] | None = None

    def codes(self, labels: Any, place: Callable[[int], Place]) -> Floats:
        """(n,) numbers; nan where a label is missing. Raises LabelError."""
        texts, rows = _different(labels)
        found = np.full(len(texts) + 1, np.nan)
        for at, text in enumerate(texts):
            if text not in self.known:
                self._add(text, place(int(np.argmax(rows == at))))
            found[at] = self.known[text]
        codes: Floats = found[rows]
        return codes

    def _add(self, text: str, place: Place) -> None:
        if self.fixed:
            raise LabelError(
                f"the label {text!r} is not in --labels {','.join(self.fixed)}",
                place=place,
                hint="--labels names every class of the file once, spelt as in the file",
            )
        if len(self.known) == MOST_LABELS:
            raise LabelError(
                f"more than {MOST_LABELS:,} different texts: no classes",
                place=place,
                hint="name the column of the target: FILE:COLUMN",
            )
        if self._odd is None and not is_number(text):
            self._odd = (text, place)
        self.known[text] = len(self.known)

    def finish(self) -> None:
        """Refuse a column of numbers with some text in it: these are no classes. Raises LabelError."""
        numbers = sum(map(is_number, self.known))
        if not self.fixed and self._odd is not None and numbers >= max(3, len(self.known) - numbers):
            text, place = self._odd
            raise LabelError(
                f"{text!r} stands among numbers",
                place=place,
                hint="a missing value? Write NA, and use `--missing skip`",
            )

    def said(self) -> str:
        """The coding in words."""
        return ", ".join(f"{name} = {code}" for name, code in list(self.known.items())[:20])

    def names(self) -> Sequence[str]:
        """The labels by number."""
        return tuple(self.known)

    def signed(self) -> str:
        """Nothing: no signature is made here."""
        return ""

    def seen(self) -> tuple[str | None, ...]:
        """Nothing that other rows would have to know."""
        return ()

    def start_from(self, seen: tuple[str | None, ...]) -> None:
        """Nothing to go on from."""


class Numbering:
    """`--labels` of a target of numbers: each number is the place of its label."""

    def __init__(self, labels: Sequence[str]) -> None:
        wrong = next((label for label in labels if not is_number(label)), None)
        if wrong is not None:
            raise UsageError(f"--labels {','.join(labels)}: the target holds numbers, {wrong!r} is none")
        self.labels = tuple(labels)
        self._values = np.array([float(label) for label in labels])

    def codes(self, labels: Floats, place: Callable[[int], Place]) -> Floats:
        """(n,) places of the labels. Raises LabelError."""
        order = np.argsort(self._values)
        at = np.minimum(np.searchsorted(self._values, labels, sorter=order), len(order) - 1)
        codes = order[at].astype(np.float64)
        wrong = ~np.isnan(labels) & (self._values[order[at]] != labels)
        if wrong.any():
            row = int(np.argmax(wrong))
            raise LabelError(f"{labels[row]:g} is not in --labels {','.join(self.labels)}", place=place(row))
        codes[np.isnan(labels)] = np.nan
        return codes

    def finish(self) -> None:
        """All was said block by block."""

    def said(self) -> str:
        """The coding in words."""
        return ", ".join(f"{label} = {code}" for code, label in enumerate(self.labels))

    def names(self) -> Sequence[str]:
        """The labels by number."""
        return self.labels

    def signed(self) -> str:
        """Nothing: no signature is made here."""
        return ""

    def seen(self) -> tuple[str | None, ...]:
        """Nothing that other rows would have to know."""
        return ()

    def start_from(self, seen: tuple[str | None, ...]) -> None:
        """Nothing to go on from."""


def _different(labels: Any) -> tuple[list[str], Any]:
    """The different texts, and (n,) which of them each row holds (one past the last where it is missing)."""
    import pyarrow as pa

    whole = labels.combine_chunks() if isinstance(labels, pa.ChunkedArray) else labels
    encoded = whole.dictionary_encode()
    texts = [str(text) for text in encoded.dictionary.to_pylist()]
    rows = encoded.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False)
    return texts, rows


class Look(NamedTuple):
    """An opened target and prediction, and how their labels are numbered (None where all are numbers)."""

    request: Request
    plan: Plan
    labelling: Coder | None

    @property
    def feeds(self) -> tuple[Feed, Feed]:
        """The target's and the prediction's columns."""
        target, prediction = self.plan.feeds
        return target, prediction

    def is_text(self, role: int) -> bool:
        """Whether an input (0 the target, 1 the prediction) is labels as text."""
        return self.plan.feeds[role].is_text


def open_look(request: Request) -> Look:
    """Open both inputs. `request.losses` is not looked at. The plan must be closed.

    Raises what `compute` raises for sources that cannot be opened, paired or understood."""
    if not 1 <= len(request.sources) <= 2:
        given = len(request.sources)
        said = f"inspect takes a target and a prediction, {given} were given"
        raise SourceError(said, hint=_without_loss(request.sources) or EXAMPLE)
    bound = BoundLoss(LOOK, {})
    try:
        plan = make_plan(request._replace(losses=(bound,), labels=(), samples=False))
    except LosscliError as error:
        if error.hint is not None:
            error.hint = error.hint.replace("losscli compute inspect", "losscli inspect")
        raise
    for feed in plan.feeds:
        if len(feed.tail) > 1:
            raise SourceError(
                f"the {feed.role} {feed.text} has rows of shape {feed.tail}; inspect reads columns",
                hint="save it with one row a line: array.reshape(len(array), -1)",
            )
    return _with_labels(request, plan)


def _without_loss(sources: Sequence[Any]) -> str:
    """The call without the loss that stands before the sources, as it would for `compute`."""
    from losscli.registry import parse_losses

    if len(sources) != 3 or not all(isinstance(text, str) for text in sources):
        return ""
    try:
        parse_losses(sources[0])
    except LosscliError:
        return ""
    return shlex.join(["losscli", "inspect", *sources[1:]])


def _with_labels(request: Request, plan: Plan) -> Look:
    """Read columns of text as labels, and apply `--labels`."""
    plan = plan._replace(feeds=_by_name(plan.feeds))
    texts = [_holds_text(plan, feed) for feed in plan.feeds]
    coder: Coder | None = None
    if any(texts):
        coder = Labelling(request.labels)
    elif request.labels:
        coder = Numbering(request.labels)
    feeds = []
    for at, feed in enumerate(plan.feeds):
        coded = texts[at] or (at == 0 and coder is not None and not any(texts))
        if texts[at]:
            _read_as_text(plan, feed)
        feeds.append(feed._replace(is_text=texts[at], coder=coder) if coded else feed)
    return Look(request, plan._replace(feeds=tuple(feeds)), coder)


def _by_name(feeds: Sequence[Feed]) -> tuple[Feed, ...]:
    """Several columns of the same names on both sides pair by name, as in `compute`."""
    target, prediction = feeds
    if target.names == prediction.names or sorted(target.names) != sorted(prediction.names):
        return target, prediction
    positions = tuple(prediction.positions[prediction.names.index(name)] for name in target.names)
    return target, prediction._replace(positions=positions, names=target.names)


def _holds_text(plan: Plan, feed: Feed) -> bool:
    reading = plan.streams[feed.stream]
    kinds = reading.source.kinds()
    found = [kinds[reading.columns[position].index] == "text" for position in feed.positions]
    return len(found) == 1 and found[0]


def _read_as_text(plan: Plan, feed: Feed) -> None:
    reading = plan.streams[feed.stream]
    (position,) = feed.positions
    shared = [one.role for one in plan.weights if one.stream == feed.stream and position in one.positions]
    if not shared:  # a weight of text is refused by the reading
        reading.columns[position] = dataclasses.replace(reading.columns[position], kind="text")
