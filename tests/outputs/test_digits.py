"""Numbers for people are short and never mislead; numbers for machines read back the same."""

from __future__ import annotations

import doctest
import importlib
import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.outputs.digits import as_written, bar, machine, people, percent, phrases, rounded
from losscli.report.tables import GAP, Amount, Kind

FINITE = st.floats(-1e308, 1e308)


@pytest.mark.parametrize("name", ["digits", "harmless"])
def test_examples_run(name: str) -> None:
    found = doctest.testmod(importlib.import_module(f"losscli.outputs.{name}"))
    assert found.attempted > 0
    assert found.failed == 0


@pytest.mark.parametrize(
    ("value", "precision", "text"),
    [
        (0.24691994, 4, "0.2469"),
        (2.4691994, 4, "2.469"),
        (0.5, 4, "0.5000"),
        (9.99996, 4, "10.00"),
        (9999.96, 4, "10000"),
        (2469.0, 4, "2469"),
        (1234567.8, 4, "1234568"),
        (12345678.0, 4, "1.235e+07"),
        (0.0001234567, 4, "0.0001235"),
        (0.00001234567, 4, "1.235e-05"),
        (5e-324, 4, "4.941e-324"),
        (-0.5, 2, "-0.50"),
        (0.0, 4, "0"),
        (-0.0, 4, "0"),
        (math.inf, 4, "inf"),
        (-math.inf, 4, "-inf"),
        (math.nan, 4, "nan"),
        (1.5, 1, "2"),
        (0.1, 17, "0.10000000000000001"),
    ],
)
def test_rounded(value: float, precision: int, text: str) -> None:
    assert rounded(value, precision) == text


@settings(deadline=None)
@given(FINITE.filter(bool), st.integers(1, 15))
def test_rounded_is_close_and_never_zero(value: float, precision: int) -> None:
    text = rounded(value, precision)
    assert float(text) != 0
    assert math.isclose(float(text), value, rel_tol=0.6 * 10.0 ** (1 - precision), abs_tol=5e-324)
    assert re.fullmatch(r"-?\d+(\.\d+)?(e[+-]\d+)?", text)


@settings(deadline=None)
@given(FINITE, st.integers(1, 17))
def test_as_written_is_short_only_where_exact(value: float, precision: int) -> None:
    text = as_written(value, precision)
    assert len(text) <= len(rounded(value, precision))
    if float(text) != value:
        assert text == rounded(value, precision)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0903, "9.0 %"),
        (0.2069, "20.7 %"),
        (1.0, "100.0 %"),
        (0.0, "0.0 %"),
        (1e-9, "<0.1 %"),
        (-1e-9, ">-0.1 %"),
        (-0.123, "-12.3 %"),
        (-12345.6, "-1234560 %"),
        (math.inf, "inf"),
        (math.nan, "nan"),
    ],
)
def test_percent(share: float, text: str) -> None:
    assert percent(share, 4) == text


@pytest.mark.parametrize(
    ("cell", "kind", "text"),
    [
        (None, Kind.VALUE, ""),
        ("a", Kind.TEXT, "a"),
        (12345, Kind.WHOLE, "12345"),
        (12345, Kind.COUNT, "12,345"),
        (1.0, Kind.INPUT, "1"),
        (0.99999, Kind.INPUT, "1.000"),
        (1.0, Kind.VALUE, "1.000"),
        (0.5, Kind.SHARE, "50.0 %"),
        (math.nan, Kind.INPUT, "nan"),
    ],
)
def test_people(cell: float | str | None, kind: Kind, text: str) -> None:
    assert people(cell, kind, 4) == text


@settings(deadline=None)
@given(st.floats())
def test_machine_reads_back(value: float) -> None:
    back = float(machine(value))
    assert back == value or (math.isnan(back) and math.isnan(value))


@pytest.mark.parametrize(
    ("fraction", "drawn", "plain"),
    [
        (1.0, "████", "####"),
        (0.5, "██", "##"),
        (0.4375, "█▊", "##"),
        (1e-9, "▏", "#"),
        (0.0, "", ""),
        (7.0, "████", "####"),
        (math.nan, "", ""),
        (None, "", ""),
        (-1.0, "", ""),
    ],
)
def test_bar(fraction: float | None, drawn: str, plain: str) -> None:
    assert bar(fraction, 4, True) == drawn
    assert bar(fraction, 4, False) == plain


def test_phrases_follow_the_precision() -> None:
    note = ("always ", Amount(0.5, Kind.INPUT), ": ", Amount(0.6931471805599453), GAP, "by position")
    assert phrases(note, 4) == ["always 0.5: 0.6931", "by position"]
    assert phrases(note, 6) == ["always 0.5: 0.693147", "by position"]
    assert phrases("plain words", 4) == ["plain words"]
