"""Parameters: read from text, checked, printed back so that they read the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.domains import OPEN_UNIT, POSITIVE, REALS
from losscli.errors import ParamError
from losscli.params import Param, find, resolve

DELTA = Param("delta", 1.0, "threshold", interval=POSITIVE, aliases=("beta", "d"))
BASE = Param("base", "e", "base of the logarithm", choices=("e", "2", "10"))
TAU = Param("tau", 0.5, "level", interval=OPEN_UNIT, aliases=("alpha",))
THRESHOLD = Param("threshold", None, "cut", interval=REALS)


@given(st.floats(min_value=5e-324, max_value=1.7e308))
def test_what_is_shown_reads_the_same(value: float) -> None:
    assert DELTA.parse(DELTA.show(value)) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_signed_values_too(value: float) -> None:
    assert THRESHOLD.parse(THRESHOLD.show(value)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("2", 2.0), ("+2.5", 2.5), (".5", 0.5), ("5.", 5.0), ("1e-3", 0.001), (" 2 ", 2.0), ("1E2", 100.0)],
)
def test_numbers_are_read(text: str, value: float) -> None:
    found = DELTA.parse(text)
    assert found == value
    assert isinstance(found, float)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "abc",
        "nan",
        "inf",
        "-inf",
        "1e999",
        "0x1",
        "1_000",
        "1,5",
        "0.1,0.5",
        "--1",
        "1e",
        "\uff11",
        "\u0665",
        "1%",
        "0",
        "-1",
    ],
)
def test_what_is_no_number_above_0_is_refused(text: str) -> None:
    with pytest.raises(ParamError, match="delta") as caught:
        DELTA.parse(text)
    assert "above 0" in (caught.value.hint or "")
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("value", [True, False, None, "2", float("nan"), float("inf"), 0, -1, 0.0])
def test_wrong_values_are_refused(value: object) -> None:
    with pytest.raises(ParamError, match="delta"):
        DELTA.check(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(("value", "word"), [("2", "2"), (2, "2"), (2.0, "2"), (10, "10"), ("e", "e")])
def test_choices_take_the_number_for_the_word(value: object, word: str) -> None:
    assert BASE.check(value) == word  # type: ignore[arg-type]
    assert BASE.parse(f" {word.upper()} ") == word


@pytest.mark.parametrize("value", ["3", 3, 2.5, "", None, True])
def test_other_choices_are_refused_with_the_list(value: object) -> None:
    with pytest.raises(ParamError, match="e, 2, 10"):
        BASE.check(value)  # type: ignore[arg-type]


def test_an_optional_parameter_may_be_absent() -> None:
    assert THRESHOLD.check(None) is None
    assert THRESHOLD.check(0) == 0.0


class TestResolve:
    """Defaults filled in, aliases understood, strangers refused."""

    params = (DELTA, TAU)

    def test_defaults(self) -> None:
        assert resolve(self.params, {}, "it") == {"delta": 1.0, "tau": 0.5}

    @pytest.mark.parametrize("name", ["beta", "d", "delta", "DELTA", " Beta "])
    def test_aliases(self, name: str) -> None:
        assert resolve(self.params, {name: 2}, "it") == {"delta": 2.0, "tau": 0.5}

    def test_twice_under_two_names(self) -> None:
        with pytest.raises(ParamError, match="delta is given twice"):
            resolve(self.params, {"beta": 2, "delta": 2}, "it")

    def test_a_stranger_is_answered_with_what_there_is(self) -> None:
        with pytest.raises(ParamError, match="no parameter 'gamma'") as caught:
            resolve(self.params, {"gamma": 2}, "it")
        assert "delta: threshold" in (caught.value.hint or "")
        assert "tau: level" in (caught.value.hint or "")

    def test_none_at_all(self) -> None:
        with pytest.raises(ParamError) as caught:
            find((), "delta", "mse")
        assert caught.value.hint == "mse has no parameters"


def test_a_parameter_prints_itself() -> None:
    assert str(DELTA) == "delta: threshold (a number above 0; default 1)"
    assert str(BASE) == "base: base of the logarithm (e|2|10; default e)"
    assert "default none" in str(THRESHOLD)
