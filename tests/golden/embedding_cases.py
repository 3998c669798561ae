"""Cases of embeddings: two in a row with a label, three in a row, and a whole set with groups."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.golden.asking import of, optax, torch
from tests.golden.cases import OTHERS, VECTORS, Asked, Case, numbers
from tests.golden.samples.foreign import call

MODULE = "tests.golden.metric_learning"
LABELS = numbers(1.0, -1.0, -1.0, 1.0)
MIXED = numbers(0.0, 1.0, -1.0, 0.0)
LABELLED = {"y": LABELS, "a": VECTORS, "b": OTHERS}
TINY = {
    "y": numbers(1.0, -1.0, 1.0, -1.0),
    "a": numbers([1e-6, 2e-6], [3e-7, 4e-7], [0.0, 0.0], [2.0, 3.0]),
    "b": numbers([1e-6, 1e-6], [3.0, 3.5], [1.0, 2.0], [2.5, 3.5]),
}
THIRD = numbers([5.0, -8.0, 12.5], [3.5, 2.0, -6.0], [60.0, 1.5, -3.0], [1.75, 2.25, -8.0])
THREE = {"a": VECTORS, "q": OTHERS, "n": THIRD}
NEAR = {
    "a": numbers([2.0, 3.0], [-1.5, 4.0], [10.0, 10.0]),
    "q": numbers([2.25, 3.5], [-1.0, 3.5], [10.0, 10.0]),
    "n": numbers([2.5, 3.25], [-1.5, 4.125], [10.0, 10.5]),
}
CROSSED = {"a": numbers([0.0, 0.0]), "q": numbers([1.0, -1.0]), "n": numbers([2.0, 2.0])}
ROWS = numbers(
    [3.0, -4.0, 2.0],
    [2.5, -3.0, 4.0],
    [-7.0, 1.5, 2.0],
    [-6.0, 3.0, -1.0],
    [2.0, 9.0, 1.25],
    [-1.5, -5.0, 8.0],
    [4.0, -2.0, 3.0],
)
GROUPS = {"g": np.array([1, 1, 2, 2, 3, 1, 2], dtype=np.int64), "z": ROWS}
VIEWS = {"g": np.array([4, 5, 6, 4, 5, 6], dtype=np.int64), "z": ROWS[:6]}
WIDE = {
    "g": np.array([7, 8, 7, 8, 8], dtype=np.int64),
    "z": numbers([1.5, 2.0], [-3.0, 1.0], [2.5, 2.0], [-1.25, -2.0], [1.0, -6.0]),
}
UNIT = ROWS / np.sqrt((ROWS * ROWS).sum(axis=1, keepdims=True))
SCALED = {"g": GROUPS["g"], "z": UNIT.astype(np.float32).astype(np.float64)}
SMALL = {
    "g": np.array([1, 1, 2, 2], dtype=np.int64),
    "z": numbers([1e-4, 2e-4], [1.0, 2.5], [0.0, 0.0], [3.0, -1.0]),
}


def labelled(name: str, arrays: Any, margin: float, convention: str, **facts: Any) -> Case:
    """Cosine embedding loss as torch computes it."""
    asked = torch("cosine_embedding_loss", "a", "b", "y", margin=margin).following(convention)
    return Case(name, "cosine_embedding", arrays, ("y", "a", "b"), (asked,), {"margin": margin}, **facts)


def torch_triplet(**options: Any) -> Asked:
    return torch("triplet_margin_loss", "a", "q", "n", **options).following("torch")


def optax_triplet(**options: Any) -> Asked:
    return optax("triplet_margin_loss", "a", "q", "n", **options).following("optax")


def triplet(name: str, arrays: Any, params: Any, *asked: Asked, **facts: Any) -> Case:
    """A case over anchor, positive and negative."""
    return Case(name, "triplet", arrays, ("a", "q", "n"), asked, params, **facts)


def plain_triplet() -> Asked:
    """From distances to which nothing is added: what torch's loss takes as its own distance is cdist here."""
    near, far = (
        call("torch.linalg.vector_norm", call("numpy.subtract", "a", other), dim=1) for other in "qn"
    )
    return of(
        "torch.nn.functional.relu", call("numpy.add", call("numpy.subtract", near, far), np.float64(1.0))
    )


def metric(loss: str, reduction: str = "none", **options: Any) -> Asked:
    """A loss of pytorch-metric-learning."""
    rows = {"rows": True} if reduction == "none" else {}
    function = f"{MODULE}.pytorch_metric_learning"
    return of(function, "z", "g", reduction=reduction, loss=loss, **rows, **options)


