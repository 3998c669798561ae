"""The rows of one source behind the first difference: their keys as codes, whole numbers and texts apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from losscli.align import keys as keying
from losscli.align.bundles import Bundle, small_enough, taken
from losscli.align.hashing import number_codes, text_codes
from losscli.align.keys import KeyPart
from losscli.align.partition import ByCode
from losscli.align.store import Memory, Store
from losscli.sources.records import Values

NUMBERS, TEXTS = 0, 1


class KeyedRows:
    """Two stores: rows whose key is a canonical integer, and rows with any other key.

    Bundles are (codes, rows, columns...) of the one and (codes, rows, texts, columns...) of the other.
    """

    def __init__(self, memory: Memory) -> None:
        self.stores = (Store(memory, ByCode()), Store(memory, ByCode()))

    def add(self, part: KeyPart, start: int, columns: Sequence[Values] = ()) -> None:
        """Rows that begin at number `start`. Raises WriteError where the disk cannot be written."""
        whole, text = keying.whole_and_text(part)
        stop = start + len(part)
        rows = np.arange(start, stop, dtype=small_enough(stop))
        if whole is not None:
            codes = number_codes(keying.whole_numbers(part, whole))
            self.stores[NUMBERS].append((codes, *(_at(values, whole) for values in (rows, *columns))))
        if text is not None:
            texts = _at(part, text)
            kept = tuple(_at(values, text) for values in columns)
            self.stores[TEXTS].append((text_codes(texts), _at(rows, text), texts, *kept))


def _at(values: Values, rows: Any) -> Values:
    return values if isinstance(rows, slice) else taken(values, rows)


def no_keys(kind: int) -> Bundle:
    """Keys of no rows."""
    codes, rows = np.empty(0, dtype=np.uint64), np.empty(0, dtype=small_enough(0))
    return (codes, rows) if kind == NUMBERS else (codes, rows, pa.array([], pa.string()))
