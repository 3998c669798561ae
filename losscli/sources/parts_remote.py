"""Part files of a remote folder or a glob in a URI, such as `s3://bucket/parts/` and `s3://bucket/*.csv`."""

from __future__ import annotations

from losscli.errors import LosscliError, ReadError, counted
from losscli.sources.grammar import has_signs
from losscli.sources.parts import SKIPPED, Part, fits, folder_inside, no_parts, pieces_of
from losscli.storage.reading import Entry, list_entries


def list_remote(path: str) -> tuple[Part, ...]:
    """The part files of a remote folder, which ends with `/`, or of a glob; else as `list_parts`."""
    base, pieces, options = _split(path)
    entries = list_entries(base + options, deep=len(pieces) > 1)
    names = [_names(entry.uri, base, options) for entry in entries]
    found = []
    for entry, inside in zip(entries, names, strict=True):
        if not fits(pieces, inside):
            continue
        if entry.uri.removesuffix(options).endswith("/"):
            raise folder_inside(entry.uri, path)
        found.append(_part(entry))
    if found:
        return tuple(found)
    if not has_signs(path.removesuffix(options)):
        raise no_parts(path, [inside[0] for inside in names])
    shown = [inside[-1] for inside in names if not inside[-1].startswith(SKIPPED)]
    listed = ", ".join(shown[:3]) + (", ..." if len(shown) > 3 else "")
    raise ReadError(
        f"no file matches {path}",
        hint=f"{base} holds {counted(len(shown), 'name')}: {listed}" if shown else None,
    )


def is_listed(part: Part) -> bool:
    """Whether a part is in its folder as it was."""
    base, _, options = _split(part.path.rpartition("/")[0] + "/")
    try:
        return any(_part(entry) == part for entry in list_entries(base + options))
    except LosscliError:
        return False


def would_be_remote(path: str, file: str) -> bool:
    """Whether a remote file of this name would be a part."""
    base, pieces, options = _split(path)
    return file.startswith(base) and fits(pieces, _names(file, base, options))


def _part(entry: Entry) -> Part:
    return Part(entry.uri, entry.size, 0, entry.changed)


def _split(path: str) -> tuple[str, list[str], str]:
    """The folder before the first piece with a sign, the pieces of the glob in it, and the options of the
    file system."""
    scheme, _, rest = path.partition("://")
    mark = "" if scheme == "s3" else "".join(rest.partition("?")[1:])
    pieces = pieces_of(rest.removesuffix(mark))
    first = next(number for number, piece in enumerate(pieces) if has_signs(piece))
    return f"{scheme}://{'/'.join(pieces[:first])}/", pieces[first:], mark


def _names(uri: str, base: str, options: str) -> list[str]:
    return uri.removesuffix(options).removeprefix(base).rstrip("/").split("/")
