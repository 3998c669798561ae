"""Cases of margin losses of several classes, and of lists of labels."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.golden.asking import keras, of, optax, sklearn, torch
from tests.golden.cases import CLASSES, LOGITS, Asked, Case, numbers
from tests.golden.samples.foreign import Call, Name, call

TORCHMETRICS = "torchmetrics.functional.classification."
TRIPLES = np.array([1, 0, 2, 1, 1, 0], dtype=np.int64)
SCORES = numbers(
    [2.5, -1.75, 6.0],
    [-3.25, 1.5, -0.75],
    [4.0, -12.5, 30.0],
    [-7.5, 9.25, 1.25],
    [1.5, 1.5, 1.25],
    [-2.0, -3.5, -40.0],
)
SHARES = numbers([0.5, 0.25, 0.25], [0.125, 0.75, 0.125], [0.5, 0.5, 0.0], [0.0625, 0.875, 0.0625])
"""The scores that introductions print, of class 1: two rows, for which five libraries give five numbers."""
TRAP = {"y": np.array([1], dtype=np.int64), "f": np.array([[-0.5, -1.0, -0.3]])}
OTHER_TRAP = {"y": np.array([1], dtype=np.int64), "f": np.array([[-5.0, 0.2, -3.0]])}


def case(name: str, loss: str, arrays: Any, *asked: Asked, **facts: Any) -> Case:
    """A case whose arrays are the loss's inputs in order (`w`, the weights, apart)."""
    return Case(name, loss, arrays, tuple(key for key in arrays if key != "w"), asked, **facts)


def softmaxed(classes: int, **options: Any) -> Asked:
    """torchmetrics' hinge loss, which takes a softmax of all scores when one is no probability."""
    name = f"{TORCHMETRICS}multiclass_hinge_loss"
    return of(name, "f", "y", reduction="set", num_classes=classes, **options).following("torchmetrics")


def averaged(classes: int) -> Asked:
    """scikit-learn's hinge loss of several classes."""
    return sklearn("hinge_loss", "y", "f", labels=list(range(classes)))


FOURS = {"y": CLASSES, "f": LOGITS}
THREES = {"y": TRIPLES, "f": SCORES}
OPTAX_HINGE = optax("multiclass_hinge_loss", "f", "y")
CRAMMER_SINGER = (
    case("four classes", "crammer_singer", FOURS, OPTAX_HINGE, averaged(4), softmaxed(4)),
    case("three classes", "crammer_singer", THREES, OPTAX_HINGE, averaged(3), softmaxed(3)),
    case("squared", "crammer_singer", THREES, softmaxed(3, squared=True), params={"squared": "yes"}),
    case(
        "probabilities",
        "crammer_singer",
        {"y": TRIPLES[:4], "f": SHARES},
        softmaxed(3),
        averaged(3),
        OPTAX_HINGE,
    ),
    case(
        "weighted",
        "crammer_singer",
        {**THREES, "w": numbers(1, 3, 0.5, 2.25, 7, 1.5)},
        sklearn(
            "hinge_loss",
            "y",
            "f",
            labels=[0, 1, 2],
            reduction="weighted mean",
            sample_weight=call("numpy.asarray", "w"),
        ),
    ),
    case("one row", "crammer_singer", TRAP, softmaxed(3), averaged(3), printed=[1.7], randomise=False),
    case(
        "a right row", "crammer_singer", OTHER_TRAP, softmaxed(3), averaged(3), printed=[0.0], randomise=False
    ),
)

ONE_HOT = np.eye(3)[TRIPLES]
CATEGORICAL_HINGE = (
    case(
        "three classes",
        "categorical_hinge",
        {"y": ONE_HOT, "f": SCORES},
        keras("categorical_hinge", "y", "f", cells=False),
    ),
    case(
        "four classes",
        "categorical_hinge",
        {"y": np.eye(4)[CLASSES], "f": LOGITS},
        keras("categorical_hinge", "y", "f", cells=False),
    ),
    case(
        "weighted",
        "categorical_hinge",
        {"y": ONE_HOT, "f": SCORES, "w": numbers(1, 3, 0.5, 2.25, 7, 1.5)},
        Asked(
            Call(
                "tests.golden.row_objects.keras",
                ("CategoricalHinge", Name("y"), Name("f")),
                {"w": call("numpy.asarray", "w")},
            ),
            "weighted mean",
        ).following("keras.CategoricalHinge"),
    ),
    *(
        case(
            name,
            "categorical_hinge",
            {"y": numbers([0, 1, 0]), "f": trap["f"]},
            keras("categorical_hinge", "y", "f", cells=False),
            printed=[printed],
            randomise=False,
        )
        for name, trap, printed in (("one row", TRAP, 2.0), ("a right row", OTHER_TRAP, 0.8))
    ),
)

PERCEPTRON = tuple(
    case(name, "multiclass_perceptron", arrays, optax("multiclass_perceptron_loss", "f", "y"))
    for name, arrays in (("four classes", FOURS), ("three classes", THREES))
)

MULTI_MARGIN = (
    *(
        case(
            f"{words}, p={power}",
            "multi_margin",
            arrays,
            torch("multi_margin_loss", "f", "y", p=power),
            Asked(call("torch.nn.functional.multi_margin_loss", "f", "y", p=power), "mean"),
            params={"p": float(power)},
        )
        for words, arrays in (("four classes", FOURS), ("three classes", THREES))
        for power in (1, 2)
    ),
    case(
        "margin and weights of classes",
        "multi_margin",
        THREES,
        torch("multi_margin_loss", "f", "y", p=2, margin=2.5, weight=call("numpy.asarray", [1.5, 0.25, 3.0])),
        params={"p": 2.0, "margin": 2.5, "weight": (1.5, 0.25, 3.0)},
    ),
    case(
        "one row",
        "multi_margin",
        TRAP,
        torch("multi_margin_loss", "f", "y"),
        printed=[1.0667],
        randomise=False,
    ),
    case(
        "a right row",
        "multi_margin",
        OTHER_TRAP,
        torch("multi_margin_loss", "f", "y"),
        printed=[0.0],
        randomise=False,
    ),
)

OVA_HINGE = tuple(
    case(
        name,
        "ova_hinge",
        arrays,
        of("keras.losses.hinge", call("keras.ops.one_hot", "y", classes), "f"),
    )
    for name, arrays, classes in (("four classes", FOURS, 4), ("three classes", THREES, 3))
)

LISTS = np.array(
    [[3, 0, -1, -1], [1, -1, -1, -1], [-1, -1, -1, -1], [2, 1, 0, 3], [0, 2, 1, -1]], dtype=np.int64
)
WITH_REST = np.array([[3, 0, -1, 1], [1, -1, 2, 2]], dtype=np.int64)
TRIPLE_LISTS = np.array([[2, -1, -1], [0, 1, -1], [1, 2, 0]], dtype=np.int64)
MULTILABEL_MARGIN = tuple(
    case(
        name,
        "multilabel_margin",
        {"y": lists, "f": scores},
        torch("multilabel_margin_loss", "f", "y"),
        Asked(call("torch.nn.functional.multilabel_margin_loss", "f", "y"), "mean"),
        randomise=False,
    )
    for name, lists, scores in (
        ("four labels", LISTS, LOGITS),
        ("three labels", TRIPLE_LISTS, SCORES[:3]),
        ("labels behind the end", WITH_REST, LOGITS[:2]),
    )
)

CASES = CRAMMER_SINGER + CATEGORICAL_HINGE + PERCEPTRON + MULTI_MARGIN + OVA_HINGE + MULTILABEL_MARGIN
