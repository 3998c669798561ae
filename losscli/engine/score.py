"""One loss over all rows: per-row values, what they add up to, and its numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.engine.sums import Measure, Sums, Terms, figure
from losscli.numerics.exact import ExactSum, Number
from losscli.numerics.stable import sum_columns
from losscli.reductions import Reduction, parse_reductions
from losscli.registry import BoundLoss
from losscli.report.compute import Figure

__all__ = ["Score", "figure", "headline_of"]


class Score:
    """Scores the rows of one loss and adds them up."""

    def __init__(
        self,
        bound: BoundLoss,
        reductions: Sequence[Reduction],
        summary: bool,
        multioutput: str,
        *,
        shares: bool = False,
        level: float = 0.0,
    ) -> None:
        """`level` asks for the interval of the mean."""
        self.measure = Measure(bound, tuple(reductions), summary, multioutput, shares=shares, level=level)
        self.sums = Sums(self.measure)
        self._all: tuple[Sequence[Rows], Floats | None] | None = None
        self.adds_up = not bound.loss.gather
        """Whether the whole is what its segments add up to: not where a loss sees all rows at once."""

    @property
    def bound(self) -> BoundLoss:
        """The loss."""
        return self.measure.bound

    @property
    def results(self) -> int:
        """How many results there are: one, or one a column."""
        return self.measure.results

    @property
    def multioutput(self) -> str:
        """How the columns of a row are combined."""
        return self.measure.multioutput

    def start(self, width: int) -> None:
        """Told once how many columns the inputs of cells have."""
        by_column = self.bound.loss.by_cells and width > 1 and self.multioutput == "none"
        self.measure = self.measure._replace(results=width if by_column else 1)
        self.sums = Sums(self.measure)

    def sibling(self) -> Score:
        """A score of other rows of the same run; `merge` adds it. Quantiles are shared."""
        measure = self.measure
        found = Score(measure.bound, (), measure.summary, measure.multioutput)
        found.measure, found.sums, found.adds_up = measure, self.sums.sibling(), self.adds_up
        return found

    def apart(self) -> Score:
        """A score of some rows by themselves, such as a segment's, whose blocks come gathered."""
        measure = self.measure
        found = Score(measure.bound, (), measure.summary, measure.multioutput)
        found.measure, found.sums = measure, Sums(measure, gathers=False)
        return found

    def merge(self, other: Score) -> None:
        """Add all rows of a sibling. A loss of all rows at once has none."""
        self.sums.merge(other.sums)

    def add(self, blocks: Sequence[Rows], weights: Floats | None) -> list[Floats]:
        """Score clean rows; gives one (n,) array per result. A loss that sees all rows at once gets them in
        one call."""
        if self.bound.loss.total is not None:
            self._all = (blocks, weights)
        terms = self.terms(blocks, weights)
        self.sums.add(terms)
        return terms.values

    def terms(self, blocks: Sequence[Rows], weights: Floats | None) -> Terms:
        """Score clean rows without adding them up."""
        bound = self.bound
        statistics = bound.statistics(blocks) if bound.is_set else {}
        values = self.split(bound.rows(blocks))
        counts = bound.counts(blocks) if self.measure.of_rows else None
        return Terms(values, statistics, counts, weights)

    def split(self, values: Rows) -> list[Floats]:
        """One (n,) array per result: the columns themselves, their mean, or their sum."""
        if values.ndim == 1:
            return [values]
        if self.results > 1:
            return [np.ascontiguousarray(values[:, column]) for column in range(values.shape[1])]
        total, columns = sum_columns(values), values.shape[1]
        if self.multioutput == "sum":
            return [total]
        found = total / columns
        beyond = np.isinf(found)
        if beyond.any():  # the sum of a row may overflow where its mean does not
            found[beyond] = sum_columns(values[beyond] / columns)
        return [found]

    def slopes(self, blocks: Sequence[Rows]) -> list[Rows]:
        """The gradient per result, (n, k): for a mean over columns divided by their number."""
        loss = self.bound.loss
        found = self.bound.slopes(blocks)
        if not loss.by_cells:
            return [found.reshape(len(found), -1)]
        if found.ndim == 1:
            return [found.reshape(-1, 1)]
        if loss.by_cells and self.results > 1:
            return [np.ascontiguousarray(found[:, column : column + 1]) for column in range(found.shape[1])]
        return [found / found.shape[1] if loss.by_cells and self.multioutput == "mean" else found]

    def headline(self, result: int) -> Figure | None:
        """The number that is no mean of the rows: of a set loss, of a loss with a total, or as a framework
        reduces; None where the reductions are its numbers."""
        if self._all is not None:
            return figure(self._total_of(*self._all, result))
        return self.sums.headline(result)

    def _total_of(self, blocks: Sequence[Rows], weights: Floats | None, result: int) -> Number:
        total = self.bound.loss.total
        assert total is not None
        if self.results > 1:
            blocks = [np.ascontiguousarray(block[:, result]) for block in blocks]
        return total(blocks, weights, self.bound.params)

    @property
    def reduced_by(self) -> str:
        """What the headline is, in the signature's word, where it is no mean of the rows."""
        convention = self.bound.convention
        if self.bound.is_set or self._all is not None:
            return "set"
        return "sum" if convention is not None and convention.reduce == "sum" else "mean"

    def reductions(self, result: int) -> dict[str, Figure]:
        """The reductions of the rows, by name, in the order in which they are shown."""
        return self.sums.reductions(result)

    @property
    def truly_infinite(self) -> bool:
        """Whether an infinite row is a true answer (probability 0 for what happened); else it overflowed."""
        return self.measure.truly_infinite

    def with_changed(self, bound: BoundLoss, result: int, taken: ExactSum, put: ExactSum) -> Figure:
        """The number that the framework of `bound` gives, where some rows have other values: `taken` is the
        sum of ours there, `put` that of theirs."""
        return self.sums.with_changed(bound, result, taken, put)

    def total(self, result: int) -> float:
        """The exact sum over the rows, the whole that shares are of."""
        return self.sums.total(result)


def headline_of(bound: BoundLoss, blocks: Sequence[Rows], weights: Floats | None = None) -> Figure:
    """The number of all rows of clean blocks together: the mean, or what the loss or its framework makes of
    them."""
    score = Score(bound, parse_reductions("mean"), False, "mean")
    score.start(max(block.shape[1] if block.ndim == 2 else 1 for block in blocks))
    score.add(blocks, weights)
    return score.headline(0) or score.reductions(0)["mean"]
