"""What some rows of one loss add up to, exactly, and the numbers that follow from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.arrays import Floats, Integers, Rows
from losscli.numerics.exact import ExactSum, Number, ratio
from losscli.records import NamedTuple
from losscli.reductions import Quantiles, Reduction, Summary
from losscli.registry import BoundLoss, Statistic
from losscli.report.compute import Figure

if TYPE_CHECKING:
    from losscli.engine.means import MeanSample
    from losscli.statistics.intervals import Interval


class Measure(NamedTuple):
    """A loss and what is asked of it. With several columns and `--multioutput none` each is one of `results`.
    `shares` asks for what each segment's rows carry of the whole, `level` for the mean's interval (0: no)."""

    bound: BoundLoss
    reductions: tuple[Reduction, ...]
    summary: bool
    multioutput: str
    results: int = 1
    shares: bool = False
    level: float = 0.0

    @property
    def levels(self) -> list[Reduction]:
        """The quantiles that are asked for."""
        return [entry for entry in self.reductions if entry.level is not None]

    @property
    def deviation(self) -> bool:
        """Whether the squares of the rows are needed."""
        return self.summary or any(entry.name == "std" for entry in self.reductions)

    @property
    def shows_rows(self) -> bool:
        """Whether the reductions of the rows are asked for: always, but for a set loss alone."""
        others = any(entry.name not in ("mean", "none") for entry in self.reductions)
        return self.summary or not self.bound.is_set or others

    @property
    def of_rows(self) -> bool:
        """Whether the rows are added up beside the statistics of a set loss."""
        return self.shares or self.shows_rows

    @property
    def truly_infinite(self) -> bool:
        """Whether an infinite row is a true answer (probability 0 for what happened); else it overflowed."""
        kind = self.bound.inputs[self.bound.focus].domain_for(self.bound.params).kind
        return kind in ("binary", "distribution")

    def figure(self, number: Number) -> Figure:
        """A number of the rows as the report holds it."""
        overflowed = number.status == "inf" and not self.truly_infinite
        return Figure(number.value, "overflow") if overflowed else figure(number)


class Terms(NamedTuple):
    """What some rows add: an (n,) array of values per result, the statistics of a set loss, how much each row
    counts (None: 1), its weight (None: 1)."""

    values: list[Floats]
    statistics: Mapping[str, Statistic]
    counts: Floats | None
    weights: Floats | None

    @property
    def width(self) -> int:
        """How many numbers a row adds."""
        blocks = [*self.values, *(one.values for one in self.statistics.values())]
        beside = [one for one in (self.counts, self.weights) if one is not None]
        return len(beside) + sum(1 if block.ndim == 1 else block.shape[1] for block in blocks)

    @classmethod
    def joined(cls, parts: Sequence[Terms], places: Sequence[Integers]) -> Terms:
        """The terms of several blocks as one: `places` say where each block's rows go."""
        first, rows = parts[0], sum(map(len, places))

        def put(columns: Iterable[Rows | None]) -> Rows:
            found: Rows | None = None
            for column, place in zip(columns, places, strict=True):
                assert column is not None  # all blocks of a run have it, or none
                found = np.empty((rows, *column.shape[1:])) if found is None else found
                found[place] = column
            assert found is not None
            return found

        return cls(
            [put(part.values[at] for part in parts) for at in range(len(first.values))],
            {
                name: one._replace(values=put(part.statistics[name].values for part in parts))
                for name, one in first.statistics.items()
            },
            None if first.counts is None else put(part.counts for part in parts),
            None if first.weights is None else put(part.weights for part in parts),
        )

    def part(self, rows: Integers | slice) -> Terms:
        """The terms of some of the rows."""
        return Terms(
            [column[rows] for column in self.values],
            {name: one._replace(values=one.values[rows]) for name, one in self.statistics.items()},
            None if self.counts is None else self.counts[rows],
            None if self.weights is None else self.weights[rows],
        )


