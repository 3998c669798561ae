"""Half deviances, Tweedie's family, ln y! and the moments of ensembles, against many digits."""

from __future__ import annotations

import math
from collections.abc import Callable

import mpmath
import numpy as np
import pytest

from losscli.numerics.deviances import bernoulli_gap, gamma_gap, poisson_gap
from losscli.numerics.ensembles import moments
from losscli.numerics.special import ATANH_TAIL, log_factorial, polynomial, stirling_error
from losscli.numerics.tweedie import _REMAINDER, tweedie_deviance

CONTEXT = mpmath.MPContext()
CONTEXT.prec = 3000
mpf, log = CONTEXT.mpf, CONTEXT.log
LARGEST = mpf(2) ** 1024


def off(computed: float, exact: mpmath.mpf) -> float:
    """In units of the last place of the exact value."""
    if abs(exact) >= LARGEST * (1 - mpf(2) ** -50):
        return 0.0 if abs(computed) > 1.79e308 else math.inf
    if not math.isfinite(computed):
        return math.inf
    if exact == 0:
        return 0.0 if computed == 0.0 else math.inf
    unit = max(mpf(2) ** (CONTEXT.floor(log(abs(exact), 2)) - 52), mpf(2) ** -1074)
    return float(abs(mpf(computed) - exact) / unit)


def worst(computed: np.ndarray, exact: Callable[..., mpmath.mpf], *columns: np.ndarray) -> float:
    rows = zip(computed.tolist(), *(column.tolist() for column in columns), strict=True)
    return max(off(value, exact(*map(mpf, given))) for value, *given in rows)


def pairs(seed: int, count: int = 150) -> tuple[np.ndarray, np.ndarray]:
    """Targets and means of every size: equal but for a last place, close, ordinary, far apart."""
    generator = np.random.default_rng(seed)
    target = np.where(
        generator.random(count) < 0.5,
        10.0 ** generator.uniform(-320.0, 300.0, count),
        np.rint(generator.gamma(2.0, 20.0, count)) + 1.0,
    )
    close = target * (1.0 + 10.0 ** generator.uniform(-16.0, -1.0, count) * generator.normal(size=count))
    kinds = [close, target * np.exp(generator.normal(size=count)), np.roll(target, 1)]
    mean = np.choose(generator.integers(0, 3, count), kinds)
    return target, np.where(np.isfinite(mean) & (mean > 0.0) & (mean != target), mean, 1.5 * target + 1.0)


def test_poisson() -> None:
    target, mean = pairs(1)
    assert worst(poisson_gap(target, mean), lambda y, m: y * log(y / m) - y + m, target, mean) < 5.0
    ends = poisson_gap(np.array([0.0, 2.0, 0.0, 5e-324]), np.array([3.0, 0.0, 0.0, 5e-324]))
    assert ends.tolist() == [3.0, math.inf, 0.0, 0.0]


def test_poisson_at_the_largest_doubles() -> None:
    target, mean = np.array([1.7e308, 1.2e308, 9e307]), np.array([5e307, 4.9e307, 1.6e308])
    assert worst(poisson_gap(target, mean), lambda y, m: y * log(y / m) - y + m, target, mean) < 5.0


def test_gamma() -> None:
    target, mean = pairs(2)
    assert worst(gamma_gap(target, mean), lambda y, m: log(m / y) + y / m - 1, target, mean) < 6.0


def test_bernoulli() -> None:
    generator = np.random.default_rng(3)
    target = generator.random(150)
    close = target + 10.0 ** generator.uniform(-17.0, -2.0, 150)
    chance = np.clip(
        np.where(generator.random(150) < 0.6, close, generator.random(150)), 1e-300, 1.0 - 2.0**-53
    )
    chance = np.where(chance == target, 0.5 * target, chance)

    def exact(y: mpmath.mpf, p: mpmath.mpf) -> mpmath.mpf:
        return y * log(y / p) + (1 - y) * log((1 - y) / (1 - p))

    assert worst(bernoulli_gap(target, chance), exact, target, chance) < 5.0
    ends = bernoulli_gap(np.array([0.0, 1.0, 1.0, 0.0]), np.array([0.0, 1.0, 0.0, 1.0]))
    assert ends.tolist() == [0.0, 0.0, math.inf, math.inf]


POWERS = (1.01, 1.5, 1.99, 1.0 + 2.0**-52, 2.0 - 2.0**-52, 2.0 + 2.0**-51, 2.5, 3.0, 8.75, 25.3)
NEGATIVE = (-1e-9, -0.3, -1.0, -5.5, -20.3)


