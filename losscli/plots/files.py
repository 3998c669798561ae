"""Pictures as png, svg and pdf, drawn by matplotlib: the same bytes for the same record and size."""

from __future__ import annotations

import io
import logging
import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from losscli.errors import UsageError
from losscli.outputs.digits import phrases
from losscli.outputs.harmless import harmless
from losscli.plots.ticks import horizontal, tick_words, ticks, vertical
from losscli.report.figure import Mark, Panel, PlotReport, Rule, Series

FORMATS: Final = ("png", "svg", "pdf")
INSTALL: Final = "pip install 'losscli[plot]'"
INCHES: Final = (7.5, 5.0)
COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442")
"""Okabe and Ito's colours, which people with any colour vision tell apart; the palest last."""
MARKERS: Final = "o^sDPX*v"
STROKES: Final = ("-", "--", "-.", ":", "-", "--", "-.", ":")
HATCHES: Final = ("", "///", "...", "xxx", "\\\\\\", "+++", "ooo", "---")
_MARKERS_A_LINE: Final = 8
_LEAST, _MOST = 2.0, 50.0
_DPI: Final = 150
_TITLE, _LABELS, _SMALL, _SPACING = 10.5, 9.0, 8.0, 1.25
_FULL_TEXT, _SMALLEST_TEXT = (5.5, 4.5), 0.7
"""The size in inches from which on text is as large as that; and how small it gets in smaller pictures."""
_LEAST_PANELS: Final = 0.55
"""The share of the height that the panels keep at least."""
_SETTINGS: Final[dict[Any, Any]] = {
    "svg.hashsalt": "losscli",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "font.family": ["DejaVu Sans"],
    "font.size": _LABELS,
    "axes.titlesize": _LABELS,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "path.simplify": True,
    "text.parse_math": False,  # a name with $ is a name
}
_METADATA: Final[dict[str, dict[str, str | None]]] = {
    "png": {"Software": "losscli"},
    "svg": {"Date": None, "Creator": "losscli"},
    "pdf": {"CreationDate": None, "Creator": "losscli", "Producer": "losscli"},
}


def check_inches(inches: tuple[float, float]) -> tuple[float, float]:
    """The size itself. Raises UsageError for a picture too small to read or too large to open."""
    if not all(_LEAST <= side <= _MOST for side in inches):
        raise UsageError(
            f"{inches[0]:g}x{inches[1]:g} inches: a picture is {_LEAST:g} to {_MOST:g} inches wide and high",
            hint="--inches 7.5x5",
        )
    return inches


def check_installed() -> None:
    """Raise UsageError where matplotlib is not installed."""
    from importlib.util import find_spec

    if find_spec("matplotlib") is None:
        raise UsageError("a picture as a file needs matplotlib, which is not installed", hint=INSTALL)


def picture_bytes(report: PlotReport, form: str, inches: tuple[float, float] = INCHES) -> bytes:
    """The picture as a file's content; `form` is png, svg or pdf. Raises UsageError where matplotlib is
    missing, and for another form or size."""
    if form not in FORMATS:
        raise UsageError(f"no picture is written as {form!r}", hint=f"one of {', '.join(FORMATS)}")
    check_inches(inches)
    check_installed()
    with _calm():
        figure = draw_figure(report, inches)
        file = io.BytesIO()
        figure.savefig(file, format=form, dpi=_DPI, metadata=_METADATA[form])
    return file.getvalue()


