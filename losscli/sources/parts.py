"""Which files a folder or a quoted glob of part files stands for, and the order in which they are read."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from fnmatch import translate
from typing import Final

from losscli.errors import PartsError, ReadError, RowsError, counted
from losscli.records import NamedTuple
from losscli.sources.grammar import has_signs
from losscli.storage.uris import is_remote, local_path

SKIPPED: Final = ("_", ".")
"""How the names of what is no part begin: `_SUCCESS`, `_temporary`, `.part-0.csv.crc`, hidden files."""


class Part(NamedTuple):
    """A part file as it was when it was listed; `inode` and `changed` (in nanoseconds) tell it from one that
    takes its place."""

    path: str
    size: int
    inode: int
    changed: int

    def moved(self) -> bool:
        """Whether the path no longer holds the file that was listed."""
        if is_remote(self.path):
            from losscli.sources.parts_remote import is_listed

            return not is_listed(self)
        try:
            return _part(self.path, os.stat(self.path)) != self
        except OSError:
            return True


def list_parts(path: str) -> tuple[Part, ...]:
    """The part files of a folder or a glob, in the code-point order of their paths.

    A folder stands for the files in it. In a glob `*`, `?` and `[...]` match within one folder, `**` any
    folders between; a name that exists as it is written is meant literally. Names that start with `_` or `.`
    are skipped unless the glob's piece starts so too. Links are followed.

    Raises RowsError for a folder without parts, PartsError for a folder in a folder and for a file that
    stands there twice, ReadError where nothing matches or a folder cannot be read.
    """
    if is_remote(path):
        from losscli.sources.parts_remote import list_remote

        return list_remote(path)
    path = local_path(path)
    is_folder = os.path.isdir(path)
    paths = [os.path.join(path, name) for name in _visible(path, "")] if is_folder else _matches(path)
    deep = not is_folder and "**" in path.rstrip("/").rsplit("/", 1)[-1]
    found = [part for name in sorted(paths) if (part := _regular(name, path, folders=deep)) is not None]
    if found:
        _refuse_twice(path, found)
        return tuple(found)
    if is_folder:
        raise no_parts(path, os.listdir(path))
    raise ReadError(f"no file matches {path}", hint=_near(path))


def no_parts(folder: str, hidden: Sequence[str]) -> RowsError:
    """The error for a folder that has nothing but `hidden` names."""
    only = f"; it has {min(hidden)}, but names that start with `_` or `.` are no parts" if hidden else ""
    return RowsError(f"the folder {folder} holds no part file{only}", hint="has its writer finished?")


def folder_inside(path: str, given: str) -> PartsError:
    """The error for a folder among the parts of a folder or a glob."""
    deeper = f"'{given.rstrip('/')}/{'*' if has_signs(given) else '**'}'"
    return PartsError(
        f"{path} is a folder among the parts of {given}",
        hint=f"quote a pattern that says which files are meant; {deeper} reads the files in folders",
    )


def would_be_part(path: str, file: str) -> bool:
    """Whether a file of this name, which need not exist, would be read as a part of a folder or a glob."""
    if is_remote(path) or is_remote(file):
        from losscli.sources.parts_remote import would_be_remote

        return is_remote(path) and is_remote(file) and would_be_remote(path, file)
    path, file = local_path(path), local_path(file)
    pieces = [path, "*"] if os.path.isdir(path) else pieces_of(path)
    base = "/" if path.startswith("/") else ""
    while pieces and (not has_signs(pieces[0]) or os.path.lexists(os.path.join(base, pieces[0]))):
        base = os.path.join(base, pieces.pop(0))
    folder, name = os.path.split(os.path.abspath(file))
    inside = os.path.relpath(os.path.join(os.path.realpath(folder), name), os.path.realpath(base or "."))
    return fits(pieces, inside.split("/"))


def fits(pieces: Sequence[str], names: Sequence[str]) -> bool:
    """Whether the pieces of a glob match these names."""
    if not pieces or not names:
        return not pieces and not names
    if pieces[0] == "**":
        deeper = names[0] != ".." and _shown(names[0], "") and fits(pieces, names[1:])
        return deeper or fits(pieces[1:], names)
    if not _shown(names[0], pieces[0]):
        return False
    same = names[0] == pieces[0] or _regex(pieces[0]).match(names[0]) is not None
    return same and fits(pieces[1:], names[1:])


def disorder(names: Sequence[str]) -> tuple[str, str] | None:
    """Two neighbours in name order whose numbers run backwards: `part-10` before `part-2`.

    Only names of one pattern are compared, those that differ in nothing but their numbers.
    """
    last: dict[str, tuple[list[int], str]] = {}
    for name in names:
        pieces = re.split("([0-9]+)", name)
        numbers = [int(number) for number in pieces[1::2]]
        pattern = "0".join(pieces[::2])
        before = last.get(pattern)
        if before is not None and numbers < before[0]:
            return before[1], name
        last[pattern] = (numbers, name)
    return None


def _part(path: str, status: os.stat_result) -> Part:
    return Part(path, status.st_size, status.st_ino, status.st_mtime_ns)


def _regular(path: str, given: str, *, folders: bool) -> Part | None:
    """A path as a part; None for a folder where `folders` are passed over. Raises PartsError, ReadError."""
    try:
        status = os.stat(path)
    except OSError as error:
        why = (
            "is a link to nothing"
            if os.path.islink(path)
            else "cannot be read: " + str(error.strerror).lower()
        )
        raise ReadError(f"{path} {why}", hint=f"parts of {given} are files") from error
    if stat.S_ISREG(status.st_mode):
        return _part(path, status)
    if not stat.S_ISDIR(status.st_mode):
        raise PartsError(
            f"{path} is a part of {given}, but no file", hint="pipes and devices are given alone"
        )
    if folders:
        return None
    raise folder_inside(path, given)


def _refuse_twice(given: str, parts: Sequence[Part]) -> None:
    """Refuse a link beside its target: its rows would count twice."""
    seen: dict[tuple[int, int, int], str] = {}
    for part in parts:
        other = seen.setdefault(part[1:], part.path)
        if other != part.path and os.path.samefile(other, part.path):
            raise PartsError(
                f"{other} and {part.path} are one file, so its rows would count twice",
                hint=f"a pattern chooses among the parts of {given}; names that start with `_` are skipped",
            )


def _visible(folder: str, piece: str) -> Iterator[str]:
    """The names in a folder that are no secret. Raises ReadError."""
    try:
        names = os.listdir(folder or ".")
    except NotADirectoryError:
        return
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise ReadError(f"the folder {folder or '.'} cannot be read: {why}") from error
    yield from (name for name in names if _shown(name, piece))


def _shown(name: str, piece: str) -> bool:
    """Whether a name may be a part: it does not start with `_` or `.`, or the glob says so itself."""
    return not name.startswith(SKIPPED) or (bool(piece) and name[0] == piece[0])


def _regex(piece: str) -> re.Pattern[str]:
    return re.compile(translate(piece))


def pieces_of(pattern: str) -> list[str]:
    """The pieces between slashes; a pattern of folders, and a `**` at the end, mean the files in them."""
    pieces = [piece for piece in pattern.split("/") if piece]
    return [*pieces, "*"] if pattern.endswith("/") or pieces[-1:] == ["**"] else pieces


def _matches(pattern: str) -> list[str]:
    """What a glob matches, files and folders."""
    found = ["/" if pattern.startswith("/") else ""]
    for piece in pieces_of(pattern):
        found = list(dict.fromkeys(path for folder in found for path in _step(folder, piece)))
    return found


def _step(folder: str, piece: str) -> Iterator[str]:
    """The paths in a folder that one piece of a glob matches."""
    if piece == "**":
        yield from _below(folder, frozenset())
    elif not has_signs(piece) or os.path.lexists(os.path.join(folder, piece)):
        if os.path.lexists(os.path.join(folder, piece)):
            yield os.path.join(folder, piece)
    elif not folder or os.path.isdir(folder):
        fits = _regex(piece).match
        yield from (os.path.join(folder, name) for name in _visible(folder, piece) if fits(name))


def _below(folder: str, above: frozenset[tuple[int, int]]) -> Iterator[str]:
    """A folder and the folders in it, links followed but never round in a circle."""
    try:
        status = os.stat(folder or ".")
    except OSError:
        return
    here = (status.st_dev, status.st_ino)
    if not stat.S_ISDIR(status.st_mode) or here in above:
        return
    yield folder
    for name in _visible(folder, ""):
        path = os.path.join(folder, name)
        if os.path.isdir(path):
            yield from _below(path, above | {here})


def _near(pattern: str) -> str | None:
    """What the folder of a glob holds instead."""
    import difflib

    folder = ""
    for piece in pattern.split("/")[:-1]:
        deeper = os.path.join(folder, piece) if folder or piece else "/"
        if has_signs(piece) or not os.path.isdir(deeper):
            missing = deeper if not has_signs(piece) else ""
            folded = {name.lower(): name for name in _names(folder)}
            near = difflib.get_close_matches(piece.lower(), folded, n=1) if missing else []
            meant = f"; did you mean {os.path.join(folder, folded[near[0]])}?" if near else ""
            return f"there is no folder {missing}{meant}" if missing else None
        folder = deeper
    names = _names(folder)
    if not names:
        return f"the folder {folder or '.'} holds no part file"
    last = pattern.rsplit("/", 1)[-1]
    near = difflib.get_close_matches(last, names, n=3, cutoff=0.4) or names[:3]
    shown = ", ".join(near) + (", ..." if len(names) > len(near) else "")
    return f"the folder {folder or '.'} holds {counted(len(names), 'name')}: {shown}"


def _names(folder: str) -> list[str]:
    try:
        return sorted(_visible(folder, ""))
    except ReadError:
        return []
