"""What the options about inputs mean for the library, and which files a run reads."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from losscli.cli.options import Read, Shown
from losscli.errors import LosscliError, SourceError

if TYPE_CHECKING:
    from losscli.cli.publishing import Publication


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
    }


def plan_outputs(shown: Shown, sources: Sequence[str | None], others: Sequence[str] = ()) -> Publication:
    """Decide where the report goes. `others` are the paths of further outputs.

    Raises what `plan` raises, and SourceError for an output that would be a part of an input."""
    from losscli.cli.publishing import plan

    if not shown.output and not others:
        return plan(shown)
    paths = list(source_paths(sources))
    publication = plan(shown, [file for path in paths for file in _files(path)], others)
    for output in (*(target.path for target in publication.files), *others):
        _refuse_new_part(output, paths)
    return publication


def source_paths(sources: Sequence[str | None]) -> Iterator[str]:
    """The path of each source; what cannot be read as one is left to the reading, which says why."""
    from losscli.sources.grammar import parse_source

    for text in sources:
        role, equals, rest = (text or "").partition("=")
        named = equals and role.isidentifier() and not os.path.lexists(text or "")
        with suppress(LosscliError):
            path = parse_source(rest if named else text or "").path
            if path is not None:
                yield path


def _files(path: str) -> list[str]:
    """Every file that a path means, the parts of folders and globs included: what no output may overwrite."""
    from losscli.sources.grammar import holds_parts

    if not holds_parts(path):
        return [path]
    from losscli.sources.parts import list_parts

    with suppress(LosscliError):
        return [part.path for part in list_parts(path)]
    return []


def _refuse_new_part(output: str, paths: Sequence[str]) -> None:
    """Raise SourceError where an output would stand among the parts of a folder or a glob that is read."""
    from losscli.sources.grammar import holds_parts

    for path in paths:
        if not holds_parts(path):
            continue
        from losscli.sources.parts import would_be_part

        if would_be_part(path, output):
            raise SourceError(
                f"the output {output} would be a part of the input {path}",
                hint="write it to another folder, or let its name begin with `_`",
            )
