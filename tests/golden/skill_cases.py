"""Cases of what one row of all decides, and of skill against the best constant."""

from __future__ import annotations

from typing import Any

from tests.golden.asking import W, boosted, keras_metric, sklearn, torchmetrics
from tests.golden.cases import (
    CHANCES,
    COUNTS,
    GUESSES,
    HARD,
    P_COLUMNS,
    WEIGHTS,
    Y_COLUMNS,
    Asked,
    Case,
    P,
    Y,
    numbers,
    shares,
)

PAIR = {"y": Y, "p": P}
TABLE = {"y": Y_COLUMNS, "p": P_COLUMNS}
WEIGHTED = {**PAIR, "w": WEIGHTS}
POSITIVE = {"y": COUNTS, "p": GUESSES}
BINARY = {"y": HARD, "p": CHANCES}
FLAT = {"y": numbers(3, 3, 3), "p": numbers(3, 4, 5)}
FLAT_HIT = {"y": numbers(3, 3, 3), "p": numbers(3, 3, 3)}
NEARLY = {"y": numbers(0.0078125, 0.015625), "p": numbers(0.015625, 0.0078125)}
SHIFTED = {"y": numbers(1, 2, 3), "p": numbers(2, 3, 4)}
SURE = {"y": numbers(1, 0, 1, 0), "p": numbers(0.75, 0.25, 0.0, 0.5)}
SHARES = shares([40, 16, 8], [8, 48, 8], [16, 16, 32], [20, 24, 20], [32, 16, 16])
ABSENT = shares([64, 0, 0], [0, 64, 0], [16, 16, 32], [20, 24, 20], [32, 16, 16])
KINDS = numbers(0, 1, 2, 0, 1)


def case(name: str, loss: str, arrays: Any, *asked: Asked, **facts: Any) -> Case:
    """A case over a target `y` and a prediction `p`."""
    return Case(name, loss, arrays, ("y", "p"), asked, **facts)


def worked(name: str, loss: str, arrays: Any, *asked: Asked, **facts: Any) -> Case:
    """A case of these numbers and no others."""
    return case(name, loss, arrays, *asked, randomise=False, **facts)


def of_set(function: str, *arguments: str, **options: Any) -> Asked:
    """A function of sklearn.metrics of all rows together."""
    return sklearn(function, *(arguments or ("y", "p")), reduction="set", **options)


def of_weighted(function: str, **options: Any) -> Asked:
    """The same with weights."""
    return sklearn(function, "y", "p", reduction="weighted mean", sample_weight=W, **options)


MEDIAN = "median_absolute_error"
ONE_ROW = (
    case("odd", "median_ae", PAIR, of_set(MEDIAN)),
    case("even", "median_ae", POSITIVE, of_set(MEDIAN)),
    case("columns", "median_ae", TABLE, of_set(MEDIAN)),
    case("weighted", "median_ae", WEIGHTED, of_weighted(MEDIAN)),
    worked(
        "half of the weight",
        "median_ae",
        {"y": numbers(2, 4, 9), "p": numbers(3, 6, 13), "w": numbers(1, 1, 2)},
        of_weighted(MEDIAN),
        printed=3.0,
    ),
    case("vector", "max_error", PAIR, of_set("max_error")),
    case("short", "max_error", POSITIVE, of_set("max_error")),
)

R2 = (
    case(
        "vector",
        "d2_score",
        PAIR,
        of_set("r2_score"),
        of_set("r2_score").following("sklearn"),
        torchmetrics("r2_score", "p", "y", reduction="set"),
        keras_metric("R2Score"),
        boosted("lightgbm", "r2", "set"),
        boosted("lightgbm", "r2", "set").following("lightgbm"),
        of_set("explained_variance_score").following("sklearn.explained_variance_score"),
        torchmetrics("explained_variance", "p", "y", reduction="set").following(
            "torchmetrics.explained_variance"
        ),
        of_set("d2_tweedie_score").following("sklearn.d2_tweedie_score"),
    ),
    case(
        "columns",
        "d2_score",
        TABLE,
        of_set("r2_score"),
        torchmetrics("r2_score", "p", "y", reduction="set").following("torchmetrics"),
        keras_metric("R2Score").following("keras"),
        of_set("explained_variance_score").following("sklearn.explained_variance_score"),
    ),
    case(
        "columns by variance",
        "d2_score",
        TABLE,
        of_set("r2_score", multioutput="variance_weighted"),
        torchmetrics("r2_score", "p", "y", reduction="set", multioutput="variance_weighted"),
        keras_metric("R2Score", class_aggregation="variance_weighted_average"),
        params={"columns": "variance"},
    ),
    case(
        "weighted",
        "d2_score",
        WEIGHTED,
        of_weighted("r2_score"),
        keras_metric("R2Score", "weighted mean", w=W),
        boosted("lightgbm", "r2", "weighted mean", w=W),
        of_weighted("explained_variance_score").following("sklearn.explained_variance_score"),
    ),
    case(
        "adjusted",
        "d2_score",
        PAIR,
        torchmetrics("r2_score", "p", "y", reduction="set", adjusted=2),
        keras_metric("R2Score", num_regressors=2),
        params={"adjusted": 2.0},
    ),
    worked("a shift", "d2_score", SHIFTED, of_set("r2_score"), printed=-0.5),
    worked(
        "a flat target",
        "d2_score",
        FLAT,
        of_set("r2_score", force_finite=False),
        of_set("r2_score").following("sklearn"),
        of_set("explained_variance_score").following("sklearn.explained_variance_score"),
        torchmetrics("r2_score", "p", "y", reduction="set").following("torchmetrics"),
        torchmetrics("explained_variance", "p", "y", reduction="set").following(
            "torchmetrics.explained_variance"
        ),
        keras_metric("R2Score").following("keras"),
        boosted("lightgbm", "r2", "set").following("lightgbm"),
    ),
    worked(
        "a flat target that is hit",
        "d2_score",
        FLAT_HIT,
        of_set("r2_score", force_finite=False),
        of_set("r2_score").following("sklearn"),
        torchmetrics("r2_score", "p", "y", reduction="set").following("torchmetrics"),
        keras_metric("R2Score").following("keras"),
        boosted("lightgbm", "r2", "set").following("lightgbm"),
    ),
    worked(
        "almost flat",
        "d2_score",
        NEARLY,
        of_set("r2_score"),
        torchmetrics("r2_score", "p", "y", reduction="set").following("torchmetrics"),
        printed=-3.0,
    ),
)

