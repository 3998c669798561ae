"""Cases of distributions and measures: entropies and divergences, each as a library computes it."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.golden.asking import boosted, keras, logs, of, optax
from tests.golden.cases import CHANCES, OTHER_ROWS, SOFT, TARGET_ROWS, Asked, Case, numbers, shares
from tests.golden.samples.foreign import Name, call

P, Q = Name("p"), Name("q")


def case(name: str, loss: str, arrays: Any, *asked: Asked, **facts: Any) -> Case:
    """A case whose arrays are the loss's inputs in order (`w`, the weights, apart)."""
    return Case(name, loss, arrays, tuple(key for key in arrays if key != "w"), asked, **facts)


PAIR = {"p": TARGET_ROWS, "q": OTHER_ROWS}
THREE = {
    "p": shares([8, 24, 32], [60, 1, 3], [20, 20, 24]),
    "q": shares([16, 16, 32], [4, 48, 12], [21, 20, 23]),
}
WEIGHTED = {**PAIR, "w": numbers(1.0, 3.0, 0.5, 2.25, 7.0)}
HOLES = {
    "p": shares([32, 32, 0], [64, 0, 0], [8, 16, 40]),
    "q": shares([16, 16, 32], [0, 32, 32], [0, 60, 4]),
}
ROUGH = {
    "p": numbers([0.5, 0.5, 0.0], [0.125, 0.25, 0.6247]),
    "q": numbers([0.4375, 0.4375, 0.1255], [0.25, 0.25, 0.4995]),
}
BOOK = {"p": np.array([[0.5, 0.5, 0.0], [0.1, 0.2, 0.7]]), "q": np.array([[0.4, 0.4, 0.2], [0.2, 0.2, 0.6]])}
SWAPPED = {"p": BOOK["q"], "q": BOOK["p"]}
ONE_OF_BOOK = {name: rows[:1] for name, rows in BOOK.items()}
WHOLE_NUMBERS = {
    "p": numbers([2.0, 17.0, 0.0], [250.0, 1.5, 64.0], [5.0, 3.0, 1.25]),
    "q": numbers([3.5, 12.0, 0.5], [300.0, 1.25, 70.5], [1.5, 2.0, 9.0]),
}
CELLS = numbers([2.0, 17.0], [64.0, 5.0], [1.5, 300.0], [7.0, 2.25])
OTHER_CELLS = numbers([3.5, 12.0], [70.5, 1.5], [1.25, 250.0], [6.0, 3.0])
DISTANCE = "scipy.spatial.distance.jensenshannon"


def summed(function: str, *arguments: Any, **options: Any) -> Asked:
    """A function of cells, added up over each row."""
    return of("numpy.sum", call(function, *arguments, **options), 1)


def whole(reduction: str) -> Asked:
    """torch's divergence of all rows: "mean" over all cells, "batchmean" over the rows."""
    return Asked(call("torch.nn.functional.kl_div", logs("q"), "p", reduction=reduction), "mean")


def by_row(name: str, *arguments: Any) -> Asked:
    """A function of torchmetrics, row by row."""
    return Asked(call(f"torchmetrics.functional.{name}", *arguments, reduction="none"))


def keras_rows(name: str) -> Asked:
    """A class of keras.losses on rows, with weights."""
    weights = call("numpy.asarray", "w")
    given = {"name": name, "y": P, "p": Q, "w": weights}
    return of("tests.golden.row_objects.keras", reduction="weighted mean", **given).following(f"keras.{name}")


ENTROPY = (
    case("rows", "entropy", {"q": OTHER_ROWS}, summed("torch.special.entr", "q")),
    *(
        case(
            f"rows of almost 1, base {base}",
            "entropy",
            {"q": ROUGH["q"]},
            of("scipy.stats.entropy", "q", axis=1, base=number).following("scipy"),
            params={"base": base},
            randomise=False,
        )
        for base, number in (("e", None), ("2", 2), ("10", 10))
    ),
)


