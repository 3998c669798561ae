"""Pairing by key with little memory: the same rows, counts and messages as with dictionaries."""

from __future__ import annotations

import errno
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.align import Pairing, Stream, keyed, pair_by_key, parts, store
from losscli.align.hashing import text_codes
from losscli.arrays import Unsigned
from losscli.errors import PairingError, WriteError
from losscli.sources.memory import open_values
from losscli.sources.records import Column
from tests.align.oracle import expected_error, expected_rows, outcome, rows_of
from tests.align.oracle import keyed as stream_of

WRITE, LOAD = store.Scratch.write, store.Pile.load
LIMITS = st.sampled_from([700, 3000, 1 << 28])
SIZES = st.sampled_from([8, 24, 80, 1 << 20])
WHOLE = st.integers(-50, 50).map(str)
WIDE = st.integers(-(2**63), 2**63 - 1).map(str)
WORDS = st.text(alphabet="ab01:-é", min_size=1, max_size=4)
PAIRS = st.tuples(WORDS, st.integers(0, 3).map(str))
POOLS = st.one_of(
    *(
        st.lists(kind, min_size=1, max_size=30, unique=True)
        for kind in (
            WHOLE,
            WIDE,
            WORDS,
            PAIRS,
            st.one_of(WHOLE, WORDS, st.sampled_from(["007", "1e5", "-0"])),
        )
    )
)


def few_hashes(texts: Any) -> Unsigned:
    """A hash that many texts share."""
    codes: Unsigned = text_codes(texts) % np.uint64(3) << np.uint64(60)
    return codes


@contextmanager
def conditions(limit: int, *, collide: bool = False) -> Iterator[None]:
    """Little memory, or hashes that collide."""
    hashes = few_hashes if collide else text_codes
    with mock.patch.object(store, "HELD_BYTES", limit), mock.patch.object(keyed, "text_codes", hashes):
        yield


def draw_sources(data: st.DataObject, pool: list[Any]) -> list[list[Any]]:
    """The keys of two or three sources: the same in another order, some of them, or some twice."""
    sources = []
    start = data.draw(st.permutations(pool))
    for _ in range(data.draw(st.integers(2, 3))):
        kind = data.draw(st.sampled_from(["same", "shuffled", "late", "some", "repeated"]))
        if kind == "same":
            keys = list(start)
        elif kind == "late":
            keep = data.draw(st.integers(0, len(start)))
            keys = [*start[:keep], *data.draw(st.permutations(start[keep:]))]
        elif kind == "shuffled":
            keys = list(data.draw(st.permutations(start)))
        elif kind == "some":
            keys = list(data.draw(st.lists(st.sampled_from(start), unique=True)))
        else:
            twice = data.draw(st.lists(st.sampled_from(start), min_size=1, max_size=20))
            keys = list(data.draw(st.permutations([*start, *twice])))
        sources.append(keys)
    return sources


@settings(max_examples=100, deadline=None)
@given(POOLS, LIMITS, st.booleans(), st.booleans(), st.data())
def test_the_same_as_with_dictionaries(
    pool: list[Any], limit: int, collide: bool, skip: bool, data: st.DataObject
) -> None:
    sources = draw_sources(data, pool)
    names = [f"s{number}" for number in range(len(sources))]
    streams = [
        stream_of(name, keys or [], [float(line) for line in range(1, len(keys) + 1)], data.draw(SIZES))
        for name, keys in zip(names, sources, strict=True)
    ]
    if any(not keys for keys in sources) and isinstance(pool[0], tuple):
        return  # an empty source has no second key column
    with conditions(limit, collide=collide):
        pairing = pair_by_key(streams, "skip" if skip else "error")
        found = outcome(pairing)
    message = expected_error(names, sources, skip)
    if message is not None:
        assert found[0] == message
        return
    rows = expected_rows(sources)
    assert found[0] == rows
    assert found[1].rows == [len(keys) for keys in sources]
    assert found[1].unpaired == [len(keys) - len(rows) for keys in sources]


def shuffled(count: int, kind: str, seed: int = 0) -> tuple[list[str], list[str]]:
    """Keys of a kind, and the same in another order."""
    numbers = np.random.default_rng(seed).permutation(count)
    write = {"whole": str, "hex": lambda number: f"{number * 2654435761 % 2**64:032x}"}[kind]
    return [write(number) for number in range(count)], [write(number) for number in numbers.tolist()]


@pytest.mark.parametrize("kind", ["whole", "hex"])
@pytest.mark.parametrize("limit", [100_000, 400_000])
def test_every_row_finds_its_partner_on_the_disk(kind: str, limit: int) -> None:
    count = 20_000
    ours, theirs = shuffled(count, kind)
    where = {key: line for line, key in enumerate(theirs, 1)}
    streams = [
        stream_of("y", ours, np.arange(1.0, count + 1), 4000),  # type: ignore[arg-type]
        stream_of("p", theirs, np.arange(1.0, count + 1), 4000),  # type: ignore[arg-type]
    ]
    with (
        conditions(limit),
        mock.patch.object(store.Scratch, "write", autospec=True, side_effect=WRITE) as written,
    ):
        rows = rows_of(pair_by_key(streams))
    assert written.call_count > 100
    assert [line for _, ((_, line), _) in rows] == list(range(1, count + 1))
    assert all(cells[1] == (where[key], where[key]) for (key,), cells in rows)


