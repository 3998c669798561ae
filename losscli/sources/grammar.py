"""The SOURCE grammar: `PATH[:COLUMNS]`, and how COLUMNS finds columns in a file."""

from __future__ import annotations

import fnmatch
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from losscli.errors import ColumnError, HeaderError, SourceError
from losscli.records import NamedTuple
from losscli.storage.uris import is_remote, local_path

STDIN = "-"
_STDIN_ALIASES = frozenset({STDIN, "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"})
_KEY_LIKE = re.compile(r"id|.*_id|key|uuid|index|row|__index_level_[0-9]+__", re.IGNORECASE)
_POSITIONS = re.compile(r"@([0-9]+)(?:(\.\.)(?:@([0-9]+))?)?")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


class Name(NamedTuple):
    """A column by its name, or the columns `name[0]`, `name[1]`, ... that a field of lists is spread to."""

    text: str

    def __str__(self) -> str:
        return self.text


class Range(NamedTuple):
    """The columns from one name to another, both included, in file order: `p0..p9`."""

    first: str
    last: str

    def __str__(self) -> str:
        return f"{self.first}..{self.last}"


class Glob(NamedTuple):
    """The columns whose names match a pattern, in file order: `p_*`."""

    pattern: str

    def __str__(self) -> str:
        return self.pattern

    def matched(self, name: str) -> str:
        """What `*` stood for in a name that matches: the class name. The whole name unless there is exactly
        one `*`."""
        before, star, after = self.pattern.partition("*")
        if not star or any(sign in before + after for sign in "*?["):
            return name
        return name[len(before) : len(name) - len(after)]


class Positions(NamedTuple):
    """Columns by position from 1: `@2` (first = last), `@2..@11`, `@2..` (last is None, up to the last
    column)."""

    first: int
    last: int | None

    def __str__(self) -> str:
        if self.first == self.last:
            return f"@{self.first}"
        return f"@{self.first}.." + ("" if self.last is None else f"@{self.last}")


Selector: TypeAlias = Name | Range | Glob | Positions

Selections: TypeAlias = Sequence[tuple[Selector, ...] | None]
"""Everything that is selected of one path; None where a selection names no columns."""


class SourceSpec(NamedTuple):
    """One SOURCE as typed: `path` is None while it still means the path of the source before it; `columns` is
    None where none were named."""

    text: str
    path: str | None
    columns: tuple[Selector, ...] | None


def is_stdin(path: str | None) -> bool:
    """Whether a path is standard input, under any of its names."""
    return path in _STDIN_ALIASES


def is_uri(text: str) -> bool:
    """Whether a text is written as a URI, whatever its scheme."""
    return _URI.match(text) is not None


def is_key_like(name: str) -> bool:
    """Whether a column's name says that it identifies rows: id, *_id, key, uuid, index, row, in any case of
    letters."""
    return _KEY_LIKE.fullmatch(name.strip()) is not None


def names_columns(selectors: Iterable[Selector] | None) -> bool:
    """Whether a selection names columns, which means that the file has a header."""
    return selectors is not None and any(not isinstance(selector, Positions) for selector in selectors)


def has_signs(path: str) -> bool:
    """Whether a path is written as a glob: it holds `*`, `?` or `[`."""
    return any(sign in path for sign in "*?[")


def holds_parts(path: str) -> bool:
    """Whether a path means part files: a folder, or a glob that is no file of that name.

    A remote folder ends with `/`; in URIs but those of S3 a `?` begins the options of the file system.
    """
    if is_remote(path):
        path = path if path.startswith("s3:") else path.partition("?")[0]
        return path.endswith("/") or has_signs(path)
    path = local_path(path) if path[:5].lower() == "file:" else path
    return os.path.isdir(path) or (has_signs(path) and not os.path.lexists(path))


def parse_source(text: str) -> SourceSpec:
    """Read one SOURCE. An existing file of exactly this name is the path; otherwise the last `:` after the
    last `/` splits. Raises SourceError, ColumnError."""
    if not text:
        raise SourceError("a source is empty", hint="give a file, `-` for standard input, or FILE:COLUMN")
    if text != STDIN and os.path.lexists(text):
        return SourceSpec(text, text, None)
    start = text.rfind("/") + 1
    split = text.rfind(":", start)
    if split < 0 or (_URI.match(text) and "/" not in text[text.index("://") + 3 :]):
        return SourceSpec(text, text, None)
    path = text[:split] or None
    return SourceSpec(text, path, parse_columns(text[split + 1 :], text))


def parse_columns(text: str, source: str) -> tuple[Selector, ...]:
    """Read COLUMNS: names, ranges, globs and positions, separated by commas. Raises ColumnError."""
    pieces = text.split(",")
    if not all(piece.strip() for piece in pieces):
        hint = "write FILE:COLUMN, several as FILE:COLUMN,COLUMN, or the file alone for all its columns"
        raise ColumnError(f"a column name is missing in {source!r}", hint=hint)
    return tuple(_selector(piece.strip(), source) for piece in pieces)


def _selector(piece: str, source: str) -> Selector:
    if match := _POSITIONS.fullmatch(piece):
        return _positions(match, source)
    if "*" in piece or "?" in piece:
        return Glob(piece)
    first, dots, last = piece.partition("..")
    if dots and first and last:
        return Range(first, last)
    return Name(piece)


def _positions(match: re.Match[str], source: str) -> Positions:
    first = int(match[1])
    last = first if match[2] is None else (int(match[3]) if match[3] is not None else None)
    if first == 0 or last == 0:
        raise ColumnError(f"columns count from @1, not @0, in {source!r}", hint="the first column is @1")
    if last is not None and last < first:
        raise ColumnError(
            f"the range @{first}..@{last} in {source!r} runs backwards", hint=f"write @{last}..@{first}"
        )
    return Positions(first, last)


