"""Expected results of losses with more inputs than two, with a history, or of lists."""

from __future__ import annotations

from typing import Any

import formulas
import numpy as np
from case import TORCH, Case, numbers, records
from foreign import Call, Name, call

SHOPS = ("north", "south")
QUERIES = ("shoes", "lamps", "boots")
SEASON = 4
QUANTILES = "tests.golden.quantile_forecasts.utilsforecast"


def forecasts() -> list[Case]:
    """Means with variances, quantiles, and an interval."""
    sold = numbers("demand.csv", "sold")
    normal = {"y": sold, "m": numbers("demand.csv", "forecast"), "v": numbers("demand.csv", "variance")}
    torch = f"{TORCH}.gaussian_nll_loss"
    density = call("scoringrules.logs_normal", "y", "m", call("numpy.sqrt", "v"), backend="numpy")
    cuts = {"y": sold, "Q": numbers("demand.csv", "q10", "q50", "q90")}
    levels = [0.1, 0.5, 0.9]
    pooled = call(QUANTILES, metric="mqloss", y=Name("y"), q=Name("Q"), quantiles=levels)
    low, high = numbers("demand.csv", "q10"), numbers("demand.csv", "q90")
    bounds = {"y": sold, "B": numbers("demand.csv", "q10", "q90"), "low": low, "high": high}
    interval = (
        call("numpy.mean", call("scoringrules.interval_score", "y", "low", "high", 0.2, backend="numpy")),
        call(QUANTILES, metric="winkler_score", y=Name("y"), q=Name("B"), level=80),
    )
    means = "gaussian_nll,gaussian_nll:full=yes demand.csv:sold :forecast :variance"
    parts, full = ("y", "m", "v"), (call(torch, "m", "y", "v", full=True), call("numpy.mean", density))
    return [
        Case(means, "gaussian_nll", formulas.GAUSSIAN_NLL, normal, parts, (call(torch, "m", "y", "v"),)),
        Case(means, "gaussian_nll", formulas.GAUSSIAN_NLL_FULL, normal, parts, full),
        Case(
            "multi_quantile:tau=0.1,0.5,0.9 demand.csv:sold :q10,q50,q90",
            "multi_quantile",
            formulas.THREE_QUANTILES,
            cuts,
            ("y", "Q"),
            (pooled,),
        ),
        Case(
            "interval_score:alpha=0.2 demand.csv:sold :q10,q90",
            "interval_score",
            formulas.INTERVAL_80,
            bounds,
            ("y", "B"),
            interval,
        ),
    ]


def shops() -> list[Case]:
    """Errors scaled by the history of each shop; both shops have as many rows."""
    sold, forecast = numbers("demand.csv", "sold"), numbers("demand.csv", "forecast")
    of_row = np.array([row["shop"] for row in records("demand.csv")])
    of_week = np.array([row["shop"] for row in records("demand_history.csv")])
    past = numbers("demand_history.csv", "sold")
    history = np.array([past[of_week == shop] for shop in of_row])
    arrays: dict[str, Any] = {"y": sold, "p": forecast, "T": history}
    for shop in SHOPS:
        arrays |= {f"y_{shop}": sold[of_row == shop], f"p_{shop}": forecast[of_row == shop]}
        arrays[f"T_{shop}"] = past[of_week == shop]
    given = "demand.csv:sold :forecast train=demand_history.csv:sold --group shop"
    both = ("y", "p", "T")
    root = (call("numpy.sqrt", of_both("msse")),)
    return [
        Case(f"mase:m=4 {given}", "mase", formulas.MASE_4, arrays, both, (of_both("mase"),)),
        Case(f"rmsse:m=4 {given}", "rmsse", formulas.RMSSE_4, arrays, both, root, reduction=None),
    ]


def of_both(metric: str) -> Call:
    """The mean of a scaled error of utilsforecast over both shops."""
    north, south = (
        call(
            "tests.golden.frames.utilsforecast",
            metric=metric,
            y=Name(f"y_{shop}"),
            p=Name(f"p_{shop}"),
            train=Name(f"T_{shop}"),
            seasonality=SEASON,
        )
        for shop in SHOPS
    )
    return call("numpy.divide", call("numpy.add", north, south), 2)


def searches() -> list[Case]:
    """Scores of documents against their relevance, a list for each query."""
    queries = [row["query"] for row in records("searches.csv")]
    of_row = np.array([QUERIES.index(query) for query in queries])
    relevance, score = numbers("searches.csv", "relevance"), numbers("searches.csv", "score")
    lists: dict[str, Any] = {
        "y": relevance,
        "s": score,
        "query": of_row,
        "Y": [relevance[of_row == number] for number in range(len(QUERIES))],
        "S": [score[of_row == number] for number in range(len(QUERIES))],
    }
    better = [
        (left, right)
        for left in range(len(queries))
        for right in range(len(queries))
        if queries[left] == queries[right] and relevance[left] > relevance[right]
    ]
    lists |= {name: score[list(rows)] for name, rows in zip("ab", zip(*better, strict=True), strict=True)}
    given = "searches.csv:relevance :score --group query"
    softmax, pairs = (rax(name) for name in ("softmax_loss", "pairwise_logistic_loss"))
    return [
        Case(f"listnet {given}", "listnet", formulas.LISTNET, lists, ("Y", "S"), (softmax,)),
        Case(f"pairwise_logistic {given}", "pairwise_logistic", formulas.PAIR, lists, ("a", "b"), (pairs,)),
    ]


def rax(function: str) -> Call:
    """A loss of rax over the lists of all queries."""
    scores, relevance, query = (call("jax.numpy.asarray", name) for name in ("s", "y", "query"))
    return call(f"rax.{function}", scores, relevance, segments=query)


CASES = [*forecasts(), *shops(), *searches()]
