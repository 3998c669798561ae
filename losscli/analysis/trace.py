"""The arithmetic of single samples: the formula evaluated in decimals, step by step, down to the loss's own
number."""

from __future__ import annotations

import decimal
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.errors import ShapeError
from losscli.formula import DecimalArithmetic
from losscli.numerics.exact import exact_mean
from losscli.registry import BoundLoss, Shape
from losscli.report.explaining import SampleTrace, Step, TraceRecord

DIGITS = (50, 100, 200, 400, 800, 1600)
"""Precisions tried in turn, until two agree and lie near the loss's own number: cancellation can need
hundreds."""
NEAR = 64.0
"""Units of the last place within which the loss's number and the formula count as the same."""

Found: TypeAlias = "list[tuple[str, Any]]"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The formula at one precision: each step in the order of the arithmetic, and the result."""

    steps: tuple[tuple[str, Any], ...]
    result: decimal.Decimal


def trace(bound: BoundLoss, arrays: Sequence[Floats], place: str = "") -> TraceRecord:
    """Trace every sample of `arrays`, one array per input of the loss.

    Shapes: (n,) each for losses of cells and classes, (k,) or (n, k) for inputs whose rows are vectors.
    `place` says where they come from. Raises ShapeError, DomainError."""
    loss = bound.loss
    raw = [_shaped(array, entry.shape, entry.role) for array, entry in zip(arrays, loss.inputs, strict=True)]
    blocks = loss.check(raw, bound.params)
    values = loss.rows(blocks, bound.params)
    names = _labels(len(values), place)
    samples = tuple(
        trace_sample(
            bound, [block[row : row + 1] for block in blocks], [array[row] for array in raw], names[row]
        )
        for row in range(len(values))
    )
    whole, together = _together(bound, raw, values)
    formula = str(loss.formula).replace("\n", "; ")
    each = loss.part or bound.spec
    return TraceRecord(bound.spec, loss.title, formula, each, samples, whole, together)


def trace_sample(bound: BoundLoss, blocks: Sequence[Rows], given: Sequence[Any], label: str) -> SampleTrace:
    """Trace one sample: `blocks` hold its one clean row per input, `given` the same as it was typed or
    read."""
    loss = bound.loss
    value = float(loss.rows(list(blocks), bound.params)[0])
    scope: dict[str, Any] = {
        entry.symbol: _plain(block[0]) for entry, block in zip(loss.inputs, blocks, strict=True)
    }
    scope |= bound.params
    found = settled(bound, scope, value)
    exact = float(found.result) if found.result.is_finite() or math.isinf(value) else None
    steps = [
        *_codings(bound, scope, given),
        *(_step(text, number) for text, number in _distinct(found.steps)),
    ]
    steps = [*steps[:-1], Step(steps[-1].expression, repr(value), value)]
    inputs = tuple((entry.symbol, show(_plain(cell))) for entry, cell in zip(loss.inputs, given, strict=True))
    used = tuple((name, show(entry)) for name, entry in bound.params.items() if name in loss.formula.names)
    ulp = _distance(value, found.result)
    return SampleTrace(
        label,
        inputs + used,
        tuple(steps),
        value,
        exact,
        ulp if math.isfinite(ulp) else None,
        by=loss.inputs[-1].symbol,
        slopes=_slopes(bound, blocks),
        slope_formula="" if loss.gradient_formula is None else str(loss.gradient_formula),
    )


def _slopes(bound: BoundLoss, blocks: Sequence[Rows]) -> tuple[float, ...]:
    if bound.loss.slope is None:
        return ()
    return tuple(float(slope) for slope in np.ravel(bound.loss.slopes(blocks, bound.params)))


def settled(bound: BoundLoss, scope: dict[str, Any], value: float) -> Evaluation:
    """The formula at the first precision whose result the next one confirms, and that lies near the loss's
    number."""
    before = evaluate(bound, scope, DIGITS[0])
    for digits in DIGITS[1:]:
        now = evaluate(bound, scope, digits)
        same = float(now.result) == float(before.result) or (now.result.is_nan() and before.result.is_nan())
        if same and _distance(value, now.result) <= NEAR:
            return before
        before = now
    return before


def evaluate(bound: BoundLoss, scope: dict[str, Any], digits: int) -> Evaluation:
    """The formula in decimals of this many digits, with every step."""
    arithmetic = DecimalArithmetic(digits)
    steps: Found = []
    with decimal.localcontext(arithmetic.context):
        result = bound.loss.formula.evaluate(
            scope, arithmetic, lambda text, number: steps.append((text, number))
        )
        steps = steps or [(str(bound.loss.formula), result)]
        return Evaluation(tuple(steps), decimal.Decimal(result))


def show(value: Any) -> str:
    """A value as the shortest text that reads back the same; a decimal no double can hold, with 17
    digits."""
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(show(item) for item in value) + "]"
    if isinstance(value, decimal.Decimal):
        double = float(value)
        if value.is_finite() and (math.isinf(double) or (double == 0.0 and value != 0)):
            return f"{value:.16e}"
        value = double
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    number = float(value)
    if number == 0.0:
        return "0"
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def _shaped(array: Floats, shape: Shape, role: str) -> Floats:
    block = np.ascontiguousarray(array, dtype=np.float64)
    if shape is Shape.VECTOR:
        return block.reshape(1, -1) if block.ndim < 2 else block
    if block.ndim == 2 and 1 in block.shape:
        return block.reshape(-1)
    if block.ndim > 1:
        raise ShapeError(f"{role}: a list of numbers is traced, got an array of shape {block.shape}")
    return block.reshape(-1)


def _labels(count: int, place: str) -> list[str]:
    if count == 1:
        return [place]
    return [f"{place} column {column}" if place else f"sample {column}" for column in range(1, count + 1)]


def _plain(cell: Any) -> Any:
    if isinstance(cell, np.ndarray):
        return [float(item) for item in cell]
    return float(cell)


def _codings(bound: BoundLoss, scope: dict[str, Any], given: Sequence[Any]) -> list[Step]:
    """A step for each input that the loss sees in another coding than it was given: labels 0/1 as -1/+1."""
    found = []
    for entry, cell in zip(bound.loss.inputs, given, strict=True):
        seen = scope[entry.symbol]
        if seen != _plain(cell):
            text = f"{entry.symbol}, label {show(_plain(cell))} as the loss codes it"
            found.append(Step(text, show(seen), seen if isinstance(seen, float) else None))
    return found


def _distinct(steps: Sequence[tuple[str, Any]]) -> Found:
    """Each step once. `e = p - y` takes the place of the `p - y` before it."""
    found: Found = []
    for text, number in steps:
        name, equals, expression = text.partition(" = ")
        if equals and name.isidentifier():
            found = [entry for entry in found if entry[0] != expression]
        elif any(known == text or known.endswith(f" = {text}") for known, _ in found):
            continue
        found.append((text, number))
    if steps and found[-1][1] is not steps[-1][1]:  # the last step is the result, even where it stood before
        found.append(steps[-1])
    return found


def _step(text: str, number: Any) -> Step:
    value = show(number)
    return Step(text, value, float(number) if isinstance(number, decimal.Decimal) else None)


def _distance(value: float, exact: decimal.Decimal) -> float:
    """How far a double is from the exact value, in units of the last place of the double nearest to it."""
    nearest = float(exact)
    if nearest == value or (math.isnan(nearest) and math.isnan(value)):
        if not math.isfinite(value):
            return 0.0
    elif not (math.isfinite(nearest) and math.isfinite(value)):
        return math.inf
    with decimal.localcontext(
        decimal.Context(prec=60, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN, traps=[])
    ):
        return float(abs(decimal.Decimal(value) - exact) / decimal.Decimal(math.ulp(nearest)))


def _together(bound: BoundLoss, arrays: Sequence[Floats], values: Rows) -> tuple[str | None, float | None]:
    """What several samples give: the loss of the whole list for a set loss, else the mean."""
    if bound.loss.is_set:
        return bound.spec, float(bound.loss(*arrays, **bound.params))
    if len(values) == 1:
        return None, None
    return f"mean of {len(values)}", exact_mean(np.ascontiguousarray(values)).value
