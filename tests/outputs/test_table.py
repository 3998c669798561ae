"""Tables fit where they can, and no number is ever cut."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from losscli.outputs import View, find_format
from losscli.outputs.digits import people
from losscli.outputs.layout import lay_out, shortened, wrapped
from losscli.outputs.table import draw, row_lines
from losscli.report import Report
from losscli.report.tables import Cell, Column, Kind, Table
from tests.outputs.reports import EVIL, strange, ten_rows

WIDTHS = st.integers(20, 200)
NUMBER = re.compile(r"\d[\d.,]*(?:e[+-]?\d+)?")

GOLDEN = """\
bce  Binary cross-entropy (nats, lower is better)
row   target   prediction      bce    share
──────────────────────────────────────────────────────────────────
  1        1          0.8   0.2231    9.0 %   ████████▊
  2        1          0.9   0.1054    4.3 %   ████▏
  3        1          0.9   0.1054    4.3 %   ████▏
  4        1          0.6   0.5108   20.7 %   ████████████████████
  5        1          0.8   0.2231    9.0 %   ████████▊
  6        0          0.1   0.1054    4.3 %   ████▏
  7        0          0.4   0.5108   20.7 %   ████████████████████
  8        0          0.2   0.2231    9.0 %   ████████▊
  9        0          0.1   0.1054    4.3 %   ████▏
 10        0          0.3   0.3567   14.4 %   ██████████████
                   (all 10 rows in file order)
