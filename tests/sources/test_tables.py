"""Parquet, Arrow files and streams: every type, every layout, the same numbers as from text."""

from __future__ import annotations

import datetime as dt
import os
import threading
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from losscli.errors import CellError, ChangedError, DataError, FormatError, HeaderError, ShapeError
from losscli.sources import parquet_source
from losscli.sources.grammar import resolve
from losscli.sources.records import Column
from losscli.workers import Workers
from tests.sources.reading import SIZES, blocks, opened, places, selection, values, written
from tests.sources.tables import FORMS, store, table


def moment(*parts: int) -> dt.datetime:
    """A moment of no time zone, as Arrow keeps it."""
    return dt.datetime(*parts)  # type: ignore[arg-type, misc] # noqa: DTZ001


REALS = st.floats(allow_nan=False, allow_infinity=False)
CELLS: dict[Any, Any] = {
    pa.float64(): REALS,
    pa.float32(): st.floats(width=32, allow_nan=False, allow_infinity=False),
    pa.float16(): st.floats(width=16, allow_nan=False, allow_infinity=False),
    pa.int8(): st.integers(-128, 127),
    pa.uint8(): st.integers(0, 255),
    pa.int16(): st.integers(-(2**15), 2**15 - 1),
    pa.int32(): st.integers(-(2**31), 2**31 - 1),
    pa.uint32(): st.integers(0, 2**32 - 1),
    pa.int64(): st.integers(-(2**53), 2**53),
    pa.uint64(): st.integers(0, 2**53),
    pa.bool_(): st.booleans(),
    pa.decimal128(15, 4): st.decimals(-(10**10), 10**10, places=4),
    pa.decimal128(38, 20): st.decimals(-(10**15), 10**15, places=20),
    pa.decimal256(60, 3): st.decimals(-(10**50), 10**50, places=3),
    pa.decimal128(12, 0): st.integers(-(10**11), 10**11).map(Decimal),
    pa.dictionary(pa.int8(), pa.float64()): st.sampled_from([0.1, 1.5, -3.0]),
}
CODECS = ("none", "snappy", "gzip", "zstd", "brotli", "lz4")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_numbers_of_every_type_and_layout(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    kinds = data.draw(st.lists(st.sampled_from(list(CELLS)), min_size=1, max_size=3))
    rows = data.draw(st.integers(1, 30))
    cells = [data.draw(st.lists(CELLS[kind], min_size=rows, max_size=rows)) for kind in kinds]
    made = pa.table(
        [pa.array(some, kind) for some, kind in zip(cells, kinds, strict=True)], list("abc"[: len(kinds)])
    )
    form = data.draw(st.sampled_from(FORMS))
    codec = data.draw(st.sampled_from(CODECS if form == "parquet" else ("lz4", "zstd")))
    path = store(
        tmp_path_factory.mktemp("t"), made, form, rows=data.draw(st.sampled_from([1, 3, 7, 64])), codec=codec
    )
    workers = Workers(2) if data.draw(st.booleans()) else None
    source = opened(path, block_bytes=data.draw(st.sampled_from(SIZES)), workers=workers)
    assert source.names == tuple("abc"[: len(kinds)])
    order = data.draw(st.permutations(range(len(kinds))))
    for _ in range(2):
        found = blocks(source, [Column(index) for index in order])
        assert values(found) == [[float(cell) for cell in cells[index]] for index in order]
        assert places(found) == [(row, order[0] + 1) for row in range(1, rows + 1)]
        assert all(
            part.dtype == np.float64 and part.flags.c_contiguous for block in found for part in block.columns
        )
    if workers is not None:
        workers.close()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("size", SIZES)
def test_missing_cells_are_counted_and_placed_or_skipped(tmp_path: Path, form: str, size: int) -> None:
    given = [1.0, None, float("nan"), 4.0, float("inf"), None, None]
    path = store(tmp_path, table(y=[1] * 7, p=given), form, rows=2)
    with pytest.raises(CellError) as caught:
        blocks(opened(path, block_bytes=size), [Column(1)])
    assert caught.value.total == 5
    assert [(cell.place.line, cell.place.column, cell.reason) for cell in caught.value.cells] == [
        (2, 2, "missing cell"),
        (3, 2, "not a finite number"),
        (5, 2, "not a finite number"),
        (6, 2, "missing cell"),
        (7, 2, "missing cell"),
    ]
    assert "--missing skip" in (caught.value.hint or "")
    with pytest.raises(CellError) as caught:
        blocks(opened(path, block_bytes=size, missing="skip"), [Column(1)])
    assert [cell.place.line for cell in caught.value.cells] == [5]
    path = store(tmp_path, table(p=[*given[:4], None]), form, rows=2)
    found = blocks(opened(path, block_bytes=size, missing="skip"), [Column(0)])
    assert values(found) == [[1.0, None, None, 4.0, None]]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("array", "words"),
    [
        (pa.array([2**53, 2**53 + 1]), "exactly: 9007199254740993"),
        (pa.array([0, 2**64 - 1], pa.uint64()), "exactly: 18446744073709551615"),
        (pa.array([Decimal(0), Decimal(2**53 + 1)], pa.decimal128(20, 0)), "exactly: 9007199254740993"),
        (pa.array(["1", "2"]), "text, not a number: 1"),
        (pa.array([dt.date(2020, 1, 2)]), "a date or time, not a number: 2020-01-02"),
        (pa.array([moment(2020, 1, 2)]), "a date or time, not a number: 2020-01-02 00:00:00$"),
        (pa.array([None, None]), "missing cell: null"),
        (pa.array([b"a\xff"]), "not UTF-8"),
    ],
)
def test_cells_that_are_no_numbers(tmp_path: Path, form: str, array: Any, words: str) -> None:
    with pytest.raises(CellError, match=words) as caught:
        blocks(opened(store(tmp_path, table(a=array), form)))
    assert caught.value.exit_code == 3


