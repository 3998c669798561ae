"""Class labels as text: from names to the numbers that losses take, one coding for the whole file."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from losscli.arrays import Floats, Mask
from losscli.domains import ClassIndex
from losscli.engine.bind import Bound
from losscli.engine.classes import BY_COLUMNS, BY_LABELS, Classes
from losscli.errors import LabelError, Place, UsageError
from losscli.registry import Input, Shape
from losscli.sources.cells import is_number


class KnownClasses:
    """Labels that are the names of classes whose order is known: the prediction's columns, or `--labels`."""

    def __init__(self, classes: Sequence[str], origin: str) -> None:
        self.classes = tuple(classes)
        self.origin = origin
        self._set = pa.array(self.classes, pa.string())

    def codes(self, labels: Any, place: Any) -> Floats:
        indices = pc.index_in(labels, value_set=self._set)
        known = np.asarray(indices.is_valid())
        present = np.asarray(labels.is_valid())
        bad: Mask = present & ~known
        if bad.any():
            row = int(np.argmax(bad))
            raise self._unknown(labels[row].as_py(), place(row), int(bad.sum()))
        codes = indices.cast(pa.float64()).to_numpy(zero_copy_only=False)
        return np.ascontiguousarray(codes, dtype=np.float64)

    def _unknown(self, label: str, place: Place, count: int) -> LabelError:
        near = difflib.get_close_matches(label, self.classes, n=1, cutoff=0.5)
        start = _common_start(self.classes)
        if self.origin == BY_LABELS:
            hint = "each class of the file stands in --labels once, spelt as in the file"
        elif start and start + label in self.classes:
            hint = f"select the columns as ':{start}*': what * matches is the class"
        else:
            hint = "name the classes in the order of the columns: --labels a,b,c"
        if near and start + label != near[0]:
            hint = f"did you mean {near[0]!r}? Else: {hint}"
        return LabelError(
            f"unknown class {label!r}; {self.origin} {', '.join(self.classes[:20])}", place=place, hint=hint
        )

    def finish(self) -> None:
        return None

    def said(self) -> str:
        return ", ".join(f"{name} = {index}" for index, name in enumerate(self.classes[:20]))

    def names(self) -> Sequence[str]:
        return self.classes

    def signed(self) -> str:
        return ""

    def seen(self) -> tuple[str | None, ...]:
        return ()

    def start_from(self, seen: tuple[str | None, ...]) -> None:
        """Nothing is decided by labels."""


def _common_start(words: Sequence[str]) -> str:
    first, last = min(words, default=""), max(words, default="")
    same = next((index for index, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), None)
    return first[:same]


class FoundClasses:
    """Labels whose classes are numbered as they appear; inputs that share one of these share the numbers."""

    def __init__(self) -> None:
        self.classes: list[str] = []

    def codes(self, labels: Any, place: Any) -> Floats:
        for label in pc.unique(labels).to_pylist():
            if label is not None and label not in self.classes:
                self.classes.append(label)
        return KnownClasses(self.classes, BY_COLUMNS).codes(labels, place)

    def finish(self) -> None:
        return None

    def said(self) -> str:
        return ", ".join(self.classes[:20])

    def names(self) -> Sequence[str]:
        return self.classes

    def signed(self) -> str:
        return ""

    def seen(self) -> tuple[str | None, ...]:
        return tuple(self.classes)

    def start_from(self, seen: tuple[str | None, ...]) -> None:
        self.classes += [label for label in seen if label is not None and label not in self.classes]


