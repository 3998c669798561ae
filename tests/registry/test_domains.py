"""Every domain accepts what it draws as good, refuses what it draws as wrong, and names the first row."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli import domains
from losscli.domains import (
    Ascending,
    Directed,
    Domain,
    Fault,
    Interval,
    Labels,
    SignLabels,
    Simplex,
    first_fault,
)
from losscli.errors import DomainError, SumError

ALL: dict[str, Domain] = {
    name: value for name, value in vars(domains).items() if name.isupper() and hasattr(value, "faults")
}
ROW_WISE = (Ascending, Directed, Simplex)
ONE_COLUMN = ("CLASS_INDEX", "CLASS_LABEL")


def shapes(name: str) -> list[tuple[int, ...]]:
    if isinstance(ALL[name], ROW_WISE):
        return [(1, 2), (9, 2), (40, 5)]
    return [(1,), (9,), (40,)] if name in ONE_COLUMN else [(1,), (40,), (7, 1), (30, 3)]


def test_all_domains_are_seen() -> None:
    assert {"REALS", "PROBABILITY", "SIGNS", "SIMPLEX", "DIRECTED", "NONZERO", "CLASS_INDEX"} <= set(ALL)


@pytest.mark.parametrize("name", ALL)
@given(seed=st.integers(0, 2**32 - 1))
def test_good_values_have_no_faults(name: str, seed: int) -> None:
    domain = ALL[name]
    for shape in shapes(name):
        block = domain.good(np.random.default_rng(seed), shape, 4)
        assert block.shape == shape
        assert block.dtype == np.float64
        assert np.isfinite(block).all()
        assert domain.faults(block, 4) == []
        cleaned = domain.clean(block)
        assert cleaned.shape == shape
        assert domain.faults(cleaned, 4) == []


@pytest.mark.parametrize("name", ALL)
@given(seed=st.integers(0, 2**32 - 1))
def test_wrong_values_have_faults(name: str, seed: int) -> None:
    domain = ALL[name]
    for shape in shapes(name):
        if isinstance(domain, SignLabels) and shape[0] < 2:
            continue  # one label alone belongs to some coding
        for block in domain.wrong(np.random.default_rng(seed), shape, 4):
            assert block.shape == shape
            assert np.isfinite(block).all()
            fault = first_fault(domain.faults(block, 4))
            assert fault is not None
            assert fault.rows.shape == shape[:1]
            assert fault.rows.any()
            assert fault.words


@pytest.mark.parametrize("name", ALL)
def test_a_domain_prints_itself_and_says_its_kind(name: str) -> None:
    assert len(str(ALL[name])) > 5
    assert "object at" not in str(ALL[name])
    assert ALL[name].kind in ("real", "binary", "class", "distribution", "vector")


@pytest.mark.parametrize(
    ("interval", "words", "inside", "outside"),
    [
        (Interval(), "any real number", [0.0, -1e308, 1e308], []),
        (Interval(0.0), "a number of at least 0", [0.0, 5e-324, 1e308], [-5e-324, -1.0]),
        (Interval(0.0, low_in=False), "a number above 0", [5e-324, 1e308], [0.0, -0.0, -1.0]),
        (Interval(0.0, 1.0), "a number in [0, 1]", [0.0, -0.0, 1.0, 0.5], [-5e-324, 1.0 + 2**-52]),
        (
            Interval(0.0, 1.0, low_in=False, high_in=False),
            "a number in (0, 1)",
            [5e-324, 1.0 - 2**-53],
            [0.0, 1.0],
        ),
    ],
)
def test_intervals(interval: Interval, words: str, inside: list[float], outside: list[float]) -> None:
    assert str(interval) == words
    assert all(interval.holds(value) for value in inside)
    assert not any(interval.holds(value) for value in [*outside, math.nan])
    for value in outside:
        block = np.array([0.5, 0.5, value, 0.5])
        (fault,) = interval.faults(block, 1)
        assert fault.mask.tolist() == [False, False, True, False]
        assert fault.error is DomainError


@given(st.lists(st.floats(-2.0, 2.0), min_size=1, max_size=40))
def test_the_short_cut_of_intervals_agrees_with_the_long_way(values: list[float]) -> None:
    block = np.array(values)
    found = ALL["PROBABILITY"].faults(block, 1)
    wrong = [not 0.0 <= value <= 1.0 for value in values]
    assert (found[0].mask.tolist() if found else [False] * len(values)) == wrong


class TestSigns:
    """0/1 or -1/+1, one coding in all rows."""

    signs = SignLabels()

    @pytest.mark.parametrize(
        ("labels", "coding"),
        [
            ([0, 1, 1], "0/1"),
            ([-1, 1], "-1/+1"),
            ([1, 1], "only 1"),
            ([0], "0/1"),
            ([-1], "-1/+1"),
            ([0, -1], ""),
        ],
    )
    def test_coding(self, labels: list[float], coding: str) -> None:
        assert self.signs.coding(self.signs.codes(np.array(labels, dtype=np.float64))) == coding

    def test_clean_maps_to_signs(self) -> None:
        assert self.signs.clean(np.array([0.0, 1.0, 0.0])).tolist() == [-1.0, 1.0, -1.0]
        assert self.signs.clean(np.array([-1.0, 1.0])).tolist() == [-1.0, 1.0]

    @pytest.mark.parametrize("labels", [[0, 1, 1, -1], [-1, 1, 1, 0], [[1, 0], [1, 1], [1, 1], [-1, 1]]])
    def test_two_codings_are_a_fault_of_the_later_one(self, labels: list[float]) -> None:
        (fault,) = self.signs.faults(np.array(labels, dtype=np.float64), 1)
        assert int(np.argmax(fault.rows)) == 3

    def test_another_number_is_named_before_the_coding(self) -> None:
        (fault,) = self.signs.faults(np.array([0.0, -1.0, 0.5]), 1)
        assert fault.mask.tolist() == [False, False, True]


class TestSimplex:
    """Rows of probabilities that sum to 1 within printed digits."""

    def test_rounded_digits_pass_and_a_tenth_does_not(self) -> None:
        simplex = Simplex()
        assert simplex.faults(np.array([[0.333, 0.333, 0.333]]), 3) == []
        (fault,) = simplex.faults(np.array([[0.5, 0.5], [0.5, 0.4]]), 2)
        assert fault.error is SumError
        assert fault.mask.tolist() == [False, True]

    def test_cells_come_before_sums(self) -> None:
        (fault,) = Simplex().faults(np.array([[0.5, 0.4], [1.5, -0.5]]), 2)
        assert fault.error is DomainError
        assert fault.mask.tolist() == [[False, False], [True, True]]


def test_class_index_knows_the_width() -> None:
    index = ALL["CLASS_INDEX"]
    assert index.faults(np.array([0.0, 2.0]), 3) == []
    (fault,) = index.faults(np.array([0.0, 3.0]), 3)
    assert "0 to 2" in fault.words
    (fault,) = index.faults(np.array([0.0, 0.5, 7.0]), 3)
    assert "whole" in fault.words
    assert ALL["CLASS_LABEL"].faults(np.array([-5.0, 7.0]), 1) == []


def test_zero_vectors_have_no_direction() -> None:
    (fault,) = Directed().faults(np.array([[0.0, 1.0], [0.0, -0.0]]), 2)
    assert fault.mask.tolist() == [False, True]


def test_first_fault_is_that_of_the_earliest_row() -> None:
    late = Fault(np.array([False, False, True]), "late")
    early = Fault(np.array([[False, False], [False, True], [False, False]]), "early")
    assert first_fault([late, early]) is early
    assert first_fault([]) is None


def test_labels() -> None:
    labels = Labels((0.0, 1.0))
    (fault,) = labels.faults(np.array([0.0, 2.0, 1.0]), 1)
    assert fault.mask.tolist() == [False, True, False]
    assert str(labels) == "one of 0, 1"