loss     mean     sum      std      min      max   rows
───────────────────────────────────────────────────────
bce    0.2469   2.469   0.1527   0.1054   0.5108     10
always 0.5: 0.6931, skill 64.4 %     target y.csv, prediction p.csv, by position
bce|reduction:mean|weight:no|missing:error|pair:position|n:10|losscli:0.1.0
"""


def drawn(report: Report, view: View) -> str:
    return "".join(find_format("table").render(report, view))


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_the_layout_at_80_columns() -> None:
    assert drawn(ten_rows(), View()) == GOLDEN


def test_the_layout_at_200_columns_is_the_same() -> None:
    assert drawn(ten_rows(), View(width=200)) == GOLDEN


def test_colour_changes_no_character() -> None:
    coloured = drawn(ten_rows(), View(colour=True))
    assert "\x1b[1m" in coloured
    assert plain(coloured) == GOLDEN


def test_colours_are_the_terminals_own() -> None:
    codes = set(
        re.findall(
            r"\x1b\[([0-9;]*)m", drawn(strange(), View(colour=True)) + drawn(ten_rows(), View(colour=True))
        )
    )
    assert codes <= {"0", "1", "2", "36"}


def test_ascii_where_nothing_can_be_drawn() -> None:
    shown = drawn(ten_rows(), View(drawing=False))
    assert shown.isascii()
    assert "-" * 66 in shown
    assert "####################" in shown


def test_the_bar_goes_first_then_the_share_then_further_inputs() -> None:
    def header(width: int) -> str:
        lines = drawn(ten_rows(), View(width=width)).splitlines()
        return next(line for line in lines if line.startswith("row "))

    assert header(80) == "row   target   prediction      bce    share"
    assert "████████" in drawn(ten_rows(), View(width=60))
    assert header(50) == "row   target   prediction      bce    share"
    assert "█" not in drawn(ten_rows(), View(width=50))
    assert header(40) == "row   target   prediction      bce"
    assert "(not shown for want of width: share)" in drawn(ten_rows(), View(width=40))
    assert header(25) == "row   target      bce"


@pytest.mark.parametrize("precision", [1, 3, 9, 17])
def test_precision_reaches_cells_and_notes(precision: int) -> None:
    shown = drawn(ten_rows(), View(precision=precision, width=200))
    assert f" {0.6931471805599453:.{precision}g}, skill" in shown
    assert re.search(rf"^bce\s+{0.24691994720759324:#.{precision}g}\s", shown, re.MULTILINE)


def numbers_of(table: Table, view: View, columns: Sequence[Column]) -> list[str]:
    places = [table.columns.index(column) for column in columns]
    kinds = {Kind.VALUE, Kind.INPUT, Kind.WHOLE, Kind.COUNT, Kind.SHARE}
    return [
        people(row[place], table.columns[place].kind, view.precision)
        for row in table.rows
        for place in places
        if table.columns[place].kind in kinds
    ]


@settings(deadline=None, max_examples=50)
@given(WIDTHS, st.booleans(), st.integers(1, 17))
@example(20, True, 17)
def test_lines_fit_or_hold_nothing_but_whole_numbers(width: int, drawing: bool, precision: int) -> None:
    for report in (ten_rows(), strange()):
        view = View(width=width, drawing=drawing, precision=precision)
        for table in report.tables():
            layout = lay_out(table, view, cell_len)
            lines = "".join(draw([table], view)).splitlines()
            for number in filter(None, numbers_of(table, view, layout.columns)):
                assert any(re.search(rf"(^|\s){re.escape(number)}(\s|$)", line) for line in lines), number
            assert layout.width <= width or not any(column.drop for column in layout.columns)
            assert all(line == line.rstrip() for line in lines)


CELLS: st.SearchStrategy[Cell] = st.one_of(
    st.none(), st.floats(), st.text(max_size=30), st.integers(-(10**15), 10**15), st.just(EVIL)
)


@st.composite
def tables(draw_one: st.DrawFn) -> Table:
    kinds = draw_one(st.lists(st.sampled_from(list(Kind)), min_size=1, max_size=7))
    columns = tuple(
        Column(f"c{place}", draw_one(st.text(max_size=12)), kind, draw_one(st.integers(0, 9)))
        for place, kind in enumerate(kinds)
    )
    rows = draw_one(st.lists(st.tuples(*(CELLS for _ in kinds)), max_size=4))
    return Table("any", columns, rows)


@settings(deadline=None, max_examples=50)
@given(tables(), WIDTHS, st.booleans())
def test_any_table_can_be_drawn_and_is_harmless(table: Table, width: int, colour: bool) -> None:
    view = View(width=width, colour=colour)
    shown = plain("".join(draw([table], view)))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", shown)
    layout = lay_out(table, view, cell_len)
    for row in table.rows:
        for column in layout.columns:
            cell = row[table.columns.index(column)]
            if isinstance(cell, (int, float)) and column.kind is not Kind.BAR:
                whole = people(cell, column.kind, view.precision)
                assert column.kind is Kind.TEXT or re.search(
                    rf"(^|\s){re.escape(whole)}(\s|$)", shown, re.MULTILINE
                )


@settings(deadline=None, max_examples=50)
@given(st.text("abc 0123456789.-e:=", max_size=40), st.integers(1, 30), st.booleans())
def test_no_ellipsis_inside_a_number(text: str, width: int, drawing: bool) -> None:
    cut = shortened(text, width, cell_len, View(drawing=drawing))
    mark = "…" if drawing else "..."
    if cut == text:
        return
    assert cell_len(cut) <= max(width, len(mark) + 1)
    kept = cut.removesuffix(mark)
    assert text.startswith(kept)
    whole = NUMBER.findall(text)
    assert all(number in whole for number in NUMBER.findall(kept)), cut


def test_a_long_text_is_cut_visibly_and_a_number_is_not() -> None:
    columns = (Column("id", "id"), Column("loss", "loss", Kind.VALUE))
    rows = [("user-with-a-very-long-name", 0.5), ("12345678901234567890", 0.25)]
    lines = "".join(draw([Table("t", columns, rows)], View(width=20))).splitlines()
    assert lines[2].startswith("user-with-a-very-lo…   ")
    assert lines[3].startswith("12345678901234567890 ")
    assert lines[3].endswith(" 0.2500")
    alone = "".join(draw([Table("t", columns, rows[:1])], View(width=20))).splitlines()
    assert alone[2] == "user-with-…   0.5000"


def test_wide_characters_keep_columns_straight() -> None:
    columns = (Column("id", "名前"), Column("loss", "loss", Kind.VALUE))
    lines = "".join(draw([Table("t", columns, [("日本", 1.0), ("ab", 2.0)])], View())).splitlines()
    assert {cell_len(line) for line in lines[2:]} == {cell_len(lines[2])}


def test_a_long_table_is_drawn_in_pieces_of_one_shape() -> None:
    columns = (Column("row", "row", Kind.WHOLE), Column("loss", "loss", Kind.VALUE))
    rows = [(number, number / 7) for number in range(1, 1203)]
    pieces = list(draw([Table("t", columns, rows)], View()))
    assert len(pieces) > 2
    lines = "".join(pieces).splitlines()
    assert len(lines) == 1204
    assert len({len(line) for line in lines}) == 1


@settings(deadline=None, max_examples=50)
@given(tables(), WIDTHS)
def test_rows_are_drawn_as_rich_draws_them(table: Table, width: int) -> None:
    staying = tuple(column._replace(drop=0) for column in table.columns)
    table = table._replace(columns=staying)
    layout = lay_out(table, View(width=width), cell_len)
    by_rich = "".join(draw([table], View(width=width)))
    quick = "".join(line for row in layout.rows for line in row_lines(layout, row))
    assert by_rich.endswith(quick)
    assert by_rich.removesuffix(quick).endswith("─\n" if layout.width else "\n")


def test_colour_reaches_every_row() -> None:
    columns = (Column("row", "row", Kind.WHOLE), Column("bar", "", Kind.BAR))
    rows = [(number, 0.5) for number in range(1, 500)]
    shown = "".join(draw([Table("t", columns, rows)], View(colour=True)))
    assert shown.count("█" * 10) == 499
    assert shown.count("\x1b[36m█") == 499
    assert plain(shown) == "".join(draw([Table("t", columns, rows)], View()))


def test_an_empty_table_shows_its_header() -> None:
    lines = "".join(draw([Table("t", (Column("a", "alpha"),), [])], View())).splitlines()
    assert lines == ["alpha", "─────"]


def test_markup_is_text() -> None:
    columns = (Column("id", "[bold]id[/bold]"),)
    shown = "".join(
        draw(
            [Table("t", columns, [("[link=x]y[/link] :smile:",)], notes=("[red]n[/red]",))], View(colour=True)
        )
    )
    assert "[link=x]y[/link] :smile:" in plain(shown)
    assert "[bold]id[/bold]" in plain(shown)
    assert "[red]n[/red]" in plain(shown)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("short", ["short"]),
        ("one two three four five six", ["one two three four", "  five six"]),
        ("label  one two three four", ["label  one two", "       three four"]),
        ("   indented words that go on", ["   indented words", "   that go on"]),
        ("a very long label first  and words", ["a very long label", "  first  and words"]),
        ("x" * 30 + " y", ["x" * 30, "  y"]),
    ],
)
def test_long_lines_continue_where_their_words_began(text: str, lines: list[str]) -> None:
    assert wrapped(text, 18, cell_len) == lines


@settings(deadline=None, max_examples=200)
@given(st.text("ab 1.", max_size=60), WIDTHS)
def test_wrapping_loses_nothing(text: str, width: int) -> None:
    lines = wrapped(text, width, cell_len)
    assert "".join("".join(lines).split()) == "".join(text.split())
    longest = max(map(len, text.split()), default=0)
    assert all(len(line) <= max(width, longest + width // 2) for line in lines)
