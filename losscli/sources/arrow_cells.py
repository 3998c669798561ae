"""Arrow arrays to columns of a block: numbers as float64, exactly or not at all; everything else as text."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from losscli.arrays import AnyArray, Floats
from losscli.sources import json_cells, typed_arrays
from losscli.sources.arrow_texts import is_bytes, is_text, is_time, plain_array, plain_type, to_texts
from losscli.sources.bad_cells import NONFINITE, STRING, TEXT
from losscli.sources.cells import BLANKS, MISSING_WORDS
from losscli.sources.records import Column, Kind, Texts, Values

MISSING: Final = "missing cell"
_TIME: Final = "a date or time, not a number"
_NO_TEXT: Final = "bytes that are not UTF-8 text"
_EXACT_DIGITS: Final = 15
"""Decimals of so many digits are exact doubles times a power of ten, and their quotient is rounded once."""

Reasons = dict[int, str]
"""Why cells are bad, by their index."""


def kind_of(kind: Any) -> Kind:
    """What a column of this type looks like."""
    plain = plain_type(kind)
    return "text" if is_text(plain) or is_time(plain) else "number"


def is_flat(kind: Any) -> bool:
    """Whether cells of this type are numbers or moments, which take a few bytes each."""
    return is_read(kind) and not is_text(plain_type(kind))


def is_read(kind: Any) -> bool:
    """Whether cells of this type can be read at all."""
    plain = plain_type(kind)
    known = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_decimal)
    return is_text(plain) or is_time(plain) or pa.types.is_null(plain) or any(test(plain) for test in known)


def convert(array: Any, asked: Column, skip_missing: bool) -> tuple[Values, Reasons]:
    """A column, and the reason for each bad cell by its index."""
    array = plain_array(array)
    if asked.kind == "value":
        numbers, bad = _numbers(array, False)
        return numbers, {index: reason for index, reason in bad.items() if reason != NONFINITE}
    if asked.kind == "number":
        return _numbers(array, skip_missing)
    texts, bad = _texts(array, skip_missing and asked.kind == "text")
    return texts, {} if asked.kind == "note" else bad


def _numbers(array: Any, skip_missing: bool) -> tuple[Floats, Reasons]:
    kind = array.type
    if is_text(kind):
        texts, bad = _decoded(array)
        numbers, reasons = json_cells.convert(texts.to_pylist(), Column(0), skip_missing)
        told = {index: TEXT if reason == STRING else reason for index, reason in reasons.items()}
        return numbers, {**told, **bad}
    if is_time(kind) or pa.types.is_null(kind):
        bad = dict.fromkeys(range(len(array)), _TIME)
        return _without_nulls(array, np.full(len(array), np.nan), bad, skip_missing)
    if pa.types.is_decimal(kind):
        return _decimals(array, skip_missing)
    numbers, bad = typed_arrays.numbers(_elements(array), skip_missing)
    return _without_nulls(array, numbers, bad, skip_missing)


def _elements(array: Any) -> AnyArray:
    """The values as a NumPy array of their own type, 0 where there is none; a view where that is possible."""
    if pa.types.is_boolean(array.type):
        array = pc.cast(array, pa.uint8())
    elif pa.types.is_float16(array.type):
        array = pc.cast(array, pa.float64())
    if array.null_count:
        array = pc.fill_null(array, pa.scalar(0, array.type))
    found: AnyArray = array.to_numpy(zero_copy_only=False)
    return found


def _without_nulls(array: Any, numbers: Floats, bad: Reasons, skip_missing: bool) -> tuple[Floats, Reasons]:
    """The numbers with nan for null, which is a missing cell."""
    if not array.null_count:
        return numbers, bad
    null = array.is_null().to_numpy(zero_copy_only=False)
    missing = np.flatnonzero(null).tolist()
    numbers = np.where(null, np.nan, numbers)
    if skip_missing:
        gone = set(missing)
        return numbers, {index: reason for index, reason in bad.items() if index not in gone}
    return numbers, {**bad, **dict.fromkeys(missing, MISSING)}


def _decimals(array: Any, skip_missing: bool) -> tuple[Floats, Reasons]:
    """Decimals as the same digits in a text file: rounded once, but integers exactly or not at all."""
    if array.null_count:
        array, given = pc.fill_null(array, pa.scalar(0, array.type)), array
    else:
        given = array
    scale = array.type.scale
    bad: Reasons = {}
    if scale <= 0 and array.type.precision - scale > _EXACT_DIGITS:
        numbers, bad = json_cells.convert([int(v) for v in array.to_pylist()], Column(0), skip_missing)
    elif 0 <= scale <= array.type.precision <= _EXACT_DIGITS:
        whole = pc.cast(array, pa.decimal128(array.type.precision, scale))
        words = np.frombuffer(whole.buffers()[1], dtype="<i8")[2 * whole.offset :: 2][: len(whole)]
        numbers = words / np.float64(10.0**scale)
    else:
        numbers = pc.cast(pc.cast(array, pa.string()), pa.float64()).to_numpy(zero_copy_only=False)
    return _without_nulls(given, numbers, bad, skip_missing)


def _decoded(array: Any) -> tuple[Texts, Reasons]:
    """The texts of a plain array; what is no UTF-8 is empty and bad."""
    try:
        texts = to_texts(array)
        if is_text(array.type) and not is_bytes(array.type):
            texts.validate(full=True)  # files say that their text is UTF-8, nobody has looked
        return texts, {}
    except pa.ArrowInvalid:
        raw = pc.cast(array, pa.binary()).to_pylist()
    good: list[str | None] = []
    bad: Reasons = {}
    for index, value in enumerate(raw):
        try:
            good.append(None if value is None else value.decode())
        except UnicodeDecodeError:
            good.append("")
            bad[index] = _NO_TEXT
    return pa.array(good, pa.string()), bad


def _texts(array: Any, skip_missing: bool) -> tuple[Texts, Reasons]:
    texts, bad = _decoded(array)
    if skip_missing:
        bare = pc.ascii_lower(pc.utf8_trim(texts, BLANKS))
        missing = pc.is_in(bare, value_set=pa.array(sorted(MISSING_WORDS)))
        if bad:
            missing = pc.and_(missing, pa.array([index not in bad for index in range(len(texts))]))
        return pc.if_else(missing, pa.scalar(None, pa.string()), texts), bad
    if texts.null_count:
        null = np.flatnonzero(texts.is_null().to_numpy(zero_copy_only=False)).tolist()
        bad = {**dict.fromkeys(null, MISSING), **bad}
        texts = pc.fill_null(texts, "")
    empty = pc.equal(pc.binary_length(texts), 0)
    if pc.any(empty).as_py():
        found = np.flatnonzero(empty.to_numpy(zero_copy_only=False)).tolist()
        bad = {**dict.fromkeys(found, "empty cell"), **bad}
    return texts, bad


def shown(array: Any, index: int) -> str:
    """A cell as messages show it."""
    texts, bad = _decoded(plain_array(array.slice(index, 1)))
    if bad:
        return ""
    text = texts[0].as_py()
    return "null" if text is None else str(text)
