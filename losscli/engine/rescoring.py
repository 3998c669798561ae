"""What a constant prediction would have scored over rows that are read, or read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.engine.score import Score, figure
from losscli.engine.sums import Sums, columns_of
from losscli.reductions import Summary, parse_reductions
from losscli.registry import BoundLoss
from losscli.report.compute import Figure


class Rescoring(Protocol):
    """The loss of constants, one a column of the prediction, over some rows."""

    def add(self, blocks: Sequence[Rows], weights: Floats | None) -> None:
        """Clean blocks of some rows, the target first."""
        ...

    def figures(self) -> list[Figure]:
        """The loss of each result."""
        ...

    def to_state(self) -> list[dict[str, Any]]:
        """What the rows add up to, in words that JSON knows."""
        ...

    def take(self, state: Sequence[Mapping[str, Any]]) -> None:
        """Add what `to_state` wrote of other rows."""
        ...


def rescoring(bound: BoundLoss, constants: Sequence[Any], multioutput: str) -> Rescoring:
    """The scoring of constants by a loss."""
    row = np.array([float(value) for value in constants])
    return _Plain(bound, row) if is_plain(bound) else _Whole(bound, row, multioutput)


def is_plain(bound: BoundLoss) -> bool:
    """Whether the loss of a constant is the mean over rows of target and prediction."""
    loss = bound.loss
    return len(bound.inputs) == 2 and not bound.is_set and loss.total is None and loss.counts is None


class _Plain:
    """The mean of the rows; column by column for cells."""

    def __init__(self, bound: BoundLoss, row: Floats) -> None:
        self._bound = bound
        self._row = row
        self._sums = [Summary() for _ in range(len(row) if bound.loss.by_cells else 1)]

    def add(self, blocks: Sequence[Rows], weights: Floats | None) -> None:
        target = blocks[0]
        row = self._row[:1] if target.ndim == 1 else self._row
        prediction = np.ascontiguousarray(np.broadcast_to(row, target.shape))
        values = self._bound.loss.rows((target, prediction), self._bound.params)
        for total, column in zip(self._sums, columns_of(values), strict=True):
            total.add(column, weights)

    def figures(self) -> list[Figure]:
        rounding = getattr(self._bound.loss.best_constant, "rounding", 0.0)
        means = [figure(total.result()["mean"]) for total in self._sums]
        return [Figure(0.0) if abs(found.value) <= rounding else found for found in means]

    def to_state(self) -> list[dict[str, Any]]:
        return [total.to_state() for total in self._sums]

    def take(self, state: Sequence[Mapping[str, Any]]) -> None:
        for total, other in zip(self._sums, state, strict=True):
            total.merge(Summary.from_state(other))


class _Whole:
    """By the whole way that the prediction went."""

    def __init__(self, bound: BoundLoss, row: Floats, multioutput: str) -> None:
        self._row = row
        self._score = Score(bound, parse_reductions("mean"), False, multioutput)
        self._score.start(len(row) if bound.loss.by_cells else 1)

    def add(self, blocks: Sequence[Rows], weights: Floats | None) -> None:
        focus = self._score.bound.focus
        shape = blocks[focus].shape
        row = self._row[:1] if len(shape) == 1 else self._row
        constant = np.ascontiguousarray(np.broadcast_to(row, shape))
        self._score.add([*blocks[:focus], constant, *blocks[focus + 1 :]], weights)

    def figures(self) -> list[Figure]:
        score = self._score
        return [score.headline(at) or score.reductions(at)["mean"] for at in range(score.results)]

    def to_state(self) -> list[dict[str, Any]]:
        return [self._score.sums.to_state()]

    def take(self, state: Sequence[Mapping[str, Any]]) -> None:
        self._score.sums.merge(Sums.from_state(self._score.measure, state[0]))