@contextmanager
def _calm() -> Iterator[None]:
    """Only our settings, whatever the user's files of matplotlib say, and nothing on standard error."""
    logger = logging.getLogger("matplotlib")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        import matplotlib as mpl

        with mpl.rc_context(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            mpl.rcdefaults()
            mpl.rcParams.update(_SETTINGS)
            yield
    finally:
        logger.setLevel(before)


def draw_figure(report: PlotReport, inches: tuple[float, float]) -> Any:
    """The record as a matplotlib figure: title and legend above the panels, what is said below them."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=inches, dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    panels = report.panels
    beside = len(panels) == 2 and inches[0] >= 1.3 * inches[1]
    shape = (1, len(panels)) if beside else (len(panels), 1)
    scale = _scale(figure)
    text = _Words(inches[0] / scale)
    for axes, panel in zip(figure.subplots(*shape, squeeze=False).flat, panels, strict=True):
        room = (inches[0] / scale, inches[1] / scale / shape[0])
        _panel(axes, panel, text, 1 / shape[1], room)
    top = _title(figure, report, text)
    top = _legend(figure, report, text, top)
    bottom = _below(figure, report, text, top)
    engine = figure.get_layout_engine()
    assert engine is not None
    engine.set(rect=(0, bottom, 1, top - bottom))  # type: ignore[call-arg]
    return figure


class _Words:
    """Text as the font can show it, broken to the room there is."""

    def __init__(self, width: float) -> None:
        from matplotlib.font_manager import FontProperties, findfont, get_font

        self._font = get_font(findfont(FontProperties(family="DejaVu Sans")))
        self._width = width

    def shown(self, text: str) -> str:
        """The text, harmless; letters that the font lacks as escapes."""
        return "".join(
            letter if letter.isascii() or self._font.get_char_index(ord(letter)) else ascii(letter)[1:-1]
            for letter in harmless(text)
        )

    def wrapped(self, text: str, share: float, size: float) -> str:
        """The text in lines that fit into a share of the picture's width, at a font size in points."""
        import textwrap

        letters = max(int(self._width * share * 72 / (size * 0.62)), 10)
        return "\n".join(textwrap.wrap(self.shown(text), letters, break_on_hyphens=False))


def _small_text(axes: Any) -> None:
    """Labels and numbers of an axis in the size of this picture's text."""
    size = _LABELS * _scale(axes.figure)
    axes.tick_params(labelsize=size)
    for axis in (axes.xaxis, axes.yaxis):
        axis.label.set_fontsize(size)


def _panel(axes: Any, panel: Panel, text: _Words, share: float, inches: tuple[float, float]) -> None:
    x, y = horizontal(panel), vertical(panel)
    if panel.grid is not None:
        _grid(axes, panel, text)
    for rule in panel.rules:
        _rule(axes, rule, (min(x.low, y.low), max(x.high, y.high)))
    axes.set_xlim(x.low, x.high)
    axes.set_ylim(y.low, y.high)
    for number, entry in enumerate(panel.series):
        _series(axes, entry, number, len(panel.series), text)
    axes.set_xlabel(text.wrapped(panel.x.label, 0.85 * share, 9))
    axes.set_ylabel(text.wrapped(panel.y.label, 0.5 * inches[1] / inches[0], 9))
    _tick_labels(axes, panel, text, (share * inches[0], inches[1]))
    _small_text(axes)


def _tick_labels(axes: Any, panel: Panel, text: _Words, inches: tuple[float, float]) -> None:
    """Round numbers, as many as there is room for, or the names of the places."""
    across = max(int(inches[0] * 1.3), 1)
    down = max(int((inches[1] - 0.9) / 0.4), 1)
    marks = ticks(vertical(panel), min(down, 7))
    axes.set_yticks(marks, tick_words(marks))
    if not panel.x.names:
        marks = ticks(horizontal(panel), min(across, 9))
        axes.set_xticks(marks, tick_words(marks))
        return
    count = len(panel.x.names)
    letters = int(inches[0] * 0.8 * 72 / (9 * 0.65) / count) - 1
    every = 1 if letters >= 4 else -(-5 // max(letters + 1, 1))
    names = [_cut(text.shown(name), max(letters, 4)) for name in panel.x.names]
    axes.set_xticks(range(1, count + 1, every), names[::every])


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: letters - 1] + "…"


def _rule(axes: Any, rule: Rule, ends: tuple[float, float]) -> None:
    style = {"color": "#777777", "linewidth": 0.9, "zorder": 1.5}
    if rule.along == "diagonal":
        axes.plot(ends, ends, linestyle=":", **style)
    elif rule.along == "y":
        axes.axhline(rule.at, linestyle=":", **style)
    else:
        axes.axvline(rule.at, linestyle="--", **style)


def _series(axes: Any, entry: Series, number: int, count: int, text: _Words) -> None:
    colour, label = COLOURS[number % len(COLOURS)], text.shown(entry.label)
    if entry.mark is Mark.BARS:
        _bars(axes, entry, (number, count), {"color": colour, "label": label})
        return
    y = [value if math.isfinite(value) else math.nan for value in entry.y]
    is_line = entry.mark is Mark.LINE
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    inside = all(left <= one <= right for one in entry.x) and all(low <= one <= high for one in y)
    step = max(len(y) // _MARKERS_A_LINE, 1)
    axes.plot(
        entry.x,
        y,
        color=colour,
        label=label,
        linestyle=STROKES[number % len(STROKES)] if is_line else "none",
        linewidth=1.6,
        marker=MARKERS[number % len(MARKERS)],
        markersize=4.5 if is_line or len(y) < 100 else 2.5,
        markevery=((2 * number + 1) * step // (2 * count), step) if is_line else None,
        zorder=3,
        clip_on=is_line or not inside,  # a point on the frame is drawn whole
    )
    lows, highs = entry.numbers("low"), entry.numbers("high")
    if lows is not None and highs is not None:
        axes.vlines(entry.x, lows, highs, color=colour, linewidth=1.2, zorder=2.5)


def _bars(axes: Any, entry: Series, share: tuple[int, int], style: dict[str, str]) -> None:
    number, count = share
    ends = entry.numbers("to")
    if ends is not None:
        left = list(entry.x)
        widths = [end - start for start, end in zip(entry.x, ends, strict=True)]
    else:
        left = [x - 0.4 + 0.8 * number / count for x in entry.x]
        widths = [0.8 / count] * len(left)
    y = [value if math.isfinite(value) else 0.0 for value in entry.y]
    hatch = HATCHES[number % len(HATCHES)]
    axes.bar(left, y, widths, align="edge", hatch=hatch, edgecolor="white", linewidth=0.5, **style)


def _grid(axes: Any, panel: Panel, text: _Words) -> None:
    from losscli.plots.shading import levels

    grid = panel.grid
    assert grid is not None
    values = [[value if math.isfinite(value) else math.nan for value in row] for row in grid.values]
    known = levels(grid, 11)
    if len(set(known)) < 2:
        return
    filled = axes.contourf(
        grid.x, grid.y, values, [min(map(min, values)), *known, max(map(max, values))], cmap="cividis_r"
    )
    axes.contour(grid.x, grid.y, values, known, colors="#555555", linewidths=0.4)
    bar = axes.figure.colorbar(filled, ax=axes, ticks=known[::3])
    bar.ax.set_yticklabels(tick_words([float(f"{level:.3g}") for level in known[::3]]))
    bar.set_label(text.shown(grid.label))
    _small_text(bar.ax)


def _title(figure: Any, report: PlotReport, text: _Words) -> float:
    """Write the title; the height, as a share, that is left below it."""
    lines = text.wrapped(report.title, 1.0, _TITLE)
    top = 1 - _share(figure, 0.6 * _TITLE)
    figure.text(
        0.5, top, lines, fontsize=_TITLE * _scale(figure), ha="center", va="top", linespacing=_SPACING
    )
    return float(top - _share(figure, _TITLE * (_SPACING * (lines.count("\n") + 1) + 0.4)))


def _scale(figure: Any) -> float:
    """How much smaller the text of a small picture is than usual."""
    sides = zip(figure.get_size_inches(), _FULL_TEXT, strict=True)
    return float(min(1.0, max(_SMALLEST_TEXT, min(side / full for side, full in sides))))


def _share(figure: Any, points: float) -> float:
    """So many points of usual text as a share of the figure's height."""
    return float(points * _scale(figure) / 72 / figure.get_figheight())


def _legend(figure: Any, report: PlotReport, text: _Words, top: float) -> float:
    """One legend for all panels, as many entries a row as there is room for; the height left below it."""
    known: dict[str, Any] = {}
    for axes, panel in zip(figure.axes, report.panels, strict=False):
        lone = len(panel.series) == 1 and panel.series[0].mark is Mark.BARS
        if len(panel.series) > 1 or (panel.rules and not lone) or panel.grid is not None:
            for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
                known.setdefault(label, handle)
    if not known:
        return top
    room = max(int(figure.get_figwidth() * 72 / (_SMALL * _scale(figure) * 0.62)), 12)
    labels = [_cut(label, room - 8) for label in known]
    columns = max(1, min(len(known), room // (max(map(len, labels)) + 8)))
    figure.legend(
        known.values(),
        labels,
        loc="upper center",
        bbox_to_anchor=(0.5, top),
        borderaxespad=0,
        borderpad=0,
        fontsize=_SMALL * _scale(figure),
        ncols=columns,
        labelspacing=0.3,
    )
    return float(top - _share(figure, _SMALL * 1.6 * -(-len(known) // columns)))


def _below(figure: Any, report: PlotReport, text: _Words, top: float) -> float:
    """Write what is said below the panels; the height that it takes. Lines for which the panels would become
    too low are left out, and that is said."""
    facts = ["; ".join("".join(phrases(note, 4)) for note in _first(report))] if report.facts else []
    rules = [rule.label for panel in report.panels for rule in panel.rules if rule.label]
    lined = [f"lines: {', '.join(dict.fromkeys(rules))}"] if rules else []
    said = [text.wrapped(line, 1.0, _SMALL) for line in (*facts, *lined, *report.notes)]
    lines = "\n".join(said).splitlines()
    most = int((top - _LEAST_PANELS) / _share(figure, _SMALL * _SPACING))
    if len(lines) > most:
        lines = [*lines[: max(most - 1, 0)], "(more is said by losscli plot in a terminal)"][: max(most, 1)]
    if not lines:
        return 0.0
    low = _share(figure, 0.5 * _SMALL)
    figure.text(
        0.02,
        low,
        "\n".join(lines),
        fontsize=_SMALL * _scale(figure),
        color="#333333",
        ha="left",
        va="bottom",
        linespacing=_SPACING,
    )
    return low + _share(figure, _SMALL * (_SPACING * len(lines) + 0.5))


def _first(report: PlotReport) -> Sequence[Any]:
    """The facts among what is said."""
    return [note for note, _ in zip(report.words(), report.facts, strict=False)]
