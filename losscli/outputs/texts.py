"""A block's numbers and texts as columns of text, turned by Arrow at once, and glued into lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import numpy as np

from losscli.arrays import Floats, Integers

Texts: TypeAlias = Any
"""An Arrow array of text, or one text for every row."""

_PLAIN_FROM: Final = 1e-3
_PLAIN_TO: Final = 1e9
"""Between these Arrow and Python write a fraction alike: without an exponent."""


def number_texts(values: Floats) -> Texts:
    """Each double in the shortest digits that read back the same, exactly as Python writes it; inf, -inf
    and nan too.

    Arrow writes the common ones; whole numbers and those that want an exponent, Python.
    """
    import pyarrow as pa
    import pyarrow.compute as compute

    values = np.ascontiguousarray(values, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        size = np.abs(values)
        common = (size >= _PLAIN_FROM) & (size < _PLAIN_TO) & (values != np.rint(values))
    texts = compute.cast(pa.array(values), pa.string())
    if common.all():
        return texts
    rare = ~common
    distinct, places = np.unique(values[rare].view(np.int64), return_inverse=True)
    written = pa.array(list(map(float.__repr__, distinct.view(np.float64).tolist())), pa.string())
    return compute.replace_with_mask(texts, pa.array(rare), written.take(pa.array(places)))


def row_texts(rows: Integers) -> Texts:
    """Row numbers as decimal text."""
    import pyarrow as pa
    import pyarrow.compute as compute

    return compute.cast(pa.array(np.ascontiguousarray(rows, dtype=np.int64)), pa.string())


def id_texts(ids: Sequence[str], write: Callable[[str], str], special: str) -> Texts:
    """The ids as `write` writes them; it is asked only for those that hold something `special`."""
    import pyarrow as pa
    import pyarrow.compute as compute

    try:
        texts = pa.array(ids, pa.string())
    except UnicodeEncodeError:
        return pa.array([write(text) for text in ids], pa.string())
    marked = compute.match_substring_regex(texts, special)
    if not compute.any(marked).as_py():
        return texts
    odd = texts.filter(marked).to_pylist()
    return compute.replace_with_mask(texts, marked, pa.array([write(text) for text in odd], pa.string()))


def glued(parts: Sequence[Texts], separator: str) -> Texts:
    """The texts of each row side by side."""
    import pyarrow.compute as compute

    return compute.binary_join_element_wise(*parts, separator) if len(parts) > 1 else parts[0]


def joined(lines: Texts, line_end: str) -> bytes:
    """The lines below each other, the last with `line_end` too unless that is a separator."""
    import pyarrow as pa
    import pyarrow.compute as compute

    whole = pa.LargeListArray.from_arrays([0, len(lines)], lines)
    text: bytes = compute.binary_join(whole, line_end)[0].as_buffer().to_pybytes()
    return text if line_end.startswith(",") else text + line_end.encode()
