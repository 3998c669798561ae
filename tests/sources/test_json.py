from __future__ import annotations

import json
import math
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.errors import CellError, DataError, FormatError, RowsError, ShapeError
from losscli.sources.records import Column

from .reading import SIZES, blocks, opened, places, values, written

NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**53), 2**53), st.booleans()
)
TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
INDENTS = st.sampled_from([None, 0, 2])


def forms(rows: list[tuple[Any, str]], indent: int | None) -> dict[str, str]:
    """The same rows in every form that names or counts columns."""
    records = [{"x": x, "t": t} for x, t in rows]
    return {
        "arrays.json": json.dumps([list(row) for row in rows], indent=indent, ensure_ascii=False),
        "records.json": json.dumps(records, indent=indent),
        "columns.json": json.dumps({"x": [x for x, _ in rows], "t": [t for _, t in rows]}, indent=indent),
        "lines.ndjson": "\n".join(json.dumps(record) for record in records),
        "lines.jsonl": "\r\n".join(json.dumps(list(row)) for row in rows) + "\r\n",
    }


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(NUMBERS, TEXTS), min_size=1, max_size=12), INDENTS, st.sampled_from(SIZES))
def test_every_form_reads_back_identical(rows: list[tuple[Any, str]], indent: int | None, size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in forms(rows, indent).items():
            found = blocks(
                opened(written(Path(folder), name, text), block_bytes=size), [Column(1, "key"), Column(0)]
            )
            texts, numbers = values(found)
            assert texts == [t for _, t in rows]
            assert [math.copysign(1, x) for x in numbers] == [math.copysign(1, x) for x, _ in rows]
            assert numbers == [float(x) for x, _ in rows]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(NUMBERS, TEXTS), min_size=1, max_size=8), INDENTS, st.sampled_from(SIZES))
def test_places_point_at_the_values(rows: list[tuple[Any, str]], indent: int | None, size: int) -> None:
    """The text at every place is where the standard decoder finds the cell's value."""
    decoder = json.JSONDecoder()
    with tempfile.TemporaryDirectory() as folder:
        for name, text in forms(rows, indent).items():
            path = written(Path(folder), name, text)
            found = blocks(opened(path, block_bytes=size), [Column(1, "key"), Column(0)])
            lines = text.split("\n")
            for column in (0, 1):
                for (line, character), row in zip(places(found, column), rows, strict=True):
                    assert line is not None
                    assert character is not None
                    assert decoder.raw_decode(lines[line - 1], character - 1)[0] == row[1 - column]


def test_an_array_of_numbers_is_one_column(tmp_path: Path) -> None:
    source = opened(written(tmp_path, "f.json", "[1, 2.5,\n true, false]"))
    assert (source.names, source.width, source.typed) == (None, 1, True)
    found = blocks(source)
    assert values(found) == [[1.0, 2.5, 1.0, 0.0]]
    assert places(found) == [(1, 2), (1, 5), (2, 2), (2, 8)]


def test_keys_are_text_whatever_their_type(tmp_path: Path) -> None:
    path = written(tmp_path, "f.json", '[1, 12345678901234567890123, "007", 2.0, 2.5, true]')
    found = values(blocks(opened(path), [Column(0, "key")]))
    assert found == [["1", "12345678901234567890123", "007", "2", "2.5", "1"]]


