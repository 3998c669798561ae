"""Which losses fit what was found, the best one first, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from losscli.analysis.inspecting import kinds
from losscli.analysis.inspecting.faults import Case
from losscli.analysis.inspecting.residuals import EFFICIENT, Residuals, residuals_of
from losscli.records import NamedTuple

RARE = 0.1
"""A class below this share is rare."""


MOST_ORDERED = 20
"""More classes than this hardly have an order."""

OVERDISPERSED = 5.0
"""Squared errors that are so many times their mean are no longer those of plain counts."""


class Advice(NamedTuple):
    """A loss that fits and the reason; `why_not` says why its value cannot be computed as the data is."""

    spec: str
    reason: str
    why_not: str = ""


def advise(case: Case) -> list[Advice]:
    """The losses that fit, the best one first."""
    problem = case.nature.problem
    rules = {
        kinds.BINARY: _binary,
        kinds.CLASS: _classes,
        kinds.ONE_HOT: _one_hot,
        kinds.MULTILABEL: _multilabel,
        kinds.DISTRIBUTION: _distributions,
        kinds.QUANTILES: _quantiles,
        kinds.ENSEMBLE: _ensemble,
        kinds.OUTPUTS: _outputs,
        kinds.COUNT: _real,
        kinds.POSITIVE: _real,
        kinds.REAL: _real,
    }
    found = list(rules[problem](case)) if problem in rules else []
    if case.nature.scale != 1.0:
        why = f"the predictions must be divided by {case.nature.scale:g} first"
        found = [one._replace(why_not=why) for one in found]
    return found


def _binary(case: Case) -> Iterator[Advice]:
    codes, form = case.nature.codes, case.nature.form
    assert codes is not None
    share = float((codes == 1).mean())
    if form == kinds.LABEL:
        yield Advice("zero_one", "labels against labels: the share of errors")
        return
    if form == kinds.LOGIT:
        yield Advice("bce_logits", "two classes and logits: proper, without a sigmoid that rounds")
        yield Advice("hinge", "two classes and scores: only the margin counts, not the probability")
        return
    bce = Advice("bce", "two classes and probabilities: proper, and hard on confident errors")
    brier = Advice("brier", "two classes and probabilities: proper, a row costs at most 1")
    sample = case.scan.sample.prediction[:, 0] / case.nature.scale
    wrong = int(np.count_nonzero(((sample == 0.0) & (codes == 1)) | ((sample == 1.0) & (codes == 0))))
    if wrong:
        yield brier._replace(reason=f"{brier.reason}; bce is infinite, {wrong:,} rows had probability 0")
        yield bce
    else:
        yield bce
        yield brier
    if 0.0 < min(share, 1.0 - share) < RARE:
        rare = 100.0 * min(share, 1.0 - share)
        yield Advice("binary_focal", f"a rare class ({rare:.2g} %): easy rows count less; not proper")


def _classes(case: Case) -> Iterator[Advice]:
    form, width = case.nature.form, case.scan.prediction.width
    if form == kinds.LABEL:
        yield Advice("zero_one", "classes against classes: the share of errors")
        return
    if form == kinds.LOGIT:
        yield Advice("sparse_softmax_ce", "one class a row and logits: proper")
        yield Advice("multi_margin", "one class a row and scores: only the margins count")
    elif form == kinds.LOGARITHM:
        yield Advice("sparse_softmax_ce", "log-probabilities: softmax gives the probabilities back")
    else:
        why = "rows of the prediction do not sum to 1" if _is_loose(case) else ""
        yield Advice("sparse_categorical_ce", "one class a row and probabilities: proper", why)
        yield Advice("brier_multiclass", "one class a row and probabilities: proper, at most 2 a row", why)
        if 2 < width <= MOST_ORDERED:
            yield Advice("rps", "where the classes have an order: near misses cost less", why)
    if width > 2:
        yield Advice("topk_error:k=1", "the share of rows whose class has not the largest score")


def _is_loose(case: Case) -> bool:
    sums = case.scan.prediction.row_sums
    return case.nature.form == kinds.LOOSE or (sums is not None and sums.off.count > 0)


def _one_hot(case: Case) -> Iterator[Advice]:
    form = case.nature.form
    if form in (kinds.LOGIT, kinds.LOGARITHM):
        yield Advice("softmax_ce", "one-hot rows and logits: proper")
        return
    if form == kinds.LABEL:
        yield Advice("hamming", "one-hot rows against one-hot rows: the share of cells that differ")
        return
    why = "rows of the prediction do not sum to 1" if _is_loose(case) else ""
    yield Advice("categorical_ce", "one-hot rows and probabilities: proper", why)
    yield Advice("js", "bounded by ln 2, whatever single rows do", why)


def _multilabel(case: Case) -> Iterator[Advice]:
    if case.nature.form == kinds.LABEL:
        yield Advice("hamming", "several labels a row against labels: the share of cells that differ")
    elif case.nature.form == kinds.LOGIT:
        yield Advice("bce_logits", "several labels a row and logits: each label is a Bernoulli")
        yield Advice("label_ranking_loss", "only the order of the scores in a row counts")
    else:
        yield Advice("bce", "several labels a row and probabilities: each label is a Bernoulli")
        yield Advice("brier", "the same, and a cell costs at most 1")


def _distributions(case: Case) -> Iterator[Advice]:
    if case.nature.form in (kinds.LOGIT, kinds.LOGARITHM):
        yield Advice("softmax_ce", "distributions and logits")
        return
    why = "rows of the prediction do not sum to 1" if _is_loose(case) else ""
    yield Advice("kl", "distributions: 0 where they agree; infinite where one rules out what occurs", why)
    yield Advice("js", "distributions: symmetric, never above ln 2, zeros allowed", why)
    yield Advice("cross_entropy_dist", "kl and the targets' own entropy together", why)


def quantile_levels(names: tuple[str, ...]) -> tuple[float, ...] | None:
    """The levels that columns such as q10, p90 or 0.5 are named after, rising; None where they are not."""
    found = []
    for name in names:
        number = re.search(r"(\d+(?:\.\d+)?)$", name)
        if number is None:
            return None
        value = float(number[1])
        found.append(value / 100.0 if value >= 1.0 else value)
    rising = all(low < high for low, high in pairwise(found))
    return tuple(found) if rising and found[0] > 0.0 and found[-1] < 1.0 else None


def _quantiles(case: Case) -> Iterator[Advice]:
    levels = quantile_levels(case.commands.look.feeds[1].names)
    if levels is None:
        spec, why = (
            "multi_quantile",
            "the columns' names do not tell the levels: multi_quantile:tau=0.1,0.5,0.9",
        )
    else:
        spec, why = f"multi_quantile:tau={','.join(f'{level:g}' for level in levels)}", ""
    yield Advice(spec, "rising columns: quantiles, each with its own pinball loss", why)
    yield Advice("crps_ensemble", "if the columns are members of an ensemble that were sorted")


def _ensemble(case: Case) -> Iterator[Advice]:
    yield Advice("crps_ensemble", "several predictions a row: members of an ensemble, proper")
    yield Advice("dss", "only mean and variance of the members count")


def _outputs(case: Case) -> Iterator[Advice]:
    yield Advice("mse", "several numbers a row: each for itself, for their means")
    yield Advice("mae", "several numbers a row: each for itself, for their medians")
    yield Advice("cosine", "where only the direction of a row counts")


def _real(case: Case) -> Iterator[Advice]:
    """Losses of one number against one number, by what the errors look like."""
    sample = case.scan.sample
    errors = residuals_of(sample.target[:, 0], sample.prediction[:, 0])
    ranked = [*_by_kind(case, errors), *_by_errors(errors)]
    ranked.sort(key=lambda one: -one[0])
    seen: set[str] = set()
    for _, advice in ranked:
        if advice.spec not in seen:
            seen.add(advice.spec)
            yield advice


def _by_errors(errors: Residuals) -> Iterator[tuple[float, Advice]]:
    """Mean, median or quantile; outliers."""
    tails = f"excess kurtosis {errors.kurtosis:.3g}, tail index {errors.tail:.3g}"
    mean = f"for the mean: the mean error is {errors.bias:.3g} (z {errors.bias_z:.2g})"
    median = f"for the median: {100 * errors.below:.3g} % of the targets lie below"
    yield (3.0 if not errors.heavy else 1.0) + errors.mean - errors.median, Advice("mse", mean)
    yield 2.0 + 2.0 * errors.median + 0.2 * errors.heavy, Advice("mae", median)
    if errors.quantile is not None:
        words = (
            f"{100 * errors.below:.3g} % of the targets lie below: quantile {errors.quantile:g}, not the mean"
        )
        yield 6.0, Advice(f"pinball:tau={errors.quantile:g}", words)
    if errors.heavy and errors.spread > 0.0:
        delta = float(f"{EFFICIENT * errors.spread:.3g}")
        yield (
            3.0,
            Advice(f"huber:delta={delta:g}", f"outliers ({tails}): square within {delta:g}, linear beyond"),
        )
    yield 0.5, Advice("rmse", "the mse in the target's own unit")


def _poisson(case: Case) -> tuple[float, Advice]:
    """First where the errors are about as large as those of counts are: Pearson's dispersion."""
    target, prediction = case.scan.sample.target[:, 0], case.scan.sample.prediction[:, 0]
    dispersion = float(((target - prediction) ** 2 / prediction).mean())
    if dispersion <= OVERDISPERSED:
        words = f"counts: the squared errors are {dispersion:.3g} times their mean (Poisson: 1)"
        return 4.0, Advice("poisson_deviance", words)
    words = f"if these are counts: but the squared errors are {dispersion:.3g} times the mean (Poisson: 1)"
    return 1.5, Advice("poisson_deviance", words)


def _by_kind(case: Case, errors: Residuals) -> Iterator[tuple[float, Advice]]:
    """What counts and positive targets allow."""
    target, prediction, problem = case.scan.target, case.scan.prediction, case.nature.problem
    positive = prediction.minimum > 0.0
    if problem == kinds.COUNT and positive:
        yield _poisson(case)
    if target.minimum >= 0.0 and not target.whole and target.zeros and positive:
        zeros = 100.0 * target.zeros / target.rows
        yield 4.0, Advice("tweedie_deviance:power=1.5", f"positive amounts with zeros ({zeros:.3g} %)")
    if problem == kinds.POSITIVE and positive:
        grows = f"errors grow with the target (correlation {errors.growth:.2g})"
        first = 5.0 if errors.relative else 0.9
        said = grows if errors.relative else "positive targets, where relative errors count"
        yield first, Advice("gamma_deviance", said)
        yield first - 0.1, Advice("msle", f"{said}: squares of ratios")
        yield first - 0.2, Advice("mape", "relative errors, but in favour of low predictions")
    elif target.minimum >= 0.0 and prediction.minimum >= 0.0 and errors.relative:
        yield 2.5, Advice("msle", f"errors grow with the target (correlation {errors.growth:.2g})")
