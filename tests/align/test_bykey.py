from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.align import Stream, pair_by_key
from losscli.align.keys import compact, split
from losscli.errors import PairingError
from losscli.sources.open import open_source
from losscli.sources.records import Column
from tests.align.oracle import keyed, rows_of

SIZES = st.sampled_from([8, 24, 80, 1 << 20])
WHOLE = st.integers(-50, 50).map(str)
WIDE = st.integers(-(2**63), 2**63 - 1).map(str)
WORDS = st.text(alphabet="ab01:-é", min_size=1, max_size=4)
KEYS = st.one_of(*(st.lists(kind, min_size=1, max_size=25, unique=True) for kind in (WHOLE, WIDE, WORDS)))


@settings(max_examples=150, deadline=None)
@given(KEYS, st.data())
def test_any_order_gives_the_same_pairs(keys: list[str], data: st.DataObject) -> None:
    streams = [keyed("s0", keys, [float(index) for index in range(len(keys))], data.draw(SIZES))]
    orders = [list(range(len(keys)))]
    for number in range(1, data.draw(st.integers(2, 3))):
        orders.append(data.draw(st.permutations(range(len(keys)))))
        shuffled = [keys[index] for index in orders[-1]]
        streams.append(
            keyed(f"s{number}", shuffled, [float(index) for index in orders[-1]], data.draw(SIZES))
        )
    pairing = pair_by_key(streams)
    expected = [
        ((key,), [(float(index), order.index(index) + 1) for order in orders])
        for index, key in enumerate(keys)
    ]
    assert rows_of(pairing) == expected
    assert pairing.counts.rows == [len(keys)] * len(streams)
    assert pairing.counts.unpaired == [0] * len(streams)


@settings(max_examples=150, deadline=None)
@given(KEYS, st.data())
def test_skipping_scores_exactly_the_common_keys(keys: list[str], data: st.DataObject) -> None:
    parts = [
        data.draw(st.lists(st.sampled_from(keys), unique=True)) for _ in range(data.draw(st.integers(2, 3)))
    ]
    streams = [
        keyed(f"s{number}", part, [float(keys.index(key)) for key in part], data.draw(SIZES))
        for number, part in enumerate(parts)
    ]
    common = [key for key in parts[0] if all(key in part for part in parts)]
    pairing = pair_by_key(streams, unpaired="skip")
    expected = [((key,), [(float(keys.index(key)), part.index(key) + 1) for part in parts]) for key in common]
    assert rows_of(pairing) == expected
    assert pairing.counts.unpaired == [len(part) - len(common) for part in parts]
    if any(set(part) != set(parts[0]) for part in parts):
        with pytest.raises(PairingError):
            list(pair_by_key(streams))


@settings(max_examples=150, deadline=None)
@given(KEYS, st.data())
def test_a_repeated_key_is_always_an_error(keys: list[str], data: st.DataObject) -> None:
    doubled = [*keys, data.draw(st.sampled_from(keys))]
    doubled = data.draw(st.permutations(doubled))
    other = data.draw(st.permutations(keys)) if data.draw(st.booleans()) else doubled
    ours = keyed("s0", doubled, [0.0] * len(doubled), data.draw(SIZES))
    theirs = keyed("s1", other, [0.0] * len(other), data.draw(SIZES))
    for streams in ([ours, theirs], [theirs, ours]):
        for unpaired in ("error", "skip"):
            with pytest.raises(PairingError, match="repeats 1 key"):
                list(pair_by_key(streams, unpaired=unpaired))  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(WORDS, st.integers(0, 3).map(str)), min_size=1, max_size=15, unique=True), st.data()
)
def test_several_columns_are_one_key(keys: list[tuple[str, str]], data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(keys))))
    streams = [
        keyed("s0", keys, [float(index) for index in range(len(keys))], data.draw(SIZES)),
        keyed("s1", [keys[index] for index in order], [float(index) for index in order], data.draw(SIZES)),
    ]
    found = rows_of(pair_by_key(streams))
    assert [key for key, _ in found] == keys
    assert all(len({value for value, _ in cells}) == 1 for _, cells in found)


def test_the_message_lists_missing_extra_and_repeated_keys() -> None:
    target = keyed("y.csv", list("abcdefgh"), [0.0] * 8)
    with pytest.raises(PairingError) as caught:
        list(pair_by_key([target, keyed("p.csv", ["a", "z"], [0.0] * 2)]))
    assert "7 keys of y.csv are missing in p.csv: b (line 2), c (line 3)" in caught.value.message
    assert "f (line 6), ..." in caught.value.message
    assert "1 key of p.csv is not in y.csv: z (line 2)" in caught.value.message
    assert "--unpaired skip" in (caught.value.hint or "")
    assert str(caught.value.place) == "y.csv:2:1"
    with pytest.raises(PairingError) as caught:
        list(pair_by_key([target, keyed("p.csv", list("aabbccdd"), [0.0] * 8)], unpaired="skip"))
    assert "p.csv repeats 4 keys: a (lines 1, 2), b (lines 3, 4)" in caught.value.message
    assert str(caught.value.place) == "p.csv:2:1"
    assert caught.value.exit_code == 3


