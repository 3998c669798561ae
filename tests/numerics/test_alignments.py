"""The probability of a spelling against the sum over every alignment, written out; what the loss refuses."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from losscli.errors import DataError, DomainError, ParamError
from losscli.losses import ctc
from losscli.numerics.pieces import MATRICES


def log_softmax(logits: np.ndarray) -> np.ndarray:
    return logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))


def spelt(path: tuple[int, ...], blank: int) -> list[int]:
    """What an alignment says: repeats merged, blanks dropped."""
    return [label for label, _ in itertools.groupby(path) if label != blank]


def by_enumeration(labels: list[int], logs: np.ndarray, blank: int) -> float:
    """The sum over all alignments of one row, each tried."""
    frames, classes = logs.shape
    chances = [
        math.exp(math.fsum(logs[frame, label] for frame, label in enumerate(path)))
        for path in itertools.product(range(classes), repeat=frames)
        if spelt(path, blank) == labels
    ]
    return -math.log(math.fsum(chances)) if chances else math.inf


@pytest.mark.parametrize("blank", [0, 2])
@pytest.mark.parametrize("frames", [1, 3, 5])
def test_every_alignment_counts_once(blank: int, frames: int) -> None:
    generator = np.random.default_rng(frames)
    letters = [label for label in range(3) if label != blank]
    words = [list(word) for size in range(4) for word in itertools.product(letters, repeat=size)]
    padded = np.array([word + [blank] * (3 - len(word)) for word in words])
    logs = log_softmax(generator.normal(0.0, 2.0, (len(words), frames, 3)))
    wanted = [by_enumeration(word, row, blank) for word, row in zip(words, logs, strict=True)]
    assert ctc(padded, logs, blank=blank) == pytest.approx(wanted, rel=1e-13)
    assert (math.inf in wanted) == (frames < 5)  # three of the same label need two blanks between them
    kept = np.where(np.isinf(wanted), 0.0, wanted)
    assert ctc(padded, logs, blank=blank, zero_infinity="yes") == pytest.approx(kept, rel=1e-13)


def test_the_spellings_of_all_words_share_certainty() -> None:
    logs = log_softmax(np.random.default_rng(2).normal(0.0, 1.0, (1, 4, 3)))
    words = [list(word) for size in range(5) for word in itertools.product((1, 2), repeat=size)]
    padded = np.array([word + [-1] * (4 - len(word)) for word in words])
    losses = ctc(padded, np.repeat(logs, len(words), axis=0))
    assert math.fsum(np.exp(-losses)) == pytest.approx(1.0, rel=1e-14)


def test_only_frames_and_labels_within_the_lengths_count() -> None:
    generator = np.random.default_rng(5)
    logs = log_softmax(generator.normal(0.0, 2.0, (3, 5, 4)))
    labels = np.array([[1, 2, 3], [3, 3, 1], [2, 1, 1]])
    frames, counts = np.array([5, 4, 2]), np.array([3, 2, 1])
    whole = ctc(labels, logs, frames, counts)
    for row in range(3):
        cut = logs[row : row + 1, : frames[row]]
        alone = ctc(labels[row : row + 1, : counts[row]], cut)
        assert whole[row] == alone[0]
    slope = ctc.gradient(labels, logs, frames, counts)
    assert (slope[1, 4:] == 0.0).all()
    assert (slope[2, 2:] == 0.0).all()
    assert slope[0].sum(axis=1) == pytest.approx(-np.ones(5))  # each frame is of some class for sure


def test_long_sequences_neither_underflow_nor_drift() -> None:
    frames = 4000
    logs = np.full((1, frames, 2), math.log(0.5))
    # one label of any length from any frame on: as many alignments as pairs of ends
    alignments = frames * (frames + 1) // 2
    wanted = frames * math.log(2.0) - math.log(alignments)
    assert ctc([[1]], logs)[0] == pytest.approx(wanted, rel=3e-16)


def test_a_row_has_the_same_bits_in_any_company() -> None:
    generator = np.random.default_rng(9)
    rows = 2 * MATRICES + 3
    logs = log_softmax(generator.normal(0.0, 3.0, (rows, 6, 4)))
    labels = generator.integers(1, 4, (rows, 3))
    whole = ctc(labels, logs)
    for row in (0, MATRICES - 1, MATRICES, rows - 1):
        assert ctc(labels[row : row + 1], logs[row : row + 1])[0] == whole[row]


def test_where_no_alignment_exists_the_slope_is_flat() -> None:
    logs = log_softmax(np.zeros((1, 2, 3)))
    assert np.isinf(ctc([[1, 1]], logs)).all()
    assert (ctc.gradient([[1, 1]], logs) == 0.0).all()


@pytest.mark.parametrize(
    ("labels", "more", "words"),
    [
        ([[1, 3]], (), "no class index: with 3 classes"),
        ([[0, 1]], (), "behind padding"),
        ([[1, 0.5]], (), "not a whole number"),
        ([[1, 2]], ([3],), "lengths: 3 is more than the 2"),
        ([[1, 2]], ([2], [3]), "target_lengths: 3 is more than the 2"),
        ([[1, 2]], ([-1],), "at least 0"),
        ([[1, 2]], ([1.5],), "whole number"),
    ],
)
def test_what_cannot_be_is_refused(
    labels: list[list[float]], more: tuple[list[float], ...], words: str
) -> None:
    logs = log_softmax(np.zeros((1, 2, 3)))
    with pytest.raises(DomainError, match=words):
        ctc(labels, logs, *more)


def test_logits_are_no_log_probabilities() -> None:
    with pytest.raises(DataError, match="do not sum to 1"):
        ctc([[1]], [[[-1.0, -2.0], [-1.0, -2.0]]])
    with pytest.raises(DomainError, match="at most 0"):
        ctc([[1]], [[[1.0, -2.0], [-1.0, -2.0]]])
    with pytest.raises(ParamError, match="blank=2 is no class"):
        ctc([[1]], log_softmax(np.zeros((1, 2, 2))), blank=2)
