from __future__ import annotations

import gzip
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.errors import CellError, DataError, FormatError, ShapeError
from losscli.sources.memory import open_values
from losscli.sources.records import Column, ReadOptions

from .reading import SIZES, blocks, opened, places, values, written

TYPES = ["<f8", ">f8", "<f4", "<f2", "<i8", ">i4", "u1", "<u8", "?"]


def saved(array: Any) -> bytes:
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_arrays_of_every_number_type_and_layout(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    rows, width = data.draw(st.integers(1, 20)), data.draw(st.integers(1, 4))
    drawn = np.arange(rows * width).reshape(rows, width) * 7 % 251
    array = drawn.astype(data.draw(st.sampled_from(TYPES)))
    if data.draw(st.booleans()):
        array = np.asfortranarray(array)
    if width == 1 and data.draw(st.booleans()):
        array = array[:, 0]
    packed = data.draw(st.booleans())
    content = gzip.compress(saved(array)) if packed else saved(array)
    path = written(tmp_path_factory.mktemp("npy"), "f.npy.gz" if packed else "f.npy", content)
    source = opened(path, block_bytes=data.draw(st.sampled_from(SIZES)))
    order = data.draw(st.permutations(range(width)))
    whole = array.reshape(rows, width)
    for _ in range(2):
        found = blocks(source, [Column(index) for index in order])
        assert values(found) == [whole[:, index].astype(float).tolist() for index in order]
        assert places(found) == [(row, order[0] + 1) for row in range(1, rows + 1)]
        assert all(
            part.dtype == np.float64 and part.flags.c_contiguous for block in found for part in block.columns
        )


@pytest.mark.parametrize(
    ("array", "kind", "words"),
    [
        (np.array([1j]), FormatError, "complex"),
        (np.array([None, 1]), FormatError, "object"),
        (np.zeros(2, dtype=[("a", float)]), FormatError, "type"),
        (np.array(["2020-01-01"], dtype="M8[D]"), FormatError, "type"),
        (np.zeros((2, 0, 2)), ShapeError, r"\(2, 0, 2\)"),
        (np.zeros((2, 0)), ShapeError, r"\(2, 0\)"),
        (np.array(3.0), ShapeError, "no rows"),
        (np.array(["a", "b"]), CellError, "a string"),
        (np.array([1.0, np.nan]), CellError, "finite"),
        (np.array([2**53 + 1]), CellError, "exactly"),
        (np.array([2**64 - 1], dtype=np.uint64), CellError, "exactly"),
    ],
)
def test_arrays_that_are_refused(tmp_path: Path, array: Any, kind: type[DataError], words: str) -> None:
    with pytest.raises(kind, match=words) as caught:
        blocks(opened(written(tmp_path, "f.npy", saved(array))))
    assert caught.value.exit_code == 3


@pytest.mark.parametrize("size", SIZES)
def test_bad_elements_are_counted_and_placed(tmp_path: Path, size: int) -> None:
    array = np.ones((50, 3))
    array[4, 2] = np.inf
    array[10:20, 0] = np.nan
    with pytest.raises(CellError) as caught:
        blocks(opened(written(tmp_path, "f.npy", saved(array)), block_bytes=size), [Column(0), Column(2)])
    assert caught.value.total == 11
    assert [(cell.place.line, cell.place.column) for cell in caught.value.cells] == [
        (5, 3),
        *((r, 1) for r in range(11, 15)),
    ]
    with pytest.raises(CellError) as caught:
        blocks(opened(written(tmp_path, "f.npy", saved(array)), missing="skip"), [Column(0), Column(2)])
    assert caught.value.total == 1


@pytest.mark.parametrize("array", [np.arange(50.0), np.asfortranarray(np.arange(50.0).reshape(25, 2))])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_a_damaged_file(tmp_path: Path, array: Any, packed: bool, size: int) -> None:
    def read(content: bytes) -> None:
        name = "f.npy.gz" if packed else "f.npy"
        blocks(
            opened(written(tmp_path, name, gzip.compress(content) if packed else content), block_bytes=size)
        )

    for content in (saved(array)[:-3], saved(array)[:-20], saved(array)[:20]):
        with pytest.raises(FormatError, match=r"rows|header"):
            read(content)
    with pytest.raises(FormatError, match="more than one"):
        read(saved(array) * 2)


def test_an_empty_array_has_no_block(tmp_path: Path) -> None:
    source = opened(written(tmp_path, "f.npy", saved(np.zeros(0))))
    assert source.first_cells() is None
    assert blocks(source) == []


def test_text_arrays(tmp_path: Path) -> None:
    for array in (np.array(["cat", "é"]), np.array([b"cat", "é".encode()])):
        source = opened(written(tmp_path, "f.npy", saved(array)))
        assert source.kinds() == ("text",)
        assert values(blocks(source, [Column(0, "text")])) == [["cat", "é"]]


def test_keys_are_decimal_text(tmp_path: Path) -> None:
    for array in (np.array([1, -7]), np.array([1, -7], dtype=">i2"), np.array([1.0, -7.0])):
        source = opened(written(tmp_path, "f.npy", saved(array)))
        assert values(blocks(source, [Column(0, "key")])) == [["1", "-7"]]
    assert values(blocks(open_values("target", [1.5, True]), [Column(0, "key")])) == [["1.5", "1"]]


@pytest.mark.parametrize(
    ("given", "names", "columns"),
    [
        ([1, 2], None, [[1.0, 2.0]]),
        (np.array([[1, 2], [3, 4]]), None, [[1.0, 3.0], [2.0, 4.0]]),
        ({"a": [1, 2], "b": (True, False)}, ("a", "b"), [[1.0, 2.0], [1.0, 0.0]]),
        ([True, 0.5], None, [[1.0, 0.5]]),
    ],
)
@pytest.mark.parametrize("size", SIZES)
def test_arrays_in_memory(given: Any, names: Any, columns: list[list[float]], size: int) -> None:
    source = open_values("target", given, ReadOptions(block_bytes=size))
    assert source.names == names
    assert values(blocks(source, [Column(index) for index in range(source.width)])) == columns


@pytest.mark.parametrize(
    "given", [3, [[1], [1, 2]], np.zeros((2, 0, 2)), {}, {"a": [1], "b": [1, 2]}, {"a": 3}]
)
def test_shapes_in_memory_that_are_refused(given: Any) -> None:
    with pytest.raises(ShapeError, match="target"):
        open_values("target", given)


def test_missing_values_in_memory() -> None:
    with pytest.raises(CellError, match="null"):
        blocks(open_values("target", [1, None]))
    assert values(blocks(open_values("target", [1, None], ReadOptions(missing="skip")))) == [[1.0, None]]


def test_a_data_frame_is_a_mapping() -> None:
    class Frame:
        columns = ("a", "b")

        def __getitem__(self, name: str) -> list[int]:
            return {"a": [1, 2], "b": [3, 4]}[name]

    source = open_values("target", Frame())
    assert source.names == ("a", "b")
    assert values(blocks(source, [Column(1)])) == [[3.0, 4.0]]


def test_memory_is_not_touched() -> None:
    array = np.array([3.0, 1.0, 2.0])[::-1]
    (block,) = blocks(open_values("target", array))
    assert block.numbers(0).tolist() == [2.0, 1.0, 3.0]
    assert block.numbers(0).flags.c_contiguous
    assert array.tolist() == [2.0, 1.0, 3.0]
