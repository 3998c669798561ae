"""Columns beside the inputs, such as the weight and the group: found by name among the inputs, or a source of
their own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from losscli.engine.opening import Asked, Opened, Paths
from losscli.errors import ColumnError
from losscli.sources.formats import FORMATS
from losscli.sources.grammar import parse_sources, resolve
from losscli.sources.open import open_source
from losscli.sources.records import ReadOptions

_ROLES: Final = {"weight": "weight", "by": "segment"}
"""What the values are called that an option names."""


def one_column(role: str, values: Any, paths: Paths, options: ReadOptions) -> Asked:
    """An array of one value a row. Raises ColumnError."""
    from losscli.sources.memory import open_values

    paths.opened.append(Opened(open_values(role, values, options)))
    width = paths.opened[-1].source.width
    if width != 1:
        raise ColumnError(f"the {role} is {width} columns", hint=f"give one {role} a row: (n,)")
    return Asked(role, len(paths.opened) - 1, (0,))


def find_column(option: str, word: str, paths: Paths, options: ReadOptions) -> list[Asked]:
    """The column that an option names: a SOURCE, or a column of the inputs, target first (several when two
    files have it). Raises ColumnError."""
    if names_source(word):
        return [_own_source(option, word, paths, options)]
    found = [
        Asked(word, position, (list(opened.source.names or ()).index(word),))
        for position, opened in enumerate(paths.opened)
        if word in (opened.source.names or ())
    ]
    if not found:
        known = [name for opened in paths.opened for name in opened.source.names or ()]
        raise ColumnError(
            f"{option} {word}: no input has this column; they have {', '.join(known[:20]) or 'no names'}",
            hint=f"a file is given as {option} FILE or {option} FILE:COLUMN",
        )
    return found


def names_source(word: str) -> bool:
    """Whether a word of --weight, --by or --group is a SOURCE rather than a column of the inputs."""
    return ":" in word or _looks_like_file(word)


def group_columns(group: Any, paths: Paths, options: ReadOptions) -> Sequence[Asked]:
    """Where the groups stand; nothing without any."""
    if group is None:
        return []
    if not isinstance(group, (str, Path)):
        return [one_column("group", group, paths, options)]
    return find_column("--group", str(group), paths, options)


def paired_columns(
    option: str, given: Any, paths: Paths, options: ReadOptions, paired: Sequence[int]
) -> list[Asked]:
    """Where the weights (option "weight") or the segments ("by") stand: in several files where all that pair
    by row have the column; nothing without any."""
    if given is None:
        return []
    if not isinstance(given, (str, Path)):
        return [one_column(_ROLES[option], given, paths, options)]
    found = find_column(f"--{option}", str(given), paths, options)
    return [ask for ask in found if ask.path in paired] or found[:1]


def _looks_like_file(word: str) -> bool:
    """Whether a word names a path rather than a column: standard input, a folder, a suffix that is read."""
    suffixes = word.lower().removesuffix(".gz").split(".")[1:]
    return word == "-" or word.endswith("/") or bool(suffixes and suffixes[-1] in FORMATS)


def _own_source(option: str, word: str, paths: Paths, options: ReadOptions) -> Asked:
    first = next(iter(paths.by_path), None)
    if word.startswith(":") and first is not None:
        word = f"{first}{word}"
    (spec,) = parse_sources([word])
    assert spec.path is not None
    if spec.path not in paths.by_path:
        paths.by_path[spec.path] = len(paths.opened)
        paths.opened.append(Opened(open_source(spec.path, options, selectors=[spec.columns])))
    position = paths.by_path[spec.path]
    source = paths.opened[position].source
    columns = tuple(range(source.width))
    if spec.columns is not None:
        columns = resolve(spec.columns, source.names, source.width, source.name)
    if len(columns) != 1:
        names = ", ".join(paths.names(position, columns))
        raise ColumnError(
            f"{option} {word} is {len(columns)} columns: {names}",
            hint=f"name one: {option} {spec.path}:COLUMN",
        )
    return Asked(word, position, columns)