def test_a_repeated_key_across_the_first_difference_is_found() -> None:
    for keys in (["1", "2", "3", "1"], ["a", "b", "c", "a"]):
        other = [keys[0], keys[1], keys[3], keys[2]]
        streams = [keyed("y", keys, [0.0] * 4, 8), keyed("p", other, [0.0] * 4, 8)]
        with pytest.raises(PairingError, match=r"y repeats 1 key: . \(lines 1, 4\)"):
            list(pair_by_key(streams))


def test_spellings_of_a_number_are_different_keys() -> None:
    for left, right in (
        ("7", "007"),
        ("7", "+7"),
        ("0", "-0"),
        ("10", "0xA"),
        ("268435455", "0xFFFFFFF"),
        ("1", "1.0"),
    ):
        with pytest.raises(PairingError, match="missing"):
            list(pair_by_key([keyed("y", [left], [0.0]), keyed("p", [right], [0.0])]))
        with pytest.raises(PairingError, match="missing"):
            list(pair_by_key([keyed("y", [left, "5"], [0.0] * 2, 8), keyed("p", ["5", right], [0.0] * 2, 8)]))


def test_typed_and_text_integers_pair(tmp_path: Any) -> None:
    np.save(tmp_path / "y.npy", np.array([[1, 30], [2, 20]]))
    (tmp_path / "p.csv").write_text("id,p\n2,0.2\n1,0.1\n")
    streams = [
        Stream(open_source(str(tmp_path / "y.npy")), (Column(1),), (0,)),
        Stream(open_source(str(tmp_path / "p.csv")), (Column(1),), (0,)),
    ]
    (paired,) = pair_by_key(streams)
    assert [block.numbers(0).tolist() for block in paired.blocks] == [[30.0, 20.0], [0.1, 0.2]]
    assert paired.ids[0].to_pylist() == ["1", "2"]
    assert str(paired.blocks[1].place(0, 0)).endswith("p.csv:3:2")


def test_another_number_of_key_columns_is_refused() -> None:
    with pytest.raises(PairingError):
        pair_by_key([keyed("y", [("a", "b")], [0.0]), keyed("p", ["a"], [0.0])])


@given(st.lists(st.one_of(WHOLE, WIDE, WORDS), min_size=1, max_size=8))
def test_compact_keys_are_injective(keys: list[str]) -> None:
    part = compact([pa.array(keys)])
    back = [str(int(value)) for value in part] if isinstance(part, np.ndarray) else part.to_pylist()
    assert back == keys
    assert compact([pa.array(["x", *keys]).slice(1)]) is not None


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=8))
def test_joined_keys_can_be_split_again(keys: list[tuple[str, str, str]]) -> None:
    joined = compact([pa.array(column) for column in zip(*keys, strict=True)]).to_pylist()
    assert [split(text, 3) for text in joined] == [", ".join(key) for key in keys]
    assert len(set(joined)) == len(set(keys))


@pytest.mark.parametrize(("held", "most"), [(1 << 30, 180), (16 << 20, 60)])
def test_two_million_shuffled_keys_in_bounded_memory(held: int, most: int) -> None:
    """So many bytes a row beyond the arrays that are paired, in memory and on the disk; every pair is
    right."""
    script = """
import resource, sys
import numpy as np
from losscli.align import Stream, pair_by_key, store
from losscli.sources.memory import open_values
from losscli.sources.records import Column
store.HELD_BYTES = int(sys.argv[1])
n = 2_000_000
keys = np.random.default_rng(0).permutation(n)
values = [{"id": ids, "v": ids * 0.5} for ids in (np.arange(n), keys)]
streams = [Stream(open_values(str(i), v), (Column(1),), (0,)) for i, v in enumerate(values)]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
rows = 0
for paired in pair_by_key(streams):
    assert np.array_equal(paired.blocks[0].numbers(0), paired.blocks[1].numbers(0))
    rows += paired.rows
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(rows, (after - before) * 1024 / n)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(held)], capture_output=True, text=True, check=True, timeout=120
    )
    rows, bytes_a_row = done.stdout.split()
    assert int(rows) == 2_000_000
    assert float(bytes_a_row) < most
