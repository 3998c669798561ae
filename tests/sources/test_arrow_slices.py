"""Large batches of Arrow files, read in slices: the same as what pyarrow reads whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.errors import DataError
from losscli.sources import arrow_slices, arrow_source
from losscli.sources.records import Column
from losscli.workers import Workers
from tests.sources.reading import blocks, opened, written
from tests.sources.tables import store, table
from tests.sources.test_tables import CELLS

SLICED: dict[Any, Any] = {
    **{kind: cells for kind, cells in CELLS.items() if not pa.types.is_dictionary(kind)},
    pa.string(): st.text(st.characters(codec="utf-8"), max_size=5),
    pa.large_string(): st.text(st.characters(codec="utf-8"), max_size=5),
    pa.date32(): st.dates(),
    pa.timestamp("us"): st.datetimes(),
}
BESIDE: list[Any] = [
    pa.array([[1, 2], None, [3]], pa.list_(pa.int8())),
    pa.array([{"a": "x", "b": None}, None, {"a": "", "b": 1.5}]),
    pa.array(["a", "b", "a"]).dictionary_encode(),
    pa.array([None] * 3),
    pa.array([[1, 2], [3, 4], None], pa.list_(pa.int8(), 2)),
    pa.array([[("k", 1)], [], None], pa.map_(pa.string(), pa.int8())),
]


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_slices_of_large_batches_are_the_batches(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Columns beside the asked ones are passed over, whatever they are."""
    rows = 3 * data.draw(st.integers(0, 12))
    kinds = data.draw(st.lists(st.sampled_from(list(SLICED)), min_size=1, max_size=3))
    arrays = []
    for kind in kinds:
        cells = st.one_of(st.none(), SLICED[kind]) if data.draw(st.booleans()) else SLICED[kind]
        arrays.append(pa.array(data.draw(st.lists(cells, min_size=rows, max_size=rows)), kind))
    beside = data.draw(st.lists(st.sampled_from(BESIDE), max_size=2))
    others = [pa.concat_arrays([one] * (rows // 3)) if rows else one[:0] for one in beside]
    order = data.draw(st.permutations([*arrays, *others]))
    made = pa.table(order, [str(number) for number in range(len(order))])
    wanted = [at for at, one in enumerate(order) if any(one is array for array in arrays)]
    path = store(
        tmp_path_factory.mktemp("t"),
        made,
        "arrow",
        rows=data.draw(st.sampled_from([1, 3, 8, 16, 100])),
        codec=data.draw(st.sampled_from([None, "lz4", "zstd"])),
    )
    file = pa.OSFile(str(path))
    places = arrow_slices.batch_places(file)
    assert places is not None
    step = data.draw(st.sampled_from([1, 8, 20, 1000]))
    for number, place in enumerate(places):
        whole = pa.ipc.open_file(file).get_batch(number).select(wanted)
        large = arrow_slices.large_batch(file, place, made.schema, wanted, 0)
        assert large is not None or whole.num_rows == 0
        if large is not None:
            found = pa.Table.from_batches(large.slices(step)).combine_chunks()
            found.validate(full=True)
            assert found.equals(pa.Table.from_batches([whole]))


@pytest.mark.parametrize("codec", [None, "lz4", "zstd"])
@pytest.mark.parametrize("workers", [None, 2])
def test_large_batches_come_in_slices(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, codec: str | None, workers: int | None
) -> None:
    monkeypatch.setattr(arrow_source, "_WHOLE_BYTES", 1 << 12)
    made = table(a=np.arange(5000.0), b=[str(n) for n in range(5000)], c=[n % 3 > 0 for n in range(5000)])
    path = tmp_path / "t.arrow"
    options = pa.ipc.IpcWriteOptions(compression=codec)
    with pa.ipc.new_file(str(path), made.schema, options=options) as writer:
        start = 0
        for rows in (2000, 1, 1, 10, 700, 0, 1288, 1000):
            writer.write_batch(
                made.slice(start, rows).combine_chunks().to_batches()[0]
                if rows
                else pa.record_batch([pa.array([], field.type) for field in made.schema], made.schema)
            )
            start += rows
    team = Workers(workers) if workers else None
    source = opened(path, block_bytes=1 << 10, workers=team)
    found = blocks(source, [Column(1, "key"), Column(2), Column(0)])
    assert max(block.rows for block in found) <= 128
    assert [n for block in found for n in block.columns[0].to_pylist()] == made["b"].to_pylist()
    assert np.array_equal(np.concatenate([block.numbers(2) for block in found]), np.arange(5000.0))
    assert np.array_equal(np.concatenate([block.numbers(1) for block in found]), np.arange(5000) % 3 > 0)
    assert 0.9 * (source.bytes_total or 0) < source.bytes_read <= (source.bytes_total or 0)
    if team is not None:
        team.close()


def test_a_damaged_description_of_a_large_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow_source, "_WHOLE_BYTES", 0)
    whole = store(tmp_path, table(a=np.arange(400.0), b=["x"] * 400), "arrow", rows=200).read_bytes()
    draw = np.random.default_rng(3)
    refused = 0
    for _ in range(400):
        data = bytearray(whole)
        for place in draw.integers(0, len(data), draw.integers(1, 4)).tolist():
            data[place] = int(draw.integers(0, 256))
        try:
            found = blocks(opened(written(tmp_path, "d.arrow", bytes(data))), [Column(0), Column(1, "key")])
        except DataError:
            refused += 1
        else:
            assert all(len(block.numbers(0)) == block.rows == len(block.columns[1]) for block in found)
    assert 0 < refused < 400  # a number that changed is a number: what cannot be read is refused
