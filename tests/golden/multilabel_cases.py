"""Cases of several labels a row, and of the k best classes, also where scores tie."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.golden.asking import keras, of, sklearn, torch
from tests.golden.cases import CLASSES, GUESSED, LOGITS, Asked, Case, numbers
from tests.golden.margin_multiclass_cases import TORCHMETRICS, case
from tests.golden.samples.foreign import Call, Name, call

FOUR = np.array([[1, 0, 1, 0], [0, 0, 1, 1], [1, 1, 1, 1], [0, 0, 0, 0], [0, 1, 0, 0]], dtype=np.int64)
THREE = np.array([[1, 0, 0], [0, 1, 1], [1, 0, 1]], dtype=np.int64)
LOGITS_OF_THREE = numbers([2.5, -1.75, 6.0], [-3.25, 1.5, -40.75], [4.0, -12.5, 30.0])
SOFT_LABELS = numbers([0.75, 0.125, 1.0], [0.5, 0.0, 0.875], [0.25, 1.0, 0.375])
WHOLE_SCORES = numbers([3, 3, -2, 1], [7, 7, 7, 7], [-2, 3, 3, 1], [1, 1, 3, -2], [3, 3, 1, 1])
CHANCES = numbers(
    [0.5, 0.25, 0.5, 0.75],
    [0.125, 0.125, 0.5, 0.0],
    [1.0, 0.5, 0.25, 0.75],
    [0.0, 0.5, 0.5, 1.0],
    [0.75, 0.75, 0.5, 0.5],
)
FAR_SCORES = numbers([50, 40, 60, -1], [40, 45, 50, 60], [1, 2, 3, 4], [50, 50, 60, 70], [44, 41, 50, 60])


def per_call(function: str, labels: int, **options: Any) -> Asked:
    """A function of torchmetrics that gives one number for a whole call."""
    return of(f"{TORCHMETRICS}{function}", "f", "y", reduction="set", num_labels=labels, **options)


# --- cross-entropy ----------------------------------------------------------------------------------

MULTILABEL_BCE = (
    *(
        case(
            name,
            "multilabel_bce",
            {"y": labels, "z": logits},
            torch("multilabel_soft_margin_loss", "z", "y"),
            Asked(call("torch.nn.functional.multilabel_soft_margin_loss", "z", "y"), "mean"),
            keras("binary_crossentropy", "y", "z", cells=False, from_logits=True),
        )
        for name, labels, logits in (
            ("four labels", FOUR.astype(np.float64), LOGITS),
            ("three labels", THREE.astype(np.float64), LOGITS_OF_THREE),
            ("soft labels", SOFT_LABELS, LOGITS_OF_THREE),
        )
    ),
    case(
        "weights of labels",
        "multilabel_bce",
        {"y": SOFT_LABELS, "z": LOGITS_OF_THREE},
        torch("multilabel_soft_margin_loss", "z", "y", weight=call("numpy.asarray", [1.5, 0.25, 3.0])),
        params={"weight": (1.5, 0.25, 3.0)},
    ),
)

# --- wrong labels -----------------------------------------------------------------------------------

MACRO = "torchmetrics.multiclass_hamming_distance"
HALF_RIGHT = np.array([[1, 1, 1, 0], [0, 1, 0, 1], [1, 1, 1, 1], [0, 1, 0, 0], [1, 0, 0, 0]], dtype=np.int64)
RARE = {
    "y": np.array([0, 0, 0, 1], dtype=np.int64),
    "p": np.array([0, 0, 1, 0], dtype=np.int64),
}


def by_class(classes: int) -> Asked:
    """torchmetrics' Hamming distance of classes: a mean over classes, not rows."""
    asked = of(f"{TORCHMETRICS}multiclass_hamming_distance", "p", "y", reduction="set", num_classes=classes)
    return asked.following(MACRO)


def by_label(labels: int, **options: Any) -> Asked:
    """torchmetrics' Hamming distance of labels."""
    name = f"{TORCHMETRICS}multilabel_hamming_distance"
    return of(name, "p", "y", reduction="mean", num_labels=labels, **options)


HAMMING = (
    case(
        "four labels", "hamming", {"y": FOUR, "p": HALF_RIGHT}, sklearn("hamming_loss", "y", "p"), by_label(4)
    ),
    case(
        "three labels",
        "hamming",
        {"y": THREE, "p": THREE[::-1].copy()},
        sklearn("hamming_loss", "y", "p"),
        by_label(3),
        of(f"{TORCHMETRICS}binary_hamming_distance", "p", "y", reduction="mean"),
    ),
    case(
        "classes",
        "hamming",
        {"y": CLASSES, "p": GUESSED},
        sklearn("hamming_loss", "y", "p"),
        by_class(4),
        of(
            f"{TORCHMETRICS}multiclass_hamming_distance",
            "p",
            "y",
            reduction="mean",
            num_classes=4,
            average="micro",
        ),
    ),
    case(
        "a rare class",
        "hamming",
        RARE,
        by_class(2),
        sklearn("hamming_loss", "y", "p"),
        printed=0.5,
        randomise=False,
    ),
    case(
        "a class that is only predicted",
        "hamming",
        {"y": np.array([0, 0, 1, 1, 1], dtype=np.int64), "p": np.array([0, 3, 1, 1, 3], dtype=np.int64)},
        by_class(5),
        sklearn("hamming_loss", "y", "p"),
    ),
    case(
        "weighted",
        "hamming",
        {"y": FOUR, "p": HALF_RIGHT, "w": numbers(1, 3, 0.5, 2.25, 7)},
        sklearn(
            "hamming_loss", "y", "p", reduction="weighted mean", sample_weight=call("numpy.asarray", "w")
        ),
    ),
    case(
        "probabilities",
        "hamming",
        {"y": FOUR, "p": CHANCES},
        by_label(4),
        params={"threshold": 0.5},
    ),
)

