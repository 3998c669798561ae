"""One loss over all rows: per-row values, their exact reductions, and for a set loss the statistics it
combines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.numerics.exact import ExactSum, Number, ratio
from losscli.numerics.stable import sum_columns
from losscli.reductions import Quantiles, Reduction, Summary, parse_reductions
from losscli.registry import BoundLoss, Statistic
from losscli.report.compute import Figure


class Score:
    """Adds up one loss. With several columns and `--multioutput none` it keeps a result per column."""

    def __init__(
        self, bound: BoundLoss, reductions: Sequence[Reduction], summary: bool, multioutput: str
    ) -> None:
        self.bound = bound
        self.multioutput = multioutput
        self.results = 1
        self._reductions = tuple(reductions)
        self._summary = summary
        self._levels = [entry for entry in reductions if entry.level is not None]
        self._summaries: list[Summary] = []
        self._quantiles: list[Quantiles] = []
        self._sums: dict[str, list[ExactSum]] = {}
        self._weight = ExactSum()
        self._counted: ExactSum | None = None
        self._rows = 0
        self._left_out = 0
        self._weighted = False
        self._all: tuple[Sequence[Rows], Floats | None] | None = None

    def start(self, width: int) -> None:
        """Told once how many columns the inputs of cells have."""
        by_column = self.bound.loss.by_cells and width > 1 and self.multioutput == "none"
        self.results = width if by_column else 1
        std = self._summary or any(entry.name == "std" for entry in self._reductions)
        self._summaries = [Summary(deviation=std) for _ in range(self.results)]
        self._quantiles = [Quantiles(self._levels) for _ in range(self.results)] if self._levels else []

    def sibling(self) -> Score:
        """A score of other rows of the same run; `merge` adds it. Quantiles are shared."""
        found = Score(self.bound, self._reductions, self._summary, self.multioutput)
        found.results = self.results
        found._summaries = [one.empty() for one in self._summaries]
        found._quantiles = self._quantiles
        return found

    def merge(self, other: Score) -> None:
        """Add all rows of a sibling. A loss of all rows at once has none."""
        for mine, theirs in zip(self._summaries, other._summaries, strict=True):
            mine.merge(theirs)
        for name, columns in other._sums.items():
            own = self._sums.setdefault(name, [ExactSum() for _ in columns])
            for into, part in zip(own, columns, strict=True):
                into.merge(part)
        self._weight.merge(other._weight)
        if other._counted is not None:
            self._counted = self._counted or ExactSum()
            self._counted.merge(other._counted)
        self._rows += other._rows
        self._left_out += other._left_out
        self._weighted = self._weighted or other._weighted

    def add(self, blocks: Sequence[Rows], weights: Floats | None) -> list[Floats]:
        """Score clean rows; gives one (n,) array per result. A loss that sees all rows at once gets them in
        one call."""
        bound = self.bound
        if bound.is_set:
            self._add_statistics(bound.statistics(blocks), weights)
        if bound.loss.total is not None:
            self._all = (blocks, weights)
        values = self.split(bound.rows(blocks))
        self._rows += len(values[0])
        if weights is not None and not bound.is_set:
            self._weighted = True
        if bound.is_set and not (self._summary or self._levels or self._others):
            return values
        kept, weight = self._counting(blocks, values, weights)
        for position, column in enumerate(kept):
            self._summaries[position].add(column, weight)
            if self._quantiles:
                self._quantiles[position].add(column, weight)
        return values

    def _counting(
        self, blocks: Sequence[Rows], values: list[Floats], weights: Floats | None
    ) -> tuple[list[Floats], Floats | None]:
        """The rows that count, with their weights; the counts are added up beside them."""
        counts = self.bound.counts(blocks)
        if counts is None:
            return values, weights
        if self._counted is None:
            self._counted = ExactSum()
        if weights is None:
            self._counted.add(counts)
        else:
            self._counted.add_products(weights, counts)
        keep = counts > 0.0
        if keep.all():
            return values, weights
        self._left_out += len(keep) - int(np.count_nonzero(keep))
        return [column[keep] for column in values], None if weights is None else weights[keep]

    @property
    def _others(self) -> bool:
        return any(entry.name not in ("mean", "none") for entry in self._reductions)

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

    def _add_statistics(self, statistics: dict[str, Statistic], weights: Floats | None) -> None:
        for name, statistic in statistics.items():
            columns = _columns(statistic.values)
            sums = self._sums.setdefault(name, [ExactSum() for _ in columns])
            for position, column in enumerate(columns):
                _add_statistic(sums[position], statistic.kind, column, weights)
        if weights is not None:
            self._weighted = True
            self._weight.add(weights)

    def headline(self, result: int) -> Figure | None:
        """The number that is no mean of the rows: of a set loss, of a loss with a total, or as a framework
        reduces; None where the reductions are its numbers."""
        if self._all is not None:
            return figure(self._total_of(*self._all, result))
        combine = self.bound.combine
        if combine is None:
            return self._as_reduced(result)
        weight = self._weight if self._weighted else self._rows
        params = self.bound.params
        if self.results > 1 or self.multioutput == "sum":
            picked = range(len(next(iter(self._sums.values())))) if self.results == 1 else [result]
            numbers = [
                combine({name: [sums[column]] for name, sums in self._sums.items()}, weight, params)
                for column in picked
            ]
            return figure(_added(numbers))
        return figure(combine(self._sums, weight, params))

    def _total_of(self, blocks: Sequence[Rows], weights: Floats | None, result: int) -> Number:
        total = self.bound.loss.total
        assert total is not None
        if self.results > 1:
            blocks = [np.ascontiguousarray(block[:, result]) for block in blocks]
        return total(blocks, weights, self.bound.params)

    def _as_reduced(self, result: int) -> Figure | None:
        convention = self.bound.convention
        if convention is None:
            return None
        if convention.reduce == "sum":
            return self._figure(self._summaries[result].result()["sum"])
        if convention.by_rows and self._weighted:
            return self._figure(ratio(self._summaries[result].total, self._rows - self._left_out))
        return None

    @property
    def reduced_by(self) -> str:
        """What the headline is, in the signature's word, where it is no mean of the rows."""
        convention = self.bound.convention
        if self.bound.is_set or self._all is not None:
            return "set"
        return "sum" if convention is not None and convention.reduce == "sum" else "mean"

    def reductions(self, result: int) -> dict[str, Figure]:
        """The reductions of the rows, by name, in the order in which they are shown."""
        found: dict[str, Number] = {}
        if self._summary or not self.bound.is_set or self._others:
            found.update(self._summaries[result].result())
        if self._counted is not None:
            found["mean"] = ratio(self._summaries[result].total, self._counted)
        if self._quantiles:
            found.update(self._quantiles[result].result())
        wanted = [entry.name for entry in self._reductions if entry.name != "none"]
        shown = [*(("mean", "sum", "std", "min", "max") if self._summary else ()), *wanted]
        return {name: self._figure(found[name]) for name in dict.fromkeys(shown) if name in found}

    @property
    def truly_infinite(self) -> bool:
        """Whether an infinite row is a true answer (probability 0 for what happened); else it overflowed."""
        kind = self.bound.inputs[self.bound.focus].domain_for(self.bound.params).kind
        return kind in ("binary", "distribution")

    def _figure(self, number: Number) -> Figure:
        overflowed = number.status == "inf" and not self.truly_infinite
        return Figure(number.value, "overflow") if overflowed else figure(number)

    def with_changed(self, bound: BoundLoss, result: int, taken: ExactSum, put: ExactSum) -> Figure:
        """The number that the framework of `bound` gives, where some rows have other values: `taken` is the
        sum of ours there, `put` that of theirs."""
        summary = self._summaries[result]
        total = summary.total
        total.subtract(taken)
        total.merge(put)
        assert bound.convention is not None
        if bound.convention.reduce == "sum":
            return figure(total.number())
        if bound.convention.by_rows:
            return figure(ratio(total, self._rows - self._left_out))
        return figure(ratio(total, self._counted if self._counted is not None else summary.exact_weight))

    def total(self, result: int) -> float:
        """The exact sum over the rows, the whole that shares are of."""
        return self._summaries[result].result()["sum"].value


def headline_of(bound: BoundLoss, blocks: Sequence[Rows], weights: Floats | None = None) -> Figure:
    """The number of all rows of clean blocks together: the mean, or what the loss or its framework makes of
    them."""
    score = Score(bound, parse_reductions("mean"), False, "mean")
    score.start(max(block.shape[1] if block.ndim == 2 else 1 for block in blocks))
    score.add(blocks, weights)
    return score.headline(0) or score.reductions(0)["mean"]


def figure(number: Number) -> Figure:
    """A computed number as the report holds it."""
    return Figure(number.value, number.status)


def _added(numbers: Sequence[Number]) -> Number:
    if len(numbers) == 1:
        return numbers[0]
    total = ExactSum()
    total.add(np.array([number.value for number in numbers]))
    return total.number()


def _add_statistic(total: ExactSum, kind: str, values: Floats, weights: Floats | None) -> None:
    if kind == "square":
        if weights is None:
            total.add_squares(values)
        else:
            total.add_weighted_squares(weights, values)
    elif weights is None:
        total.add(values)
    else:
        total.add_products(weights, values)


def _columns(block: Rows) -> list[Floats]:
    return [block] if block.ndim == 1 else [np.ascontiguousarray(block[:, j]) for j in range(block.shape[1])]
