from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from losscli.errors import CellError
from losscli.sources.records import Column

from .reading import opened, same_for_all_sizes, written

BAD_NUMBERS = [
    ("", "empty cell"),
    (" ", "missing cell"),
    ("NA", "missing cell"),
    ("null", "missing cell"),
    ("nan", "missing cell"),
    ("-nan", "not a finite number"),
    ("nan(1)", "not a number"),
    ("inf", "not a finite number"),
    ("-Infinity", "not a finite number"),
    ("1e400", "not a finite number"),
    ("0x1F", "not a number"),
    ("1_000", "not a number"),
    ("\uff11", "not a number"),
    ("50%", "not a number"),
    ("0;5", "not a number"),
    ("1d5", "not a number"),
    ("1 2", "not a number"),
    ("++1", "not a number"),
    (".", "not a number"),
    ("e5", "not a number"),
    ("cat", "not a number"),
    ("9007199254740993", "an integer that a double cannot hold exactly"),
    ("-9007199254740993", "an integer that a double cannot hold exactly"),
    ("1" + "0" * 400 + "1", "an integer that a double cannot hold exactly"),
]
FILLER = "0.5,x\n" * 40


@pytest.mark.parametrize(("cell", "reason"), BAD_NUMBERS)
@pytest.mark.parametrize("row", [0, 1, 20, 40])
def test_a_bad_cell_anywhere(tmp_path: Path, cell: str, reason: str, row: int) -> None:
    lines = ["p,t"] + ["0.5,x"] * 40
    lines.insert(row + 1, f"{cell},x")
    for end in ("\n", "\r\n", "\r"):
        for name in ("f.csv", "f.csv.gz"):
            data = (end.join(lines) + end).encode()
            path = written(tmp_path, name, gzip.compress(data) if name.endswith("gz") else data)
            kind, code, total, first, *_ = same_for_all_sizes(path)
            assert (kind, code, total) == ("CellError", 3, 1)
            said = f"{reason}: {cell}" if cell else reason
            assert first.startswith(f"F:{row + 2}:1: error[E210]: {said[:60]}")
            assert first.endswith((said, f"... ({len(cell)} characters)"))


def test_numbers_that_look_odd_but_are_numbers(tmp_path: Path) -> None:
    cells = [
        "+1",
        "-.5",
        "5.",
        "1E+5",
        "\t2 ",
        '"3"',
        '" 4 "',
        "9007199254740992",
        "1e22",
        "1" + "0" * 22,
        "1e-400",
        "-0",
    ]
    path = written(tmp_path, "f.csv", "p\n" + "\n".join(cells) + "\n")
    expected = [1.0, -0.5, 5.0, 1e5, 2.0, 3.0, 4.0, 2.0**53, 1e22, 1e22, 0.0, -0.0]
    assert same_for_all_sizes(path)[0] == [expected]


def test_all_bad_cells_are_counted_and_five_are_shown(tmp_path: Path) -> None:
    rows = [
        f"{'x' if index % 3 == 0 else index},{'' if index % 4 == 0 else index}" for index in range(1, 101)
    ]
    path = written(tmp_path, "f.csv", "a,b\n" + "\n".join(rows) + "\n")
    kind, _, total, *lines = same_for_all_sizes(path, [Column(1), Column(0)])
    assert (kind, total) == ("CellError", 33 + 25)
    assert [line.split(": ")[0] for line in lines[:5]] == ["F:4:1", "F:5:2", "F:7:1", "F:9:2", "F:10:1"]
    assert lines[5].startswith("58 bad cells")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("1,2\n3\n", 2, "this row has 1 cell, the first row has 2"),
        ("1,2\n3,4\n5,6,7\n", 3, "this row has 3 cells, the first row has 2"),
        ('1,"a\nb"\n2,"c"\n3\n', 4, "this row has 1 cell"),
        ("1\n2,3\n", 2, "this row has 2 cells, the first row has 1 cell"),
        ("x,2\n3\n1,1,1\n", 2, "this row has 1 cell"),
    ],
)
def test_ragged_rows(tmp_path: Path, text: str, line: int, words: str) -> None:
    path = written(tmp_path, "f.csv", text)
    kind, code, _, first, *_ = same_for_all_sizes(path, header=False)
    assert (kind, code) == ("ShapeError", 3)
    assert first.startswith(f"F:{line}: error[E231]:")
    assert words in first