class NamedPositive:
    """Labels of two classes, of which the prediction's column is named after the positive one."""

    def __init__(self, column: str) -> None:
        self.positive = column
        self.negative: str | None = None
        self.seen_positive = False

    def codes(self, labels: Any, place: Any) -> Floats:
        found = [label for label in pc.unique(labels).to_pylist() if label is not None]
        self.seen_positive = self.seen_positive or self.positive in found
        others = [label for label in found if label != self.positive]
        others += [self.negative] if self.negative is not None and self.negative not in others else []
        if len(others) > 1:
            raise self._undecided(
                sorted({*others, *([self.positive] if self.seen_positive else [])}), place(0)
            )
        self.negative = others[0] if others else self.negative
        codes = pc.equal(labels, self.positive).cast(pa.float64()).to_numpy(zero_copy_only=False)
        return np.ascontiguousarray(codes, dtype=np.float64)

    def _undecided(self, classes: Sequence[str], place: Place | None) -> LabelError:
        if len(classes) > 2:
            return LabelError(
                f"{len(classes)} classes in a binary loss: {', '.join(classes[:10])}",
                place=place,
                hint="with a probability column per class use sparse_categorical_ce",
            )
        pair = classes if len(classes) == 2 else ["OTHER", classes[0]]
        return LabelError(
            f"which class is the positive one? The labels are {', '.join(classes)}, "
            f"and the prediction's column is named {self.positive!r}",
            place=place,
            hint=f"negative first, positive second: --labels {pair[0]},{pair[1]}",
        )

    def finish(self) -> None:
        if not self.seen_positive and self.negative is not None:
            raise self._undecided([self.negative], None)

    def said(self) -> str:
        return f"{self.negative or 'the other class'} = 0, {self.positive} = 1"

    def names(self) -> Sequence[str]:
        return (self.negative or "", self.positive)

    def signed(self) -> str:
        return ",".join(self.names())

    def seen(self) -> tuple[str | None, ...]:
        return (self.negative, self.positive if self.seen_positive else None)

    def start_from(self, seen: tuple[str | None, ...]) -> None:
        self.negative = self.negative if seen[0] is None else seen[0]
        self.seen_positive = self.seen_positive or seen[1] is not None


class NumberLabels:
    """Numbers that `--labels` or the prediction's columns name: -1,1 or 1,2 or 0,255 become 0, 1, ..."""

    def __init__(self, words: Sequence[str], origin: str) -> None:
        self.words = tuple(words)
        self.origin = origin
        self.values = np.array([float(word) for word in words])
        if len(set(self.values.tolist())) < len(words):
            start = "--labels" if origin == BY_LABELS else "the columns"
            raise UsageError(f"{start} {','.join(words)}: names a class twice")

    def codes(self, labels: Floats, place: Any) -> Floats:
        order = np.argsort(self.values)
        slots = np.clip(np.searchsorted(self.values[order], labels), 0, len(order) - 1)
        codes = order[slots].astype(np.float64)
        missing = np.isnan(labels)
        bad = (self.values[order][slots] != labels) & ~missing
        if bad.any():
            row = int(np.argmax(bad))
            raise self._unknown(labels[row], place(row))
        codes[missing] = np.nan
        return codes

    def _unknown(self, label: float, place: Place) -> LabelError:
        if self.origin == BY_LABELS:
            return LabelError(
                f"the label {label:g} is not one of --labels {','.join(self.words)}", place=place
            )
        indices = ",".join(str(index) for index in range(len(self.words)))
        return LabelError(
            f"the label {label:g} is none of the columns {', '.join(self.words[:20])}",
            place=place,
            hint="a column is named after its class; "
            + (
                f"class indices? --labels {indices}"
                if len(self.words) <= 20
                else "class indices? rename them"
            ),
        )

    def finish(self) -> None:
        return None

    def said(self) -> str:
        return ", ".join(f"{word} = {index}" for index, word in enumerate(self.words))

    def names(self) -> Sequence[str]:
        return self.words

    def signed(self) -> str:
        return ""

    def seen(self) -> tuple[str | None, ...]:
        return ()

    def start_from(self, seen: tuple[str | None, ...]) -> None:
        """Nothing is decided by labels."""


def choose_coder(
    bound: Sequence[Bound], position: int, classes: Classes, is_text: bool, shared: list[Any]
) -> Any:
    """The coding of the input at this position; None where its numbers are class indices already.

    Inputs whose classes nobody names share the coder in `shared`. Raises LabelError.
    """
    entry = bound[position].entry
    if not is_text:
        return _number_labels(entry, classes) if classes.decide else None
    wide = [one for one in bound if one.entry.shape is Shape.VECTOR]
    if classes.words:
        return KnownClasses(classes.words, classes.origin)
    if entry.shape is not Shape.CLASS:
        columns = bound[-1].names
        return NamedPositive(columns[0] if len(columns) == 1 else "")
    free = isinstance(entry.domain, ClassIndex) and not entry.domain.bounded
    if wide and not free:
        raise LabelError(
            f"the {entry.role} holds class names, and the columns of {wide[0].text} have none",
            hint="name the classes in the order of the columns: --labels a,b,c",
        )
    if not shared:
        shared.append(FoundClasses())
    return shared[0]


def _number_labels(entry: Input, classes: Classes) -> NumberLabels | None:
    if all(is_number(word) for word in classes.words):
        return NumberLabels(classes.words, classes.origin)
    if entry.shape is Shape.CLASS:
        return None
    raise LabelError(
        f"--labels {','.join(classes.words)}: the {entry.role} holds numbers, not these words",
        hint="name the labels as they stand in the file, for example --labels -1,1",
    )
