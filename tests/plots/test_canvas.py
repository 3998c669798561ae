"""What is drawn stands where it belongs: dots, bars and ticks against their numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli import api
from losscli.outputs.view import View
from losscli.plots.canvas import BRAILLE, Canvas, Ink
from losscli.plots.drawing import picture_lines
from losscli.plots.terminal import ASCII_MARKERS, FILLS, MARKERS
from losscli.plots.ticks import Scale, nice_edges, tick_words, ticks
from losscli.report.figure import Axis, Mark, Panel, PlotReport, Series
from tests.settings import FRESH_SEED

COLUMNS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
BITS = {(across, down): bit for across, bits in enumerate(COLUMNS) for down, bit in enumerate(bits)}
"""Unicode's numbering of the dots of a braille cell, by column and row."""


def text(canvas: Canvas) -> list[str]:
    return ["".join(piece for piece, _ in row) for row in canvas.rows()]


def dots(canvas: Canvas) -> set[tuple[int, int]]:
    """Every dot that is set, across and down."""
    found = set()
    for row, line in enumerate(text(canvas)):
        for column, letter in enumerate(line):
            for (across, down), bit in BITS.items():
                if letter != " " and (ord(letter) - BRAILLE) & bit:
                    found.add((2 * column + across, 4 * row + down))
    return found


def test_a_diagonal_goes_through_every_dot_between() -> None:
    canvas = Canvas(2, 1, drawing=True)
    canvas.line((0, 0), (1, 1), "")
    assert dots(canvas) == {(0, 3), (1, 2), (2, 1), (3, 0)}


@given(*[st.floats(-3, 4, allow_nan=False) for _ in range(4)])
def test_what_is_drawn_of_a_line_lies_on_it(x0: float, y0: float, x1: float, y1: float) -> None:
    canvas = Canvas(20, 10, drawing=True)
    canvas.line((x0, y0), (x1, y1), "")
    across, down = canvas.fine
    length = math.hypot((x1 - x0) * across, (y1 - y0) * down)
    for x, y in dots(canvas):
        px, py = x + 0.5 - x0 * across, (1 - y0) * down - y - 0.5
        far = abs((x1 - x0) * across * py - (y1 - y0) * down * px)
        assert far <= 1.5 * length or length < 3


@pytest.mark.parametrize("drawing", [True, False])
def test_ends_of_the_field_are_its_corners(drawing: bool) -> None:
    canvas = Canvas(7, 3, drawing=drawing)
    for x, y in ((0, 0), (0, 1), (1, 0), (1, 1)):
        canvas.mark(x, y, Ink("o"))
    canvas.mark(1.01, 0.5, Ink("x"))
    assert text(canvas) == ["o     o", "       ", "o     o"]


def test_bars_end_in_eighths_or_whole_cells() -> None:
    canvas = Canvas(4, 2, drawing=True)
    for place, top in enumerate((0.0, 3 / 16, 0.5, 1.0)):
        canvas.bar(place / 4, (place + 1) / 4, top, Ink("█"))
    assert text(canvas) == ["   █", " ▃██"]
    ascii_ = Canvas(3, 2, drawing=False)
    for place, top in enumerate((0.01, 0.5, 1.0)):
        ascii_.bar(place / 3, (place + 1) / 3, top, Ink("#"))
    assert text(ascii_) == ["  #", "###"]


def test_lines_lie_over_shades_and_markers_over_lines() -> None:
    canvas = Canvas(3, 1, drawing=False)
    for column in range(3):
        canvas.shade(column, 0, Ink("." if column else " "))
    canvas.line((0, 0.5), (0.7, 0.5), "")
    canvas.mark(0.5, 0.5, Ink("o"))
    assert text(canvas) == [".o*"]


def test_markers_and_fillings_all_differ() -> None:
    for known in (MARKERS, ASCII_MARKERS, FILLS):
        assert len(set(known)) == len(known)


@given(st.floats(-1e300, 1e300), st.floats(1e-290, 1e300), st.integers(2, 20))
def test_ticks_lie_on_the_axis_and_differ(low: float, span: float, count: int) -> None:
    scale = Scale(low, low + span)
    if not (scale.low < scale.high and (scale.high - scale.low) > 1e-9 * abs(low)):
        return
    values = ticks(scale, count)
    assert 1 <= len(values) <= count + 2
    assert all(scale.holds(value) for value in values)
    words = tick_words(values)
    assert len(set(words)) == len(values)
    for word, value in zip(words, values, strict=True):
        assert float(word) == pytest.approx(value, rel=1e-6, abs=1e-6 * max(map(abs, values)))


@given(st.floats(-1e12, 1e12), st.floats(0, 1e12), st.integers(1, 40))
def test_edges_rise_and_hold_both_ends(low: float, span: float, count: int) -> None:
    edges = nice_edges(low, low + span, count)
    assert edges[0] <= low <= low + span <= edges[-1] * (1 + 1e-9 * np.sign(edges[-1])) + 1e-300
    assert edges == sorted(edges)
    assert len(edges) <= 4 * count + 2


def test_a_point_stands_between_its_neighbours_ticks() -> None:
    generator = np.random.default_rng(FRESH_SEED)
    for _ in range(20):
        x, y = (float(value) for value in generator.uniform(0.05, 0.95, size=2))
        series = Series("point", Mark.POINTS, (x,), (y,))
        panel = Panel("p", Axis("x", 0.0, 1.0), Axis("y", 0.0, 1.0), (series,))
        lines = "".join(picture_lines(PlotReport("curve", "t", (panel,)), View(), 24)).splitlines()
        row = next(place for place, line in enumerate(lines) if MARKERS[0] in line)
        top = next(place for place, line in enumerate(lines) if line.strip().startswith("1.0 ┤"))
        bottom = next(place for place, line in enumerate(lines) if line.strip().startswith("0.0 ┤"))
        assert abs((row - top) / (bottom - top) - (1 - y)) < 1.2 / (bottom - top)
        left = lines[top].index("┤") + 1
        width = len(lines[bottom + 1]) - left
        assert abs((lines[row].index(MARKERS[0]) - left) / width - x) < 1.2 / width


def test_numbers_of_any_size_are_drawn() -> None:
    for scale in (1e-300, 1e-5, 1.0, 1e9, 1e300):
        report = api.plot("residuals", [scale, 2 * scale, 4 * scale], [scale, scale, 3 * scale])
        assert len(api.draw(report).splitlines()) == 24
