"""Arrays as a loss's function may see them: shapes, domains and parameters checked, defaults filled in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from losscli.arrays import AnyArray, ArrayLike, Rows
from losscli.domains import first_fault
from losscli.errors import DomainError, ParamError, RowsError, ShapeError
from losscli.numerics.given import to_array
from losscli.registry.facts import Input, Shape, Values

if TYPE_CHECKING:
    from losscli.registry.record import Loss

Shapes = Sequence[tuple[int, ...]]


def check_arrays(
    loss: Loss, inputs: Sequence[Input], arrays: Sequence[ArrayLike], params: Values
) -> tuple[Rows, ...]:
    """One clean block for each input. Raises ShapeError, RowsError, DomainError, ParamError."""
    needed = sum(entry.default is None for entry in inputs)
    if not needed <= len(arrays) <= len(inputs):
        roles = ", ".join(entry.role for entry in inputs)
        count = f"{len(inputs)}" if needed == len(inputs) else f"{needed} to {len(inputs)}"
        raise ShapeError(f"{loss.name} takes {count} arrays ({roles}), got {len(arrays)}")
    given = inputs[: len(arrays)]
    blocks = [_numbers(array, entry) for array, entry in zip(arrays, given, strict=True)]
    loss.check_shapes([block.shape for block in blocks], params)
    width = width_of(blocks)
    for block, entry in zip(blocks, given, strict=True):
        _check_domain(block, entry, params, width)
    return fill_in(inputs, blocks, params)


def fill_in(inputs: Sequence[Input], blocks: Sequence[Rows | None], params: Values) -> tuple[Rows, ...]:
    """Checked blocks as the loss's function takes them: label codings mapped, series prepared, inputs that
    were left out (None, or missing at the end) made from the blocks before them."""
    found: list[Rows] = []
    for position, entry in enumerate(inputs):
        block = blocks[position] if position < len(blocks) else None
        if block is None:
            assert entry.default is not None
            found.append(entry.default(found))
        elif entry.prepare is not None:
            found.append(np.full(len(found[0]), entry.prepare(block, params)))
        else:
            found.append(np.ascontiguousarray(entry.domain_for(params).clean(block)))
    return tuple(found)


def width_of(blocks: Sequence[Rows]) -> int:
    """The number of columns of the widest block: its last axis. Beside blocks of matrices, whose last axis is
    that of the classes, others do not count."""
    deepest = max(block.ndim for block in blocks)
    return max(block.shape[-1] if block.ndim > 1 else 1 for block in blocks if block.ndim == deepest)


def check_shapes(loss: Loss, inputs: Sequence[Input], shapes: Shapes, params: Values) -> None:
    """Refuse shapes that do not belong together, and parameters that do not fit them. Raises ShapeError,
    RowsError, ParamError."""
    said = ", ".join(f"{e.role} {s}" for e, s in zip(inputs, shapes, strict=True))
    for entry, shape in zip(inputs, shapes, strict=True):
        if len(shape) not in {len(form) + 1 for form in entry.forms}:
            need = " or ".join(_form(form) for form in entry.forms)
            raise ShapeError(f"{loss.name}: {entry.role} must be {need}, got {shape}")
    _check_rows(loss, inputs, shapes, said)
    sizes: dict[str, int] = {}
    for entry, shape in zip(inputs, shapes, strict=True):
        form = next(form for form in entry.forms if len(form) + 1 == len(shape))
        for letter, size in zip(form, shape[1:], strict=True):
            if sizes.setdefault(letter, size) != size:
                raise ShapeError(f"{loss.name}: the shapes differ, and nothing is broadcast: {said}")
    words = loss.fits(shapes, params) if loss.fits is not None else ""
    if words:
        raise ParamError(f"{loss.name}: {words}")


def _check_rows(loss: Loss, inputs: Sequence[Input], shapes: Shapes, said: str) -> None:
    paired = [(e, s) for e, s in zip(inputs, shapes, strict=True) if e.paired]
    if len({shape[0] for _, shape in paired}) > 1:
        raise ShapeError(f"{loss.name}: the numbers of rows differ: {said}")
    for entry, shape in zip(inputs, shapes, strict=True):
        if shape[0] == 0:
            rows = "there is no row to score" if entry.paired else f"the {entry.role} holds no number"
            raise RowsError(f"{loss.name}: {rows}")
    if len({len(shape) for e, shape in paired if e.shape is Shape.CELLS}) > 1:
        raise ShapeError(f"{loss.name}: the shapes differ, and nothing is broadcast: {said}")


def _form(form: Sequence[str]) -> str:
    return f"({', '.join(['n', *form])}{',' if not form else ''})"


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
