"""The numbers of one loss on some arrays: checked as everywhere, scored by the engine, reduced in every
way."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import numpy as np

from losscli.analysis.reconciling.given import Given
from losscli.analysis.reconciling.reduced import Reduced, Rowwise, batched, reduce
from losscli.analysis.reconciling.steps import Step
from losscli.arrays import Floats, Rows
from losscli.domains import first_fault
from losscli.engine.score import Score, headline_of
from losscli.errors import DomainError, LosscliError
from losscli.numerics.stable import sum_columns
from losscli.records import NamedTuple
from losscli.reductions import parse_reductions
from losscli.registry import BoundLoss, Input, Shape
from losscli.registry.checking import check_shapes, width_of
from losscli.report.compute import Figure

Arrays = Sequence["Rows | None"]


class Scored(NamedTuple):
    """A loss on some arrays: its number, its rows where it has any of its own, and how they were laid out
    for it."""

    figure: Figure
    rows: Rowwise | None
    layout: tuple[Step, ...]

    def reduced(self, *, batches: bool, every: bool = False) -> list[Reduced]:
        """Every way to make one number of the rows; of a loss of the whole set only the number itself."""
        if every:
            return [] if self.rows is None else list(batched(self.rows, every=True))
        if self.rows is None:
            return [Reduced(self.figure.value)]
        return [*reduce(self.rows), *(batched(self.rows, every=False) if batches else ())]


def score(bound: BoundLoss, given: Given, arrays: Arrays, *, exact: bool = False) -> Scored:
    """Score a loss; `exact` adds up as `compute` does, else quickly, which is as good to 12 digits. Raises
    LosscliError where the loss does not take these arrays."""
    blocks, layout = _blocks(bound, given, arrays)
    if given.weights is not None and len(given.weights) != len(blocks[0]):
        raise DomainError("the weights are not for these rows")
    if bound.is_set or bound.loss.total is not None:
        return Scored(headline_of(bound, blocks, given.weights), None, layout)
    values = bound.rows(blocks)
    if len(values) != len(blocks[0]):
        return Scored(headline_of(bound, blocks, given.weights), None, layout)
    rows = _counting(bound, blocks, values, given.weights)
    if not exact:
        return Scored(Figure(rows.x), rows, layout)
    found = Score(bound, parse_reductions("mean,sum"), False, "mean")
    found.start(blocks[0].shape[1] if blocks[0].ndim == 2 else 1)
    found.add(blocks, given.weights)
    reductions = found.reductions(0)
    shown = found.headline(0) or reductions["mean"]
    return Scored(shown, rows._replace(x=shown.value, total=reductions["sum"].value), layout)


def _counting(bound: BoundLoss, blocks: Sequence[Rows], values: Rows, weights: Floats | None) -> Rowwise:
    """The rows that count, with the loss's number as its framework reduces them."""
    if values.ndim > 1:
        values = sum_columns(values) / values.shape[1]
    counts, convention = bound.counts(blocks), bound.convention
    target = blocks[0] if blocks[0].ndim == 1 else None
    rows = len(values)
    if counts is not None:
        kept = counts > 0.0
        rows, values = int(np.count_nonzero(kept)), values[kept]
        if not rows:
            raise DomainError("no row counts")
        weights, counted = (None if weights is None else weights[kept]), counts[kept]
        target = None if target is None else target[kept]
    own = weights
    if counts is not None:
        own = counted if weights is None else weights * counted
    total = float(values.sum() if weights is None else (values * weights).sum())
    over = float(rows if own is None else own.sum())
    if convention is not None and convention.by_rows and weights is not None:
        over = float(rows)
    x = total if convention is not None and convention.reduce == "sum" else total / over
    return Rowwise(x, total, values, weights, target, width_of(blocks))


def _blocks(bound: BoundLoss, given: Given, arrays: Arrays) -> tuple[list[Rows], tuple[Step, ...]]:
    """The blocks as the loss takes them."""
    inputs = bound.inputs
    if len(arrays) > len(inputs):
        raise DomainError("more inputs than it takes")
    whole, layout = laid_out(inputs, arrays)
    present = [(entry, block) for entry, block in zip(inputs, whole, strict=False) if block is not None]
    check_shapes(bound.loss, [entry for entry, _ in present], [b.shape for _, b in present], bound.params)
    width = width_of([block for _, block in present])
    found: list[Rows] = []
    for position, entry in enumerate(inputs):
        block = whole[position] if position < len(whole) else None
        if block is not None:
            if not entry.paired:
                raise DomainError(f"the {entry.role} does not pair by row")
            domain = entry.domain_for(bound.params)
            fault = first_fault(domain.faults(block, width))
            if fault is not None:
                row = int(np.argmax(fault.rows))
                raise DomainError(f"{entry.role} {block[row]} in row {row + 1} is {fault.words}")
            found.append(np.ascontiguousarray(domain.clean(block)))
        elif position in given.series and entry.prepare is not None:
            found.append(given.series[position].prepared(bound, entry, None, len(found[0])))
        elif entry.default is not None and entry.paired:
            found.append(entry.default(found))
        else:
            raise DomainError(f"there is no {entry.role}")
    return found, layout


def laid_out(inputs: Sequence[Input], arrays: Arrays) -> tuple[list[Rows | None], tuple[Step, ...]]:
    """The arrays in the layout that a loss takes: classes as numbers or one-hot, one probability or two."""
    found = list(arrays)
    steps: list[Step] = []
    if len(found) < 2 or found[0] is None or found[1] is None or len(inputs) < 2:
        return found, ()
    prediction, second = found[1], inputs[1]
    if second.shape is Shape.VECTOR and prediction.ndim == 1 and _are_chances(prediction):
        found[1] = np.column_stack([1.0 - prediction, prediction])
        steps.append(Step("inputs", "two columns", "two columns, 1 - p and p"))
    target, wide = found[0], found[1]
    assert wide is not None
    if inputs[0].shape is Shape.VECTOR and target.ndim == 1 and wide.ndim == 2:
        with suppress(LosscliError):
            found[0] = _one_hot(target, wide.shape[1])
            steps.append(Step("inputs", "one-hot", "the target's class as a column each"))
    elif inputs[0].shape is Shape.CLASS and target.ndim == 2 and _is_one_hot(target):
        found[0] = target.argmax(axis=1).astype(np.float64)
        steps.append(Step("inputs", "classes", "the target's columns as the number of the class"))
    return found, tuple(steps)


def _are_chances(values: Rows) -> bool:
    return bool(len(values) > 1 and values.min() >= 0.0 and values.max() <= 1.0)


def _one_hot(target: Floats, width: int) -> Rows:
    codes = target.astype(np.int64)
    if not (codes == target).all() or codes.min() < 0 or codes.max() >= width:
        raise DomainError("the target holds no classes of these columns")
    found = np.zeros((len(target), width))
    found[np.arange(len(target)), codes] = 1.0
    return found


def _is_one_hot(target: Rows) -> bool:
    return bool(((target == 0.0) | (target == 1.0)).all() and (target.sum(axis=1) == 1.0).all())
