"""Cases of losses of scores with a sign, and of pairs; also where a framework reads the labels otherwise."""

from __future__ import annotations

import numpy as np

from tests.golden.asking import keras, of, optax, sklearn, torch
from tests.golden.binary_cases import HARD_COLUMNS, LABELS, LOGIT_COLUMNS, case, keras_class
from tests.golden.cases import HARD, SCORES, SIGNS, WEIGHTS, Asked, Case, numbers
from tests.golden.samples.foreign import call

COLUMNS = {"y": 2.0 * HARD_COLUMNS - 1.0, "f": LOGIT_COLUMNS}
SIGNED = {"y": SIGNS, "f": SCORES}
CODED = {"y": HARD, "f": SCORES}
SIGNS_OF_CODED = call("numpy.subtract", call("numpy.multiply", 2.0, "y"), 1.0)
ALL_ONE = {"y": numbers(1, 1), "f": numbers(2, 2)}
SMALL = {"y": numbers(0, 1), "f": np.array([0.2, 0.9])}
LARGER = {"y": numbers(0, 1, 1), "f": np.array([0.2, 0.9, 2.0])}
HALVES = {"y": numbers(0, 1), "f": numbers(-0.5, 0.5)}


def squashed(*, squared: bool) -> Asked:
    """torchmetrics' hinge loss, which takes a sigmoid of all scores when one is no probability."""
    name = "torchmetrics.functional.classification.binary_hinge_loss"
    return of(name, "f", LABELS, reduction="set", squared=squared).following("torchmetrics")


# --- hinge losses ---------------------------------------------------------------------------------

OPTAX_HINGE = optax("hinge_loss", "f", "y")
SKLEARN_HINGE = sklearn("hinge_loss", "y", "f")
HINGE = (
    case("columns of signs", "hinge", COLUMNS, OPTAX_HINGE),
    case("0 and 1 as they are", "hinge", CODED, OPTAX_HINGE.following("optax")),
    case(
        "half a score, 0 and 1",
        "hinge",
        HALVES,
        keras("hinge", "y", "f"),
        OPTAX_HINGE.following("optax"),
        printed=[0.5, 0.5],
        randomise=False,
    ),
    case("both classes", "hinge", CODED, SKLEARN_HINGE.following("sklearn")),
    case(
        "one class",
        "hinge",
        ALL_ONE,
        Asked(SKLEARN_HINGE.call, "set", "sklearn"),
        keras("hinge", "y", "f"),
        squashed(squared=False),
        printed=[0.0, 0.0],
        randomise=False,
    ),
    case("one class, negative", "hinge", {"y": numbers(0, 0), "f": numbers(2, -3)}, SKLEARN_HINGE),
    case(
        "weighted",
        "hinge",
        {**CODED, "w": WEIGHTS},
        sklearn(
            "hinge_loss", "y", "f", reduction="weighted mean", sample_weight=call("numpy.asarray", "w")
        ).following("sklearn"),
        keras_class("Hinge", "y", "f"),
    ),
    case("probabilities", "hinge", SMALL, squashed(squared=False), printed=[1.2, 0.1], randomise=False),
    case(
        "a score that is no probability",
        "hinge",
        LARGER,
        squashed(squared=False),
        printed=[1.2, 0.1, 0.0],
        randomise=False,
    ),
    case("a negative score", "hinge", {"y": HARD, "f": SCORES}, squashed(squared=False)),
    case("columns of signs", "squared_hinge", COLUMNS, of("numpy.square", OPTAX_HINGE.call)),
    case("0 and 1", "squared_hinge", CODED, keras("squared_hinge", "y", "f")),
    case("one class", "squared_hinge", ALL_ONE, squashed(squared=True), randomise=False),
    case("probabilities", "squared_hinge", SMALL, squashed(squared=True), randomise=False),
    case("a negative score", "squared_hinge", CODED, squashed(squared=True)),
    case("weighted", "squared_hinge", {**CODED, "w": WEIGHTS}, keras_class("SquaredHinge", "y", "f")),
)

# --- other losses of a score ----------------------------------------------------------------------

