"""Pictures of characters, sized to the window: braille and blocks, or ASCII where nothing else can be
shown."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise, zip_longest
from typing import Final

from losscli.outputs.digits import phrases
from losscli.outputs.harmless import harmless
from losscli.outputs.view import View
from losscli.plots.canvas import Canvas, Ink, SpanLine
from losscli.plots.shading import legend_of_grid, shade
from losscli.plots.ticks import Scale, horizontal, tick_words, ticks, vertical
from losscli.records import NamedTuple
from losscli.report.figure import Mark, Panel, PlotReport, Series

MARKERS: Final = "●▲■◆✚✖★○"
ASCII_MARKERS: Final = "ox+*#@%&"
FILLS: Final = "█▒░▓"
ASCII_FILLS: Final = "#=:%"
_SIDE_BY_SIDE: Final = 120
"""Columns from which on two panels stand beside each other."""
_NARROW_PAIR, _LOW = 48, 12
"""Columns from which on they do so where they would be lower than this one above the other."""
_GAP: Final = "   "
_LEAST: Final = 5
_NARROWEST: Final = 30
_MARKERS_A_LINE: Final = 6


class _Place(NamedTuple):
    """The canvas of a panel with its two scales."""

    canvas: Canvas
    x: Scale
    y: Scale

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A point as shares of both axes."""
        return self.x.share(x), self.y.share(y)


