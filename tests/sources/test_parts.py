"""Folders and globs of part files: which files they mean, and that they read as one table."""

from __future__ import annotations

import gzip
import os
import resource
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.errors import (
    CellError,
    ChangedError,
    FormatError,
    LosscliError,
    PartsError,
    ReadError,
    RowsError,
    ShapeError,
    UnsupportedFormat,
)
from losscli.sources import parts_reader
from losscli.sources.parts import disorder, list_parts, would_be_part
from losscli.sources.parts_reader import PartsReader
from losscli.sources.records import Block, Column, parts_read
from losscli.workers import Workers

from .reading import blocks, opened, values, written

TABLE = (Column(0), Column(1))


def folder(path: Path, **files: str | bytes) -> Path:
    """A folder of files; `__` in a name is a dot, `___` a slash."""
    for name, content in files.items():
        file = path / name.replace("___", "/").replace("__", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def names(path: Path, pattern: str = "") -> list[str]:
    start = f"{path}/"
    return [part.path.removeprefix(start) for part in list_parts(f"{start}{pattern}")]


def shown(found: Sequence[Block]) -> list[tuple[int, str, int]]:
    """The row, the file and the line of every row."""
    where = []
    for block in found:
        for index in range(block.rows):
            place = block.place(index, 0)
            where.append((block.places.row(index), os.path.basename(place.file), place.line or 0))
    return where


# --- which files


def test_a_folder_means_its_files_in_name_order(tmp_path: Path) -> None:
    folder(tmp_path, b__csv="1\n", a__csv="1\n", B__csv="1\n", _SUCCESS="", __a__csv__crc="x")
    assert names(tmp_path) == ["B.csv", "a.csv", "b.csv"]
    assert [part.path for part in list_parts(str(tmp_path))] == [f"{tmp_path}/{n}.csv" for n in "Bab"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.csv", ["a.csv", "b.csv"]),
        ("?.csv", ["a.csv", "b.csv"]),
        ("[b-z].csv", ["b.csv"]),
        ("[!b].csv", ["a.csv"]),
        ("d/*", ["d/k=1/x.csv", "d/k=2/x.csv"]),
        ("*/*/x.csv", ["d/k=1/x.csv", "d/k=2/x.csv"]),
        ("**/*.csv", ["a.csv", "b.csv", "d/k=1/x.csv", "d/k=2/x.csv"]),
        ("**", ["a.csv", "b.csv", "d/k=1/x.csv", "d/k=2/x.csv"]),
        ("d/**/x.csv", ["d/k=1/x.csv", "d/k=2/x.csv"]),
        ("d/k=*/", ["d/k=1/x.csv", "d/k=2/x.csv"]),
        ("_*/*.csv", ["_temporary/t.csv"]),
        ("_temporary/*", ["_temporary/t.csv"]),
    ],
)
def test_what_a_glob_matches(tmp_path: Path, pattern: str, expected: list[str]) -> None:
    folder(
        tmp_path,
        a__csv="1\n",
        b__csv="1\n",
        **{"d___k=1___x__csv": "1\n", "d___k=2___x__csv": "1\n", "_temporary___t__csv": "1\n"},
    )
    if pattern == "d/*":
        with pytest.raises(PartsError, match="k=1 is a folder"):
            names(tmp_path, pattern)
        pattern = "d/*/*"
    assert names(tmp_path, pattern) == expected


def test_a_file_of_that_very_name_is_meant_literally(tmp_path: Path) -> None:
    folder(tmp_path, **{"a[1]__csv": "5\n", "a1__csv": "6\n", "d[1]___x__csv": "7\n", "d1___x__csv": "8\n"})
    assert values(blocks(opened(tmp_path / "a[1].csv"))) == [[5.0]]
    assert names(tmp_path, "a[1].csv") == ["a[1].csv"]
    assert names(tmp_path, "d[1]/*.csv") == ["d[1]/x.csv"]


