from __future__ import annotations

import csv
import gzip
import io
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.sources.records import Column

from .reading import blocks, opened, places, same_for_all_sizes, values, written

NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(2**53), 2**53).map(float),
    st.sampled_from([0.0, -0.0, 5e-324, 1.7976931348623157e308, 0.1]),
)
TEXTS = st.text(
    alphabet=st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), min_size=1, max_size=6
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[tuple[float, str, float]], dict[str, Any]]:
    rows = draw(st.lists(st.tuples(NUMBERS, TEXTS, NUMBERS), min_size=1, max_size=30))
    dialect = {
        "delimiter": draw(st.sampled_from([",", ";", "\t", "|"])),
        "lineterminator": draw(st.sampled_from(["\n", "\r\n", "\r"])),
        "quoting": draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])),
        "last": draw(st.booleans()),
        "bom": draw(st.booleans()),
        "gzip": draw(st.booleans()),
    }
    return rows, dialect


def as_csv(rows: list[tuple[float, str, float]], dialect: dict[str, Any]) -> bytes:
    out = io.StringIO()
    options = {key: dialect[key] for key in ("delimiter", "lineterminator", "quoting")}
    if options["lineterminator"] == "\r" and options["quoting"] == csv.QUOTE_MINIMAL:
        options["quoting"] = (
            csv.QUOTE_NONNUMERIC
        )  # Python's writer leaves a newline bare where rows end in "\r"
    writer = csv.writer(out, **options)
    writer.writerow(["x", "t", "y"])
    writer.writerows(rows)
    text = out.getvalue()
    if not dialect["last"]:
        text = text.removesuffix(dialect["lineterminator"])
    data = (b"\xef\xbb\xbf" if dialect["bom"] else b"") + text.encode()
    return gzip.compress(data) if dialect["gzip"] else data


@settings(max_examples=150, deadline=None)
@given(tables(), st.sampled_from([1, 7, 16, 100, 1 << 20]))
def test_tables_of_any_dialect_read_back_identical(
    table: tuple[list[tuple[float, str, float]], dict[str, Any]], size: int
) -> None:
    rows, dialect = table
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), "f.csv.gz" if dialect["gzip"] else "f.csv", as_csv(rows, dialect))
        source = opened(path, columns="x,y", block_bytes=size, delimiter=dialect["delimiter"])
        found = blocks(source, [Column(2), Column(1, "key"), Column(0)])
        y, texts, x = values(found)
        assert np.array(x).tobytes() == np.array([row[0] for row in rows]).tobytes()
        assert np.array(y).tobytes() == np.array([row[2] for row in rows]).tobytes()
        assert texts == [row[1] for row in rows]
        heights = [1 + row[1].count("\n") for row in rows]
        starts = [2 + sum(heights[:index]) for index in range(len(rows))]
        assert places(found) == [(start, 3) for start in starts]
        assert [block.first_row for block in found] == [
            1 + sum(b.rows for b in found[:i]) for i in range(len(found))
        ]


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet='1,"\n\r a', min_size=1, max_size=24))
def test_any_text_gives_the_same_answer_for_every_block_size(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), "f.csv", text)
        columns = [Column(0), Column(0, "text")]
        same_for_all_sizes(path, columns, header=False)
        same_for_all_sizes(path, columns, header=False, missing="skip")


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.text(alphabet='1,"\n\r a', min_size=1, max_size=12), min_size=1, max_size=4), st.booleans()
)
def test_what_can_be_read_agrees_with_the_standard_reader(cells: list[str], crlf: bool) -> None:
    """Where we read a text column at all, Python's own csv module finds the same cells."""
    row = ",".join(
        '"' + cell.replace('"', '""') + '"' if set(cell) & set(',"\r\n') else cell for cell in cells
    )
    text = (row + ("\r\n" if crlf else "\n")) * 3
    expected = list(csv.reader(io.StringIO(text, newline="")))
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), "f.csv", text)
        columns = [Column(index, "key") for index in range(len(cells))]
        found = same_for_all_sizes(path, columns, header=False, delimiter=",")
    assert found[0] == [list(column) for column in zip(*expected, strict=True)]


def test_a_column_asked_as_number_and_as_key(tmp_path: Path) -> None:
    path = written(tmp_path, "f.csv", "a,b\n1,2\n3,4\n")
    found = same_for_all_sizes(path, [Column(0), Column(1), Column(0, "key"), Column(0)])
    assert found == ([[1.0, 3.0], [2.0, 4.0], ["1", "3"], [1.0, 3.0]], [2, 3])


def test_numbers_are_contiguous_doubles(tmp_path: Path) -> None:
    (block,) = blocks(opened(written(tmp_path, "f.csv", "1,2\n3,4\n"), delimiter=","), [Column(1)])
    assert block.numbers(0).dtype == np.float64
    assert block.numbers(0).flags.c_contiguous
    assert block[1:2].numbers(0).tolist() == [4.0]
    assert block[1:2].first_row == 2
    assert block[5:3].rows == 0


def test_a_file_is_read_again(tmp_path: Path) -> None:
    source = opened(written(tmp_path, "f.csv", "\ufeffa\r\n1\r\n2\r\n"))
    assert values(blocks(source)) == values(blocks(source)) == [[1.0, 2.0]]
    assert source.bytes_read == source.bytes_total


def test_reading_may_stop_early(tmp_path: Path) -> None:
    path = written(tmp_path, "f.csv", "1\n" * 100_000)
    reader = opened(path, block_bytes=64).read([Column(0)])
    assert next(iter(reader)).rows == 32
    reader.close()  # type: ignore[attr-defined]


def test_missing_cells_may_be_skipped_by_the_reader_of_blocks(tmp_path: Path) -> None:
    text = "a,b\n1,x\nNA,\n n/a ,null\nnan,NaN\n,NA \nNULL,y\n2,z\n"
    found = same_for_all_sizes(
        written(tmp_path, "f.csv", text), [Column(0), Column(1, "text")], missing="skip"
    )
    assert found[0] == [[1.0, None, None, None, None, None, 2.0], ["x", None, None, None, None, "y", "z"]]


def test_blank_lines_count_as_missing_in_one_column(tmp_path: Path) -> None:
    path = written(tmp_path, "f.csv", "1\n\n2\n \n3\n")
    assert same_for_all_sizes(path, missing="skip") == ([[1.0, None, 2.0, None, 3.0]], [1, 2, 3, 4, 5])


def test_a_key_is_verbatim(tmp_path: Path) -> None:
    path = written(tmp_path, "f.csv", "k,v\nNA,1\n 007 ,2\nnan,3\n")
    found = same_for_all_sizes(path, [Column(0, "key")], missing="skip")
    assert found[0] == [["NA", " 007 ", "nan"]]


def test_unselected_columns_may_hold_anything(tmp_path: Path) -> None:
    data = b"a,b\n1,caf\xe9\n2,\n3,1_000\n"
    assert same_for_all_sizes(written(tmp_path, "f.csv", data))[0] == [[1.0, 2.0, 3.0]]


def test_a_byte_order_mark_belongs_to_the_start_only(tmp_path: Path) -> None:
    path = written(tmp_path, "f.csv", "1\n2\n\ufeff3\n")
    kind, _, total, first, *_ = same_for_all_sizes(path)
    assert (kind, total) == ("CellError", 1)
    assert first.startswith("F:3:1:")
