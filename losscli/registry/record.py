"""The Loss record and the decorator that makes one from a function."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from losscli.arrays import AnyArray, ArrayLike, Floats, Rows
from losscli.domains import first_fault
from losscli.errors import DataError, DomainError, RowsError, ShapeError
from losscli.formula import Formula
from losscli.numerics.exact import ExactSum, Number
from losscli.numerics.given import to_array
from losscli.numerics.pieces import in_pieces
from losscli.params import Param, ParamValue, resolve
from losscli.registry.facts import Accuracy, BestConstant, Input, Perfect, Shape, Statistic, Values

Combine = Callable[[Mapping[str, Sequence[ExactSum]], ExactSum | int, Values], Number]


@dataclass(frozen=True, eq=False)
class Loss:
    """One loss: facts that tests execute, and the function that maps clean rows to numbers.

    Called with arrays it checks them and gives one number a row: (n,) for losses of vectors and classes, the
    shape of the inputs for losses of cells. A loss over the whole set gives one number. Nothing is broadcast.
    """

    name: str
    title: str
    family: str
    inputs: tuple[Input, ...]
    formula: Formula
    function: Callable[..., Any]
    slope: Callable[..., Rows] | None
    best_constant: BestConstant
    perfect: Perfect
    source: str
    gradient_formula: Formula | None = None
    params: tuple[Param, ...] = ()
    aliases: tuple[str, ...] = ()
    direction: str = "minimize"
    unit: str | Callable[[Values], str] = ""
    likelihood: str | None = None
    same_as: Mapping[str, str] = field(default_factory=dict)
    differs: Mapping[str, str] = field(default_factory=dict)
    kinks: tuple[str, ...] = ()
    accuracy: Accuracy = field(default_factory=Accuracy)
    downward: bool = False
    combine: Combine | None = None
    part: str | None = None
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
        return all(entry.shape is Shape.CELLS for entry in self.inputs)

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

    def spec(self, params: Values) -> str:
        """The loss as LOSSES takes it: the name and what differs from the defaults."""
        parts = [f"{p.name}={p.show(params[p.name])}" for p in self.params if params[p.name] != p.default]
        return ":".join([self.name, *parts])

    def rows(self, blocks: Sequence[Rows], params: Values) -> Rows:
        """Per-row values of clean blocks; for a set loss those of its per-row part."""
        if not self.is_set:
            return in_pieces(self.function, blocks, params)
        (statistic,) = self.statistics(blocks, params).values()
        if statistic.kind != "square":
            return statistic.values
        with np.errstate(over="ignore"):
            return statistic.values * statistic.values

    def statistics(self, blocks: Sequence[Rows], params: Values) -> dict[str, Statistic]:
        """What a set loss adds up, for clean blocks."""
        found: dict[str, Statistic] = self.function(*blocks, **params)
        return found

    def slopes(self, blocks: Sequence[Rows], params: Values) -> Rows:
        """The gradient at clean blocks, of the last one's shape. Raises DataError where there is none."""
        if self.slope is None:
            raise DataError(f"{self.name} has no gradient")
        return in_pieces(self.slope, blocks, params)

    def gradient(self, *arrays: ArrayLike, **params: ParamValue) -> Rows:
        """Derivative of each row's loss by the last input; for a set loss that of its per-row part.

        At a kink it is the value the literature chooses. Shape: that of the last input.
        """
        values = self.resolve(params)
        return self.slopes(self.check(arrays, values), values)

    def __call__(self, *arrays: ArrayLike, **params: ParamValue) -> Any:
        """Check the arrays, then compute. Raises ParamError, ShapeError, DomainError (with the first bad
        row)."""
        values = self.resolve(params)
        blocks = self.check(arrays, values)
        if self.combine is None:
            return self.rows(blocks, values)
        sums = {name: _column_sums(entry) for name, entry in self.statistics(blocks, values).items()}
        return self.combine(sums, len(blocks[0]), values).value

    def check(self, arrays: Sequence[ArrayLike], params: Values) -> tuple[Rows, ...]:
        """The arrays as clean blocks: float64, C-contiguous, shapes and domains checked."""
        if len(arrays) != len(self.inputs):
            roles = ", ".join(entry.role for entry in self.inputs)
            raise ShapeError(f"{self.name} takes {len(self.inputs)} arrays ({roles}), got {len(arrays)}")
        blocks = [_numbers(array, entry) for array, entry in zip(arrays, self.inputs, strict=True)]
        self.check_shapes([block.shape for block in blocks])
        width = max(block.shape[1] if block.ndim == 2 else 1 for block in blocks)
        for block, entry in zip(blocks, self.inputs, strict=True):
            _check_domain(block, entry, params, width)
        return tuple(
            np.ascontiguousarray(entry.domain_for(params).clean(block))
            for block, entry in zip(blocks, self.inputs, strict=True)
        )

    def check_shapes(self, shapes: Sequence[tuple[int, ...]]) -> None:
        """Refuse shapes that do not belong together. Raises ShapeError, RowsError."""
        said = ", ".join(f"{e.role} {s}" for e, s in zip(self.inputs, shapes, strict=True))
        for entry, shape in zip(self.inputs, shapes, strict=True):
            wanted = {Shape.CELLS: (1, 2), Shape.VECTOR: (2,), Shape.CLASS: (1,)}[entry.shape]
            if len(shape) not in wanted:
                need = {Shape.CELLS: "(n,) or (n, k)", Shape.VECTOR: "(n, k)", Shape.CLASS: "(n,)"}[
                    entry.shape
                ]
                raise ShapeError(f"{self.name}: {entry.role} must be {need}, got {shape}")
        if len({shape[0] for shape in shapes}) > 1:
            raise ShapeError(f"{self.name}: the numbers of rows differ: {said}")
        if shapes[0][0] == 0:
            raise RowsError(f"{self.name}: there is no row to score")
        for kind in (Shape.CELLS, Shape.VECTOR):
            ends = {s[1:] for e, s in zip(self.inputs, shapes, strict=True) if e.shape is kind}
            if len(ends) > 1:
                raise ShapeError(f"{self.name}: the shapes differ, and nothing is broadcast: {said}")


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