def test_a_folder_among_the_parts_is_refused_with_what_to_type(tmp_path: Path) -> None:
    folder(tmp_path, a__csv="1\n", **{"day=1___x__csv": "1\n"})
    with pytest.raises(PartsError, match="day=1 is a folder") as caught:
        opened(tmp_path)
    assert f"'{tmp_path}/**'" in (caught.value.hint or "")
    assert caught.value.exit_code == 3


def test_links_are_followed_but_not_in_a_circle(tmp_path: Path) -> None:
    folder(tmp_path, d___a__csv="1\n", e___b__csv="2\n")
    (tmp_path / "d" / "up").symlink_to(tmp_path)
    (tmp_path / "d" / "c.csv").symlink_to("../e/b.csv")
    (tmp_path / "d" / "away").symlink_to(tmp_path / "e" / "deeper")
    (tmp_path / "e" / "deeper").mkdir()
    folder(tmp_path / "e" / "deeper", z__csv="3\n")
    assert names(tmp_path, "d/*.csv") == ["d/a.csv", "d/c.csv"]
    with pytest.raises(PartsError, match="one file, so its rows would count twice"):
        names(tmp_path, "d/**/*.csv")
    (tmp_path / "d" / "c.csv").unlink()
    (tmp_path / "d" / "away").unlink()
    assert names(tmp_path, "d/**/*.csv") == ["d/a.csv", "d/up/e/b.csv", "d/up/e/deeper/z.csv"]


def test_what_is_no_part(tmp_path: Path) -> None:
    folder(tmp_path, d___a__csv="1\n")
    (tmp_path / "d" / "b.csv").symlink_to("nothing")
    with pytest.raises(ReadError, match=r"b\.csv is a link to nothing"):
        opened(tmp_path / "d")
    (tmp_path / "d" / "b.csv").unlink()
    os.mkfifo(tmp_path / "d" / "b.csv")
    with pytest.raises(PartsError, match="no file"):
        opened(tmp_path / "d")
    (tmp_path / "d" / "b.csv").unlink()
    os.link(tmp_path / "d" / "a.csv", tmp_path / "d" / "c.csv")
    with pytest.raises(PartsError, match="twice"):
        opened(tmp_path / "d")


def test_folders_without_parts_and_globs_without_match(tmp_path: Path) -> None:
    folder(tmp_path, d___part_0__csv__gz="1\n", e____SUCCESS="")
    cases: list[tuple[str, type[LosscliError], str, str]] = [
        ("e", RowsError, "no part file; it has _SUCCESS", ""),
        ("d/*.csv", ReadError, "no file matches", "part_0.csv.gz"),
        ("D/*.csv", ReadError, "no file matches", "did you mean"),
        ("x/*.csv", ReadError, "no file matches", "there is no folder"),
        ("e/*.csv", ReadError, "no file matches", "holds no part file"),
    ]
    for path, kind, message, hint in cases:
        with pytest.raises(kind, match=message) as caught:
            opened(tmp_path / path)
        assert hint in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("found", "pair"),
    [
        (["part-1", "part-10", "part-2"], ("part-10", "part-2")),
        (["part-01", "part-02", "part-10"], None),
        (["day=1/p-1", "day=10/p-1", "day=2/p-1"], ("day=10/p-1", "day=2/p-1")),
        (["10ab", "9cde"], None),
        (["a", "b"], None),
        (["part-00000-7f-c000", "part-00001-7f-c000"], None),
        (["v2-1", "v2-2", "x-1"], None),
    ],
)
def test_numbers_that_run_backwards_in_name_order(found: list[str], pair: tuple[str, str] | None) -> None:
    assert sorted(found) == found
    assert disorder(found) == pair


@pytest.mark.parametrize(
    ("source", "file", "expected"),
    [
        ("d", "d/new.csv", True),
        ("d", "link/new.csv", True),
        ("d/", "d/_new.csv", False),
        ("d", "new.csv", False),
        ("d/*.csv", "d/new.csv", True),
        ("d/*.csv", "d/new.json", False),
        ("**/*.csv", "d/e/new.csv", True),
        ("**/*.csv", "d/.e/new.csv", False),
        ("d/**", "d/new", True),
        ("d/**", "new", False),
        ("*/new.csv", "d/new.csv", True),
    ],
)
def test_what_would_become_a_part(tmp_path: Path, source: str, file: str, *, expected: bool) -> None:
    folder(tmp_path, d___a__csv="1\n")
    (tmp_path / "link").symlink_to("d")
    assert would_be_part(f"{tmp_path}/{source}", f"{tmp_path}/{file}") is expected