def parse_sources(texts: Sequence[str]) -> tuple[SourceSpec, ...]:
    """Read several SOURCEs: `:COLUMNS` gets the path of the source before it, and standard input stands at
    most once.

    Sources of one path are read once, so `-:y :p` and `-:y -:p` are one standard input. Raises SourceError,
    ColumnError.
    """
    specs: list[SourceSpec] = []
    for text in texts:
        spec = parse_source(text)
        if spec.path is None:
            if not specs:
                hint = f"put the file before the colon: FILE{text}"
                raise SourceError(
                    f"{text!r} means the file of the source before it, but there is none", hint=hint
                )
            spec = SourceSpec(text, specs[-1].path, spec.columns)
        specs.append(spec)
    _one_stdin(specs)
    return tuple(specs)


def _one_stdin(specs: Sequence[SourceSpec]) -> None:
    from_stdin = [spec for spec in specs if is_stdin(spec.path)]
    paths = {spec.path for spec in from_stdin}
    if len(paths) > 1 or (len(from_stdin) > 1 and any(spec.columns is None for spec in from_stdin)):
        shown = " ".join(spec.text for spec in from_stdin)
        hint = "standard input can be read once: name columns of it as `-:y :p`, or save it to a file"
        raise SourceError(f"standard input is given {len(from_stdin)} times: {shown}", hint=hint)


def resolve(
    selectors: Sequence[Selector], names: Sequence[str] | None, width: int, where: str
) -> tuple[int, ...]:
    """The indices from 0 of the columns that are selected, in the order of the selectors.

    Raises ColumnError for a column that is not there (with all names, and the nearest one), HeaderError for a
    name that two columns carry. `where` is the file, for the message.
    """
    found: dict[int, None] = {}
    repeated = _repeated(names)
    for selector in selectors:
        indices = _resolve_one(selector, names, width, where)
        by_name = names is not None and not isinstance(selector, Positions)
        if names is not None and by_name and any(names[index] in repeated for index in indices):
            raise duplicate_names(names, where)
        for index in indices:
            if index in found:
                shown = names[index] if names is not None else f"@{index + 1}"
                raise ColumnError(
                    f"column {shown!r} of {where} is selected twice", hint="name each column once"
                )
            found[index] = None
    return tuple(found)


def _repeated(names: Sequence[str] | None) -> frozenset[str]:
    """The names that stand more than once; unnamed columns do not count."""
    return frozenset(name for name, count in Counter(names or ()).items() if name and count > 1)


def _resolve_one(selector: Selector, names: Sequence[str] | None, width: int, where: str) -> Sequence[int]:
    if isinstance(selector, Positions):
        last = width if selector.last is None else selector.last
        if max(selector.first, last) > width:
            columns = "1 column" if width == 1 else f"{width} columns"
            hint = f"positions run from @1 to @{width}"
            raise ColumnError(f"there is no column {selector} in {where}: it has {columns}", hint=hint)
        return range(selector.first - 1, last)
    if names is None:
        hint = f"select by position, @1 to @{width} (--no-header leaves a file without names)"
        raise ColumnError(f"{where} has no column names, so {str(selector)!r} cannot be found", hint=hint)
    if isinstance(selector, Glob):
        matching = [
            index for index, name in enumerate(names) if name and fnmatch.fnmatchcase(name, selector.pattern)
        ]
        return matching or [_find(selector.pattern, names, where)]
    if isinstance(selector, Range) and str(selector) not in names:
        first, last = _find(selector.first, names, where), _find(selector.last, names, where)
        if last < first:
            hint = f"write {selector.last}..{selector.first}"
            raise ColumnError(f"the range {selector} runs backwards in {where}", hint=hint)
        return range(first, last + 1)
    if isinstance(selector, Name) and selector.text not in names:
        items = [index for index, name in enumerate(names) if name.startswith(f"{selector.text}[")]
        if items:  # the columns of a field of lists
            return items
    return [_find(str(selector), names, where)]


def _find(name: str, names: Sequence[str], where: str) -> int:
    if name in names:
        return list(names).index(name)
    listed = ", ".join(shown or "(unnamed)" for shown in names[:20]) + (", ..." if len(names) > 20 else "")
    raise ColumnError(f"there is no column {name!r} in {where}; it has: {listed}", hint=_nearest(name, names))


def _nearest(name: str, names: Sequence[str]) -> str:
    if name.isdigit() and 0 < int(name) <= len(names):
        return f"positions start with @: write @{name}"
    for position, shown in enumerate(names, 1):
        if name in (shown, *(piece.strip() for piece in re.split("[,:]", shown))):
            return f"a name that holds `,` or `:` is selected by position: {shown!r} is @{position}"
    import difflib  # only where a name is wrong

    folded = {shown.lower(): shown for shown in names if shown}
    near = difflib.get_close_matches(name.lower(), folded, n=1)
    return (
        f"did you mean {folded[near[0]]!r}?"
        if near
        else f"columns can be selected by position, @1 to @{len(names)}"
    )


def duplicate_names(names: Sequence[str], where: str) -> HeaderError:
    """The error for a header in which a name stands twice."""
    repeated = _repeated(names)
    twice = next(name for name in names if name in repeated)
    positions = " and ".join(f"@{index + 1}" for index, name in enumerate(names) if name == twice)
    hint = f"rename one of them, or select by position: {positions}"
    return HeaderError(f"{where} has several columns named {twice!r}", hint=hint)


def has_duplicates(names: Sequence[str] | None) -> bool:
    """Whether two columns carry the same name."""
    return bool(_repeated(names))
