"""The rows of delimited text as bytes: pieces cut at row borders, quotes and line ends read strictly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from losscli.arrays import Bytes, Integers, Mask
from losscli.records import NamedTuple
from losscli.sources.bytestream import ByteInput
from losscli.sources.formats import ROW_LIMIT

_CACHED: Final = 1 << 16
"""So many bytes are looked at a time: what is made of them stays in the cache."""

_FEW_QUOTES: Final = 100_000
_QUOTE, _NEWLINE, _RETURN = 34, 10, 13


class Chunk(NamedTuple):
    """Complete rows, none where the next is `endless`; `unclosed` where the file or the limit ended inside
    quotes; not `quoted` where there surely is no quote."""

    data: bytes
    unclosed: bool = False
    quoted: bool = True
    endless: bool = False


class RowCutter:
    """Cuts a stream into chunks of whole rows of about `block_bytes`. Lone carriage returns outside quotes
    become newlines; `\\r\\n` stays as it is."""

    def __init__(self, stream: ByteInput, block_bytes: int) -> None:
        self._stream = stream
        self._size = max(1, block_bytes)

    def __iter__(self) -> Iterator[Chunk]:
        pending = b""
        held = b""
        size = self._size
        while True:
            raw = self._stream.read(size)
            last = len(raw) < size
            raw = held + raw
            held = b"\r" if raw.endswith(b"\r") and not last else b""
            if held:
                raw = raw[:-1]
            raw = line_ends(raw, pending)
            plain = b'"' not in raw and b'"' not in pending
            border = raw.rfind(b"\n") + 1 if plain else 0
            if border and not last:
                yield Chunk(_joined(pending, raw, border), quoted=False)
                pending = raw[border:]
                size = self._size
                continue
            pending += raw
            if last:
                break
            border = 0 if plain else row_border(pending)
            if border:
                yield Chunk(pending[:border])
                pending = pending[border:]
                size = self._size
            elif len(pending) > ROW_LIMIT:
                yield _endless(pending)
                return
            else:
                size = min(max(size, len(pending)), ROW_LIMIT)
        if pending:
            yield Chunk(pending, unclosed=pending.count(b'"') % 2 == 1)


def _endless(row: bytes) -> Chunk:
    """A row that is too long: up to the quote that never closes, or nothing of it."""
    quotes = row.count(b'"')
    if quotes % 2 and quotes < _FEW_QUOTES:
        return Chunk(row[: row.rfind(b'"') + 1], unclosed=True)
    return Chunk(b"", endless=True)


def _joined(before: bytes, raw: bytes, stop: int) -> bytes:
    """The bytes before and those up to `stop`, copied once."""
    if not before and stop == len(raw):
        return raw
    return b"".join((before, memoryview(raw)[:stop]))


def line_ends(raw: bytes, before: bytes = b"") -> bytes:
    """The text, as long as before, with lone carriage returns outside quotes made newlines; `before` is the
    row's text before it."""
    if b"\r" not in raw:
        return raw
    text: Bytes = np.frombuffer(raw, dtype=np.uint8)
    if _all_paired(text):
        return raw
    inside = before.count(b'"') % 2
    text = text.copy()
    returns = np.flatnonzero(text == _RETURN)
    following = np.append(text, 0)[returns + 1]
    quotes_before = np.searchsorted(np.flatnonzero(text == _QUOTE), returns) + inside
    text[returns[(following != _NEWLINE) & (quotes_before % 2 == 0)]] = _NEWLINE
    return text.tobytes()


def _all_paired(text: Bytes) -> bool:
    """Whether a newline follows each carriage return."""
    if text[-1] == _RETURN:
        return False
    for start in range(0, len(text), _CACHED):
        part = text[start : start + _CACHED + 1]
        returns = part[:-1] == _RETURN
        if np.count_nonzero(returns & (part[1:] == _NEWLINE)) != np.count_nonzero(returns):
            return False
    return True


def row_border(data: bytes) -> int:
    """Where the last complete row ends, 0 if none does: the last newline with an even number of quotes before
    it."""
    border = data.rfind(b"\n")
    if border < 0 or b'"' not in data:
        return border + 1
    quotes = quote_positions(data)
    while border >= 0:
        before = int(np.searchsorted(quotes, border))
        if before % 2 == 0:
            return border + 1
        border = data.rfind(b"\n", 0, int(quotes[before - 1]))
    return 0


