"""A grid of numbers as shades: the lower, the lighter."""

from __future__ import annotations

import bisect
import math
from typing import Final

from losscli.outputs.digits import rounded
from losscli.outputs.view import View
from losscli.plots.canvas import Canvas, Ink
from losscli.report.figure import Grid

SHADES: Final = " ·░▒▓█"
ASCII_SHADES: Final = " .:+#@"


def levels(grid: Grid, count: int) -> list[float]:
    """`count` rising levels between the grid's smallest and largest number, closer together near the
    smallest, where the minimum lies."""
    values = [value for row in grid.values for value in row if math.isfinite(value)]
    if not values:
        return []
    low, high = min(values), max(values)
    if not low < high:
        return []
    return [low + (high - low) * (place / (count + 1)) ** 2 for place in range(1, count + 1)]


def shade(canvas: Canvas, grid: Grid, drawing: bool) -> None:
    """Fill every cell with the shade of the number nearest to its middle."""
    shades = SHADES if drawing else ASCII_SHADES
    known = levels(grid, len(shades) - 1)
    for row in range(canvas.height):
        values = grid.values[_nearest(1 - (row + 0.5) / canvas.height, len(grid.y))]
        for column in range(canvas.width):
            value = values[_nearest((column + 0.5) / canvas.width, len(grid.x))]
            text = shades[bisect.bisect_right(known, value)] if math.isfinite(value) else "?"
            canvas.shade(column, row, Ink(text, "dim"))


def _nearest(share: float, count: int) -> int:
    return min(int(share * (count - 1) + 0.5), count - 1)


def legend_of_grid(grid: Grid, view: View) -> str:
    """What each shade means."""
    shades = SHADES if view.drawing else ASCII_SHADES
    known = levels(grid, len(shades) - 1)
    words = [rounded(level, min(view.precision, 4)) for level in known]
    pieces = [f"{shade} from {word}" for shade, word in zip(shades[1:], words, strict=False)]
    return f"{grid.label}: blank below, {', '.join(pieces)}" if pieces else grid.label
