"""Where rows stand: known for every row, whatever went to the disk."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import pytest

from losscli.align import Stream, pair_by_key, store
from losscli.align.places import PlaceList
from losscli.errors import PairingError
from losscli.sources.open import open_source
from losscli.sources.records import Block, Column, LinePlaces, ReadOptions

ROWS = 3000


def written(folder: Path, name: str, keys: list[int], doubled: int | None = None) -> tuple[str, list[int]]:
    """A file in which every third cell holds a line break, and the line of every row."""
    lines, text, line = [], 'id,v,"t"\n', 2
    for key in [*keys, *([] if doubled is None else [doubled])]:
        cell = f'"{key}\nx"' if key % 3 == 0 else str(key)
        text += f"{key},{key / 2},{cell}\n"
        lines.append(line)
        line += 2 if key % 3 == 0 else 1
    (folder / name).write_text(text)
    return str(folder / name), lines


def stream(path: str, block: int) -> Stream:
    source = open_source(path, ReadOptions(block_bytes=block))
    return Stream(source, (Column(1), Column(2, "text")), (0,))


@pytest.mark.parametrize("limit", [2000, 60_000, 1 << 28])
@pytest.mark.parametrize("block", [500, 1 << 20])
def test_lines_of_records_with_line_breaks(tmp_path: Path, limit: int, block: int) -> None:
    ours, our_lines = written(tmp_path, "y.csv", list(range(ROWS)))
    backwards = list(range(ROWS))[::-1]
    theirs, their_lines = written(tmp_path, "p.csv", backwards)
    row = 0
    with mock.patch.object(store, "HELD_BYTES", limit):
        for paired in pair_by_key([stream(ours, block), stream(theirs, block)]):
            target, other = paired.blocks
            for at in range(paired.rows):
                key = int(paired.ids[0][at].as_py())
                assert key == row
                assert (target.places.line(at), target.places.row(at)) == (our_lines[row], row + 1)
                assert other.places.line(at) == their_lines[backwards.index(key)]
                assert str(other.place(at, 0)) == f"{theirs}:{their_lines[backwards.index(key)]}:2"
                assert other.columns[1][at].as_py() == (f"{key}\nx" if key % 3 == 0 else str(key))
                row += 1
            part = target[1:]
            assert not part.rows or part.places.line(0) == target.places.line(1)
    assert row == ROWS


@pytest.mark.parametrize("limit", [2000, 1 << 28])
def test_a_repeated_key_is_named_with_its_lines(tmp_path: Path, limit: int) -> None:
    ours, _ = written(tmp_path, "y.csv", list(range(ROWS)))
    theirs, lines = written(tmp_path, "p.csv", list(range(ROWS))[::-1], doubled=1000)
    with mock.patch.object(store, "HELD_BYTES", limit), pytest.raises(PairingError) as caught:
        list(pair_by_key([stream(ours, 5000), stream(theirs, 5000)]))
    where = lines[ROWS - 1 - 1000]
    assert f"repeats 1 key: 1000 (lines {where}, {lines[-1]})" in caught.value.message
    assert str(caught.value.place) == f"{theirs}:{lines[-1]}:1"


def test_consecutive_lines_take_no_memory() -> None:
    known = PlaceList(store.Memory())
    for start in range(1, 10_000, 10):
        known.add(Block(10, (), LinePlaces("p", (1,), start, range(start + 1, start + 11))))
    assert len(known.places) == 1
    assert [known.line(row) for row in (0, 9, 10, 9999)] == [2, 11, 12, 10_001]
    known.add(Block(1, (), LinePlaces("q", (1,), 1, range(1, 2))))
    assert known.find(10_000)[0].file == "q"
    known.add(Block(1, (), LinePlaces("q", (1,), 5, range(2, 3))))
    places, index = known.find(10_001)
    assert (places.line(index), places.row(index)) == (2, 5)
