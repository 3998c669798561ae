"""Binary cross-entropy and class errors as other libraries compute them: their clips, their precision, their
thresholds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from losscli.arrays import Floats, Mask, Rows
from losscli.numerics.exact import ExactSum, Number, ratio
from losscli.numerics.stable import quietly, sigmoid
from losscli.registry import Convention, Statistic, Values, plain

KERAS_CLIP = np.float32(1e-7)
"""Keras keeps probabilities so far from 0 and 1; 1 minus it is 0.99999988 in single precision."""
KERAS_TOP = np.float32(1.0) - KERAS_CLIP
TORCH_FLOOR = 100.0
"""torch's largest negative logarithm."""
MACHINE = float(np.finfo(np.float64).eps)
XGBOOST_CLIP = float(np.float32(1e-16))
LIGHTGBM_CLIP = float(np.float32(1e-15))
LIGHTGBM_MOST = -float(np.log(np.float32(1e-15)))
"""The logarithm of the clip, taken in single precision."""
LIGHTGBM_SOFT_CLIP = 1e-12
LOST = 2.0**-12
"""Adding 1 and taking it away again moves the logarithm of anything smaller by more than 1e-12."""

Parts = tuple[Floats, Floats]


def smoothed(target: Rows, label_smoothing: float) -> Parts:
    """The target drawn towards 1/2, y (1 - s) + s / 2, and 1 minus it, each with all its digits."""
    if label_smoothing == 0.0:
        return target, 1.0 - target
    pull = label_smoothing * (target - 0.5)
    return target - pull, (1.0 - target) + pull


def single(values: Rows) -> Floats:
    """The values as single precision holds them."""
    return values.astype(np.float32).astype(np.float64)


def keras_chances(prediction: Rows) -> Parts:
    """Keras's clipped probability and 1 minus it, the subtraction in single precision as there."""
    kept = np.clip(prediction.astype(np.float32), KERAS_CLIP, KERAS_TOP)
    return kept.astype(np.float64), (np.float32(1.0) - kept).astype(np.float64)


def keras_target(target: Rows, label_smoothing: float) -> Parts:
    """Keras's (smoothed) target and 1 minus it, in single precision."""
    kept = smoothed(target, label_smoothing)[0].astype(np.float32)
    return kept.astype(np.float64), (np.float32(1.0) - kept).astype(np.float64)


@quietly
def keras_entropy(target: Rows, prediction: Rows, label_smoothing: float) -> Floats:
    """Keras's binary cross-entropy of probabilities."""
    chance, other = keras_chances(prediction)
    present, absent = keras_target(target, label_smoothing)
    return -(present * np.log(chance) + absent * np.log(other))


@quietly
def _torch(target: Rows, prediction: Rows, *, eps: float, label_smoothing: float) -> Floats:
    present, absent = smoothed(target, label_smoothing)
    chance = _clipped(prediction, eps)
    hit = np.minimum(-np.log(chance), TORCH_FLOOR)
    return absent * np.minimum(-np.log1p(-chance), TORCH_FLOOR) + present * hit


def _keras(target: Rows, prediction: Rows, *, eps: float, label_smoothing: float) -> Floats:
    return keras_entropy(target, _clipped(prediction, eps), label_smoothing)


@quietly
def _sklearn(target: Rows, prediction: Rows, *, eps: float, label_smoothing: float) -> Floats:
    present, absent = smoothed(target, label_smoothing)
    chance = _clipped(prediction, eps)
    hit, miss = (np.clip(part, MACHINE, 1.0 - MACHINE) for part in (chance, 1.0 - chance))
    return -(present * np.log(hit) + absent * np.log(miss))


@quietly
def _xgboost(target: Rows, prediction: Rows, *, eps: float, label_smoothing: float) -> Floats:
    present, absent = smoothed(target, label_smoothing)
    chance = single(_clipped(prediction, eps))
    other = single(1.0 - chance)
    return -(present * np.log(np.maximum(chance, XGBOOST_CLIP)) + absent * _log_above(other, XGBOOST_CLIP))


@quietly
def _lightgbm(target: Rows, prediction: Rows, *, eps: float, label_smoothing: float) -> Floats:
    present, _ = smoothed(target, label_smoothing)
    chance = _clipped(prediction, eps)
    outcome = np.where(single(present) > 0.0, chance, 1.0 - chance)
    return np.where(outcome > LIGHTGBM_CLIP, -np.log(outcome), LIGHTGBM_MOST)


@quietly
def _lightgbm_soft(target: Rows, prediction: Rows, *, eps: float, label_smoothing: float) -> Floats:
    present = single(smoothed(target, label_smoothing)[0])
    chance = _clipped(prediction, eps)
    hit = _log_above(chance, LIGHTGBM_SOFT_CLIP)
    return -(present * hit + single(1.0 - present) * _log_above(1.0 - chance, LIGHTGBM_SOFT_CLIP))


