"""Arrays, lists and mappings of arrays in memory, read like a file: what the library's calls are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from losscli.arrays import AnyArray
from losscli.errors import HeaderError, ShapeError
from losscli.numerics.given import to_array
from losscli.sources import typed_arrays
from losscli.sources.records import Block, Column, Header, Kind, ReadOptions


@dataclass
class MemorySource:
    """Columns in memory. `arrays` holds one array (n,) a column; they may differ in element type."""

    name: str
    arrays: tuple[AnyArray, ...]
    names: tuple[str, ...] | None
    options: ReadOptions
    tail: tuple[int, ...] = ()
    marked_keys: frozenset[int] = frozenset()
    path: None = None
    format: str = "memory"
    typed: bool = True
    bytes_total: int | None = None
    bytes_read: int = 0

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.arrays)

    @property
    def header(self) -> Header:
        """A mapping names its columns."""
        return Header(self.names is not None, "keys of a mapping" if self.names is not None else "an array")

    def tail_of(self, columns: Sequence[int]) -> tuple[int, ...]:
        """The axes of all columns together, none of some."""
        return self.tail if len(columns) == self.width else ()

    def first_cells(self) -> tuple[str, ...] | None:
        """The text of the first row's elements."""
        if not len(self.arrays[0]):
            return None
        return tuple(typed_arrays.as_text(column[:1])[0] for column in self.arrays)

    def kinds(self) -> tuple[Kind, ...]:
        """What each column looks like by its element type."""
        return tuple(typed_arrays.kind_of(column[:1000]) for column in self.arrays)

    def close(self) -> None:
        """Nothing is held open."""

    def read(self, columns: Sequence[Column]) -> Iterator[Block]:
        """One pass over the rows; see `Source.read`."""
        rows = max(1, self.options.block_bytes // 8)
        chosen = [self.arrays[column.index] for column in columns]
        starts = range(0, len(chosen[0]), rows)
        pieces = ([values[start : start + rows] for values in chosen] for start in starts)
        yield from typed_arrays.blocks(pieces, columns, self.name, self.options)


def open_values(name: str, values: object, options: ReadOptions | None = None) -> MemorySource:
    """A source over (n,) or (n, k) array-likes, a mapping of names to (n,) array-likes, or a data frame.

    `name` is what messages call it ("target"). Raises ShapeError, FormatError, HeaderError (a data frame with
    two columns of one name).
    """
    options = options or ReadOptions()
    keys = _names(values)
    if keys is not None:
        names = tuple(str(key) for key in keys)
        twice = next((known for known in names if names.count(known) > 1), None)
        if twice is not None:
            raise HeaderError(f"two columns of the {name} have the name {twice!r}", hint="rename one of them")
        table: Any = values
        arrays = [_array(f"{name}[{key!r}]", table[key]) for key in keys]
        return MemorySource(name, _one_length(name, arrays, keys), names, options)
    array = _array(name, values)
    if array.ndim == 1:
        return MemorySource(name, (array,), None, options)
    if array.ndim > 1 and 0 not in array.shape[1:]:
        tail = array.shape[1:] if array.ndim > 2 else ()
        flat = array.reshape(len(array), -1) if tail else array
        columns = tuple(flat[:, index] for index in range(flat.shape[1]))
        return MemorySource(name, columns, None, options, tail)
    hint = "give an array of shape (n,) or (n, k); a single sample as a list of one"
    raise ShapeError(f"{name} has the shape {array.shape}, (n,) or (n, k) is read", hint=hint)


def _names(values: object) -> list[object] | None:
    """The names of the columns of a mapping or a data frame (pandas, polars, Arrow); None for anything
    else."""
    if isinstance(values, Mapping):
        return list(values)
    if not hasattr(values, "__getitem__"):
        return None
    names = getattr(values, "column_names", None)  # Arrow: `columns` are the arrays there
    names = getattr(values, "columns", None) if names is None else names
    return None if names is None else list(names)


def _array(name: str, values: object) -> AnyArray:
    array = to_array(values, name)
    if array.dtype.kind != "O":
        typed_arrays.refuse_type(array.dtype, name)
    return array


def _one_length(name: str, arrays: Sequence[AnyArray], keys: Sequence[object]) -> tuple[AnyArray, ...]:
    if not arrays:
        raise ShapeError(f"{name} has no columns", hint="give a mapping of names to arrays of one length")
    for key, array in zip(keys, arrays, strict=True):
        if array.ndim != 1 or len(array) != len(arrays[0]):
            raise ShapeError(
                f"{name}[{key!r}] has the shape {array.shape}, {name}[{keys[0]!r}] has {arrays[0].shape}",
                hint="the columns of a mapping are arrays (n,) of one length",
            )
    return tuple(arrays)