TEXTS: list[tuple[Any, list[str | None]]] = [
    (pa.array(["cat", "NA", "é"]), ["cat", "NA", "é"]),
    (pa.array(["cat", "é"], pa.large_string()), ["cat", "é"]),
    (pa.array([b"cat", "é".encode()], pa.binary()), ["cat", "é"]),
    (pa.array([b"cat", b"dog"], pa.binary(3)), ["cat", "dog"]),
    (pa.array(["b", "a", "b"]).dictionary_encode(), ["b", "a", "b"]),
    (pa.array([1, -7, 2**62]), ["1", "-7", str(2**62)]),
    (pa.array([2**64 - 1], pa.uint64()), [str(2**64 - 1)]),
    (pa.array([1.0, -7.0]), ["1", "-7"]),
    (pa.array([1.5, 1e-300, 1.0]), ["1.5", "1e-300", "1"]),
    (pa.array([0.1], pa.float32()), ["0.10000000149011612"]),
    (pa.array([True, False]), ["1", "0"]),
    (
        pa.array([Decimal("1.50"), Decimal("2.00"), Decimal("0.00000001")], pa.decimal128(20, 10)),
        ["1.5", "2", "0.00000001"],
    ),
    (pa.array([dt.date(2020, 1, 2)]), ["2020-01-02"]),
    (pa.array([dt.time(1, 2, 3)], pa.time64("us")), ["01:02:03"]),
    (pa.array([moment(2020, 1, 2, 3, 4, 5)], pa.timestamp("ns")), ["2020-01-02 03:04:05"]),
    (pa.array([moment(2020, 1, 2, 3, 4, 5, 500_000)], pa.timestamp("us")), ["2020-01-02 03:04:05.5"]),
    (pa.array([moment(2020, 1, 2, 3)], pa.timestamp("us", "Europe/Berlin")), ["2020-01-02 03:00:00Z"]),
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("array", "texts"), TEXTS)
def test_keys_and_labels_of_every_type(
    tmp_path: Path, form: str, array: Any, texts: list[str | None]
) -> None:
    source = opened(store(tmp_path, table(a=array), form, rows=2))
    for kind in ("key", "text", "note"):
        found = blocks(source, [Column(0, kind)])  # type: ignore[arg-type]
        assert [text for block in found for text in block.columns[0].to_pylist()] == texts
        assert all(block.columns[0].type == pa.string() for block in found)


def test_uuids_and_bare_extensions(tmp_path: Path) -> None:
    ids = [uuid.UUID(int=5), uuid.UUID(int=2**100)]
    array = pa.ExtensionArray.from_storage(pa.uuid(), pa.array([one.bytes for one in ids], pa.binary(16)))
    for form in ("parquet", "arrow"):
        source = opened(store(tmp_path, table(id=array), form))
        assert source.kinds() == ("text",)
        (block,) = blocks(source, [Column(0, "key")])
        assert block.columns[0].to_pylist() == [str(one) for one in ids]


