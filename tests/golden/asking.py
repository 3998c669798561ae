"""Shorthand for the calls of other libraries, as they would be typed."""

from __future__ import annotations

from typing import Any

from tests.golden.cases import Asked
from tests.golden.samples.foreign import Call, call


def column(name: str) -> Call:
    """Keras reads a vector as one sample, so each number becomes a row of its own."""
    return call("numpy.expand_dims", name, -1)


def row(name: str) -> Call:
    """scikit-learn's "raw_values" gives a mean a column, so one row has one value for each number."""
    return call("numpy.expand_dims", name, 0)


def logs(name: str) -> Call:
    return call("numpy.log", name)


def torch(function: str, *arguments: Any, reduction: str = "none", **options: Any) -> Asked:
    """A function of torch.nn.functional without its own reduction."""
    return Asked(call(f"torch.nn.functional.{function}", *arguments, reduction=reduction, **options))


def keras(function: str, *arguments: Any, cells: bool = True, **options: Any) -> Asked:
    """A function of keras.losses, number by number or (cells=False) row by row."""
    given = [column(name) if cells else name for name in arguments]
    return Asked(call(f"keras.losses.{function}", *given, **options))


def optax(function: str, *arguments: Any, **options: Any) -> Asked:
    """A function of optax.losses."""
    return Asked(call(f"optax.losses.{function}", *arguments, **options))


def sklearn(function: str, *arguments: Any, reduction: str = "mean", **options: Any) -> Asked:
    """A function of sklearn.metrics, which reduces."""
    return Asked(call(f"sklearn.metrics.{function}", *arguments, **options), reduction)


def sklearn_cells(function: str, *arguments: str, **options: Any) -> Asked:
    """A function of sklearn.metrics, number by number."""
    given = [row(name) for name in arguments]
    return Asked(call(f"sklearn.metrics.{function}", *given, multioutput="raw_values", **options))


def torchmetrics(function: str, *arguments: Any, reduction: str = "mean", **options: Any) -> Asked:
    """A function of torchmetrics.functional, which reduces."""
    return Asked(call(f"torchmetrics.functional.{function}", *arguments, **options), reduction)


def of(function: str, *arguments: Any, reduction: str = "none", **options: Any) -> Asked:
    """Any function by its whole name."""
    return Asked(call(function, *arguments, **options), reduction)
