"""Files of per-sample values that an earlier run wrote: what they hold, and whether it is the same loss."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

import numpy as np

from losscli.align import Stream
from losscli.arrays import AnyArray
from losscli.errors import FormatError, LosscliError, RowsError, StateError
from losscli.records import NamedTuple
from losscli.report.compute import Result
from losscli.sources import formats
from losscli.sources.cells import EXACT_LIMIT
from losscli.sources.grammar import STDIN, holds_parts
from losscli.sources.open import open_source
from losscli.sources.records import Block, Column, ReadOptions, Source

_KEY: Final = b"losscli"
_TEXTS: Final = frozenset({"csv", "tsv"})
_READ: Final = frozenset({"csv", "tsv", "json", "ndjson", "parquet", "arrow"})
_SAME: Final = frozenset({"multioutput", "vector", "group"})
"""The parts of a signature, beside the loss and its labels, that say what a row's value is."""
_HINT: Final = "losscli compute ... --per-sample FILE writes one; --update writes this one anew"


class SampleFile(NamedTuple):
    """An opened file: its columns by name, and the signature of each where it has some."""

    path: str
    source: Source
    columns: Mapping[str, int]
    signatures: Mapping[str, str]

    def stream(self, labels: Sequence[str], by_id: bool) -> Stream:
        """The file as rows to pair: the values of these labels, by their ids or row numbers.

        Raises StateError where it lacks one of the labels, or was paired in another way."""
        missing = [label for label in labels if label not in self.columns]
        if missing:
            raise StateError(
                f"{self.path} holds {', '.join(self.labels) or 'no loss'}; this run is of {missing[0]}",
                hint=_HINT,
            )
        if by_id != ("id" in self.columns):
            was, now = ("id", "position") if not by_id else ("position", "id")
            raise StateError(
                f"the rows of {self.path} were paired by {was}, those of this run are by {now}",
                hint="--id COLUMN names the key" if not by_id else f"leave out --id, or {_HINT}",
            )
        key = "id" if by_id else "row"
        if key not in self.columns:
            raise FormatError(f"{self.path} has no column {key}, so its rows belong to none", hint=_HINT)
        wanted = tuple(Column(self.columns[label], "value") for label in labels)
        if by_id:
            return Stream(self.source, wanted, (self.columns[key],))
        return Stream(cast(Source, _ByRow(self.source)), wanted, (self.columns[key],), "number")

    @property
    def labels(self) -> list[str]:
        """The losses that it holds."""
        return [name for name in self.columns if name not in ("row", "id") and "(" not in name]

    def check_signature(self, label: str, result: Result) -> None:
        """Refuse values of another coding or vector form than this run's. Raises StateError."""
        theirs = self.signatures.get(label)
        if theirs is not None and _of_loss(theirs) != _of_loss(result.signature):
            raise StateError(
                f"{self.path} is of another run than this one: {theirs} against {result.signature}",
                hint=_HINT,
            )


class _ByRow:
    """A file whose last wanted column holds row numbers: whole numbers as keys, several times as quick as
    texts."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.name = source.name
        self.names = source.names

    def read(self, columns: Sequence[Column]) -> Iterator[Block]:
        """The blocks. Raises FormatError for a row number that is none."""
        for block in self._source.read(columns):
            *values, rows = block.columns
            odd = np.flatnonzero((rows != np.rint(rows)) | (np.abs(rows) > EXACT_LIMIT))
            if len(odd):
                at = int(odd[0])
                raise FormatError(f"{rows[at]:g} is no row number", place=block.place(at, len(values)))
            yield Block(block.rows, (*values, whole_numbers(rows)), block.places)


def whole_numbers(rows: AnyArray) -> Any:
    """Row numbers (n,) as an Arrow array of int64."""
    import pyarrow as pa

    return pa.array(np.ascontiguousarray(rows, dtype=np.int64))


def _of_loss(signature: str) -> tuple[str, ...]:
    """The parts of a signature that say what a row's value is: loss, parameters, convention, coding."""
    head = signature.rpartition("|n:")[0]
    head, _, labels = head.partition("|labels:")
    spec, *parts = head.split("|")
    kept = sorted(part for part in parts if part.partition(":")[0] in _SAME)
    return (spec, *kept, labels.partition("|segment:")[0])


def open_samples(path: str, block_bytes: int | None = None) -> SampleFile:
    """Open a file of per-sample values. Raises ReadError, FormatError, RowsError, ColumnError."""
    if path == STDIN or holds_parts(path):
        raise FormatError(f"{path} is no file of per-sample values", hint=_HINT)
    form = formats.declared(path, None).format
    options = ReadOptions(header=True if form is None or form in _TEXTS else None)
    if block_bytes is not None:
        options = options._replace(block_bytes=block_bytes)
    source = open_source(path, options)
    try:
        return _opened(path, source)
    except LosscliError:
        source.close()
        raise


def _opened(path: str, source: Source) -> SampleFile:
    names = source.names
    if source.format not in _READ or names is None or not {"row", "id"} & set(names):
        raise FormatError(f"{path} holds no per-sample values: it has no column row or id", hint=_HINT)
    if source.first_cells() is None:
        raise RowsError(f"{path} has no row", hint=_HINT)
    columns = {name: at for at, name in enumerate(names)}
    return SampleFile(path, source, columns, _signatures(path, source))


def _signatures(path: str, source: Source) -> Mapping[str, str]:
    """The signature of each column, from the metadata of a typed file; none in text."""
    metadata: Mapping[bytes, bytes] = getattr(source, "metadata", None) or {}
    text = metadata.get(_KEY)
    if text is None:
        return {}
    try:
        content: Any = json.loads(text)
        found: Any = content["signatures"]
        return {str(label): str(signature) for label, signature in found.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FormatError(f"{path}: the metadata under the key losscli is damaged", hint=_HINT) from error
