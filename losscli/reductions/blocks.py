"""Blocks on their way to an accumulator: checked, and small ones gathered until they are worth the work."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from losscli.arrays import ArrayLike, Floats
from losscli.errors import ShapeError, WeightError

GATHERED = 4096
"""Rows that are gathered from small blocks before they are handed on."""

Deliver = Callable[[Floats, Floats | None], None]


class Gatherer:
    """Hands blocks on to `deliver`; those below `least` rows wait until so many are together."""

    __slots__ = ("_count", "_deliver", "_least", "_values", "_weighted", "_weights")

    def __init__(self, deliver: Deliver, least: int = GATHERED) -> None:
        self._deliver = deliver
        self._least = least
        self._count = 0
        self._weighted = False
        self._values: Floats = np.empty(0)
        self._weights: Floats = np.empty(0)

    def add(self, values: ArrayLike, weights: ArrayLike | None) -> int:
        """Take a block of one number a row (n,), and their weights (n,); return n.

        ShapeError: not one-dimensional, or lengths that differ.  WeightError: a weight is not above 0 and
        finite.
        """
        block = _one_dimensional(values)
        weight = None if weights is None else _one_dimensional(weights)
        if weight is not None and weight.size != block.size:
            raise ShapeError(f"{block.size} values have {weight.size} weights")
        if block.size >= self._least:
            self._hand_on(block, weight)
        elif block.size:
            self._keep(block, weight)
        return int(block.size)

    def flush(self) -> None:
        """Hand on what waits."""
        count, self._count = self._count, 0
        if count:
            self._hand_on(self._values[:count], self._weights[:count] if self._weighted else None)

    def _keep(self, block: Floats, weight: Floats | None) -> None:
        if self._count + block.size > GATHERED or self._weighted != (weight is not None):
            self.flush()
        if not self._values.size:
            self._values = np.empty(GATHERED)
        start, self._count = self._count, self._count + block.size
        self._values[start : self._count] = block
        self._weighted = weight is not None
        if weight is not None:
            if not self._weights.size:
                self._weights = np.empty(GATHERED)
            self._weights[start : self._count] = weight

    def _hand_on(self, block: Floats, weight: Floats | None) -> None:
        if weight is not None and not (weight.min() > 0.0 and weight.max() < np.inf):
            raise WeightError(
                "a weight is not above 0 and finite", hint="leave out rows that shall not count"
            )
        self._deliver(block, weight)


def _one_dimensional(array: ArrayLike) -> Floats:
    block = np.ascontiguousarray(array, dtype=np.float64)
    if block.ndim != 1:
        raise ShapeError(f"a reduction takes one number a row, not an array of shape {block.shape}")
    return block