def plus(name: str, arrays: Any, convention: str, **facts: Any) -> Case:
    """Cross-entropy as SciPy gives it: the entropy and the divergence."""
    added = call("scipy.stats.entropy", "p", axis=1), call("scipy.stats.entropy", "p", "q", axis=1)
    asked = Asked(call("numpy.add", *added)).following(convention)
    return case(name, "cross_entropy_dist", arrays, asked, **facts)


CROSS_ENTROPY = (
    plus("rows", PAIR, ""),
    plus("rows of three", THREE, "scipy"),
    plus("rows of almost 1", ROUGH, "scipy", randomise=False),
    *(
        case(
            name,
            "cross_entropy_dist",
            arrays,
            keras("categorical_crossentropy", "p", "q", cells=False).following("keras"),
            randomise=name == "rows",
        )
        for name, arrays in (("rows", PAIR), ("holes", HOLES), ("rows of almost 1", ROUGH))
    ),
)

KL = (
    case(
        "rows",
        "kl",
        PAIR,
        whole("mean").following("torch"),
        whole("batchmean"),
        keras("kl_divergence", "p", "q", cells=False),
        optax("kl_divergence", logs("q"), "p"),
        optax("kl_divergence_with_log_targets", logs("q"), logs("p")),
        by_row("kl_divergence", "p", "q"),
    ),
    case(
        "rows of three",
        "kl",
        THREE,
        whole("mean").following("torch"),
        whole("batchmean"),
        optax("kl_divergence", logs("q"), "p"),
    ),
    case("weighted", "kl", WEIGHTED, keras_rows("KLDivergence")),
    case(
        "holes",
        "kl",
        HOLES,
        summed("torch.nn.functional.kl_div", logs("q"), "p", reduction="none"),
        keras("kl_divergence", "p", "q", cells=False).following("keras"),
        of("scipy.stats.entropy", "p", "q", axis=1),
        by_row("kl_divergence", "p", "q"),
        randomise=False,
    ),
    case(
        "rows of almost 1",
        "kl",
        ROUGH,
        whole("mean").following("torch"),
        keras("kl_divergence", "p", "q", cells=False).following("keras"),
        by_row("kl_divergence", "p", "q").following("torchmetrics"),
        of("scipy.stats.entropy", "p", "q", axis=1).following("scipy"),
        randomise=False,
    ),
    case("textbook rows", "kl", BOOK, whole("batchmean"), printed=0.1309, randomise=False),
    case(
        "textbook rows, over all cells",
        "kl",
        BOOK,
        whole("mean").following("torch"),
        keras("kl_divergence", "p", "q", cells=False).following("keras"),
        randomise=False,
    ),
    case(
        "textbook rows, swapped",
        "kl",
        SWAPPED,
        whole("mean").following("torch"),
        keras("kl_divergence", "p", "q", cells=False).following("keras"),
        by_row("kl_divergence", "p", "q"),
        randomise=False,
    ),
)
LOGARITHMS = {"p": np.log(TARGET_ROWS), "q": np.log(OTHER_ROWS)}
FAR = {
    "p": np.log(THREE["p"]),
    "q": np.array([[-750.0, -0.75, -0.638726], [-1e-9, -21.0, -900.0], [-1.5, -1.2, -0.743]]),
}
LOG_SPACE = (
    case(
        "logarithms of both",
        "kl",
        LOGARITHMS,
        summed("torch.nn.functional.kl_div", "q", "p", reduction="none", log_target=True),
        optax("kl_divergence_with_log_targets", "q", "p"),
        Asked(call("torchmetrics.functional.kl_divergence", "p", "q", log_prob=True, reduction="none")),
        params={"log_target": "yes", "log_prediction": "yes"},
        randomise=False,
    ),
    case(
        "logarithms of both, over all cells",
        "kl",
        LOGARITHMS,
        Asked(
            call("torch.nn.functional.kl_div", "q", "p", reduction="mean", log_target=True), "mean"
        ).following("torch"),
        params={"log_target": "yes", "log_prediction": "yes"},
        randomise=False,
    ),
    case(
        "logarithms of the prediction",
        "kl",
        {"p": TARGET_ROWS, "q": LOGARITHMS["q"]},
        summed("torch.nn.functional.kl_div", "q", "p", reduction="none"),
        optax("kl_divergence", "q", "p"),
        params={"log_prediction": "yes"},
        randomise=False,
    ),
    case(
        "logarithms of what is 0 as a double",
        "kl",
        FAR,
        summed("torch.nn.functional.kl_div", "q", "p", reduction="none", log_target=True),
        params={"log_target": "yes", "log_prediction": "yes"},
        randomise=False,
    ),
)

