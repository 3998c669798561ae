"""What fits into a line: which columns stay, how wide they are, where text breaks. No number is ever cut."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from losscli.outputs.digits import bar, people
from losscli.outputs.harmless import harmless
from losscli.outputs.view import View
from losscli.report.tables import Column, Kind, Table

SPACING: Final = 3
"""Blanks between two columns."""

_BAR: Final = 20
_SHORTEST_BAR: Final = 8
_NARROWEST_TEXT: Final = 8
_LETTERS_A_CELL: Final = 8
"""So many letters at most share a cell of a terminal (marks that combine); keeps the cutting of long texts
quick."""
_NUMBER: Final = re.compile(r"[+-]?[\d.,]*\d[\d.,]*(?:[eE][+-]?\d+)?")

_LABEL: Final = re.compile(r" *(?:\S+ )*?\S*  +(?=\S)")
"""The start of a line up to where its words begin: blanks, or a label and two blanks or more."""

Measure: TypeAlias = Callable[[str], int]
"""How many cells of a terminal a text takes."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A table whose cells are text of known widths; a text cell may hold several lines."""

    columns: tuple[Column, ...]
    widths: tuple[int, ...]
    titles: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    hidden: tuple[str, ...]

    @property
    def width(self) -> int:
        """The whole table's, blanks between columns included."""
        return sum(self.widths) + SPACING * max(0, len(self.widths) - 1)


@dataclass(slots=True)
class _Strip:
    """One column on its way into the layout."""

    column: Column
    title: str
    cells: list[str]
    width: int


def lay_out(table: Table, view: View, measure: Measure) -> Layout:
    """Fit the table into the view: shorten the bar, then drop columns that say they may go (the highest
    `drop` first), then break or shorten text. Where numbers alone are too wide, the line is longer than
    the view."""
    strips = [_strip(table, place, view, measure) for place in range(len(table.columns))]
    hidden: list[_Strip] = []
    while _missing(strips, view) > 0 and not _bar_fits(strips, view):
        droppable = [strip for strip in strips if strip.column.drop > 0]
        if not droppable:
            break
        worst = max(reversed(droppable), key=lambda strip: strip.column.drop)
        strips.remove(worst)
        hidden.append(worst)
    _shrink_text(strips, view, measure)
    _draw_bars(table, strips, view)
    return Layout(
        columns=tuple(strip.column for strip in strips),
        widths=tuple(strip.width for strip in strips),
        titles=tuple(strip.title for strip in strips),
        rows=list(zip(*(strip.cells for strip in strips), strict=True)),
        hidden=tuple(
            strip.title for strip in reversed(hidden) if strip.title and strip.column.kind is not Kind.BAR
        ),
    )


def _strip(table: Table, place: int, view: View, measure: Measure) -> _Strip:
    column = table.columns[place]
    title = harmless(column.title)
    if column.kind is Kind.BAR:
        return _Strip(column, title, [""] * len(table.rows), _BAR)
    cells = [harmless(people(row[place], column.kind, view.precision)) for row in table.rows]
    return _Strip(column, title, cells, max(map(measure, [title, *cells])))


def _missing(strips: Sequence[_Strip], view: View) -> int:
    """By how many cells the line is too long."""
    return sum(strip.width for strip in strips) + SPACING * (len(strips) - 1) - view.width


def _bar_fits(strips: Sequence[_Strip], view: View) -> bool:
    """Shorten the bar to the room there is; false where it would be too short to say anything."""
    for strip in strips:
        if strip.column.kind is Kind.BAR and strip.width - _missing(strips, view) >= _SHORTEST_BAR:
            strip.width -= _missing(strips, view)
            return True
    return False


def _draw_bars(table: Table, strips: Sequence[_Strip], view: View) -> None:
    for strip in strips:
        if strip.column.kind is Kind.BAR:
            place = table.columns.index(strip.column)
            strip.cells = [bar(row[place], strip.width, view.drawing) for row in table.rows]


def _shrink_text(strips: Sequence[_Strip], view: View, measure: Measure) -> None:
    """Take the missing cells from the widest texts, and break those texts at blanks, or cut them visibly."""
    texts = [strip for strip in strips if strip.column.kind is Kind.TEXT]
    before = [strip.width for strip in texts]
    while (missing := _missing(strips, view)) > 0:
        widths = sorted({strip.width for strip in texts if strip.width > _NARROWEST_TEXT}, reverse=True)
        if not widths:
            break
        widest = [strip for strip in texts if strip.width == widths[0]]
        floor = max(widths[1] if len(widths) > 1 else 0, _NARROWEST_TEXT)
        step = min(widths[0] - floor, -(-missing // len(widest)))
        for strip in widest:
            strip.width -= step
    for strip, width in zip(texts, before, strict=True):
        if strip.width < width:
            _fit(strip, view, measure)


def _fit(strip: _Strip, view: View, measure: Measure) -> None:
    """Break the texts; where one cannot be as narrow, the others take the room that it needs."""
    texts = [strip.title, *strip.cells]
    needed = [max(map(measure, broken(text, strip.width, measure, view))) for text in texts]
    strip.width = max(needed)
    strip.title, *strip.cells = ("\n".join(broken(text, strip.width, measure, view)) for text in texts)


def broken(text: str, width: int, measure: Measure, view: View) -> list[str]:
    """The text as lines of at most `width` cells, broken at blanks; a longer word is cut visibly."""
    words = [shortened(word, width, measure, view) for word in text.split(" ")]
    return _filled(words, width, measure)


def wrapped(text: str, width: int, measure: Measure) -> list[str]:
    """The text as lines of at most `width` cells, broken at blanks; a longer word keeps its length.

    Lines after the first stand below what follows the first gap of two blanks (`label   words`), else two in.
    """
    if measure(text) <= width:
        return [text]
    found = _LABEL.match(text)
    indent = found.end() if found and found.end() <= width // 2 else 2
    return _filled(text[indent:].split(" "), width - indent, measure, text[:indent])


def _filled(words: Sequence[str], width: int, measure: Measure, start: str = "") -> list[str]:
    """Lines of words; `start` stands before the first, as many blanks before the others."""
    lines = [words[0]]
    for word in words[1:]:
        if measure(lines[-1]) + 1 + measure(word) <= width:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return [start + lines[0], *(" " * measure(start) + line for line in lines[1:])]


def shortened(text: str, width: int, measure: Measure, view: View) -> str:
    """The text cut to `width` cells with a visible mark at its end; a number in it stays whole or goes whole.

    A text that is nothing but a number at its start is not cut.
    """
    if measure(text) <= width:
        return text
    mark = "…" if view.drawing else "..."
    cut = min(len(text), _LETTERS_A_CELL * width)
    while cut > 0 and measure(text[:cut]) + measure(mark) > width:
        cut -= 1
    for number in _NUMBER.finditer(text):
        if number.start() < cut < number.end():
            cut = number.start()
            break
    return text[:cut] + mark if cut > 0 else text