def pairing_of(ours: list[str], theirs: list[str], size: int = 4000) -> Pairing:
    """A pairing of two sources."""
    return pair_by_key(
        [stream_of("y", ours, [0.0] * len(ours), size), stream_of("p", theirs, [0.0] * len(theirs), size)]
    )


@pytest.mark.parametrize("kind", ["whole", "hex"])
def test_the_same_order_needs_no_join(kind: str) -> None:
    ours, _ = shuffled(5000, kind)
    with conditions(10_000), mock.patch.object(parts, "partners", side_effect=AssertionError):
        assert len(rows_of(pairing_of(ours, ours))) == 5000


def test_ascending_numbers_in_the_same_order_need_no_disk() -> None:
    ours, _ = shuffled(5000, "whole")
    with conditions(1000), mock.patch.object(tempfile, "TemporaryFile", side_effect=AssertionError):
        assert len(rows_of(pairing_of(ours, ours))) == 5000


@pytest.mark.parametrize("key", ["7", "seven"])
def test_one_key_very_often_is_reported_with_bounded_memory(key: str) -> None:
    ours, _ = shuffled(2000, "whole")
    often = [*ours[::-1], *[key] * 60_000]
    loads: list[int] = []

    def load(pile: store.Pile) -> Any:
        loads.append(pile.bytes)
        return LOAD(pile)

    with (
        conditions(100_000),
        mock.patch.object(store.Pile, "load", load),
        pytest.raises(PairingError) as caught,
    ):
        rows_of(pairing_of(ours, often))
    assert max(loads) < 50_000
    first = "1993, 2001, 2002, 2003, 2004" if key == "7" else "2001, 2002, 2003, 2004, 2005"
    assert caught.value.message == f"p repeats 1 key: {key} (lines {first}, ...)"


def test_a_full_disk_says_what_to_do() -> None:
    ours, theirs = shuffled(2000, "whole")

    class Full(io.BytesIO):
        def write(self, data: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    with (
        conditions(1000),
        mock.patch.object(tempfile, "TemporaryFile", return_value=Full()),
        pytest.raises(WriteError, match="No space left on device") as caught,
    ):
        rows_of(pairing_of(ours, theirs))
    assert caught.value.exit_code == 4
    assert "TMPDIR" in (caught.value.hint or "")


def test_no_folder_for_temporary_files_says_so() -> None:
    ours, theirs = shuffled(2000, "whole")
    refused = OSError(errno.EACCES, "Permission denied")
    with (
        conditions(1000),
        mock.patch.object(tempfile, "TemporaryFile", side_effect=refused),
        pytest.raises(WriteError, match="Permission denied"),
    ):
        rows_of(pairing_of(ours, theirs))


def test_a_long_text_in_one_row_fills_a_part_and_is_paired_all_the_same() -> None:
    """It is no repeated key, though no split makes its part smaller."""
    keys = ["a", "b", "c"]
    streams = []
    for name, order in (("y", keys), ("p", keys[::-1])):
        texts = np.array([key * (200_000 if key == "b" else 1) for key in order], dtype=object)
        source = open_values(name, {"k": np.array(order, dtype=object), "t": texts})
        streams.append(Stream(source, (Column(1, "text"),), (0,)))
    with conditions(10_000):
        found = [
            (key, *(block.columns[0][row].as_py()[:2] for block in paired.blocks))
            for paired in pair_by_key(streams)
            for row, key in enumerate(paired.ids[0].to_pylist())
        ]
    assert found == [("a", "a", "a"), ("b", "bb", "bb"), ("c", "c", "c")]


@pytest.mark.parametrize(
    "keys", [["0", "2", "2", "3"], ["5", "6", "5", "8"], ["1", "a", "1"], ["b", "a", "b"]]
)
@pytest.mark.parametrize("limit", [30, 1 << 28])
def test_a_repeated_key_in_the_same_order_is_an_error(keys: list[str], limit: int) -> None:
    with conditions(limit), pytest.raises(PairingError) as caught:
        rows_of(pairing_of(keys, keys))
    message = expected_error(["y", "p"], [keys, keys], False)
    assert message is not None
    assert caught.value.message == message


@pytest.mark.parametrize("kind", ["whole", "hex"])
@pytest.mark.parametrize("limit", [30_000, 1 << 28])
def test_the_first_missing_and_extra_keys_are_named_wherever_they_were_kept(kind: str, limit: int) -> None:
    ours, theirs = shuffled(1500, kind)
    target, other = (
        [key for key in ours if key not in theirs[::7]],
        [key for key in theirs if key not in ours[::11]],
    )
    with conditions(limit), pytest.raises(PairingError) as caught:
        rows_of(pairing_of(target, other, 600))
    assert caught.value.message == expected_error(["y", "p"], [target, other], False)
    doubled = [*theirs, *ours[::9]]
    with conditions(limit), pytest.raises(PairingError) as caught:
        rows_of(pairing_of(ours, doubled, 600))
    assert caught.value.message == expected_error(["y", "p"], [ours, doubled], False)
