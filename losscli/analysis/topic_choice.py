"""Which loss for which problem: a table whose facts come from the registry, and what a loss pulls towards."""

from __future__ import annotations

from typing import Final

import numpy as np

from losscli.analysis.topic import Computed, Topic
from losscli.analysis.topic_numbers import bound, columns, rows_of, shown
from losscli.records import NamedTuple


class Choice(NamedTuple):
    """One row: the problem, the loss as it is typed, and why that one."""

    problem: str
    spec: str
    why: str


NUMBERS_WANTED: Final = (
    Choice("its mean", "mse", "an error counts by its square"),
    Choice("its median", "mae", "outliers hardly matter"),
    Choice("a quantile", "pinball:tau=0.9", "too low costs 9 times too high"),
    Choice("mean, few outliers", "huber", "a square, beyond delta a line"),
    Choice("wild outliers", "tukey_biweight", "beyond c no further cost"),
    Choice("relative errors", "mape", "per cent of a target above 0"),
    Choice("over many decades", "msle", "differences of log(1 + y)"),
    Choice("a count", "poisson_deviance", "variance like the mean"),
    Choice("a positive amount", "gamma_deviance", "spread like the mean"),
    Choice("amounts, many zeros", "tweedie_deviance", "between Poisson and gamma"),
    Choice("mean and variance", "gaussian_nll", "two predictions a row"),
    Choice("several quantiles", "multi_quantile:tau=0.1,0.5,0.9", "a column for each level"),
    Choice("an ensemble", "crps_ensemble", "a column for each member"),
)
CLASSES_WANTED: Final = (
    Choice("a chance of yes", "bce", "sure mistakes cost without end"),
    Choice("... as its logit", "bce_logits", "scores before the sigmoid"),
    Choice("... bounded", "brier", "a squared difference in [0, 1]"),
    Choice("... rare positives", "binary_focal", "easy rows count less"),
    Choice("a margin", "hinge", "a score's sign and its reach"),
    Choice("one class of many", "sparse_categorical_ce", "the target is a class"),
    Choice("... one-hot, shares", "categorical_ce", "the target is a row of shares"),
    Choice("... from logits", "sparse_softmax_ce", "scores before the softmax"),
    Choice("classes in order", "rps", "a near miss costs less"),
    Choice("noisy labels", "gce", "from cross-entropy to mae"),
    Choice("several labels a row", "multilabel_bce", "a yes or no for each column"),
    Choice("a distribution", "kl", "the target is one as well"),
)
OTHERS_WANTED: Final = (
    Choice("masks of pixels", "dice", "overlap; background is free"),
    Choice("ranked lists", "listnet", "--group makes the lists"),
    Choice("embeddings", "triplet", "anchor, positive, negative"),
    Choice("text without times", "ctc", "frames without an alignment"),
)
GROUPS: Final = (
    ("A number: what is the prediction to be?", NUMBERS_WANTED),
    ("Classes and probabilities", CLASSES_WANTED),
    ("Other targets", OTHERS_WANTED),
)
CHOICES: Final = tuple(choice for _, group in GROUPS for choice in group)
TARGETS: Final = (1.0, 2.0, 3.0, 4.0, 20.0)
PULLED: Final = ("mse", "mae", "huber:delta=1", "pinball:tau=0.9", "msle")


def best_of(spec: str) -> float:
    """The constant, in hundredths, that has the smallest mean loss on TARGETS: the middle of all such."""
    count = len(TARGETS)
    grid = np.arange(100 * int(TARGETS[0]), 100 * int(TARGETS[-1]) + 1) / 100
    costs = rows_of(spec, np.tile(TARGETS, len(grid)), np.repeat(grid, count)).reshape(-1, count).mean(axis=1)
    best = grid[costs <= costs.min() * (1 + 1e-12)]
    return float(best[0] + best[-1]) / 2


def _mean(spec: str, constant: float) -> float:
    values = rows_of(spec, TARGETS, [constant] * len(TARGETS))
    return float(values.sum()) / len(TARGETS)


def _compute() -> Computed:
    lines: list[str] = []
    for title, group in GROUPS:
        rows = [(choice.problem, bound(choice.spec).spec, choice.why) for choice in group]
        lines += [title, *columns(rows, (21, 23), "  "), ""]
    numbers = {f"{spec}:best": best_of(spec) for spec in PULLED}
    numbers |= {f"{spec}:at_{at}": _mean(spec, at) for spec in PULLED for at in (3.0, 6.0)}
    targets = " ".join(f"{value:g}" for value in TARGETS)
    lines.append(f"What a loss pulls towards: one number for all of {targets}")
    table = [("loss", "best", "loss of 3 (the median)", "loss of 6 (the mean)")]
    for spec in PULLED:
        best, median, mean = (shown(numbers[f"{spec}:{key}"]) for key in ("best", "at_3.0", "at_6.0"))
        table.append((spec, best, median, mean))
    return Computed([*lines, *columns(table, (18, 8, 25), "  ")], numbers)


CHOICE = Topic(
    "losses",
    "Which loss for which problem",
    """
    losscli explain huber
    losscli compute mse,mae,huber sample_data/diabetes.csv:target :prediction

    {numbers}

    `losscli list` has all losses, `losscli explain LOSS` one of them with its
    formula, gradient, likelihood and frameworks; `losscli plot curve mse,mae`
    draws some. How losses are typed: `losscli explain names`.
    """,
    ("loss", "choose", "choice", "which", "decide", "table"),
    _compute,
)
