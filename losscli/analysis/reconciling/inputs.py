"""What may be done with target and prediction before the loss sees them: one list, and nothing else knows it.

An entry gives the arrays changed, or None where it has no meaning for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from losscli.analysis.reconciling.steps import Call, Step
from losscli.arrays import Rows
from losscli.numerics.stable import quietly, sigmoid
from losscli.records import NamedTuple

Change = Callable[[Rows, Rows], "tuple[Rows, Rows] | None"]
Retype = Callable[[Call], "Call | None"]


class InputStep(NamedTuple):
    """A change of target and prediction, and the call that makes it, if losscli has an option for it."""

    step: Step
    formula: str
    apply: Change
    call: Retype | None = None


def _is_chance(values: Rows) -> bool:
    return bool(values.size and values.min() >= 0.0 and values.max() <= 1.0)


def _is_binary(values: Rows) -> bool:
    return bool(((values == 0.0) | (values == 1.0)).all())


def _swapped(target: Rows, prediction: Rows) -> tuple[Rows, Rows] | None:
    return (prediction, target) if target.shape == prediction.shape else None


def _sigmoid(target: Rows, prediction: Rows) -> tuple[Rows, Rows] | None:
    return target, np.asarray(sigmoid(prediction))


def _softmax(target: Rows, prediction: Rows) -> tuple[Rows, Rows] | None:
    if prediction.ndim != 2 or prediction.shape[1] < 2:
        return None
    powers = np.exp(prediction - prediction.max(axis=1, keepdims=True))
    return target, powers / powers.sum(axis=1, keepdims=True)


def _logarithm(target: Rows, prediction: Rows) -> tuple[Rows, Rows] | None:
    return (target, np.log(prediction)) if prediction.min() > 0.0 else None


@quietly
def _exponential(target: Rows, prediction: Rows) -> tuple[Rows, Rows] | None:
    powers = np.exp(prediction)
    return (target, powers) if np.isfinite(powers).all() else None


def _other_class(target: Rows, prediction: Rows) -> tuple[Rows, Rows] | None:
    return (target, 1.0 - prediction) if prediction.ndim == 1 and _is_chance(prediction) else None


def _decided(target: Rows, prediction: Rows) -> tuple[Rows, Rows] | None:
    if prediction.ndim != 1 or not _is_chance(prediction) or _is_binary(prediction):
        return None
    return target, (prediction >= 0.5).astype(np.float64)


def _inverted(target: Rows, prediction: Rows) -> tuple[Rows, Rows] | None:
    return (1.0 - target, prediction) if _is_binary(target) and target.ndim == 1 else None


def _from_signs(target: Rows, prediction: Rows) -> tuple[Rows, Rows] | None:
    return ((target + 1.0) / 2.0, prediction) if (np.abs(target) == 1.0).all() else None


def _to_signs(target: Rows, prediction: Rows) -> tuple[Rows, Rows] | None:
    return (2.0 * target - 1.0, prediction) if _is_binary(target) else None


def _from_one(target: Rows, prediction: Rows) -> tuple[Rows, Rows] | None:
    fits = target.ndim == 1 and target.min() >= 1.0 and bool((target == np.floor(target)).all())
    return (target - 1.0, prediction) if fits else None


def _normalised(target: Rows, prediction: Rows) -> tuple[Rows, Rows] | None:
    if prediction.ndim != 2 or prediction.shape[1] < 2 or prediction.min() < 0.0:
        return None
    sums = prediction.sum(axis=1, keepdims=True)
    if not sums.all() or np.allclose(sums, 1.0, rtol=0.0, atol=1e-12):
        return None
    return target, prediction / sums


def _from_percent(target: Rows, prediction: Rows) -> tuple[Rows, Rows] | None:
    return (target, prediction / 100.0) if 1.0 < prediction.max() <= 100.0 else None


def _single(target: Rows, prediction: Rows) -> tuple[Rows, Rows] | None:
    with np.errstate(over="ignore"):
        rounded = [block.astype(np.float32).astype(np.float64) for block in (target, prediction)]
    if all(map(np.array_equal, rounded, (target, prediction))):
        return None
    return rounded[0], rounded[1]


def _transposed(target: Rows, prediction: Rows) -> tuple[Rows, Rows] | None:
    if target.ndim != 2 or target.shape != prediction.shape or min(target.shape) < 2:
        return None
    return np.ascontiguousarray(target.T), np.ascontiguousarray(prediction.T)


def _broadcast(target: Rows, prediction: Rows) -> tuple[Rows, Rows] | None:
    rows = len(target)
    if target.ndim != 1 or prediction.ndim != 1 or not 1 < rows * rows <= MOST_PAIRS:
        return None
    return np.repeat(target, rows), np.tile(prediction, rows)


def _smoothing(share: float) -> Change:
    def smooth(target: Rows, prediction: Rows) -> tuple[Rows, Rows] | None:
        if not _is_chance(target):
            return None
        classes = 2 if target.ndim == 1 else target.shape[1]
        return target * (1.0 - share) + share / classes, prediction

    return smooth


def _clip(edge: float) -> Change:
    def clip(target: Rows, prediction: Rows) -> tuple[Rows, Rows] | None:
        if not _is_chance(prediction) or (prediction.min() >= edge and prediction.max() <= 1.0 - edge):
            return None
        return target, np.clip(prediction, edge, 1.0 - edge)

    return clip


def _relabelled(labels: str) -> Retype:
    def retype(call: Call) -> Call | None:
        given = dict(call.options).get("--labels")
        return None if given else call.having("--labels", labels)

    return retype


def _other_labels(call: Call) -> Call | None:
    given = dict(call.options).get("--labels", "0,1").split(",")
    return call.having("--labels", ",".join(reversed(given)))


MOST_PAIRS = 250_000
"""Pairs that are tried where an array of (n, 1) met one of (n,)."""
SHARES: Sequence[float] = (0.05, 0.1, 0.2)
"""Label smoothing that people use."""
EDGES: Sequence[float] = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16)
"""Clips that people use."""


def _input(
    name: str, words: str, formula: str, apply: Change, *, cost: float = 1, call: Retype | None = None
) -> InputStep:
    return InputStep(Step("inputs", name, words, cost), formula, apply, call)


def _smoothed(share: float) -> InputStep:
    formula = f"y (1 - {share:g}) + {share:g} / C for y, C classes"
    return _input("smoothing", f"labels smoothed by {share:g}", formula, _smoothing(share), cost=2)


def _clipped(edge: float) -> InputStep:
    words = f"predictions clipped to [{edge:g}, 1 - {edge:g}]"
    return _input("clip", words, f"clip(p, {edge:g}, 1 - {edge:g}) for p", _clip(edge), cost=2)


INPUTS: tuple[InputStep, ...] = (
    _input(
        "swapped",
        "target and prediction swapped",
        "p for y and y for p",
        _swapped,
        call=lambda call: call.swapped,
    ),
    _input("sigmoid", "the sigmoid of the prediction", "1 / (1 + exp(-p)) for p", _sigmoid),
    _input("softmax", "the softmax of the prediction's columns", "softmax(p) for p", _softmax),
    _input("logarithm", "the logarithm of the prediction", "ln p for p", _logarithm),
    _input("exponential", "e to the power of the prediction", "exp(p) for p", _exponential),
    _input("inverted labels", "labels 0 and 1 exchanged", "1 - y for y", _inverted, call=_other_labels),
    _input("other class", "the probability of the other class", "1 - p for p", _other_class, cost=2),
    _input("decided", "predictions rounded to 0 and 1", "1 where p >= 0.5, else 0", _decided, cost=2),
    _input(
        "labels -1/1",
        "labels -1 and 1 read as 0 and 1",
        "(y + 1) / 2 for y",
        _from_signs,
        call=_relabelled("-1,1"),
    ),
    _input("labels 0/1", "labels 0 and 1 read as -1 and 1", "2 y - 1 for y", _to_signs),
    _input("classes from 1", "classes counted from 1", "y - 1 for y", _from_one),
    _input("normalised", "rows divided by their sum", "p / sum(p) for p", _normalised, cost=2),
    _input("percent", "predictions are percentages", "p / 100 for p", _from_percent),
    _input("float32", "inputs rounded to single precision", "float32(y), float32(p)", _single),
    _input("axis", "columns for rows: the other axis", "the transposed arrays", _transposed, cost=2),
    _input(
        "broadcast",
        "every target against every prediction: (n, 1) met (n,)",
        "all pairs of y and p",
        _broadcast,
        cost=2,
    ),
    *map(_smoothed, SHARES),
    *map(_clipped, EDGES),
)