JS = (
    case("rows", "js", PAIR, by_row("regression.jensen_shannon_divergence", "p", "q")),
    case("holes", "js", HOLES, by_row("regression.jensen_shannon_divergence", "p", "q"), randomise=False),
    case("distance", "js", THREE, of(DISTANCE, "p", "q", axis=1).following("scipy")),
    case(
        "distance in bits",
        "js",
        PAIR,
        of(DISTANCE, "p", "q", axis=1, base=2).following("scipy"),
        params={"base": "2"},
    ),
    case(
        "rows of almost 1",
        "js",
        ROUGH,
        by_row("regression.jensen_shannon_divergence", "p", "q").following("torchmetrics"),
        of(DISTANCE, "p", "q", axis=1).following("scipy"),
        randomise=False,
    ),
    case(
        "one textbook row, distance",
        "js",
        ONE_OF_BOOK,
        of(DISTANCE, "p", "q", axis=1).following("scipy"),
        randomise=False,
    ),
)

MEASURES = (
    case(
        "counts",
        "generalized_kl",
        WHOLE_NUMBERS,
        optax("generalized_kl_divergence", logs("q"), "p"),
        summed("scipy.special.kl_div", "p", "q"),
        randomise=False,
    ),
    case(
        "distributions",
        "generalized_kl",
        PAIR,
        optax("generalized_kl_divergence", logs("q"), "p"),
        summed("scipy.special.kl_div", "p", "q"),
    ),
    case(
        "pairs",
        "generalized_kl",
        {"p": CELLS, "q": OTHER_CELLS},
        optax("generalized_kl_divergence", logs("q"), "p"),
        summed("scipy.special.kl_div", "p", "q"),
    ),
    case(
        "half the Poisson deviance",
        "generalized_kl",
        {"p": CELLS[:, :1], "q": OTHER_CELLS[:, :1]},
        of(
            "numpy.divide",
            call("sklearn.metrics.mean_tweedie_deviance", "p", "q", power=1),
            2,
            reduction="mean",
        ),
    ),
)

CHANCE_PAIR = {"y": SOFT, "p": CHANCES}
ENDS = {"y": numbers(1.0, 0.25, 0.75, 0.0, 0.5), "p": numbers(0.0, 1.0, 0.5, 0.25, 1e-13)}
BINARY = (
    case("chances", "binary_kl", CHANCE_PAIR, boosted("lightgbm", "kullback_leibler")),
    case(
        "cell by cell",
        "binary_kl",
        CHANCE_PAIR,
        of(
            "numpy.add",
            call("scipy.special.rel_entr", "y", "p"),
            call(
                "scipy.special.rel_entr", call("numpy.subtract", 1.0, "y"), call("numpy.subtract", 1.0, "p")
            ),
        ),
    ),
    case(
        "ends",
        "binary_kl",
        ENDS,
        boosted("lightgbm", "kullback_leibler").following("lightgbm"),
        randomise=False,
    ),
)

CASES = ENTROPY + CROSS_ENTROPY + KL + LOG_SPACE + JS + MEASURES + BINARY
