"""Cases of probabilistic forecasts: parametric, ensembles, quantiles and intervals."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.golden.asking import of, torchmetrics
from tests.golden.cases import Asked, Case, numbers
from tests.golden.samples.foreign import Call, Name


def case(name: str, loss: str, arrays: Any, *asked: Asked, **facts: Any) -> Case:
    """A case whose arrays are the loss's inputs in order."""
    return Case(name, loss, arrays, tuple(arrays), asked, **facts)


def ask(library: str, *words: str, reduction: str = "none", **options: Any) -> Asked:
    """A script of ours that hands the target y and the columns q to a library."""
    given = (*words, Name("y"), Name("q"))
    return Asked(Call(f"tests.golden.quantile_forecasts.{library}", given, options), reduction)


# --- location and scale ---------------------------------------------------------------------------

FAMILIES = ("normal", "laplace", "logistic")
OBSERVED = numbers(2.0, -3.5, 12.25, 150.0, -40.75, 7.0)
LOCATIONS = numbers(1.5, 4.0, 12.0, 138.5, -33.0, 7.0)
SCALES = numbers(0.5, 3.25, 1.75, 20.0, 2.5, 4.0)
FORECAST = {"y": OBSERVED, "m": LOCATIONS, "s": SCALES}
TABLE = {
    name: array.reshape(3, 2) for name, array in (("y", OBSERVED), ("m", LOCATIONS), ("s", SCALES * 1.5))
}
FAR_OUT = {
    "y": np.array([-2.0, -400.0, -800.0, 800.0, 1e300, -1e300, 3.0]),
    "m": np.array([1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 3.0]),
    "s": np.array([0.5, 1.0, 1.0, 1.0, 1e-10, 1e-10, 1e-305]),
}
LIKELY = {key: values[[0, 1, 2, 3, 6]] for key, values in FAR_OUT.items()}


def parametric(loss: str, prefix: str, far_out: dict[str, np.ndarray]) -> tuple[Case, ...]:
    """A score of every family: where digits are safe, and far out."""
    found = []
    for family in FAMILIES:
        asked = of(f"scoringrules.{prefix}_{family}", "y", "m", "s")
        params = {} if family == "normal" else {"family": family}
        own = asked.following(f"scoringrules.{prefix}_{family}")
        # far out, where random numbers lie too, the logarithm of a density is another number
        safe = prefix == "crps"
        found += [
            case(family, loss, FORECAST, asked, params=params, randomise=safe),
            case(f"{family}, as typed there", loss, FORECAST, own, params=params),
            case(f"{family}, columns", loss, TABLE, asked, params=params, randomise=safe),
            case(f"{family}, far out", loss, far_out, own, params=params, randomise=False),
        ]
    return tuple(found)


PARAMETRIC = (
    *parametric("crps_parametric", "crps", FAR_OUT),
    *parametric("log_score", "logs", LIKELY),
    case(
        "at the centre",
        "crps_parametric",
        {"y": numbers(2, 1), "m": numbers(1, 1), "s": numbers(0.5, 1)},
        of("scoringrules.crps_normal", "y", "m", "s"),
        printed=[0.7264, 0.2337],
        randomise=False,
    ),
)

# --- ensembles ------------------------------------------------------------------------------------

MEMBERS = numbers(
    [1.5, 3.0, -2.25, 8.0, 1.5],
    [-3.5, -9.0, 4.0, -6.5, 12.0],
    [20.0, 17.5, 18.0, 30.25, 19.0],
    [140.0, 150.0, 150.0, 161.5, 139.0],
    [-41.0, -40.5, -39.0, -60.0, -45.25],
)
ENSEMBLE = {"y": numbers(2.0, -3.5, 12.25, 150.0, -40.75), "x": MEMBERS}
PAIRS = {"y": numbers(2.0, -3.5, 12.25), "x": numbers([1.0, 4.0], [-3.0, -9.0], [12.5, 12.25])}
TRAP = {"y": numbers(2), "x": numbers([1, 3, 4])}
MEAN_CRPS = torchmetrics("regression.continuous_ranked_probability_score", "x", "y")


