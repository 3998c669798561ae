"""Cases of sequences: tokens against logits, labels against frames."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.golden.asking import of
from tests.golden.cases import LOGITS, Asked, Case, numbers
from tests.golden.multiclass_cases import case, example
from tests.golden.samples.foreign import call

# --- perplexity -----------------------------------------------------------------------------------

TOKENS = np.array([[2, 0, 1], [3, 2, 2], [1, 1, 0], [0, 3, 3]], dtype=np.int64)
TOKEN_LOGITS = numbers(*np.round(np.random.default_rng(3).normal(0.0, 3.0, (4, 3, 4)) * 64) / 64)
MARKED = np.where(TOKENS == 3, -100, TOKENS)
PERPLEXITY = "torchmetrics.functional.text.perplexity"


def perplexity(**options: Any) -> Asked:
    """torchmetrics' perplexity of sequences."""
    return of(PERPLEXITY, "Z", "y", reduction="set", **options)


def exponential(**options: Any) -> Asked:
    """The exponential of torch's mean cross-entropy of all tokens."""
    flat = call("numpy.reshape", "Z", [-1, 4])
    entropy = call("torch.nn.functional.cross_entropy", flat, call("numpy.ravel", "y"), **options)
    return of("numpy.exp", entropy, reduction="set")


TOKEN_CASES = (
    case(
        "sequences",
        "perplexity",
        {"y": TOKENS, "Z": TOKEN_LOGITS},
        perplexity(),
        perplexity().following("torchmetrics"),
        exponential(),
    ),
    case(
        "tokens left out",
        "perplexity",
        {"y": MARKED, "Z": TOKEN_LOGITS},
        perplexity(ignore_index=-100),
        perplexity(ignore_index=-100).following("torchmetrics"),
        exponential(),
        params={"ignore_index": -100},
    ),
    case(
        "one token a row",
        "perplexity",
        {"y": np.array([2, 0, 1, 3, 2]), "Z": LOGITS},
        exponential(),
    ),
    example(
        "a probability that is rounded to 0",
        "perplexity",
        {"y": np.array([[0, 1], [1, 1]]), "Z": numbers([[0, 760], [0.5, 2]], [[1, -1], [0, 3]])},
        perplexity().following("torchmetrics"),
    ),
)

# --- CTC ------------------------------------------------------------------------------------------


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Log-probabilities of the classes, the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


FRAMES = numbers(*np.round(np.random.default_rng(7).normal(0.0, 2.0, (4, 6, 5)) * 64) / 64)
SURE = log_softmax(FRAMES)
LABELS = np.array([[1, 2, 3], [4, 4, 0], [2, 0, 0], [3, 3, 3]], dtype=np.int64)
COUNTS = np.array([3, 2, 1, 3], dtype=np.int64)
PARTS = np.array([6, 4, 1, 5], dtype=np.int64)
SHORT = {"y": np.array([[1, 2], [2, 2], [1, 0]], dtype=np.int64), "X": SURE[:3, :2]}
LAST = np.where(LABELS > 0, LABELS - 1, 4)
"""The same labels with the blank as the last class."""


def torch(reduction: str, lengths: Any = "n", labels: Any = "m", **options: Any) -> Asked:
    """torch's CTC loss, whose frames come before the rows."""
    frames = call("numpy.swapaxes", "X", 0, 1)
    asked = call("torch.nn.functional.ctc_loss", frames, "y", lengths, labels, reduction=reduction, **options)
    return Asked(asked, "none" if reduction == "none" else "mean")


def given(values: list[int]) -> Any:
    """Lengths that are no input."""
    return call("numpy.array", values)


def optax(frames: Any, labels: Any) -> Asked:
    """optax's CTC loss with paddings."""
    return of("optax.losses.ctc_loss", "X", frames, "y", labels).following("optax")


def paddings(lengths: list[int], most: int) -> Any:
    """1 where nothing counts any more."""
    rows = (np.arange(most) >= np.array(lengths)[:, None]).astype(np.float64)
    return call("numpy.array", rows.tolist())


WHOLE = [6, 6, 6, 6]
ALIGNMENTS = (
    example(
        "all frames",
        "ctc",
        {"y": LABELS, "X": SURE},
        torch("none", given(WHOLE), given(COUNTS.tolist())),
        torch("mean", given(WHOLE), given(COUNTS.tolist())).following("torch"),
        of("keras.losses.ctc", "y", "X").following("keras"),
        optax(paddings(WHOLE, 6), paddings(COUNTS.tolist(), 3)),
    ),
    example(
        "some frames and labels",
        "ctc",
        {"y": LABELS, "X": SURE, "n": PARTS, "m": np.minimum(COUNTS, 2)},
        torch("none"),
        torch("mean").following("torch"),
        optax(paddings(PARTS.tolist(), 6), paddings(np.minimum(COUNTS, 2).tolist(), 3)),
    ),
    example(
        "logits",
        "ctc",
        {"y": LABELS, "X": FRAMES},
        of("keras.losses.ctc", "y", "X").following("keras"),
        optax(paddings(WHOLE, 6), paddings(COUNTS.tolist(), 3)),
    ),
    example(
        "the last class is the blank",
        "ctc",
        {"y": LAST, "X": SURE},
        torch("none", given(WHOLE), given(COUNTS.tolist()), blank=4),
        params={"blank": 4},
    ),
    example(
        "too few frames",
        "ctc",
        SHORT,
        torch("none", given([2, 2, 2]), given([2, 2, 1])),
        of("keras.losses.ctc", "y", "X").following("keras"),
        optax(paddings([2, 2, 2], 2), paddings([2, 2, 1], 2)),
    ),
    example(
        "too few frames count 0",
        "ctc",
        SHORT,
        torch("none", given([2, 2, 2]), given([2, 2, 1]), zero_infinity=True),
        torch("mean", given([2, 2, 2]), given([2, 2, 1]), zero_infinity=True).following("torch"),
        params={"zero_infinity": "yes"},
    ),
)

CASES: tuple[Case, ...] = TOKEN_CASES + ALIGNMENTS
