"""CSV and TSV, plain or gzip, from files, pipes and standard input: parsed ahead on threads, yielded in
order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TypeAlias

from losscli.errors import BadCell, CellError, Place
from losscli.records import NamedTuple
from losscli.sources import cells
from losscli.sources.bytestream import ByteInput
from losscli.sources.csv_head import Head, read_head, repeated_header
from losscli.sources.csv_parse import Bad, Broken, ChunkParser, Layout, Parsed
from losscli.sources.csv_rows import Chunk, RowCutter
from losscli.sources.file_source import Opening, StreamedSource
from losscli.sources.formats import BOM
from losscli.sources.records import NUMERIC, Block, Column, Header, Kind, LinePlaces
from losscli.workers import Workers

ParseChunk: TypeAlias = Callable[[Chunk], Parsed | Broken]


@dataclass
class CsvSource(StreamedSource):
    """An opened file of delimited text."""

    format: str
    head: Head
    typed: bool = False

    @property
    def names(self) -> tuple[str, ...] | None:
        """The header's cells without the blanks around them."""
        return self.head.names

    @property
    def width(self) -> int:
        """The number of cells of the first row."""
        return self.head.width

    @property
    def header(self) -> Header:
        """What was decided about the first row."""
        return self.head.header

    def first_cells(self) -> tuple[str, ...] | None:
        """The raw text of the first data row's cells."""
        rows = self.head.data_rows
        return rows[0] if rows else None

    def kinds(self) -> tuple[Kind, ...]:
        """What each column looks like at the head of the file."""
        return self.head.kinds()

    def _one_pass(self, columns: Sequence[Column]) -> Iterator[Block]:
        stream = self._stream()
        chunks = iter(RowCutter(stream, self.options.block_bytes))
        with closing(stream):
            yield from self._blocks(_parsed(chunks, self.parser(columns), self.options.workers), columns)

    def parser(self, columns: Sequence[Column]) -> ParseChunk:
        """What parses a chunk of whole rows; several threads may call it at once."""
        layers = _Layers(self._layouts(columns), tuple(columns))
        parsers = layers.parsers()

        def parsed(chunk: Chunk) -> Parsed | Broken:
            parts = [parser(chunk) for parser in parsers]
            faults = [part for part in parts if isinstance(part, Broken)]
            if faults:
                return min(faults, key=lambda fault: fault.line)
            return layers.merged([part for part in parts if isinstance(part, Parsed)])

        return parsed

    def _skip_head(self, stream: ByteInput) -> None:
        stream.push(stream.read(len(BOM)).removeprefix(BOM))
        stream.read(self.head.skipped)

    def _layouts(self, columns: Sequence[Column]) -> list[Layout]:
        """Layouts that together cover the columns, none asking a field twice."""
        layers: list[dict[int, Column]] = [{}]
        for column in dict.fromkeys(columns):
            layer = next((layer for layer in layers if column.index not in layer), None)
            if layer is None:
                layer = {}
                layers.append(layer)
            layer[column.index] = column
        return [self._layout(tuple(layer.values())) for layer in layers]

    def _layout(self, columns: tuple[Column, ...]) -> Layout:
        words: tuple[str | None, ...] = ()
        if self.head.by_rule and self.names is not None:
            words = tuple(
                None if column.kind in NUMERIC else self.names[column.index] or None for column in columns
            )
        skip = self.options.missing == "skip"
        return Layout(self.name, self.width, self.head.delimiter, columns, skip, words)

    def _blocks(self, results: Iterable[Parsed | Broken], columns: Sequence[Column]) -> Iterator[Block]:
        """Blocks with their places; after the first bad cell only counting goes on, so that all are known."""
        fields = tuple(column.index + 1 for column in columns)
        row, line = 1, self.head.first_line
        bad: list[Bad] = []
        total = 0
        for result in results:
            if isinstance(result, Broken):
                raise result.error(self.name, line)
            self._not_repeated(result, line)
            if result.bad_total:
                bad += [
                    Bad(cell.row + row, cell.line + line, cell.field, cell.text, cell.reason)
                    for cell in result.bad
                ]
                total += result.bad_total
            elif not total and result.rows:
                lines = range(line, line + result.rows) if result.lines is None else result.lines + line
                yield Block(result.rows, result.columns, LinePlaces(self.name, fields, row, lines))
            row += result.rows
            line += result.newlines
        if total:
            raise self._cell_error(bad[: CellError.shown], total)

    def _not_repeated(self, result: Parsed, line: int) -> None:
        if result.repeated is not None and self.names is not None:
            row, index = result.repeated
            inside = row if result.lines is None else int(result.lines[row])
            raise repeated_header(self.name, line + inside, self.names[index])

    def _cell_error(self, bad: list[Bad], total: int) -> CellError:
        shown = [BadCell(Place(self.name, cell.line, cell.field), cell.text, cell.reason) for cell in bad]
        hint = next(
            (found for cell in bad if (found := cells.hint(cell.text, cell.reason)) is not None), None
        )
        if bad[0].row == 1 and bad[0].reason == "not a number" and not self.header.present and hint is None:
            flag = "add --header" if self.options.header is None else "leave out --no-header"
            hint = f"if the first row names the columns, {flag}"
        if self.names is not None and hint is None and bad[0].text.strip() in self.names:
            hint = "a header stands among the data: were files joined without removing their headers?"
        return CellError(shown, total, hint=hint)


class _Layers(NamedTuple):
    """Parses a chunk once for each layout and puts the columns in the order asked. Usually there is one
    layout; a column that is asked both as a key and as a number takes a second."""

    layouts: list[Layout]
    columns: tuple[Column, ...]

    def parsers(self) -> list[ChunkParser]:
        """A parser for each layout."""
        return [ChunkParser(layout) for layout in self.layouts]

    def merged(self, parts: list[Parsed]) -> Parsed:
        """The parts of one chunk as one."""
        values = {
            column: part.columns[place]
            for layout, part in zip(self.layouts, parts, strict=True)
            if part.columns
            for place, column in enumerate(layout.columns)
        }
        first = parts[0]
        bad = tuple(
            sorted((cell for part in parts for cell in part.bad), key=lambda cell: (cell.row, cell.field))
        )
        repeats = [
            (part.repeated[0], layout.columns[part.repeated[1]].index)
            for layout, part in zip(self.layouts, parts, strict=True)
            if part.repeated is not None
        ]
        return Parsed(
            rows=first.rows,
            newlines=first.newlines,
            columns=tuple(values[column] for column in self.columns),
            lines=first.lines,
            bad=bad[: CellError.shown],
            bad_total=sum(part.bad_total for part in parts),
            repeated=min(repeats, default=None),
        )


def _parsed(chunks: Iterator[Chunk], work: ParseChunk, workers: Workers | None) -> Iterator[Parsed | Broken]:
    """The chunks parsed in order; by the workers unless the first chunk is all there is."""
    first = next(chunks, None)
    if first is None:
        return
    second = next(chunks, None)
    if second is None:
        yield work(first)
        return
    from itertools import chain

    every = chain((first, second), chunks)
    del first, second  # or they would live as long as the file is read
    if workers is None:
        yield from map(work, every)
        return
    from losscli.sources.ahead import Ahead

    yield from Ahead(every, work, workers)


def opened(opening: Opening) -> CsvSource:
    """The source of a stream of delimited text. Raises what `read_head` raises."""
    path, options, stream, declared, form, selectors = opening
    return CsvSource(path, options, stream, declared, form, read_head(stream, options, form, selectors))
