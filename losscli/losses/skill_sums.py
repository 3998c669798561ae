"""What a prediction and the best constant lose, added up without rounding, and the score that follows."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.numerics.exact import ExactSum, Number, nearest
from losscli.numerics.ranks import quantile
from losscli.numerics.stable import quietly
from losscli.params import as_number
from losscli.records import NamedTuple
from losscli.registry import Loss, MomentsConstant, Perfect, QuantileConstant, Values, get

HANDED_ON = ("tau", "power", "eps")
"""Parameters that the base takes over."""
NEAR = Fraction(1e-4)
"""Sums of squares up to this are 0 for torchmetrics."""


class Base(NamedTuple):
    """The loss that a score is about, with its parameters' values."""

    loss: Loss
    params: Values

    @classmethod
    def of(cls, params: Values) -> Base:
        """The base that the parameters of a score name."""
        found = get(str(params["base"]))
        own = {param.name for param in found.params} & set(HANDED_ON)
        return cls(found, found.resolve({name: params[name] for name in own}))

    @property
    def perfect(self) -> Perfect:
        """Its perfect prediction."""
        assert isinstance(self.loss.perfect, Perfect)
        return self.loss.perfect

    @property
    def may_be_infinite(self) -> bool:
        """Whether an infinite row is a true answer; else it is beyond the largest double."""
        kind = self.loss.inputs_for(self.params)[1].domain_for(self.params).kind
        return kind in ("binary", "distribution")


class Lost(NamedTuple):
    """What a column loses, and what its best constant does. `beyond` is the status of a sum that is not
    finite."""

    lost: Fraction
    best: Fraction
    beyond: str = "ok"


def total_score(blocks: Sequence[Rows], weights: Floats | None, params: Values) -> Number:
    """The score of all rows, rounded once; of several columns their mean."""
    target, prediction = blocks
    if weights is not None:
        counted = weights > 0.0
        target, prediction, weights = target[counted], prediction[counted], weights[counted]
    flat = str(params["flat"])
    if len(target) < 2 and flat in ("finite", "near"):
        return _number("nan")
    pairs = [(target, prediction)] if target.ndim == 1 else zip(target.T, prediction.T, strict=True)
    columns = [
        _lost(np.ascontiguousarray(one), np.ascontiguousarray(other), weights, params) for one, other in pairs
    ]
    found = [_score(column, flat) for column in columns]
    bad = [score for score in found if isinstance(score, str)]
    if bad:
        return _number("nan" if "nan" in bad else bad[0])
    together = _together(columns, [score for score in found if isinstance(score, Fraction)], params)
    return _adjusted(together, _weight(len(target), weights), Fraction(as_number(params["adjusted"])))


def _adjusted(score: Fraction, rows: Fraction, regressors: Fraction) -> Number:
    if not regressors:
        return nearest(score)
    left = rows - regressors - 1
    return nearest(1 - (1 - score) * (rows - 1) / left) if left > 0 else _number("nan")


def _number(status: str) -> Number:
    return Number(float({"overflow": "-inf"}.get(status, status)), status)


def _score(column: Lost, flat: str) -> Fraction | str:
    """A column's score, or the status of one that is no number."""
    lost, best = column.lost, column.best
    if column.beyond != "ok":
        return column.beyond
    if flat == "near":
        lost, best = (Fraction(0) if value <= NEAR else value for value in (lost, best))
    if flat in ("finite", "near") and not lost:
        return Fraction(1)
    if best:
        return 1 - lost / best
    if flat == "plain":
        return "-inf" if lost else "nan"
    return Fraction(0) if lost else "nan"


def _together(columns: Sequence[Lost], scores: Sequence[Fraction], params: Values) -> Fraction:
    """The mean of the columns' scores, or their mean weighted by what the best constant loses."""
    whole = sum((column.best for column in columns), Fraction(0))
    if params["columns"] == "uniform" or not whole:
        return sum(scores, Fraction(0)) / len(scores)
    weighted = (column.best * score for column, score in zip(columns, scores, strict=True))
    return sum(weighted, Fraction(0)) / whole


# --- one column ------------------------------------------------------------------------------------


def _lost(target: Floats, prediction: Rows, weights: Floats | None, params: Values) -> Lost:
    if params["base"] == "mse":
        return _squares_lost(target, prediction, weights, params["centred"] == "yes")
    base = Base.of(params)
    lost = _added(base.loss.rows([target, prediction], base.params), weights)
    best = _lost_by_constant(base, target, prediction, weights)
    status = "ok" if lost.finite else "-inf" if base.may_be_infinite else "overflow"
    return Lost(lost.as_fraction(), best.as_fraction(), status)


@quietly
def _squares_lost(target: Floats, prediction: Floats, weights: Floats | None, centred: bool) -> Lost:
    errors = prediction - target
    if not np.isfinite(errors).all():
        return Lost(Fraction(0), Fraction(0), "overflow")
    lost = _about_mean(errors, weights) if centred else _squares(errors, weights)
    return Lost(lost, _about_mean(target, weights))


def _lost_by_constant(base: Base, target: Floats, prediction: Rows, weights: Floats | None) -> ExactSum:
    """Targets that are all equal are a perfect prediction of themselves, whatever rounds their mean."""
    if target.min() == target.max():
        return _added(np.ascontiguousarray(base.perfect.value(target, base.params)), weights)
    width = prediction.shape[1] if prediction.ndim > 1 else 0
    constant = _shares(target, weights, width) if width else _constant(base, target, weights)
    block = np.ascontiguousarray(np.repeat(constant, len(target), axis=0))
    return _added(base.loss.rows([target, block], base.params), weights)


def _constant(base: Base, target: Floats, weights: Floats | None) -> Rows:
    """(1,): the best constant prediction."""
    fact = base.loss.best_constant
    if isinstance(fact, QuantileConstant):
        return np.array([quantile(target, fact.level(base.params), weights).value])
    assert isinstance(fact, MomentsConstant)
    mean = nearest(_added(target, weights).as_fraction() / _weight(len(target), weights))
    return np.array([fact.constant(mean.value, base.params)])


def _shares(target: Floats, weights: Floats | None, width: int) -> Rows:
    """(1, C): the share of each class."""
    whole = _weight(len(target), weights)
    found = [_added((target == place).astype(np.float64), weights) for place in range(width)]
    return np.array([[nearest(share.as_fraction() / whole).value for share in found]])


# --- sums ------------------------------------------------------------------------------------------


def _added(rows: Floats, weights: Floats | None) -> ExactSum:
    total = ExactSum()
    if weights is None:
        total.add(rows)
    else:
        total.add_products(weights, rows)
    return total


def _squares(rows: Floats, weights: Floats | None) -> Fraction:
    total = ExactSum()
    if weights is None:
        total.add_squares(rows)
    else:
        total.add_weighted_squares(weights, rows)
    return total.as_fraction()


def _about_mean(rows: Floats, weights: Floats | None) -> Fraction:
    """The sum of squares about the mean."""
    total = _added(rows, weights).as_fraction()
    return _squares(rows, weights) - total * total / _weight(len(rows), weights)


def _weight(rows: int, weights: Floats | None) -> Fraction:
    if weights is None:
        return Fraction(rows)
    total = ExactSum()
    total.add(weights)
    return total.as_fraction()