@quietly
def _scoringrules(target: Rows, prediction: Rows, *, eps: float, label_smoothing: float) -> Floats:
    present, _ = smoothed(target, label_smoothing)
    return -np.log(np.abs(_clipped(prediction, eps) + present - 1.0))


def _log_above(values: Floats, least: float) -> Floats:
    return np.log(np.maximum(values, least))


def _clipped(prediction: Rows, eps: float) -> Rows:
    return np.clip(prediction, eps, 1.0 - eps) if eps else prediction


def _beyond(low: float, high: float) -> Callable[..., Mask]:
    """The rows whose probability lies below one end or above the other."""

    def touches(target: Rows, prediction: Rows, **params: object) -> Mask:
        if prediction.min() >= low and prediction.max() <= high:  # most blocks: no mask is made of them
            return no_row(target, prediction)
        return _any_cell((prediction < low) | (prediction > high))

    return touches


def no_row(target: Rows, prediction: Rows, **params: object) -> Mask:
    """Of functions whose rows are ours, and only their weighted mean is not."""
    return np.zeros(len(target), dtype=np.bool_)


def _any_cell(mask: Mask) -> Mask:
    return np.asarray(mask.any(axis=1) if mask.ndim == 2 else mask)


_LIGHTGBM_ENDS = _beyond(LIGHTGBM_CLIP, 1.0 - LIGHTGBM_CLIP)


def _lightgbm_touches(target: Rows, prediction: Rows, **params: object) -> Mask:
    soft: Mask = target * target != target
    ends = _LIGHTGBM_ENDS(target, prediction)
    return ends | _any_cell(soft) if soft.any() else ends


def _scoringrules_touches(target: Rows, prediction: Rows, **params: object) -> Mask:
    return _any_cell((target == 1.0) & (prediction < LOST))


BCE_ELSEWHERE = (
    Convention(
        "torch",
        "torch.nn.functional.binary_cross_entropy(p, y)",
        "clamps each logarithm at -100: y=1, p=0 gives 100, here infinity; with weights it divides by the "
        "number of rows",
        edge=True,
        clips=True,
        names=("BCELoss",),
        rows=_torch,
        touches=_beyond(np.exp(-TORCH_FLOOR), np.nextafter(1.0, 0.0)),
        by_rows=True,
    ),
    Convention(
        "keras",
        "keras.losses.binary_crossentropy(y, p)",
        "clips p to [1e-7, 1 - 1e-7] in single precision: y=1, p=0 gives 16.1181, y=0, p=1 gives 15.9424, "
        "here infinity",
        edge=True,
        clips=True,
        rows=_keras,
        touches=_beyond(float(KERAS_CLIP), float(KERAS_TOP)),
        single=True,
    ),
    Convention(
        "keras",
        "keras.losses.BinaryCrossentropy()(y, p)",
        "clips as its function does; with weights it divides by the number of rows",
        edge=True,
        clips=True,
        rows=_keras,
        touches=_beyond(float(KERAS_CLIP), float(KERAS_TOP)),
        by_rows=True,
        single=True,
    ),
    Convention(
        "sklearn",
        "sklearn.metrics.log_loss(y, p, labels=[0, 1])",
        "clips p by the machine's epsilon: y=1, p=0 gives 36.0437, here infinity; takes labels 0 and 1 only",
        edge=True,
        clips=True,
        names=("neg_log_loss",),
        rows=_sklearn,
        touches=_beyond(MACHINE, 1.0 - MACHINE),
    ),
    Convention(
        "xgboost",
        "xgboost.train(eval_metric='logloss')",
        "clips p at 1e-16 in single precision: y=1, p=0 gives 36.8414, here infinity",
        edge=True,
        clips=True,
        names=("logloss",),
        rows=_xgboost,
        touches=_beyond(XGBOOST_CLIP, 1.0 - 2.0**-25),
        single=True,
    ),
    Convention(
        "lightgbm",
        "lightgbm.train(metric='binary_logloss')",
        "clips p at 1e-15: y=1, p=0 gives 34.5388, here infinity; takes every label above 0 for 1",
        edge=True,
        names=("binary_logloss",),
        rows=_lightgbm,
        touches=_lightgbm_touches,
    ),
    Convention(
        "lightgbm",
        "lightgbm.train(metric='cross_entropy')",
        "clips p at 1e-12: y=1, p=0 gives 27.6310, here infinity",
        edge=True,
        clips=True,
        names=("cross_entropy", "xentropy"),
        rows=_lightgbm_soft,
        touches=_beyond(LIGHTGBM_SOFT_CLIP, 1.0 - LIGHTGBM_SOFT_CLIP),
    ),
    Convention(
        "scoringrules",
        "scoringrules.log_score(y, p)",
        "adds 1 to p and takes it away again: y=1, p=1e-17 gives infinity, here 39.14; takes labels 0 and 1 "
        "only",
        edge=True,
        rows=_scoringrules,
        touches=_scoringrules_touches,
    ),
)
"""Who computes binary cross-entropy on probabilities, and how far each one's number is from the formula's."""


