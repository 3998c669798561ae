"""What sequence losses take: padded labels, frames of log-probabilities, and how many of each count."""

from __future__ import annotations

import numpy as np

from losscli.arrays import Floats, Mask, Rows
from losscli.domains import Domain, Fault
from losscli.errors import DomainError
from losscli.losses.class_inputs import LOG_SIMPLEX
from losscli.numerics.alignments import Spelling, spelling
from losscli.params import as_number
from losscli.records import NamedTuple
from losscli.registry import Values, numbers, tensors, vectors


class PaddedLabels(NamedTuple):
    """Rows of class indices, none of which is the blank, each followed by padding: blanks or negative
    numbers."""

    blank: float
    kind: str = "class"

    def __str__(self) -> str:
        return f"class indices other than {self.blank:g}, then padding: {self.blank:g} or negative numbers"

    def faults(self, block: Rows, width: int) -> list[Fault]:
        broken: Mask = np.asarray(block != np.rint(block))
        if broken.any():
            return [Fault(broken, "not a whole number, so no class")]
        outside: Mask = np.asarray(block >= width)
        if outside.any():
            words = f"no class index: with {width} classes they are 0 to {width - 1}"
            return [Fault(outside, words)]
        padding = padded(block, self.blank)
        late = padding[:, :-1] & ~padding[:, 1:]
        rows = np.asarray(late.any(axis=1), dtype=np.bool_)
        words = f"a label behind padding: {self.blank:g} is the blank, which is no label"
        return [Fault(rows, words)] if rows.any() else []

    def clean(self, block: Rows) -> Rows:
        return block

    def good(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> Rows:
        labels = np.array([label for label in range(width) if label != self.blank] or [-1], dtype=np.float64)
        lengths = generator.integers(0, shape[1] // 2 + 1, shape[0])
        place = np.arange(shape[1])
        ends = np.where(generator.random(shape[0]) < 0.5, self.blank, -1.0)
        return np.where(place < lengths[:, None], generator.choice(labels, shape), ends[:, None])

    def wrong(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> list[Rows]:
        half, outside = self.good(generator, shape, width), self.good(generator, shape, width)
        half[0, 0], outside[0, 0] = 0.5, float(width)
        found = [half, outside]
        if shape[1] > 1 and width > 1:
            late = self.good(generator, shape, width)
            late[0, 0], late[0, 1] = -1.0, 0.0 if self.blank != 0.0 else 1.0
            found.append(late)
        return found


class Length(NamedTuple):
    """How many of something: whole numbers of at least 0."""

    kind: str = "real"

    def __str__(self) -> str:
        return "a whole number of at least 0"

    def faults(self, block: Rows, width: int) -> list[Fault]:
        mask: Mask = (block < 0.0) | (block != np.rint(block))
        return [Fault(mask, f"not {self}")] if mask.any() else []

    def clean(self, block: Rows) -> Rows:
        return block

    def good(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> Rows:
        return generator.integers(0, 4, shape).astype(np.float64)

    def wrong(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> list[Rows]:
        below, half = self.good(generator, shape, width), self.good(generator, shape, width)
        below[0], half[0] = -1.0, 0.5
        return [below, half]


def padded(labels: Rows, blank: float) -> Mask:
    """Where a label is padding."""
    return np.asarray((labels < 0.0) | (labels == blank))


def _labels(params: Values) -> Domain:
    return PaddedLabels(as_number(params["blank"]))


LABELS = vectors(
    "target",
    "y",
    _labels,
    "the labels of each sequence, padded to one length with the blank or with -1",
    hint="the blank's class is 0; another? blank=C-1; labels and lengths apart? target_lengths=SOURCE",
).along("s")
FRAMES = tensors(
    "prediction",
    "x",
    LOG_SIMPLEX,
    "the log-probability of each class in each frame: rows, frames, classes",
    hint="logits? subtract the logarithm of the sum of their exponentials, or :as=keras; "
    "axes (frames, rows, classes) as in torch? swap the first two",
).along("t", "c")
LENGTHS = numbers("lengths", "n", Length(), "how many frames of each row count; all without it")._replace(
    default=lambda blocks: np.full(len(blocks[0]), float(blocks[1].shape[1]))
)
TARGET_LENGTHS = numbers(
    "target_lengths", "m", Length(), "how many labels of each row count; all before the padding without it"
)._replace(default=lambda blocks: np.full(len(blocks[0]), float(blocks[0].shape[1])))


class Utterances(NamedTuple):
    """Rows of a CTC loss as its inputs give them."""

    labels: Rows
    logs: Rows
    lengths: Floats
    target_lengths: Floats


def labels_of(rows: Utterances, blank: float) -> Floats:
    """(n,): how many labels each row has: as its length says, never more than stand before the padding."""
    there = np.count_nonzero(~padded(rows.labels, blank), axis=1)
    return np.asarray(np.minimum(rows.target_lengths, there.astype(np.float64)))


def states_of(rows: Utterances, blank: float) -> Spelling:
    """The states of each row. Raises DomainError: a length beyond what there is."""
    for name, given, most in (
        ("lengths", rows.lengths, rows.logs.shape[1]),
        ("target_lengths", rows.target_lengths, rows.labels.shape[1]),
    ):
        beyond = given > most
        if beyond.any():
            raise DomainError(f"{name}: {given[beyond][0]:g} is more than the {most} that a row has")
    return spelling(rows.labels, labels_of(rows, blank), rows.lengths, int(blank))
