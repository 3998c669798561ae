"""Rows of one length are read digit by digit: the same answer as the general reader's, bit for bit, and the
ordinary files are really read so."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.sources import csv_parse, decimal_digits, equal_rows
from losscli.sources.csv_parse import Broken, ChunkParser, Layout, Parsed
from losscli.sources.csv_rows import Chunk, line_ends
from losscli.sources.equal_rows import Shape, read_columns
from losscli.sources.records import Column

from .reading import blocks, opened, values, written

NEVER = 1 << 62
NEAR_MISSES = [
    *["-1.25", "+1.25", " 1.25", "1.25 ", "--1.2", "-+1.2", "1.2.3", "1..25", "1e-05", "1E+05", "1.2e3"],
    *["", "-", "+", ".", "-.", "..", "e5", "1e", "-0.00", "+.500", "nan", "NaN", "inf", "-inf", "NA", "null"],
    *[
        "0x1p3",
        "1_000",
        "1,250",
        "1;250",
        "12345",
        "1.250",
        "a.bcd",
        "\uff11.25",
        "1.2\t5",
        "\t1.25",
        "1:250",
        "/0.25",
    ],
    *["9007199254740991", "9007199254740992", "9007199254740993", "0.9007199254740993", "1/250", "1.2\u0663"],
    *["0.1234567890123456789012", "0.12345678901234567890123", "123456789012345", "1234567890123456"],
    *["1\r250", "1\n250", '"1.25"', '1"250', "1.25\r", "\ufeff1.25", "12:50", "1 250"],
]


def bits(parsed: Parsed | Broken) -> Any:
    """A result as data that compares bit for bit."""
    if isinstance(parsed, Broken):
        return parsed
    columns = [
        column.tobytes() if isinstance(column, np.ndarray) else column.to_pylist()
        for column in parsed.columns
    ]
    lines = None if parsed.lines is None else parsed.lines.tolist()
    return (columns, lines, *parsed._replace(columns=(), lines=None))


def both(data: bytes, layout: Layout) -> bool:
    """Whether the digits were read here; the general reader must give the same either way."""
    data = line_ends(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_parse, "PLAIN_BYTES", NEVER)
        expected = ChunkParser(layout)(Chunk(data))
        patch.setattr(csv_parse, "PLAIN_BYTES", 0)
        patch.setattr(equal_rows, "PIECE_ROWS", 5)
        patch.setattr(equal_rows, "FIRST_BYTES", 3)
        found = ChunkParser(layout)(Chunk(data))
    assert bits(found) == bits(expected)
    shape = Shape(
        layout.width,
        layout.delimiter,
        tuple((column.index, column.kind == "number") for column in layout.columns),
    )
    return b'"' not in data and b"\0" not in data and read_columns(data, shape) is not None


def layout_of(width: int, delimiter: str = ",", asked: Any = None, *, skip: bool = False) -> Layout:
    columns = tuple(Column(index) for index in (range(width) if asked is None else asked))
    return Layout("f", width, delimiter, columns, skip)


def alike(template: str, rows: int, rng: random.Random) -> list[str]:
    """Rows that differ from the template in their digits alone."""
    return [
        "".join(rng.choice("0123456789") if sign == "9" else sign for sign in template) for _ in range(rows)
    ]


@st.composite
def nearly_alike(draw: st.DrawFn) -> tuple[bytes, Layout]:
    """Rows of one template, some with a change, in any layout."""
    delimiter = draw(st.sampled_from([",", ";", "\t", "|", ":", " ", "x", "1", "."]))
    width = draw(st.integers(1, 3))
    cells = draw(
        st.lists(
            st.from_regex(r"\A(9{0,9}\.?9{1,9}|9{1,9}\.?|[-+ a9.]{1,4})\Z"), min_size=width, max_size=width
        )
    )
    rng = random.Random(draw(st.integers(0, 2**32)))
    rows = alike(delimiter.join(cells), draw(st.integers(1, 24)), rng)
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(rows) - 1))
        place = draw(st.integers(0, len(rows[at]) - 1))
        sign = draw(
            st.sampled_from([*"0123456789.,;-+eE \t\r\n/:\"'ax_", "", "é", "\0", "\ufeff", delimiter])
        )
        rows[at] = rows[at][:place] + sign + rows[at][place + draw(st.integers(0, 1)) :]
    ending = draw(st.sampled_from(["\n", "\r\n"]))
    text = ending.join(rows) + draw(st.sampled_from([ending, "", "\n", "\r"]))
    asked = draw(st.lists(st.integers(0, width - 1), min_size=1, max_size=width, unique=True))
    layout = layout_of(width, delimiter, asked, skip=draw(st.booleans()))
    kinds = st.sampled_from(["number", "number", "text", "key", "note"])
    columns = tuple(Column(column.index, draw(kinds)) for column in layout.columns)
    return text.encode(), layout._replace(columns=columns)


@settings(max_examples=400, deadline=None)
@given(nearly_alike())
def test_the_general_reader_gives_the_same(drawn: tuple[bytes, Layout]) -> None:
    data, layout = drawn
    if data:
        both(data, layout)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="019.,-+e \r\n", min_size=1, max_size=40), st.integers(1, 2), st.booleans())
def test_any_text_gives_the_same(text: str, width: int, skip: bool) -> None:
    both(text.encode(), layout_of(width, skip=skip))


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("cell", NEAR_MISSES)
def test_a_cell_that_is_not_like_the_others(cell: str, ending: str) -> None:
    rng = random.Random(4)
    length = max(1, len(cell.encode()))
    for template in ("9.99", "9" * length, "." + "9" * (length - 1), "9" * (length - 1) + "."):
        if template == ".":
            continue
        for at in (0, 1, 11, 12):
            rows = alike(template, 13, rng)
            rows[at] = cell
            data = (ending.join(rows) + ending).encode()
            both(data, layout_of(1))
            both(data, layout_of(1, skip=True))
            wide = (ending.join(f"{row},7" for row in rows) + ending).encode()
            both(wide, layout_of(2))
            # A cell that is not asked, or is text, may hold anything but a separator.
            both(wide, layout_of(2, asked=[1]))
            both(wide, Layout("f", 2, ",", (Column(1), Column(0, "key")), False))


@pytest.mark.parametrize("sign", [chr(code) for code in range(1, 128) if chr(code) not in '\r\n"'])
def test_one_character_is_a_number_only_if_it_is_a_digit(sign: str) -> None:
    taken = both(f"1\n{sign}\n2\n".encode(), layout_of(1, ";"))
    assert taken == (sign in "0123456789")


@pytest.mark.parametrize("other", [b"b\xe9", "\xe9".encode(), b"\xff\xfe", b"b\x7f", b" b"])
def test_texts_beyond_ascii_are_left_to_the_general_reader(other: bytes) -> None:
    layout = Layout("f", 2, ",", (Column(0, "key"), Column(1)), False)
    taken = both(b"aa,1\n" + other + b",2\ncc,3\n", layout)
    assert taken == other.isascii()


@pytest.mark.parametrize(
    "data", [b"7,ab\n8,c\r\n", b"7,a\r\n8,bc\n", b"7,a\r\n8,\rb\n", b"7,\ra\n8,bc\n", b"7,a\r\n8,b\r"]
)
@pytest.mark.parametrize("asked", [((0, True),), ((0, True), (1, False))])
def test_rows_that_end_in_another_way_are_declined(data: bytes, asked: tuple[tuple[int, bool], ...]) -> None:
    assert read_columns(data, Shape(2, ",", asked)) is None
    for kept in (b"7,ab\n8,cd\n", b"7,ab\r\n8,cd\r\n"):
        assert read_columns(kept, Shape(2, ",", asked)) is not None


def test_every_place_of_the_point_gives_the_nearest_double() -> None:
    rng = random.Random(7)
    taken = 0
    for digits in range(1, 18):
        for point in range(-1, digits + 1):
            template = "9" * digits if point < 0 else "9" * point + "." + "9" * (digits - point)
            rows = [*alike(template, 40, rng), template, template.replace("9", "0")]
            found = read_columns(("\n".join(rows) + "\n").encode(), Shape(1, ",", ((0, True),)))
            assert (found is not None) == (digits <= decimal_digits.DIGITS)
            if found is not None:
                taken += 1
                assert found[0].tobytes() == np.array([float(row) for row in rows]).tobytes()
    assert taken == 15 + sum(range(2, 17))


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_columns_keep_their_order_and_their_rows(ending: str, last: bool) -> None:
    rng = random.Random(1)
    rows = alike("99,a.b,9.999,99999999.9999,.9", 40_000, rng)
    data = (ending.join(rows) + (ending if last else "")).encode()
    found = read_columns(data, Shape(5, ",", tuple((column, True) for column in (4, 0, 2, 3))))
    assert found is not None
    for column, read in zip((4, 0, 2, 3), found, strict=True):
        expected = [float(row.split(",")[column]) for row in rows]
        assert read.flags.c_contiguous
        assert read.tobytes() == np.array(expected).tobytes()


ORDINARY = {
    "labels": ("9", "\n", None),
    "probabilities": ("0.999999", "\n", None),
    "windows": ("0.999999", "\r\n", None),
    "ten decimals": ("0.9999999999", "\n", None),
    "integers": ("9999", "\n", None),
    "several columns": ("9,0.9999,0.9999,9.99", "\n", "a,b,c"),
    "one of several": ("id-99,2024-99-99,0.9999999,note", "\n", "c"),
}


@pytest.mark.parametrize("kind", ORDINARY)
def test_ordinary_files_are_read_digit_by_digit(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template, ending, columns = ORDINARY[kind]
    width = template.count(",") + 1
    rows = alike(template, 40_000, random.Random(3))
    header = ",".join("abcd"[:width])
    path = written(tmp_path, "f.csv", ending.join([header, *rows]))
    general = []
    monkeypatch.setattr(csv_parse, "read_table", lambda *call: general.append(call))
    asked = [Column("abcd".index(name)) for name in (columns or "a").split(",")]
    found = blocks(opened(path, columns=columns), asked)
    assert not general, "the general reader was called"
    for place, column in enumerate(asked):
        read = np.concatenate([block.numbers(place) for block in found])
        assert read.tolist() == [float(row.split(",")[column.index]) for row in rows]


def test_keys_of_one_length_come_with_their_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = alike("k99999,0.9999", 40_000, random.Random(5))
    path = written(tmp_path, "f.csv", "id,p\n" + "\n".join(rows))
    columns = [Column(1), Column(0, "key")]
    expected = values(blocks(opened(path, columns="p"), columns))
    monkeypatch.setattr(csv_parse, "read_table", None)
    found = values(blocks(opened(path, columns="p"), columns))
    assert found == expected == [[float(row[7:]) for row in rows], [row[:6] for row in rows]]


def test_a_small_file_imports_nothing_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called = []
    monkeypatch.setattr(equal_rows, "read_columns", lambda *call: called.append(call))
    blocks(opened(written(tmp_path, "f.csv", "0.25\n" * 1000)))
    assert not called
    blocks(opened(written(tmp_path, "f.csv", "0.25\n" * 10_000)))
    assert called
