"""Random numbers of random losses under random conventions, computed without what searches for them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import losscli
from losscli.errors import LosscliError
from losscli.registry import BoundLoss, Loss, Shape, all_losses, bind_loss
from tests.shapes import drawn

DIGITS = 6
SCALES: Mapping[str, Callable[[float], float]] = {
    "half": lambda x: x / 2,
    "double": lambda x: x * 2,
    "negative": lambda x: -x,
    "bits": lambda x: x / math.log(2),
    "base 10": lambda x: x / math.log(10),
    "percent": lambda x: x * 100,
    "root": math.sqrt,
}
REDUCTIONS = ("sum", "batches", "dropped", "sum of batches", "median")


@dataclass(frozen=True)
class Draw:
    """A loss on some arrays, and a number that somebody printed for it."""

    loss: str
    arrays: tuple[Any, ...]
    options: Mapping[str, Any]
    words: str
    value: float

    @property
    def printed(self) -> str:
        """The number with six digits."""
        return f"{self.value:#.{DIGITS}g}".rstrip(".")


def losses() -> list[Loss]:
    """Losses of rows that pair, one by one."""
    shapes = {Shape.CELLS, Shape.VECTOR, Shape.CLASS, Shape.NUMBER}
    return [
        loss
        for loss in all_losses()
        if not loss.gather and all(entry.shape in shapes for entry in loss.inputs)
    ]


def draw(generator: np.random.Generator) -> Draw:
    """A random number; drawn again where it says nothing (0, infinite, equal to the plain loss)."""
    known = losses()
    while True:
        loss = known[generator.integers(len(known))]
        found = _draw(loss, generator)
        if found is not None and math.isfinite(found.value) and 1e-12 < abs(found.value) < 1e12:
            return found


def _draw(loss: Loss, generator: np.random.Generator) -> Draw | None:
    rows = int(generator.integers(40, 300))
    given = tuple(drawn(loss, loss.resolve({}), (rows, 1), generator))
    change, arrays = _changed(loss, given, generator)
    options: dict[str, Any] = {}
    if generator.random() < 0.3 and not loss.downward:
        options["weight"] = generator.integers(1, 9, rows) / 2.0
    bound, words = _convention(loss, generator)
    try:
        with np.errstate(all="ignore"):
            value, reduction = _reduced(bound, arrays, options, generator)
            scale = None if generator.random() < 0.4 else list(SCALES)[generator.integers(len(SCALES))]
            value = value if scale is None else SCALES[scale](value)
    except (LosscliError, ValueError):
        return None
    told = ", ".join(filter(None, [change, words, reduction, scale, "weighted" if options else ""]))
    return Draw(loss.name, given, options, f"{loss.name}, {rows} rows: {told}", value)


def _changed(
    loss: Loss, arrays: tuple[Any, ...], generator: np.random.Generator
) -> tuple[str, tuple[Any, ...]]:
    """The arrays as they are, or as somebody else took them."""
    if len(arrays) != 2 or generator.random() < 0.6:
        return "", arrays
    target, prediction = arrays
    one_or_none = bool(np.isin(target, (0.0, 1.0)).all())
    ways: dict[str, tuple[Any, Any]] = {
        "float32": (target.astype(np.float32), prediction.astype(np.float32)),
        "sigmoid": (target, 1.0 / (1.0 + np.exp(-prediction))),
    }
    if target.shape == prediction.shape:
        ways["swapped"] = (prediction, target)
    if one_or_none and target.ndim == 1:
        ways["inverted"] = (1.0 - target, prediction)
        ways["smoothed"] = (0.9 * target + 0.05, prediction)
    word = list(ways)[generator.integers(len(ways))]
    return word, ways[word]


def _convention(loss: Loss, generator: np.random.Generator) -> tuple[BoundLoss, str]:
    """The plain loss or one of its conventions."""
    place = int(generator.integers(len(loss.conventions) + 1))
    if place == len(loss.conventions):
        return bind_loss(loss, {}), ""
    convention = loss.conventions[place]
    return bind_loss(loss, {}, convention=convention), convention.call


def _reduced(
    bound: BoundLoss, arrays: tuple[Any, ...], options: Mapping[str, Any], generator: np.random.Generator
) -> tuple[float, str]:
    """The number of the rows: as the convention says, or in another way where it says nothing."""
    (result,) = losscli.compute(bound, *arrays, **options).results
    if not _free(bound) or generator.random() < 0.3:
        return result.headline.value, ""
    rows = losscli.compute(bound, *arrays, rows="all").samples.rows
    values = np.array([row.values[0] for row in rows])
    weights = options.get("weight")
    word = REDUCTIONS[generator.integers(len(REDUCTIONS))]
    if weights is not None:
        ways = {
            "sum": (weights * values).sum(),
            "by rows": (weights * values).mean(),
            "without weights": values.mean(),
        }
        word = list(ways)[generator.integers(len(ways))]
        return float(ways[word]), word
    if word in ("sum", "median"):
        return float(values.sum() if word == "sum" else np.median(values)), word
    size = int(generator.choice([8, 10, 16, 20, 32]))
    parts = [values[start : start + size] for start in range(0, len(values), size)]
    if word == "dropped" and len(parts[-1]) < size:
        parts = parts[:-1]
    means = [float(part.mean()) for part in parts]
    return math.fsum(means) / (1 if word == "sum of batches" else len(means)), f"{word} of {size}"


def _free(bound: BoundLoss) -> bool:
    """Whether its number is the mean of its rows."""
    own, loss = bound.convention, bound.loss
    return (
        not bound.is_set
        and loss.total is None
        and loss.counts is None
        and (own is None or own.reduce == "mean")
    )
