"""Cases of the angle between vectors: as a loss, as a score, and of vectors that are almost nothing."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.golden.asking import of, optax
from tests.golden.cases import OTHERS, VECTORS, Asked, Case, numbers
from tests.golden.samples.foreign import call

TWO = {"a": VECTORS, "b": OTHERS}
FLAT = {
    "a": numbers([3.0, -4.0], [12.0, 5.0], [-2.5, 7.25], [100.0, 1.0], [2.0, 3.0]),
    "b": numbers([-4.0, 3.0], [24.0, 10.0], [5.0, -14.5], [1.0, 90.0], [2.0, 3.0625]),
}
SHORT = {
    "a": numbers([1.0, 2.0], [3e-9, 4e-9], [2e-8, -3e-8], [2.0, 1.5]),
    "b": numbers([2.0, 4.0], [1.0, 0.5], [-1e-9, 5e-9], [1e-12, 1e-11]),
}
NOTHING = {"a": numbers([0.0, 0.0], [1.0, 2.0], [0.0, 0.0]), "b": numbers([2.0, 4.0], [0.0, 0.0], [0.0, 0.0])}
ONE = np.float64(1.0)


def case(name: str, loss: str, arrays: Any, *asked: Asked, **facts: Any) -> Case:
    """A case over the vectors `a` and `b`."""
    return Case(name, loss, arrays, ("a", "b"), asked, **facts)


def minus_keras() -> Asked:
    return of("keras.losses.cosine_similarity", "a", "b").following("keras")


def keras_metric(**options: Any) -> Asked:
    """The metric keeps a mean; axis=-1 is its own."""
    return of(
        "tests.golden.metric_learning.keras",
        "a",
        "b",
        reduction="mean",
        kind="metrics",
        name="CosineSimilarity",
        **options,
    ).following("keras")


def torch_cosine() -> Asked:
    return of("torch.nn.functional.cosine_similarity", "a", "b", dim=1)


def torch_distance() -> Asked:
    return of("numpy.subtract", ONE, call("torch.nn.functional.cosine_similarity", "a", "b", dim=1))


def summed() -> Asked:
    return of("torchmetrics.functional.cosine_similarity", "b", "a", reduction="mean").following(
        "torchmetrics"
    )


def distances(name: str, arrays: Any) -> Case:
    """What all frameworks say of vectors of ordinary length."""
    return case(
        name,
        "cosine",
        arrays,
        optax("cosine_distance", "b", "a"),
        of("sklearn.metrics.pairwise.paired_cosine_distances", "a", "b"),
        of("numpy.diagonal", call("scipy.spatial.distance.cdist", "a", "b", metric="cosine")),
        minus_keras(),
        torch_distance().following("torch"),
        torch_distance(),
    )


def similarities(name: str, arrays: Any) -> Case:
    """The same as a score."""
    return case(
        name,
        "cosine_similarity",
        arrays,
        optax("cosine_similarity", "b", "a"),
        torch_cosine(),
        torch_cosine().following("torch"),
        keras_metric(),
        summed(),
    )


PARALLEL = {"a": numbers([1.0, 2.0], [1.0, 2.0]), "b": numbers([2.0, 4.0], [2.0, 4.0])}

CASES = (
    distances("three columns", TWO),
    distances("two columns", FLAT),
    similarities("three columns", TWO),
    similarities("two columns", FLAT),
    case(
        "one direction",
        "cosine",
        PARALLEL,
        minus_keras(),
        optax("cosine_distance", "b", "a"),
        printed=[0.0, 0.0],
        randomise=False,
    ),
    case(
        "one direction",
        "cosine_similarity",
        PARALLEL,
        keras_metric(),
        summed(),
        optax("cosine_similarity", "b", "a"),
        printed=[1.0, 1.0],
        randomise=False,
    ),
    case("short", "cosine", SHORT, minus_keras(), torch_distance().following("torch"), randomise=False),
    case(
        "short",
        "cosine_similarity",
        SHORT,
        torch_cosine().following("torch"),
        keras_metric(),
        optax("cosine_similarity", "b", "a"),
        randomise=False,
    ),
    case("nothing", "cosine", NOTHING, minus_keras(), torch_distance().following("torch"), randomise=False),
    case(
        "nothing",
        "cosine_similarity",
        NOTHING,
        torch_cosine().following("torch"),
        keras_metric(),
        randomise=False,
    ),
)
