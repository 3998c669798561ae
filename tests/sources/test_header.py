from __future__ import annotations

from pathlib import Path

import pytest

from losscli.errors import ColumnError, FormatError, HeaderError, RowsError, UsageError
from losscli.sources.records import Column

from .reading import blocks, opened, values, written

DECISIONS = [
    ("label\n1\n", None, True),
    ("1\n0\n", None, False),
    ("0.5\n0.25\n", None, False),
    ("NA\n0.5\n", None, False),
    ("nan\n0.5\n", None, False),
    ("inf\n0.5\n", None, False),
    ("2021_score\n1\n", None, False),
    ("-x\n1\n", None, False),
    (".5\n1\n", None, False),
    ("id,label\na7,1\n", "@2", True),
    ("id,1\na7,0\n", "@2", False),
    ("id,1\na7,0\n", "@1", True),
    ("id,1\na7,0\n", None, True),
    ("label\n1\n", "label", True),
    ("1\n0\n", "@1", False),
    ("'label'\n1\n", None, True),
    ('"label"\n1\n', None, True),
    ("\ufefflabel\n1\n", None, True),
    ("0\n1\n", None, False),
    ("0\n1\n0.5\n", None, False),
    ("0\n", None, False),
    ("1,2\n0.5,0.25\n", None, False),
    ("0,2\n0.5,0.25\n", None, False),
]


@pytest.mark.parametrize(("text", "columns", "present"), DECISIONS)
def test_the_header_rule(tmp_path: Path, text: str, columns: str | None, present: bool) -> None:
    source = opened(written(tmp_path, "f.csv", text), columns=columns)
    assert source.header.present is present
    assert (source.names is not None) is present
    assert source.header.override == ("--no-header" if present else "--header")
    assert source.header.plain()["header"] is present


@pytest.mark.parametrize(
    "text", ["0,1,2\n0.5,0.25,0.25\n", "0\n0.5\n1.0\n", "0,1\n1,0\n", ",0\n0,0.5\n", ",0,1\n0,1,2\n"]
)
def test_column_numbers_as_pandas_writes_them_cannot_be_decided(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, "f.csv", text)
    with pytest.raises(HeaderError) as caught:
        opened(path)
    assert caught.value.exit_code == 3
    assert "--header" in (caught.value.hint or "")
    assert "--no-header" in (caught.value.hint or "")
    assert opened(path, header=True).header.present
    assert not opened(path, header=False).header.present


@pytest.mark.parametrize("size", [1, 16, 1 << 20])
def test_a_class_that_occurs_again_below_cannot_be_a_sure_header(tmp_path: Path, size: int) -> None:
    text = "cat\n" + "dog\n" * 100 + "cat\nbird\n"
    path = written(tmp_path, "f.csv", text)
    with pytest.raises(HeaderError) as caught:
        blocks(opened(path, block_bytes=size), [Column(0, "text")])
    assert caught.value.place is not None
    assert caught.value.place.line == 102
    assert len(values(blocks(opened(path, header=False), [Column(0, "text")]))[0]) == 103
    assert len(values(blocks(opened(path, header=True), [Column(0, "text")]))[0]) == 102
    assert len(values(blocks(opened(path, columns="cat"), [Column(0, "text")]))[0]) == 102


@pytest.mark.parametrize(
    ("first", "name", "delimiter"),
    [
        ("a,b;c", "f.csv", ","),
        ("a;b", "f.csv", ";"),
        ("a;b\tc", "f.csv", ";"),
        ("a\tb|c", "f.csv", "\t"),
        ("a|b", "f.csv", "|"),
        ("a", "f.csv", ","),
        ("a,b\tc", "f.tsv", "\t"),
        ('"x,y";b', "f.csv", ";"),
        ('"x\n,y";b', "f.csv", ";"),
    ],
)
def test_the_delimiter_rule(tmp_path: Path, first: str, name: str, delimiter: str) -> None:
    row = delimiter.join(["1"] * len(opened(written(tmp_path, name, first + "\n"), header=True).names or ()))
    source = opened(written(tmp_path, name, f"{first}\n{row}\n"), header=True)
    assert source.head.delimiter == delimiter  # type: ignore[attr-defined]


def test_the_delimiter_option(tmp_path: Path) -> None:
    path = written(tmp_path, "f.csv", "a b,c\n1 2\n")
    assert opened(path, delimiter=" ", header=True).names == ("a", "b,c")
    assert opened(written(tmp_path, "g.csv", "a\tb\n"), delimiter="tab").names == ("a", "b")
    for wrong in ("", ";;", '"', "\n", "é"):
        with pytest.raises(UsageError):
            opened(path, delimiter=wrong)


def test_names_lose_the_blanks_around_them(tmp_path: Path) -> None:
    assert opened(written(tmp_path, "f.csv", " id ,label, \n1,2,3\n")).names == ("id", "label", "")


def test_duplicate_names(tmp_path: Path) -> None:
    path = written(tmp_path, "f.csv", "a,b,a\n1,2,3\n")
    for columns in (None, "b", "a"):
        with pytest.raises(HeaderError, match="'a'") as caught:
            opened(path, columns=columns)
        assert "@1 and @3" in (caught.value.hint or "")
    assert values(blocks(opened(path, columns="@3"), [Column(2)])) == [[3.0]]


def test_selected_positions_beyond_the_width(tmp_path: Path) -> None:
    with pytest.raises(ColumnError):
        opened(written(tmp_path, "f.csv", "1,2\n"), columns="@3")


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf"])
def test_an_empty_file(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(RowsError):
        opened(written(tmp_path, "f.csv", content))


def test_only_a_header_gives_no_block(tmp_path: Path) -> None:
    for text in ("label", "label\n", "label\r\n"):
        source = opened(written(tmp_path, "f.csv", text))
        assert source.first_cells() is None
        assert blocks(source) == []


def test_a_broken_header(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="never closed"):
        opened(written(tmp_path, "f.csv", '"label\n1\n2\n'))
    with pytest.raises(FormatError, match="UTF-8"):
        opened(written(tmp_path, "g.csv", b"caf\xe9\n1\n"))
    with pytest.raises(FormatError, match="NUL"):
        opened(written(tmp_path, "h.csv", "label\n1\n".encode("utf-16-le")))


def test_a_header_over_several_lines(tmp_path: Path) -> None:
    source = opened(written(tmp_path, "f.csv", '"the\nlabel",p\n1,2\n'))
    assert source.names == ("the\nlabel", "p")
    assert [block.places.line(0) for block in blocks(source)] == [3]


def test_what_columns_look_like(tmp_path: Path) -> None:
    source = opened(written(tmp_path, "f.csv", "a,b,c,d\n1,cat,,NA\n2,dog,x,3\n"))
    assert source.kinds() == ("number", "text", "text", "number")
    assert source.first_cells() == ("1", "cat", "", "NA")


def test_a_wide_first_row(tmp_path: Path) -> None:
    names = ",".join(f"column_with_a_long_name_{index}" for index in range(9000))
    source = opened(written(tmp_path, "f.csv", f"{names}\n{','.join(['1'] * 9000)}\n"))
    assert source.width == 9000
    assert values(blocks(source, [Column(8999)])) == [[1.0]]
