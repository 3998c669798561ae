"""Open a path as the `Source` of its format."""

from __future__ import annotations

from collections.abc import Sequence

from losscli.sources import formats
from losscli.sources.grammar import Selector
from losscli.sources.records import ReadOptions, Source


def open_source(
    path: str,
    options: ReadOptions | None = None,
    *,
    selectors: Sequence[tuple[Selector, ...] | None] = (),
) -> Source:
    """Open one path, whatever its format, and decide what its first row is.

    `selectors` holds the selections of everything that is read from this path (the keys included): a path is
    opened once and the header rule depends on the selected cells; None, or no selection at all, is every
    column.

    Raises UnsupportedFormat, ColumnError (exit 2); FormatError, HeaderError, RowsError (exit 3); ReadError
    (exit 4).
    """
    options = options or ReadOptions()
    declared = formats.declared(path, options.format)
    stream = formats.open_checked(path, declared)
    try:
        form = declared.format
        if form is None:
            start = stream.read(formats.HEAD_BYTES)
            stream.push(start)
            form = formats.by_content(start)
        if form in ("csv", "tsv"):
            from losscli.sources.csv_head import read_head
            from losscli.sources.csv_source import CsvSource

            head = read_head(stream, options, form, selectors)
            return CsvSource(path, options, stream, declared, form, head)
        if form == "json":
            from losscli.sources.json_source import JsonSource, read_document

            return JsonSource(path, options, stream, read_document(stream.name, stream.read_all()))
        if form == "ndjson":
            from losscli.sources import ndjson_source

            lines = ndjson_source.read_head(stream)
            return ndjson_source.NdjsonSource(path, options, stream, declared, lines)
        from losscli.sources import npy_source

        return npy_source.NpySource(path, options, stream, declared, npy_source.read_head(stream))
    except BaseException:
        stream.close()
        raise
