"""Text from files cannot give orders to a terminal nor mislead a reader."""

from __future__ import annotations

import json
import sys
import unicodedata

import pyarrow as pa
import pyarrow.compute as compute
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.outputs.harmless import ARROW_UNSAFE, harmless, json_text
from losscli.outputs.records import csv_text

OBEYED = {"Cc", "Cf", "Zl", "Zp", "Cs"}
ANY_TEXT = st.text(st.characters(exclude_categories=[]))


def test_every_obeyed_or_invisible_character_is_shown() -> None:
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code)) in OBEYED:
            shown = harmless(chr(code))
            assert shown.startswith("\\"), hex(code)
            assert shown.isascii(), hex(code)


@pytest.mark.parametrize(
    "text", ["", "plain", "größe 日本 é 😀", "a=b|c", "C:\\new", "[red]x[/]", "0.5 %", "=1+1"]
)
def test_visible_text_stays(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", "\\x1b[31m"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\x9b2J\x7f", "\\x9b2J\\x7f"),
        ("a\u202eb\u2066c", "a\\u202eb\\u2066c"),
        ("a\u200bb\ufeff", "a\\u200bb\\ufeff"),
        ("a\u2028b\u2029", "a\\u2028b\\u2029"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_escapes_are_visible(text: str, shown: str) -> None:
    assert harmless(text) == shown


@settings(deadline=None)
@given(ANY_TEXT)
def test_nothing_obeyed_is_left(text: str) -> None:
    shown = harmless(text)
    assert not {unicodedata.category(character) for character in shown} & OBEYED
    assert harmless(shown) == shown
    shown.encode()


@settings(deadline=None)
@given(ANY_TEXT)
def test_json_text_is_harmless_and_reads_back(text: str) -> None:
    shown = json_text(text)
    assert not {unicodedata.category(character) for character in shown} & OBEYED
    assert json.loads(shown).encode("utf-16", "surrogatepass") == text.encode("utf-16", "surrogatepass")


@settings(deadline=None)
@given(st.lists(st.text(), max_size=20))
def test_arrow_marks_what_python_marks(texts: list[str]) -> None:
    marked = compute.match_substring_regex(pa.array(texts, pa.string()), ARROW_UNSAFE).to_pylist()
    assert marked == [harmless(text) != text for text in texts]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("a", "a"),
        ("", '""'),
        ("a,b", '"a,b"'),
        ('say "x"', '"say ""x"""'),
        (" a", '" a"'),
        ("=1+1", "=1+1"),
        ("a\nb", "a\\nb"),
    ],
)
def test_csv_quoting(text: str, field: str) -> None:
    assert csv_text(text) == field
