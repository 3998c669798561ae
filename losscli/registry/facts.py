"""The facts that a loss states about itself: its inputs, statistics, perfect prediction, best constant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.domains import Domain
from losscli.params import ParamValue

Values: TypeAlias = Mapping[str, ParamValue]
"""Every parameter of a loss with its resolved value."""


class Shape(Enum):
    """How an input's columns are read."""

    CELLS = "cells"
    """(n,) or (n, k): each cell stands alone; inputs of this shape agree in k."""
    VECTOR = "vector"
    """(n, k): a row is one vector, and the loss gives one number a row."""
    CLASS = "class"
    """(n,): a class a row."""


class Input(NamedTuple):
    """One input of a loss: its role, the symbol that formulas use, what it may hold, how its columns are
    read.

    `domain` may depend on the parameters. `hint` says what to type when values lie outside;
    `doubt`, for logits, what to use if all of them turn out to be probabilities.
    """

    role: str
    symbol: str
    domain: Domain | Callable[[Values], Domain]
    shape: Shape
    words: str
    hint: str = ""
    doubt: str = ""

    def domain_for(self, params: Values) -> Domain:
        """The domain under these parameters."""
        return self.domain(params) if callable(self.domain) else self.domain


def cells(role: str, symbol: str, domain: Domain, words: str, *, hint: str = "", doubt: str = "") -> Input:
    """An input whose cells stand alone: (n,) or (n, k)."""
    return Input(role, symbol, domain, Shape.CELLS, words, hint, doubt)


def vectors(role: str, symbol: str, domain: Domain, words: str, *, hint: str = "", doubt: str = "") -> Input:
    """An input whose rows are vectors: (n, k)."""
    return Input(role, symbol, domain, Shape.VECTOR, words, hint, doubt)


def classes(
    role: str, symbol: str, domain: Domain | Callable[[Values], Domain], words: str, *, hint: str = ""
) -> Input:
    """An input with one class a row: (n,)."""
    return Input(role, symbol, domain, Shape.CLASS, words, hint)


class Statistic(NamedTuple):
    """What a loss over the whole set adds up, exactly: the values (plain), or their squares (square)."""

    values: Rows
    kind: str = "plain"


def square(values: Rows) -> Statistic:
    """The squares of `values`, (n,) or (n, k), to be added without rounding any of them."""
    return Statistic(values, "square")


def plain(values: Rows) -> Statistic:
    """The values themselves."""
    return Statistic(values)


class Perfect(NamedTuple):
    """A perfect prediction: from the target (and parameters) the prediction, and the loss that it has, per
    row.

    `attained` is false where the loss only tends to that value (a logit would have to be infinite); the
    prediction is then one close to the limit.
    """

    words: str
    prediction: Callable[[Rows, Values], Rows]
    value: Callable[[Rows, Values], Floats]
    attained: bool = True


def zero_rows(target: Rows, params: Values) -> Floats:
    """The usual loss of a perfect prediction: 0 for every row (and column)."""
    return np.zeros(target.shape)


class MomentsConstant(NamedTuple):
    """A best constant that the mean (and variance) of the target, or of a function of it, gives in one pass.

    Shapes: for cells, `constant` and `loss` take numbers, column by column; for vectors they take (k,)
    arrays. `loss` is None where only a second pass over the targets knows the loss of the constant. With
    `root` the loss is the root of the variance. A loss of at most `rounding` is 0 but for rounding: equal
    targets leave it where the constant itself cannot be a double.
    """

    words: str
    constant: Callable[[Any, Values], Any]
    loss: Callable[[Any, Any, Values], float] | None
    forward: Callable[[Rows, Values], Rows] | None = None
    needs_variance: bool = False
    root: bool = False
    rounding: float = 0.0


class QuantileConstant(NamedTuple):
    """A best constant that is a quantile of the target; `importance` weights the rows. Needs a second
    pass."""

    words: str
    level: Callable[[Values], float]
    importance: Callable[[Rows, Values], Floats] | None = None


class FrequencyConstant(NamedTuple):
    """A best constant from the share of each class in the target: `loss` takes the (C,) shares, `constant`
    the (C,) classes and their shares."""

    words: str
    constant: Callable[[Floats, Floats, Values], Any]
    loss: Callable[[Floats, Values], float]


class NoConstant(NamedTuple):
    """Why no best constant is reported."""

    words: str


BestConstant: TypeAlias = MomentsConstant | QuantileConstant | FrequencyConstant | NoConstant


class Accuracy(NamedTuple):
    """How exact the loss is, and how a test knows.

    `ulp` is the bar; `against` says in units of what the error is measured: of the "value", or, for losses
    that change sign, of the "largest term" or of an expression where that is larger. `textbook_holds` is true
    where the textbook formula is already exact, so that no adversarial point takes it beyond twice the bar.
    """

    ulp: float = 4.0
    against: str = "value"
    textbook_holds: bool = False
