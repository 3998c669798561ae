"""Laws about values: the gradient is the derivative; nothing beats what is said to be best."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.domains import Domain, Labels, Simplex
from losscli.formula import Formula
from losscli.losses.class_inputs import LogSimplex
from losscli.numerics.stable import quietly
from losscli.registry import (
    FrequencyConstant,
    MomentsConstant,
    NoConstant,
    NoPerfect,
    QuantileConstant,
    Shape,
    get,
)
from tests.accuracy.arithmetics import CONTEXT, mpf
from tests.accuracy.measure import rows_as_values
from tests.accuracy.oracle import EXACTLY, textbook
from tests.laws.cases import WIDTH, Case, law, require

EPSILON = float(np.finfo(np.float64).eps)
STEP = 2.0**-160
DERIVATIVE_BITS = 900
GRADIENT_ULP = 16
FLOOR = 2.0**-700
"""Derivatives smaller than this are lost in the difference quotient: its digits end with DERIVATIVE_BITS."""


@law("gradient is the derivative")
def gradient_is_the_derivative(case: Case) -> None:
    loss = case.loss
    if loss.slope is None:
        case.exempt("gradient is the derivative", "the record has no gradient")
        return
    arrays = case.draw(_few(case, 24))
    clean = case.clean(arrays)
    slopes = loss.gradient(*arrays, **case.params)
    tested = 0
    symbol = case.inputs[case.focus].symbol
    nudged = _nudged(loss.formula, symbol)
    typical = float(np.median(np.abs(slopes)))
    for row, values in enumerate(rows_as_values(loss, clean, case.params)):
        known = {**case.params, **values}
        if _near_a_kink(case, known):
            continue
        wanted = _derivatives(nudged, known, symbol)
        got = np.ravel(slopes[row])
        scale = max(float(max(abs(value) for value in wanted)), typical, FLOOR)
        error = max(abs(mpf(float(g)) - w) for g, w in zip(got, wanted, strict=True))
        require(
            error <= GRADIENT_ULP * EPSILON * scale,
            f"at {known} the gradient is {got.tolist()}, the derivative {[float(w) for w in wanted]}",
        )
        tested += 1
    require(tested >= len(slopes) // 2, f"only {tested} of {len(slopes)} rows lie away from kinks")


@law("gradient formula is the gradient")
def gradient_formula_is_the_gradient(case: Case) -> None:
    """The formula agrees with the derivative far beyond a double's digits, with the function as far as these
    go."""
    loss, symbol = case.loss, case.inputs[case.focus].symbol
    if loss.gradient_formula is None:
        case.exempt("gradient formula is the gradient", "the record has no formula of a gradient")
        return
    arrays = case.draw(_few(case, 16))
    slopes = loss.gradient(*arrays, **case.params)
    nudged = _nudged(loss.formula, symbol)
    typical = float(np.median(np.abs(slopes)))
    tested = 0
    for row, values in enumerate(rows_as_values(loss, case.clean(arrays), case.params)):
        known = {**case.params, **values}
        said = _evaluated(loss.gradient_formula, known)
        _agree(case, known, "function", zip(said, np.ravel(slopes[row]).tolist(), strict=True), typical)
        if not _near_a_kink(case, known):
            wanted = _derivatives(nudged, known, symbol)
            _agree(case, known, "derivative", zip(said, wanted, strict=True), typical)
            tested += 1
    require(tested >= len(slopes) // 2, f"only {tested} of {len(slopes)} rows lie away from kinks")


def _few(case: Case, rows: int) -> int:
    """How many rows to differentiate: fewer where a row is a matrix, by each of whose entries one does."""
    return rows // 4 if case.inputs[case.focus].shape is Shape.TENSOR else rows


def _agree(
    case: Case, known: dict[str, Any], what: str, pairs: Iterable[tuple[Any, Any]], typical: float
) -> None:
    bar = GRADIENT_ULP * EPSILON if what == "function" else 2.0**-200
    with CONTEXT.workprec(DERIVATIVE_BITS):
        entries = [(one, mpf(other)) for one, other in pairs]
        scale = max(typical, FLOOR, *(abs(other) for _, other in entries))
        off = any(not abs(one - other) <= bar * scale for one, other in entries)
    require(not off, f"at {known} formula and {what} are {[tuple(map(float, pair)) for pair in entries]}")


def _evaluated(formula: Formula, known: dict[str, Any]) -> list[Any]:
    with CONTEXT.workprec(DERIVATIVE_BITS):
        found = formula.evaluate(known, EXACTLY)
    return [item.value for item in _flat(found)]


def _flat(value: Any) -> list[Any]:
    """The numbers of a number, a vector or a matrix, row by row."""
    return [item for part in value for item in _flat(part)] if isinstance(value, list) else [value]


def _nudged(formula: Formula, symbol: str) -> Formula:
    """The formula with the input replaced by itself plus a step, so that no digit of the step is lost."""

    class Replace(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            if node.id == symbol and isinstance(node.ctx, ast.Load):
                return ast.BinOp(node, ast.Add(), ast.Name("step", ast.Load()))
            return node

    tree = ast.fix_missing_locations(Replace().visit(ast.parse(formula.text)))
    return Formula(ast.unparse(tree))


def _derivatives(nudged: Formula, known: dict[str, Any], symbol: str) -> list[Any]:
    point = np.asarray(known[symbol], dtype=np.float64)
    if point.ndim == 0:
        return [_slope(nudged, known, STEP, -STEP)]
    found = []
    for place in range(point.size):
        up = np.zeros(point.size)
        up[place] = STEP
        shaped = up.reshape(point.shape)
        found.append(_slope(nudged, known, shaped.tolist(), (-shaped).tolist()))
    return found


def _slope(nudged: Formula, known: dict[str, Any], up: Any, down: Any) -> Any:
    with CONTEXT.workprec(DERIVATIVE_BITS):
        above = nudged.evaluate({**known, "step": up}, EXACTLY).value
        below = nudged.evaluate({**known, "step": down}, EXACTLY).value
        return (above - below) / (2 * mpf(STEP))


def _near_a_kink(case: Case, known: dict[str, Any]) -> bool:
    return any(abs(textbook(Formula(text), known)) < 1e-9 for text in case.loss.kinks)


# --- the perfect prediction -----------------------------------------------------------------------


@law("perfect prediction is perfect")
def perfect_is_perfect(case: Case) -> None:
    loss = case.loss
    if isinstance(loss.perfect, NoPerfect):
        case.exempt("perfect prediction is perfect", "the record says why there is none for every row")
        return
    for columns in (1, 2):
        arrays = case.draw(60, columns)
        known: Any = case.clean(arrays)
        known = known if loss.perfect.by_blocks else known[0]
        best = loss.perfect.prediction(known, case.params)
        value = np.asarray(loss.perfect.value(known, case.params), dtype=np.float64)
        got = case.rows(_with_prediction(case, arrays, best))
        require(got.shape == value.shape, f"perfect values have the shape {value.shape}, rows {got.shape}")
        slack = _slack(case, value, arrays)
        reached = slack if loss.perfect.attained else slack + 1e-12
        off = np.abs(got - value) > reached
        require(not off.any(), f"the perfect prediction has {got[off][:3]}, declared are {value[off][:3]}")
        part = loss.part_for(case.params)  # the rows are its rows, also where the whole is a score
        sign = 1.0 if (get(part) if part else loss).direction == "minimize" else -1.0
        for candidate in _candidates(case, best, arrays[case.focus]):
            beaten = sign * (case.rows(_with_prediction(case, arrays, candidate)) - value) < -slack
            require(not beaten.any(), f"{candidate[beaten][:3]} is better than perfect")


def _with_prediction(case: Case, arrays: list[Rows], prediction: Rows) -> list[Rows]:
    return [*arrays[: case.focus], prediction, *arrays[case.focus + 1 :]]


def _slack(case: Case, value: Floats, arrays: list[Rows]) -> Floats:
    """The rounding a perfect value may have: the loss's bar, and for distributions that of their sums; where
    terms cancel, that of terms as large as the inputs."""
    slack = (case.loss.accuracy.ulp + 4.0) * np.spacing(np.abs(value))
    if any(isinstance(entry.domain_for(case.params), Simplex) for entry in case.inputs):
        slack = slack + 8.0 * EPSILON
    if case.loss.accuracy.against != "value":
        largest = max(1.0, *(float(np.abs(array).max()) for array in arrays))
        slack = slack + case.loss.accuracy.ulp * EPSILON * largest
    return slack


def _candidates(case: Case, best: Rows, drawn: Rows) -> list[Rows]:
    """Random predictions, and mixtures of them with the perfect one where that stays in the domain."""
    domain = case.inputs[case.focus].domain_for(case.params)
    generator = np.random.default_rng(case.seed + 1)
    found = [
        domain.good(generator, drawn.shape, drawn.shape[-1] if drawn.ndim > 1 else WIDTH) for _ in range(20)
    ]
    mixed = [_mixture(domain, best, drawn, share) for share in (0.5, 1e-2, 1e-6, 1e-12, 1e-15, -1e-9)]
    return found + [block for block in mixed if not domain.faults(block, drawn.shape[-1])]


@quietly
def _mixture(domain: Domain, one: Any, other: Any, share: float) -> Any:
    """The one and a share of the other; logarithms of probabilities are mixed as probabilities."""
    if isinstance(domain, LogSimplex):
        return np.log((1.0 - share) * np.exp(one) + share * np.exp(other))
    return one + share * (other - one)


# --- the best constant ----------------------------------------------------------------------------


@law("best constant is best")
def best_constant_is_best(case: Case) -> None:
    loss = case.loss
    if isinstance(loss.best_constant, NoConstant):
        case.exempt("best constant is best", "the record names no closed form")
        return
    arrays = case.draw(201)
    target = case.clean(arrays)[0]
    constant, closed = best_constant(case, target)
    require(np.isfinite(constant).all(), f"the best constant is {constant}")
    mean = _loss_of_constant(case, arrays, constant)
    if closed is not None:
        require(
            abs(closed - mean) <= 1e-12 * max(abs(mean), 1e-12),
            f"the closed form gives {closed}, the constant {constant} has {mean}",
        )
    sign = 1.0 if loss.direction == "minimize" else -1.0
    for other in _other_constants(case, constant, arrays[case.focus]):
        found = _loss_of_constant(case, arrays, other)
        require(
            sign * (found - mean) >= -1e-12 * max(abs(mean), 1e-12),
            f"the constant {other} has {found}, the best one, {constant}, has {mean}",
        )


def best_constant(case: Case, target: Rows) -> tuple[Any, float | None]:
    """The constant that the record computes for a target, and the loss that it states for it."""
    fact, params = case.loss.best_constant, case.params
    match fact:
        case MomentsConstant():
            values = fact.forward(target, params) if fact.forward else target
            mean = values.mean(axis=0)
            variance = ((values - mean) ** 2).mean(axis=0)
            constant = fact.constant(mean, params)
            return constant, fact.loss(mean, variance, params) if fact.loss else None
        case QuantileConstant():
            importance = fact.importance(target, params) if fact.importance else np.ones(len(target))
            return weighted_quantile(target, importance, fact.level(params)), None
        case FrequencyConstant():
            shares = np.bincount(target.astype(np.int64), minlength=4) / len(target)
            return fact.constant(np.arange(4.0), shares, params), fact.loss(shares, params)
        case _:
            raise AssertionError(f"no such best constant: {fact}")


def weighted_quantile(values: Floats, weights: Floats, level: float) -> float:
    """The averaged inverted distribution function."""
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order])
    wanted = level * below[-1]
    left = order[min(int(np.searchsorted(below, wanted, side="left")), len(order) - 1)]
    right = order[min(int(np.searchsorted(below, wanted, side="right")), len(order) - 1)]
    return float((values[left] + values[right]) / 2.0)


def _loss_of_constant(case: Case, arrays: list[Rows], constant: Any) -> float:
    if case.inputs[case.focus].shape is Shape.VECTOR:
        block = np.tile(np.asarray(constant, dtype=np.float64), (len(arrays[0]), 1))
    else:
        block = np.full(len(arrays[0]), float(constant))
    return case.total(_with_prediction(case, arrays, block)).value


def _other_constants(case: Case, constant: Any, drawn: Rows) -> list[Any]:
    """200 constants that the prediction's domain allows: anywhere, and near the best one."""
    domain = case.inputs[case.focus].domain_for(case.params)
    generator = np.random.default_rng(case.seed + 2)
    anywhere = list(domain.good(generator, (100, *drawn.shape[1:]), 4))
    shares = 10.0 ** generator.uniform(-6.0, 0.0, 100)
    near = [_mixture(domain, constant, other, share) for share, other in zip(shares, anywhere, strict=True)]
    return anywhere + [value for value in near if _allowed(domain, value)]


def _allowed(domain: Domain, value: Any) -> bool:
    block = np.asarray(value, dtype=np.float64)
    if isinstance(domain, Labels):
        return bool(np.isin(block, domain.values).all())
    one_row = block.reshape(1, -1) if block.ndim else block.reshape(1)
    return not domain.faults(one_row, max(1, block.size))
