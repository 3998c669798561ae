"""Cases of the losses of labels, probabilities, scores, distributions and vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.golden.asking import keras, logs, of, optax, sklearn, torch, torchmetrics
from tests.golden.cases import (
    CHANCES,
    CLASSES,
    GUESSED,
    HARD,
    OTHER_ROWS,
    OTHERS,
    SCORES,
    SIGNS,
    SOFT,
    TARGET_ROWS,
    VECTORS,
    WEIGHTS,
    Asked,
    Case,
    numbers,
)
from tests.golden.samples.foreign import call


def case(name: str, loss: str, arrays: Any, *asked: Asked, **facts: Any) -> Case:
    """A case whose arrays are the loss's inputs in order (`w`, the weights, apart)."""
    return Case(name, loss, arrays, tuple(key for key in arrays if key != "w"), asked, **facts)


HARD_PAIR = {"y": HARD, "p": CHANCES}
SOFT_PAIR = {"y": SOFT, "p": CHANCES}

BINARY = (
    case(
        "hard labels",
        "bce",
        HARD_PAIR,
        torch("binary_cross_entropy", "p", "y"),
        keras("binary_crossentropy", "y", "p"),
        sklearn("log_loss", "y", "p"),
    ),
    case(
        "soft labels",
        "bce",
        SOFT_PAIR,
        torch("binary_cross_entropy", "p", "y"),
        keras("binary_crossentropy", "y", "p"),
    ),
    case(
        "weighted",
        "bce",
        {**HARD_PAIR, "w": WEIGHTS},
        sklearn("log_loss", "y", "p", reduction="weighted mean", sample_weight=call("numpy.asarray", "w")),
    ),
    *(
        case(
            name,
            "bce_logits",
            {"y": labels, "z": SCORES},
            torch("binary_cross_entropy_with_logits", "z", "y"),
            keras("binary_crossentropy", "y", "z", from_logits=True),
            optax("sigmoid_binary_cross_entropy", "z", "y"),
        )
        for name, labels in (("hard labels", HARD), ("soft labels", SOFT))
    ),
    case(
        "far off",
        "bce_logits",
        {"y": numbers(1), "z": numbers(-100)},
        torch("binary_cross_entropy_with_logits", "z", "y"),
        printed=[100.0],
        randomise=False,
    ),
    case(
        "hard labels", "brier", HARD_PAIR, sklearn("brier_score_loss", "y", "p"), torch("mse_loss", "p", "y")
    ),
    case(
        "two rows",
        "brier",
        {"y": numbers(1, 0), "p": numbers(0.8, 0.3)},
        sklearn("brier_score_loss", "y", "p"),
        printed=[0.04, 0.09],
        randomise=False,
    ),
    case("classes", "zero_one", {"y": CLASSES, "c": GUESSED}, sklearn("zero_one_loss", "y", "c")),
    *(
        case(
            f"threshold {threshold}",
            "zero_one",
            HARD_PAIR,
            of(
                "numpy.subtract",
                1.0,
                call("keras.metrics.binary_accuracy", "y", "p", threshold=threshold),
            ),
            params={"threshold": threshold},
        )
        for threshold in (0.5, 0.9)
    ),
)

ZEROS = call("numpy.zeros_like", "f")
MARGIN = (
    case(
        "signs",
        "hinge",
        {"y": SIGNS, "f": SCORES},
        keras("hinge", "y", "f"),
        optax("hinge_loss", "f", "y"),
        sklearn("hinge_loss", "y", "f"),
        torch("margin_ranking_loss", "f", ZEROS, "y", margin=1.0),
    ),
    case(
        "0 and 1",
        "hinge",
        {"y": HARD, "f": SCORES},
        keras("hinge", "y", "f"),
        sklearn("hinge_loss", "y", "f"),
    ),
    case(
        "a margin of 2.5",
        "hinge",
        {"y": SIGNS, "f": SCORES},
        torch("margin_ranking_loss", "f", ZEROS, "y", margin=2.5),
        params={"margin": 2.5},
    ),
    case(
        "signs",
        "squared_hinge",
        {"y": SIGNS, "f": SCORES},
        keras("squared_hinge", "y", "f"),
        of("numpy.square", call("optax.losses.hinge_loss", "f", "y")),
    ),
    case(
        "signs",
        "soft_margin",
        {"y": SIGNS, "f": SCORES},
        torch("soft_margin_loss", "f", "y"),
        optax(
            "sigmoid_binary_cross_entropy",
            "f",
            call("numpy.divide", call("numpy.add", "y", call("numpy.ones_like", "y")), 2.0),
        ),
    ),
    case(
        "three rows",
        "hinge",
        {"y": numbers(0, 1, 1), "f": numbers(0.2, 0.9, 2)},
        sklearn("hinge_loss", "y", "f"),
        printed=[1.2, 0.1, 0.0],
        randomise=False,
    ),
    case(
        "labels 0 and 1",
        "soft_margin",
        {"y": numbers(0, 1), "f": numbers(-0.5, 0.5)},
        optax("sigmoid_binary_cross_entropy", "f", "y"),
        printed=[0.4741, 0.4741],
        randomise=False,
    ),
)

