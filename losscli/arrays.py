"""The array types that every room speaks of, each named once.

They are written as NumPy's own generic types: importing `numpy.typing` would cost every start some
milliseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
else:
    ArrayLike = Any

__all__ = ["AnyArray", "ArrayLike", "Bytes", "Floats", "Integers", "Mask", "Rows", "Unsigned"]

Floats: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
"""Float64 numbers of any shape."""

Rows: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
"""Float64 numbers whose first axis is the row: (n,) or (n, k)."""

Integers: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
"""Row numbers, line numbers, class indices."""

Mask: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]
"""One truth value a row, or a cell."""

Bytes: TypeAlias = np.ndarray[Any, np.dtype[np.uint8]]
"""Raw bytes of a file."""

Unsigned: TypeAlias = np.ndarray[Any, np.dtype[np.uint64]]
"""Bit patterns of numbers."""

AnyArray: TypeAlias = np.ndarray[Any, np.dtype[Any]]
"""An array of any type, before it is checked."""
