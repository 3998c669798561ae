"""What callers give, as arrays: lists, series, tensors, masked arrays."""

from __future__ import annotations

import numpy as np

from losscli.arrays import AnyArray
from losscli.errors import ShapeError

__all__ = ["to_array"]


def to_array(values: object, name: str) -> AnyArray:
    """Array-like values as an array of whatever type they have; masked cells are missing ones (None).

    `name` is what messages call them. Raises ShapeError: rows of several lengths, or what is no array at all.
    """
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        shown: AnyArray = np.ma.getdata(values).astype(object)
        shown[np.ma.getmaskarray(values)] = None
        return shown
    try:
        array: AnyArray = np.asarray(values)
    except ValueError as error:
        raise ShapeError(
            f"{name} is ragged: its rows differ in length", hint="give rows of one length"
        ) from error
    except (TypeError, RuntimeError) as error:
        raise ShapeError(f"{name} does not become an array: {error}", hint="give a NumPy array") from error
    if array.ndim == 0:
        given = f"the single number {array}" if array.dtype.kind in "biufc" else f"a {type(values).__name__}"
        hint = "give an array of shape (n,) or (n, k); a single sample as a list of one"
        raise ShapeError(f"{name}: an array is needed, got {given}", hint=hint)
    return array
