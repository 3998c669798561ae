"""Barron's loss where its formula changes: shapes at, beside and far from 0 and 2, errors of every size."""

from __future__ import annotations

import numpy as np
import pytest

from losscli.losses import barron, cauchy, geman_mcclure, pseudo_huber, welsch
from tests.accuracy.measure import Measured, _measure_block
from tests.accuracy.samplers import adversarial
from tests.settings import FRESH_SEED

BESIDE = [2.0 - 2.0**-52, 2.0 + 2.0**-51, 2.0 - 1e-9, 2.0 + 1e-9, 1e-12, -1e-12, 1e-20]
ORDINARY = [0.0, 2.0, 1.0, -2.0, 1.3, -5.5, 7.25, 40.0, -1e6, -1e20]


@pytest.mark.parametrize("alpha", BESIDE + ORDINARY)
@pytest.mark.parametrize("c", [1.0, 0.7])
def test_keeps_its_bar_for_every_shape(alpha: float, c: float) -> None:
    params = barron.resolve({"alpha": alpha, "c": c})
    found = Measured(barron)
    _measure_block(found, params, adversarial(barron, params, 60, np.random.default_rng(FRESH_SEED)))
    assert not found.failures, "\n".join([f"seed {FRESH_SEED}", *found.failures[:3]])


@pytest.mark.parametrize("error", [1e-170, 1e-9, 0.3, 2.0, 11.0, 1e8, 1e200, 1.7e308])
def test_holds_its_cousins(error: float) -> None:
    """Scales and factors as the papers relate them."""
    zero, one = [0.0], [error]
    same = {"rtol": 8e-16, "atol": 5e-324}
    np.testing.assert_allclose(barron(zero, one, alpha=1.0), pseudo_huber(zero, one), **same)
    np.testing.assert_allclose(barron(zero, one, alpha=-2.0), geman_mcclure(zero, one, c=2.0), **same)
    half_size = [0.5 * error]
    np.testing.assert_allclose(
        barron(zero, one, alpha=-1e300, c=2.0**0.5), 2.0 * welsch(zero, half_size), rtol=1e-15
    )
    wide = cauchy(zero, one, c=4.0)
    np.testing.assert_allclose(barron(zero, one, alpha=0.0, c=2.0**1.5), wide / 8.0, rtol=1e-15, atol=5e-324)


@pytest.mark.parametrize("alpha", [5e-324, -1e-300, 1e-100])
def test_next_to_0_is_as_at_0(alpha: float) -> None:
    arrays = adversarial(barron, barron.resolve({}), 2000, np.random.default_rng(FRESH_SEED))
    np.testing.assert_array_equal(barron(*arrays, alpha=alpha), barron(*arrays, alpha=0.0))


@pytest.mark.parametrize("alpha", [2.0, 2.0 - 1e-12, 0.0, 1e-300, -1e300, 1e300, 1.0])
def test_ends_of_the_doubles_are_numbers(alpha: float) -> None:
    ends = [0.0, 5e-324, -1.7e308, 1.7e308]
    for target in ends:
        values = barron([target] * 4, ends, alpha=alpha, c=0.5)
        slopes = barron.gradient([target] * 4, ends, alpha=alpha, c=0.5)
        assert not np.isnan(values).any()
        assert not np.isnan(slopes).any()
        assert (values >= 0.0).all()