@pytest.mark.parametrize("form", FORMS)
def test_missing_texts(tmp_path: Path, form: str) -> None:
    path = store(tmp_path, table(a=["x", None, "", "NA"]), form)
    with pytest.raises(CellError) as caught:
        blocks(opened(path), [Column(0, "text")])
    assert [(cell.place.line, cell.reason) for cell in caught.value.cells] == [
        (2, "missing cell"),
        (3, "empty cell"),
    ]
    (block,) = blocks(opened(path, missing="skip"), [Column(0, "text")])
    assert block.columns[0].to_pylist() == ["x", None, None, None]
    with pytest.raises(CellError):
        blocks(opened(path, missing="skip"), [Column(0, "key")])
    (block,) = blocks(opened(path), [Column(0, "note")])
    assert block.columns[0].to_pylist() == ["x", "", "", "NA"]


def test_text_that_is_no_utf8(tmp_path: Path) -> None:
    wrong = pa.StringArray.from_buffers(
        2, pa.py_buffer(np.array([0, 1, 2], "i4").tobytes()), pa.py_buffer(b"a\xff")
    )
    path = store(tmp_path, table(a=wrong), "parquet")
    with pytest.raises(DataError, match="UTF"):
        blocks(opened(path), [Column(0, "key")])


LISTS = [
    pa.list_(pa.float64(), 3),
    pa.list_(pa.float32()),
    pa.large_list(pa.int32()),
    pa.list_(pa.bool_(), 3),
    pa.list_(pa.dictionary(pa.int8(), pa.int64())),
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", LISTS[:4])
@pytest.mark.parametrize("size", SIZES)
def test_lists_of_one_length_are_columns(tmp_path: Path, form: str, kind: Any, size: int) -> None:
    cells = [[row % 2, (row + 1) % 2, 1] for row in range(20)]
    made = table(
        y=list(range(20)),
        p=pa.array(cells, pa.list_(pa.int8())).cast(pa.list_(pa.int32())).cast(kind)
        if not pa.types.is_boolean(kind.value_type)
        else pa.array([[bool(v) for v in c] for c in cells], kind),
    )
    source = opened(store(tmp_path, made, form, rows=7), block_bytes=size)
    assert source.names == ("y", "p[0]", "p[1]", "p[2]")
    chosen = resolve(selection("p") or (), source.names, source.width, "t")
    assert chosen == (1, 2, 3)
    found = blocks(source, [Column(3), Column(1), Column(0)])
    assert values(found) == [[1.0] * 20, [float(c[0]) for c in cells], [float(n) for n in range(20)]]


@pytest.mark.parametrize("form", FORMS)
def test_lists_of_another_length_or_none_are_bad_cells(tmp_path: Path, form: str) -> None:
    made = table(p=[[1.0, 2.0], [3.0], None, [4.0, None], [5.0, 6.0]])
    path = store(tmp_path, made, form, rows=2)
    with pytest.raises(CellError) as caught:
        blocks(opened(path), [Column(0), Column(1)])
    assert [(cell.place.line, cell.place.column, cell.reason) for cell in caught.value.cells] == [
        (2, 1, "a list of 1 where the first row has 2"),
        (2, 2, "a list of 1 where the first row has 2"),
        (3, 1, "missing cell"),
        (3, 2, "missing cell"),
        (4, 2, "missing cell"),
    ]
    good = store(tmp_path, table(p=[[1.0, 2.0], None, [4.0, None]]), form)
    assert values(blocks(opened(good, missing="skip"), [Column(0), Column(1)])) == [
        [1.0, None, 4.0],
        [2.0, None, None],
    ]


@pytest.mark.parametrize("form", FORMS)
def test_lists_of_lists_have_axes(tmp_path: Path, form: str) -> None:
    cells = np.arange(24.0).reshape(4, 2, 3)
    for kind in (
        pa.list_(pa.list_(pa.float64())),
        pa.list_(pa.list_(pa.float64(), 3), 2),
        pa.list_(pa.list_(pa.float64()), 2),
    ):
        source = opened(store(tmp_path, table(m=pa.array(cells.tolist(), kind)), form, rows=3))
        assert source.tail == (2, 3)
        assert (source.names or ())[4] == "m[1][1]"
        found = blocks(source, [Column(index) for index in range(6)])
        assert np.array_equal(np.array(values(found)).T, cells.reshape(4, 6))
    ragged = store(tmp_path, table(m=[[[1.0, 2, 3], [4, 5, 6]], [[1, 2, 3], [4, 5]]]), form)
    with pytest.raises(CellError, match="a list of 2 where the first row has 3"):
        blocks(opened(ragged), [Column(5)])


@pytest.mark.parametrize("form", FORMS)
def test_what_is_nested_otherwise_is_refused_only_if_asked_for(tmp_path: Path, form: str) -> None:
    made = table(
        s=[{"a": 1.0, "b": 2.0}] * 2,
        m=pa.array([[("k", 1)], []], pa.map_(pa.string(), pa.int64())),
        e=pa.array([[], [1.0]]),
        ss=pa.array([[{"x": 1}], [{"x": 2}]]),
        d=pa.array([dt.timedelta(1)] * 2),
        p=[0.5, 0.25],
    )
    path = store(tmp_path, made, form)
    assert values(blocks(opened(path), [Column(5)])) == [[0.5, 0.25]]
    for index in range(5):
        with pytest.raises(FormatError, match=f"column '{made.column_names[index]}'") as caught:
            blocks(opened(path), [Column(index)])
        assert caught.value.hint


@pytest.mark.parametrize("form", FORMS)
def test_names_that_stand_twice_and_tables_of_nothing(tmp_path: Path, form: str) -> None:
    twice = pa.Table.from_arrays([pa.array([1.0]), pa.array([2.0])], names=["p", "p"])
    if form != "feather":  # which cannot hold such a table
        path = store(tmp_path, twice, form)
        with pytest.raises(HeaderError, match="several columns named 'p'"):
            opened(path, columns="p")
        assert values(blocks(opened(path, columns="@2"), [Column(1)])) == [[2.0]]
    with pytest.raises(ShapeError, match="no columns"):
        opened(store(tmp_path, pa.table({}), form))
    assert blocks(opened(store(tmp_path, table(p=pa.array([], pa.float64())), form))) == []
    dotted = table(**{"p": [1.0], "p.a": [2.0], "q:r": [3.0]})
    assert values(blocks(opened(store(tmp_path, dotted, form)), [Column(0), Column(2)])) == [[1.0], [3.0]]


def test_only_the_asked_columns_are_read(tmp_path: Path) -> None:
    made = table(a=np.arange(1000.0), b=np.arange(1000.0) + 0.5)
    path = tmp_path / "t.parquet"
    parquet.write_table(made, path, compression="snappy", use_dictionary=False)
    chunk = parquet.read_metadata(path).row_group(0).column(1)
    data = bytearray(path.read_bytes())
    start = chunk.data_page_offset
    data[start : start + chunk.total_compressed_size] = b"\xff" * chunk.total_compressed_size
    path.write_bytes(data)
    assert values(blocks(opened(path), [Column(0)])) == [made["a"].to_pylist()]
    with pytest.raises(FormatError, match="no sound parquet file"):
        blocks(opened(path), [Column(1)])


def test_checksums_of_pages_are_compared(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    options = {"use_dictionary": False, "compression": "none", "write_page_checksum": True}
    parquet.write_table(table(a=np.arange(1000.0)), path, **options)
    data = bytearray(path.read_bytes())
    data[4000] ^= 1
    path.write_bytes(data)
    with pytest.raises(FormatError, match=r"[Cc](RC|hecksum)"):
        blocks(opened(path))


@pytest.mark.parametrize("workers", [None, 2])
def test_large_row_groups_come_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int | None
) -> None:
    monkeypatch.setattr(parquet_source, "_WHOLE_BYTES", 1 << 12)
    made = table(a=np.arange(5000.0), b=[str(n) for n in range(5000)])
    with parquet.ParquetWriter(tmp_path / "t.parquet", made.schema) as writer:
        start = 0
        for rows in (2000, 1, 1, 10, 700, 0, 1288, 1000):
            writer.write_table(made.slice(start, rows))
            start += rows
    team = Workers(workers) if workers else None
    source = opened(tmp_path / "t.parquet", block_bytes=1 << 10, workers=team)
    found = blocks(source, [Column(1, "key"), Column(0)])
    assert max(block.rows for block in found) <= 128
    assert [n for block in found for n in block.columns[0].to_pylist()] == made["b"].to_pylist()
    assert np.array_equal(np.concatenate([block.numbers(1) for block in found]), np.arange(5000.0))
    assert source.bytes_read <= (source.bytes_total or 0) <= (tmp_path / "t.parquet").stat().st_size
    assert source.bytes_read > 0.9 * (source.bytes_total or 0)
    if team is not None:
        team.close()


def test_the_index_of_pandas_is_a_key(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"y": [1.0, 0.0], "p": [0.5, 0.25]}, index=pandas.Index([7, 9], name="sample"))
    path = tmp_path / "t.parquet"
    frame.to_parquet(path)
    source = opened(path)
    assert source.marked_keys == {2}
    frame.rename_axis(None).to_parquet(path)
    assert opened(path).names == ("y", "p", "__index_level_0__")
    assert opened(path).marked_keys == {2}
    made = pa.table({"p": [1.0]}).replace_schema_metadata({"pandas": "[1"})
    assert opened(store(tmp_path, made, "arrow")).marked_keys == frozenset()


