"""The format `latex`: a tabular of the results with the rules of the package booktabs, for a paper."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from losscli.outputs.digits import people, phrases
from losscli.outputs.formats import OutputFormat
from losscli.outputs.harmless import harmless
from losscli.outputs.view import View
from losscli.report import Report
from losscli.report.tables import Between, Cell, Column, Kind, Strong, Table

_SPECIAL: Final = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
} | {sign: "\\" + sign for sign in "{}$&#%_"}
_ESCAPES: Final = str.maketrans(_SPECIAL)
_NUMBER: Final = re.compile(r"([+-]?[\d.,]+)(?:e([+-]\d+))?")


def _escape(text: str) -> str:
    return harmless(text).translate(_ESCAPES)


def _cell(cell: Cell, column: Column, precision: int) -> str:
    if isinstance(cell, Strong):
        return rf"\textbf{{{_cell(float(cell), column, precision)}}}"
    if isinstance(cell, Between):
        return " to ".join(_cell(end, column, precision) for end in cell)
    text = people(cell, column.kind, precision)
    if isinstance(cell, str) or not text:
        return _escape(text)
    if text in {"inf", "+inf", "-inf"}:
        return "$" + text.replace("inf", r"\infty") + "$"
    found = _NUMBER.fullmatch(text)
    if found is None:
        return _escape(text)
    if found[2] is not None:
        return rf"${found[1]} \times 10^{{{int(found[2])}}}$"
    return f"${text}$" if text[0] in "+-" else text


def _comments(lines: Sequence[str]) -> str:
    return "".join(f"% {harmless(line)}\n" for line in lines)


def _tabular(table: Table, precision: int) -> Iterator[str]:
    places = [place for place, column in enumerate(table.columns) if column.kind is not Kind.BAR]
    columns = [table.columns[place] for place in places]
    sides = "".join("l" if column.kind is Kind.TEXT else "r" for column in columns)
    yield _comments(table.heading)
    yield "\\begin{table}\n\\centering\n" if table.caption else ""
    yield f"\\begin{{tabular}}{{{sides}}}\n\\toprule\n"
    yield " & ".join(_escape(column.title) for column in columns) + " \\\\\n\\midrule\n"
    for row in table.rows:
        yield " & ".join(_cell(row[place], table.columns[place], precision) for place in places) + " \\\\\n"
    yield "\\bottomrule\n\\end{tabular}\n"
    if table.caption:
        yield from _caption(table, precision)
        return
    yield _comments(
        [text for note in (*table.centred_notes, *table.notes) for text in phrases(note, precision)]
    )
    yield _comments(table.signatures)


def _caption(table: Table, precision: int) -> Iterator[str]:
    """The caption with the signatures, and the end of the float."""
    words = " ".join(_escape(text) for note in table.caption for text in phrases(note, precision))
    # A signature may be broken at its bars, where a line of text ends.
    marks = [_escape(one).replace(r"\textbar{}", r"\textbar{}\allowbreak{}") for one in table.signatures]
    marks = [rf"\texttt{{{mark}}}" for mark in marks]
    yield f"\\caption{{{' '.join([words, *marks])}}}\n\\end{{table}}\n"


def _chosen(tables: Sequence[Table]) -> Sequence[Table]:
    """The results alone where there are any; the rows they come from belong into no paper."""
    return [table for table in tables if table.name in ("segments", "reduced")] or tables


def _render(report: Report, view: View) -> Iterator[str]:
    yield "% \\usepackage{booktabs}\n"
    for table in _chosen(report.tables()):
        yield from _tabular(table, view.precision)


FORMAT = OutputFormat(90, "latex", "a booktabs tabular for a paper", (".tex",), _render)
