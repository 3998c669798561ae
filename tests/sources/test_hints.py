"""What an error about a file says to type instead, and how it shows what it found."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from losscli.errors import CellError, ChangedError, ColumnError, LosscliError
from losscli.sources.grammar import parse_columns, resolve
from losscli.sources.records import Column
from tests.sources.reading import opened, written


def said(path: Path | str, columns: str | None = None, **options: object) -> LosscliError:
    with pytest.raises(LosscliError) as caught:
        list(opened(path, columns=columns, **options).read([Column(0)]))
    return caught.value


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("None", "missing value"),
        ("<NA>", "missing value"),
        ("True", "1 for true"),
        ("12%", "fraction"),
        ("0,5", "decimal comma"),
    ],
)
def test_what_to_write_instead_of_a_cell(tmp_path: Path, cell: str, words: str) -> None:
    error = said(written(tmp_path, "f.tsv", f"p\n1\n{cell}\n"))
    assert isinstance(error, CellError)
    assert words in (error.hint or "")


@pytest.mark.parametrize("missing", ["error", "skip"])
@pytest.mark.parametrize(
    ("name", "text"), [("f.csv", "a,b\n1,2\n\n3,4\n"), ("f.ndjson", '{"a":1}\n\n{"a":2}\n')]
)
def test_a_blank_line_is_to_be_removed(tmp_path: Path, name: str, text: str, missing: str) -> None:
    error = said(written(tmp_path, name, text), missing=missing)
    assert error.lines()[0].endswith("error[E210]: blank line")
    assert (error.hint or "").startswith("a blank line is no row: remove it")


def test_long_cells_are_shown_by_their_start(tmp_path: Path) -> None:
    for name, text in (("f.csv", "p\n" + "x" * 300_000 + "\n"), ("g.csv", "p\n1" + "9" * 5_000 + "\n")):
        error = said(written(tmp_path, name, text))
        assert max(map(len, error.lines())) < 250
        assert "characters)" in error.lines()[0]
        assert isinstance(error, CellError)
        assert len(error.cells[0].text) > 5_000 - 1  # the record keeps what the message cuts


@pytest.mark.parametrize(("column", "position"), [("a", 1), ("b", 1), ("c", 2), ("d", 2)])
def test_names_that_cannot_be_typed_are_selected_by_position(column: str, position: int) -> None:
    names = ("a,b", "c:d", "km", "x")
    with pytest.raises(ColumnError) as caught:
        resolve(parse_columns(column, "f"), names, len(names), "f")
    assert f"is @{position}" in (caught.value.hint or "")


@pytest.mark.parametrize("name", ["c:d", "km/h", "c:d/e"])
def test_a_path_that_goes_on_with_such_a_name(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, "f.csv", "c:d,km/h,c:d/e\n1,2,3\n")
    error = said(f"{path}:{name}")
    assert error.exit_code == 4
    assert f"by position: {path}:@1" in (error.hint or "")


def test_gzip_that_is_none(tmp_path: Path) -> None:
    assert "without .gz" in (said(written(tmp_path, "f.csv.gz", "p\n1\n")).hint or "")
    assert "gunzip" in (said(written(tmp_path, "f.csv", gzip.compress(b"p\n1\n"))).hint or "")


@pytest.mark.parametrize(("text", "word"), [("5", "one number"), ("null", "one null"), ('"a"', "one string")])
def test_json_that_holds_one_value(tmp_path: Path, text: str, word: str) -> None:
    assert word in said(written(tmp_path, "f.json", text)).message


@pytest.mark.parametrize("name", ["f.csv", "f.ndjson"])
def test_a_file_that_is_another_one_in_the_second_pass(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, name, "1\n2\n")
    source = opened(path)
    list(source.read([Column(0)]))
    list(source.read([Column(0)]))
    other = written(tmp_path, "new", "1\n3\n")
    os.replace(other, path)
    with pytest.raises(ChangedError):
        list(source.read([Column(0)]))
