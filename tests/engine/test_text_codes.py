"""Texts get one code each, whatever their lengths and whichever way finds it."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.engine import text_codes
from losscli.engine.text_codes import TextCodes

TEXTS = st.lists(st.text(alphabet="ab\0é€", max_size=9), min_size=1, max_size=40)


def checked(codes: TextCodes, texts: list[str], array: pa.Array | None = None) -> None:
    found = codes.of(pa.array(texts, pa.string()) if array is None else array)
    names = codes.texts
    assert [names[code] for code in found.tolist()] == texts
    assert len(set(names)) == len(names) == len(codes)


@settings(deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_every_text_has_its_code(blocks: list[list[str]]) -> None:
    codes = TextCodes()
    for texts in blocks:
        checked(codes, texts)
        sizes = {len(text.encode()) for text in texts}
        for size in sizes:  # the texts of one length, which go the quick way
            checked(codes, [text for text in texts if len(text.encode()) == size])


def test_slices_chunks_and_other_types() -> None:
    texts = [f"k{number:03d}" for number in range(300)] * 3
    array, codes = pa.array(texts, pa.string()), TextCodes()
    for start, stop in ((0, 900), (7, 500), (899, 900)):
        checked(codes, texts[start:stop], array[start:stop])
        checked(codes, texts[start:stop], array.cast(pa.large_string())[start:stop])
    checked(codes, texts, pa.chunked_array([array[:100], array[100:]]))
    assert len(codes) == 300
    checked(codes, [], pa.array([], pa.string()))


@pytest.mark.parametrize("slots", [1, 4])
def test_texts_that_share_a_slot(slots: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_codes, "_SLOTS", slots)
    codes, draw = TextCodes(), random.Random(1)
    for _ in range(20):
        checked(codes, [f"{draw.randrange(100):02d}" for _ in range(draw.randrange(1, 60))])
