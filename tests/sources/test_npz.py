"""NumPy's zip of arrays: members as columns, unpacked in blocks."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.errors import CellError, DataError, FormatError, ShapeError, UnsupportedFormat
from losscli.sources import npz_source
from losscli.sources.grammar import resolve
from losscli.sources.records import Column
from tests.sources.reading import SIZES, blocks, opened, places, selection, values, written

TYPES = ["<f8", ">f8", "<f4", "<f2", "<i8", ">i4", "u1", "<u8", "?"]


def saved(packed: bool = False, **arrays: Any) -> bytes:
    out = io.BytesIO()
    (np.savez_compressed if packed else np.savez)(out, **arrays)
    return out.getvalue()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_members_of_every_number_type_and_layout(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    rows = data.draw(st.integers(1, 20))
    arrays: dict[str, Any] = {}
    columns: list[tuple[str, list[float]]] = []
    for name in ("y", "p", "q")[: data.draw(st.integers(1, 3))]:
        width = data.draw(st.sampled_from([None, 1, 2, 4]))
        drawn = (np.arange(rows * (width or 1)) * 7 % 251).astype(data.draw(st.sampled_from(TYPES)))
        whole = drawn.reshape(rows, width or 1)
        names = [name] if whole.shape[1] == 1 else [f"{name}[{index}]" for index in range(whole.shape[1])]
        columns += list(zip(names, whole.T.astype(float).tolist(), strict=True))
        array = drawn if width is None else whole
        arrays[name] = np.asfortranarray(array) if data.draw(st.booleans()) else array
    path = written(tmp_path_factory.mktemp("npz"), "f.npz", saved(data.draw(st.booleans()), **arrays))
    source = opened(path, block_bytes=data.draw(st.sampled_from(SIZES)))
    assert source.names == tuple(name for name, _ in columns)
    order = data.draw(st.permutations(range(len(columns))))
    for _ in range(2):
        found = blocks(source, [Column(index) for index in order])
        assert values(found) == [columns[index][1] for index in order]
        assert places(found) == [(row, order[0] + 1) for row in range(1, rows + 1)]
    assert source.bytes_read == source.bytes_total


def test_a_name_selects_all_columns_of_a_member(tmp_path: Path) -> None:
    content = saved(y=np.zeros(3), p=np.ones((3, 2)), pp=np.ones(3), deep=np.arange(18.0).reshape(3, 2, 3))
    source = opened(written(tmp_path, "f.npz", content))
    assert resolve(selection("p") or (), source.names, source.width, "f") == (1, 2)
    assert resolve(selection("p[1],y") or (), source.names, source.width, "f") == (2, 0)
    deep = resolve(selection("deep") or (), source.names, source.width, "f")
    assert source.tail_of(deep) == (2, 3)
    assert source.tail_of(deep[:5]) == ()
    assert source.tail == ()
    found = blocks(source, [Column(index) for index in deep])
    assert values(found) == np.arange(18.0).reshape(3, 6).T.tolist()


@pytest.mark.parametrize("packed", [False, True])
def test_one_member_is_like_npy(tmp_path: Path, packed: bool) -> None:
    array = np.arange(24.0).reshape(4, 2, 3)
    for given_ in (array, np.asfortranarray(array)):
        source = opened(written(tmp_path, "f.npz", saved(packed, arr_0=given_)), block_bytes=64)
        assert source.tail == (2, 3)
        found = blocks(source, [Column(index) for index in range(6)])
        assert values(found) == array.reshape(4, 6).T.tolist()


def test_lengths_matter_only_between_what_is_asked_for(tmp_path: Path) -> None:
    source = opened(written(tmp_path, "f.npz", saved(y=np.zeros(3), p=np.ones(3), history=np.ones(9))))
    assert values(blocks(source, [Column(0), Column(1)])) == [[0.0] * 3, [1.0] * 3]
    assert values(blocks(source, [Column(2)])) == [[1.0] * 9]
    with pytest.raises(ShapeError, match="y has 3 rows, history has 9 rows"):
        blocks(source, [Column(0), Column(2)])


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.array([None, 1]), "objects can run code"),
        (np.array(3.0), "one number, no rows"),
        (np.zeros((2, 0)), "without a number"),
        (np.array([1j]), "complex"),
    ],
)
def test_a_member_that_cannot_be_read_hurts_only_who_asks(tmp_path: Path, array: Any, words: str) -> None:
    source = opened(written(tmp_path, "f.npz", saved(bad=array, p=np.ones(2))))
    assert values(blocks(source, [Column(1)])) == [[1.0, 1.0]]
    with pytest.raises(DataError) as caught:
        blocks(source, [Column(0)])
    assert words in " ".join(caught.value.lines())
    assert "f.npz (bad)" in caught.value.message


def test_text_and_bad_cells(tmp_path: Path) -> None:
    path = written(tmp_path, "f.npz", saved(c=np.array(["cat", "dog"]), p=np.array([0.5, np.nan])))
    source = opened(path)
    assert source.kinds() == ("text", "number")
    assert values(blocks(source, [Column(0, "text")])) == [["cat", "dog"]]
    with pytest.raises(CellError) as caught:
        blocks(source, [Column(0, "text"), Column(1)])
    assert [str(cell.place) for cell in caught.value.cells] == [f"{path}:2:2"]


def test_damage(tmp_path: Path) -> None:
    for packed in (False, True):
        whole = saved(packed, y=np.arange(1000.0), p=np.asfortranarray(np.arange(2000.0).reshape(1000, 2)))
        for cut in (3, 100, len(whole) // 2, len(whole) - 1):
            with pytest.raises(DataError):
                opened(written(tmp_path, "f.npz", whole[:cut]))
        for place in (500, len(whole) // 2):
            flipped = bytearray(whole)
            flipped[place] ^= 0xFF
            with pytest.raises(FormatError, match="npz"):
                blocks(opened(written(tmp_path, "f.npz", bytes(flipped))), [Column(0), Column(2)])


def zipped(method: int = zipfile.ZIP_STORED, **members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return out.getvalue()


def test_zips_that_numpy_would_not_write(tmp_path: Path) -> None:
    array = io.BytesIO()
    np.save(array, np.arange(5.0))
    data = array.getvalue()
    for content, words in (
        (zipped(y=data[:-3]), "ends early"),
        (zipped(y=data + b"1"), "more than its header"),
        (zipped(y=b"junk"), "no sound npy header"),
        (zipped(zipfile.ZIP_BZIP2, y=data), "in a way"),
        (zipped(), "no sound npz file"),
        (saved().replace(b".npy", b".txt"), "npz"),
    ):
        with pytest.raises(FormatError, match=words):
            blocks(opened(written(tmp_path, "f.npz", content)))
    with pytest.raises(UnsupportedFormat, match="gzip"):
        opened(written(tmp_path, "f.npz.gz", b""))


def test_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.npz"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(saved(y=np.arange(5.0)),))
    writer.start()
    source = opened(pipe)
    assert values(blocks(source)) == [[0.0, 1.0, 2.0, 3.0, 4.0]]
    source.close()
    writer.join()


def test_columns_behind_one_another_are_unpacked_to_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(npz_source, "_IN_MEMORY", 64)
    array = np.asfortranarray(np.arange(3000.0).reshape(1000, 3))
    source = opened(written(tmp_path, "f.npz", saved(True, p=array)), block_bytes=800)
    assert values(blocks(source, [Column(2), Column(0)])) == [array[:, 2].tolist(), array[:, 0].tolist()]


BOMB = """
import re, sys
from losscli.sources.open import open_source
from losscli.sources.records import Column
rows = sum(block.rows for block in open_source(sys.argv[1]).read([Column(0)]))
print(rows, re.search(r"VmHWM:\\s+([0-9]+) kB", open("/proc/self/status").read())[1])
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="tells no peak of memory")
def test_a_bomb_stays_within_memory(tmp_path: Path) -> None:
    rows = 60_000_000
    path = tmp_path / "bomb.npz"
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "<f8", "fortran_order": False, "shape": (rows,)})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("p.npy", "w") as member:
        member.write(head.getvalue())
        for _ in range(rows * 8 // 10_000_000):
            member.write(bytes(10_000_000))
    assert path.stat().st_size < 1_000_000
    found = subprocess.run(
        [sys.executable, "-c", BOMB, str(path)], capture_output=True, text=True, check=True, timeout=120
    )
    count, peak = map(int, found.stdout.split())
    assert count == rows
    assert peak < 150_000, f"{peak} kB"
