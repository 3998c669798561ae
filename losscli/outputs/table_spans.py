"""Lines whose pieces name their style, as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from rich.color import ColorSystem
from rich.style import Style

from losscli.outputs.view import View

_STYLES: Final = {
    "bold": Style(bold=True),
    "dim": Style(dim=True),
    # the sixteen colours of a terminal that lie nearest to Okabe and Ito's
    "series0": Style(color="bright_blue"),
    "series1": Style(color="yellow"),
    "series2": Style(color="bright_cyan"),
    "series3": Style(color="magenta"),
    "series4": Style(color="green"),
    "series5": Style(color="bright_red"),
    "series6": Style(color="bright_yellow"),
    "series7": Style(bold=True),
}


def painted(lines: Iterable[list[tuple[str, str]]], view: View) -> Iterator[str]:
    """The lines with line ends, without blanks at their ends; with escape codes where the view has colour."""
    for line in lines:
        length = len("".join(text for text, _ in line).rstrip(" "))
        kept = ""
        for whole, style in line:
            text = whole[: max(length, 0)]
            length -= len(text)
            styled = view.colour and style and text.strip()
            kept += _STYLES[style].render(text, color_system=ColorSystem.STANDARD) if styled else text
        yield kept + "\n"
