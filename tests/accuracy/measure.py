"""Measures a loss on adversarial points: its worst error, and the worst error of its textbook formula."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from losscli.arrays import Rows
from losscli.params import ParamValue
from losscli.registry import Loss
from tests.accuracy.oracle import error_in_ulp, textbook, truth
from tests.accuracy.samplers import adversarial
from tests.settings import settings

BATCH = 250
GATHERED = 6
"""Rows of one set, where the formula of each row goes over all of them."""


@dataclass
class Measured:
    """What was found: the worst errors in ulp with their rows, and how many textbook values miss the bar."""

    loss: Loss
    points: int = 0
    worst: float = 0.0
    worst_at: str = ""
    textbook_worst: float = 0.0
    textbook_at: str = ""
    textbook_failures: int = 0
    failures: list[str] = field(default_factory=list)

    def add(self, computed: float, values: Mapping[str, Any]) -> None:
        """Judge one row (or cell)."""
        self.points += 1
        true = truth(self.loss.formula, values, self.loss.accuracy.against)
        error = error_in_ulp(computed, true)
        if error > self.worst or not self.worst_at:
            self.worst, self.worst_at = error, f"{computed!r} for {values}, exactly {true.double!r}"
        if error > self.loss.accuracy.ulp or not true.defined:
            self.failures.append(f"{error:.3g} ulp: {computed!r} for {values}, exactly {true.double!r}")
        plain = textbook(self.loss.formula, values)
        plain_error = error_in_ulp(plain, true)
        if plain_error > self.loss.accuracy.ulp:
            self.textbook_failures += 1
        if plain_error > self.textbook_worst:
            self.textbook_worst = plain_error
            self.textbook_at = f"{plain!r} for {values}, exactly {true.double!r}"

    def verdict(self) -> list[str]:
        """What is wrong, in words; empty when the loss keeps its bar and the sampler was hard enough."""
        bar = self.loss.accuracy.ulp
        found = [
            f"{len(self.failures)} of {self.points} beyond {bar:g} ulp: {entry}"
            for entry in self.failures[:3]
        ]
        # The textbook rounds more often than the loss does, so among very many points it may miss the loss's
        # own bar by a little. What cancels or overflows misses it by far more than twice.
        if self.loss.accuracy.textbook_holds and self.textbook_worst > 2.0 * bar:
            found.append(f"the textbook formula is said to hold, yet gives {self.textbook_at}")
        if not self.loss.accuracy.textbook_holds and not self.textbook_failures:
            found.append(
                "no point broke the textbook formula: the sampler is too tame, or textbook_holds is a fact"
            )
        return found


def barely_on(loss: Loss) -> list[dict[str, ParamValue]]:
    """Parameters that are off at 0, such as a clip, a little above it: what they leave is then close to 1."""
    small = [
        param.name
        for param in loss.params
        if param.interval is not None
        and not (param.many or param.whole)
        and param.default == param.interval.low == 0.0
        and math.isfinite(param.interval.high)
    ]
    return [loss.resolve({name: 1e-9}) for name in small]


def measure(loss: Loss, points: int, seed: int) -> Measured:
    """Judge about `points` rows, spread over the parameters' values."""
    found = Measured(loss)
    generator = np.random.default_rng(seed)
    tried = [*settings(loss, seed), *barely_on(loss)]
    if loss.accuracy.hard:
        tried.append(loss.resolve(loss.accuracy.hard))
    share = max(1, math.ceil(points / len(tried)))
    for params in tried:
        done = 0
        while done < share:
            rows = min(GATHERED if loss.gather and loss.total is None else BATCH, share - done)
            _measure_block(found, params, adversarial(loss, params, rows, generator))
            done += rows
    return found


def _measure_block(found: Measured, params: Mapping[str, ParamValue], arrays: Sequence[Rows]) -> None:
    blocks = found.loss.check(arrays, params)
    computed = found.loss.rows(blocks, params)
    for value, row in zip(computed.tolist(), rows_as_values(found.loss, blocks, params), strict=True):
        found.add(value, {**params, **row})


def rows_as_values(
    loss: Loss, blocks: Sequence[Rows], params: Mapping[str, ParamValue] | None = None
) -> Iterator[dict[str, Any]]:
    """Every row as the formula takes it: numbers, vectors and matrices as lists, by symbol. Where the loss
    sees all rows at once, so does the formula, with the row's own index as `i`."""
    inputs = loss.inputs if params is None else loss.inputs_for(params)
    symbols = [entry.symbol for entry in inputs]
    if loss.gather and loss.total is None:
        whole = dict(zip(symbols, (block.tolist() for block in blocks), strict=True))
        yield from ({**whole, "i": float(row)} for row in range(len(blocks[0])))
        return
    for row in zip(*(block.tolist() for block in blocks), strict=True):
        yield dict(zip(symbols, row, strict=True))
