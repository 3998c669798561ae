"""Which source feeds which input: roles, paths that are opened once, and the columns that each input
takes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from losscli.engine.proposals import dealt, other_loss, proposed
from losscli.engine.request import Request
from losscli.engine.roles import split_role
from losscli.errors import ColumnError, LosscliError, SourceError, UsageError, counted, raise_together
from losscli.registry import BoundLoss, Input, Shape
from losscli.sources.grammar import (
    Glob,
    Selector,
    SourceSpec,
    is_key_like,
    parse_columns,
    parse_sources,
    resolve,
)
from losscli.sources.open import open_source
from losscli.sources.records import ReadOptions, Source


@dataclass(slots=True)
class Opened:
    """A path that was opened once, however many inputs it feeds."""

    source: Source
    keys: tuple[int, ...] = ()


class Asked(NamedTuple):
    """One SOURCE as asked for: the opened path, the columns that were named (None where none were), and what
    `*` matched in the name of a column that a pattern found."""

    text: str
    path: int
    columns: tuple[int, ...] | None
    matched: Mapping[int, str] = MappingProxyType({})


class Bound(NamedTuple):
    """One input with its columns: indices in the path's file, their names (`@N` where it has none), and the
    classes that they stand for (what `*` matched in a pattern, else the names)."""

    entry: Input
    text: str
    path: int
    columns: tuple[int, ...]
    names: tuple[str, ...]
    classes: tuple[str, ...] = ()


@dataclass(slots=True)
class Paths:
    """Every path of a request, opened once each."""

    opened: list[Opened] = field(default_factory=list)
    by_path: dict[str, int] = field(default_factory=dict)

    def close(self) -> None:
        """Let go of every file."""
        for opened in self.opened:
            opened.source.close()

    def names(self, path: int, columns: Sequence[int]) -> tuple[str, ...]:
        """The columns' names, `@N` where there is none."""
        known = self.opened[path].source.names
        return tuple((known[index] if known is not None else "") or f"@{index + 1}" for index in columns)


def inputs_of(losses: Sequence[BoundLoss]) -> tuple[Input, ...]:
    """The inputs that all losses of a call share. Raises SourceError where they differ."""
    first = losses[0]
    roles = [entry.role for entry in first.loss.inputs]
    for bound in losses[1:]:
        other = [entry.role for entry in bound.loss.inputs]
        if other != roles:
            raise SourceError(
                f"{first.spec} takes {', '.join(roles)} and {bound.spec} takes {', '.join(other)}",
                hint="compute losses with different inputs in separate calls",
            )
    return first.loss.inputs


def open_paths(request: Request, options: ReadOptions, paths: Paths) -> tuple[list[Asked], list[str | None]]:
    """Open every source once, into `paths`. Gives what was asked of them, and the role each SOURCE names, if
    any."""
    roles = [entry.role for entry in inputs_of(request.losses)]
    texts = list(request.sources)
    named: list[str | None] = []
    for position, text in enumerate(texts):
        role, rest = split_role(text, roles, request.losses[0].spec)
        named.append(role)
        texts[position] = rest
    check_count(texts, roles, request.losses[0].spec)
    keys = key_selectors(request.id)
    files = [str(text) for text in texts if isinstance(text, (str, Path))]
    if len(files) == len(texts):
        return _open_files(files, paths, options, keys), named
    return _open_mixed(texts, roles, paths, options, keys), named


def _open_mixed(
    texts: Sequence[Any],
    roles: Sequence[str],
    paths: Paths,
    options: ReadOptions,
    keys: Sequence[tuple[Selector, ...]],
) -> list[Asked]:
    """Arrays, or arrays and files."""
    from losscli.sources.memory import open_values

    asked = []
    for text, role in zip(texts, roles, strict=False):
        if isinstance(text, (str, Path)):
            asked += _open_files([str(text)], paths, options, keys)
        else:
            paths.opened.append(Opened(open_values(role, text, options)))
            asked.append(Asked(role, len(paths.opened) - 1, None))
    return asked


def check_count(texts: Sequence[Any], roles: Sequence[str], spec: str) -> None:
    """Refuse more sources than inputs, and none. Raises SourceError."""
    wanted = ", ".join(roles)
    if not texts:
        raise SourceError(
            f"no source: {spec} takes {wanted}", hint=f"for example losscli compute {spec} y.csv p.csv"
        )
    if len(texts) > len(roles):
        raise SourceError(
            f"{len(texts)} sources, but {spec} takes {len(roles)} ({wanted})",
            hint="quote a pattern such as 'part-*.csv' so that the shell does not spread it; "
            "columns of one file are data.csv:y,p",
        )


def key_selectors(keys: Sequence[str]) -> list[tuple[Selector, ...]]:
    """The columns that each `--id` word names."""
    return [parse_columns(word, f"--id {word}") for word in keys]


def _open_files(
    texts: Sequence[str], paths: Paths, options: ReadOptions, keys: Sequence[tuple[Selector, ...]]
) -> list[Asked]:
    specs = parse_sources(texts)
    faults: list[LosscliError] = []
    for position, path in enumerate(dict.fromkeys(spec.path for spec in specs)):
        assert path is not None
        if path in paths.by_path:
            continue
        selections = [spec.columns for spec in specs if spec.path == path]
        selections += [keys[min(len(keys) - 1, position)]] if keys else []
        try:
            opened = Opened(open_source(path, options, selectors=selections))
        except LosscliError as fault:
            faults.append(fault)
            continue
        paths.by_path[path] = len(paths.opened)
        paths.opened.append(opened)
    asked = []
    for spec in specs:
        if spec.path in paths.by_path:
            try:
                asked.append(_ask(spec, paths))
            except LosscliError as fault:
                faults.append(fault)
    raise_together(faults)
    return asked


