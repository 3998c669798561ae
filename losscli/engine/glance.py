"""A look at a few rows of a run that computes no more than its headline: is a constant as good there?

A summary knows it of all rows, at the price of a second exact sum; a glance keeps some thousand rows and
scores them once more."""

from __future__ import annotations

import numpy as np

from losscli.arrays import Floats, Integers, Rows
from losscli.engine.constants import ConstantFinder
from losscli.engine.rowset import Rowset
from losscli.engine.score import Score
from losscli.engine.tally import Tally
from losscli.reductions import parse_reductions
from losscli.registry import NoConstant
from losscli.report.compute import Baseline

MOST_ROWS = 2048
MOST_CELLS = 1 << 18
"""Numbers that are kept, whatever the number of columns (2 MB)."""
AHEAD = 2048
"""Stretches whose rows are found at once."""


def picked(cells: Integers, level: int) -> Integers:
    """One row of each stretch of 2**level rows, as chance would have it: rows that alternate are not all of
    one kind. What is picked of a stretch is picked of one of its halves too."""
    for height in range(level, 0, -1):
        mixed = (cells.astype(np.uint64) << np.uint64(6) | np.uint64(height)) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(31))) * np.uint64(0xBF58476D1CE4E5B9)
        cells = 2 * cells + (mixed >> np.uint64(63)).astype(np.int64)
    return cells


class Glance:
    """Keeps every row while there are few, then one of every two, one of every four, and so on, by row number
    alone: the same rows for every block size and number of workers."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._row = self._level = 0
        self._numbers: Integers = np.zeros(0, dtype=np.int64)
        self._ahead = self._numbers
        self._pieces: list[tuple[tuple[Rows, ...], Floats | None]] = []
        self._found: dict[str, list[Baseline]] = {}

    @classmethod
    def of(cls, tally: Tally) -> Glance | None:
        """None where the run knows it of all rows, or where a few rows say nothing of all."""
        request, plan = tally.request, tally.plan
        together = plan.gather or plan.downward or plan.grouping or plan.series
        return None if request.summary or request.state or request.part or together else cls(tally)

    @property
    def whole(self) -> bool:
        """Whether these are all rows."""
        return self._level == 0

    @property
    def rows(self) -> int:
        """How many rows were kept."""
        return len(self._numbers)

    def add(self, rowset: Rowset) -> None:
        """Take some of the next rows."""
        first, self._row = self._row, self._row + rowset.count
        width = sum(block[0].size for block in rowset.inputs)
        most = max(64, min(2 * MOST_ROWS, MOST_CELLS // width))
        numbers = self._upcoming(first, self._row)
        while self.rows + len(numbers) > most:
            self._thin()
            numbers = self._upcoming(first, self._row)
        if not len(numbers):
            return
        taken = numbers - first
        inputs = tuple(block[taken] for block in rowset.inputs)
        self._pieces.append((inputs, None if rowset.weights is None else rowset.weights[taken]))
        self._numbers = np.concatenate([self._numbers, numbers])

    def _upcoming(self, first: int, stop: int) -> Integers:
        """The rows to keep from `first` to before `stop`; those of some blocks more are found with them."""
        if not len(self._ahead) or self._ahead[-1] < stop:
            cells = np.arange(first >> self._level, (stop >> self._level) + AHEAD)
            self._ahead = picked(cells, self._level)
        here, there = np.searchsorted(self._ahead, [first, stop])
        found, self._ahead = self._ahead[here:there], self._ahead[there:]
        return found

    def _thin(self) -> None:
        """Keep one of two stretches."""
        self._level += 1
        self._ahead = self._ahead[:0]
        if not self._pieces:
            return
        kept = picked(self._numbers >> self._level, self._level) == self._numbers
        inputs, weights = self._joined()
        halved = tuple(block[kept] for block in inputs)
        self._pieces = [(halved, None if weights is None else weights[kept])]
        self._numbers = self._numbers[kept]

    def _joined(self) -> tuple[tuple[Rows, ...], Floats | None]:
        inputs = tuple(
            np.concatenate(blocks) for blocks in zip(*(one for one, _ in self._pieces), strict=True)
        )
        weights = [weight for _, weight in self._pieces if weight is not None]
        return inputs, np.concatenate(weights) if weights else None

    def baseline(self, score: Score, position: int) -> Baseline:
        """The best constant of a result of a score, over the rows that were kept."""
        if score.bound.spec not in self._found:
            self._found[score.bound.spec] = self._baselines(score)
        return self._found[score.bound.spec][position]

    def _baselines(self, score: Score) -> list[Baseline]:
        bound = score.bound
        known = not isinstance(bound.loss.best_constant, NoConstant) and bound.loss.direction == "minimize"
        if not known or not self._pieces:
            return [Baseline("")] * score.results
        inputs, weights = self._joined()
        rowset = Rowset(self._tally.plan.feeds, (), inputs, weights)
        blocks = self._tally.clean(bound, rowset, {})
        few = Score(bound, parse_reductions("mean"), False, score.multioutput)
        few.start(self._tally.cells)
        few.add(blocks, weights)
        finder = ConstantFinder(bound, few.results, score.multioutput)
        finder.add(blocks, self._tally.width, weights)
        return finder.baselines(few)
