"""Small parts of delimited text as one chunk, so that a thousand of them are parsed as fast as one file.

Only parts that begin with the very bytes of the first part's header and hold no quote are joined; whatever is
unusual is left to the reading part by part, which knows what is wrong and where.
"""

from __future__ import annotations

from collections.abc import Sequence

from losscli.errors import ChangedError
from losscli.sources.cells import is_name
from losscli.sources.csv_head import Head
from losscli.sources.csv_parse import Parsed
from losscli.sources.csv_rows import Chunk, line_ends
from losscli.sources.csv_source import CsvSource, ParseChunk
from losscli.sources.formats import BOM, declared, open_checked
from losscli.sources.parts import Part
from losscli.sources.parts_blocks import PartsPlaces
from losscli.sources.records import Block, Column, LinePlaces


def read_joined(
    parts: Sequence[Part], first: CsvSource, parse: ParseChunk, columns: Sequence[Column]
) -> tuple[list[Block], list[int]] | None:
    """The rows of all parts in one block, and how many each has; None where one must be read by itself.

    `first` is the part that decided about delimiter and header. Raises ReadError, ChangedError.
    """
    bodies: list[bytes] = []
    counts: list[int] = []
    for part in parts:
        body = _body(part, first)
        if body is None:
            return None
        bodies.append(body)
        counts.append(body.count(b"\n"))
    rows = sum(counts)
    if not rows:
        return [], counts
    fields = tuple(column.index + 1 for column in columns)
    parsed = parse(Chunk(b"".join(bodies)))
    clean = isinstance(parsed, Parsed) and not parsed.bad_total and parsed.repeated is None
    if not isinstance(parsed, Parsed) or not clean or parsed.lines is not None or parsed.rows != rows:
        return None
    starts: list[int] = []
    inner: list[LinePlaces] = []
    row, line = 0, first.head.first_line
    for part, count in zip(parts, counts, strict=True):
        if count:
            starts.append(row)
            inner.append(LinePlaces(part.path, fields, 1, range(line, line + count)))
            row += count
    return [Block(rows, parsed.columns, PartsPlaces(1, tuple(starts), tuple(inner)))], counts


def _body(part: Part, first: CsvSource) -> bytes | None:
    """The rows of a part, each ending with a newline; None where they cannot simply stand after others."""
    stream = open_checked(part.path, declared(part.path, first.options.format))
    try:
        data = stream.read(part.size + 1)
    finally:
        stream.close()
    if len(data) != part.size:
        raise ChangedError(
            f"{part.path} changed while it was read", hint="run again when its writer has finished"
        )
    head = first.head
    body = data.removeprefix(BOM)
    if b'"' in body or not body.startswith(head.raw) or head.raw.endswith(b"\r"):
        return None
    body = line_ends(body[len(head.raw) :])
    if not head.header.present and not _begins_with_data(body, head):
        return None
    return body if body.endswith(b"\n") or not body else body + b"\n"


def _begins_with_data(body: bytes, head: Head) -> bool:
    """Whether the first row has as many cells as it should, and no name stands in a column of numbers."""
    end = body.find(b"\n")
    row = body if end < 0 else body[:end].removesuffix(b"\r")
    cells = row.decode("utf-8", errors="replace").split(head.delimiter)
    kinds = head.kinds()
    return len(cells) == len(kinds) and not any(
        kind == "number" and is_name(cell) for cell, kind in zip(cells, kinds, strict=True)
    )
