"""What the options about inputs mean for the library, and which files a run reads."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from losscli.cli.options import Read
from losscli.errors import LosscliError


class _NoPandas:
    """An import hook to which pandas is not installed."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError("pandas is kept out", name=name)


def keep_pandas_out() -> None:
    """Let Arrow's one search for pandas find nothing.

    Its first conversion of an array would import pandas where it is installed, only to ask whether an object
    is a Series, and that takes longer than a small run. Afterwards pandas can be imported as ever.
    """
    if "pandas" in sys.modules:
        return
    import pyarrow

    sys.meta_path.insert(0, _NoPandas)
    try:
        pyarrow.nulls(0).to_numpy(zero_copy_only=False)
    finally:
        sys.meta_path.remove(_NoPandas)


def begin_reading() -> None:
    """The imports are done and rows are to come: collect garbage again, but not among what was imported."""
    keep_pandas_out()
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def read_options(options: Read) -> dict[str, Any]:
    """The options about reading and pairing as the library takes them."""
    return {
        "id": tuple(options.id),
        "unpaired": options.unpaired,
        "missing": options.missing,
        "labels": options.labels,
        "header": options.header,
        "delimiter": options.delimiter,
        "input_format": options.input_format,
        "jobs": options.jobs,
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
        from glob import iglob

        yield from iglob(path)
    else:
        yield path