class Sums:
    """Adds up the terms of one loss. Order, blocks and merges never show in a result.

    Small blocks wait until they are worth the work, unless `gathers` is false."""

    def __init__(self, measure: Measure, *, gathers: bool = True) -> None:
        self.measure = measure
        levels = measure.levels
        self._summaries = [
            Summary(deviation=measure.deviation, gathers=gathers) for _ in range(measure.results)
        ]
        self.quantiles: list[Any] = [Quantiles(levels) for _ in range(measure.results)] if levels else []
        self.carriers: list[Any] = []
        self._means = _mean_samples(measure)
        self._sums: dict[str, list[ExactSum]] = {}
        self._weight = ExactSum()
        self._counted: ExactSum | None = None
        self._left_out = 0
        self.weighted = False
        self.rows = 0

    def sketch(self, points: int) -> None:
        """Where these are some of the rows only (`points` above 0), sketch what quantiles need: so many
        values each."""
        if points and self.quantiles:
            from losscli.reductions.sketch import Sketcher

            self.quantiles = [Sketcher(points=points) for _ in self.quantiles]

    def sibling(self) -> Sums:
        """Sums of other rows of the same run; `merge` adds them. Quantiles and carriers are shared."""
        found = Sums(self.measure._replace(reductions=()))
        found.measure = self.measure
        found._summaries = [one.empty() for one in self._summaries]
        found.quantiles, found.carriers = self.quantiles, self.carriers
        return found

    def merge(self, other: Sums) -> None:
        """Add all rows of a sibling."""
        for mine, theirs in zip(self._summaries, other._summaries, strict=True):
            mine.merge(theirs)
        for name, columns in other._sums.items():
            own = self._sums.setdefault(name, [ExactSum() for _ in columns])
            for into, part in zip(own, columns, strict=True):
                into.merge(part)
        self._weight.merge(other._weight)
        for sample, more in zip(self._means, other._means, strict=True):
            sample.merge(more)
        if other._counted is not None:
            self._counted = self._counted or ExactSum()
            self._counted.merge(other._counted)
        self._left_out += other._left_out
        self.weighted = self.weighted or other.weighted
        self.rows += other.rows

    def settle(self) -> None:
        """Add up the rows that wait, and let go of the room they had."""
        for summary in self._summaries:
            summary.settle()
        for sample in self._means:
            sample.settle()
        beside = [self._weight] if self._counted is None else [self._weight, self._counted]
        for total in (*beside, *(total for columns in self._sums.values() for total in columns)):
            total.settle()

    def add(self, terms: Terms) -> None:
        """Add some rows."""
        weights = terms.weights
        for name, statistic in terms.statistics.items():
            columns = columns_of(statistic.values)
            sums = self._sums.setdefault(name, [ExactSum() for _ in columns])
            for total, column in zip(sums, columns, strict=True):
                _add_statistic(total, statistic.kind, column, weights)
        self.rows += len(terms.values[0])
        for sample, column in zip(self._means, terms.values, strict=False):
            sample.add(column, terms.counts, terms.weights)
        if weights is not None:
            self.weighted = True
            if self.measure.bound.is_set:
                self._weight.add(weights)
        if not self.measure.of_rows:
            return
        self.keep(terms)
        kept, weight = self._counting(terms)
        for position, column in enumerate(kept):
            self._summaries[position].add(column, weight)
            if self.quantiles:
                self.quantiles[position].add(column, weight)

    def keep(self, terms: Terms) -> None:
        """Have the carriers keep the values of the rows that count, and nothing else of them."""
        if not self.carriers:
            return
        counted = terms if terms.counts is None else terms.part(np.flatnonzero(terms.counts > 0.0))
        for carrier, column in zip(self.carriers, counted.values, strict=True):
            carrier.add(column, counted.weights)

    def _counting(self, terms: Terms) -> tuple[list[Floats], Floats | None]:
        """The rows that count, with their weights; the counts are added up beside them."""
        counts, weights = terms.counts, terms.weights
        if counts is None:
            return terms.values, weights
        if self._counted is None:
            self._counted = ExactSum()
        if weights is None:
            self._counted.add(counts)
        else:
            self._counted.add_products(weights, counts)
        keep = counts > 0.0
        if keep.all():
            return terms.values, weights
        self._left_out += len(keep) - int(np.count_nonzero(keep))
        return [column[keep] for column in terms.values], None if weights is None else weights[keep]

    def headline(self, result: int) -> Figure | None:
        """The number that is no mean of the rows: of a set loss, or as a framework reduces; None where the
        reductions are its numbers."""
        if self.measure.bound.combine is None:
            return self._as_reduced(result)
        return figure(self.combined(self._sums, self._weight if self.weighted else self.rows, result))

    def combined(
        self, totals: Mapping[str, Sequence[ExactSum]], weight: int | ExactSum, result: int
    ) -> Number:
        """The number of a set loss whose statistics have these sums."""
        measure = self.measure
        combine, params = measure.bound.combine, measure.bound.params
        assert combine is not None
        if measure.results == 1 and measure.multioutput != "sum":
            return combine(totals, weight, params)
        picked = range(len(next(iter(totals.values())))) if measure.results == 1 else [result]
        columns = [{name: [sums[column]] for name, sums in totals.items()} for column in picked]
        return _added([combine(one, weight, params) for one in columns])

    def _as_reduced(self, result: int) -> Figure | None:
        convention = self.measure.bound.convention
        if convention is None:
            return None
        if convention.reduce == "sum":
            return self.measure.figure(self._summaries[result].result()["sum"])
        if convention.by_rows and self.weighted:
            return self.measure.figure(ratio(self._summaries[result].total, self.rows - self._left_out))
        return None

    def reductions(self, result: int) -> dict[str, Figure]:
        """The reductions of the rows, by name, in the order in which they are shown."""
        measure = self.measure
        found: dict[str, Number] = {}
        if measure.shows_rows:
            found.update(self._summaries[result].result())
        if measure.shows_rows and self._counted is not None:
            found["mean"] = ratio(self._summaries[result].total, self._counted)
        if self.quantiles:
            found.update(self.quantiles[result].result())
        wanted = [entry.name for entry in measure.reductions if entry.name != "none"]
        shown = [*(("mean", "sum", "std", "min", "max") if measure.summary else ()), *wanted]
        return {name: measure.figure(found[name]) for name in dict.fromkeys(shown) if name in found}

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
            return figure(ratio(total, self.rows - self._left_out))
        return figure(ratio(total, self._counted if self._counted is not None else summary.exact_weight))

    def interval(self, result: int, *, resampled: bool = True) -> Interval | None:
        """The interval of the mean of the rows, of its moments unless `resampled`; None if not asked for."""
        if not self.measure.level:
            return None
        from losscli.engine.means import interval_of

        samples = self._means[result : result + 1]
        return interval_of(self.measure.bound, samples, self.measure.level, resampled=resampled)

    def total(self, result: int) -> float:
        """The exact sum over the rows, the whole that shares are of."""
        return self._summaries[result].result()["sum"].value

    def carried(self, result: int) -> ExactSum:
        """The exact sum over the rows; of a set loss that of its rows' part, where it was asked for."""
        return self._summaries[result].total

    def scored(self, result: int) -> int:
        """How many rows count."""
        return self._summaries[result].rows

    def weight(self, result: int) -> ExactSum:
        """What the rows that count weigh together; without weights their number."""
        return self._summaries[result].exact_weight

    def infinite(self, result: int) -> int:
        """How many rows are infinite, above all others."""
        return self._summaries[result].positive_infinite

    def importance(self, result: int) -> int | ExactSum:
        """What the rows together weigh in the mean: their number, or the exact sum of their weights."""
        convention = self.measure.bound.convention
        if convention is not None and convention.by_rows:
            return self.rows - self._left_out
        if self._counted is not None:
            return self._counted
        return self._summaries[result].exact_weight if self.weighted else self.rows

    def to_state(self) -> dict[str, Any]:
        """Everything but quantiles, in words that JSON knows. Equal content gives equal states."""
        return {
            "rows": self.rows,
            "left_out": self._left_out,
            "weighted": self.weighted,
            "summaries": [summary.to_state() for summary in self._summaries],
            "statistics": {
                name: [total.to_state() for total in columns] for name, columns in sorted(self._sums.items())
            },
            "weight": self._weight.to_state(),
            "counted": None if self._counted is None else self._counted.to_state(),
            **({"means": [sample.to_state() for sample in self._means]} if self._means else {}),
        }

    @classmethod
    def from_state(cls, measure: Measure, state: Mapping[str, Any]) -> Sums:
        """The sums that `to_state` wrote. ValueError, KeyError, TypeError: the state is not one of these."""
        found = cls(measure)
        found.rows, found._left_out = int(state["rows"]), int(state["left_out"])
        if min(found.rows, found._left_out) < 0:
            raise ValueError("a count in the state of a loss is negative")
        found.weighted = bool(state["weighted"])
        found._summaries = [Summary.from_state(entry) for entry in state["summaries"]]
        if len(found._summaries) != measure.results:
            raise ValueError("the state of a loss has another number of results")
        found._sums = {
            name: [ExactSum.from_state(entry) for entry in columns]
            for name, columns in state["statistics"].items()
        }
        found._weight = ExactSum.from_state(state["weight"])
        found._counted = None if state["counted"] is None else ExactSum.from_state(state["counted"])
        for sample, entry in zip(found._means, state.get("means", ()), strict=True):
            sample.load(entry)
        return found


def _mean_samples(measure: Measure) -> list[MeanSample]:
    """A sample for each result whose interval is asked for."""
    if not measure.level:
        return []
    from losscli.engine.means import samples_of

    return samples_of(measure.bound, measure.results)


def figure(number: Number) -> Figure:
    """A computed number as the report holds it."""
    return Figure(number.value, number.status)


def columns_of(block: Rows) -> list[Floats]:
    """The columns of (n,) or (n, k), each (n,) and contiguous."""
    return [block] if block.ndim == 1 else [np.ascontiguousarray(block[:, j]) for j in range(block.shape[1])]


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
