"""What the classes of a call are named, and by whom."""

from __future__ import annotations

from collections.abc import Sequence

from losscli.domains import ClassIndex
from losscli.engine.bind import Bound
from losscli.errors import UsageError, counted
from losscli.records import NamedTuple
from losscli.registry import BoundLoss, Shape
from losscli.sources.cells import is_integer, is_number

BY_LABELS = "--labels names"
BY_COLUMNS = "the classes are"


class Classes(NamedTuple):
    """The names of the classes by index, and who names them: `--labels` or the prediction's columns."""

    words: tuple[str, ...] = ()
    origin: str = BY_COLUMNS

    @property
    def given(self) -> bool:
        """Whether `--labels` names them."""
        return self.origin == BY_LABELS

    @property
    def mixed(self) -> bool:
        """Whether some are numbers and some are not: then labels are compared as text."""
        numbers = sum(map(is_number, self.words))
        return 0 < numbers < len(self.words)

    @property
    def decide(self) -> bool:
        """Whether numbers in a target are these names, rather than indices of classes."""
        if self.given:
            return True
        indices = tuple(str(index) for index in range(len(self.words)))
        return bool(self.words) and self.words != indices and all(map(is_integer, self.words))


def known_classes(labels: Sequence[str], bound: Sequence[Bound], losses: Sequence[BoundLoss]) -> Classes:
    """The classes by index: `--labels`, else what the columns of the input that takes vectors are named,
    unless the target's classes are not those columns."""
    if labels:
        return Classes(tuple(labels), BY_LABELS)
    target = losses[0].inputs[0].domain_for(losses[0].params)
    if isinstance(target, ClassIndex) and not target.bounded:
        return Classes()
    for one in bound:
        if one.entry.shape is Shape.VECTOR and not any(name.startswith("@") for name in one.names):
            return Classes(one.classes)
    return Classes()


def check_labels(labels: Sequence[str], losses: Sequence[BoundLoss], bound: Sequence[Bound]) -> None:
    """Refuse `--labels` that cannot be meant. Raises UsageError."""
    said = f"--labels {','.join(labels)}"
    if any(not word.strip() for word in labels):
        raise UsageError(f"{said} holds an empty name", hint="name every class, separated by commas")
    twice = next((word for word in labels if labels.count(word) > 1), None)
    if twice is not None:
        raise UsageError(f"{said} names {twice!r} twice", hint="name every class once")
    names = "1 class" if len(labels) == 1 else f"{len(labels)} classes"
    for one in losses:
        if one.inputs[0].domain_for(one.params).kind == "binary" and len(labels) != 2:
            raise UsageError(
                f"{said} names {names}, and {one.spec} has two", hint="--labels NEGATIVE,POSITIVE"
            )
    for entry in bound:
        if entry.entry.shape is Shape.VECTOR and len(entry.columns) != len(labels):
            columns = counted(len(entry.columns), "column")
            raise UsageError(
                f"{said} names {names}, but {entry.text} has {columns}",
                hint="name a class for every column, in the order of the columns",
            )
