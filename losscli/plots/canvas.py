"""A field of character cells to draw on: dots of braille, blocks, markers, or plain ASCII."""

from __future__ import annotations

from typing import Final

from losscli.records import NamedTuple

BRAILLE: Final = 0x2800
_DOTS: Final = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of each dot of a braille cell, by row and column."""
_EIGHTHS: Final = " ▁▂▃▄▅▆▇█"
_FULL: Final = "█"

SpanLine = list[tuple[str, str]]
"""A line as pieces of text, each with the name of its style."""


class Ink(NamedTuple):
    """A character and its style."""

    text: str
    style: str = ""


class Canvas:
    """`width` x `height` cells. Places are shares of both axes, 0 to 1 from the lower left corner.

    With `drawing` lines are dots of braille, two across and four down a cell; without they are ASCII.
    """

    def __init__(self, width: int, height: int, *, drawing: bool) -> None:
        self.width, self.height, self.drawing = width, height, drawing
        self._bits = [[0] * width for _ in range(height)]
        self._styles = [[""] * width for _ in range(height)]
        self._over: list[list[Ink | None]] = [[None] * width for _ in range(height)]
        self._under: list[list[Ink]] = [[Ink(" ")] * width for _ in range(height)]

    @property
    def fine(self) -> tuple[int, int]:
        """The number of dots across and down."""
        return (self.width * 2, self.height * 4) if self.drawing else (self.width, self.height)

    def line(self, start: tuple[float, float], end: tuple[float, float], style: str) -> None:
        """A straight line; what lies beyond the edge is left out."""
        clipped = _clipped(start, end)
        if clipped is None:
            return
        (x0, y0), (x1, y1) = (self._dot(*place) for place in clipped)
        steps = max(abs(x1 - x0), abs(y1 - y0), 1)
        for step in range(steps + 1):
            self._set(round(x0 + (x1 - x0) * step / steps), round(y0 + (y1 - y0) * step / steps), style)

    def mark(self, x: float, y: float, ink: Ink, *, over: bool = True) -> None:
        """A character at a place; not `over` another one unless asked."""
        if not (0 <= x <= 1 and 0 <= y <= 1):
            return
        column, row = self._cell(x, y)
        if over or self._over[row][column] is None:
            self._over[row][column] = ink

    def put(self, column: int, row: int, ink: Ink) -> None:
        """A character into a cell, rows counted from the top."""
        if 0 <= column < self.width and 0 <= row < self.height:
            self._over[row][column] = ink

    def shade(self, column: int, row: int, ink: Ink) -> None:
        """A character below all lines and markers."""
        self._under[row][column] = ink

    def bar(self, left: float, right: float, top: float, ink: Ink) -> None:
        """A bar from the lower edge to the height `top`, at least one cell wide. A full block ends in eighths
        of a cell; any other character fills whole cells."""
        first = min(int(left * self.width + 0.5), self.width - 1)
        last = max(int(right * self.width + 0.5), first + 1)
        eighths = round(max(0.0, min(top, 1.0)) * self.height * 8)
        if top > 0:
            eighths = max(eighths, 1 if ink.text == _FULL else 8)
        for row in range(self.height):
            full = eighths - 8 * (self.height - 1 - row)
            if full <= 0:
                continue
            text = _EIGHTHS[min(full, 8)] if ink.text == _FULL else ink.text if full >= 4 else " "
            for column in range(first, min(last, self.width)):
                self.put(column, row, Ink(text, ink.style))

    def rows(self) -> list[SpanLine]:
        """What was drawn, from the top, every line as wide as the canvas."""
        return [self._row(row) for row in range(self.height)]

    def _row(self, row: int) -> SpanLine:
        spans: SpanLine = []
        for column in range(self.width):
            over, bits = self._over[row][column], self._bits[row][column]
            if over is None:
                under = self._under[row][column]
                over = Ink(self._dots(bits, under), self._styles[row][column]) if bits else under
            text, style = over
            if spans and spans[-1][1] == style:
                spans[-1] = (spans[-1][0] + text, style)
            else:
                spans.append((text, style))
        return spans

    def _dots(self, bits: int, under: Ink) -> str:
        if self.drawing:
            return chr(BRAILLE + bits)
        return "." if under.text == " " else "*"  # a dot is a shade as well

    def _dot(self, x: float, y: float) -> tuple[int, int]:
        across, down = self.fine
        return min(int(x * across), across - 1), min(int((1 - y) * down), down - 1)

    def _cell(self, x: float, y: float) -> tuple[int, int]:
        return min(int(x * self.width), self.width - 1), min(int((1 - y) * self.height), self.height - 1)

    def _set(self, across: int, down: int, style: str) -> None:
        if self.drawing:
            column, row = across // 2, down // 4
            self._bits[row][column] |= _DOTS[down % 4][across % 2]
        else:
            column, row = across, down
            self._bits[row][column] = 1
        self._styles[row][column] = style


def _clipped(
    start: tuple[float, float], end: tuple[float, float]
) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """The part of a line that lies in the unit square (Liang and Barsky)."""
    first, last = 0.0, 1.0
    for low, high in zip(start, end, strict=True):
        change = high - low
        for distance, room in ((-change, low), (change, 1 - low)):
            if distance == 0:
                if room < 0:
                    return None
            elif distance < 0:
                first = max(first, room / distance)
            else:
                last = min(last, room / distance)
    if first > last:
        return None
    (x0, y0), (x1, y1) = start, end
    return (x0 + first * (x1 - x0), y0 + first * (y1 - y0)), (x0 + last * (x1 - x0), y0 + last * (y1 - y0))
