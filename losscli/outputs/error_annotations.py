"""Errors as annotations of a GitHub workflow, bad cells on their lines."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Final

from losscli.errors import CellError, LosscliError, Place, SeveralErrors
from losscli.outputs.workflow import ERROR, annotation, file_in_repository

LINELESS: Final = ("npy", "npz", "parquet", "pq", "arrow", "arrows", "feather", "ipc")
"""Suffixes of files whose places are rows. Those of every other file are lines."""
_CHARACTERS: Final = ("json", "ndjson", "jsonl")
"""Suffixes of files in which the column of a place is a character of the line; elsewhere it counts fields."""
_PACKED: Final = ("gz", "bz2", "zst", "lz4")


def error_annotations(
    problem: LosscliError, *, name: str = "losscli", otherwise: Place | None = None, form: str = ""
) -> Iterator[str]:
    """The annotations of an error, each on its line. `name` is what has no verdict, `otherwise` where that is
    asked for, for an error without a place; `form` is the format of the files where their suffixes do not
    tell it."""
    errors: Sequence[LosscliError] = problem.errors if isinstance(problem, SeveralErrors) else (problem,)
    for error in errors:
        found: list[tuple[str, Place | None]] = [(error.message, error.place)]
        if isinstance(error, CellError):
            found = [(cell.words, cell.place) for cell in error.cells]
        hint = f"\nhint: {error.hint}" if error.hint else ""
        title = f"{name}: no verdict ({error.code})"
        for number, (message, place) in enumerate(found):
            start = f"{place}: " if place is not None else ""
            whole = start + message + ("" if number else hint)
            yield annotation(ERROR, whole, **_properties(place or otherwise, form), title=title)


def _properties(place: Place | None, form: str) -> dict[str, str | int | None]:
    """The file, and the line and the character where its format has some."""
    file = None if place is None else file_in_repository(place.file, os.environ)
    if place is None or file is None:
        return {"file": None}
    kind = form or _suffix(place.file)
    line = None if kind in LINELESS else place.line
    return {"file": file, "line": line, "col": place.column if kind in _CHARACTERS else None}


def _suffix(path: str) -> str:
    """The last suffix that tells a format: `csv` of a.csv.gz."""
    suffixes = os.path.basename(path).lower().split(".")[1:]
    if suffixes and suffixes[-1] in _PACKED:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""
