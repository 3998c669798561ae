"""A record as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from losscli.errors import UsageError
from losscli.outputs.view import View
from losscli.report.figure import PlotReport

CELLS = (80, 24)
_LEAST = (30, 10)
_MOST = (1000, 1000)


def check_cells(cells: tuple[int, int]) -> tuple[int, int]:
    """The size itself. Raises UsageError for one in which nothing could be read."""
    if not all(least <= side <= most for least, side, most in zip(_LEAST, cells, _MOST, strict=True)):
        raise UsageError(
            f"{cells[0]}x{cells[1]} characters: a picture is {_LEAST[0]} to {_MOST[0]} wide and "
            f"{_LEAST[1]} to {_MOST[1]} high",
            hint="--size 80x24",
        )
    return cells


def picture_lines(report: PlotReport, view: View, height: int = CELLS[1]) -> Iterator[str]:
    """The picture, line by line, as wide as the view."""
    from losscli.outputs.table_spans import painted
    from losscli.plots.terminal import draw

    return painted(draw(report, view, height), view)
