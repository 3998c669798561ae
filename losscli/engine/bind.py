"""Which source feeds which input: the columns that each input takes of the opened paths."""

from __future__ import annotations

import re
from collections.abc import Sequence

from losscli.engine.opening import Asked, Paths
from losscli.engine.proposals import dealt, other_loss, proposed
from losscli.errors import ColumnError, SourceError, counted
from losscli.records import NamedTuple
from losscli.registry import Input, Shape
from losscli.sources.grammar import is_key_like


class Bound(NamedTuple):
    """One input with its columns: indices in the path's file, their names (`@N` where it has none), and the
    classes that they stand for (what `*` matched in a pattern, else the names). `at` is the input's position
    among those of the loss."""

    entry: Input
    text: str
    path: int
    columns: tuple[int, ...]
    names: tuple[str, ...]
    classes: tuple[str, ...] = ()
    at: int = 0
    tail: tuple[int, ...] = ()


def bind_inputs(
    inputs: Sequence[Input], spec: str, paths: Paths, asked: Sequence[Asked], named: Sequence[str | None]
) -> tuple[Bound, ...]:
    """Give every input its columns; those that may be left out are left out. Raises ColumnError,
    SourceError."""
    given = {role: ask for ask, role in zip(asked, named, strict=True) if role is not None}
    if len(given) < sum(role is not None for role in named):
        raise SourceError("a role is given to two sources", hint="each of target=... and prediction=... once")
    rest = [ask for ask, role in zip(asked, named, strict=True) if role is None]
    open_ = [entry for entry in inputs if entry.role not in given and entry.paired]
    needed = [entry for entry in open_ if entry.default is None]
    found: dict[str, Bound] = {}
    if len(rest) < len(needed):
        if not rest:
            missing = " ".join(f"{entry.role}=SOURCE" for entry in needed)
            raise SourceError(
                f"{spec} takes more than {', '.join(given)}", hint=f"give the others too: {missing}"
            )
        found = {bound.entry.role: bound for bound in _deal(needed, rest, paths, spec)}
    else:
        given |= {entry.role: ask for entry, ask in zip(open_, rest, strict=False)}
    present = [entry for entry in inputs if entry.role in given]
    ordered = [given[entry.role] for entry in present]
    for entry, ask in zip(present, ordered, strict=True):
        found[entry.role] = _bind_one(entry, ask, paths, ordered, present)
    whole = [
        found[entry.role]._replace(at=position)
        for position, entry in enumerate(inputs)
        if entry.role in found
    ]
    return _pair_names(whole)


def _bind_one(
    entry: Input, ask: Asked, paths: Paths, ordered: Sequence[Asked], inputs: Sequence[Input]
) -> Bound:
    columns = ask.columns
    if columns is None:
        columns = _all_columns(entry, ask, paths, ordered, inputs)
    if _takes_one(entry) and len(columns) != 1 and not paths.opened[ask.path].source.tail_of(columns):
        raise _too_many(entry, ask, paths, ordered, columns)
    return make_bound(entry, ask, paths, columns)


def make_bound(entry: Input, ask: Asked, paths: Paths, columns: tuple[int, ...]) -> Bound:
    """An input with the columns it takes."""
    names = paths.names(ask.path, columns)
    classes = tuple(ask.matched.get(index, name) for index, name in zip(columns, names, strict=True))
    source = paths.opened[ask.path].source
    tail = source.tail_of(columns)
    return Bound(entry, ask.text, ask.path, columns, names, classes, tail=tail)


def _all_columns(
    entry: Input, ask: Asked, paths: Paths, ordered: Sequence[Asked], inputs: Sequence[Input]
) -> tuple[int, ...]:
    opened = paths.opened[ask.path]
    source = opened.source
    columns = tuple(index for index in range(source.width) if index not in opened.keys)
    if source.width == 1 or source.names is None:
        return columns
    doubtful = [
        source.names[index]
        for index in columns
        if not source.names[index] or is_key_like(source.names[index]) or index in source.marked_keys
    ]
    if doubtful:
        shown = f"column {doubtful[0]!r}" if doubtful[0] else "an unnamed column"
        message = f"which columns of {source.name} are the {entry.role}? {shown} looks like a key"
        raise _name_columns(message, entry, ask, paths, ordered)
    others = [other for other in inputs if other is not entry and other.shape is entry.shape]
    if len(columns) > 1 and _takes_one(entry) and not others and not paths.tail(ask.path):
        raise _too_many(entry, ask, paths, ordered, columns)
    return columns


def _takes_one(entry: Input) -> bool:
    """Whether an input is one column."""
    return entry.shape in (Shape.CLASS, Shape.NUMBER, Shape.SERIES) and entry.forms == ((),)


def _too_many(
    entry: Input, ask: Asked, paths: Paths, ordered: Sequence[Asked], columns: Sequence[int]
) -> ColumnError:
    message = f"the {entry.role} is one column ({entry.words}), but {ask.text} gives {len(columns)}"
    return _name_columns(message, entry, ask, paths, ordered)