FAULTS: list[tuple[str, type[DataError], tuple[int, int | None], str]] = [
    ("[1,\nNaN]", FormatError, (2, 1), "NaN"),
    ("[-Infinity]", FormatError, (1, 2), "-Infinity"),
    ('[{"a":1,\n"a":2}]', FormatError, (2, 1), "'a' stands twice"),
    ('{"a":[1],\n"b":[2], "a":[3]}', FormatError, (2, 10), "stands twice"),
    ('[{"b":{"x":1,"x":2}}]', FormatError, (1, 14), "stands twice"),
    ("[1,2] 3", FormatError, (1, 7), "extra data"),
    ("[1,2", FormatError, (1, 5), "valid JSON"),
    ("[1,]", FormatError, (1, 4), "valid JSON"),
    ("[01]", FormatError, (1, 3), "valid JSON"),
    ("[+1]", FormatError, (1, 2), "valid JSON"),
    ("[.5]", FormatError, (1, 2), "valid JSON"),
    ("['a']", FormatError, (1, 2), "valid JSON"),
    ("[0x10]", FormatError, (1, 3), "valid JSON"),
    ("[" * 100_000, FormatError, (1, 1), "deeply"),
    ("[1" + "0" * 5000 + "]", FormatError, (1, 1), "digits"),
    ("[[1],[1,\n2]]", ShapeError, (1, 6), "this row has 2 cells"),
    ("[1,[2]]", ShapeError, (1, 4), "this row is an array"),
    ("[[1],\n{}]", ShapeError, (2, 1), "this row is an object"),
    ('{"a":[1],\n"b":[1,2]}', ShapeError, (2, 5), "differ in length"),
    ('{"a":1}', FormatError, (1, 6), "no array"),
    ("[1, 1e400]", CellError, (1, 5), "not a finite number"),
    ('[1,\n "2"]', CellError, (2, 2), "a string"),
    ("[1, null]", CellError, (1, 5), "missing cell"),
    ("[9007199254740993]", CellError, (1, 2), "exactly"),
    ("[1" + "0" * 400 + "]", CellError, (1, 2), "exactly"),
    ("[[[1]]]", CellError, (1, 3), "not a number"),
    ('[{"a":1},{"b":2}]', CellError, (1, 10), "missing cell"),
]


@pytest.mark.parametrize(("text", "kind", "place", "words"), FAULTS)
@pytest.mark.parametrize("size", SIZES)
def test_faults_of_documents(
    tmp_path: Path, text: str, kind: type[DataError], place: tuple[int, int], words: str, size: int
) -> None:
    with pytest.raises(kind) as caught:
        blocks(opened(written(tmp_path, "f.json", text), block_bytes=size))
    assert words in caught.value.message
    assert caught.value.exit_code == 3
    assert caught.value.place is not None
    assert (caught.value.place.line, caught.value.place.column) == place


@pytest.mark.parametrize(
    ("text", "kind"), [("", RowsError), ("[]", RowsError), ("{}", RowsError), ("3", FormatError)]
)
def test_documents_without_rows(tmp_path: Path, text: str, kind: type[DataError]) -> None:
    with pytest.raises(kind):
        opened(written(tmp_path, "f.json", text))


def test_object_of_empty_arrays_has_no_block(tmp_path: Path) -> None:
    assert blocks(opened(written(tmp_path, "f.json", '{"a": [], "b": []}'))) == []


LINE_FAULTS: list[tuple[str, type[DataError], int, int | None, str]] = [
    ("1\n\n2\n", CellError, 2, 1, "blank line"),
    ("1\n2 3\n", FormatError, 2, 3, "extra data"),
    ("1\n2,\n", FormatError, 2, 2, "extra data"),
    ("1\n[2\n3]\n", FormatError, 2, 3, "valid JSON"),
    ("1,2\n[3\n4]\n", FormatError, 1, 2, "extra data"),
    ("1\nNaN\n", FormatError, 2, 1, "NaN"),
    ('{"a":1}\n{"a":1, "a":2}\n', FormatError, 2, 9, "stands twice"),
    ('{"a":1} {"a":2}\n', FormatError, 1, 9, "extra data"),
    ("[1,2]\n[1]\n", ShapeError, 2, None, "this row has 1 cell"),
    ("[1,2]\n3\n", ShapeError, 2, None, "this row is a value"),
    ('{"a":1}\n\n{"a":null}\n', CellError, 2, 1, "blank line"),
    ('{"a":1}\n {"b":2}\n', CellError, 2, 2, "missing cell"),
    ("1\n1e400\n", CellError, 2, 1, "not a finite number"),
    ("1\n  9007199254740993\n", CellError, 2, 3, "exactly"),
    ('1\n"x"\n', CellError, 2, 1, "a string"),
]