SOFT_MARGIN = torch("soft_margin_loss", "f", "y")
SPARSEMAX = call("optax.losses.sparsemax_loss", "f", "y")
OTHERS = (
    case("columns", "soft_margin", COLUMNS, SOFT_MARGIN),
    case(
        "far off",
        "soft_margin",
        {"y": numbers(1, -1, 1), "f": numbers(-1000, 2, 709)},
        SOFT_MARGIN.following("torch"),
        randomise=False,
    ),
    case(
        "half a score, 0 and 1",
        "soft_margin",
        HALVES,
        SOFT_MARGIN.following("torch"),
        printed=[0.4741, 0.4741],
        randomise=False,
    ),
    case("0 and 1 as they are", "soft_margin", CODED, SOFT_MARGIN.following("torch")),
    case(
        "signs",
        "exponential",
        {"y": SIGNS, "f": SCORES},
        of("torch.exp", call("numpy.negative", call("numpy.multiply", "y", "f"))),
    ),
    case(
        "0 and 1 in columns",
        "exponential",
        {"y": HARD_COLUMNS, "f": LOGIT_COLUMNS},
        of("torch.exp", call("numpy.negative", call("numpy.multiply", SIGNS_OF_CODED, "f"))),
    ),
    case("labels", "sparsemax_binary", {"y": HARD, "z": SCORES}, optax("sparsemax_loss", "z", "y")),
    case(
        "columns",
        "sparsemax_binary",
        {"y": HARD_COLUMNS, "z": LOGIT_COLUMNS / 8.0},
        optax("sparsemax_loss", "z", "y"),
    ),
    case("signs", "perceptron", SIGNED, optax("perceptron_loss", "f", "y")),
    case("columns", "perceptron", COLUMNS, optax("perceptron_loss", "f", "y")),
    case("0 and 1 as they are", "perceptron", CODED, optax("perceptron_loss", "f", "y").following("optax")),
    case("0 and 1", "modified_huber", CODED, of("numpy.multiply", 4.0, SPARSEMAX)),
    case(
        "columns",
        "modified_huber",
        {"y": HARD_COLUMNS, "f": LOGIT_COLUMNS / 8.0},
        of("numpy.multiply", 4.0, SPARSEMAX),
    ),
)

# --- pairs ----------------------------------------------------------------------------------------

TRIPLE = {"y": SIGNS, "a": SCORES, "b": numbers(1.5, -2.5, 4.0, 1.25, 6.5, -12.75, 2.0)}
TRIPLE_OF_COLUMNS = {"y": COLUMNS["y"], "a": LOGIT_COLUMNS, "b": LOGIT_COLUMNS[::-1] + 1.5}
CODED_TRIPLE = {**TRIPLE, "y": HARD}
DISTANCES = numbers(0.25, 1.75, 3.5, 0.5, 0.125, 2.75, 8.0)
DISTANCE_COLUMNS = np.abs(LOGIT_COLUMNS) / 4.0


def alike(margin: float) -> Asked:
    """Half the square of torch's hinge embedding loss, with labels 0 and 1."""
    inner = call(
        "torch.nn.functional.hinge_embedding_loss", "d", SIGNS_OF_CODED, reduction="none", margin=margin
    )
    return of("numpy.multiply", 0.5, call("numpy.square", inner))


PAIRS = (
    case("signs", "margin_ranking", TRIPLE, torch("margin_ranking_loss", "a", "b", "y")),
    case(
        "columns",
        "margin_ranking",
        TRIPLE_OF_COLUMNS,
        torch("margin_ranking_loss", "a", "b", "y", margin=2.5),
        params={"margin": 2.5},
    ),
    case(
        "0 and 1 as they are",
        "margin_ranking",
        CODED_TRIPLE,
        torch("margin_ranking_loss", "a", "b", "y", margin=2.5).following("torch"),
        params={"margin": 2.5},
    ),
    case(
        "signs",
        "hinge_embedding",
        {"y": SIGNS, "d": DISTANCES},
        torch("hinge_embedding_loss", "d", "y"),
    ),
    case(
        "columns",
        "hinge_embedding",
        {"y": COLUMNS["y"], "d": DISTANCE_COLUMNS},
        torch("hinge_embedding_loss", "d", "y", margin=2.5),
        params={"margin": 2.5},
    ),
    case(
        "0 and 1 as they are",
        "hinge_embedding",
        {"y": HARD, "d": DISTANCES},
        torch("hinge_embedding_loss", "d", "y").following("torch"),
    ),
    case(
        "a label of 0 at 0.3",
        "hinge_embedding",
        {"y": numbers(0, 1), "d": np.array([0.3, 0.5])},
        torch("hinge_embedding_loss", "d", "y").following("torch"),
        printed=[0.7, 0.5],
        randomise=False,
    ),
    case(
        "distances below 0",
        "hinge_embedding",
        {"y": SIGNS, "d": DISTANCES - 2.0},
        torch("hinge_embedding_loss", "d", "y").following("torch"),
    ),
    case("pairs", "contrastive", {"y": HARD, "d": DISTANCES}, alike(1.0)),
    case(
        "columns",
        "contrastive",
        {"y": HARD_COLUMNS, "d": DISTANCE_COLUMNS},
        alike(2.5),
        params={"margin": 2.5},
    ),
)

CASES: tuple[Case, ...] = HINGE + OTHERS + PAIRS
