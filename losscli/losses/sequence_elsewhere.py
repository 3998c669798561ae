"""Connectionist temporal classification as other libraries compute it: divided by the labels, or with a floor
under the logarithm of 0."""

from __future__ import annotations

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.domains import REALS
from losscli.losses.sequence_inputs import (
    FRAMES,
    LABELS,
    LENGTHS,
    TARGET_LENGTHS,
    Utterances,
    labels_of,
    states_of,
)
from losscli.numerics.alignments import minus_log_probability
from losscli.numerics.stable import softmax
from losscli.registry import Convention

LOG_EPSILON = -1e5
"""What Keras and optax take for the logarithm of 0."""


def _torch(
    target: Rows,
    prediction: Rows,
    lengths: Floats,
    target_lengths: Floats,
    *,
    blank: float,
    zero_infinity: str,
) -> Floats:
    rows = Utterances(target, prediction, lengths, target_lengths)
    found = minus_log_probability(prediction, states_of(rows, blank))
    found = np.where(np.isinf(found), 0.0, found) if zero_infinity == "yes" else found
    return np.asarray(found / np.maximum(labels_of(rows, blank), 1.0))


def _floored(
    target: Rows,
    prediction: Rows,
    lengths: Floats,
    target_lengths: Floats,
    *,
    blank: float,
    zero_infinity: str,
) -> Floats:
    """The recursion over blanks (between labels) and labels, in which exp(-1e5) is the least chance."""
    rows, frames, classes = prediction.shape
    parts = softmax(prediction.reshape(-1, classes))
    logs = prediction - (parts.highest + np.log1p(parts.others)).reshape(rows, frames, 1)
    known = np.where(target < 0.0, blank, target).astype(np.int64)
    repeat = np.zeros(target.shape)
    repeat[:, :-1] = target[:, :-1] == target[:, 1:]
    between = np.full((rows, target.shape[1] + 1), LOG_EPSILON)
    between[:, 0] = 0.0
    within = np.full(target.shape, LOG_EPSILON)
    for frame in range(frames):
        counts = (frame < lengths)[:, None]
        said = np.take_along_axis(logs[:, frame], known, axis=1)
        silent = logs[:, frame, int(blank)][:, None]
        before = _raised(between, within + LOG_EPSILON * repeat)
        label = np.logaddexp(before[:, :-1] + said, within + said)
        silence = _raised(before + silent, within + silent + LOG_EPSILON * (1.0 - repeat))
        between, within = np.where(counts, silence, between), np.where(counts, label, within)
    last = labels_of(Utterances(target, prediction, lengths, target_lengths), blank).astype(np.int64)
    ended = np.take_along_axis(_raised(between, within), last[:, None], axis=1)[:, 0]
    found = 0.0 - ended
    return np.where(found > -0.5 * LOG_EPSILON, 0.0, found) if zero_infinity == "yes" else found


def _raised(between: Rows, added: Rows) -> Rows:
    """The blanks behind each label, to which one may come from the label."""
    return np.concatenate([between[:, :1], np.logaddexp(between[:, 1:], added)], axis=1)


ANY_FRAMES = FRAMES._replace(domain=REALS, hint="", words="real numbers for each class in each frame")
LOOSE = (LABELS, ANY_FRAMES, LENGTHS, TARGET_LENGTHS)
FLOOR_WORDS = "takes logits; rows with too few frames for their labels give about 1e5, here infinity"

CTC_ELSEWHERE = (
    Convention(
        "torch",
        "torch.nn.functional.ctc_loss(x.transpose(0, 1), y, n, m)",
        "its mean divides each row by its number of labels first: two labels at 1.3394 give 0.6697; takes "
        "any numbers for log-probabilities, with the frames before the rows",
        names=("CTCLoss",),
        rows=_torch,
        inputs=LOOSE,
    ),
    Convention(
        "keras",
        "keras.losses.ctc(y, x)",
        FLOOR_WORDS + "; in single precision; the blank and the padding are 0",
        rows=_floored,
        single=True,
        inputs=LOOSE,
    ),
    Convention(
        "optax",
        "optax.losses.ctc_loss(x, x_paddings, y, y_paddings)",
        FLOOR_WORDS + "; takes paddings, 1 where a frame or a label does not count",
        rows=_floored,
        inputs=LOOSE,
    ),
)
"""Who computes connectionist temporal classification in another way."""