@pytest.mark.parametrize(("text", "kind", "line", "column", "words"), LINE_FAULTS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("before", [0, 30])
def test_faults_of_lines(
    tmp_path: Path,
    text: str,
    kind: type[DataError],
    line: int,
    column: int | None,
    words: str,
    size: int,
    before: int,
) -> None:
    first = text.split("\n")[0]
    if kind is FormatError and line == 1:
        before = 0
    content = f"{first}\n" * before + text
    with pytest.raises(kind) as caught:
        blocks(opened(written(tmp_path, "f.ndjson", content), block_bytes=size))
    assert words in caught.value.message
    assert caught.value.place is not None
    assert (caught.value.place.line, caught.value.place.column) == (line + before, column)


@pytest.mark.parametrize("name", ["f.json", "f.ndjson"])
@pytest.mark.parametrize("size", SIZES)
def test_all_bad_cells_are_counted(tmp_path: Path, name: str, size: int) -> None:
    rows = [{"a": None if row % 7 == 0 else row, "b": "x" if row % 5 == 0 else row} for row in range(1, 71)]
    text = (
        json.dumps(rows) if name.endswith(".json") and "nd" not in name else "\n".join(map(json.dumps, rows))
    )
    with pytest.raises(CellError) as caught:
        blocks(opened(written(tmp_path, name, text), block_bytes=size), [Column(1), Column(0)])
    assert caught.value.total == 10 + 14
    assert [cell.text for cell in caught.value.cells] == ['"x"', "null", '"x"', "null", '"x"']


def test_missing_values_may_be_skipped(tmp_path: Path) -> None:
    text = '{"a":1,"t":"x"}\n{"t":null}\n{"a":null,"t":"NA"}\n{"a":"nan","t":""}\n'
    for name, content in (("f.ndjson", text), ("f.json", f"[{','.join(text.split())}]")):
        path = written(tmp_path, name, content)
        found = values(blocks(opened(path, missing="skip"), [Column(0), Column(1, "text")]))
        assert found == [[1.0, None, None, None], ["x", None, None, None]]
        with pytest.raises(CellError):
            blocks(opened(path, missing="skip"), [Column(1, "key")])


def test_blank_lines_of_single_values_may_be_skipped(tmp_path: Path) -> None:
    path = written(tmp_path, "f.ndjson", "1\n\n2\n")
    assert values(blocks(opened(path, missing="skip"))) == [[1.0, None, 2.0]]


def test_names_of_later_lines_are_known(tmp_path: Path) -> None:
    source = opened(written(tmp_path, "f.ndjson", '{"a":1}\n{"a":2,"b":"x"}\n'))
    assert source.names == ("a", "b")
    assert source.kinds() == ("number", "text")
    assert source.first_cells() == ("1", "null")


def test_light_places_know_the_line(tmp_path: Path) -> None:
    (block,) = blocks(opened(written(tmp_path, "f.ndjson", "1\n2\n3\n")))
    place = block.places.part(1, 3).light().place(1, 0)
    assert (place.line, place.column) == (3, None)


def test_half_a_surrogate_pair_is_no_text(tmp_path: Path) -> None:
    for name, text in (("f.json", '["a", "\\ud800"]'), ("f.ndjson", '"a"\n"\\ud800"\n')):
        with pytest.raises(CellError, match="surrogate"):
            blocks(opened(written(tmp_path, name, text)), [Column(0, "text")])


def test_json_that_is_not_utf8(tmp_path: Path) -> None:
    for name in ("f.json", "f.ndjson"):
        with pytest.raises(FormatError, match="UTF-8") as caught:
            blocks(opened(written(tmp_path, name, b'"a"\n"\xe9"\n'), block_bytes=1))
        assert caught.value.place is not None
        assert caught.value.place.line == 2


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("[1,2]", "json"),
        ('  {"a":[1]}', "json"),
        ('{"a":1}\n{"a":2}\n', "ndjson"),
        ("[1]\n[2]\n", "ndjson"),
        ("[1,\n2]", "json"),
        ("a\n1\n", "csv"),
        ("\ufeff[1]", "json"),
    ],
)
def test_without_a_known_suffix_the_first_character_decides(tmp_path: Path, text: str, form: str) -> None:
    for name in ("f", "f.txt"):
        assert opened(written(tmp_path, name, text)).format == form
