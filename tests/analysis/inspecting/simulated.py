"""Targets with predictions of a model of usual quality, and what goes wrong with them on the way to files.

Every generator is seeded anew in each run; a test that fails prints its seed.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from losscli.analysis.inspecting.orders import find_inversion, find_order, sigmoid, softmax
from losscli.analysis.inspecting.shifts import Signals, class_signals, find_shift, real_signals
from losscli.arrays import AnyArray, Floats

SIZES = (300, 1000, 5000)
Draw = Callable[[np.random.Generator, int], "Pairs"]


class Pairs(NamedTuple):
    """A target (n,) and predictions (n,) or (n, c)."""

    target: AnyArray
    prediction: Floats


def new_seed() -> int:
    """A seed nobody knows beforehand."""
    return secrets.randbits(63)


def binary(generator: np.random.Generator, rows: int) -> Pairs:
    """Two classes, 30 % positive, calibrated probabilities with an AUC near 0.87."""
    share, distance = 0.3, 1.6
    target = (generator.random(rows) < share).astype(np.int64)
    score = distance * generator.normal(size=rows) + distance**2 * (target - 0.5)
    return Pairs(target, sigmoid(score + np.log(share / (1.0 - share))))


def real(generator: np.random.Generator, rows: int) -> Pairs:
    """Skewed real targets, predictions that explain 65 % of their logarithm's variance."""
    hidden = generator.normal(size=rows)
    noise = generator.normal(size=rows) * np.sqrt(1.0 / 0.65 - 1.0)
    return Pairs(np.exp(hidden), np.exp(hidden + noise))


def seasonal(generator: np.random.Generator, rows: int) -> Pairs:
    """A season of 24 rows with noise, in the order of time."""
    hidden = np.sin(np.arange(rows) * 2.0 * np.pi / 24.0) + 0.5 * generator.normal(size=rows)
    return Pairs(hidden, hidden + 0.5 * generator.normal(size=rows))


def ordered(generator: np.random.Generator, rows: int) -> Pairs:
    """Two classes sorted by class, as exports often are."""
    pairs = binary(generator, rows)
    order = np.argsort(pairs.target, kind="stable")
    return Pairs(pairs.target[order], pairs.prediction[order])


def classes(width: int, boast: float = 1.0) -> Draw:
    """Classes with about two thirds to four fifths right; `boast` makes the probabilities too sure."""

    def draw(generator: np.random.Generator, rows: int) -> Pairs:
        target = generator.integers(0, width, rows)
        scores = generator.normal(size=(rows, width))
        scores[np.arange(rows), target] += 2.0
        return Pairs(target, softmax(2.0 * boast * scores))

    return draw


CLEAN: dict[str, Draw] = {
    "binary": binary,
    "binary, sorted": ordered,
    "real": real,
    "seasonal": seasonal,
    "3 classes": classes(3),
    "10 classes": classes(10),
    "10 classes, too sure": classes(10, boast=4.0),
}
SHIFTED: dict[str, Draw] = {"binary": binary, "real": real, "5 classes": classes(5)}
ORDERS = (3, 5, 10)


def signals(pairs: Pairs) -> Signals:
    """As the test of shifts sees them."""
    if pairs.target.dtype != np.int64:
        return real_signals(pairs.target, pairs.prediction)
    columns = pairs.prediction if pairs.prediction.ndim == 2 else pairs.prediction[:, None]
    return class_signals(pairs.target, columns)


def alarms(pairs: Pairs) -> list[str]:
    """Every test that calls these pairs wrong."""
    found = ["shift"] if find_shift(signals(pairs), (slice(0, len(pairs.target)),)) is not None else []
    if pairs.prediction.ndim == 2:
        return found + (["order"] if find_order(pairs.target, pairs.prediction) is not None else [])
    two = pairs.target.dtype == np.int64
    turned = find_inversion(pairs.target.astype(np.float64), pairs.prediction, two)
    return found + (["inversion"] if turned is not None else [])


def finds_shift(draw: Draw, generator: np.random.Generator, rows: int) -> bool:
    """Whether a random shift by 1 to 8 rows is found with its lag."""
    lag = int(generator.integers(1, 9)) * int(generator.choice([-1, 1]))
    pairs = draw(generator, rows + 20)
    middle = slice(10, rows + 10)
    shifted = Pairs(pairs.target[middle], pairs.prediction[10 - lag : rows + 10 - lag])
    found = find_shift(signals(shifted), (slice(0, rows),))
    return found is not None and found.lag == lag


def finds_order(width: int, generator: np.random.Generator, rows: int) -> bool:
    """Whether another order of the columns, half of the time two that changed places, is found exactly."""
    pairs = classes(width)(generator, rows)
    order = np.arange(width)
    while (order == np.arange(width)).all():
        if generator.random() < 0.5:
            two = generator.choice(width, 2, replace=False)
            order[two] = order[two[::-1]]
        else:
            order = generator.permutation(width)
    mixed = np.empty_like(pairs.prediction)
    mixed[:, order] = pairs.prediction
    found = find_order(pairs.target, mixed)
    return found is not None and found.columns == tuple(order.tolist())
