"""Losses of class probabilities as other libraries compute them: their clips, their precision, their
renormalised rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from losscli.arrays import Floats, Mask, Rows
from losscli.domains import CLASS_LABEL, NOT_NEGATIVE, UNIT
from losscli.losses.binary_elsewhere import (
    KERAS_CLIP,
    KERAS_TOP,
    LIGHTGBM_CLIP,
    LIGHTGBM_MOST,
    MACHINE,
    XGBOOST_CLIP,
)
from losscli.losses.class_inputs import (
    CHANCES,
    CLASS,
    CLASS_OR_NONE,
    CLASS_ROW,
    ignored_rows,
    indexed,
    own,
    smoothed,
)
from losscli.numerics.stable import quietly, softmax, sum_columns
from losscli.registry import Convention

SHARES = CHANCES._replace(domain=NOT_NEGATIVE)
"""Numbers that Keras makes a distribution of, dividing each row by its sum."""
LOOSE = CHANCES._replace(domain=UNIT)
"""Probabilities whose sum nobody looks at."""
ABOUT_ONE = 1e-6
"""From a sum of a row so far from 1 on, dividing by it shows in single precision."""
SINGLE_TOP = 1.0 - 2.0**-25
"""What lies above it is 1 in single precision."""


# --- single precision, as Keras computes ----------------------------------------------------------


@quietly
def keras_shares(prediction: Rows) -> Rows:
    """Each row divided by its sum, added up from the first column, and clipped; in single precision."""
    given = prediction.astype(np.float32)
    total = np.zeros(len(given), dtype=np.float32)
    for column in range(given.shape[1]):
        total += given[:, column]
    return np.asarray(np.clip(given / total[:, None], KERAS_CLIP, KERAS_TOP), dtype=np.float64)


def keras_rows(target: Rows, label_smoothing: float) -> Rows:
    """Keras's (smoothed) target rows in single precision."""
    return smoothed(target, label_smoothing).astype(np.float32).astype(np.float64)


def keras_touches(target: Rows, prediction: Rows, **params: Any) -> Mask:
    """The rows that Keras's clip or its division by the sum may change."""
    off = np.abs(sum_columns(prediction) - 1.0) > ABOUT_ONE
    ends = (prediction < KERAS_CLIP) | (prediction > KERAS_TOP)
    return np.asarray(off | ends.any(axis=1))


def _keras(target: Rows, prediction: Rows, *, label_smoothing: float, eps: float) -> Floats:
    shares = keras_shares(_clipped(prediction, eps))
    return sum_columns(keras_rows(target, label_smoothing) * -np.log(shares))


def _keras_sparse(target: Rows, prediction: Rows, *, ignore_index: float | None, eps: float) -> Floats:
    return _left_out(
        target, ignore_index, lambda known: -np.log(own(known, keras_shares(_clipped(prediction, eps))))
    )


# --- double precision -----------------------------------------------------------------------------


@quietly
def _sklearn(target: Rows, prediction: Rows, *, label_smoothing: float, eps: float) -> Floats:
    chance = np.clip(_clipped(prediction, eps), MACHINE, 1.0 - MACHINE)
    return sum_columns(smoothed(target, label_smoothing) * -np.log(chance))


def _sklearn_sparse(target: Rows, prediction: Rows, *, ignore_index: float | None, eps: float) -> Floats:
    def rows(known: Rows) -> Floats:
        return -np.log(np.clip(own(known, _clipped(prediction, eps)), MACHINE, 1.0 - MACHINE))

    return _left_out(target, ignore_index, rows)


def _xgboost(target: Rows, prediction: Rows, *, ignore_index: float | None, eps: float) -> Floats:
    def rows(known: Rows) -> Floats:
        return -np.log(np.maximum(own(known, _clipped(prediction, eps)), XGBOOST_CLIP))

    return _left_out(target, ignore_index, rows)


@quietly
def _lightgbm(target: Rows, prediction: Rows, *, ignore_index: float | None, eps: float) -> Floats:
    def rows(known: Rows) -> Floats:
        chance = own(known, _clipped(prediction, eps))
        return np.where(chance > LIGHTGBM_CLIP, -np.log(chance), LIGHTGBM_MOST)

    return _left_out(target, ignore_index, rows)


def _left_out(target: Rows, ignore_index: float | None, rows: Callable[[Rows], Floats]) -> Floats:
    """The rows' values for target classes that all address a column, and 0 where a row is left out."""
    ignored = ignored_rows(target, ignore_index)
    found = 0.0 + rows(indexed(target, ignored))
    return found if ignored is None else np.where(ignored, 0.0, found)


def _clipped(prediction: Rows, eps: float) -> Rows:
    return np.clip(prediction, eps, 1.0 - eps) if eps else prediction


