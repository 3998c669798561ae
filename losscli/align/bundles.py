"""A bundle is a tuple of columns of equal length: NumPy arrays for numbers, Arrow arrays for text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from losscli.arrays import AnyArray
from losscli.sources.records import Values

Bundle: TypeAlias = tuple[Values, ...]

_MOST_TEXT = 2**31 - 1
"""The bytes that an array with 32-bit offsets can hold."""


def rows_in(bundle: Bundle) -> int:
    """The length of the columns."""
    return len(bundle[0])


def bytes_in(bundle: Bundle) -> int:
    """The memory that the columns take."""
    return sum(int(values.nbytes) for values in bundle)


def taken(values: Values, rows: AnyArray) -> Values:
    """The values at these positions."""
    return values[rows] if isinstance(values, np.ndarray) else values.take(pa.array(rows))


def cut(values: Values, start: int, stop: int) -> Values:
    """The values from start up to stop, not copied."""
    return values[start:stop] if isinstance(values, np.ndarray) else values.slice(start, stop - start)


def joined(parts: Sequence[Values]) -> Values:
    """The values of several arrays as one; texts of more than 2 GB get 64-bit offsets."""
    if len(parts) == 1:
        return parts[0]
    if isinstance(parts[0], np.ndarray):
        return np.concatenate(parts)
    if sum(int(part.nbytes) for part in parts) > _MOST_TEXT:
        parts = [part.cast(pa.large_string()) for part in parts]
    return pa.concat_arrays(parts)


def stacked(bundles: list[Bundle]) -> Bundle:
    """The rows of several bundles as one. The list is emptied, so that each column's parts can go as soon as
    they are one."""
    columns = [list(parts) for parts in zip(*bundles, strict=True)]
    bundles.clear()
    whole = []
    while columns:
        whole.append(joined(columns.pop(0)))
    return tuple(whole)


def small_enough(count: int) -> Any:
    """The integer type that can number so many rows."""
    return np.int32 if count < 2**31 else np.int64


def packed(bundle: Bundle) -> tuple[Any, Any]:
    """The rows as bytes, and the schema that reads them back."""
    arrays = [pa.array(values) if isinstance(values, np.ndarray) else values for values in bundle]
    batch = pa.RecordBatch.from_arrays(arrays, names=[str(index) for index in range(len(arrays))])
    return batch.serialize(), batch.schema


def unpacked(data: bytearray, schema: Any) -> Bundle:
    """The rows that `packed` made bytes of; numbers are read-only."""
    batch = pa.ipc.read_record_batch(pa.py_buffer(data), schema)
    return tuple(
        column
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
        else column.to_numpy()
        for column in batch.columns
    )
