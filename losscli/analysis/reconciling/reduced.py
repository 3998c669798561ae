"""From rows to numbers: the ways in which the rows of one loss are made one number. One list of reductions,
and batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from losscli.analysis.reconciling.steps import Step
from losscli.arrays import Floats
from losscli.records import NamedTuple


class Rowwise(NamedTuple):
    """The rows of one loss. `x` is its number as it is, `total` the (weighted) sum, `values` (n,) the rows,
    `weights` (n,) or None, `target` (n,) or None where a row has one number, `width` the columns of a row."""

    x: float
    total: float
    values: Floats
    weights: Floats | None
    target: Floats | None
    width: int

    @property
    def rows(self) -> int:
        """The number of rows."""
        return len(self.values)


class Reduced(NamedTuple):
    """A number of all rows: how it comes about, as a formula in x (the number of the call) or in l (its
    rows), and the option of losscli that asks for it."""

    value: float
    step: Step | None = None
    formula: str = ""
    option: tuple[str, str] | None = None

    @property
    def cost(self) -> float:
        """How far it is from what the loss does by itself."""
        return 0.0 if self.step is None else self.step.cost


class Reduction(NamedTuple):
    """One way to make rows a number; `apply` gives None where it means nothing or nothing new."""

    step: Step
    formula: str
    apply: Callable[[Rowwise], float | None]
    option: tuple[str, str] | None = None


def _reduction(
    words: str,
    formula: str,
    apply: Callable[[Rowwise], float | None],
    *,
    cost: float = 1,
    option: tuple[str, str] | None = None,
) -> Reduction:
    return Reduction(Step("reduction", words, words, cost), formula, apply, option)


def _of_weighted(apply: Callable[[Rowwise, Floats], float]) -> Callable[[Rowwise], float | None]:
    return lambda rows: None if rows.weights is None else apply(rows, rows.weights)


def _of_several(apply: Callable[[Rowwise], float]) -> Callable[[Rowwise], float | None]:
    return lambda rows: apply(rows) if rows.width > 1 else None


def _over_positives(rows: Rowwise) -> float | None:
    count = 0 if rows.target is None else int(np.count_nonzero(rows.target > 0.0))
    return rows.total / count if 0 < count < rows.rows else None


def _over_losses(rows: Rowwise) -> float | None:
    count = int(np.count_nonzero(rows.values))
    return rows.total / count if 0 < count < rows.rows else None


MOST_CLASSES = 100
"""Whole numbers below this may be classes."""


def _over_classes(rows: Rowwise) -> float | None:
    target = rows.target
    if target is None or rows.weights is not None or not 0.0 <= target.min() < target.max() < MOST_CLASSES:
        return None
    codes = target.astype(np.int64)
    if not (codes == target).all():
        return None
    counts, sums = np.bincount(codes), np.bincount(codes, rows.values)
    return float((sums[counts > 0] / counts[counts > 0]).mean())


REDUCTIONS: Sequence[Reduction] = (
    _reduction("the sum over the rows", "sum(l)", lambda r: r.total, option=("--reduction", "sum")),
    _reduction(
        "without the weights",
        "mean(l)",
        _of_weighted(lambda r, w: float(r.values.mean())),
        option=("--weight", ""),
    ),
    _reduction(
        "weighted, divided by the number of rows", "sum(w l) / n", _of_weighted(lambda r, w: r.total / r.rows)
    ),
    _reduction(
        "unweighted sum, divided by the sum of the weights",
        "sum(l) / sum(w)",
        _of_weighted(lambda r, w: float(r.values.sum() / w.sum())),
        cost=2,
    ),
    _reduction("divided by the number of columns", "x / k", _of_several(lambda r: r.x / r.width)),
    _reduction(
        "the sum over the columns of a row",
        "k x",
        _of_several(lambda r: r.x * r.width),
    ),
    _reduction("the sum over rows and columns", "k sum(l)", _of_several(lambda r: r.total * r.width), cost=2),
    _reduction(
        "the sum over the rows, divided by the number of columns",
        "sum(l) / k",
        _of_several(lambda r: r.total / r.width),
        cost=2,
    ),
    _reduction(
        "the median of the rows",
        "median(l)",
        lambda r: float(np.median(r.values)) if r.weights is None else None,
        cost=2,
        option=("--reduction", "median"),
    ),
    _reduction(
        "the largest row", "max(l)", lambda r: float(r.values.max()), cost=2, option=("--reduction", "max")
    ),
    _reduction(
        "the smallest row", "min(l)", lambda r: float(r.values.min()), cost=2, option=("--reduction", "min")
    ),
    _reduction(
        "every class counts the same: the mean of the means of the classes",
        "mean(c), c the mean of l over each class",
        _over_classes,
        cost=2,
    ),
    _reduction(
        "divided by one row less",
        "sum(l) / (n - 1)",
        lambda r: r.total / (r.rows - 1) if r.rows > 1 and r.weights is None else None,
        cost=2,
    ),
    _reduction("the mean over the rows of a positive target", "sum(l) / #(y > 0)", _over_positives, cost=2),
    _reduction("the mean over the rows that are not 0", "sum(l) / #(l > 0)", _over_losses, cost=2),
)

RARE = 4.0
"""The cost of a batch size that nobody would choose."""
SMALLEST, LARGEST = 8, 4096
"""The sizes of the batches that are tried."""
USUAL_SIZES = tuple(
    sorted({*(2**power for power in range(3, 13)), 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 4000})
)


def reduce(rows: Rowwise) -> list[Reduced]:
    """The number itself and every reduction of the list."""
    found = [Reduced(rows.x)]
    for entry in REDUCTIONS:
        value = entry.apply(rows)
        if value is not None:
            found.append(Reduced(value, entry.step, entry.formula, entry.option))
    return found


def batched(rows: Rowwise, every: bool) -> Iterator[Reduced]:
    """Numbers that are made of batches, in the order of the rows: of the usual sizes, or of every size."""
    if not np.isfinite(rows.values).all():
        return
    most = min(LARGEST, rows.rows - 1)
    sizes = range(SMALLEST, most + 1) if every else [size for size in USUAL_SIZES if size <= most]
    sums = _Running(rows)
    for size in sizes:
        if every and size in USUAL_SIZES:
            continue
        means, last = sums.means(size)
        cost = RARE if every else 2.0
        yield from _of_batches(means, (size, last), cost, rows.weights is not None)


class _Running:
    """Running sums of rows and weights, from which the sum of any batch is a difference. The rows' mean is
    taken away before, so that little is lost."""

    def __init__(self, rows: Rowwise) -> None:
        weights = rows.weights
        values = rows.values if weights is None else rows.values * weights
        self._level = float(rows.values.mean())
        own = np.ones(rows.rows) if weights is None else weights
        self._values = np.concatenate([[0.0], np.cumsum(values - self._level * own)])
        self._weights = np.concatenate([[0.0], np.cumsum(own)])
        self._rows = rows.rows

    def means(self, size: int) -> tuple[Floats, int]:
        """The mean of every batch, and how many rows the last one has if it is short (else 0)."""
        last = self._rows % size
        ends = np.arange(0, self._rows + 1, size)
        if last:
            ends = np.append(ends, self._rows)
        return self._level + np.diff(self._values[ends]) / np.diff(self._weights[ends]), last


def _of_batches(means: Floats, shape: tuple[int, int], cost: float, weighted: bool) -> Iterator[Reduced]:
    """What is made of the means of batches: all of them, and without the last one where it is short."""
    size, last = shape
    kept = [(means, f", the last of {last}" if last else "")]
    if last:
        kept.append((means[:-1], f", the last {last} rows dropped"))
    for found, end in kept:
        of = f"the means of batches of {size} rows{end}"
        if last:
            yield _batch(float(found.mean()), f"the mean of {of}", cost, "mean(m)")
        if cost >= RARE:
            continue
        yield _batch(float(found.sum()), f"the sum of {of}", cost, "sum(m)")
        if not weighted:
            whole = found.sum() * size - (means[-1] * (size - last) if last and found is means else 0.0)
            words = f"the mean of the sums of batches of {size} rows{end}"
            yield _batch(float(whole / len(found)), words, cost, "mean(s), s the sum of l over each batch")
        with np.errstate(invalid="ignore"):
            roots = float(np.sqrt(found).mean())
        if np.isfinite(roots):
            yield _batch(roots, f"the mean of the roots of {of}", cost + 1, "mean(sqrt(m))")


def _batch(value: float, words: str, cost: float, formula: str) -> Reduced:
    step = Step("reduction", "batches", words, cost)
    return Reduced(
        value, step, formula if ", s" in formula else f"{formula}, m the mean of l over each batch"
    )
