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
from losscli.engine.score import headline_of
from losscli.errors import ShapeError
from losscli.formula import DecimalArithmetic
from losscli.records import NamedTuple
from losscli.registry import BoundLoss, Input, Shape
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
    raw = [_shaped(array, entry) for array, entry in zip(arrays, bound.inputs, strict=False)]
    blocks = loss.check(raw, bound.params)
    values = np.asarray(loss.rows(blocks, bound.params)).reshape(-1)
    if len(values) != len(blocks[0]):
        raise ShapeError(f"{bound.spec}: give one column of numbers to trace")
    names = _labels(len(values), place)
    compares = loss.gather and loss.total is None
    slopes = None if loss.slope is None else loss.slopes(blocks, bound.params)
    samples = tuple(
        trace_sample(
            bound,
            Row(
                [block if compares else block[row : row + 1] for block in blocks],
                [
                    array if compares or not entry.paired else array[row]
                    for array, entry in zip(raw, bound.inputs, strict=False)
                ],
                row if compares else None,
                float(values[row]),
                () if slopes is None else tuple(map(float, np.ravel(slopes[row]))),
            ),
            names[row],
        )
        for row in range(len(values))
    )
    whole, together = _together(bound, raw, values)
    formula = str(loss.formula.under(bound.params)).replace("\n", "; ")
    return TraceRecord(bound.spec, loss.title, formula, bound.part or bound.spec, samples, whole, together)


class Row(NamedTuple):
    """One sample: its clean row per input (all rows, and its `own` index, where the loss compares rows), the
    same as it was typed or read, its number and its gradient."""

    blocks: Sequence[Rows]
    given: Sequence[Any]
    own: int | None
    value: float
    slopes: tuple[float, ...]


def trace_sample(bound: BoundLoss, row: Row, label: str) -> SampleTrace:
    """Trace one sample."""
    loss = bound.loss
    pairs = zip(bound.inputs, row.blocks, strict=True)
    scope: dict[str, Any] = {
        entry.symbol: _plain(block if row.own is not None else block[0]) for entry, block in pairs
    }
    if row.own is not None:
        scope["i"] = float(row.own)
    scope |= bound.params
    found = settled(bound, scope, row.value)
    exact = float(found.result) if found.result.is_finite() or math.isinf(row.value) else None
    steps = [
        *_codings(bound, scope, row.given),
        *(_step(text, number) for text, number in _distinct(found.steps)),
    ]
    steps = [*steps[:-1], Step(steps[-1].expression, repr(row.value), row.value)]
    shown = zip(bound.inputs, row.given, strict=False)
    inputs = tuple((entry.symbol, show(_plain(cell))) for entry, cell in shown)
    short = loss.formula.under(bound.params)
    used = tuple((name, show(entry)) for name, entry in bound.params.items() if name in short.names)
    ulp = _distance(row.value, found.result)
    slope = loss.gradient_formula
    return SampleTrace(
        label,
        inputs + used,
        tuple(steps),
        row.value,
        exact,
        ulp if math.isfinite(ulp) else None,
        by=bound.inputs[bound.focus].symbol,
        slopes=row.slopes,
        slope_formula="" if slope is None else str(slope.under(bound.params)).replace("\n", "; "),
    )


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
    formula = bound.loss.formula.under(bound.params)
    with decimal.localcontext(arithmetic.context):
        result = formula.evaluate(scope, arithmetic, lambda text, number: steps.append((text, number)))
        steps = steps or [(str(formula), result)]
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


def _shaped(array: Floats, entry: Input) -> Floats:
    """What was typed as the loss takes it: a list is one vector, or a number for each sample."""
    block = np.ascontiguousarray(array, dtype=np.float64)
    if entry.shape is Shape.VECTOR:
        return block.reshape(1, -1) if block.ndim < 2 else block
    if entry.shape is Shape.TENSOR or (entry.shape is not Shape.SERIES and len(entry.forms[0]) == 2):
        return block.reshape(1, *np.atleast_2d(block).shape) if block.ndim < 3 else block
    if block.ndim == 2 and 1 in block.shape:
        return block.reshape(-1)
    if block.ndim > 1:
        raise ShapeError(f"{entry.role}: a list of numbers is traced, got an array of shape {block.shape}")
    return block.reshape(-1)


def _labels(count: int, place: str) -> list[str]:
    if count == 1:
        return [place]
    return [f"{place} column {column}" if place else f"sample {column}" for column in range(1, count + 1)]


def _plain(cell: Any) -> Any:
    return cell.tolist() if isinstance(cell, np.ndarray) else float(cell)


def _codings(bound: BoundLoss, scope: dict[str, Any], given: Sequence[Any]) -> list[Step]:
    """A step for each input that the loss sees in another coding than it was given: labels 0/1 as -1/+1."""
    found = []
    for entry, cell in zip(bound.inputs, given, strict=False):
        seen = scope[entry.symbol]
        if seen != _plain(cell) and entry.paired:
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
    if bound.is_set or bound.loss.total is not None:
        return bound.spec, float(bound.loss(*arrays, **bound.params))
    if len(values) == 1:
        return None, None
    blocks = bound.loss.check(arrays, bound.params)
    return f"mean of {len(values)}", headline_of(bound, blocks).value
