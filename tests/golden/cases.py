"""Which loss is asked of whom, on which numbers: inputs, parameters, and calls of other libraries.

The numbers lie away from 0 and outside [0, 1) wherever the loss allows it, and are exact in single precision,
because Keras computes in it. Nothing here knows losscli.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from tests.golden.samples.foreign import Call


@dataclass(frozen=True)
class Asked:
    """One call and what its result is.

    "none" (one number a row or cell), "mean", "columns" (a mean a column), "weighted mean" (by the
    array `w`), or "set" (the loss of the whole set). `convention` is what `:as=` names, where losscli gives
    the number only so.
    """

    call: Call
    reduction: str = "none"
    convention: str = ""

    def following(self, convention: str) -> Asked:
        """The same question about a loss under a framework's convention."""
        return replace(self, convention=convention)


@dataclass(frozen=True)
class Case:
    """A loss on some arrays. `inputs` are the names of its inputs in order.

    `printed` is what introductions print of it, to four digits behind the point.
    """

    name: str
    loss: str
    arrays: Mapping[str, Any]
    inputs: tuple[str, ...]
    asked: tuple[Asked, ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    printed: Any = None
    randomise: bool = True


def numbers(*rows: Any) -> np.ndarray:
    """An array of doubles that single precision holds exactly."""
    found = np.asarray(rows, dtype=np.float64)
    return found.astype(np.float32).astype(np.float64)


def shares(*rows: Any) -> np.ndarray:
    """Rows of probabilities given as whole numbers of 64ths."""
    found = np.asarray(rows, dtype=np.float64) / 64.0
    if not (found.sum(axis=1) == 1.0).all():
        raise ValueError("the rows do not sum to 64 64ths")
    return found


Y = numbers(-3.5, -1.25, 12.0, 150.5, 2.0, -40.75, 1024.0)
P = numbers(1.25, -1.75, 7.5, 148.0, 2.5, 61.0, 1000.0)
Y_COLUMNS = numbers([1.5, -20.0, 300.0], [-2.5, 14.0, -7.75], [3.25, 5.5, 80.0], [10.0, -1.5, 2.25])
P_COLUMNS = numbers([2.5, -17.0, 290.5], [1.0, 11.5, -9.25], [3.75, 9.0, 71.0], [-4.0, -2.5, 6.25])
COUNTS = numbers(2.0, 17.0, 250.0, 1.5, 64.0, 5.0)
GUESSES = numbers(3.5, 12.0, 300.0, 1.25, 70.5, 1.5)
WEIGHTS = numbers(1.0, 3.0, 0.5, 2.25, 7.0, 1.5, 4.0)
HARD = numbers(1, 0, 1, 1, 0, 0, 1)
SOFT = numbers(0.75, 0.125, 0.5, 1.0, 0.0, 0.625, 0.25)
CHANCES = numbers(0.875, 0.25, 0.4375, 0.96875, 0.03125, 0.5, 0.625)
SIGNS = numbers(1, -1, 1, 1, -1, -1, 1)
SCORES = numbers(2.5, -1.75, -3.25, 1.5, 4.0, -12.5, 30.0)
CLASSES = np.array([2, 0, 1, 3, 2], dtype=np.int64)
GUESSED = np.array([2, 1, 1, 3, 0], dtype=np.int64)
TARGET_ROWS = shares([8, 16, 32, 8], [1, 2, 60, 1], [40, 8, 8, 8], [16, 16, 16, 16], [5, 20, 9, 30])
OTHER_ROWS = shares([16, 8, 24, 16], [4, 4, 48, 8], [12, 20, 16, 16], [10, 30, 4, 20], [6, 18, 10, 30])
LOGITS = numbers(
    [2.5, -1.5, 3.25, 7.0],
    [-12.0, 4.0, 1.5, 2.0],
    [1.25, 1.5, 9.0, -3.0],
    [20.0, 1.0, -8.0, 3.5],
    [2.0, 5.0, 1.75, 4.5],
)
VECTORS = numbers([3.0, -14.0, 15.0], [-2.5, 7.0, 1.5], [100.0, -20.0, 5.0], [1.25, 2.5, -8.0])
OTHERS = numbers([2.0, 7.0, -18.0], [-2.0, 6.5, 9.25], [-90.0, 30.0, 4.0], [1.5, 9.0, -8.5])
