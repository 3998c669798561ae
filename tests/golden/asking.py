"""Shorthand for the calls of other libraries, as they would be typed."""

from __future__ import annotations

from typing import Any

from tests.golden.cases import Asked
from tests.golden.samples.foreign import Call, Name, call


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


Y, P, W = Name("y"), Name("p"), call("numpy.asarray", "w")
"""The arrays of most cases, for scripts of ours that take them by name."""


def boosted(library: str, metric: str, reduction: str = "mean", **options: Any) -> Asked:
    """A metric of a gradient booster."""
    return of(f"tests.golden.boosters.{library}", reduction=reduction, metric=metric, y=Y, p=P, **options)


def framed(metric: str, reduction: str = "mean", **options: Any) -> Asked:
    """A function of utilsforecast.losses, on one series."""
    return of("tests.golden.frames.utilsforecast", reduction=reduction, metric=metric, y=Y, p=P, **options)


def keras_class(name: str, reduction: str = "mean", **options: Any) -> Asked:
    """A class of keras.losses, with its own reduction."""
    return of("tests.golden.loss_objects.keras", reduction=reduction, name=name, y=Y, p=P, **options)


def keras_metric(name: str, reduction: str = "set", **options: Any) -> Asked:
    """A class of keras.metrics."""
    return of("tests.golden.metric_objects.keras", reduction=reduction, name=name, y=Y, p=P, **options)


def trained(library: str, name: str, **options: Any) -> Asked:
    """A loss that a library trains on, number by number."""
    return of(f"tests.golden.training_losses.{library}", name=name, y=Y, p=P, **options)