def _numbers(array: ArrayLike, entry: Input) -> Rows:
    given = to_array(array, entry.role)
    if given.dtype.kind not in "biuf":
        raise ShapeError(f"{entry.role}: numbers are needed, got an array of {given.dtype}")
    block = np.ascontiguousarray(given, dtype=np.float64)
    if 0 in block.shape[1:]:
        raise ShapeError(f"{entry.role}: there is no column in the shape {block.shape}")
    if given.dtype.kind in "iu" and given.dtype.itemsize == 8:
        _check_exact(given, block, entry)
    finite = np.isfinite(block)
    if not finite.all():
        row = int(np.argmin(finite.reshape(len(block), -1).all(axis=1)))
        raise DomainError(f"{entry.role}: row {row + 1} is {block[row]}, which is no finite number")
    return block


def _check_exact(given: AnyArray, block: Rows, entry: Input) -> None:
    """Refuse integers that a double cannot hold."""
    for index in np.argwhere(np.abs(block) >= 2.0**53):
        whole = int(given[tuple(index)])
        if int(block[tuple(index)]) != whole:
            raise DomainError(f"{entry.role}: row {index[0] + 1} is {whole}, which no double holds exactly")


def _check_domain(block: Rows, entry: Input, params: Values, width: int) -> None:
    fault = first_fault(entry.domain_for(params).faults(block, width))
    if fault is not None:
        row = int(np.argmax(fault.rows))
        count = f"{int(fault.rows.sum())} of {len(block)} rows"
        raise fault.error(
            f"{entry.role}: {block[row]} in row {row + 1} is {fault.words} ({count})", hint=entry.hint or None
        )


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
