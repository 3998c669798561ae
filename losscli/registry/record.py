"""The Loss record and the decorator that makes one from a function."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from losscli.arrays import ArrayLike, Floats, Rows
from losscli.errors import DataError
from losscli.formula import Formula
from losscli.numerics.exact import ExactSum, Number
from losscli.numerics.pieces import in_pieces
from losscli.params import Param, ParamValue, resolve
from losscli.registry.checking import check_arrays, check_shapes
from losscli.registry.conventions import SINGLE, Convention
from losscli.registry.facts import Accuracy, BestConstant, Input, NoPerfect, Perfect, Shape, Statistic, Values

Combine = Callable[[Mapping[str, Sequence[ExactSum]], ExactSum | int, Values], Number]
Total = Callable[[Sequence[Rows], "Floats | None", Values], Number]


@dataclass(frozen=True, eq=False)
class Loss:
    """One loss: facts that tests execute, and the function that maps clean rows to numbers.

    Called with arrays it checks them and gives one number a row: (n,) for losses of vectors and classes, the
    shape of the inputs for losses of cells. A loss over the whole set gives one number. Nothing is broadcast.

    `same_as` names the call that gives the same number, by framework; `deviations` are calls that give
    another one; `differs` says in words what of a framework is related but gives no such number. With
    `counts(*blocks, **params)` a row counts that much in the mean, which is the sum of the rows over the sum
    of their counts; a row that counts 0 is left out, and with None each counts 1. A `gather` loss sees all
    rows at once; its `total`, if any, is the number of the whole set, from the blocks, the weights (None
    without) and the parameters.
    `slope_of` is the role by which the gradient is taken, the last input's unless it is named. `choose` gives
    the inputs where they depend on the parameters, `choose_part` the part; `inputs` and `part` are then those
    of the defaults. `fits` says what is wrong with parameters for inputs of these shapes, such as three
    levels for two columns.
    `contrast` are small good arrays, one for each input, on which the deviations give other numbers.
    """

    name: str
    title: str
    family: str
    inputs: tuple[Input, ...]
    formula: Formula
    function: Callable[..., Any]
    slope: Callable[..., Rows] | None
    best_constant: BestConstant
    perfect: Perfect | NoPerfect
    source: str
    gradient_formula: Formula | None = None
    params: tuple[Param, ...] = ()
    aliases: tuple[str, ...] = ()
    direction: str = "minimize"
    unit: str | Callable[[Values], str] = ""
    likelihood: str | None = None
    same_as: Mapping[str, str] = field(default_factory=dict)
    differs: Mapping[str, str] = field(default_factory=dict)
    deviations: tuple[Convention, ...] = ()
    kinks: tuple[str, ...] = ()
    accuracy: Accuracy = field(default_factory=Accuracy)
    downward: bool = False
    combine: Combine | None = None
    part: str | None = None
    counts: Callable[..., Rows | None] | None = None
    gather: bool = False
    total: Total | None = None
    choose_part: Callable[[Values], str] | None = None
    slope_of: str = ""
    choose: Callable[[Values], tuple[Input, ...]] | None = None
    fits: Callable[[Sequence[tuple[int, ...]], Values], str] | None = None
    contrast: tuple[Any, ...] = ()
    origin: str = "losscli"

    def __repr__(self) -> str:
        return f"<loss {self.name}: {self.title}>"

    @property
    def is_set(self) -> bool:
        """Whether the loss exists only for the whole set, as a root of a mean does."""
        return self.combine is not None

    @cached_property
    def by_cells(self) -> bool:
        """Whether every cell has its own loss, so that several columns are several outputs."""
        return all(entry.shape is Shape.CELLS for entry in self.inputs if entry.paired)

    def part_for(self, params: Values) -> str | None:
        """The loss of rows that the whole is made of, under these parameters."""
        return self.part if self.choose_part is None else self.choose_part(params)

    def inputs_for(self, params: Values) -> tuple[Input, ...]:
        """The inputs under these parameters."""
        return self.inputs if self.choose is None else self.choose(params)

    def slope_at(self, params: Values) -> int:
        """The position of the input by which the gradient is taken."""
        inputs = self.inputs_for(params)
        if not self.slope_of:
            return max(at for at, entry in enumerate(inputs) if entry.paired and entry.default is None)
        return next(at for at, entry in enumerate(inputs) if entry.role == self.slope_of)

    @cached_property
    def conventions(self) -> tuple[Convention, ...]:
        """Every function of a framework that computes this loss, those of the same number first."""
        same = (Convention(name, call, single=name in SINGLE) for name, call in self.same_as.items())
        return (*same, *self.deviations)

    @property
    def doc(self) -> str:
        """The docstring, without indentation."""
        return inspect.cleandoc(self.function.__doc__ or "")

    def unit_for(self, params: Values) -> str:
        """The unit under these parameters: nats, bits, or empty."""
        return self.unit(params) if callable(self.unit) else self.unit

    def resolve(self, given: Mapping[str, ParamValue]) -> dict[str, ParamValue]:
        """Every parameter's value. Raises ParamError."""
        return resolve(self.params, given, self.name)

    def spec(self, params: Values, usual: Values | None = None) -> str:
        """The loss as LOSSES takes it: the name and what differs from the defaults (or from the `usual`)."""
        known = usual if usual is not None else {p.name: p.default for p in self.params}
        changed = [p for p in self.params if params[p.name] != known[p.name]]
        parts = [f"{p.name}={p.show(params[p.name])}" for p in changed]
        return ":".join([self.name, *parts])

    def rows(self, blocks: Sequence[Rows], params: Values) -> Rows:
        """Per-row values of clean blocks; for a set loss those of its per-row part, its first statistic."""
        if not self.is_set:
            return self._run(self.function, blocks, params)
        statistic = next(iter(self.statistics(blocks, params).values()))
        if statistic.kind != "square":
            return statistic.values
        with np.errstate(over="ignore"):
            return statistic.values * statistic.values

    def statistics(self, blocks: Sequence[Rows], params: Values) -> dict[str, Statistic]:
        """What a set loss adds up, for clean blocks."""
        found: dict[str, Statistic] = self.function(*blocks, **params)
        return found

    def slopes(self, blocks: Sequence[Rows], params: Values) -> Rows:
        """The gradient at clean blocks, shaped as the prediction. Raises DataError where there is none."""
        if self.slope is None:
            raise DataError(f"{self.name} has no gradient")
        return self._run(self.slope, blocks, params)

    def _run(self, function: Callable[..., Rows], blocks: Sequence[Rows], params: Values) -> Rows:
        return function(*blocks, **params) if self.gather else in_pieces(function, blocks, params)

    def gradient(self, *arrays: ArrayLike, **params: ParamValue) -> Rows:
        """Derivative of each row's loss by the prediction (the input that `slope_at` names); for a set loss
        that of its per-row part.

        At a kink it is the value the literature chooses. Shape: that of the prediction.
        """
        values = self.resolve(params)
        return self.slopes(self.check(arrays, values), values)

    def __call__(self, *arrays: ArrayLike, **params: ParamValue) -> Any:
        """Check the arrays, then compute. Raises ParamError, ShapeError, DomainError (with the first bad
        row)."""
        values = self.resolve(params)
        blocks = self.check(arrays, values)
        if self.total is not None:
            return self.total(blocks, None, values).value
        if self.combine is None:
            return self.rows(blocks, values)
        sums = {name: _column_sums(entry) for name, entry in self.statistics(blocks, values).items()}
        return self.combine(sums, len(blocks[0]), values).value

    def check(self, arrays: Sequence[ArrayLike], params: Values) -> tuple[Rows, ...]:
        """The arrays as clean blocks, one for each input: float64, C-contiguous, shapes and domains checked;
        defaults filled in, series prepared."""
        return check_arrays(self, self.inputs_for(params), arrays, params)

    def check_shapes(self, shapes: Sequence[tuple[int, ...]], params: Values) -> None:
        """Refuse shapes that do not belong together. Raises ShapeError, RowsError, ParamError."""
        check_shapes(self, self.inputs_for(params)[: len(shapes)], shapes, params)


def loss(name: str, **facts: Any) -> Callable[[Callable[..., Any]], Loss]:
    """Make a function a loss and register it. The facts are the fields of `Loss`; its formulas are text, and
    `gradient` is the function that `Loss.slope` holds."""
    from losscli.registry.lookup import register

    def decorate(function: Callable[..., Any]) -> Loss:
        for fact in {"formula", "gradient_formula"} & facts.keys():
            facts[fact] = Formula(facts[fact])
        facts.setdefault("slope", facts.pop("gradient", None))
        facts["params"] = tuple(facts.get("params", ()))
        record = Loss(name=name, function=function, **facts)
        record.__dict__["__doc__"] = function.__doc__
        return register(record)

    return decorate


def _column_sums(statistic: Statistic) -> list[ExactSum]:
    found = []
    for column in _columns(statistic.values):
        total = ExactSum()
        if statistic.kind == "square":
            total.add_squares(column)
        else:
            total.add(column)
        found.append(total)
    return found


def _columns(block: Rows) -> list[Floats]:
    return [block] if block.ndim == 1 else [np.ascontiguousarray(block[:, j]) for j in range(block.shape[1])]
