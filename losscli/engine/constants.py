"""The best constant prediction and the skill against it, from sums of one pass, or from the spooled
targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.engine.rescoring import Rescoring, is_plain, rescoring
from losscli.engine.score import Score, figure
from losscli.numerics.exact import ExactSum, exact_mean, exact_sum, mean, pooled_deviation, variance
from losscli.numerics.stable import quietly
from losscli.reductions import Quantiles, Reduction
from losscli.reductions.spool import Spool
from losscli.registry import (
    BoundLoss,
    FrequencyConstant,
    MomentsConstant,
    NoConstant,
    QuantileConstant,
    Shape,
)
from losscli.report.compute import Baseline, Figure

SPOOL_ROWS = 1 << 22
"""Targets that a second pass needs stay in memory up to this many cells, then go to an unnamed temporary
file."""
_LEAST, _MOST = float(np.nextafter(0.0, 1.0)), float(np.finfo(np.float64).max)


class ConstantFinder:
    """Watches the targets of one loss and tells what the best constant prediction would have scored."""

    def __init__(self, bound: BoundLoss, results: int, multioutput: str) -> None:
        self._bound = bound
        self._fact = bound.loss.best_constant
        self._results = results
        self._multioutput = multioutput
        self._sums: list[ExactSum] = []
        self._squares: list[ExactSum] = []
        self._classes: dict[int, ExactSum] = {}
        self.quantiles: list[Any] = []
        self._weight = ExactSum()
        self._spool: Spool | None = None
        self._kept: list[tuple[Sequence[Rows], Floats | None]] = []
        self._one_column = False
        self._weighted = False
        self._width = 0
        self.sums_only = False
        """Whether no targets are kept; a constant that needs them is not found then."""
        self.part = 0
        """Where these are some of the rows only: how many values a sketch of the targets keeps."""
        self.again: Rescoring | None = None
        """The loss of the constant, where it was found elsewhere."""

    def sibling(self) -> ConstantFinder:
        """A finder for other rows of the same run; `merge` adds it. What keeps rows is shared."""
        found = ConstantFinder(self._bound, self._results, self._multioutput)
        found._sums = [ExactSum() for _ in self._sums]
        found._squares = [ExactSum() for _ in self._squares]
        found.quantiles, found._spool, found._kept = self.quantiles, self._spool, self._kept
        found.sums_only, found.part = self.sums_only, self.part
        return found

    def merge(self, other: ConstantFinder) -> None:
        """Add all rows of a sibling."""
        for into, part in zip(self._sums, other._sums, strict=True):
            into.merge(part)
        for into, part in zip(self._squares, other._squares, strict=True):
            into.merge(part)
        for code, part in other._classes.items():
            self._classes.setdefault(code, ExactSum()).merge(part)
        self._weight.merge(other._weight)

    def add(self, blocks: Sequence[Rows], width: int, weights: Floats | None) -> None:
        """Clean blocks of some rows, the target first; `width` is the number of columns of the prediction."""
        target = blocks[0]
        self._width = width
        if weights is None:
            self._weight.add_count(len(target))
        else:
            self._weight.add(weights)
        if isinstance(self._fact, MomentsConstant):
            self._add_moments(self._fact, target, weights)
        elif isinstance(self._fact, FrequencyConstant):
            self._add_classes(target, weights)
        elif isinstance(self._fact, QuantileConstant) and not self.sums_only:
            self.add_quantiles(target, weights)
        if self.sums_only or self.part:
            return
        if self._needs_second_pass and is_plain(self._bound):
            self._keep(target, weights)
        elif self._needs_second_pass:
            self._kept.append((blocks, weights))

    def to_state(self) -> dict[str, Any]:
        """The sums, in words that JSON knows."""
        return {
            "sums": [total.to_state() for total in self._sums],
            "squares": [total.to_state() for total in self._squares],
            "classes": {str(code): total.to_state() for code, total in sorted(self._classes.items())},
            "weight": self._weight.to_state(),
            "width": self._width,
            "one_column": self._one_column,
        }

    def load(self, state: Mapping[str, Any]) -> None:
        """Take the sums that `to_state` wrote. ValueError, KeyError, TypeError: it is not one of these."""
        self.sums_only = True
        self._sums = [ExactSum.from_state(entry) for entry in state["sums"]]
        self._squares = [ExactSum.from_state(entry) for entry in state["squares"]]
        if len(self._sums) != len(self._squares):
            raise ValueError("the state of a constant has sums of other columns than squares")
        self._classes = {int(code): ExactSum.from_state(entry) for code, entry in state["classes"].items()}
        self._weight = ExactSum.from_state(state["weight"])
        self._width, self._one_column = int(state["width"]), bool(state["one_column"])

    @property
    def _needs_second_pass(self) -> bool:
        if isinstance(self._fact, QuantileConstant):
            return True
        return isinstance(self._fact, MomentsConstant) and self._fact.loss is None

    @property
    def levels(self) -> list[Reduction]:
        """The quantile of the target that is the best constant; none where it is no quantile."""
        if not isinstance(self._fact, QuantileConstant):
            return []
        return [Reduction("constant", Fraction(self._fact.level(self._bound.params)))]

    @property
    def incomplete(self) -> bool:
        """Whether the loss of the constant takes a second look at the rows, which nobody has had."""
        followed = self._bound.convention is not None and not self._bound.convention.same
        return self._needs_second_pass and not (followed or self.sums_only or self.again)

    def rescoring(self, constants: Sequence[Any]) -> Rescoring:
        """What scores these constants, one a column."""
        return rescoring(self._bound, constants, self._multioutput)

    def constants(self) -> list[Any]:
        """The best constant of each column."""
        assert isinstance(self._fact, (MomentsConstant, QuantileConstant))
        return self._constants(self._fact)

    def _add_moments(self, fact: MomentsConstant, target: Rows, weights: Floats | None) -> None:
        values = target if fact.forward is None else fact.forward(target, self._bound.params)
        columns = _columns(values)
        if not self._sums:
            self._sums = [ExactSum() for _ in columns]
            self._squares = [ExactSum() for _ in columns]
        for position, column in enumerate(columns):
            total, squares = self._sums[position], self._squares[position]
            if weights is not None:
                total.add_products(weights, column)
                if fact.needs_variance:
                    squares.add_weighted_squares(weights, column)
            elif fact.needs_variance:
                total.add_with_squares(column, squares)
            else:
                total.add(column)

    def _add_classes(self, target: Rows, weights: Floats | None) -> None:
        codes, inverse, counts = np.unique(target, return_inverse=True, return_counts=True)
        parts = None
        if weights is not None:
            parts = np.split(weights[np.argsort(inverse, kind="stable")], np.cumsum(counts)[:-1])
        for position, code in enumerate(codes.tolist()):
            total = self._classes.setdefault(int(code), ExactSum())
            if parts is None:
                total.add_count(int(counts[position]))
            else:
                total.add(parts[position])

    @quietly
    def add_quantiles(self, target: Rows, weights: Floats | None) -> None:
        """Clean targets of some rows, for a best constant that is a quantile of them."""
        fact = self._fact
        assert isinstance(fact, QuantileConstant)
        if not self.quantiles:
            columns = _columns(target)
            if self.part:
                from losscli.reductions.sketch import Sketcher

                self.quantiles = [Sketcher(points=self.part) for _ in columns]
            else:
                self.quantiles = [Quantiles(self.levels) for _ in columns]
        importance = None if fact.importance is None else fact.importance(target, self._bound.params)
        if weights is not None:
            spread = weights if target.ndim == 1 else weights[:, None]
            importance = spread * np.ones_like(target) if importance is None else importance * spread
        if importance is not None:  # 1 / 1e-310 is beyond the doubles: it weighs as much as one can
            importance = np.clip(importance, _LEAST, _MOST)
        parts = None if importance is None else _columns(importance)
        for position, column in enumerate(_columns(target)):
            self.quantiles[position].add(column, None if parts is None else parts[position])

    def _keep(self, target: Rows, weights: Floats | None) -> None:
        """Keep targets, and the weights as a last column, for the second pass."""
        self._one_column = target.ndim == 1
        self._weighted = weights is not None
        columns = [target.reshape(len(target), -1)] + ([] if weights is None else [weights.reshape(-1, 1)])
        block = np.hstack(columns)
        if self._spool is None:
            self._spool = Spool(block.shape[1], SPOOL_ROWS // block.shape[1])
        self._spool.append(block)

    def baselines(self, score: Score) -> list[Baseline]:
        """One baseline per result of the loss."""
        fact = self._fact
        if self._bound.convention is not None and not self._bound.convention.same:
            return [Baseline("")] * score.results
        if isinstance(fact, NoConstant):
            return [Baseline(fact.words)] * score.results
        if self.sums_only and self._needs_second_pass:
            return [Baseline("it needs every target, a state holds sums")] * score.results
        found = self._frequency(fact) if isinstance(fact, FrequencyConstant) else self._by_column(fact)
        headlines = [score.headline(i) or score.reductions(i).get("mean") for i in range(score.results)]
        return [self._with_skill(one, headline) for one, headline in zip(found, headlines, strict=True)]

    def _with_skill(self, baseline: Baseline, headline: Figure | None) -> Baseline:
        constant = baseline.loss
        if (
            headline is None
            or constant is None
            or self._bound.loss.direction != "minimize"
            or headline.status != "ok"
            or constant.status != "ok"
            or not constant.value > 0
        ):
            return baseline
        return Baseline(baseline.words, baseline.value, constant, 1.0 - headline.value / constant.value)

    def _frequency(self, fact: FrequencyConstant) -> list[Baseline]:
        # a class without a column marks rows that are left out
        codes = list(range(self._width)) if self._bound_shape_is_indexed() else sorted(self._classes)
        shares = np.array([mean(self._classes.get(code, ExactSum()), self._weight).value for code in codes])
        value = fact.constant(np.array(codes, dtype=np.float64), shares, self._bound.params)
        return [Baseline(fact.words, _value(value), Figure(float(fact.loss(shares, self._bound.params))))]

    def _bound_shape_is_indexed(self) -> bool:
        return any(entry.shape is Shape.VECTOR for entry in self._bound.loss.inputs)

    def _by_column(self, fact: MomentsConstant | QuantileConstant) -> list[Baseline]:
        constants = self._constants(fact)
        if self._needs_second_pass:
            losses = (self.again or self._scored_again(constants)).figures()
            if not is_plain(self._bound):
                return self._as_it_went(fact.words, constants, losses)
        else:
            assert isinstance(fact, MomentsConstant)
            losses = self._closed(fact)
        values = [_value(constant) for constant in (constants if self._by_cells else [np.array(constants)])]
        if len(losses) == 1 or self._results > 1:
            return [
                Baseline(
                    fact.words,
                    values[i] if len(values) == len(losses) else tuple(map(_float, constants)),
                    loss,
                )
                for i, loss in enumerate(losses)
            ]
        add = exact_sum if self._multioutput == "sum" else exact_mean
        odd = next((loss for loss in losses if loss.status != "ok"), None)
        joined = odd or figure(add(np.array([loss.value for loss in losses])))
        return [Baseline(fact.words, tuple(map(_float, constants)), joined)]

    @property
    def _by_cells(self) -> bool:
        return self._bound.loss.by_cells

    def _constants(self, fact: MomentsConstant | QuantileConstant) -> list[Any]:
        if isinstance(fact, QuantileConstant):
            return [one.result()["constant"].value for one in self.quantiles]
        means = [mean(total, self._weight).value for total in self._sums]
        if self._by_cells:
            return [fact.constant(one, self._bound.params) for one in means]
        return list(np.atleast_1d(fact.constant(np.array(means), self._bound.params)))

    def _closed(self, fact: MomentsConstant) -> list[Figure]:
        assert fact.loss is not None
        params = self._bound.params
        if fact.root:
            return self._roots()
        means = [mean(total, self._weight).value for total in self._sums]
        if not fact.needs_variance:
            if not self._by_cells:
                return [_figure(fact.loss(np.array(means), np.zeros(len(means)), params), fact.rounding)]
            return [_figure(fact.loss(one, 0.0, params), fact.rounding) for one in means]
        columns = zip(self._sums, self._squares, strict=True)
        spreads = [variance(total, squares, self._weight) for total, squares in columns]
        return [
            _figure(fact.loss(one, spread.value, params)) if spread.status == "ok" else figure(spread)
            for one, spread in zip(means, spreads, strict=True)
        ]

    def _roots(self) -> list[Figure]:
        """The deviation of the target: of all columns together, or of each."""
        pooled = self._bound.params.get("columns") == "pooled" and self._multioutput == "mean"
        columns = list(zip(self._sums, self._squares, strict=True))
        groups = [columns] if pooled else [[column] for column in columns]
        found = []
        for group in groups:
            sums, squares = zip(*group, strict=True)
            found.append(figure(pooled_deviation(sums, squares, self._weight)))
        return found

    def _scored_again(self, constants: Sequence[Any]) -> Rescoring:
        """The loss of the constants over the rows that were kept."""
        again = self.rescoring(constants)
        for blocks, weights in self._kept:
            again.add(blocks, weights)
        for block in () if self._spool is None else self._spool.chunks():
            weight = np.ascontiguousarray(block[:, -1]) if self._weighted else None
            target = np.ascontiguousarray(block[:, :-1] if self._weighted else block)
            again.add([target.reshape(-1) if self._one_column else target], weight)
        return again

    def _as_it_went(self, words: str, constants: Sequence[Any], losses: Sequence[Figure]) -> list[Baseline]:
        """The baselines of a loss that is more than the mean of its rows."""
        values = [_value(one) for one in constants] if self._results > 1 else [_value(np.array(constants))]
        found = []
        for position, value in enumerate(values):
            single = value[0] if isinstance(value, tuple) and len(value) == 1 else value
            found.append(Baseline(words, single, losses[position]))
        return found


def _columns(block: Rows) -> list[Floats]:
    return [block] if block.ndim == 1 else [np.ascontiguousarray(block[:, j]) for j in range(block.shape[1])]


def _float(value: Any) -> float:
    return float(value)


def _value(value: Any) -> float | tuple[float, ...]:
    found = np.asarray(value, dtype=np.float64)
    return float(found) if found.ndim == 0 else tuple(float(one) for one in found.reshape(-1))


def _figure(value: float, rounding: float = 0.0) -> Figure:
    number = 0.0 if abs(value) <= rounding else float(value)
    if np.isnan(number):
        return Figure(number, "nan")
    if np.isinf(number):
        return Figure(number, "inf" if number > 0 else "-inf")
    return Figure(number)