@pytest.mark.parametrize("power", [*POWERS, *NEGATIVE])
def test_tweedie(power: float) -> None:
    target, mean = pairs(4, 90)
    if power < 0.0:
        target[::7] *= -1.0
    elif power < 2.0:
        target[::9] = 0.0
    a, b = 1 - mpf(power), 2 - mpf(power)

    def exact(y: mpmath.mpf, m: mpmath.mpf) -> mpmath.mpf:
        first = y**b / (a * b) if y > 0 else mpf(0)
        return 2 * (first - y * m**a / a + m**b / b)

    assert worst(tweedie_deviance(target, mean, power), exact, target, mean) < 8.0


def test_tweedie_of_whole_powers() -> None:
    target, mean = pairs(5)
    with np.errstate(over="ignore"):
        assert tweedie_deviance(target, mean, 1.0).tolist() == (2.0 * poisson_gap(target, mean)).tolist()
        assert tweedie_deviance(target, mean, 2.0).tolist() == (2.0 * gamma_gap(target, mean)).tolist()
        assert tweedie_deviance(target, mean, 0.0).tolist() == ((target - mean) ** 2).tolist()


def test_tweedie_is_continuous_in_its_power() -> None:
    target, mean = np.array([2.0, 7.0, 0.25]), np.array([3.0, 1.5, 0.26])
    for power in (1.0, 2.0):
        whole = tweedie_deviance(target, mean, power)
        for beside in (np.nextafter(power, 3.0), power + 1e-13):
            assert np.allclose(tweedie_deviance(target, mean, float(beside)), whole, rtol=1e-12)


def test_a_cell_does_not_depend_on_its_company() -> None:
    target, mean = pairs(6)
    for function in (poisson_gap, gamma_gap, lambda y, m: tweedie_deviance(y, m, 1.3)):
        together = function(target, mean)
        alone = [function(target[i : i + 1], mean[i : i + 1])[0] for i in range(len(target))]
        assert together.tolist() == alone


def test_factorials() -> None:
    generator = np.random.default_rng(7)
    counts = np.concatenate(
        [np.arange(2.0, 200.0), generator.uniform(1e-6, 20.0, 200), 10.0 ** generator.uniform(1.0, 300.0, 80)]
    )
    assert worst(log_factorial(counts), lambda y: CONTEXT.loggamma(y + 1), counts) < 4.0
    assert log_factorial(np.array([0.0, 1.0])).tolist() == [0.0, 0.0]
    mixed = np.array([0.5, 3.0, 40.0])
    assert log_factorial(mixed).tolist() == [log_factorial(mixed[i : i + 1])[0] for i in range(3)]


def test_stirling_error() -> None:
    generator = np.random.default_rng(8)
    counts = np.concatenate(
        [np.arange(1.0, 40.0), generator.uniform(1.0, 18.0, 120), 10.0 ** np.arange(2, 15)]
    )

    def exact(y: mpmath.mpf) -> mpmath.mpf:
        return CONTEXT.loggamma(y + 1) - (y * log(y) - y + log(2 * CONTEXT.pi * y) / 2)

    assert worst(stirling_error(counts), exact, counts) < 4.0
    alone = [stirling_error(counts[i : i + 1])[0] for i in range(len(counts))]
    assert stirling_error(counts).tolist() == alone


def test_polynomials_are_what_they_stand_for() -> None:
    square = np.linspace(1e-6, 0.6**2, 200)
    tails = [
        (CONTEXT.atanh(CONTEXT.sqrt(x)) - CONTEXT.sqrt(x)) / CONTEXT.sqrt(x) ** 3 for x in map(mpf, square)
    ]
    assert np.allclose(polynomial(square, ATANH_TAIL), np.array(tails, dtype=np.float64), rtol=4e-16)
    points = np.linspace(-2.0, 2.0, 200)
    rest = [(CONTEXT.exp(x) - 1 - x) / x**2 for x in map(mpf, points)]
    assert np.allclose(polynomial(points, _REMAINDER), np.array(rest, dtype=np.float64), rtol=4e-16)


@pytest.mark.parametrize("size", [1e-300, 1e-8, 1.0, 1e12, 1e300])
def test_moments(size: float) -> None:
    generator = np.random.default_rng(9)
    members = size * (1.0 + 10.0 ** generator.uniform(-13.0, 0.0, (40, 1)) * generator.normal(size=(40, 5)))
    numbers = members[:, 0] * (1.0 + 10.0 ** generator.uniform(-14.0, 0.0, 40))
    found = moments(numbers, members, 4.0)
    for row in range(40):
        values = [mpf(float(value)) for value in members[row]]
        mean = sum(values) / 5
        variance = sum((value - mean) ** 2 for value in values) / 4
        score = (mean - mpf(float(numbers[row]))) / CONTEXT.sqrt(variance)
        assert off(float(found.log_variance[row]), log(variance)) < 4.0
        assert abs(mpf(float(found.score[row])) - score) <= mpf(2) ** -50 * max(abs(score), 1)
        assert off(float(found.deviation[row]), CONTEXT.sqrt(variance)) < 4.0