def members(estimator: str, reached: str) -> tuple[Case, ...]:
    """An estimator of scoringrules, and ours that gives its number."""
    asked = of("scoringrules.crps_ensemble", "y", "x", estimator=estimator)
    ours = {"estimator": reached} if reached == "fair" else {}
    return (
        case(estimator, "crps_ensemble", ENSEMBLE, asked, params=ours),
        case(f"{estimator}, two members", "crps_ensemble", PAIRS, asked, params=ours),
        case(
            f"{estimator}, three members",
            "crps_ensemble",
            TRAP,
            asked,
            params=ours,
            printed=[0.3333 if reached == "fair" else 0.6667],
            randomise=False,
        ),
    )


ENSEMBLES = (
    *(entry for name in ("nrg", "qd", "int") for entry in members(name, "nrg")),
    *(entry for name in ("fair", "pwm") for entry in members(name, "fair")),
    case("mean", "crps_ensemble", ENSEMBLE, MEAN_CRPS),
    case("mean of pairs", "crps_ensemble", PAIRS, MEAN_CRPS),
)

# --- quantiles and intervals ----------------------------------------------------------------------

THREE, FIVE = [0.1, 0.5, 0.9], [0.05, 0.25, 0.5, 0.75, 0.95]
Q3 = numbers([1.0, 2.5, 4.0], [-9.0, -3.5, 1.25], [14.0, 15.5, 30.0], [100.0, 120.25, 149.0])
Q5 = numbers(
    [0.5, 1.0, 1.5, 3.0, 4.0],
    [-6.0, -5.0, -4.5, -2.0, 1.0],
    [12.5, 13.0, 15.0, 17.25, 20.0],
    [100.0, 110.5, 120.0, 130.0, 149.0],
)
Y4 = numbers(2.0, -3.5, 12.25, 150.0)
AT_THREE, AT_FIVE = {"y": Y4, "q": Q3}, {"y": Y4, "q": Q5}
BOUNDS = {"y": Y4, "q": numbers([1.0, 3.0], [-3.0, 4.0], [10.5, 12.0], [149.5, 161.0])}
ONE = {"y": numbers(2), "q": numbers([1.0, 2.5, 4.0])}


def quantiles(name: str, arrays: Any, tau: list[float], **facts: Any) -> tuple[Case, ...]:
    """The same columns as a multi-quantile loss and as a CRPS."""
    params = {} if tau == THREE else {"tau": tau}
    many = (
        ask("utilsforecast", "mqloss", reduction="mean", quantiles=tau),
        ask("xgboost", reduction="mean", tau=tau),
    )
    crps = of("scoringrules.crps_quantile", "y", "q", alpha=tau)
    printed = facts.pop("printed", (None, None))
    return (
        case(name, "multi_quantile", arrays, *many, params=params, printed=printed[0], **facts),
        case(name, "crps_quantile", arrays, crps, params=params, printed=printed[1], **facts),
    )


def intervals(alpha: float) -> Case:
    """One interval: alpha is the share outside, level the percentage inside."""
    level = round(100 * (1 - alpha))
    return case(
        f"alpha {alpha:g}",
        "interval_score",
        BOUNDS,
        ask("scoringrules", "interval_score", alpha=alpha),
        ask("utilsforecast", "winkler_score", reduction="mean", level=level),
        params={} if alpha == 0.1 else {"alpha": alpha},
    )


def weighted(name: str, arrays: Any, alpha: list[float], **facts: Any) -> Case:
    """Several intervals, and the median itself in place of its error."""
    asked = ask("scoringrules", "weighted_interval_score", alpha=alpha).following("scoringrules")
    return case(name, "wis", arrays, asked, **facts)


LEVELS = (
    *quantiles("three", AT_THREE, THREE),
    *quantiles("five", AT_FIVE, FIVE),
    *quantiles("one row", ONE, THREE, printed=([0.1833], [0.3667]), randomise=False),
    intervals(0.1),
    intervals(0.5),
    weighted("two intervals", AT_FIVE, [0.1, 0.5]),
    weighted("one interval", AT_THREE, [0.2], params={"alpha": [0.2]}),
    weighted("one row", {"y": Y4[:1], "q": Q5[:1]}, [0.1, 0.5], printed=[0.37], randomise=False),
    # the weighted interval score is the CRPS of the same columns as quantiles
    case(
        "as quantiles",
        "wis",
        AT_FIVE,
        of("scoringrules.crps_quantile", "y", "q", alpha=FIVE),
        randomise=False,
    ),
)

CASES = PARAMETRIC + ENSEMBLES + LEVELS
