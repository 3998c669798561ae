"""The error function and the score of a standard normal forecast, against mpmath."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from losscli.numerics.normal import CRPS_AT_CENTRE, erf, standard_crps
from tests.accuracy.arithmetics import CONTEXT

POINTS = np.concatenate([[0.0, 5e-324, 1e-17, 1e17], np.geomspace(1e-9, 60.0, 400)])


def _error(found: float, exact: mpmath.mpf) -> float:
    return float(abs(mpmath.mpf(found) - exact) / np.spacing(abs(float(exact))))


def test_error_function_is_exact_to_a_last_place_and_odd() -> None:
    found = erf(POINTS)
    for point, value in zip(POINTS.tolist(), found.tolist(), strict=True):
        with CONTEXT.workprec(200):
            exact = CONTEXT.erf(CONTEXT.mpf(point))
        assert _error(value, mpmath.mpf(exact)) <= 1.0, point
    assert (erf(-POINTS) == -found).all()


def test_error_function_keeps_the_shape() -> None:
    block = np.linspace(-2.0, 2.0, 24).reshape(2, 3, 4)
    assert erf(block).shape == block.shape
    assert erf(block[:, ::-1]).tolist() == erf(block)[:, ::-1].tolist()
    assert erf(np.zeros((0, 3))).shape == (0, 3)


def test_score_has_all_its_digits_at_the_centre_and_far_out() -> None:
    found = standard_crps(POINTS)
    for point, value in zip(POINTS.tolist(), found.tolist(), strict=True):
        with mpmath.workprec(400):
            z = mpmath.mpf(point)
            density = mpmath.exp(-z * z / 2) / mpmath.sqrt(2 * mpmath.pi)
            exact = z * mpmath.erf(z / mpmath.sqrt(2)) + 2 * density - 1 / mpmath.sqrt(mpmath.pi)
        assert _error(value, exact) <= 3.0, point
    assert (standard_crps(-POINTS) == found).all()
    assert found.min() == CRPS_AT_CENTRE == pytest.approx(0.2336949772551091, rel=1e-15)