def _ask(spec: SourceSpec, paths: Paths) -> Asked:
    path = paths.by_path[spec.path or ""]
    source = paths.opened[path].source
    if spec.columns is None:
        return Asked(spec.text, path, None)
    columns = resolve(spec.columns, source.names, source.width, source.name)
    matched = {}
    for selector in spec.columns:
        if isinstance(selector, Glob) and source.names is not None:
            for index in resolve([selector], source.names, source.width, source.name):
                matched[index] = selector.matched(source.names[index])
    return Asked(spec.text, path, columns, matched)


def set_keys(paths: Paths, keys: Sequence[str]) -> None:
    """Find the `--id` columns in every path: one word for all of them, or one for each in order."""
    if not keys:
        return
    if len(keys) not in (1, len(paths.opened)):
        raise UsageError(
            f"--id is given {len(keys)} times for {len(paths.opened)} files",
            hint="give it once for all files, or once for each in order; several key columns are --id a,b",
        )
    for position, opened in enumerate(paths.opened):
        word = keys[0] if len(keys) == 1 else keys[position]
        (selectors,) = key_selectors([word])
        opened.keys = resolve(selectors, opened.source.names, opened.source.width, opened.source.name)


def bind_inputs(
    losses: Sequence[BoundLoss], paths: Paths, asked: Sequence[Asked], named: Sequence[str | None]
) -> tuple[Bound, ...]:
    """Give every input its columns. Raises ColumnError, SourceError."""
    inputs = inputs_of(losses)
    if len(asked) == len(inputs):
        ordered = _by_role(inputs, asked, named)
        found = [
            _bind_one(entry, ask, paths, ordered, inputs) for entry, ask in zip(inputs, ordered, strict=True)
        ]
    else:
        role = next((role for role in named if role is not None), None)
        if role is not None:
            missing = " ".join(f"{entry.role}=SOURCE" for entry in inputs if entry.role not in named)
            raise SourceError(f"{role}=... names one input", hint=f"give the others too: {missing}")
        found = _deal(inputs, asked, paths, losses[0].spec)
    return _pair_names(tuple(found))


def _by_role(inputs: Sequence[Input], asked: Sequence[Asked], named: Sequence[str | None]) -> list[Asked]:
    rest = iter([ask for ask, role in zip(asked, named, strict=True) if role is None])
    given = {role: ask for ask, role in zip(asked, named, strict=True) if role is not None}
    if len(given) < sum(role is not None for role in named):
        raise SourceError("a role is given to two sources", hint="each of target=... and prediction=... once")
    return [given[entry.role] if entry.role in given else next(rest) for entry in inputs]


def _bind_one(
    entry: Input, ask: Asked, paths: Paths, ordered: Sequence[Asked], inputs: Sequence[Input]
) -> Bound:
    columns = ask.columns
    if columns is None:
        columns = _all_columns(entry, ask, paths, ordered, inputs)
    if entry.shape is Shape.CLASS and len(columns) != 1:
        raise _too_many(entry, ask, paths, ordered, columns)
    return make_bound(entry, ask, paths, columns)


def make_bound(entry: Input, ask: Asked, paths: Paths, columns: tuple[int, ...]) -> Bound:
    """An input with the columns it takes."""
    names = paths.names(ask.path, columns)
    classes = tuple(ask.matched.get(index, name) for index, name in zip(columns, names, strict=True))
    return Bound(entry, ask.text, ask.path, columns, names, classes)


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
        if not source.names[index] or is_key_like(source.names[index])
    ]
    if doubtful:
        shown = f"column {doubtful[0]!r}" if doubtful[0] else "an unnamed column"
        message = f"which columns of {source.name} are the {entry.role}? {shown} looks like a key"
        raise _name_columns(message, entry, ask, paths, ordered)
    others = [other for other in inputs if other is not entry and other.shape is entry.shape]
    if len(columns) > 1 and entry.shape is Shape.CLASS and not others:
        raise _too_many(entry, ask, paths, ordered, columns)
    return columns


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
    several = "s" if entry.shape is Shape.VECTOR else ""
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
    wide = [entry for entry in inputs if entry.shape is Shape.VECTOR]
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


def _pair_names(bound: tuple[Bound, ...]) -> tuple[Bound, ...]:
    """Columns of inputs of one shape pair by name when all names are the same, in any order, else by
    position."""
    first = bound[0]
    found = [first]
    for other in bound[1:]:
        alike = other.entry.shape is first.entry.shape and other.entry.shape is not Shape.CLASS
        found.append(_pair_two(first, other) if alike else other)
    return tuple(found)


def _pair_two(first: Bound, other: Bound) -> Bound:
    if len(other.columns) != len(first.columns):
        raise ColumnError(
            f"the {first.entry.role} ({first.text}) has {counted(len(first.columns), 'column')}, "
            f"the {other.entry.role} ({other.text}) has {len(other.columns)}; nothing is broadcast",
            hint=f"name the columns, for example {_as_many(first, other)}{other_loss(first.entry)}",
        )
    if set(first.names) != set(other.names) or first.names == other.names:
        return other
    order = [other.names.index(name) for name in first.names]
    columns = tuple(other.columns[i] for i in order)
    return Bound(
        other.entry, other.text, other.path, columns, first.names, tuple(other.classes[i] for i in order)
    )


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
