from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.errors import ColumnError, HeaderError, SourceError
from losscli.sources.grammar import (
    Glob,
    Name,
    Positions,
    Range,
    is_key_like,
    parse_columns,
    parse_source,
    parse_sources,
    resolve,
)


@pytest.mark.parametrize(
    ("text", "path", "columns"),
    [
        ("y.csv", "y.csv", None),
        ("y.csv:label", "y.csv", (Name("label"),)),
        ("a/b:c/y.csv:p0,p1", "a/b:c/y.csv", (Name("p0"), Name("p1"))),
        ("a:b/y.csv", "a:b/y.csv", None),
        ("y.csv:p0..p9", "y.csv", (Range("p0", "p9"),)),
        ("y.csv:p_*", "y.csv", (Glob("p_*"),)),
        ("y.csv:@2", "y.csv", (Positions(2, 2),)),
        ("y.csv:@2..@11,x", "y.csv", (Positions(2, 11), Name("x"))),
        ("y.csv:@2..", "y.csv", (Positions(2, None),)),
        (":p", None, (Name("p"),)),
        ("-", "-", None),
        ("-:y", "-", (Name("y"),)),
        ("/dev/fd/63:y", "/dev/fd/63", (Name("y"),)),
        ("y:z.csv:@1", "y:z.csv", (Positions(1, 1),)),
        ("s3://bucket/y.csv:label", "s3://bucket/y.csv", (Name("label"),)),
        ("s3://bucket/y.csv", "s3://bucket/y.csv", None),
        ("y.csv:@label", "y.csv", (Name("@label"),)),
        ("y.csv:a..", "y.csv", (Name("a.."),)),
    ],
)
def test_parse(text: str, path: str | None, columns: object) -> None:
    spec = parse_source(text)
    assert (spec.text, spec.path, spec.columns) == (text, path, columns)


def test_an_existing_file_is_the_path_even_with_a_colon(tmp_path: Path) -> None:
    path = tmp_path / "run:12"
    path.write_text("1\n")
    assert parse_source(str(path)).path == str(path)
    assert parse_source(f"{path}:y").path == str(path)


@pytest.mark.parametrize("text", ["y.csv:", "y.csv:a,,b", "y.csv:@0", "y.csv:@3..@2", ":", ""])
def test_broken_sources(text: str) -> None:
    with pytest.raises((ColumnError, SourceError)) as caught:
        parse_source(text)
    assert caught.value.exit_code == 2
    assert caught.value.hint


def test_columns_alone_mean_the_source_before() -> None:
    assert [spec.path for spec in parse_sources(["a.csv:y", ":p", "b.csv", ":q"])] == [
        "a.csv",
        "a.csv",
        "b.csv",
        "b.csv",
    ]
    with pytest.raises(SourceError, match="no"):
        parse_sources([":p"])


@pytest.mark.parametrize("texts", [["-:y", ":p"], ["-:y", "-:p"], ["-", "p.csv"], ["-:y", ":@2"]])
def test_standard_input_once(texts: list[str]) -> None:
    assert parse_sources(texts)[0].path == "-"


@pytest.mark.parametrize(
    "texts", [["-", "-"], ["-:y", "-"], ["-:y", "/dev/stdin:p"], ["-", "a.csv", "/dev/fd/0"]]
)
def test_standard_input_twice(texts: list[str]) -> None:
    with pytest.raises(SourceError, match="standard input"):
        parse_sources(texts)


NAMES = ("id", "label", "p0", "p1", "p2", "", "p..x")


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ("label", (1,)),
        ("p2,p0", (4, 2)),
        ("p0..p2", (2, 3, 4)),
        ("p?", (2, 3, 4)),
        ("@6", (5,)),
        ("@6..", (5, 6)),
        ("@1..@2,p1", (0, 1, 3)),
        ("p..x", (6,)),
    ],
)
def test_resolve(columns: str, found: tuple[int, ...]) -> None:
    assert resolve(parse_columns(columns, "f"), NAMES, len(NAMES), "f") == found


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ("lable", "'label'"),
        ("LABEL", "'label'"),
        ("2", "@2"),
        ("@9", "@1 to @7"),
        ("q*", "@1"),
        ("p2..p0", "p0..p2"),
        ("p0,p0", "once"),
        ("p0..p1,@3", "once"),
    ],
)
def test_resolve_says_what_to_type(columns: str, words: str) -> None:
    with pytest.raises(ColumnError) as caught:
        resolve(parse_columns(columns, "f"), NAMES, len(NAMES), "f")
    assert words in (caught.value.hint or "")


def test_an_unknown_column_lists_the_names() -> None:
    with pytest.raises(ColumnError, match="id, label, p0, p1, p2"):
        resolve((Name("zzz"),), NAMES, len(NAMES), "f")


def test_names_in_a_file_without_header() -> None:
    with pytest.raises(ColumnError) as caught:
        resolve((Name("y"),), None, 3, "f")
    assert "@1 to @3" in (caught.value.hint or "")
    assert "--no-header" in (caught.value.hint or "")


def test_a_name_that_stands_twice_is_refused_and_a_position_is_not() -> None:
    names = ("a", "b", "a")
    for columns in ("a", "a..b", "*"):
        with pytest.raises(HeaderError):
            resolve(parse_columns(columns, "f"), names, 3, "f")
    assert resolve(parse_columns("b,@3", "f"), names, 3, "f") == (1, 2)


@given(st.integers(1, 12), st.data())
def test_positions_and_ranges_agree(width: int, data: st.DataObject) -> None:
    names = tuple(f"c{index}" for index in range(width))
    first = data.draw(st.integers(0, width - 1))
    last = data.draw(st.integers(first, width - 1))
    by_name = resolve((Range(names[first], names[last]),), names, width, "f")
    by_position = resolve((Positions(first + 1, last + 1),), names, width, "f")
    assert by_name == by_position == tuple(range(first, last + 1))


@pytest.mark.parametrize(
    ("pattern", "name", "matched"), [("p_*", "p_cat", "cat"), ("*_p", "cat_p", "cat"), ("p?", "pa", "pa")]
)
def test_what_a_glob_matched_is_the_class(pattern: str, name: str, matched: str) -> None:
    assert Glob(pattern).matched(name) == matched


@pytest.mark.parametrize("name", ["id", "ID", "user_id", "Key", "uuid", "index", "row", " Row "])
def test_key_like(name: str) -> None:
    assert is_key_like(name)


@pytest.mark.parametrize("name", ["", "idx", "label", "valid", "keys", "p_id_x", "rows"])
def test_not_key_like(name: str) -> None:
    assert not is_key_like(name)


def test_selectors_print_as_they_are_typed() -> None:
    text = "label,p0..p9,p_*,@2,@2..@11,@3.."
    assert ",".join(map(str, parse_columns(text, "f"))) == text
