"""Fitting a line y = w x + b by a loss: gradient descent as it goes, and the lowest point."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import numpy as np

from losscli.arrays import Floats
from losscli.records import NamedTuple

Point = tuple[float, float]
Cost = Callable[[float, float], float]
Slope = Callable[[float, float], Point]

STEPS: Final = 100
_HALVINGS: Final = 60
_SIMPLEX: Final = 400


class Path(NamedTuple):
    """Where gradient descent went, the first point included, and the cost at its end."""

    points: tuple[Point, ...]
    cost: float


def descend(cost: Cost, slope: Slope, start: Point) -> Path:
    """Gradient descent, every step along the negative gradient; its length is halved until the cost falls
    enough (Armijo), and doubled for the next step."""
    point, value, length = start, cost(*start), 1.0
    points = [point]
    for _ in range(STEPS):
        gradient = slope(*point)
        square = gradient[0] ** 2 + gradient[1] ** 2
        if not 0 < square < math.inf:
            break
        for _ in range(_HALVINGS):
            new = (point[0] - length * gradient[0], point[1] - length * gradient[1])
            found = cost(*new)
            if found <= value - 1e-4 * length * square:
                break
            length /= 2
        else:
            break
        point, value, length = new, found, length * 2
        points.append(point)
    return Path(tuple(points), value)


def lowest(cost: Cost, start: Point, size: Point) -> tuple[Point, float]:
    """The lowest point that the simplex of Nelder and Mead finds, begun again twice around what it found;
    `size` is how far its corners lie apart at first."""
    best, value = start, cost(*start)
    for _ in range(3):
        best, value = _simplex(cost, best, size)
        size = (size[0] / 4, size[1] / 4)
    return best, value


def _simplex(cost: Cost, start: Point, size: Point) -> tuple[Point, float]:
    corners = [start, (start[0] + size[0], start[1]), (start[0], start[1] + size[1])]
    known = sorted((cost(*corner), corner) for corner in corners)
    for _ in range(_SIMPLEX):
        (low, best), (middle, _), (high, worst) = known
        spread = max(abs(known[2][1][0] - best[0]) / size[0], abs(known[2][1][1] - best[1]) / size[1])
        if spread < 1e-13 or (high - low <= 1e-15 * abs(low) and spread < 1e-8):
            break
        centre = ((best[0] + known[1][1][0]) / 2, (best[1] + known[1][1][1]) / 2)

        def towards(factor: float, centre: Point = centre, worst: Point = worst) -> tuple[float, Point]:
            new = (
                centre[0] + factor * (centre[0] - worst[0]),
                centre[1] + factor * (centre[1] - worst[1]),
            )
            return cost(*new), new

        mirrored = towards(1.0)
        if mirrored[0] < low:
            known[2] = min(mirrored, towards(2.0))
        elif mirrored[0] < middle:
            known[2] = mirrored
        else:
            inner = towards(0.5 if mirrored[0] < high else -0.5)
            if inner[0] < min(high, mirrored[0]):
                known[2] = inner
            else:
                shrunk = [((best[0] + one[0]) / 2, (best[1] + one[1]) / 2) for _, one in known[1:]]
                known[1:] = [(cost(*corner), corner) for corner in shrunk]
        known.sort()
    return known[0][1], known[0][0]


def standardised(x: Floats) -> tuple[float, float]:
    """Mean and standard deviation, 1 where there is none."""
    mean, spread = float(np.mean(x)), float(np.std(x))
    return mean, spread if spread > 0 else 1.0
