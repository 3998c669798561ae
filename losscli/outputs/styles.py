"""How per-sample records are written, block by block; each style gives the text of the format of its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

import numpy as np

from losscli.arrays import Floats, Integers
from losscli.outputs.harmless import ARROW_UNSAFE, harmless, json_text
from losscli.outputs.records import csv_text, status_keys, status_of
from losscli.outputs.texts import Texts, glued, id_texts, number_texts, row_texts
from losscli.report.samples import SampleColumns

_CSV_SPECIAL: Final = f'[," ]|^$|{ARROW_UNSAFE}'
_JSON_SPECIAL: Final = f'["\\\\]|{ARROW_UNSAFE}'
"""Ids without these are written as they are, all at once."""


class Style(Protocol):
    """How records are written: what stands before, between and after the blocks, and the lines of a block."""

    opening: str
    between: bytes
    closing: str
    line_end: str

    def lines(self, rows: Integers, ids: Sequence[str] | None, numbers: Sequence[Floats]) -> Texts:
        """The records of a block as Arrow text, without line ends."""
        ...


class Separated:
    """Fields between separators, with or without a header line."""

    between = b""
    closing = ""
    line_end = "\n"

    def __init__(self, columns: SampleColumns, separator: str, header: bool) -> None:
        self._separator = separator
        self._write = csv_text if separator == "," else harmless
        self._special = _CSV_SPECIAL if separator == "," else ARROW_UNSAFE
        self.opening = separator.join(map(self._write, columns.names())) + "\n" if header else ""

    def lines(self, rows: Integers, ids: Sequence[str] | None, numbers: Sequence[Floats]) -> Texts:
        """The block's records."""
        keys = [] if ids is None else [id_texts(ids, self._write, self._special)]
        return glued([row_texts(rows), *keys, *map(number_texts, numbers)], self._separator)


class Json:
    """Records of strict JSON, one a line; in a document they stand in a list."""

    def __init__(self, columns: SampleColumns, document: bool) -> None:
        names = (*columns.labels, *columns.gradient_names())
        self._status = status_keys(names)
        self._names = names
        self.opening = "[\n" if document else ""
        self.between = b",\n" if document else b""
        self.closing = "\n]\n" if document else ""
        self.line_end = ",\n" if document else "\n"

    def lines(self, rows: Integers, ids: Sequence[str] | None, numbers: Sequence[Floats]) -> Texts:
        """The block's records."""
        parts: list[Texts] = ['{"row": ', row_texts(rows)]
        if ids is not None:
            parts += [', "id": "', id_texts(ids, _inside_quotes, _JSON_SPECIAL), '"']
        for name, values in zip(self._names, numbers, strict=True):
            parts += [f", {json_text(name)}: ", self._values(name, values)]
        return glued([*parts, "}"], "")

    def _values(self, name: str, values: Floats) -> Texts:
        """The numbers; one that is not finite is null, and its status follows."""
        import pyarrow as pa
        import pyarrow.compute as compute

        texts = number_texts(values)
        odd = ~np.isfinite(values)
        if not odd.any():
            return texts
        key = json_text(self._status[name])
        written = [f"null, {key}: {json_text(status_of(value) or '')}" for value in values[odd].tolist()]
        return compute.replace_with_mask(texts, pa.array(odd), pa.array(written, pa.string()))


def _inside_quotes(text: str) -> str:
    return json_text(text)[1:-1]


STYLES: Final[Mapping[str, Callable[[SampleColumns], Style]]] = {
    "plain": lambda columns: Separated(columns, "\t", header=False),
    "csv": lambda columns: Separated(columns, ",", header=True),
    "tsv": lambda columns: Separated(columns, "\t", header=True),
    "ndjson": lambda columns: Json(columns, document=False),
    "json": lambda columns: Json(columns, document=True),
}
STDOUT_STYLES: Final = ("plain", "csv", "tsv", "ndjson")