def _name_columns(
    message: str, entry: Input, ask: Asked, paths: Paths, ordered: Sequence[Asked]
) -> ColumnError:
    """The error for an input whose columns must be named, with the columns and the source to type."""
    source = paths.opened[ask.path].source
    listed = paths.names(ask.path, range(source.width))
    others = [other for other in ordered if other is not ask and other.path == ask.path]
    taken = frozenset(index for other in others for index in other.columns or ())
    columns = proposed(entry, source, taken, first=ask is ordered[0])
    several = "s" if entry.is_wide else ""
    hint = f"name the column{several}, for example {source.path or source.name}:{columns}"
    shared = [
        name
        for name in listed
        if is_key_like(name) and all(name in (opened.source.names or ()) for opened in paths.opened)
    ]
    if shared and len(paths.opened) > 1:
        hint += f"; to pair by {shared[0]} add --id {shared[0]}"
    return ColumnError(f"{message}; its columns are {listing(listed)}", hint=hint + other_loss(entry))


def listing(names: Sequence[str]) -> str:
    """The first names of a file."""
    return ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")


def _deal(inputs: Sequence[Input], asked: Sequence[Asked], paths: Paths, spec: str) -> list[Bound]:
    """Deal the named columns to the inputs in order: one each, and the rest to the one that takes vectors."""
    for ask in asked:
        source = paths.opened[ask.path].source
        if ask.columns is None:
            names = paths.names(ask.path, range(source.width))
            call = dealt(inputs, source, source.path or source.name)
            roles = ", ".join(entry.role for entry in inputs)
            raise SourceError(
                f"one source, but {spec} takes {roles}; {source.name} has {listing(names)}",
                hint=f"say which is which: losscli compute {spec} {call}"
                if call is not None
                else f"give a source each, for example losscli compute {spec} y.csv p.csv",
            )
    pool = [(ask, column) for ask in asked for column in ask.columns or ()]
    spare = len(pool) - len(inputs)
    wide = [entry for entry in inputs if entry.is_wide]
    if spare < 0 or (spare and len(wide) != 1):
        raise SourceError(
            f"{counted(len(pool), 'column')} cannot be dealt to {len(inputs)} inputs",
            hint=f"give each its own source, for example {paths.opened[asked[0].path].source.path}:y :p",
        )
    found = []
    for entry in inputs:
        share, pool = _split(pool, 1 + (spare if entry in wide else 0))
        path = share[0][0].path
        if any(ask.path != path for ask, _ in share):
            raise SourceError(
                f"the columns of the {entry.role} come from two files", hint="give each input one source"
            )
        columns = tuple(column for _, column in share)
        found.append(make_bound(entry, share[0][0], paths, columns))
    return found


def _split(
    pool: list[tuple[Asked, int]], count: int
) -> tuple[list[tuple[Asked, int]], list[tuple[Asked, int]]]:
    return pool[:count], pool[count:]


def _pair_names(bound: Sequence[Bound]) -> tuple[Bound, ...]:
    """Columns of inputs of one form pair by name when all names are the same, in any order, else by
    position."""
    found: list[Bound] = []
    for one in bound:
        wide = one.entry.shape in (Shape.CELLS, Shape.VECTOR)
        peer = next((other for other in found if wide and other.entry.forms == one.entry.forms), None)
        found.append(one if peer is None else _pair_two(peer, one))
    return tuple(found)


def _pair_two(first: Bound, other: Bound) -> Bound:
    if len(other.columns) != len(first.columns):
        raise ColumnError(
            f"the {first.entry.role} ({first.text}) has {counted(len(first.columns), 'column')}, "
            f"the {other.entry.role} ({other.text}) has {len(other.columns)}; nothing is broadcast",
            hint=f"name the columns, for example {_as_many(first, other)}{other_loss(first.entry)}",
        )
    if first.tail != other.tail:
        raise ColumnError(
            f"a row of the {first.entry.role} ({first.text}) has the shape {first.tail}, "
            f"one of the {other.entry.role} ({other.text}) {other.tail}; nothing is broadcast",
            hint="save arrays of one shape",
        )
    if set(first.names) != set(other.names) or first.names == other.names:
        return other
    order = [other.names.index(name) for name in first.names]
    columns = tuple(other.columns[i] for i in order)
    classes = tuple(other.classes[i] for i in order)
    return other._replace(columns=columns, names=first.names, classes=classes)


def _as_many(first: Bound, other: Bound) -> str:
    """The source with more columns, and as many of them as the other has: those of the same names if it has
    them, else the last ones, since keys stand first."""
    fewer, more = sorted((first, other), key=lambda bound: len(bound.columns))
    same = set(fewer.names) <= set(more.names)
    picked = [
        f"@{column + 1}" if re.search(r"[,:*?]|\.\.", name) else name
        for name, column in zip(more.names, more.columns, strict=True)
        if not same or name in fewer.names
    ]
    return f"{more.text.partition(':')[0]}:{','.join(picked[-len(fewer.columns) :])}"
