"""Typed arrays to columns: any real number type becomes float64, exactly or not at all; strings become
text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

import numpy as np
import pyarrow as pa

from losscli.arrays import AnyArray, Floats
from losscli.errors import FormatError
from losscli.sources import json_cells
from losscli.sources.bad_cells import INEXACT, NONFINITE, STRING, BadCells
from losscli.sources.cells import EXACT_LIMIT, is_missing
from losscli.sources.records import Block, Column, Kind, LinePlaces, ReadOptions, Values

_TEXT_KINDS = "US"


def refuse_type(dtype: np.dtype[np.generic], where: str) -> None:
    """Raise FormatError for element types that are neither real numbers nor text."""
    if dtype.kind in "biuUS" or (dtype.kind == "f" and dtype.itemsize <= 8):
        return
    hint = "save real numbers: numpy.save(FILE, array.astype(float))"
    if dtype.kind == "O":
        hint = f"objects can run code when they are loaded, so they are not opened; {hint}"
    if dtype.kind == "c":
        hint = "a loss needs real numbers: save array.real, array.imag or abs(array)"
    if dtype.names:
        hint = "save the fields as columns of one array: numpy.column_stack([array[name], ...])"
    raise FormatError(f"{where} holds elements of type {dtype}, which are not read", hint=hint)


def kind_of(values: AnyArray) -> Kind:
    """What a column of these elements looks like."""
    if values.dtype.kind == "O":
        return json_cells.kind_of(values.tolist())
    return "text" if values.dtype.kind in _TEXT_KINDS else "number"


def as_text(values: AnyArray) -> list[str]:
    """The texts of elements as keys compare them: whole numbers as decimal text, booleans as 1 and 0."""
    if values.dtype.kind == "O":
        return [json_cells.as_text(value) for value in values.tolist()]
    if values.dtype.kind == "S":
        return [bytes(value).decode("utf-8", errors="replace") for value in values.tolist()]
    if values.dtype.kind == "U":
        return [str(value) for value in values.tolist()]
    if values.dtype.kind == "b":
        return [str(int(value)) for value in values.tolist()]
    if values.dtype.kind == "f":
        return [json_cells.as_text(value) for value in values.astype(np.float64).tolist()]
    return [str(value) for value in values.tolist()]


def convert(values: AnyArray, asked: Column, skip_missing: bool) -> tuple[Values, dict[int, str]]:
    """A column, and the reason for each bad cell by its index."""
    if values.dtype.kind == "O":
        return json_cells.convert(values.tolist(), asked, skip_missing)
    if asked.kind == "value":
        found, bad = numbers(values, False)
        return found, {index: reason for index, reason in bad.items() if reason != NONFINITE}
    if asked.kind == "number":
        return numbers(values, skip_missing)
    texts, bad = _texts(values, skip_missing and asked.kind == "text")
    return texts, {} if asked.kind == "note" else bad


def numbers(values: AnyArray, skip_missing: bool) -> tuple[Floats, dict[int, str]]:
    """Elements as float64, and the reason for each bad one by its index; nan is a missing cell where those
    are skipped."""
    if values.dtype.kind in _TEXT_KINDS:
        return np.full(len(values), np.nan), dict.fromkeys(range(len(values)), STRING)
    numbers: Floats = np.ascontiguousarray(values, dtype=np.float64)
    if values.dtype.kind in "iu":
        return numbers, _inexact(values, numbers)
    if values.dtype.kind == "b" or np.isfinite(numbers).all():
        return numbers, {}
    bad = np.isinf(numbers) if skip_missing else ~np.isfinite(numbers)
    return numbers, dict.fromkeys(np.flatnonzero(bad).tolist(), NONFINITE)


def _inexact(values: AnyArray, numbers: Floats) -> dict[int, str]:
    """The integers that a double cannot hold exactly."""
    if values.dtype.itemsize < 8 or len(values) == 0:
        return {}
    if numbers.min() > -EXACT_LIMIT and numbers.max() < EXACT_LIMIT:
        return {}
    large = np.flatnonzero(np.abs(numbers) >= EXACT_LIMIT).tolist()
    return {index: INEXACT for index in large if int(numbers[index]) != int(values[index])}


def _texts(values: AnyArray, skip_missing: bool) -> tuple[Values, dict[int, str]]:
    if values.dtype.kind in "iu":
        import pyarrow.compute as pc

        native = values.astype(values.dtype.newbyteorder("="), copy=False)
        return pc.cast(pa.array(np.ascontiguousarray(native)), pa.string()), {}
    texts: list[str | None] = list(as_text(values))
    bad: dict[int, str] = {}
    for index, text in enumerate(texts):
        if text is not None and (text == "" or (skip_missing and is_missing(text))):
            if skip_missing:
                texts[index] = None
            else:
                bad[index] = "empty cell"
    return pa.array(texts, type=pa.string()), bad


def blocks(
    pieces: Iterable[Sequence[AnyArray]], columns: Sequence[Column], name: str, options: ReadOptions
) -> Iterator[Block]:
    """Blocks of pieces that hold an array (b,) for each asked column. Bad cells are all counted, then
    raised."""
    bad = BadCells()
    skip = options.missing == "skip"
    fields = tuple(column.index + 1 for column in columns)
    first = 1
    for piece in pieces:
        rows = len(piece[0])
        found = [convert(values, column, skip) for values, column in zip(piece, columns, strict=True)]
        places = LinePlaces(name, fields, first, range(first, first + rows))
        reasons = [reason for _, reason in found]
        if any(reasons):
            bad.add_block(reasons, places, partial(_shown, piece))
        elif not bad.total and rows:
            yield Block(rows, tuple(values for values, _ in found), places)
        first += rows
    if bad.total:
        raise bad.error()


def _shown(piece: Sequence[AnyArray], row: int, column: int) -> str:
    value = piece[column][row]
    return "null" if value is None else str(value)
