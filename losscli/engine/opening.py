"""Opening what a call names: every path once, the columns that were asked of it, and the role of each
source."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar

from losscli.engine.request import Request
from losscli.engine.roles import split_role
from losscli.errors import LosscliError, SourceError, UsageError, raise_together
from losscli.records import NamedTuple
from losscli.registry import BoundLoss, Input
from losscli.sources.grammar import Glob, Selector, SourceSpec, parse_columns, parse_sources, resolve
from losscli.sources.open import open_source
from losscli.sources.records import ReadOptions, Source

Same = TypeVar("Same")


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


@dataclass(slots=True)
class Paths:
    """Every path of a request, opened once each."""

    opened: list[Opened] = field(default_factory=list)
    by_path: dict[str, int] = field(default_factory=dict)

    def close(self) -> None:
        """Let go of every file."""
        for opened in self.opened:
            opened.source.close()

    def tail(self, path: int) -> tuple[int, ...]:
        """The axes behind the row's of an array of more than two; empty for a table."""
        return self.opened[path].source.tail

    def names(self, path: int, columns: Sequence[int]) -> tuple[str, ...]:
        """The columns' names, `@N` where there is none."""
        known = self.opened[path].source.names
        return tuple((known[index] if known is not None else "") or f"@{index + 1}" for index in columns)


def inputs_of(losses: Sequence[BoundLoss]) -> tuple[Input, ...]:
    """The inputs that all losses of a call share. Raises SourceError where they differ."""
    first = losses[0]
    roles = [entry.role for entry in first.inputs]
    for bound in losses[1:]:
        other = [entry.role for entry in bound.inputs]
        if other != roles:
            raise SourceError(
                f"{first.spec} takes {', '.join(roles)} and {bound.spec} takes {', '.join(other)}",
                hint="compute losses with different inputs in separate calls",
            )
    return first.inputs


class Call(NamedTuple):
    """What one evaluation asks of the opened paths, and the role that each SOURCE names, if any."""

    asked: Sequence[Asked]
    named: Sequence[str | None]


Opening: TypeAlias = Callable[[Request, ReadOptions, Paths], Sequence[Call]]
"""Opens every source of a request once, and gives the calls that are made of them."""


def open_paths(request: Request, options: ReadOptions, paths: Paths) -> tuple[Call]:
    """Open every source once, into `paths`, for one call."""
    inputs = inputs_of(request.losses)
    roles = [entry.role for entry in inputs]
    texts = list(request.sources)
    named: list[str | None] = []
    for position, text in enumerate(texts):
        role, rest = split_role(text, roles, request.losses[0].spec)
        named.append(role)
        texts[position] = rest
    check_count(texts, named, inputs, request.losses[0].spec)
    return (Call(_open_all(texts, _in_order(named, roles), request, options, paths), named),)


def open_each(request: Request, options: ReadOptions, paths: Paths) -> list[Call]:
    """Open the target and several predictions, each once, for a call each; sources with another role are
    parts of every call. Raises SourceError."""
    bound = request.losses[0]
    roles = [entry.role for entry in inputs_of(request.losses)]
    split = [split_role(text, roles, bound.spec) for text in request.sources]
    focus = roles[bound.focus]
    first, *others = [text for role, text in split if role in (None, focus)] or [""]
    shared = [(role, text) for role, text in split if role not in (None, focus)]
    named = [None, None, *(role for role, _ in shared)]
    texts = [first, *others, *(text for _, text in shared)]
    check_count([None] * len(named), named, inputs_of(request.losses), bound.spec)
    words = ["target", *(f"prediction {place + 1}" for place in range(len(others)))]
    found = _open_all(texts, [*words, *(str(role) for role, _ in shared)], request, options, paths)
    end = len(words)
    return [Call([found[0], one, *found[end:]], named) for one in found[1:end]]


def same_of_all(found: Sequence[Same]) -> Same:
    """What is decided for all predictions of a comparison. Raises SourceError where it is not the same."""
    if any(one != found[0] for one in found[1:]):
        raise SourceError(
            "the predictions differ in their number of columns, so that they are read in different ways",
            hint="name the columns of each: a.csv:COLUMN b.csv:COLUMN",
        )
    return found[0]


def _open_all(
    texts: Sequence[Any], words: Sequence[str], request: Request, options: ReadOptions, paths: Paths
) -> list[Asked]:
    """Open files and arrays; `words` name the arrays."""
    keys = key_selectors(request.id)
    files = [str(text) for text in texts if isinstance(text, (str, Path))]
    if len(files) == len(texts):
        return _open_files(files, paths, options, keys)
    return _open_mixed(texts, words, paths, options, keys)


def _in_order(named: Sequence[str | None], roles: Sequence[str]) -> list[str]:
    """The role of each source: the one it names, else the next that nobody names."""
    rest = iter([role for role in roles if role not in named])
    return [role if role is not None else next(rest, roles[-1]) for role in named]


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
    for text, role in zip(texts, roles, strict=True):
        if isinstance(text, (str, Path)):
            asked += _open_files([str(text)], paths, options, keys)
        else:
            paths.opened.append(Opened(open_values(role, text, options)))
            asked.append(Asked(role, len(paths.opened) - 1, None))
    return asked


def check_count(
    texts: Sequence[Any], named: Sequence[str | None], inputs: Sequence[Input], spec: str
) -> None:
    """Refuse more sources than inputs, none, and inputs that only a name can give. Raises SourceError."""
    wanted = ", ".join(entry.role for entry in inputs)
    if not texts:
        raise SourceError(f"no source: {spec} takes {wanted}", hint=f"for example {_example(spec, inputs)}")
    for entry in inputs:
        if not entry.paired and entry.role not in named:
            raise SourceError(
                f"{spec} takes {entry.role}=SOURCE too: {entry.words}", hint=_example(spec, inputs)
            )
    if len(texts) > len(inputs):
        raise SourceError(
            f"{len(texts)} sources, but {spec} takes {len(inputs)} ({wanted})",
            hint="quote a pattern such as 'part-*.csv' so that the shell does not spread it; "
            "columns of one file are data.csv:y,p",
        )


def _example(spec: str, inputs: Sequence[Input]) -> str:
    """A call with a source for each input that is needed."""
    letters = {"target": "y.csv", "prediction": "p.csv"}
    needed = [entry for entry in inputs if entry.default is None]
    sources = [
        letters.get(entry.role, f"{entry.role}.csv") if entry.paired else f"{entry.role}={entry.role}.csv"
        for entry in needed
    ]
    return f"losscli compute {spec} {' '.join(sources)}"


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


def set_keys(opened: Sequence[Opened], keys: Sequence[str]) -> None:
    """Find the `--id` columns in every file whose rows pair: one word for all of them, or one for each in
    order."""
    if not keys:
        return
    if len(keys) not in (1, len(opened)):
        raise UsageError(
            f"--id is given {len(keys)} times for {len(opened)} files",
            hint="give it once for all files, or once for each in order; several key columns are --id a,b",
        )
    for position, one in enumerate(opened):
        word = keys[0] if len(keys) == 1 else keys[position]
        (selectors,) = key_selectors([word])
        one.keys = resolve(selectors, one.source.names, one.source.width, one.source.name)
