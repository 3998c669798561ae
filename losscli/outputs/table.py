"""Tables for people, drawn by rich from a layout that already fits: rich neither wraps, cuts nor reads
markup."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, zip_longest
from typing import Final

from rich.box import Box
from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from rich.table import Table as RichTable
from rich.text import Text

from losscli.outputs.digits import phrases
from losscli.outputs.harmless import harmless
from losscli.outputs.layout import SPACING, Layout, lay_out, wrapped
from losscli.outputs.view import View
from losscli.report.tables import Kind, Note, Table

_BY_RICH: Final = 200
"""Rows that rich draws, at half a millisecond each."""

_LEFT: Final = frozenset({Kind.TEXT, Kind.BAR})
_GAP: Final = " " * 5
_RULED: Final = Box("    \n    \n ── \n    \n    \n    \n    \n    \n")
_RULED_ASCII: Final = Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)
_TRAILING: Final = re.compile(r" +((?:\x1b\[[0-9;]*m| )*)$", re.MULTILINE)
_BOLD: Final = Style(bold=True)
_DIM: Final = Style(dim=True)
_BAR: Final = Style(color="cyan")


def draw(tables: Sequence[Table], view: View) -> Iterator[str]:
    """The tables one below the other, as text with line ends, with escape codes only where the view has
    colour."""
    previous: Table | None = None
    for table in tables:
        if previous is not None and (table.heading or not previous.centred_notes):
            yield "\n"
        yield from _table(table, view)
        previous = table


def _table(table: Table, view: View) -> Iterator[str]:
    layout = lay_out(table, view, cell_len)
    pen = _Pen(view, max(view.width, layout.width))
    for heading in table.heading:
        first, *others = wrapped(harmless(heading), view.width, cell_len)
        yield pen.heading(first)
        yield from map(pen.note, others)
    if layout.columns:
        yield from _drawn(layout, pen, view)
    hidden = (f"(not shown for want of width: {', '.join(layout.hidden)})",) if layout.hidden else ()
    for note in (*table.centred_notes, *hidden):
        for line in wrapped("".join(_said(note, view)), view.width, cell_len):
            yield pen.centred(line.strip(), min(layout.width, view.width))
    for note in table.notes:
        yield from map(pen.note, _note_lines(note, view))
    for signature in table.signatures:
        yield pen.line(Text(harmless(signature), style=_DIM))


def _said(note: Note, view: View) -> list[str]:
    return [harmless(phrase) for phrase in phrases(note, view.precision)]


def _note_lines(note: Note, view: View) -> list[str]:
    """A note's phrases on one line if there is room, else a line each; long ones are broken at blanks."""
    found = _said(note, view)
    if cell_len(_GAP.join(found)) <= view.width:
        return [_GAP.join(found)]
    return [line for phrase in found for line in wrapped(phrase, view.width, cell_len)]


def _drawn(layout: Layout, pen: _Pen, view: View) -> Iterator[str]:
    """The header and the first rows as rich draws them; the many rows that may follow, alike but quicker."""
    first = _rich_table(layout, view)
    for row in layout.rows[:_BY_RICH]:
        first.add_row(*map(Text, row))
    yield pen.line(first)
    bar = _BAR.render if view.colour else None
    for row in islice(layout.rows, _BY_RICH, None):
        yield "".join(row_lines(layout, row, bar))


def row_lines(layout: Layout, row: Sequence[str], bar: Callable[[str], str] | None = None) -> Iterator[str]:
    """The lines of one row as rich would draw them; `bar` paints the bars."""
    for cells in zip_longest(*(cell.split("\n") for cell in row), fillvalue=""):
        line = ""
        for cell, column, width in zip(cells, layout.columns, layout.widths, strict=True):
            left = column.kind in _LEFT
            text = cell if left else cell.rstrip()
            blanks = " " * (width - cell_len(text))
            painted = bar(text) if column.kind is Kind.BAR and bar is not None and text else text
            line += (painted + blanks if left else blanks + painted) + " " * SPACING
        yield line.rstrip() + "\n"


def _rich_table(layout: Layout, view: View) -> RichTable:
    drawn = RichTable(
        box=_RULED if view.drawing else _RULED_ASCII,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1),
        header_style=_BOLD,
        border_style=_DIM,
    )
    for column, title, width in zip(layout.columns, layout.titles, layout.widths, strict=True):
        drawn.add_column(
            Text(title),
            justify="left" if column.kind in _LEFT else "right",
            style=_BAR if column.kind is Kind.BAR else None,
            width=width,
            overflow="crop",
            no_wrap=True,
        )
    return drawn


class _Pen:
    """Turns what rich draws into text. It looks at no environment: the view has decided everything."""

    def __init__(self, view: View, width: int) -> None:
        self._file = io.StringIO()
        self._console = Console(
            file=self._file,
            width=width,
            force_terminal=view.colour,
            color_system="standard" if view.colour else None,
            legacy_windows=False,
            markup=False,
            emoji=False,
            highlight=False,
            _environ={},
        )

    def line(self, drawn: Text | RichTable) -> str:
        """Draw without wrapping; blanks at the end of a line go."""
        is_text = isinstance(drawn, Text)
        self._console.print(drawn, crop=False, soft_wrap=is_text)
        text = self._file.getvalue()
        self._file.seek(0)
        self._file.truncate()
        return _TRAILING.sub(lambda found: found[1].replace(" ", ""), text)

    def heading(self, line: str) -> str:
        """A heading: its first word or words, up to two blanks, stand out."""
        name, gap, rest = line.partition("  ")
        return self.line(Text.assemble((name, _BOLD), gap + rest))

    def centred(self, line: str, width: int) -> str:
        """A line in the middle of the table above it."""
        return self.line(Text(" " * max(0, (width - cell_len(line)) // 2) + line, style=_DIM))

    def note(self, line: str) -> str:
        """A note; the code of a warning stands out."""
        text = Text(line)
        if line.startswith("warning["):
            text.stylize(_BOLD, 0, line.find(":") + 1 or len(line))
        return self.line(text)
