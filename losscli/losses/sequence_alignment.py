"""Labels against frames that spell them, whatever their alignment: connectionist temporal classification."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.domains import Interval
from losscli.losses.sequence_elsewhere import CTC_ELSEWHERE
from losscli.losses.sequence_inputs import (
    FRAMES,
    LABELS,
    LENGTHS,
    TARGET_LENGTHS,
    Utterances,
    states_of,
)
from losscli.numerics.alignments import minus_log_probability, slopes
from losscli.params import Param, as_number
from losscli.registry import Accuracy, NoConstant, Perfect, Values, loss

LEAST_LOG = -800.0
"""The logarithm of less than the smallest double."""


def _ctc_slope(
    target: Rows,
    prediction: Rows,
    lengths: Floats,
    target_lengths: Floats,
    *,
    blank: float,
    zero_infinity: str,
) -> Rows:
    return slopes(prediction, states_of(Utterances(target, prediction, lengths, target_lengths), blank))


def _blank_fits(shapes: Sequence[tuple[int, ...]], params: Values) -> str:
    blank, classes = as_number(params["blank"]), shapes[1][-1]
    return "" if blank < classes else f"blank={blank:g} is no class: there are {classes}"


def _spelt(blocks: Sequence[Rows], params: Values) -> Rows:
    """Frames that are sure of one class each and spell the labels, a blank between two of the same."""
    rows = Utterances(*blocks)
    states = states_of(rows, as_number(params["blank"]))
    frames = rows.logs.shape[1]
    logs = np.full(rows.logs.shape, LEAST_LOG)
    for row, labels in enumerate(np.asarray(states.classes[:, 1::2])):
        path: list[int] = []
        for label in labels[: states.last[row] // 2].tolist():
            path += [int(as_number(params["blank"])), label] if path[-1:] == [label] else [label]
        path += [int(as_number(params["blank"]))] * (frames - len(path))
        logs[row, np.arange(frames), path[:frames]] = 0.0
    return logs


def _spelt_loss(blocks: Sequence[Rows], params: Values) -> Floats:
    """0 where the frames are enough for the labels and the blanks between the same ones."""
    rows = Utterances(*blocks)
    states = states_of(rows, as_number(params["blank"]))
    within = np.arange(3, states.classes.shape[1], 2) < states.last[:, None]
    repeats = (~states.skips[:, 3::2] & within).sum(axis=1)
    short = rows.lengths < states.last // 2 + repeats
    return np.where(short & (params["zero_infinity"] == "no"), np.inf, 0.0)


STATES = (
    "l = [y[i] for i in range(min(m, len(y))) if y[i] >= 0 and y[i] != blank]\n"
    "e = [blank if k == 0 else l[i] for i in range(len(l) + 1) for k in range(2) "
    "if 2 * i + k <= 2 * len(l)]\n"
)
"""The labels, and the states that spell them: a blank before, between and behind."""
STEPS = (
    "k = [[1 if j == i or j == i + 1 or j == i + 2 and e[j] != blank and e[j] != e[i] else 0 "
    "for j in range(len(e))] for i in range(len(e))]\n"
    "v = [[exp(x[t][c]) for c in e] for t in range(n)]\n"
    "s = [1 if j == 0 else 0 for j in range(len(e))]\n"
    "f = [1 if j >= len(e) - 2 else 0 for j in range(len(e))]\n"
    "q = sum(f * chain(s, [[r * u for r in k] for u in v]))\n"
)
"""Which state may follow which, the chance of each state's class in each frame, where one starts and ends,
and the probability to come from one to the other."""


@loss(
    "ctc",
    title="Connectionist temporal classification",
    family="sequence",
    aliases=("ctc_loss",),
    inputs=(LABELS, FRAMES, LENGTHS, TARGET_LENGTHS),
    params=[
        Param(
            "blank",
            0.0,
            "the class that is no label",
            Interval(0.0),
            aliases=("blank_id", "mask_index"),
            whole=True,
        ),
        Param(
            "zero_infinity",
            "no",
            "count rows with too few frames for their labels as 0 instead of infinite",
            choices=("no", "yes"),
        ),
    ],
    formula=STATES + STEPS + "0 if zero_infinity == 'yes' and q == 0 else -log(q)",
    gradient=_ctc_slope,
    gradient_formula=STATES
    + STEPS
    + "[[0 if t >= n else -sum(f * chain(s, [[r * (v[u] if u != t else [v[u][j] if e[j] == c else 0 "
    "for j in range(len(e))]) for r in k] for u in range(n)])) / q for c in range(len(x[t]))] "
    "for t in range(len(x))]",
    slope_of="prediction",
    unit="nats",
    likelihood="of the labels, summed over all alignments",
    fits=_blank_fits,
    best_constant=NoConstant("a constant has no meaning for sequences of different lengths"),
    perfect=Perfect(
        "frames that spell the labels for sure: each label, with a blank before the same label",
        _spelt,
        _spelt_loss,
        by_blocks=True,
    ),
    deviations=CTC_ELSEWHERE,
    contrast=(
        [[1.0, 2.0], [1.0, 1.0]],
        np.log([[[0.6, 0.3, 0.1], [0.2, 0.5, 0.3]], [[0.6, 0.3, 0.1], [0.2, 0.5, 0.3]]]).tolist(),
    ),
    accuracy=Accuracy(4.0, STATES + "sum(min([-x[t][c] for c in e]) for t in range(n))"),
    source="Graves et al. (2006), doi:10.1145/1143844.1143891",
)
def ctc(
    target: Rows,
    prediction: Rows,
    lengths: Floats,
    target_lengths: Floats,
    *,
    blank: float,
    zero_infinity: str,
) -> Floats:
    """Surprise at a sequence of labels under frames of class probabilities, whatever their alignment.

    Formula  -log of the sum over all alignments of the product over frames of exp(x[frame, class]); an
             alignment spells the labels once repeats are merged and blanks dropped
    Shapes   (n, s) and (n, t, C), with lengths (n,) and target_lengths (n,) if wanted, give (n,)
    Unit     nats a sequence
    Raises   DomainError: no label, a label behind padding, a log-probability above 0, a length beyond the row
    Not      torch's mean, which first divides each row by its number of labels; logits (as=keras takes them)

    >>> ctc([[1, -1]], [[[-0.5, -0.9327521], [-1.0, -0.4586751]]]).round(4).tolist()
    [0.2525]
    """
    rows = Utterances(target, prediction, lengths, target_lengths)
    found = minus_log_probability(prediction, states_of(rows, blank))
    return np.where(np.isinf(found), 0.0, found) if zero_infinity == "yes" else found
