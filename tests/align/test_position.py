from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.align import Stream, pair_by_position
from losscli.errors import CellError, OrderError, PairingError, counted
from losscli.sources.memory import open_values
from losscli.sources.open import open_source
from losscli.sources.records import Column, ReadOptions


def stream(
    name: str, values: Any, size: int = 1 << 20, keys: tuple[int, ...] = (), column: int = 0
) -> Stream:
    return Stream(open_values(name, values, ReadOptions(block_bytes=size)), (Column(column),), keys)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(-99, 99), max_size=60), st.lists(st.integers(8, 200), min_size=1, max_size=4))
def test_rows_pair_whatever_the_blocks(values: list[int], sizes: list[int]) -> None:
    pairing = pair_by_position([stream(f"s{index}", values, size) for index, size in enumerate(sizes)])
    columns: list[list[float]] = [[] for _ in sizes]
    for paired in pairing:
        assert {block.rows for block in paired.blocks} == {paired.rows}
        assert {block.first_row for block in paired.blocks} == {len(columns[0]) + 1}
        assert paired.ids == ()
        for column, block in zip(columns, paired.blocks, strict=True):
            column.extend(block.numbers(0).tolist())
    assert columns == [[float(value) for value in values]] * len(sizes)
    assert pairing.counts.rows == [len(values)] * len(sizes)
    assert pairing.by == "position"


@pytest.mark.parametrize("size", [8, 24, 1 << 20])
@pytest.mark.parametrize(("long", "short"), [(10, 9), (9, 10), (50, 3), (1, 0)])
def test_lengths_that_differ(size: int, long: int, short: int) -> None:
    pairing = pair_by_position([stream("y", range(long), size), stream("p", range(short), 16)])
    with pytest.raises(PairingError) as caught:
        list(pairing)
    assert f"y has {counted(long, 'row')}, p has {counted(short, 'row')}" in caught.value.message
    assert caught.value.exit_code == 3
    assert caught.value.place is not None
    assert (caught.value.place.file, caught.value.place.line) == (
        ("y", short + 1) if long > short else ("p", long + 1)
    )


def test_lengths_that_differ_by_a_header(tmp_path: Path) -> None:
    for name, text in (("y.csv", "cat\ndog\nbird\n"), ("p.csv", "1\n2\n3\n")):
        (tmp_path / name).write_text(text)
    sources = [open_source(str(tmp_path / name)) for name in ("y.csv", "p.csv")]
    pairing = pair_by_position([Stream(sources[0], (Column(0, "text"),)), Stream(sources[1], (Column(0),))])
    with pytest.raises(PairingError) as caught:
        list(pairing)
    assert "--no-header" in (caught.value.hint or "")


def test_lengths_that_differ_propose_a_shared_key() -> None:
    y, p = {"id": [1, 2], "v": [1, 2]}, {"v": [1], "id": [2]}
    with pytest.raises(PairingError) as caught:
        list(pair_by_position([stream("y", y, column=1), stream("p", p)]))
    assert "--id id" in (caught.value.hint or "")


def test_a_bad_cell_behind_the_end_of_the_other_is_still_found(tmp_path: Path) -> None:
    (tmp_path / "y.csv").write_text("1\n" * 10)
    (tmp_path / "p.csv").write_text("1\n" * 20 + "x\n")
    sources = [open_source(str(tmp_path / name), ReadOptions(block_bytes=4)) for name in ("y.csv", "p.csv")]
    with pytest.raises(CellError):
        list(pair_by_position([Stream(source, (Column(0),)) for source in sources]))


@pytest.mark.parametrize("size", [8, 1 << 20])
def test_keys_in_another_order_stop_the_pairing(size: int) -> None:
    y = {"id": ["a", "b", "c", "d"], "v": [1, 2, 3, 4]}
    p = {"v": [1, 2, 4, 3], "id": ["a", "b", "d", "c"]}
    same = [stream("y", y, size, (0,), 1), stream("p", {**p, "id": y["id"]}, size, (1,))]
    assert sum(paired.rows for paired in pair_by_position(same)) == 4
    assert all(len(block.columns) == 1 for paired in pair_by_position(same) for block in paired.blocks)
    with pytest.raises(OrderError, match="'d' here, but 'c'") as caught:
        list(pair_by_position([stream("y", y, size, (0,), 1), stream("p", p, size, (1,))]))
    assert "--id id" in (caught.value.hint or "")
    assert caught.value.place is not None
    assert (caught.value.place.line, caught.value.place.column) == (3, 2)


def test_streams_without_keys_are_left_alone_by_the_order_check() -> None:
    y = {"id": [1, 2], "v": [1, 2]}
    pairing = pair_by_position([stream("y", y, keys=(0,), column=1), stream("p", [3, 4])])
    assert [block.columns[0].tolist() for paired in pairing for block in paired.blocks] == [
        [1.0, 2.0],
        [3.0, 4.0],
    ]


def test_one_stream_alone() -> None:
    assert [paired.rows for paired in pair_by_position([stream("y", [1, 2, 3])])] == [3]
