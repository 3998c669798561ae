"""The format `markdown`: tables as GitHub draws them, for comments and job summaries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from losscli.outputs.digits import people, phrases
from losscli.outputs.formats import OutputFormat
from losscli.outputs.harmless import harmless
from losscli.outputs.view import View
from losscli.report import Report
from losscli.report.tables import Cell, Column, Kind, Strong, Table

_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>|~$#!&])")
_LIST_LIKE: Final = re.compile(r"^(\s*)([-+]|\d+[.)])(?=\s)")


def _escape(text: str) -> str:
    """Text as Markdown shows it, whatever it holds."""
    return _SPECIAL.sub(r"\\\1", harmless(text))


def _line(text: str) -> str:
    return _LIST_LIKE.sub(lambda found: f"{found[1]}{found[2][:-1]}\\{found[2][-1]}", _escape(text))


def _code(text: str) -> str:
    """Text as a code span, with a fence longer than any run of backticks in it."""
    text = harmless(text)
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}" if longest else f"{fence}{text}{fence}"


def _cell(cell: Cell, column: Column, precision: int) -> str:
    text = _escape(people(cell, column.kind, precision))
    return f"**{text}**" if isinstance(cell, Strong) else text


def _table(table: Table, precision: int) -> Iterator[str]:
    places = [place for place, column in enumerate(table.columns) if column.kind is not Kind.BAR]
    columns = [table.columns[place] for place in places]
    yield "| " + " | ".join(_escape(column.title) for column in columns) + " |\n"
    yield "|" + "|".join(" --- " if column.kind is Kind.TEXT else " ---: " for column in columns) + "|\n"
    for row in table.rows:
        cells = (_cell(row[place], table.columns[place], precision) for place in places)
        yield "| " + " | ".join(cells) + " |\n"


def _render(report: Report, view: View) -> Iterator[str]:
    separator = ""
    for table in report.tables():
        below = [*table.centred_notes, *table.notes]
        lines = [_line(text) for note in below for text in phrases(note, view.precision)]
        lines += [_code(signature) for signature in table.signatures]
        yield separator
        yield "".join(f"**{_line(line)}**\n\n" for line in table.heading)
        yield from _table(table, view.precision)
        yield "\n" + "\\\n".join(lines) + "\n" if lines else ""
        separator = "\n"


FORMAT = OutputFormat(
    80, "markdown", "tables for GitHub comments and summaries", (".md", ".markdown"), _render
)
