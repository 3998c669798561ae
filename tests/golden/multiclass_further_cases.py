"""Cases of nll, Poly-1, sparsemax, focal and generalised cross-entropy, Brier and ranked scores."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.golden.asking import W, keras, of, optax, sklearn, torch
from tests.golden.cases import CLASSES, LOGITS, OTHER_ROWS, TARGET_ROWS, Asked, numbers
from tests.golden.multiclass_cases import (
    CLASS_WEIGHTS,
    DEALT,
    ENDS,
    FOUR,
    LOOSE,
    ONE_HOT,
    ROW,
    ROWS,
    SCORED,
    WEIGHTED,
    WIDE,
    case,
    example,
    objects,
)
from tests.golden.samples.foreign import Name, call

LOGS = np.log(OTHER_ROWS)
SPELT = {"y": CLASSES, "X": LOGS}
TORCH_NLL = "torch.nn.functional.nll_loss"

LOGARITHMS = (
    example("classes", "nll", SPELT, torch("nll_loss", "X", "y")),
    example(
        "class weights",
        "nll",
        SPELT,
        torch("nll_loss", "X", "y", weight=call("numpy.array", CLASS_WEIGHTS)),
        Asked(call(TORCH_NLL, "X", "y", weight=call("numpy.array", CLASS_WEIGHTS)), "mean"),
        params={"weight": CLASS_WEIGHTS},
    ),
    example(
        "rows left out",
        "nll",
        {"y": np.array([2, -100, 1, 3, -100]), "X": LOGS},
        torch("nll_loss", "X", "y").following("torch"),
        Asked(call(TORCH_NLL, "X", "y"), "mean").following("torch"),
    ),
    example(
        "probabilities taken for their logarithms",
        "nll",
        {"y": np.array([0]), "X": ROW},
        torch("nll_loss", "X", "y").following("torch"),
    ),
)


def monai(**settings: Any) -> Asked:
    """MONAI's focal loss of logits."""
    given = {"name": "FocalLoss", "y": Name("Y"), "p": Name("P"), **settings}
    return of("tests.golden.class_objects.monai", **given).following("monai")


SURE = {"Y": TARGET_ROWS, "P": OTHER_ROWS}
CATEGORICAL_FOCAL = "categorical_focal_crossentropy"
FOCAL = (
    case(
        "soft rows",
        "categorical_focal",
        SURE,
        keras(CATEGORICAL_FOCAL, "Y", "P", cells=False).following("keras"),
        keras(CATEGORICAL_FOCAL, "Y", "P", cells=False, alpha=1.0),
        objects("CategoricalFocalCrossentropy", "Y", "P"),
        monai(),
    ),
    case(
        "one of three",
        "categorical_focal",
        {"Y": WIDE[0], "P": WIDE[1]},
        keras(CATEGORICAL_FOCAL, "Y", "P", cells=False).following("keras"),
        keras(CATEGORICAL_FOCAL, "Y", "P", cells=False, alpha=1.0),
        randomise=False,
    ),
    case(
        "a factor for each class, smoothed",
        "categorical_focal",
        SURE,
        keras(
            CATEGORICAL_FOCAL, "Y", "P", cells=False, alpha=CLASS_WEIGHTS, gamma=3.5, label_smoothing=0.25
        ).following("keras"),
        params={"alpha": CLASS_WEIGHTS, "gamma": 3.5, "label_smoothing": 0.25},
    ),
    case(
        "one factor",
        "categorical_focal",
        SURE,
        monai(alpha=0.75, gamma=1.5),
        params={"alpha": [0.75], "gamma": 1.5},
    ),
    case(
        "weighted",
        "categorical_focal",
        {**SURE, "w": WEIGHTED},
        objects("CategoricalFocalCrossentropy", "Y", "P", "weighted mean", w=W),
    ),
    example(
        "ends",
        "categorical_focal",
        {"Y": np.eye(3)[ENDS["y"]], "P": ENDS["P"]},
        keras(CATEGORICAL_FOCAL, "Y", "P", cells=False).following("keras"),
        objects("CategoricalFocalCrossentropy", "Y", "P"),
    ),
)