@pytest.mark.parametrize("form", FORMS)
def test_what_is_stored_beside_the_columns(tmp_path: Path, form: str) -> None:
    made = table(p=[1.0]).replace_schema_metadata({"losscli": "a signature"})
    source: Any = opened(store(tmp_path, made, form))
    assert source.metadata[b"losscli"] == b"a signature"
    assert source.header.present


@pytest.mark.parametrize("form", FORMS)
def test_a_damaged_file_is_told(tmp_path: Path, form: str) -> None:
    made = table(
        a=np.arange(300.0), b=[f"text {n % 7}" for n in range(300)], c=[[1.0, n] for n in range(300)]
    )
    whole = store(tmp_path, made, form, rows=100).read_bytes()
    wanted = [Column(0), Column(1, "text"), Column(3)]
    expected = blocks(opened(tmp_path / f"t.{form}"), wanted)
    assert sum(block.rows for block in expected) == 300
    for cut in sorted(
        {1, 9, 13, len(whole) // 3, len(whole) // 2, len(whole) - 9, len(whole) - 8, len(whole) - 1}
    ):
        path = written(tmp_path, f"cut.{form}", whole[:cut])
        with pytest.raises(DataError) as caught:
            blocks(opened(path), wanted)
        assert len(caught.value.lines()) <= 2
    more = written(tmp_path, f"more.{form}", whole + (whole if form == "arrows" else b"\0"))
    with pytest.raises(DataError):
        blocks(opened(more), wanted)


@pytest.mark.parametrize("form", ["arrows", "parquet", "arrow"])
def test_pipes(tmp_path: Path, form: str) -> None:
    made = table(a=np.arange(3000.0), c=[[1.0, n] for n in range(3000)])
    data = store(tmp_path, made, form, rows=1000).read_bytes()
    pipe = tmp_path / f"pipe.{form}"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(data,))
    writer.start()
    source = opened(pipe)
    assert values(blocks(source, [Column(0), Column(2)])) == [made["a"].to_pylist()] * 2
    source.close()
    writer.join()


