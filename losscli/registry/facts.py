"""The facts that a loss states about itself: its inputs, statistics, perfect prediction, best constant."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.domains import Domain
from losscli.params import ParamValue
from losscli.records import NamedTuple

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
    NUMBER = "number"
    """(n,): one number a row, beside vectors."""
    TENSOR = "tensor"
    """(n, a, b): a row is a matrix, from an N-d .npy."""
    SERIES = "series"
    """(m,): numbers that do not pair by row, such as a training series; the loss sees what `prepare` makes of
    them, one number a row."""


AXES: Mapping[Shape, tuple[tuple[str, ...], ...]] = {
    Shape.CELLS: ((), ("k",)),
    Shape.VECTOR: (("k",),),
    Shape.CLASS: ((),),
    Shape.NUMBER: ((),),
    Shape.TENSOR: (("a", "b"),),
    Shape.SERIES: ((),),
}
"""The axes behind the row that an input of each shape may have, unless it names its own."""


class Input(NamedTuple):
    """One input of a loss: its role, the symbol that formulas use, what it may hold, how its columns are
    read.

    `domain` may depend on the parameters. `hint` says what to type when values lie outside;
    `doubt`, for logits, what to use if all of them turn out to be probabilities. `axes` are the axes that may
    stand behind the row's, each a letter; inputs agree in the length of axes that share a letter. An input
    with a `default` may be left out: the function makes its block from the blocks before it. `prepare` makes
    one number of a SERIES.
    """

    role: str
    symbol: str
    domain: Domain | Callable[[Values], Domain]
    shape: Shape
    words: str
    hint: str = ""
    doubt: str = ""
    axes: tuple[tuple[str, ...], ...] = ()
    default: Callable[[Sequence[Rows]], Rows] | None = None
    prepare: Callable[[Floats, Values], float] | None = None

    def domain_for(self, params: Values) -> Domain:
        """The domain under these parameters."""
        return self.domain(params) if callable(self.domain) else self.domain

    def along(self, *axes: str) -> Input:
        """The same input with these letters for the axes behind the row's."""
        return self._replace(axes=(axes,))

    @property
    def forms(self) -> tuple[tuple[str, ...], ...]:
        """The axes that may stand behind the row's."""
        return self.axes or AXES[self.shape]

    @property
    def paired(self) -> bool:
        """Whether its rows pair with those of the other inputs."""
        return self.shape is not Shape.SERIES

    @property
    def is_wide(self) -> bool:
        """Whether a row of it takes several columns as one thing."""
        return self.shape in (Shape.VECTOR, Shape.TENSOR)


AnyDomain: TypeAlias = "Domain | Callable[[Values], Domain]"


def cells(role: str, symbol: str, domain: AnyDomain, words: str, *, hint: str = "", doubt: str = "") -> Input:
    """An input whose cells stand alone: (n,) or (n, k)."""
    return Input(role, symbol, domain, Shape.CELLS, words, hint, doubt)


def vectors(
    role: str, symbol: str, domain: AnyDomain, words: str, *, hint: str = "", doubt: str = ""
) -> Input:
    """An input whose rows are vectors: (n, k); `.along("m")` for vectors of another length than the
    others'."""
    return Input(role, symbol, domain, Shape.VECTOR, words, hint, doubt)


def classes(role: str, symbol: str, domain: AnyDomain, words: str, *, hint: str = "") -> Input:
    """An input with one class a row: (n,)."""
    return Input(role, symbol, domain, Shape.CLASS, words, hint)


def numbers(role: str, symbol: str, domain: AnyDomain, words: str, *, hint: str = "") -> Input:
    """An input with one number a row, beside vectors: (n,)."""
    return Input(role, symbol, domain, Shape.NUMBER, words, hint)


def tensors(role: str, symbol: str, domain: AnyDomain, words: str, *, hint: str = "") -> Input:
    """An input whose rows are matrices: (n, a, b); `.along("t", "c")` names the axes."""
    return Input(role, symbol, domain, Shape.TENSOR, words, hint)


def series(
    role: str, symbol: str, domain: AnyDomain, words: str, *, prepare: Callable[[Floats, Values], float]
) -> Input:
    """Numbers that do not pair by row, (m,): the loss sees what `prepare` makes of them, the same for every
    row (of a group)."""
    return Input(role, symbol, domain, Shape.SERIES, words, prepare=prepare)


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
    prediction is then one close to the limit. With `by_blocks` both functions take all clean blocks instead
    of the target alone.
    """

    words: str
    prediction: Callable[[Any, Values], Rows]
    value: Callable[[Any, Values], Floats]
    attained: bool = True
    by_blocks: bool = False


class NoPerfect(NamedTuple):
    """Why no prediction is perfect for every row: what is better for one row is worse for another."""

    words: str
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
    `hard` are parameters that are tried as well, where only they let the textbook formula fail for sure.
    """

    ulp: float = 4.0
    against: str = "value"
    textbook_holds: bool = False
    hard: Mapping[str, float] = MappingProxyType({})