PAIRED = {"p": TARGET_ROWS, "q": OTHER_ROWS}
TEXTBOOK = {
    "p": np.array([[0.5, 0.5, 0.0], [0.1, 0.2, 0.7]]),
    "q": np.array([[0.4, 0.4, 0.2], [0.2, 0.2, 0.6]]),
}


def _bases(base: int | None) -> tuple[Case, ...]:
    """SciPy's distribution functions in one base; None is e."""
    options = {} if base is None else {"base": base}
    params = {} if base is None else {"base": str(base)}
    name = "base e" if base is None else f"base {base}"
    own = call("scipy.stats.entropy", "p", axis=1, **options)
    kl = call("scipy.stats.entropy", "p", "q", axis=1, **options)
    root = call("scipy.spatial.distance.jensenshannon", "p", "q", axis=1, **options)
    return (
        case(
            name,
            "entropy",
            {"q": OTHER_ROWS},
            of("scipy.stats.entropy", "q", axis=1, **options),
            params=params,
        ),
        case(name, "cross_entropy_dist", PAIRED, of("numpy.add", own, kl), params=params),
        case(name, "kl", PAIRED, Asked(kl), params=params),
        case(name, "js", PAIRED, of("numpy.square", root), params=params),
    )


DISTRIBUTIONS = (
    *_bases(None),
    *_bases(2),
    *_bases(10),
    case("nats", "entropy", {"q": OTHER_ROWS}, of("numpy.sum", call("torch.special.entr", "q"), 1)),
    case(
        "nats",
        "cross_entropy_dist",
        PAIRED,
        keras("categorical_crossentropy", "p", "q", cells=False),
        torch("cross_entropy", logs("q"), "p"),
    ),
    case(
        "nats",
        "kl",
        PAIRED,
        of("numpy.sum", call("torch.nn.functional.kl_div", logs("q"), "p", reduction="none"), 1),
        keras("kl_divergence", "p", "q", cells=False),
        optax("kl_divergence", logs("q"), "p"),
        torchmetrics("kl_divergence", "p", "q"),
    ),
    case(
        "nats",
        "js",
        PAIRED,
        torchmetrics("regression.jensen_shannon_divergence", "p", "q"),
    ),
    case(
        "two rows",
        "kl",
        TEXTBOOK,
        of("scipy.stats.entropy", "p", "q", axis=1),
        printed=0.1309,
        randomise=False,
    ),
    case(
        "one row, bits",
        "kl",
        {name: rows[:1] for name, rows in TEXTBOOK.items()},
        of("scipy.stats.entropy", "p", "q", axis=1, base=2),
        printed=[0.3219],
        params={"base": "2"},
        randomise=False,
    ),
    case(
        "one row",
        "js",
        {name: rows[:1] for name, rows in TEXTBOOK.items()},
        of("numpy.square", call("scipy.spatial.distance.jensenshannon", "p", "q", axis=1)),
        printed=[0.0749],
        randomise=False,
    ),
    case(
        "uneven and even, bits",
        "entropy",
        {"q": numbers([0.5, 0.25, 0.125, 0.125], [0.25, 0.25, 0.25, 0.25])},
        of("scipy.stats.entropy", "q", axis=1, base=2),
        printed=[1.75, 2.0],
        params={"base": "2"},
        randomise=False,
    ),
)

TWO = {"a": VECTORS, "b": OTHERS}
SIMILARITY = (
    case(
        "vectors",
        "cosine",
        TWO,
        optax("cosine_distance", "b", "a"),
        of("sklearn.metrics.pairwise.paired_cosine_distances", "a", "b"),
        of("numpy.diagonal", call("scipy.spatial.distance.cdist", "a", "b", metric="cosine")),
        torch("cosine_embedding_loss", "a", "b", call("numpy.sign", call("numpy.vecdot", "a", "a"))),
    ),
    case(
        "vectors",
        "cosine_similarity",
        TWO,
        of("torch.nn.functional.cosine_similarity", "a", "b", dim=1),
        Asked(call("torchmetrics.functional.cosine_similarity", "b", "a", reduction="none")),
        optax("cosine_similarity", "b", "a"),
        of("numpy.negative", call("keras.losses.cosine_similarity", "a", "b")),
    ),
    case(
        "parallel",
        "cosine",
        {"a": numbers([1, 2]), "b": numbers([2, 4])},
        optax("cosine_distance", "b", "a"),
        printed=[0.0],
        randomise=False,
    ),
    case(
        "parallel",
        "cosine_similarity",
        {"a": numbers([1, 2]), "b": numbers([2, 4])},
        optax("cosine_similarity", "b", "a"),
        printed=[1.0],
        randomise=False,
    ),
)

CASES = BINARY + MARGIN + DISTRIBUTIONS + SIMILARITY
