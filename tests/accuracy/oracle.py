"""The exact value of a formula, at as many digits as make it stable, and how far a double is from it."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from losscli.formula import Formula
from tests.accuracy.arithmetics import (
    CONTEXT,
    LOST,
    NOTHING,
    Exact,
    FloatArithmetic,
    MpArithmetic,
    mpf,
    nearest_double,
)

BITS = (320, 640, 1340, 2680, 5360, 10_720, 21_440)
"""Precisions, one after the other; 1340 bits hold 1 + the smallest double."""
ENOUGH, MARGIN = 80, 20
"""So many good bits are wanted, and so many the rounding of all steps may cost beside cancellation."""
SMALLEST = math.ldexp(1.0, -1074)
EXACTLY = MpArithmetic()
PLAINLY = FloatArithmetic()


@dataclass(frozen=True)
class Truth:
    """The exact value, its nearest double, and the size against which an error is judged."""

    value: Any
    double: float
    scale: Any

    @property
    def defined(self) -> bool:
        """Whether the formula has a value at all."""
        return not CONTEXT.isnan(self.value)


class _Largest:
    """Watches the steps of an evaluation for the largest finite number among them."""

    def __init__(self) -> None:
        self.exponent = 0

    def __call__(self, text: str, value: Any) -> None:
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, Exact) and CONTEXT.isnormal(item.value):
                self.exponent = max(self.exponent, item.value.exp + item.value.bc)


def _at(formula: Formula, values: Mapping[str, Any], bits: int) -> tuple[Any, int]:
    """The value at a precision, and the binary exponent of the largest step on the way."""
    LOST.bits = 0
    with CONTEXT.workprec(bits):
        largest = _Largest()
        result = formula.evaluate(values, EXACTLY, largest)
        return result.value, largest.exponent


def exact_value(formula: Formula, values: Mapping[str, Any]) -> Any:
    """The value of the formula, good to more than 80 bits (or to 2**-1200), as a number of mpmath."""
    inputs = _largest_input(values)
    before: Any = None
    for bits in BITS:
        found, largest = _at(formula, values, bits)
        if bits - LOST.bits < ENOUGH + MARGIN:  # what is left of some sum has too few right bits
            before = None
            continue
        reach = largest + max(0, inputs)  # an input may magnify what an earlier step has lost
        if reach - bits + MARGIN < max(_exponent(found) - ENOUGH, NOTHING):
            return found
        # Behind an exponential of a huge number that bound says nothing: then two precisions must agree.
        plain = bits > BITS[1] + 2 * inputs or _exponent(found) > inputs - 100
        if before is not None and plain and _agree(before, found):
            return found
        before = found
    raise ArithmeticError(f"{formula.text!r} is not stable at {BITS[-1]} bits for {values}")


def _exponent(value: Any) -> int:
    """The binary exponent of a number; of 0, and of what is no number, one that is below all others."""
    return int(value.exp + value.bc) if CONTEXT.isnormal(value) else 8 * NOTHING


def _largest_input(values: Mapping[str, Any]) -> int:
    found = 0
    for value in values.values():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, (int, float)):
                found = max(found, math.frexp(item)[1])
    return found


def _agree(one: Any, other: Any) -> bool:
    if not (CONTEXT.isfinite(one) and CONTEXT.isfinite(other)):
        return bool(one == other) or (CONTEXT.isnan(one) and CONTEXT.isnan(other))
    with CONTEXT.workprec(200):
        return bool(abs(one - other) <= max(abs(other) * mpf(2) ** -ENOUGH, mpf(2) ** NOTHING))


@lru_cache(maxsize=256)
def _parsed(text: str) -> Formula:
    return Formula(text)


def truth(formula: Formula, values: Mapping[str, Any], against: str = "value") -> Truth:
    """The exact value of one row or cell; `against` is as in `Accuracy`."""
    value = exact_value(formula, values)
    scale = abs(value)
    if against == "largest term":
        with CONTEXT.workprec(BITS[0]):
            scale = max(scale, largest_term(formula, values))
    elif against != "value":
        scale = max(scale, abs(exact_value(_parsed(against), values)))
    return Truth(value, nearest_double(value), scale)


def textbook(formula: Formula, values: Mapping[str, Any]) -> float:
    """The formula in float64, as typed; nan where it has no value."""
    with np.errstate(all="ignore"):
        return float(formula.evaluate(values, PLAINLY))


def error_in_ulp(computed: float, true: Truth) -> float:
    """How far `computed` is from the exact value, in units of the last place of the scale.

    Infinite where one is finite (as a double) and the other is not, or where one is nan.
    """
    if math.isnan(computed) or not true.defined:
        return 0.0 if math.isnan(computed) and not true.defined else math.inf
    if math.isinf(computed) or math.isinf(true.double):
        return 0.0 if computed == true.double or _borderline(computed, true) else math.inf
    with CONTEXT.workprec(200):
        return float(abs(mpf(computed) - true.value) / unit_of_last_place(true.scale))


def _borderline(computed: float, true: Truth) -> bool:
    """At the very end of the doubles a few units of the last place decide between finite and infinite."""
    with CONTEXT.workprec(200):
        end = mpf(2) ** 1024
        near = abs(abs(true.value) / end - 1) < mpf(2) ** -50
        return bool(near and abs(computed) > 1.79e308 and (computed > 0) == (true.value > 0))


def unit_of_last_place(scale: Any) -> Any:
    """The unit of the last place of doubles of this size; for subnormal ones the smallest double."""
    if scale == 0:
        return mpf(SMALLEST)
    exponent = scale.exp + scale.bc
    return max(mpf(2) ** (exponent - 53), mpf(SMALLEST))


# --- the largest term of a sum -----------------------------------------------------------------------------


def largest_term(formula: Formula, values: Mapping[str, Any]) -> Any:
    """The size of the largest term among those that the formula's outermost sums and differences add up."""
    steps: dict[str, Any] = {}

    def remember(text: str, value: Any) -> None:
        steps[text] = value
        name, equals, expression = text.partition(" = ")
        if equals:
            steps[name] = value
            trees[name] = ast.parse(expression, mode="eval").body

    trees: dict[str, ast.expr] = {}
    result = formula.evaluate(values, EXACTLY, remember)
    for name, value in values.items():
        if isinstance(value, (int, float)):
            steps.setdefault(name, EXACTLY.number(value))
        elif isinstance(value, list):
            steps.setdefault(name, [EXACTLY.number(item) for item in value])
    last = ast.parse(formula.text).body[-1]
    found = _Terms(steps, trees).size(last.value) if isinstance(last, (ast.Expr, ast.Assign)) else None
    return max(found or mpf(0), abs(result.value))