@pytest.mark.parametrize("columns", [[Column(0)], [Column(1, "text")], [Column(0), Column(1, "key")]])
@pytest.mark.parametrize("missing", ["error", "skip"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_blank_line_among_several_columns(
    tmp_path: Path, columns: list[Column], missing: str, end: str
) -> None:
    path = written(tmp_path, "f.csv", f"a,b{end}1,x{end}{end}2,y{end}{end}")
    kind, _, total, first, second, *_ = same_for_all_sizes(path, columns, missing=missing)
    assert (kind, total) == ("CellError", 2)
    field = columns[0].index + 1
    assert first == f"F:3:{field}: error[E210]: blank line"
    assert second == f"F:5:{field}: error[E210]: blank line"


def test_a_blank_line_in_one_column_is_an_empty_cell(tmp_path: Path) -> None:
    for end in ("\n", "\r\n", "\r"):
        for kind in ("number", "text", "key"):
            path = written(tmp_path, "f.csv", f"a{end}1{end}{end}2{end}")
            name, _, total, first, *_ = same_for_all_sizes(path, [Column(0, kind)])  # type: ignore[arg-type]
            assert (name, total) == ("CellError", 1)
            assert first.startswith("F:3:1: error[E210]: blank line")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('1,"a\n2,b\n3,c\n', 1, "never closed"),
        ('1,a\n2,"b"\n3,"c\n', 3, "never closed"),
        ('1,a"b\n2,c\n', 1, "middle of a cell"),
        ('1,a\n2,b\n"3"4,c\n', 3, "middle of a cell"),
        ('1, "a"\n', 1, "middle of a cell"),
        ('1,"a" \n', 1, "middle of a cell"),
        ('1,"a\n\n"\n2,b""\n', 4, "middle of a cell"),
        ("1,a\n2,\0\n", 2, "NUL"),
    ],
)
def test_broken_structure(tmp_path: Path, text: str, line: int, words: str) -> None:
    path = written(tmp_path, "f.csv", text)
    kind, code, _, first, *_ = same_for_all_sizes(path, header=False)
    assert (kind, code) == ("FormatError", 3)
    assert first.startswith(f"F:{line}: error[E233]:")
    assert words in first


def test_lines_count_through_quoted_newlines(tmp_path: Path) -> None:
    text = 't,p\n"a\nb\n""c""",1\n' * 1 + '"d\n\ne",x\n"f",2\n'
    kind, _, total, first, *_ = same_for_all_sizes(written(tmp_path, "f.csv", text), [Column(1)])
    assert (kind, total) == ("CellError", 1)
    assert first == "F:5:2: error[E210]: not a number: x"


def test_text_that_is_not_utf8(tmp_path: Path) -> None:
    path = written(tmp_path, "f.csv", b"a,b\n1,x\n2,caf\xe9\n")
    kind, code, _, first, hint = same_for_all_sizes(path, [Column(1, "text")])
    assert (kind, code) == ("FormatError", 3)
    assert first.startswith("F:3:2: error[E233]")
    assert "iconv" in hint


def test_a_number_that_is_not_utf8(tmp_path: Path) -> None:
    kind, _, total, first, *_ = same_for_all_sizes(written(tmp_path, "f.csv", b"a\n1\n\xa02\n"))
    assert (kind, total) == ("CellError", 1)
    assert first.startswith("F:3:1:")


def test_skipping_keeps_every_other_error(tmp_path: Path) -> None:
    path = written(tmp_path, "f.csv", "a\nNA\ninf\n1_000\n\nx\n-nan\n")
    kind, _, total, *lines = same_for_all_sizes(path, missing="skip")
    assert (kind, total) == ("CellError", 4)
    assert [line.split(": ")[0] for line in lines[:4]] == ["F:3:1", "F:4:1", "F:6:1", "F:7:1"]


def test_hints(tmp_path: Path) -> None:
    assert "add --header" in same_for_all_sizes(written(tmp_path, "f.csv", "2_score\n1\n"))[-1]
    joined = written(tmp_path, "g.csv", "label,p\n1,2\nlabel,p\n1,2\n")
    assert "joined" in same_for_all_sizes(joined)[-1]


def test_a_repeated_word_in_a_number_column_is_a_bad_cell(tmp_path: Path) -> None:
    kind, *_ = same_for_all_sizes(written(tmp_path, "f.csv", "label\n1\nlabel\n"))
    assert kind == "CellError"


def test_no_block_comes_after_a_bad_cell(tmp_path: Path) -> None:
    path = written(tmp_path, "f.csv", "1\n" * 8 + "x\n" + "1\n" * 50)
    reader = opened(path, block_bytes=4).read([Column(0)])
    assert [next(reader).rows for _ in range(4)] == [2, 2, 2, 2]
    with pytest.raises(CellError):
        next(reader)