def _rows_beyond(target: Rows, prediction: Rows, **params: Any) -> Mask:
    ends = (prediction < MACHINE) | (prediction > 1.0 - MACHINE)
    return np.asarray((ends & (target > 0.0)).any(axis=1))


def _own_beyond(low: float, high: float) -> Callable[..., Mask]:
    """The rows whose class has a probability below one end or above the other."""

    def touches(target: Rows, prediction: Rows, *, ignore_index: float | None, **params: Any) -> Mask:
        chance = own(indexed(target, ignored_rows(target, ignore_index)), prediction)
        return np.asarray((chance < low) | (chance > high))

    return touches


KERAS_WORDS = "divides each row by its sum, then clips to [1e-7, 1 - 1e-7] in single precision: p=0 of the "
KERAS_WORDS += "true class gives 16.1181, here infinity; row [.5, .2], class 0 gives 0.3365"
KERAS_CLASS_WORDS = "clips as its function does; with weights it divides by the number of rows"
SKLEARN_WORDS = "clips p by the machine's epsilon: p=0 of the true class gives 36.0437, here infinity; only "
SKLEARN_WORDS += "warns of a row that does not sum to 1: [.5, .2], class 0 gives 0.6931"

CATEGORICAL_ELSEWHERE = (
    Convention(
        "keras",
        "keras.losses.categorical_crossentropy(y, p)",
        KERAS_WORDS,
        edge=True,
        clips=True,
        rows=_keras,
        touches=keras_touches,
        single=True,
        inputs=(CLASS_ROW, SHARES),
    ),
    Convention(
        "keras",
        "keras.losses.CategoricalCrossentropy()(y, p)",
        KERAS_CLASS_WORDS,
        edge=True,
        clips=True,
        rows=_keras,
        touches=keras_touches,
        by_rows=True,
        single=True,
        inputs=(CLASS_ROW, SHARES),
    ),
    Convention(
        "sklearn",
        "sklearn.metrics.log_loss(y.argmax(axis=1), p, labels=range(C))",
        SKLEARN_WORDS + "; takes classes only, no soft rows",
        edge=True,
        clips=True,
        rows=_sklearn,
        touches=_rows_beyond,
        inputs=(CLASS_ROW, LOOSE),
    ),
)
"""Who computes categorical cross-entropy of target rows, and how far each one's number is from the formula's.
"""

SPARSE_ELSEWHERE = (
    Convention(
        "keras",
        "keras.losses.sparse_categorical_crossentropy(y, p)",
        KERAS_WORDS + "; on JAX a class outside 0 to C - 1 gives 0",
        edge=True,
        clips=True,
        rows=_keras_sparse,
        touches=keras_touches,
        single=True,
        inputs=(CLASS_OR_NONE, SHARES),
    ),
    Convention(
        "keras",
        "keras.losses.SparseCategoricalCrossentropy()(y, p)",
        KERAS_CLASS_WORDS,
        edge=True,
        clips=True,
        rows=_keras_sparse,
        touches=keras_touches,
        by_rows=True,
        single=True,
        inputs=(CLASS_OR_NONE, SHARES),
    ),
    Convention(
        "sklearn",
        "sklearn.metrics.log_loss(y, p, labels=range(C))",
        SKLEARN_WORDS,
        edge=True,
        clips=True,
        names=("neg_log_loss",),
        rows=_sklearn_sparse,
        touches=_own_beyond(MACHINE, 1.0 - MACHINE),
        inputs=(CLASS_OR_NONE, LOOSE),
    ),
    Convention(
        "xgboost",
        "xgboost.train(eval_metric='mlogloss')",
        "clips p at 1e-16 in single precision: p=0 of the true class gives 36.8414, here infinity",
        edge=True,
        clips=True,
        names=("mlogloss",),
        rows=_xgboost,
        touches=_own_beyond(XGBOOST_CLIP, SINGLE_TOP),
        single=True,
    ),
    Convention(
        "lightgbm",
        "lightgbm.train(metric='multi_logloss')",
        "clips p at 1e-15: p=0 of the true class gives 34.5388, here infinity",
        edge=True,
        clips=True,
        names=("multi_logloss",),
        rows=_lightgbm,
        touches=_own_beyond(LIGHTGBM_CLIP, 1.0),
    ),
)
"""Who computes categorical cross-entropy of class indices, and how far each one's number is from ours."""


# --- focal, Brier and ranked scores ---------------------------------------------------------------


def keras_focal(
    target: Rows, prediction: Rows, *, gamma: float, alpha: tuple[float, ...] | None, label_smoothing: float
) -> Floats:
    """Keras's categorical focal cross-entropy, whose clipped probability leaves 1 - p in single precision."""
    shares = keras_shares(prediction)
    rest = (np.float32(1.0) - shares.astype(np.float32)).astype(np.float64)
    factor = rest**gamma * (1.0 if alpha is None else np.asarray(alpha))
    return sum_columns(factor * (keras_rows(target, label_smoothing) * -np.log(shares)))