# --- one table


Writer = Callable[[Path, list[tuple[float, float]]], Path]


def as_csv(
    path: Path, rows: Sequence[tuple[float, float]], *, header: str = "y,p\n", end: str = "\n"
) -> Path:
    text = "".join(f"{y!r},{p!r}\n" for y, p in rows)
    path.with_suffix(".csv").write_bytes((header + text).replace("\n", end).encode())
    return path


def bare_csv(path: Path, rows: list[tuple[float, float]]) -> Path:
    return as_csv(path, rows, header="")


def windows_csv(path: Path, rows: list[tuple[float, float]]) -> Path:
    return as_csv(path, rows, header="\ufeffy,p\n", end="\r\n")


def gzip_csv(path: Path, rows: list[tuple[float, float]]) -> Path:
    text = "y,p\n" + "".join(f"{y!r},{p!r}\n" for y, p in rows)
    path.with_suffix(".csv.gz").write_bytes(gzip.compress(text.encode()))
    return path


def as_npy(path: Path, rows: list[tuple[float, float]]) -> Path:
    np.save(path.with_suffix(".npy"), np.array(rows, dtype=np.float64).reshape(len(rows), 2))
    return path


def as_ndjson(path: Path, rows: list[tuple[float, float]]) -> Path:
    text = "".join(f'{{"y": {y!r}, "p": {p!r}}}\n' for y, p in rows)
    path.with_suffix(".ndjson").write_text(text, encoding="ascii")
    return path


WRITERS: tuple[Writer, ...] = (as_csv, bare_csv, windows_csv, gzip_csv, as_npy, as_ndjson)


@pytest.mark.parametrize("write", WRITERS)
@settings(max_examples=50)
@given(data=st.data())
def test_parts_read_as_one_table(
    write: Writer, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("parts")
    lengths = data.draw(st.lists(st.integers(0, 40), min_size=1, max_size=8))
    count = sum(lengths)
    rows = [(float(row), row / 8 - 3) for row in range(count)]
    start = 0
    expected = []
    for number, length in enumerate(lengths):
        if length or write not in (bare_csv,):
            write(path / f"part-{number}", rows[start : start + length])
        expected += [(start + row + 1, number, row) for row in range(length)]
        start += length
    size = data.draw(st.sampled_from([1, 64, 300, 1 << 20]))
    workers = Workers(2) if data.draw(st.booleans()) else None
    try:
        if not count:
            if write in (bare_csv, as_ndjson):
                with pytest.raises(RowsError):
                    opened(path, block_bytes=size, workers=workers)
            return
        source = opened(path, block_bytes=size, workers=workers)
        for _ in range(2):  # a file may be read again
            found = blocks(source, TABLE)
            assert values(found) == [[y for y, _ in rows], [p for _, p in rows]]
            where = shown(found)
            assert [row for row, _, _ in where] == [row for row, _, _ in expected]
            assert [int(name.split("-")[1].split(".")[0]) for _, name, _ in where] == [
                n for _, n, _ in expected
            ]
            first = 1 if write in (bare_csv, as_npy, as_ndjson) else 2
            assert [line for _, _, line in where] == [line + first for _, _, line in expected]
            assert source.bytes_read == source.bytes_total
            read = parts_read(source)
            assert read is not None
            present = [length for length in lengths if length or write is not bare_csv]
            assert list(read.rows) == present
    finally:
        if workers is not None:
            workers.close()


def test_slices_of_a_block_know_their_places(tmp_path: Path) -> None:
    folder(tmp_path, a__csv="p\n1\n2\n", b__csv="p\n3\n", c__csv="p\n4\n5\n6\n")
    (block,) = blocks(opened(tmp_path))
    for start in range(7):
        for stop in range(start, 7):
            assert shown([block[start:stop][:]]) == shown([block])[start:stop]
    cut = block[2:5]
    assert cut.places.file.endswith("b.csv")
    assert cut[1:].places.light().line(0) == 2
    assert list(block.lines) == [2, 3, 2, 2, 3, 4]


def test_many_small_parts_are_parsed_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("a part was opened by itself")

    for number in range(300):
        written(tmp_path, f"part-{number:03}.csv", f"id,y,p\nk{number},1,0.{number + 1}\nm{number},0,0.25")
    source = opened(tmp_path, workers=Workers(2))
    monkeypatch.setattr(PartsReader, "_one_by_one", never)
    columns = (Column(2), Column(0, "text"), Column(1))
    found = blocks(source, columns)
    assert len(found) == 1
    p, ids, _ = values(found)
    assert p[::2] == [float(f"0.{number + 1}") for number in range(300)]
    assert ids[1::2] == [f"m{number}" for number in range(300)]


def test_ten_thousand_parts_need_few_descriptors(tmp_path: Path) -> None:
    for number in range(10_000):
        written(tmp_path, f"part-{number:05}.csv", f"{number}\n")
    usual = resource.getrlimit(resource.RLIMIT_NOFILE)
    open_now = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 64
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(open_now + 24, usual[0]), usual[1]))
    try:
        found = blocks(opened(tmp_path, workers=Workers(2)))
        assert values(found) == [[float(number) for number in range(10_000)]]
        found = blocks(opened(f"{tmp_path}/part-09???.csv", block_bytes=1, workers=Workers(2)))
        assert values(found) == [[float(number) for number in range(9_000, 10_000)]]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, usual)