@pytest.mark.parametrize("form", FORMS)
def test_a_file_that_changes_while_it_is_read(tmp_path: Path, form: str) -> None:
    made = table(a=np.random.default_rng(1).random(600_000))
    path = store(tmp_path, made, form, rows=200_000)
    whole = path.read_bytes()
    for content in (whole, whole[: len(whole) // 2]):  # of the same size, and shorter
        path.write_bytes(whole)
        found = opened(path, block_bytes=1 << 10).read([Column(0)])
        next(found)
        os.utime(path, ns=(1, 1))
        path.write_bytes(content)
        with pytest.raises(ChangedError):
            list(found)


def test_formats_are_told_by_their_first_bytes(tmp_path: Path) -> None:
    data = store(tmp_path, table(p=[1.0]), "parquet").read_bytes()
    for name, content, word in (
        ("f.arrow", data, "parquet"),
        ("f.csv", data, "add --input-format parquet"),
        ("f.parquet", b"p\n1\n", "not parquet"),
        ("f.feather", b"FEA1....", "version 1"),
        ("f.parquet", b"PARE....", "without encryption"),
        ("f.npz", data, "parquet"),
    ):
        with pytest.raises(FormatError) as caught:
            opened(written(tmp_path, name, content))
        assert word in " ".join(caught.value.lines())
    for name, option in (("f.pq", None), ("f.dat", "parquet"), ("f.PARQUET", None)):
        assert values(blocks(opened(written(tmp_path, name, data), format=option))) == [[1.0]]
