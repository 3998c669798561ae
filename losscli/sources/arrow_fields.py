"""The fields of an Arrow schema as columns: lists of one length are spread, everything nested is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from losscli.errors import FormatError
from losscli.sources import arrow_cells
from losscli.sources.arrow_texts import plain_array, plain_type
from losscli.sources.columnar import Field, Layout, Part
from losscli.sources.grammar import Glob, Name, Positions, Range, Selections
from losscli.sources.records import Column, Kind

Probe = Callable[[int], Any]
"""The first rows of a field, by its number: an array, empty where the file has no rows."""


def _is_list(kind: Any) -> bool:
    """Whether cells are lists whose lengths may differ."""
    tests = (pa.types.is_list, pa.types.is_large_list, pa.types.is_list_view, pa.types.is_large_list_view)
    return any(test(kind) for test in tests)


def cell_type(kind: Any) -> Any:
    """The type of the values inside of lists, lists of lists and so on."""
    kind = plain_type(kind)
    if _is_list(kind) or pa.types.is_fixed_size_list(kind):
        return cell_type(kind.value_type)
    return kind


@dataclass(frozen=True)
class ArrowFields:
    """The columns of a schema."""

    where: str
    schema: Any
    layout: Layout

    @property
    def metadata(self) -> Mapping[bytes, bytes]:
        """What the writer stored beside the schema."""
        return self.schema.metadata or {}

    @property
    def marked_keys(self) -> frozenset[int]:
        """The columns of pandas' index, which its own metadata names."""
        names = _index_names(self.metadata.get(b"pandas", b""))
        fields = self.layout.fields
        return frozenset(index for index, (at, _) in enumerate(self.layout.slots) if fields[at].name in names)

    def kinds(self) -> tuple[Kind, ...]:
        """What each column looks like by its type."""
        kinds = [arrow_cells.kind_of(cell_type(one.type)) for one in self.schema]
        return tuple(kinds[at] for at, _ in self.layout.slots)

    def refuse(self, columns: Sequence[Column]) -> None:
        """Raise FormatError where a column that is asked for cannot be read."""
        for at in self.layout.fields_of(columns):
            kind = self.schema.field(at).type
            shape = self.layout.fields[at].shape
            nested = plain_type(kind)
            if shape == () and (_is_list(nested) or not arrow_cells.is_read(nested)):
                name = self.schema.field(at).name
                what = (
                    "an empty or missing list in its first rows" if _is_list(nested) else f"the type {kind}"
                )
                hint = "write each part as a column of its own, or lists of one length"
                raise FormatError(f"{self.where}: column {name!r} has {what}, which is not read", hint=hint)
            if not arrow_cells.is_read(cell_type(kind)):
                hint = "write lists of numbers, or each part as a column of its own"
                raise FormatError(
                    f"{self.where}: column {self.schema.field(at).name!r} has the type {kind}, "
                    "which is not read",
                    hint=hint,
                )

    def part(self, arrays: Mapping[int, Any], columns: Sequence[Column], skip_missing: bool) -> Part:
        """Some rows of the asked columns; `arrays` holds an array for the number of each field."""
        spread = {at: _Spread(array, self.layout.fields[at].shape) for at, array in arrays.items()}
        values, reasons, cells = [], [], []
        for column in columns:
            at, item = self.layout.slots[column.index]
            cell = spread[at].column(item)
            found, bad = arrow_cells.convert(cell, column, skip_missing)
            if spread[at].faults and column.kind != "note":
                bad = {**bad, **spread[at].faults}
            values.append(found)
            reasons.append(bad)
            cells.append(cell)
        rows = len(next(iter(arrays.values())))
        return Part(rows, tuple(values), tuple(reasons), partial(_shown, cells))


def _index_names(text: bytes) -> frozenset[str]:
    """The fields that pandas' metadata calls its index."""
    import json

    try:
        found = json.loads(text)["index_columns"] if text else []
        return frozenset(name for name in found if isinstance(name, str))
    except (ValueError, RecursionError, KeyError, TypeError):
        return frozenset()