def quote_positions(data: bytes) -> Integers:
    """Where the quotes stand."""
    return np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == _QUOTE).astype(np.int64, copy=False)


def stray_quote(data: bytes, quotes: Integers, delimiter: str) -> int | None:
    """The position of the first quote that neither opens a cell at its start nor closes it at its end.

    A doubled quote inside a quoted cell closes and opens again.
    """
    text: Bytes = np.frombuffer(data, dtype=np.uint8)
    borders = np.array([ord(delimiter), _NEWLINE, _RETURN, _QUOTE], dtype=np.uint8)
    opening, closing = quotes[0::2], quotes[1::2]
    before = np.where(opening > 0, text[opening - 1], _NEWLINE)
    after = np.where(closing + 1 < len(text), text[np.minimum(closing + 1, len(text) - 1)], _NEWLINE)
    wrong = np.concatenate([opening[~np.isin(before, borders)], closing[~np.isin(after, borders)]])
    return int(wrong.min()) if len(wrong) else None


class Rows(NamedTuple):
    """Where each row of a chunk starts and stops (without its line end), how many delimiters it holds, and
    the line, from 0, on which it starts."""

    data: bytes
    delimiter: str
    starts: Integers
    stops: Integers
    delimiters: Integers
    lines: Integers

    @classmethod
    def of(cls, data: bytes, delimiter: str) -> Rows:
        """Scan a chunk of whole rows."""
        text: Bytes = np.frombuffer(data, dtype=np.uint8)
        quotes = quote_positions(data)
        newlines = np.flatnonzero(text == _NEWLINE)
        ends = newlines[_outside(newlines, quotes)]
        line_of_end = np.flatnonzero(_outside(newlines, quotes))
        if not data.endswith(b"\n") or not len(ends) or ends[-1] != len(data) - 1:
            ends = np.append(ends, len(data))
            line_of_end = np.append(line_of_end, len(newlines))
        starts = np.concatenate([[0], ends[:-1] + 1]).astype(np.int64)
        lines = np.concatenate([[0], line_of_end[:-1] + 1]).astype(np.int64)
        places = np.flatnonzero(text == ord(delimiter))
        places = places[_outside(places, quotes)]
        counts = np.bincount(np.searchsorted(ends, places), minlength=len(ends))
        stops = ends.astype(np.int64)
        with_return = (stops > starts) & (text[np.maximum(stops - 1, 0)] == _RETURN)
        return cls(data, delimiter, starts, stops - with_return, counts.astype(np.int64), lines)

    def __len__(self) -> int:
        return len(self.starts)

    def blank(self) -> Mask:
        """Which rows are blank lines."""
        return np.equal(self.stops, self.starts)

    def cells(self, row: int) -> list[str]:
        """The text of a row's cells."""
        raw = self.data[int(self.starts[row]) : int(self.stops[row])]
        return split_row(raw.decode("utf-8", errors="replace"), self.delimiter)


def _outside(positions: Integers, quotes: Integers) -> Mask:
    """Which positions stand outside quotes."""
    if not len(quotes):
        return np.ones(len(positions), dtype=np.bool_)
    return np.equal(np.searchsorted(quotes, positions) % 2, 0)


def split_row(row: str, delimiter: str) -> list[str]:
    """The cells of one row, their quotes removed."""
    pieces = row.split(delimiter)
    if '"' not in row:
        return pieces
    cells: list[str] = []
    open_cell: list[str] = []
    for piece in pieces:
        open_cell.append(piece)
        if sum(part.count('"') for part in open_cell) % 2 == 0:
            cells.append(_unquoted(delimiter.join(open_cell)))
            open_cell = []
    if open_cell:
        cells.append(_unquoted(delimiter.join(open_cell)))
    return cells


def _unquoted(cell: str) -> str:
    if len(cell) >= 2 and cell.startswith('"') and cell.endswith('"'):
        return cell[1:-1].replace('""', '"')
    return cell