# --- on logits ------------------------------------------------------------------------------------


def _numpy_backend(target: Rows, prediction: Rows, *, pos_weight: float, label_smoothing: float) -> Floats:
    present, absent = keras_target(target, label_smoothing)
    chance, other = keras_chances(sigmoid(prediction))
    return -(pos_weight * present * np.log(chance) + absent * np.log(other))


def _saturates(target: Rows, prediction: Rows, **params: object) -> Mask:
    return _any_cell(np.abs(prediction) > 15.0)


BCE_LOGITS_ELSEWHERE = (
    Convention(
        "torch",
        "torch.nn.functional.binary_cross_entropy_with_logits(z, y)",
        "with weights it divides by the number of rows",
        edge=True,
        names=("BCEWithLogitsLoss",),
        touches=no_row,
        by_rows=True,
    ),
    Convention(
        "keras",
        "keras.losses.BinaryCrossentropy(from_logits=True)(y, z)",
        "with weights it divides by the number of rows",
        edge=True,
        touches=no_row,
        by_rows=True,
        single=True,
    ),
    Convention(
        "keras",
        "KERAS_BACKEND=numpy",
        "its NumPy backend clips the probability of the logit: y=1, z=-100 gives 16.118, here 100",
        edge=True,
        clips=True,
        names=("numpy_backend",),
        rows=_numpy_backend,
        touches=_saturates,
        single=True,
    ),
)
"""Who computes binary cross-entropy on logits in another way."""


# --- class errors ---------------------------------------------------------------------------------


HALF = 0.5
"""From above it class 1 is predicted, unless a parameter says otherwise."""


def _keras_error(target: Rows, prediction: Rows, *, threshold: float | None) -> Floats:
    level = np.float32(HALF if threshold is None else threshold)
    return np.asarray((prediction.astype(np.float32) > level) != (target > 0.0), dtype=np.float64)


def _near(target: Rows, prediction: Rows, *, threshold: float | None) -> Mask:
    """Rows that single precision may carry across the threshold."""
    level = HALF if threshold is None else threshold
    return np.asarray(np.abs(prediction - level) <= 2.0**-23 * abs(level))


def _torchmetrics_error(target: Rows, prediction: Rows, *, threshold: float | None) -> dict[str, Statistic]:
    level = HALF if threshold is None else threshold
    scores = (prediction > level) != (target > 0.0)
    squashed = (sigmoid(prediction) > level) != (target > 0.0)
    return {
        "rows": plain(scores.astype(np.float64)),
        "squashed": plain(squashed.astype(np.float64)),
        "outside": plain(outside_unit(prediction)),
    }


def outside_unit(prediction: Rows) -> Floats:
    """1 where a score is no probability, which makes torchmetrics take a sigmoid of all of them."""
    return ((prediction < 0.0) | (prediction > 1.0)).astype(np.float64)


def rows_or_squashed(
    sums: Mapping[str, Sequence[ExactSum]], weight: ExactSum | int, params: Values
) -> Number:
    """The mean of the rows, or of their squashed twins once any score of the whole set is no probability."""
    chosen = sums["squashed"] if any(column.units for column in sums["outside"]) else sums["rows"]
    return mean_of_columns(chosen, weight)


def mean_of_columns(columns: Sequence[ExactSum], weight: ExactSum | int) -> Number:
    """The mean over all rows and columns."""
    total, over = ExactSum(), ExactSum()
    for column in columns:
        total.merge(column)
        if isinstance(weight, ExactSum):
            over.merge(weight)
        else:
            over.add_count(weight)
    return ratio(total, over)


ZERO_ONE_ELSEWHERE = (
    Convention(
        "keras",
        "1 - BinaryAccuracy of Keras",
        "takes probabilities, thresholds them at 0.5 in single precision, and prints 1 minus this",
        names=("binary_error",),
        params={"threshold": HALF},
        rows=_keras_error,
        touches=_near,
        single=True,
    ),
    Convention(
        "xgboost",
        "xgboost.train(eval_metric='error')",
        "takes probabilities and thresholds them at 0.5 in single precision",
        names=("error", "error@0.5"),
        params={"threshold": HALF},
        rows=_keras_error,
        touches=_near,
        single=True,
    ),
    Convention(
        "lightgbm",
        "lightgbm.train(metric='binary_error')",
        "takes probabilities and thresholds them at 0.5",
        names=("binary_error",),
        params={"threshold": HALF},
    ),
    Convention(
        "torchmetrics",
        "torchmetrics.functional.classification.binary_hamming_distance(p, y)",
        "thresholds at 0.5; takes a sigmoid of all scores when one is outside [0, 1], so that a row changes "
        "the others: y=[0, 1, 0], p=[.2, .9, 2] gives 0.6667",
        params={"threshold": HALF},
        statistics=_torchmetrics_error,
        combine=rows_or_squashed,
    ),
)
"""Who counts wrong classes, and from which probability on class 1 is predicted."""
