"""The shapes of arrays that a test gives a loss: as long as its axes, and as its parameters ask for."""

from __future__ import annotations

from itertools import product

import numpy as np

from losscli.arrays import Rows
from losscli.registry import Input, Loss, Shape, Values

WIDTH = 4
SERIES_LENGTH = 19
TRIED = (WIDTH, 3, 2, 1, 5, 6, 7)


def sizes_for(loss: Loss, params: Values, preferred: int = WIDTH) -> dict[str, int]:
    """A length for every axis behind the row's, such that the parameters fit."""
    inputs = required(loss, params)
    letters = sorted({letter for entry in inputs for form in entry.forms for letter in form})
    choices = (preferred, *(size for size in TRIED if size != preferred))
    for sizes in sorted(product(choices, repeat=len(letters)), key=lambda one: sum(map(choices.index, one))):
        known = dict(zip(letters, sizes, strict=True))
        shapes = [shape_of(entry, 2, 1, known) for entry in inputs]
        if loss.fits is None or not loss.fits(shapes, params):
            return known
    raise AssertionError(f"no arrays fit {loss.spec(params)}")


def fits_some_shape(loss: Loss, params: Values) -> bool:
    """Whether there are arrays that the loss takes with these parameters."""
    try:
        sizes_for(loss, params)
    except AssertionError:
        return False
    return True


def shape_of(entry: Input, rows: int, columns: int, sizes: dict[str, int]) -> tuple[int, ...]:
    """The shape of one input: its first form, or its last where several columns are wanted."""
    if entry.shape is Shape.SERIES:
        return (SERIES_LENGTH,)
    if entry.shape is Shape.CELLS:
        return (rows,) if columns == 1 else (rows, columns)
    form = entry.forms[0 if columns == 1 else -1]
    return (rows, *(sizes[letter] for letter in form))


def required(loss: Loss, params: Values) -> tuple[Input, ...]:
    """The inputs that may not be left out."""
    return tuple(entry for entry in loss.inputs_for(params) if entry.default is None)


def drawn(loss: Loss, params: Values, size: tuple[int, int], generator: np.random.Generator) -> list[Rows]:
    """Good arrays for every required input; `size` is the number of rows and of columns of cells."""
    sizes = sizes_for(loss, params)
    rows, columns = size
    shapes = [shape_of(entry, rows, columns, sizes) for entry in required(loss, params)]
    width = max(shape[-1] if len(shape) > 1 else 1 for shape in shapes)
    if all(len(shape) == 1 for shape in shapes):
        width = WIDTH
    return [
        entry.domain_for(params).good(generator, shape, width)
        for entry, shape in zip(required(loss, params), shapes, strict=True)
    ]
