"""The array types that every room speaks of, each named once."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
"""Float64 numbers of any shape."""

Rows: TypeAlias = npt.NDArray[np.float64]
"""Float64 numbers whose first axis is the row: (n,) or (n, k)."""

Integers: TypeAlias = npt.NDArray[np.int64]
"""Row numbers, line numbers, class indices."""

Mask: TypeAlias = npt.NDArray[np.bool_]
"""One truth value a row, or a cell."""

AnyArray: TypeAlias = npt.NDArray[Any]
"""An array of any type, before it is checked."""
