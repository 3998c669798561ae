"""Arrow arrays of any type as text: how keys, labels and notes of typed columns read."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from losscli.sources.cells import EXACT_LIMIT
from losscli.sources.json_cells import as_text
from losscli.sources.records import Texts

_ZEROS_BEHIND: Final = r"(\.[0-9]*?)0+(Z?)$"
_BARE_DOT: Final = r"\.(Z?)$"


def is_text(kind: Any) -> bool:
    """Whether a type is text, or bytes that are read as text."""
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or is_bytes(kind)
    )


def is_bytes(kind: Any) -> bool:
    """Whether a type is bytes, which older files hold in place of text."""
    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_binary_view(kind)
        or pa.types.is_fixed_size_binary(kind)
    )


def is_time(kind: Any) -> bool:
    """Whether a type is a date, a time of day or a moment."""
    return bool(pa.types.is_date(kind) or pa.types.is_time(kind) or pa.types.is_timestamp(kind))


def plain_array(array: Any) -> Any:
    """An array without the wrappings of a dictionary or of an extension, save for UUIDs as their text."""
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if isinstance(array.type, pa.BaseExtensionType):
        known = array.type.extension_name == "arrow.uuid"
        array = _uuids(array.storage) if known else plain_array(array.storage)
    return array


def plain_type(kind: Any) -> Any:
    """The type of the `plain_array` of an array of this type."""
    if pa.types.is_dictionary(kind):
        return plain_type(kind.value_type)
    if isinstance(kind, pa.BaseExtensionType):
        return pa.string() if kind.extension_name == "arrow.uuid" else plain_type(kind.storage_type)
    return kind


def _uuids(storage: Any) -> Any:
    """UUIDs as they are written everywhere: hexadecimal digits in five groups."""
    import uuid

    texts = [None if value is None else str(uuid.UUID(bytes=value)) for value in storage.to_pylist()]
    return pa.array(texts, pa.string())


def to_texts(array: Any) -> Texts:
    """The text of each value of a plain array; null stays null.

    Whole numbers are decimal digits, booleans 1 and 0, other numbers the shortest digits that read back the
    same; decimals lose the zeros behind their last digit, moments those of their fraction (a moment with a
    time zone is told in UTC and ends in Z). Raises pyarrow.ArrowInvalid for bytes that are not UTF-8.
    """
    kind = array.type
    if pa.types.is_string(kind):
        return array
    if pa.types.is_boolean(kind):
        return pc.cast(pc.cast(array, pa.int8()), pa.string())
    if pa.types.is_floating(kind):
        return _float_texts(pc.cast(array, pa.float64()))
    if pa.types.is_decimal(kind):
        return _decimal_texts(array)
    if is_time(kind):
        return _time_texts(array)
    if pa.types.is_fixed_size_binary(kind) or pa.types.is_binary_view(kind):
        array = pc.cast(array, pa.binary())
    return pc.cast(array, pa.string())


def _float_texts(array: Any) -> Texts:
    """Whole numbers as integers, which is what a column of integers with a missing one is kept as."""
    filled = np.asarray(pc.fill_null(array, 0.0))
    with np.errstate(invalid="ignore"):
        whole = (np.abs(filled) < EXACT_LIMIT) & (filled == np.rint(filled))
    if whole.all():
        return pc.cast(pc.cast(array, pa.int64()), pa.string())
    texts = [None if value is None else as_text(value) for value in array.to_pylist()]
    return pa.array(texts, pa.string())


def _decimal_texts(array: Any) -> Texts:
    texts = pc.cast(array, pa.string())
    if pc.any(pc.match_substring(texts, "E")).as_py():
        texts = pa.array([None if v is None else f"{v:f}" for v in array.to_pylist()], pa.string())
    return _trimmed(texts)


def _time_texts(array: Any) -> Texts:
    if pa.types.is_date(array.type):
        return pc.cast(array, pa.string())
    if pa.types.is_timestamp(array.type) and array.type.tz is not None:
        array = pc.cast(array, pa.timestamp(array.type.unit, "UTC"))
    return _trimmed(pc.cast(array, pa.string()))


def _trimmed(texts: Texts) -> Texts:
    """Without zeros behind the last digit of a fraction, and without a fraction of none."""
    shorter = pc.replace_substring_regex(texts, _ZEROS_BEHIND, r"\1\2")
    return pc.replace_substring_regex(shorter, _BARE_DOT, r"\1")