def test_large_parts_wait_for_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of parts that are longer than a block only the current one and the next are open."""
    for number in range(12):
        written(tmp_path, f"part-{number:02}.csv", "0.5\n" * 5_000)
    source = opened(tmp_path, block_bytes=1 << 10, workers=Workers(2))
    begun: list[str] = []
    real = parts_reader.open_source

    def counted(path: str, *rest: Any, **options: Any) -> Any:
        begun.append(path)
        return real(path, *rest, **options)

    monkeypatch.setattr(parts_reader, "open_source", counted)
    reader = source.read([Column(0)])
    rows = 0
    for block in reader:
        rows += block.rows
        assert len(begun) <= rows // 5_000 + parts_reader.LARGE + 1
    assert rows == 60_000
    assert len(begun) == 12


def test_a_pass_that_is_left_leaves_no_thread(tmp_path: Path) -> None:
    before = threading.enumerate()
    for number in range(50):
        written(tmp_path, f"part-{number:02}.csv", "p\n" + "0.5\n" * 500)
    for size in (256, 1 << 20):
        workers = Workers(2)
        reader = opened(tmp_path, block_bytes=size, workers=workers).read([Column(0)])
        next(reader)
        workers.close()
        reader.close()  # type: ignore[attr-defined]
    for thread in threading.enumerate():
        if thread.name.startswith("losscli-") and thread not in before:
            thread.join(timeout=10)
            assert not thread.is_alive()


# --- the parts agree


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (
            "y,p\n1,0.5\n",
            "p,y\n0.5,1\n",
            r"b\.csv has the columns in another order: p,y; that of .*a\.csv is y,p",
        ),
        ("y,p\n1,0.5\n", "y,q\n1,0.5\n", r"b\.csv has another header: y,q; that of .*a\.csv is y,p"),
        ("y,p\n1,0.5\n", "y,p,w\n1,0.5,1\n", r"b\.csv has 3 columns instead of 2: y,p,w"),
        ("y,p\n1,0.5\n", "y;p\n1;0.5\n", r"b\.csv has 1 columns? instead of 2: y;p"),
        ("y,p\n1,0.5\n", "1,0.5\n", r"b\.csv begins with 1,0.5, but .*a\.csv has the header y,p"),
        ("1,0.5\n", "y,p\n1,0.5\n", r"b\.csv begins with y,p, which looks like a header; .*a\.csv has none"),
        ("1,0.5\n", "1,0.5,2\n", r"b\.csv has 3 columns, .*a\.csv has 2 columns"),
        ("1\n", "1,0.5\n", r"b\.csv has 2 columns, .*a\.csv has 1 column"),
    ],
)
@pytest.mark.parametrize("size", [1, 1 << 20])
def test_a_part_of_another_table(tmp_path: Path, first: str, second: str, said: str, size: int) -> None:
    folder(tmp_path, a__csv=first, b__csv=second)
    with pytest.raises(PartsError, match=said) as caught:
        blocks(opened(tmp_path, block_bytes=size))
    assert caught.value.exit_code == 3


def test_a_header_of_other_bytes_may_be_the_same(tmp_path: Path) -> None:
    folder(
        tmp_path,
        a__csv="y,p\n1,0.5\n",
        b__csv='"y", p\r\n0,0.25\r\n'.replace(", ", ","),
        c__csv="\ufeffy,p\n1,1",
    )
    assert values(blocks(opened(tmp_path), TABLE)) == [[1.0, 0.0, 1.0], [0.5, 0.25, 1.0]]


def test_text_that_recurs_shows_that_the_first_row_was_no_header(tmp_path: Path) -> None:
    folder(tmp_path, a__csv="cat\n", b__csv="cat\ndog\ncat\n")
    with pytest.raises(LosscliError, match="may be a header or data"):
        blocks(opened(tmp_path), [Column(0, "text")])
    assert values(blocks(opened(tmp_path, header=False), [Column(0, "text")])) == [
        ["cat", "cat", "dog", "cat"]
    ]


def test_the_first_part_decides_about_the_delimiter(tmp_path: Path) -> None:
    folder(tmp_path, a__csv="y;p\n1;0.5\n", b__csv="y;p\n0;1\n")
    assert values(blocks(opened(tmp_path), TABLE)) == [[1.0, 0.0], [0.5, 1.0]]


def test_arrays_must_have_one_shape_and_type(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.ones((3, 2)))
    np.save(tmp_path / "b.npy", np.ones((3, 2), dtype=np.int32))
    assert len(values(blocks(opened(tmp_path), TABLE))[0]) == 6
    np.save(tmp_path / "c.npy", np.ones((3, 3)))
    with pytest.raises(PartsError, match=r"c\.npy has 3 columns, .*a\.npy has 2 columns"):
        blocks(opened(tmp_path), TABLE)
    np.save(tmp_path / "c.npy", np.array([["1", "2"]]))
    with pytest.raises(PartsError, match=r"column '@1' is text in .*c\.npy, but numbers in .*a\.npy"):
        blocks(opened(tmp_path), TABLE)
    np.save(tmp_path / "c.npy", np.ones((3, 2, 1)))
    with pytest.raises(PartsError, match=r"c\.npy has rows of shape \(2, 1\), .*a\.npy has 2 columns"):
        blocks(opened(tmp_path), TABLE)


def test_json_goes_by_its_keys(tmp_path: Path) -> None:
    folder(tmp_path, a__ndjson='{"y": 1, "p": 0.5}\n', b__ndjson='{"p": 0.25, "z": 3, "y": 0}\n')
    assert values(blocks(opened(tmp_path), TABLE)) == [[1.0, 0.0], [0.5, 0.25]]
    folder(tmp_path, c__ndjson='{"p": 0.25, "z": 3}\n')
    with pytest.raises(
        PartsError, match=r"c\.ndjson has no key 'y', which .*a\.ndjson has; its keys are p,z"
    ):
        blocks(opened(tmp_path), TABLE)
    folder(tmp_path, c__ndjson="[1, 2]\n")
    with pytest.raises(
        PartsError, match=r"rows of .*c\.ndjson are arrays .*, those of .*a\.ndjson are objects"
    ):
        blocks(opened(tmp_path), TABLE)


@pytest.mark.parametrize(
    ("files", "kind", "said"),
    [
        ({"a__csv": "1\n", "b__json": "[1]"}, PartsError, r"b\.json is json, but .*a\.csv is csv"),
        ({"a__csv": "1\n", "b__md": "x"}, PartsError, r"b\.md is of no known suffix, but .*a\.csv is csv"),
        ({"a__csv": "1\n", "b__xlsx": "x"}, PartsError, r"b\.xlsx is no format that is read"),
        ({"a__xlsx": "1\n", "b__csv": "x"}, UnsupportedFormat, r"a\.xlsx"),
        ({"a": "1\n", "b": "[1]"}, PartsError, r"b is json, .*a is csv"),
        ({"a__csv": "1\n", "b__csv": b"PK\x03\x04"}, FormatError, r"b\.csv: suffix \.csv promises csv"),
    ],
)
def test_parts_of_several_formats(
    tmp_path: Path, files: dict[str, str | bytes], kind: type[LosscliError], said: str
) -> None:
    folder(tmp_path, **files)
    with pytest.raises(kind, match=said):
        blocks(opened(tmp_path))


def test_parts_may_be_compressed_or_not(tmp_path: Path) -> None:
    zipped, zst = gzip.compress(b"p\n2\n"), pa.Codec("zstd").compress(b"p\n3\n", asbytes=True)
    folder(tmp_path, a__csv="p\n1\n", b__csv__gz=zipped, c__csv__zst=zst)
    assert values(blocks(opened(tmp_path))) == [[1.0, 2.0, 3.0]]
    folder(tmp_path, d="p\n4\n")
    with pytest.raises(PartsError, match="d is of no known suffix"):
        opened(tmp_path)
    assert values(blocks(opened(tmp_path, format="csv"))) == [[1.0, 2.0, 3.0, 4.0]]


# --- empty parts


def test_parts_without_rows(tmp_path: Path) -> None:
    folder(
        tmp_path, a__csv="", b__csv="y,p\n", c__csv="y,p\n1,0.5\n", d__csv="", e__csv__gz=gzip.compress(b"")
    )
    for size in (1, 1 << 20):
        source = opened(tmp_path, block_bytes=size)
        assert source.kinds() == ("number", "number")
        assert source.first_cells() == ("1", "0.5")
        assert shown(blocks(source, TABLE)) == [(1, "c.csv", 2)]
        read = parts_read(source)
        assert read is not None
        assert read.rows == (0, 0, 1, 0, 0)
        assert [os.path.basename(path) for path in read.empty] == ["a.csv", "d.csv", "e.csv.gz"]


def test_the_first_part_with_rows_says_what_is_text(tmp_path: Path) -> None:
    folder(tmp_path, a__csv="y,p\n", b__csv="y,p\ncat,0.5\n")
    assert opened(tmp_path).kinds() == ("text", "number")


def test_nothing_but_empty_parts(tmp_path: Path) -> None:
    folder(tmp_path, a__csv="", b__csv="")
    with pytest.raises(RowsError, match=r"every part of .* is empty"):
        opened(tmp_path)


@pytest.mark.parametrize("name", ["b__npy", "b__json", "b__csv__gz"])
def test_an_empty_file_of_a_format_with_a_frame_is_damaged(tmp_path: Path, name: str) -> None:
    if name.endswith("npy"):
        np.save(tmp_path / "a.npy", np.ones(3))
    else:
        folder(tmp_path, **{name.replace("b", "a", 1): "[1]" if "json" in name else gzip.compress(b"1\n")})
    folder(tmp_path, **{name: b""})
    with pytest.raises(RowsError, match=r"b\..* is empty"):
        blocks(opened(tmp_path))


def test_an_empty_json_array_is_no_rows(tmp_path: Path) -> None:
    folder(tmp_path, a__json="[1, 2]", b__json="[]", c__json="[3]")
    assert values(blocks(opened(tmp_path))) == [[1.0, 2.0, 3.0]]


# --- bad cells and places


@pytest.mark.parametrize("size", [1, 1 << 20])
@pytest.mark.parametrize("count", [None, 2])
def test_bad_cells_of_all_parts_are_counted(tmp_path: Path, size: int, count: int | None) -> None:
    folder(tmp_path, a__csv="p\n1\nx\n", b__csv="p\n1\n", c__csv="p\n" + "y\n" * 7, d__csv="p\nz\n")
    workers = Workers(count) if count else None
    with pytest.raises(CellError) as caught:
        blocks(opened(tmp_path, block_bytes=size, workers=workers))
    assert caught.value.total == 9
    lines = [line.removeprefix(f"{tmp_path}/") for line in caught.value.lines()]
    assert lines[0] == "a.csv:3:1: error[E210]: not a number: x"
    assert lines[1:5] == [f"c.csv:{line}:1: error[E210]: not a number: y" for line in range(2, 6)]
    assert lines[5].startswith("9 bad cells in all")


def test_a_broken_part_is_named_with_its_line(tmp_path: Path) -> None:
    folder(tmp_path, a__csv="y,p\n1,0.5\n", b__csv="y,p\n1,0.5\n1\n")
    with pytest.raises(ShapeError) as caught:
        blocks(opened(tmp_path), TABLE)
    assert str(caught.value.place) == f"{tmp_path}/b.csv:3"
    folder(tmp_path, b__csv='y,p\n1,"0.5\n')
    with pytest.raises(FormatError) as broken:
        blocks(opened(tmp_path), TABLE)
    assert str(broken.value.place).startswith(f"{tmp_path}/b.csv:2")


def test_an_unclosed_quote_does_not_swallow_the_next_part(tmp_path: Path) -> None:
    folder(tmp_path, a__csv='t,p\n"x,1\n', b__csv='t,p\ny",2\n')
    with pytest.raises(FormatError, match="never closed"):
        blocks(opened(tmp_path), [Column(1)])


# --- parts that change


def changing(tmp_path: Path, change: Callable[[Path], object], *, size: int = 1 << 10) -> None:
    """Read the first block of some parts, change the last one, read on."""
    for number in range(8):
        written(tmp_path, f"part-{number}.csv", "p\n" + "0.5\n" * 2_000)
    source = opened(tmp_path, block_bytes=size)
    reader = source.read([Column(0)])
    next(reader)
    change(tmp_path)
    with pytest.raises(ChangedError) as caught:
        list(reader)
    assert caught.value.exit_code == 4


def grow(path: Path) -> None:
    with (path / "part-7.csv").open("ab") as file:
        file.write(b"1\n")


def replace(path: Path) -> None:
    new = written(path, "_new", "p\n" + "0.7\n" * 2_000)
    new.replace(path / "part-7.csv")


CHANGES: dict[str, Callable[[Path], object]] = {
    "grows": grow,
    "shrinks": lambda path: os.truncate(path / "part-7.csv", 9),
    "breaks": lambda path: (path / "part-7.csv").write_bytes(b"q\nx\n"),
    "vanishes": lambda path: (path / "part-7.csv").unlink(),
    "appears": lambda path: written(path, "part-8.csv", "p\n1\n"),
    "is replaced": replace,
    "was read": lambda path: (path / "part-0.csv").unlink(),
    "is emptied": lambda path: os.truncate(path / "part-7.csv", 0),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("size", [1 << 10, 1 << 14])
def test_a_part_that_changes_while_others_are_read(
    tmp_path: Path, change: Callable[[Path], object], size: int
) -> None:
    changing(tmp_path, change, size=size)


def test_a_part_that_changes_between_two_passes(tmp_path: Path) -> None:
    for change in CHANGES.values():
        for number in range(8):
            written(tmp_path, f"part-{number}.csv", "p\n" + "0.5\n" * 10)
        (tmp_path / "part-8.csv").unlink(missing_ok=True)
        source = opened(tmp_path)
        assert len(values(blocks(source))[0]) == 80
        change(tmp_path)
        with pytest.raises(ChangedError):
            blocks(source)


def test_a_hidden_file_may_come_and_go(tmp_path: Path) -> None:
    folder(tmp_path, a__csv="1\n")
    source = opened(tmp_path)
    reader = source.read([Column(0)])
    folder(tmp_path, _SUCCESS="")
    assert values(list(reader)) == [[1.0]]
