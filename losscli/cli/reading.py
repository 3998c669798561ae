"""What the options about inputs mean for the library, and which files a run reads."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from typing import Any

from losscli.cli.options import Read
from losscli.errors import LosscliError


def read_options(options: Read) -> dict[str, Any]:
    """The options about reading and pairing as the library takes them."""
    return {
        "id": tuple(options.id),
        "unpaired": options.unpaired,
        "missing": options.missing,
        "labels": options.labels or (),
        "header": options.header,
        "delimiter": options.delimiter,
        "input_format": options.input_format,
    }


def written_paths(sources: Sequence[str], weight: str | None = None) -> list[str]:
    """Every file that the sources name, the parts of folders and globs included: what no output may
    overwrite.

    A source that cannot be read is left to the reading, which says why.
    """
    from losscli.sources.grammar import parse_source

    found: list[str] = []
    for text in (*sources, *((weight,) if weight is not None else ())):
        try:
            path = parse_source(text).path
        except LosscliError:
            continue
        if path is not None:
            found += _files(path)
    return found


def _files(path: str) -> Iterator[str]:
    if os.path.isdir(path):
        yield from (os.path.join(path, name) for name in os.listdir(path))
    elif any(sign in path for sign in "*?[") and not os.path.lexists(path):
        yield from glob.iglob(path)
    else:
        yield path
