from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.sources import cells

ORACLE = re.compile(r"[ \t]*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?[ \t]*\Z")
SPELLINGS = st.text(alphabet="0123456789.+-eE _,x%naifINFÀ\uff11\t\n", max_size=8)


@given(SPELLINGS)
def test_number_grammar_against_an_independent_expression(text: str) -> None:
    assert cells.is_number(text) == (ORACLE.match(text) is not None)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_double_written_by_python_is_a_number(value: float) -> None:
    assert cells.is_number(repr(value))
    assert cells.is_number(f" {value:+.17e}\t")


@given(st.integers(-(2**80), 2**80))
def test_exact_means_that_the_double_equals_the_integer(value: int) -> None:
    assert cells.is_exact(str(value)) == (Fraction(float(value)) == value)


def test_an_integer_of_thousands_of_digits_is_not_exact() -> None:
    assert not cells.is_exact("1" + "0" * 5000)
    assert cells.is_exact("0" * 5000)


@pytest.mark.parametrize("text", ["", " ", "\t", "NA", "na", " Na ", "N/A", "null", "NULL", "nan", "NaN"])
def test_missing(text: str) -> None:
    assert cells.is_missing(text)


@pytest.mark.parametrize("text", ["0", "-nan", "none", "-", "n a", "nil", "inf", "\u00a0"])
def test_not_missing(text: str) -> None:
    assert not cells.is_missing(text)


@pytest.mark.parametrize("text", ["nan", "+nan", "-NaN", "inf", "-Inf", "Infinity", " +infinity "])
def test_nonfinite_words(text: str) -> None:
    assert cells.is_nonfinite_word(text)


@pytest.mark.parametrize("text", ["label", " p0 ", "_x", "é", "p.1", "(a)", "Unnamed: 0"])
def test_names(text: str) -> None:
    assert cells.is_name(text)


@pytest.mark.parametrize("text", ["", "1", "1a", "-x", "+", ".5x", "NA", "inf", "-inf", "nan", "2020-01-01"])
def test_no_names(text: str) -> None:
    assert not cells.is_name(text)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("0,5", "comma"),
        ("12%", "fraction"),
        ("1_000", "separators"),
        ("1,000", "separators"),
        ("0x1p3", "decimal digits"),
        ("\uff11\uff12", "ASCII"),
        ("\u22121", "ASCII"),
        ("", "--missing skip"),
        ("nan", "--missing skip"),
        ("inf", "finite"),
        ("1e400", "1.8e308"),
        ("9007199254740993", "--id"),
    ],
)
def test_hints_say_what_to_type(text: str, word: str) -> None:
    assert word in (cells.hint(text) or "")


def test_text_without_a_guess_has_no_hint() -> None:
    assert cells.hint("cat") is None
