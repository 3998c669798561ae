"""Open a path as the `Source` of its format."""

from __future__ import annotations

from importlib import import_module

from losscli.sources import formats
from losscli.sources.file_source import Opening, watched
from losscli.sources.grammar import Selections, holds_parts
from losscli.sources.records import ReadOptions, Source


def open_source(
    path: str,
    options: ReadOptions | None = None,
    *,
    selectors: Selections = (),
) -> Source:
    """Open one path, whatever its format, and decide what its first row is. A folder or a glob is its part
    files.

    The reader of a format is the module `FORMAT_source` of this room, with `opened(Opening) -> Source`.

    `selectors` holds the selections of everything that is read from this path (the keys included): a path is
    opened once and the header rule depends on the selected cells; None, or no selection at all, is every
    column.

    Raises UnsupportedFormat, ColumnError (exit 2); FormatError, HeaderError, RowsError, PartsError (exit 3);
    ReadError (exit 4).
    """
    options = options or ReadOptions()
    if holds_parts(path):
        from losscli.sources import parts_source

        return parts_source.opened(path, options, selectors)
    declared = formats.declared(path, options.format)
    stream = formats.open_checked(path, declared)
    try:
        form = declared.format
        if form is None:
            start = stream.read(formats.HEAD_BYTES)
            stream.push(start)
            form = formats.by_content(start)
        reader = import_module(f"losscli.sources.{'csv' if form == 'tsv' else form}_source")
        with watched(stream):
            source: Source = reader.opened(Opening(path, options, stream, declared, form, selectors))
        return source
    except BaseException:
        stream.close()
        raise