OTHERS = (
    *(
        case(
            name,
            "d2_score",
            arrays,
            of_set("d2_absolute_error_score"),
            of_set("d2_absolute_error_score").following("sklearn.d2_absolute_error_score"),
            params={"base": "mae"},
        )
        for name, arrays in (("mae", PAIR), ("mae, columns", TABLE))
    ),
    case(
        "as mae",
        "d2_score",
        PAIR,
        of_set("d2_absolute_error_score").following("sklearn.d2_absolute_error_score"),
    ),
    case("as pinball", "d2_score", PAIR, of_set("d2_pinball_score").following("sklearn.d2_pinball_score")),
    *(
        case(
            f"pinball {tau}",
            "d2_score",
            arrays,
            asked("d2_pinball_score", alpha=tau),
            params={"base": "pinball", "tau": tau},
        )
        for tau, arrays, asked in (
            (0.25, PAIR, of_set),
            (0.9, TABLE, of_set),
            (0.75, WEIGHTED, of_weighted),
            (0.1, POSITIVE, of_set),
        )
    ),
    *(
        case(
            f"Tweedie {power}",
            "d2_score",
            POSITIVE,
            of_set("d2_tweedie_score", power=power),
            of_set("d2_tweedie_score", power=power).following("sklearn.d2_tweedie_score"),
            params={"base": "tweedie_deviance", "power": power},
        )
        for power in (-1.0, 0.0, 1.0, 1.5, 2.0, 3.0)
    ),
    case(
        "Tweedie, weighted",
        "d2_score",
        {**POSITIVE, "w": WEIGHTS[: len(COUNTS)]},
        of_weighted("d2_tweedie_score", power=1.5),
        params={"base": "tweedie_deviance"},
    ),
    case(
        "Poisson",
        "d2_score",
        POSITIVE,
        of_set("d2_tweedie_score", power=1),
        params={"base": "poisson_deviance"},
    ),
    case(
        "gamma", "d2_score", POSITIVE, of_set("d2_tweedie_score", power=2), params={"base": "gamma_deviance"}
    ),
    case(
        "chances",
        "d2_score",
        BINARY,
        of_set("d2_log_loss_score").following("sklearn.d2_log_loss_score"),
        of_set("d2_brier_score").following("sklearn.d2_brier_score"),
    ),
    case("log loss", "d2_score", BINARY, of_set("d2_log_loss_score"), params={"base": "bce"}),
    case(
        "log loss, weighted",
        "d2_score",
        {**BINARY, "w": WEIGHTS},
        of_weighted("d2_log_loss_score"),
        params={"base": "bce"},
    ),
    case("Brier", "d2_score", BINARY, of_set("d2_brier_score"), params={"base": "brier"}),
    case(
        "Brier, weighted",
        "d2_score",
        {**BINARY, "w": WEIGHTS},
        of_weighted("d2_brier_score"),
        params={"base": "brier"},
    ),
    worked(
        "a sure mistake",
        "d2_score",
        SURE,
        of_set("d2_log_loss_score").following("sklearn.d2_log_loss_score"),
        params={"base": "bce"},
    ),
    worked(
        "three classes",
        "d2_score",
        {"y": KINDS, "p": SHARES},
        of_set("d2_log_loss_score"),
        params={"base": "sparse_categorical_ce"},
    ),
    worked(
        "three classes, squared",
        "d2_score",
        {"y": KINDS, "p": ABSENT},
        of_set("d2_brier_score"),
        params={"base": "brier_multiclass"},
    ),
    worked(
        "three classes, some sure",
        "d2_score",
        {"y": KINDS, "p": ABSENT},
        of_set("d2_log_loss_score").following("sklearn.d2_log_loss_score"),
        params={"base": "sparse_categorical_ce"},
    ),
)

CASES = ONE_ROW + R2 + OTHERS
