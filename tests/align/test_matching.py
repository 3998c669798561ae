"""Codes, ranks and partners on rows in memory, against sets and dictionaries."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.align import bundles
from losscli.align.hashing import number_codes, numbers_of, text_codes
from losscli.align.keys import compact, whole_and_text, whole_numbers
from losscli.align.matching import Keys, first_rows, key_text, may_repeat, partners, ranked, repeats

NUMBERS = st.integers(-(2**63), 2**63 - 1)
TEXTS = st.text(max_size=40)


@given(st.lists(NUMBERS))
def test_codes_of_numbers_can_be_undone(numbers: list[int]) -> None:
    given_numbers = np.array(numbers, dtype=np.int64)
    codes = number_codes(given_numbers)
    assert numbers_of(codes).tolist() == numbers
    assert len(set(codes.tolist())) == len(set(numbers))


@given(st.lists(TEXTS, min_size=1), st.integers(0, 5))
def test_a_text_has_one_code_wherever_it_stands(texts: list[str], start: int) -> None:
    codes = text_codes(pa.array(texts))
    alone = [int(text_codes(pa.array([text]))[0]) for text in texts]
    assert codes.tolist() == alone
    assert text_codes(pa.array(texts).slice(start)).tolist() == alone[start:]
    assert text_codes(pa.array(texts, pa.large_string())).tolist() == alone


def test_codes_tell_texts_apart() -> None:
    """Every single byte, every length and every position counts."""
    texts = ["", *("\x00" * count for count in range(1, 700, 23))]
    texts += ["".join("b" if at == place else "a" for at in range(33)) for place in range(33)]
    texts += [f"{number:032x}" for number in range(50_000)] + [str(number) for number in range(50_000)]
    texts += ["x" * 2000 + str(number) for number in range(50)]
    codes = text_codes(pa.array(texts))
    assert len(np.unique(codes)) == len(texts)
    leading = np.bincount((codes >> np.uint64(58)).astype(int), minlength=64)
    assert leading.max() < 1.2 * len(texts) / 64


@pytest.mark.parametrize("spread", [3, 1 << 20, 1 << 63])
@pytest.mark.parametrize("count", [0, 1, 2, 1000, 70_000])
def test_ranks_are_those_of_a_sort(count: int, spread: int) -> None:
    codes = np.random.default_rng(count).integers(0, spread, count, dtype=np.uint64)
    codes[::3] |= np.uint64(1 << 63)
    found = ranked(codes)
    assert np.array_equal(found.codes, np.sort(codes))
    assert np.array_equal(np.sort(found.order), np.arange(count))
    assert np.array_equal(codes[found.order], found.codes)


def test_ranks_where_only_the_last_bits_differ() -> None:
    """Their place is what the position of the row took."""
    codes = np.random.default_rng(0).permutation(4096).astype(np.uint64) + np.uint64(1 << 50)
    assert np.array_equal(ranked(codes).codes, np.sort(codes))
    assert not may_repeat([ranked(codes)])


def keys_of(texts: list[str], *, collide: bool = False) -> Keys:
    """Keys whose row is ten times their position."""
    rows = np.arange(0, 10 * len(texts), 10)
    codes = text_codes(pa.array(texts, pa.string()))
    codes = codes % np.uint64(4) if collide else codes
    return Keys((codes, rows, pa.array(texts, pa.string())), ranked(codes))


@settings(max_examples=200)
@given(st.lists(TEXTS, unique=True), st.lists(TEXTS, unique=True), st.booleans(), st.data())
def test_partners_are_those_of_a_dictionary(
    ours: list[str], others: list[str], collide: bool, data: st.DataObject
) -> None:
    theirs = data.draw(st.permutations(list(dict.fromkeys([*others, *ours[: len(ours) // 2]]))))
    known = {text: row for row, text in enumerate(ours)}
    found = partners(keys_of(ours, collide=collide), keys_of(theirs, collide=collide))
    assert found.tolist() == [known.get(text, -1) for text in theirs]


@settings(max_examples=200)
@given(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=30), st.booleans(), st.integers(1, 7))
def test_repeats_and_first_rows_are_those_of_a_dictionary(texts: list[str], collide: bool, most: int) -> None:
    keys = keys_of(texts, collide=collide)
    where: dict[str, list[int]] = {}
    for row, text in enumerate(texts):
        where.setdefault(text, []).append(10 * row)
    several = {text: rows for text, rows in where.items() if len(rows) > 1}
    total, shown = repeats([keys.columns])
    assert total == len(several)
    assert [(entry.key, list(entry.rows)) for entry in shown] == [
        (text, rows[:6]) for text, rows in list(several.items())[:5]
    ]
    if several:
        assert may_repeat([keys.ranked])
    kept = first_rows(keys.columns, most)
    assert kept[1].tolist() == sorted(row for rows in where.values() for row in rows[:most])
    assert [key_text(kept, index) for index in range(len(kept[1]))] == [
        texts[row // 10] for row in kept[1].tolist()
    ]


@given(st.lists(st.one_of(st.integers(-(2**65), 2**65).map(str), st.text("01-+x9", max_size=21)), min_size=1))
def test_whole_numbers_are_told_from_texts_row_by_row(texts: list[str]) -> None:
    part = pa.array(texts)
    whole, text = whole_and_text(part)
    everywhere = list(range(len(texts)))
    chosen = everywhere if isinstance(whole, slice) else ([] if whole is None else whole.tolist())
    left = everywhere if isinstance(text, slice) else ([] if text is None else text.tolist())
    assert sorted(chosen + left) == everywhere
    if whole is not None:
        assert [str(number) for number in whole_numbers(part, whole)] == [texts[row] for row in chosen]
    for row in left:
        # The same text in a block of its own is on the same side.
        assert not isinstance(compact([pa.array([texts[row]])]), np.ndarray)
    for row in chosen:
        assert isinstance(compact([pa.array([texts[row]])]), np.ndarray)


@given(st.lists(st.tuples(st.floats(allow_nan=False), st.one_of(st.none(), TEXTS)), min_size=1), st.data())
def test_bundles_come_back_as_they_were(rows: list[tuple[Any, ...]], data: st.DataObject) -> None:
    numbers, texts = zip(*rows, strict=True)
    start = data.draw(st.integers(0, len(rows) - 1))
    bundle = (np.array(numbers)[start:], pa.array(texts, pa.string()).slice(start))
    packed, schema = bundles.packed(bundle)
    back = bundles.unpacked(bytearray(packed), schema)
    assert back[0].tolist() == list(numbers[start:])
    assert back[1].to_pylist() == list(texts[start:])
    assert bundles.stacked([bundle, back])[1].to_pylist() == 2 * list(texts[start:])
