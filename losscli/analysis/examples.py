"""A sample that a loss takes, as it is typed: for the call that `explain` proposes."""

from __future__ import annotations

import itertools
import shlex
from collections.abc import Iterator
from typing import Any

import numpy as np

from losscli.domains import BINARY, SIGNS, ClassIndex, Directed, Domain, Interval, NonZero, Simplex
from losscli.errors import LosscliError
from losscli.registry import BoundLoss, Input, Shape

COMMON = ("target", "prediction")
"""The roles that have an option of their own."""


def example_call(bound: BoundLoss) -> str:
    """A command that traces a sample of this loss and runs as it stands."""
    words = ["losscli", "explain", bound.spec]
    for entry, array in zip(bound.inputs, example_arrays(bound), strict=False):
        text = typed(array)
        words += [f"--{entry.role}", text] if entry.role in COMMON else ["--input", f"{entry.role}={text}"]
    return shlex.join(words)


def typed(array: Any) -> str:
    """An array as an option takes it: commas between the numbers of a row, semicolons between rows."""
    block = np.asarray(array, dtype=np.float64)
    if block.ndim == 3:
        block = block[0]
    rows = block.reshape(1, -1) if block.ndim == 1 else block
    return ";".join(",".join(f"{value:.6g}" for value in row) for row in rows)


def example_arrays(bound: BoundLoss) -> list[Any]:
    """Small arrays for the inputs that are needed: of one row where the loss does not compare rows."""
    for arrays in _tried(bound):
        try:
            bound.loss.check(arrays, bound.params)
        except LosscliError:
            continue
        return arrays
    raise LookupError(f"no example for {bound.spec}")


def _tried(bound: BoundLoss) -> Iterator[list[Any]]:
    inputs = [entry for entry in bound.inputs if entry.default is None]
    gather = bound.loss.gather and bound.loss.total is None
    if not gather:
        yield [_array(_guess(entry.domain_for(bound.params), entry), entry) for entry in inputs]
    if bound.loss.contrast:
        yield [
            np.asarray(array)[: None if gather or not entry.paired else 1]
            for entry, array in zip(inputs, bound.loss.contrast, strict=False)
        ]
    generator = np.random.default_rng(3)
    letters = sorted({letter for entry in inputs for form in entry.forms for letter in form})
    for sizes in itertools.product((2, 3, 1, 4, 5, 6, 7), repeat=len(letters)):
        known = dict(zip(letters, sizes, strict=True))
        yield [_drawn(entry, bound, known, generator, 4 if gather else 1) for entry in inputs]


def _drawn(
    entry: Input, bound: BoundLoss, sizes: dict[str, int], generator: np.random.Generator, rows: int
) -> Any:
    tail = () if entry.shape is Shape.CELLS else tuple(sizes[letter] for letter in entry.forms[0])
    shape = (5,) if entry.shape is Shape.SERIES else (rows, *tail)
    width = max(sizes.values(), default=2)
    drawn = entry.domain_for(bound.params).good(generator, shape, width)
    rounded = np.round(drawn, 2)
    return drawn if entry.domain_for(bound.params).faults(rounded, width) else rounded


def _array(text: str, entry: Input) -> Any:
    values = np.array([float(word) for word in text.split(",")])
    return values.reshape(1, -1) if entry.shape is Shape.VECTOR else values


def _guess(domain: Domain, entry: Input) -> str:
    """Values of one sample that lie in a domain: a good guess for a prediction, something that happens for
    a target."""
    is_target = entry.role == "target"
    if entry.shape is Shape.SERIES:
        return "1,2,4,3"
    if isinstance(domain, Simplex):
        return "0.1,0.9" if is_target else "0.2,0.8"
    if isinstance(domain, Directed) or entry.shape is Shape.VECTOR:
        return "1,2" if is_target else "2,0.5"
    if isinstance(domain, Interval):
        wanted = (3.0, 1.0, 0.5) if is_target else (2.5, 0.8, 0.5)
        return f"{next((value for value in wanted if domain.holds(value)), domain.low):g}"
    if isinstance(domain, NonZero):
        return "3" if is_target else "2.5"
    if isinstance(domain, ClassIndex):
        return "1" if is_target or domain.bounded else "2"
    return "1" if domain in (BINARY, SIGNS) or is_target else "0.8"