def _shown(cells: Sequence[Any], row: int, column: int) -> str:
    return arrow_cells.shown(cells[column], row)


def arrow_fields(where: str, schema: Any, selections: Selections, probe: Probe) -> ArrowFields:
    """The columns of a schema. Lists are looked at with `probe` if they may be selected. Raises ShapeError,
    HeaderError."""
    fields = []
    for at, one in enumerate(schema):
        shape: tuple[int, ...] = ()
        nested = plain_type(one.type)
        if (_is_list(nested) or pa.types.is_fixed_size_list(nested)) and _may_be_meant(one.name, selections):
            shape = _shape(nested, partial(probe, at))
        fields.append(Field(one.name, shape))
    layout = Layout(tuple(fields))
    layout.check(where, selections)
    return ArrowFields(where, schema, layout)


def _may_be_meant(name: str, selections: Selections) -> bool:
    """Whether a selection may touch a field, or counts its columns."""
    if not selections:
        return True
    for selectors in selections:
        for one in selectors if selectors is not None else (None,):
            if one is None or isinstance(one, (Range, Glob, Positions)):
                return True
            if isinstance(one, Name) and (one.text == name or one.text.startswith(f"{name}[")):
                return True
    return False


def _shape(kind: Any, first_rows: Callable[[], Any]) -> tuple[int, ...]:
    """The lengths of the lists of each depth: what the type says, else those of the first list."""
    shape: list[int] = []
    rows: Any = None
    while _is_list(kind) or pa.types.is_fixed_size_list(kind):
        if _is_list(kind) and rows is None:
            rows = plain_array(first_rows())
            for _ in shape:
                rows = plain_array(rows.flatten())
        if rows is not None:
            rows = rows.drop_null()
        if _is_list(kind):
            if len(rows) == 0:
                return ()
            shape.append(len(rows[0]))
        else:
            shape.append(kind.list_size)
        if shape[-1] == 0:
            return ()
        rows = None if rows is None else plain_array(rows.flatten())
        kind = plain_type(kind.value_type)
    return tuple(shape)


class _Spread:
    """A field's cells: its lists as columns, and why rows do not fit."""

    def __init__(self, array: Any, shape: tuple[int, ...]) -> None:
        self.faults: dict[int, str] = {}
        self._width = 1
        for length in shape:
            array = self._flat(plain_array(array), length)
            self._width *= length
        self._flattened = plain_array(array)

    def _flat(self, array: Any, length: int) -> Any:
        """The values of lists, `length` for each, null for those of a list that is missing or has another
        length."""
        lengths = pc.fill_null(pc.list_value_length(array), -1).to_numpy(zero_copy_only=False)
        if (lengths == length).all():
            return array.flatten()
        wrong = np.flatnonzero(lengths != length)
        for at in wrong.tolist():
            if lengths[at] >= 0:
                reason = f"a list of {lengths[at]} where the first row has {length}"
                self.faults.setdefault(at // self._width, reason)
        present = pa.array(lengths == length)
        places = np.cumsum(lengths == length) - 1
        index = pa.array(np.where(lengths == length, places, 0))
        kept = array.filter(present)
        if len(kept) == 0:
            return pa.nulls(len(array) * length, array.type.value_type)
        take = pc.if_else(present, index, pa.scalar(None, pa.int64()))
        starts = np.repeat(np.asarray(pc.fill_null(take, 0)), length) * length
        within = np.tile(np.arange(length), len(array))
        return kept.flatten().take(pa.array(starts + within, mask=np.repeat(lengths != length, length)))

    def column(self, item: int) -> Any:
        """The array of one column."""
        flat = self._flattened
        if self._width == 1:
            return flat
        kind = flat.type
        if not flat.null_count and (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
            cells = flat.to_numpy(zero_copy_only=False)[item :: self._width]
            return pa.array(np.ascontiguousarray(cells), type=kind)
        return flat.take(pa.array(np.arange(item, len(flat), self._width)))