def draw(report: PlotReport, view: View, height: int = 24) -> list[SpanLine]:
    """The picture as lines of at most `view.width` cells and, where it can be, `height` lines in all."""
    width = max(view.width, _NARROWEST)
    below = list(_below(report, width, view))
    title = [[(line, "bold")] for line in _wrapped(_text(report.title, view), width)]
    room = height - len(title) - len(below)
    panels = report.panels
    low = width >= _NARROW_PAIR and room // 2 < _LOW
    beside = len(panels) == 2 and (width >= _SIDE_BY_SIDE or low)
    each = room if beside else room // max(len(panels), 1)
    drawn = [_panel(panel, (width - len(_GAP)) // 2 if beside else width, each, view) for panel in panels]
    lines = list(_beside(drawn)) if beside else [line for panel in drawn for line in panel]
    return [*title, *lines, *below]


def _beside(panels: Sequence[list[SpanLine]]) -> Iterator[SpanLine]:
    for pieces in zip_longest(*panels):
        known = [piece if piece is not None else [] for piece in pieces]
        yield [span for place, piece in enumerate(known) for span in ([(_GAP, "")] if place else []) + piece]


def _panel(panel: Panel, width: int, height: int, view: View) -> list[SpanLine]:
    """One panel, every line `width` cells wide: its axis' label, the canvas, ticks, the other label."""
    rows = max(height - 4, _LEAST)
    y = vertical(panel)
    marks = ticks(y, max(rows // 2, 2) if rows < 12 else rows // 3)
    words = [_text(word, view) for word in tick_words(marks)]
    left = max((len(word) for word in words), default=1) + 1
    canvas = Canvas(width - left - 1, rows, drawing=view.drawing)
    place = _Place(canvas, horizontal(panel), y)
    if panel.grid is not None:
        shade(canvas, panel.grid, view.drawing)
    _rules(panel, place)
    for number, entry in enumerate(panel.series):
        _series(entry, place, number, len(panel.series))
    labels = {_row_of(value, place): word for value, word in zip(marks, words, strict=True)}
    corner, wall, tick, floor, foot = ("└", "│", "┤", "─", "┬") if view.drawing else ("+", "|", "+", "-", "+")
    head = _fit(_text(panel.y.label, view), width)
    found: list[SpanLine] = [[(head.ljust(width), "dim")]]
    for row, line in enumerate(canvas.rows()):
        word = labels.get(row, "")
        found.append([(word.rjust(left - 1) + " ", ""), (tick if word else wall, "dim"), *line])
    base, below = _foot(panel, place, view, (floor, foot))
    found.append([(" " * left, ""), (corner + base, "dim")])
    found.append([(" " * (left + 1), ""), (below, "")])
    label = _fit(_text(panel.x.label, view), width - left - 1)
    found.append([(" " * (left + 1), ""), (label.center(width - left - 1), "dim")])
    return found


def _row_of(value: float, place: _Place) -> int:
    height = place.canvas.height
    return min(int((1 - place.y.share(value)) * height), height - 1)


def _foot(panel: Panel, place: _Place, view: View, strokes: tuple[str, str]) -> tuple[str, str]:
    """The line below the canvas and the numbers (or names) below it; those without room are left out."""
    width = place.canvas.width
    if panel.x.names:
        marks = [float(at) for at in range(1, len(panel.x.names) + 1)]
        room = max(width // len(marks) - 1, 1)
        words = [_fit(_text(name, view), room) for name in panel.x.names]
    else:
        marks = ticks(place.x, max(width // 8, 2))
        words = tick_words(marks)
    base, below, end = [strokes[0]] * width, [" "] * width, -1
    for value, word in zip(marks, words, strict=True):
        column = min(int(place.x.share(value) * width), width - 1)
        start = max(0, min(column - len(word) // 2, width - len(word)))
        if start <= end or len(word) > width:
            continue
        base[column] = strokes[1]
        below[start : start + len(word)] = word
        end = start + len(word)
    return "".join(base), "".join(below)


def _rules(panel: Panel, place: _Place) -> None:
    for rule in panel.rules:
        if rule.along == "x" and place.x.holds(rule.at):
            share = place.x.share(rule.at)
            place.canvas.line((share, 0), (share, 1), "dim")
        elif rule.along == "y" and place.y.holds(rule.at):
            share = place.y.share(rule.at)
            place.canvas.line((0, share), (1, share), "dim")
        elif rule.along == "diagonal":
            low, high = min(place.x.low, place.y.low), max(place.x.high, place.y.high)
            place.canvas.line(place.at(low, low), place.at(high, high), "dim")


def _series(entry: Series, place: _Place, number: int, count: int) -> None:
    style = style_of(number)
    ink = Ink(marker_of(number, drawing=place.canvas.drawing), style)
    if entry.mark is Mark.BARS:
        _bars(entry, place, Ink(fill_of(number, drawing=place.canvas.drawing), style), (number, count))
        return
    points = [
        place.at(x, y) for x, y in zip(entry.x, entry.y, strict=True) if place.y.low <= y <= place.y.high
    ]
    _intervals(entry, place, style)
    if entry.mark is Mark.POINTS:
        for point in points:
            if len(points) > place.canvas.width:
                place.canvas.line(point, point, style)
            else:
                place.canvas.mark(*point, ink)
        return
    shares = [
        place.at(x, y) if abs(y) < float("inf") else None for x, y in zip(entry.x, entry.y, strict=True)
    ]
    for start, end in pairwise(shares):
        if start is not None and end is not None:
            place.canvas.line(start, end, style)
    step = max(len(points) // _MARKERS_A_LINE, 1)
    for x, y in points[(2 * number + 1) * step // (2 * count) :: step]:
        place.canvas.mark(x, y, ink)


def _bars(entry: Series, place: _Place, ink: Ink, share: tuple[int, int]) -> None:
    """Bars from `x` to `to`; without `to` they stand at whole numbers, those of several series side by
    side."""
    number, count = share
    ends = entry.numbers("to")
    for at, (x, y) in enumerate(zip(entry.x, entry.y, strict=True)):
        if ends is not None:
            left, right = x, ends[at]
        else:
            left = x - 0.4 + 0.8 * number / count
            right = left + 0.8 / count
        place.canvas.bar(place.x.share(left), place.x.share(right), place.y.share(y), ink)


def _intervals(entry: Series, place: _Place, style: str) -> None:
    lows, highs = entry.numbers("low"), entry.numbers("high")
    if lows is None or highs is None:
        return
    for x, low, high in zip(entry.x, lows, highs, strict=True):
        if math.isfinite(low) and math.isfinite(high):
            place.canvas.line(place.at(x, low), place.at(x, high), style)


def _below(report: PlotReport, width: int, view: View) -> Iterator[SpanLine]:
    """The legend, what shades mean, and what is said in words."""
    yield from _legend(report, width, view)
    for panel in report.panels:
        if panel.grid is not None:
            for line in _wrapped(_text(legend_of_grid(panel.grid, view), view), width):
                yield [(line, "")]
    words = ["".join(phrases(note, view.precision)) for note in report.words()]
    facts, notes = words[: len(report.facts)], words[len(report.facts) :]
    packed = _packed([_text(fact, view) for fact in facts], width)
    for text in (*packed, *(_text(note, view) for note in notes)):
        for line in _wrapped(text, width):
            yield [(line, "")]


def _legend(report: PlotReport, width: int, view: View) -> Iterator[SpanLine]:
    entries: dict[str, tuple[int, Mark]] = {}
    for panel in report.panels:
        for number, entry in enumerate(panel.series):
            if len(panel.series) > 1 or (panel.rules and entry.mark is not Mark.BARS):
                entries.setdefault(entry.label, (number, entry.mark))
    line: SpanLine = []
    used = 0
    for label, (number, mark) in entries.items():
        known = fill_of if mark is Mark.BARS else marker_of
        sign = known(number, drawing=view.drawing)
        text = _fit(_text(label, view), width - 4)
        if line and used + len(text) + 5 > width:
            yield line
            line, used = [], 0
        line += [("   " if line else "", ""), (sign, style_of(number)), (" " + text, "")]
        used += len(text) + 5
    if line:
        yield line
    rules = [rule.label for panel in report.panels for rule in panel.rules if rule.label]
    if rules:
        for text in _wrapped(_text("lines: " + ", ".join(dict.fromkeys(rules)), view), width):
            yield [(text, "dim")]


def style_of(number: int) -> str:
    """The style of a series by its place."""
    return f"series{number % len(MARKERS)}"


def marker_of(number: int, *, drawing: bool) -> str:
    """The marker of a series by its place."""
    known = MARKERS if drawing else ASCII_MARKERS
    return known[number % len(known)]


def fill_of(number: int, *, drawing: bool) -> str:
    """What the bars of a series are filled with, by its place."""
    known = FILLS if drawing else ASCII_FILLS
    return known[number % len(known)]


def _packed(texts: Sequence[str], width: int) -> list[str]:
    """Short texts, as many in a line as there is room for."""
    found: list[str] = []
    for text in texts:
        if found and len(found[-1]) + len(_GAP) + len(text) <= width:
            found[-1] += _GAP + text
        else:
            found.append(text)
    return found


def _wrapped(text: str, width: int) -> list[str]:
    import textwrap

    return textwrap.wrap(text, width, break_on_hyphens=False) or [""]


def _fit(text: str, width: int) -> str:
    """The text, its end cut off visibly where there is no room."""
    return text if len(text) <= width else text[: max(width - 3, 0)] + "..."[:width]


def _text(text: str, view: View) -> str:
    """The text as the terminal shows it in one cell a letter: harmless, and wide or combining letters as
    escapes."""
    shown = harmless(text)
    if shown.isascii():
        return shown
    return "".join(letter if _is_plain(letter, view) else ascii(letter)[1:-1] for letter in shown)


def _is_plain(letter: str, view: View) -> bool:
    if letter.isascii():
        return True
    wide = unicodedata.east_asian_width(letter) in "WF" or unicodedata.combining(letter)
    return view.drawing and not wide
