"""The second reading of a chunk that pyarrow's typed reader refused: every bad cell is counted, the first are
located."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from losscli.arrays import Floats, Mask
from losscli.errors import CellError, FormatError, ShapeError
from losscli.sources.cells import (
    BLANK_LINE,
    BLANKS,
    EXACT_LIMIT,
    MISSING_WORDS,
    NUMBER_PATTERN,
    is_exact,
    reason,
)
from losscli.sources.csv_parse import Bad, Broken, Layout, Parsed, first_repeated, null_missing, read_table
from losscli.sources.csv_rows import Rows
from losscli.sources.records import NUMERIC, Column, Values

SHOWN = CellError.shown


def read_carefully(data: bytes, layout: Layout) -> Parsed | Broken:
    """Read a chunk of whole rows whose quotes are sound: as numbers where the text allows it, else with its
    bad cells."""
    rows = Rows.of(data, layout.delimiter)
    blank = rows.blank()
    ragged = (rows.delimiters != layout.width - 1) & ~blank
    if ragged.any():
        return _ragged(rows, int(np.argmax(ragged)), layout)
    if layout.width == 1:
        blank = np.zeros(len(rows), dtype=np.bool_)
    texts = _texts(data, layout)
    decoded = [_decoded(binary, asked, rows) for asked, binary in zip(layout.columns, texts, strict=True)]
    faults = [text for text in decoded if isinstance(text, Broken)]
    if faults:
        return min(faults, key=lambda fault: (fault.line, fault.column))
    columns: list[Values] = []
    masks: list[Mask] = []
    for asked, text in zip(layout.columns, decoded, strict=True):
        read = _number_column if asked.kind in NUMERIC else _text_column
        values, bad = read(text, asked, layout.skip_missing)
        columns.append(values)
        masks.append(bad & ~blank)
    bad_cells = _located(rows, layout, texts, masks, blank)
    total = int(blank.sum()) + sum(int(mask.sum()) for mask in masks)
    lines = rows.lines if len(rows) and int(rows.lines[-1]) != len(rows) - 1 else None
    repeated = first_repeated(tuple(columns), layout.header_words) if any(layout.header_words) else None
    return Parsed(len(rows), data.count(b"\n"), tuple(columns), lines, bad_cells, total, repeated)


def _ragged(rows: Rows, row: int, layout: Layout) -> Parsed | Broken:
    """The fault of a row with another number of cells, unless a row above it has a fault of its own."""
    above = read_carefully(rows.data[: int(rows.starts[row])], layout) if row else None
    if isinstance(above, Broken) or (above is not None and above.repeated is not None):
        return above
    count = int(rows.delimiters[row]) + 1
    cells = "1 cell" if count == 1 else f"{count} cells"
    first = "1 cell" if layout.width == 1 else f"{layout.width} cells"
    hint = f"cells are separated by {layout.delimiter!r} here; quote a cell that holds it, or set --delimiter"
    return Broken(ShapeError, f"this row has {cells}, the first row has {first}", hint, int(rows.lines[row]))


def _texts(data: bytes, layout: Layout) -> list[Any]:
    """The asked columns as raw bytes."""
    names = [str(index) for index in range(layout.width)]
    asked = [str(column.index) for column in layout.columns]
    convert = pacsv.ConvertOptions(
        column_types=dict.fromkeys(asked, pa.binary()),
        include_columns=asked,
        null_values=[],
        strings_can_be_null=False,
    )
    table = read_table(data, (names, convert), layout.delimiter, b'"' in data)
    return [
        column.combine_chunks() if column.num_chunks != 1 else column.chunk(0) for column in table.columns
    ]


def _decoded(binary: Any, asked: Column, rows: Rows) -> Any:
    """The column as strings. Text must be UTF-8; what is not can be no number either, and is counted as
    such."""
    try:
        return pc.cast(binary, pa.string())
    except pa.ArrowInvalid:
        pass
    texts = []
    for row, raw in enumerate(binary.to_pylist()):
        try:
            texts.append(raw.decode("utf-8"))
        except UnicodeDecodeError:
            if asked.kind not in NUMERIC:
                hint = "convert the file: iconv -f LATIN1 -t UTF-8 FILE > NEW"
                return Broken(
                    FormatError, "text that is not UTF-8", hint, int(rows.lines[row]), asked.index + 1
                )
            texts.append(raw.decode("utf-8", errors="replace"))
    return pa.array(texts, type=pa.string())


def _number_column(text: Any, asked: Column, skip_missing: bool) -> tuple[Floats, Mask]:
    """The numbers (nan where there is none), and which cells are bad."""
    bare = pc.ascii_trim(text, characters=BLANKS)
    well_formed = _mask(pc.match_substring_regex(bare, pattern=f"^(?:{NUMBER_PATTERN})$"))
    numbers: Floats = np.full(len(bare), np.nan)
    numbers[well_formed] = pc.cast(bare.filter(pa.array(well_formed)), pa.float64()).to_numpy(
        zero_copy_only=False
    )
    good = well_formed & np.isfinite(numbers)
    large = np.flatnonzero(good & (np.abs(numbers) >= EXACT_LIMIT))
    for row, cell in zip(large.tolist(), bare.take(pa.array(large)).to_pylist(), strict=True):
        good[row] = is_exact(cell)
    if asked.kind == "value":
        good |= _add_not_finite(numbers, bare)
    elif skip_missing:
        good |= _mask(pc.is_in(pc.ascii_lower(bare), value_set=pa.array(sorted(MISSING_WORDS))))
    return numbers, ~good


def _add_not_finite(numbers: Floats, bare: Any) -> Mask:
    """Put the infinities and nan that are written out among the numbers; which cells they are."""
    found = _mask(pc.is_in(bare, value_set=pa.array(["inf", "-inf", "nan"])))
    numbers[found] = pc.cast(bare.filter(pa.array(found)), pa.float64()).to_numpy(zero_copy_only=False)
    return found


def _text_column(text: Any, asked: Column, skip_missing: bool) -> tuple[Values, Mask]:
    """The texts, and which cells are bad: the empty ones, unless they count as missing."""
    if asked.kind == "note":
        return text, np.zeros(len(text), dtype=np.bool_)
    if asked.kind == "text" and skip_missing:
        return null_missing(text), np.zeros(len(text), dtype=np.bool_)
    return text, _mask(pc.equal(text, ""))


def _mask(values: Any) -> Mask:
    mask: Mask = values.to_numpy(zero_copy_only=False).astype(np.bool_)
    return mask


def _located(rows: Rows, layout: Layout, texts: list[Any], masks: list[Mask], blank: Mask) -> tuple[Bad, ...]:
    """The first bad cells in the order of the file; a blank line counts once."""
    first_field = layout.columns[0].index + 1
    found = [
        Bad(row, int(rows.lines[row]), first_field, "", BLANK_LINE)
        for row in np.flatnonzero(blank)[:SHOWN].tolist()
    ]
    for asked, binary, mask in zip(layout.columns, texts, masks, strict=True):
        for row in np.flatnonzero(mask)[:SHOWN].tolist():
            text = binary[row].as_py().decode("utf-8", errors="replace")
            why = reason(text) if asked.kind in NUMERIC else "empty cell"
            if rows.stops[row] == rows.starts[row]:
                why = BLANK_LINE
            found.append(Bad(row, int(rows.lines[row]), asked.index + 1, text, why))
    return tuple(sorted(found, key=lambda bad: (bad.row, bad.field))[:SHOWN])