class _Terms:
    """Sizes of the terms of a tree, from the steps that were seen while it was evaluated."""

    def __init__(self, steps: Mapping[str, Any], trees: Mapping[str, ast.expr]) -> None:
        self.steps, self.trees = steps, trees

    def value(self, node: ast.expr) -> Any:
        """The largest size among the elements of what a node gave."""
        if isinstance(node, ast.Constant):
            return abs(mpf(node.value))
        found = self.steps.get(ast.unparse(node))
        items = found if isinstance(found, list) else [found]
        sizes = [abs(item.value) for item in items if isinstance(item, Exact)]
        return max((size for size in sizes if CONTEXT.isfinite(size)), default=mpf(0))

    def size(self, node: ast.expr) -> Any:
        """The largest term of a node."""
        match node:
            case ast.Name(id=name) if name in self.trees:
                return self.size(self.trees[name])
            case ast.UnaryOp(operand=operand):
                return self.size(operand)
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right):
                return max(self.size(left), self.size(right))
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return self.size(left) * self.size(right)
            case ast.BinOp(left=left, op=ast.Div(), right=right) if self.value(right) != 0:
                return self.size(left) / self.value(right)
            case ast.IfExp(body=body, orelse=other):
                taken = body if ast.unparse(body) in self.steps else other
                return self.size(taken)
            case ast.Call(func=ast.Name(id="sum"), args=[argument]):
                return self.size(argument)
            case _:
                return self.value(node)