def grouped(name: str, loss: str, arrays: Any, *asked: Asked, **facts: Any) -> Case:
    """A case over groups and embeddings."""
    return Case(name, loss, arrays, ("g", "z"), asked, **facts)


def of_optax(**options: Any) -> Asked:
    """Optax counts in single precision, as its epsilon does."""
    single = call("numpy.float32", "z")
    return of("optax.losses.ntxent", single, "g", reduction="mean", **options).following("optax")


def metric_ntxent(**options: Any) -> Asked:
    asked = metric("NTXentLoss", "mean", **options)
    return asked.following("pytorch_metric_learning")


def metric_circle(reduction: str = "none", **options: Any) -> Asked:
    return metric("CircleLoss", reduction, **options).following("pytorch_metric_learning")


def of_keras(reduction: str = "none", **options: Any) -> Asked:
    if reduction == "none":
        return of("keras.losses.circle", "g", "z", **options).following("keras")
    function = f"{MODULE}.keras"
    asked = of(function, "g", "z", reduction=reduction, kind="losses", name="Circle", **options)
    return asked.following("keras")


def views(**options: Any) -> Asked:
    """MONAI's, whose temperature is a number of single precision."""
    return of(f"{MODULE}.monai", "z", reduction="mean", **options)


PAIRS = (
    labelled("labels", LABELLED, 0.0, ""),
    labelled("labels as torch", LABELLED, 0.25, "torch"),
    labelled("negative margin", LABELLED, -0.5, "torch"),
    labelled("a label of 0", {"y": MIXED, "a": VECTORS, "b": OTHERS}, 0.0, "torch", randomise=False),
    labelled("tiny", TINY, 0.0, "torch", randomise=False),
)

TRIPLETS = (
    triplet("three columns", THREE, {}, torch_triplet(), optax_triplet(), plain_triplet()),
    triplet("near", NEAR, {}, torch_triplet(), optax_triplet(), plain_triplet()),
    triplet("margin", NEAR, {"margin": 0.25}, torch_triplet(margin=0.25), optax_triplet(margin=0.25)),
    triplet("sums", THREE, {"p": 1.0}, torch_triplet(p=1.0)),
    triplet("degree 3", THREE, {"p": 3.0, "margin": 20.0}, torch_triplet(p=3.0, margin=20.0)),
    triplet("swap", THREE, {"swap": "yes", "margin": 50.0}, torch_triplet(swap=True, margin=50.0)),
    triplet("degree 4", THREE, {"p": 4.0, "margin": 20.0}, optax_triplet(norm_degree=4, margin=20.0)),
    triplet(
        "crossed",
        CROSSED,
        {"p": 1.0},
        optax_triplet(norm_degree=1),
        torch_triplet(p=1.0),
        printed=[0.0],
        randomise=False,
    ),
    triplet("no root", NEAR, {"p": 3.0}, optax_triplet(norm_degree=3), randomise=False),
)

SETS = (
    grouped("groups", "ntxent", GROUPS, of_optax(), metric_ntxent()),
    grouped(
        "two groups",
        "ntxent",
        WIDE,
        of_optax(temperature=0.5),
        metric_ntxent(temperature=0.5),
        params={"temperature": 0.5},
    ),
    grouped("short", "ntxent", SMALL, of_optax(), randomise=False),
    grouped("views", "ntxent", VIEWS, views(), params={"temperature": 0.5}, randomise=False),
    grouped(
        "views at 0.0625",
        "ntxent",
        VIEWS,
        views(temperature=0.0625),
        metric("NTXentLoss", "mean", temperature=0.0625),
        params={"temperature": 0.0625},
        randomise=False,
    ),
    grouped("groups", "supcon", GROUPS, metric("SupConLoss"), metric("SupConLoss", "mean")),
    grouped("two groups", "supcon", WIDE, metric("SupConLoss", temperature=0.5), params={"temperature": 0.5}),
    grouped(
        "views", "supcon", VIEWS, views(temperature=0.125), params={"temperature": 0.125}, randomise=False
    ),
    grouped("groups", "circle", GROUPS, metric_circle(), metric_circle("mean"), of_keras()),
    grouped(
        "two groups",
        "circle",
        WIDE,
        metric_circle(gamma=12.0, m=0.25),
        of_keras(gamma=12.0, margin=0.25),
        params={"gamma": 12.0, "margin": 0.25},
    ),
    grouped(
        "between 20 and 40",
        "circle",
        WIDE,
        metric_circle(gamma=10.0, m=0.25),
        params={"gamma": 10.0, "margin": 0.25},
    ),
    grouped("unit length", "circle", SCALED, of_keras(), of_keras("mean"), randomise=False),
)

CASES = PAIRS + TRIPLETS + SETS