@quietly
def monai_focal(
    target: Rows, prediction: Rows, *, gamma: float, alpha: tuple[float, ...] | None, label_smoothing: float
) -> Floats:
    """MONAI's FocalLoss on the logits log(p): the mean over the classes; one alpha means 1 - alpha for the
    first class and alpha for all others."""
    width = target.shape[1]
    factor = np.ones(width) if alpha is None else np.asarray(alpha)
    if alpha is not None and len(alpha) == 1:
        factor = np.array([1.0 - alpha[0]] + [alpha[0]] * (width - 1))
    rows = factor * smoothed(target, label_smoothing)
    parts = softmax(np.log(prediction))
    logs = -np.log(np.where(rows == 0.0, 1.0, parts.probabilities))
    return np.asarray(sum_columns(rows * (parts.complements**gamma * logs)) / width)


def scoringrules_ranked(target: Rows, prediction: Rows) -> Floats:
    """The ranked probability score with classes that begin at 1; a class outside 1 to C occurs nowhere."""
    width = prediction.shape[1]
    occurs = (target >= 1.0) & (target <= width)
    step = np.where(occurs, target - 1.0, float(width))
    gaps = np.cumsum(prediction, axis=1) - (step[:, None] <= np.arange(width))
    return sum_columns(gaps * gaps)


def keras_brier(target: Rows, prediction: Rows, *, scale_by_half: str) -> Floats:
    """Keras's mean squared error on one-hot rows: the mean over the classes."""
    rows = np.arange(prediction.shape[1]) == target[:, None]
    return np.asarray(sum_columns((prediction - rows) ** 2) / prediction.shape[1])


FOCAL_ELSEWHERE = (
    Convention(
        "keras",
        "keras.losses.categorical_focal_crossentropy(y, p)",
        "multiplies by alpha=0.25, divides each row by its sum and clips to [1e-7, 1 - 1e-7] in single "
        "precision: y=[1, 0, 0], p=[.7, .2, .1] gives 0.0080, here 0.0321",
        params={"alpha": (0.25,)},
        rows=keras_focal,
        single=True,
        inputs=(CLASS_ROW, SHARES),
    ),
    Convention(
        "keras",
        "keras.losses.CategoricalFocalCrossentropy()(y, p)",
        "as its function; with weights it divides by the number of rows",
        params={"alpha": (0.25,)},
        rows=keras_focal,
        by_rows=True,
        single=True,
        inputs=(CLASS_ROW, SHARES),
    ),
    Convention(
        "monai",
        "monai.losses.FocalLoss(use_softmax=True)(p.log(), y)",
        "the mean over the classes instead of the sum, in single precision; a single alpha counts the first "
        "class 1 - alpha and all others alpha; p=0 gives nan",
        rows=monai_focal,
        single=True,
    ),
)
"""Who computes the focal loss of class probabilities."""

GCE_ELSEWHERE = (
    Convention(
        "keras",
        "keras.losses.CategoricalGeneralizedCrossEntropy()(y, p)",
        "its class has q=0.5: class 0, p=[.5, .25, .25] gives 0.5858, here 0.5492; in single precision; with "
        "weights it divides by the number of rows",
        params={"q": 0.5},
        by_rows=True,
        single=True,
        inputs=(CLASS, LOOSE),
    ),
    Convention(
        "keras",
        "keras.losses.categorical_generalized_cross_entropy(y, p, q)",
        single=True,
        inputs=(CLASS, LOOSE),
    ),
)
"""Who computes the generalised cross-entropy."""

BRIER_ELSEWHERE = (
    Convention(
        "sklearn",
        "sklearn.metrics.brier_score_loss(y, p, labels=range(C))",
        "halves the sum for two classes, unless scale_by_half says otherwise",
        names=("neg_brier_score",),
        params={"scale_by_half": "auto"},
        inputs=(CLASS, LOOSE),
    ),
    Convention(
        "keras",
        "mean_squared_error in Keras, on one-hot rows",
        "the mean over the classes instead of the sum, in single precision",
        names=("mean_squared_error_of_rows",),
        rows=keras_brier,
        single=True,
    ),
)
"""Who computes the Brier score of several classes."""

RANKED_ELSEWHERE = (
    Convention(
        "scoringrules",
        "scoringrules.rps_score(y, p)",
        "reads classes from 1 on, and class 0 as none at all: three rows of classes 2, 0, 1 give 1.2267, "
        "here 0.0933, which it gives for y + 1",
        rows=scoringrules_ranked,
        inputs=(CLASS._replace(domain=CLASS_LABEL), CHANCES),
    ),
)
"""Who computes the ranked probability score."""
