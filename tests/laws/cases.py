"""What a law is given: a loss with parameters, and good arrays for it."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.numerics.exact import ExactSum, Number, ratio
from losscli.params import ParamValue
from losscli.registry import Input, Loss, Statistic
from tests.exemptions import exempt
from tests.shapes import WIDTH, drawn, required

__all__ = ["WIDTH"]


class LawError(AssertionError):
    """A law is not kept."""


def require(condition: object, words: str) -> None:
    """Raise LawError with the words unless the condition holds."""
    if not condition:
        raise LawError(words)


def require_same(one: Any, other: Any, words: str) -> None:
    """Two results have the same bits, the zeros' signs apart."""
    first, second = np.asarray(one, dtype=np.float64) + 0.0, np.asarray(other, dtype=np.float64) + 0.0
    require(first.shape == second.shape, f"{words}: shapes {first.shape} and {second.shape}")
    require(
        np.ascontiguousarray(first).tobytes() == np.ascontiguousarray(second).tobytes(),
        f"{words}: other bits",
    )


@dataclass(frozen=True)
class Case:
    """A loss, its parameters' values, and a seed for everything that is drawn."""

    loss: Loss
    params: Mapping[str, ParamValue]
    seed: int

    @property
    def generator(self) -> np.random.Generator:
        """A fresh generator, always the same for this case."""
        return np.random.default_rng([self.seed, zlib.crc32(self.loss.name.encode())])

    def draw(self, rows: int, columns: int = 1, generator: np.random.Generator | None = None) -> list[Rows]:
        """Good arrays: cells (rows,), or (rows, columns) when that is more than 1; vectors (rows, WIDTH)."""
        return drawn(self.loss, self.params, (rows, columns), generator or self.generator)

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The inputs that `draw` draws, in order."""
        return required(self.loss, self.params)

    @property
    def focus(self) -> int:
        """The position of the prediction among the inputs."""
        return self.loss.slope_at(self.params)

    def clean(self, arrays: Sequence[Any]) -> tuple[Rows, ...]:
        """The arrays as the loss's function sees them."""
        return self.loss.check(arrays, self.params)

    def rows(self, arrays: Sequence[Any]) -> Rows:
        """One number a row, of the per-row part where the loss is one over the whole set."""
        return self.loss.rows(self.clean(arrays), self.params)

    def called(self, arrays: Sequence[Any]) -> Any:
        """What calling the loss gives."""
        return self.loss(*arrays, **self.params)

    def total(self, arrays: Sequence[Any], weights: Floats | None = None) -> Number:
        """The loss of the whole set, exactly added; for a loss of rows their mean (over all columns)."""
        clean = self.clean(arrays)
        if self.loss.total is not None:
            return self.loss.total(clean, weights, self.params)
        return self.combined([clean], weights)

    def combined(self, blocks: Sequence[Sequence[Rows]], weights: Floats | None = None) -> Number:
        """As `total`, over clean blocks that are added up one after the other."""
        sums: dict[str, list[ExactSum]] = {}
        start = 0
        counted: list[ExactSum] = []
        for block in blocks:
            stop = start + len(block[0])
            share = None if weights is None else weights[start:stop]
            counts = None if self.loss.counts is None else self.loss.counts(*block, **self.params)
            if counts is not None:
                add_columns(counted, Statistic(counts), share)
            for name, statistic in self.statistics(block).items():
                add_columns(sums.setdefault(name, []), statistic, share)
            start = stop
        weight: ExactSum | int = start
        if weights is not None:
            weight = ExactSum()
            weight.add(weights)
        if self.loss.combine is not None:
            return self.loss.combine(sums, weight, self.params)
        if counted:
            return ratio(sums["rows"][0], counted[0])
        return _mean_over_columns(sums["rows"], weight)

    def statistics(self, blocks: Sequence[Rows]) -> Mapping[str, Statistic]:
        """What is added up: the loss's statistics, or its rows."""
        if self.loss.is_set:
            return self.loss.statistics(blocks, self.params)
        return {"rows": Statistic(self.loss.rows(blocks, self.params))}

    def exempt(self, law: str, fact: str) -> None:
        """Write down that the law does not apply, and the fact that says so."""
        exempt(law, self.loss.name, fact)


def add_columns(totals: list[ExactSum], statistic: Statistic, weights: Floats | None) -> None:
    """Add a statistic's columns, weighted or not, each into its own sum."""
    values = _columns(statistic.values)
    while len(totals) < len(values):
        totals.append(ExactSum())
    for total, column in zip(totals, values, strict=True):
        if statistic.kind == "square" and weights is None:
            total.add_squares(column)
        elif statistic.kind == "square":
            total.add_weighted_squares(weights, column)
        elif weights is None:
            total.add(column)
        else:
            total.add_products(weights, column)


def _columns(block: Rows) -> list[Floats]:
    return [block] if block.ndim == 1 else [np.ascontiguousarray(column) for column in block.T]


def _mean_over_columns(totals: Sequence[ExactSum], weight: ExactSum | int) -> Number:
    whole, over = ExactSum(), ExactSum()
    for total in totals:
        whole.merge(total)
        if isinstance(weight, ExactSum):
            over.merge(weight)
        else:
            over.add_count(weight)
    return ratio(whole, over)


Law = Callable[[Case], None]
LAWS: dict[str, Law] = {}


def law(name: str) -> Callable[[Law], Law]:
    """Enter a function among the laws."""

    def enter(function: Law) -> Law:
        if name in LAWS:
            raise ValueError(f"there is a law {name!r} already")
        LAWS[name] = function
        return function

    return enter