GENERALISED = "categorical_generalized_cross_entropy"
GCE = (
    *(
        case(
            f"q={q}",
            "gce",
            DEALT,
            keras(GENERALISED, "y", "P", cells=False, q=q).following(f"keras.{GENERALISED}"),
            params={"q": q},
        )
        for q in (0.25, 0.7)
    ),
    case("classes", "gce", DEALT, objects("CategoricalGeneralizedCrossEntropy", "y", "P")),
    case(
        "weighted",
        "gce",
        {**DEALT, "w": WEIGHTED},
        objects("CategoricalGeneralizedCrossEntropy", "y", "P", "weighted mean", w=W),
    ),
    example(
        "rows that do not sum to 1",
        "gce",
        LOOSE,
        objects("CategoricalGeneralizedCrossEntropy", "y", "P"),
    ),
)


def rax(**settings: Any) -> Asked:
    """Rax's Poly-1 of lists."""
    return of(
        "tests.golden.class_objects.rax", name="poly1_softmax_loss", y=Name("Y"), z=Name("Z"), **settings
    )


SCORES = (
    case(
        "soft rows",
        "poly1_ce",
        ROWS,
        optax("poly_loss_cross_entropy", "Z", "Y"),
        rax().following("rax"),
        rax(epsilon=2.0),
    ),
    case(
        "half",
        "poly1_ce",
        {"Y": ONE_HOT, "Z": LOGITS},
        optax("poly_loss_cross_entropy", "Z", "Y", epsilon=0.5),
        params={"epsilon": 0.5},
    ),
    case("classes", "sparsemax_multiclass", SCORED, optax("multiclass_sparsemax_loss", "Z", "y")),
    case(
        "close scores",
        "sparsemax_multiclass",
        {
            "y": np.array([0, 2, 1, 1]),
            "Z": numbers([0.5, 0.25, -0.125], [1.5, 1.25, 1.375], [0.0, 0.0, 0.0], [-2.0, -1.5, -1.25]),
        },
        optax("multiclass_sparsemax_loss", "Z", "y"),
    ),
)

TEXTBOOK = {"y": np.array([2, 0, 1]), "P": np.array([[0.1, 0.1, 0.8], [0.7, 0.2, 0.1], [0.2, 0.5, 0.3]])}
PAIRS = {"y": np.array([1, 0, 1, 1]), "P": numbers([0.25, 0.75], [0.5, 0.5], [0.875, 0.125], [0.0, 1.0])}
BRIER = (
    case(
        "classes",
        "brier_multiclass",
        DEALT,
        sklearn("brier_score_loss", "y", "P", labels=FOUR).following("sklearn"),
        sklearn("brier_score_loss", "y", "P", labels=FOUR),
        keras(
            "mean_squared_error", call("numpy.take", call("numpy.eye", 4), "y", 0), "P", cells=False
        ).following("keras"),
    ),
    case(
        "two classes",
        "brier_multiclass",
        PAIRS,
        sklearn("brier_score_loss", "y", "P", labels=[0, 1]).following("sklearn"),
        sklearn("brier_score_loss", "y", "P", labels=[0, 1], scale_by_half=False),
        randomise=False,
    ),
    case(
        "halved",
        "brier_multiclass",
        DEALT,
        sklearn("brier_score_loss", "y", "P", labels=FOUR, scale_by_half=True),
        params={"scale_by_half": "yes"},
    ),
    case(
        "weighted",
        "brier_multiclass",
        {**DEALT, "w": WEIGHTED},
        sklearn("brier_score_loss", "y", "P", labels=FOUR, reduction="weighted mean", sample_weight=W),
    ),
    example(
        "three rows",
        "brier_multiclass",
        TEXTBOOK,
        sklearn("brier_score_loss", "y", "P", labels=[0, 1, 2]),
        printed=0.1933,
    ),
    example(
        "rows that do not sum to 1",
        "brier_multiclass",
        LOOSE,
        sklearn("brier_score_loss", "y", "P", labels=[0, 1]).following("sklearn"),
    ),
)
RANKED = (
    case(
        "classes",
        "rps",
        DEALT,
        of("scoringrules.rps_score", call("numpy.add", "y", 1), "P"),
        of("scoringrules.rps_score", "y", "P").following("scoringrules"),
    ),
    example(
        "three rows",
        "rps",
        TEXTBOOK,
        of("scoringrules.rps_score", call("numpy.add", "y", 1), "P"),
        of("scoringrules.rps_score", "y", "P").following("scoringrules"),
        printed=[0.05, 0.1, 0.13],
    ),
    example(
        "classes beyond the columns",
        "rps",
        {"y": np.array([4, 1, 0]), "P": TEXTBOOK["P"]},
        of("scoringrules.rps_score", "y", "P").following("scoringrules"),
    ),
)

CASES = LOGARITHMS + FOCAL + GCE + SCORES + BRIER + RANKED
