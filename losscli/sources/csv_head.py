"""What the head of delimited text decides: the delimiter, the header, the names and the width."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from losscli.errors import FormatError, HeaderError, Place, RowsError, UsageError
from losscli.records import NamedTuple
from losscli.sources.bytestream import ByteInput
from losscli.sources.cells import BLANKS, is_missing, is_name, is_number
from losscli.sources.csv_parse import ENDLESS, structure_fault
from losscli.sources.csv_rows import Rows, line_ends, row_border
from losscli.sources.formats import BOM, HEAD_BYTES, ROW_LIMIT
from losscli.sources.grammar import Selector, duplicate_names, has_duplicates, names_columns, resolve
from losscli.sources.records import Header, Kind, ReadOptions

DELIMITERS: Final = (",", ";", "\t", "|")
_QUOTED = re.compile(r'"[^"]*"?')
_DELIMITER_WORDS: Final = {
    "tab": "\t",
    "\\t": "\t",
    "comma": ",",
    "semicolon": ";",
    "pipe": "|",
    "space": " ",
}

Selections = Sequence[tuple[Selector, ...] | None]


class Head(NamedTuple):
    """The decisions, with the first rows that were looked at: `rows` holds cells, the first row included.

    `skipped` is the number of bytes before the first data row; `first_line` is that row's line. `by_rule`
    says that the header was decided by the look of the first row alone. `raw` holds the bytes of the header,
    without a byte order mark.
    """

    delimiter: str
    header: Header
    names: tuple[str, ...] | None
    width: int
    rows: tuple[tuple[str, ...], ...]
    skipped: int
    first_line: int
    by_rule: bool
    raw: bytes = b""

    @property
    def data_rows(self) -> tuple[tuple[str, ...], ...]:
        """The rows below the header."""
        return self.rows[1:] if self.header.present else self.rows

    def kinds(self) -> tuple[Kind, ...]:
        """What each column looks like: text where its first present cell is no number."""
        return tuple(self._kind(index) for index in range(self.width))

    def _kind(self, index: int) -> Kind:
        cells = (row[index] for row in self.data_rows if index < len(row))
        first = next((cell for cell in cells if not is_missing(cell)), "0")
        return "text" if is_name(first) else "number"


def read_head(stream: ByteInput, options: ReadOptions, form: str, selections: Selections) -> Head:
    """Look at the first rows of a stream and leave it at the first data row."""
    data, text = _first_rows(stream)
    body = data.removeprefix(BOM)
    if not body:
        raise RowsError(f"{stream.name} is empty", hint="the file has no rows; has its writer finished?")
    delimiter = _delimiter(text, options, form)
    scanned = Rows.of(text, delimiter)
    cells = tuple(tuple(scanned.cells(row)) for row in range(min(len(scanned), 1000)))
    header, by_rule = _header(stream.name, cells, options, selections)
    names = None
    skipped, first_line = 0, 1
    if header.present:
        _sound(text[: _end_of_first(text)], delimiter, stream.name)
        names = tuple(cell.strip(BLANKS) for cell in cells[0])
        skipped = int(scanned.starts[1]) if len(scanned) > 1 else len(text)
        first_line = int(scanned.lines[1]) + 1 if len(scanned) > 1 else text.count(b"\n") + 1
        _unique(names, selections, stream.name)
    stream.push(body[skipped:])
    raw = body[:skipped]
    return Head(delimiter, header, names, len(cells[0]), cells, skipped, first_line, by_rule, raw)


def _first_rows(stream: ByteInput) -> tuple[bytes, bytes]:
    """The bytes read, and the complete rows among them with uniform line ends; at least two rows if the file
    has two."""
    data = b""
    while True:
        size = min(max(HEAD_BYTES, len(data)), ROW_LIMIT)
        piece = stream.read(size)
        ended = len(piece) < size
        data += piece
        del piece
        text = data.removeprefix(BOM)
        if not ended and text.endswith(b"\r"):
            text = text[:-1]
        text = line_ends(text)
        if ended:
            return data, text
        border = row_border(text)
        if border and row_border(text[: border - 1]):
            return data, text[:border]
        if len(data) > ROW_LIMIT:
            raise FormatError(
                "the row does not end",
                hint=ENDLESS,
                place=Place(stream.name, 1 + text.count(b"\n", 0, border)),
            )


def _delimiter(text: bytes, options: ReadOptions, form: str) -> str:
    if options.delimiter is not None:
        delimiter = _DELIMITER_WORDS.get(options.delimiter.lower(), options.delimiter)
        if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n\0':
            hint = "one ASCII character, or the word tab: --delimiter ';'"
            raise UsageError(f"--delimiter {options.delimiter!r} is not one character", hint=hint)
        return delimiter
    if form == "tsv":
        return "\t"
    bare = _QUOTED.sub("", text[: _end_of_first(text)].decode("utf-8", errors="replace"))
    return next((sign for sign in DELIMITERS if sign in bare), ",")


def _end_of_first(text: bytes) -> int:
    """Where the first row ends, its newline included."""
    end = text.find(b"\n")
    while end >= 0 and text.count(b'"', 0, end) % 2:
        end = text.find(b"\n", end + 1)
    return end + 1 if end >= 0 else len(text)


def _sound(first: bytes, delimiter: str, name: str) -> None:
    """See that the header is well-formed text."""
    broken = structure_fault(first, delimiter, unclosed=first.count(b'"') % 2 == 1)
    if broken is not None:
        raise broken.error(name, 1)
    try:
        first.decode("utf-8")
    except UnicodeDecodeError as error:
        hint = "convert the file: iconv -f LATIN1 -t UTF-8 FILE > NEW"
        raise FormatError("the header is not UTF-8", hint=hint, place=Place(name, 1)) from error


def _unique(names: tuple[str, ...], selections: Selections, where: str) -> None:
    """Two columns of one name are refused wherever names matter; columns selected by position alone do not
    need them."""
    by_name = not selections or any(selection is None or names_columns(selection) for selection in selections)
    if by_name and has_duplicates(names):
        raise duplicate_names(names, where)


def _header(
    where: str, rows: tuple[tuple[str, ...], ...], options: ReadOptions, selections: Selections
) -> tuple[Header, bool]:
    if options.header is not None:
        return Header(options.header, "--header" if options.header else "--no-header"), False
    if any(names_columns(selection) for selection in selections):
        return Header(True, "columns are selected by name", "--no-header"), False
    _undecided(where, rows)
    first = rows[0]
    selected = _selected(first, selections, where)
    name = next((first[index].strip(BLANKS) for index in selected if is_name(first[index])), None)
    if name is not None:
        return Header(True, f"first row is a header: {name!r} is a name", "--no-header"), True
    shown = first[selected[0]].strip(BLANKS) if selected else ""
    return Header(False, f"first row is data: {shown!r} is no name", "--header"), True


def _selected(first: tuple[str, ...], selections: Selections, where: str) -> list[int]:
    """The columns that are selected, all of them where a selection names none."""
    if not selections or any(selection is None for selection in selections):
        return list(range(len(first)))
    chosen: dict[int, None] = {}
    for selection in selections:
        chosen.update(dict.fromkeys(resolve(selection or (), None, len(first), where)))
    return list(chosen)


def _undecided(where: str, rows: tuple[tuple[str, ...], ...]) -> None:
    """Stop where the first row may be the column numbers that pandas writes."""
    first = [cell.strip(BLANKS) for cell in rows[0]]
    numbered = first[1:] if first[0] == "" and len(first) > 1 else first
    counting = numbered == [str(index) for index in range(len(numbered))]
    if not counting or len(rows) < 2:
        return
    if len(first) == 1 and not _all_decimals([row[0] for row in rows[1:]]):
        return
    text = ",".join(rows[0])
    shown = text if len(text) <= 40 else text[:37] + "..."
    hint = "--header if the first row holds column numbers (pandas writes them), --no-header if it is data"
    raise HeaderError(f"the first row {shown} may be a header or data", hint=hint, place=Place(where, 1))


def _all_decimals(cells: list[str]) -> bool:
    """Whether every present cell is a number with a dot or an exponent, as pandas writes a column of
    floats."""
    present = [cell for cell in cells if not is_missing(cell)]
    return bool(present) and all(
        is_number(cell) and not cell.strip(BLANKS).lstrip("+-").isdigit() for cell in present
    )


def repeated_header(where: str, line: int, name: str) -> HeaderError:
    """The error for a first row that was taken for a header although its text occurs again as a cell."""
    hint = "--header if the first row names the columns, --no-header if it is data"
    message = f"the first row may be a header or data: {name!r} occurs again in this line"
    return HeaderError(message, hint=hint, place=Place(where, line))