# --- labels in order of their scores ----------------------------------------------------------------

RANKED = tuple(
    case(
        name,
        loss,
        {"y": labels, "f": scores},
        sklearn(loss, "y", "f"),
        per_call(theirs, labels.shape[1]).following("torchmetrics"),
        **facts,
    )
    for loss, theirs in (
        ("label_ranking_loss", "multilabel_ranking_loss"),
        ("coverage_error", "multilabel_coverage_error"),
    )
    for name, labels, scores, facts in (
        ("four labels", FOUR, LOGITS, {}),
        ("three labels", THREE, LOGITS_OF_THREE, {}),
        ("ties", FOUR, WHOLE_SCORES, {}),
        ("probabilities", FOUR, CHANCES, {}),
        ("far scores", FOUR, FAR_SCORES, {"randomise": False}),
        (
            "one of two",
            np.array([[1, 0], [0, 1]], dtype=np.int64),
            numbers([0.5, 0.5], [0.5, 0.5]),
            {"randomise": False},
        ),
    )
)
"""A tie counts as wrong; torchmetrics goes by the order of the columns, and scores above 36 tie there."""

# --- the k best classes -----------------------------------------------------------------------------

SEVEN = numbers(
    [2.5, -1.5, 3.25, 7.0, 0.5, 1.75, 6.0],
    [-12.0, 4.0, 1.5, 2.0, -0.25, 9.0, 3.0],
    [1.25, 1.5, 9.0, -3.0, 4.0, 2.25, 8.0],
    [20.0, 1.0, -8.0, 3.5, 2.5, -0.75, 6.25],
    [2.0, 5.0, 1.75, 4.5, -6.0, 3.0, 7.5],
)
TIED = numbers(
    [2, 2, 2, 2, 2, 2, 2],
    [1, 2, 3, 2, 0, 0, 0],
    [2, 3, 1, 0, 0, 0, 2],
    [0, 0, 0, 1, 1, 0, 0],
    [3, 3, 0, 0, 3, 1, 3],
)
OF_SEVEN = np.array([0, 3, 5, 3, 0], dtype=np.int64)


def error(found: Call, reduction: str) -> Asked:
    """1 - an accuracy."""
    return Asked(call("numpy.subtract", 1.0, found), reduction)


def topk_keras(**options: Any) -> Asked:
    return error(call("keras.metrics.sparse_top_k_categorical_accuracy", "y", "f", **options), "none")


def topk_sklearn(classes: int, **options: Any) -> Asked:
    labels = list(range(classes))
    return error(call("sklearn.metrics.top_k_accuracy_score", "y", "f", labels=labels, **options), "mean")


def topk_lightgbm(classes: int, **settings: Any) -> Asked:
    given = ("multi_error", Name("y"), Name("f"))
    return Asked(Call("tests.golden.boosters.lightgbm", given, {"num_class": classes, **settings}), "mean")


TOPK_ERROR = (
    case(
        "seven classes",
        "topk_error",
        {"y": OF_SEVEN, "f": SEVEN},
        topk_sklearn(7),
        topk_sklearn(7).following("sklearn"),
        topk_keras().following("keras"),
        topk_lightgbm(7).following("lightgbm"),
    ),
    case(
        "ties",
        "topk_error",
        {"y": OF_SEVEN, "f": TIED},
        topk_sklearn(7).following("sklearn"),
        topk_keras().following("keras"),
        topk_lightgbm(7).following("lightgbm"),
    ),
    *(
        case(
            f"k={count}, {words}",
            "topk_error",
            {"y": OF_SEVEN, "f": scores},
            topk_sklearn(7, k=count).following("sklearn"),
            topk_keras(k=count).following("keras"),
            topk_lightgbm(7, multi_error_top_k=count),
            params={"k": float(count)},
        )
        for count in (1, 3, 5)
        for words, scores in (("seven classes", SEVEN), ("ties", TIED))
    ),
    case(
        "four classes",
        "topk_error",
        {"y": CLASSES, "f": LOGITS},
        topk_sklearn(4, k=3),
        topk_lightgbm(4, multi_error_top_k=3),
        params={"k": 3.0},
    ),
)

CASES: tuple[Case, ...] = MULTILABEL_BCE + HAMMING + RANKED + TOPK_ERROR
