"""Numbers gathered into bars, and what several kinds say of them."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from losscli.arrays import Floats
from losscli.plots.ticks import nice_edges
from losscli.reductions import Quantiles, parse_reductions
from losscli.report.figure import Mark, Numbers, Series

_FEWEST, _MOST = 8, 40
COLUMN: Final = "to"


def edges_of(values: Floats, bins: int | None) -> Floats:
    """Edges of bars for finite values: of one round width, about as many as Freedman and Diaconis propose, at
    least 8 and at most 40; with `bins` exactly so many between the smallest and the largest value."""
    low, high = float(values.min()), float(values.max())
    if low == high:
        low, high = nice_edges(low, high, 1)
    if bins is not None:
        return _even(low, high, bins)
    span = high - low
    if not math.isfinite(span):
        return _even(low, high, _FEWEST)
    first, third = np.quantile(values, (0.25, 0.75))
    width = 2 * (third - first) / math.cbrt(len(values))
    wanted = _MOST if width <= span / _MOST else span / width
    edges = np.array(nice_edges(low, high, int(max(wanted, _FEWEST))))
    covers = edges[0] <= low and high <= edges[-1] and bool((np.diff(edges) > 0).all())
    return edges if covers else _even(low, high, _FEWEST)


def _even(low: float, high: float, bins: int) -> Floats:
    """Edges of equal width from end to end; halved on the way, so that no distance overflows."""
    edges: Floats = 2 * np.linspace(low / 2, high / 2, bins + 1)
    edges[0], edges[-1] = low, high
    return edges


def quantiles_of(values: Floats, words: str, weights: Floats | None) -> list[float]:
    """Quantiles by the words of `--reduction`, and by its definition: a row of weight k is k rows."""
    wanted = parse_reductions(words)
    found = Quantiles(wanted)
    found.add(values, weights)
    numbers = found.result()
    return [numbers[one.name].value for one in wanted]


def histogram(label: str, values: Floats, edges: Floats) -> Series:
    """How many values lie in each bar; the last one holds its upper edge too."""
    counts = np.histogram(values, edges)[0]
    return bars(label, edges, tuple(float(count) for count in counts))


def bars(label: str, edges: Floats, heights: Numbers) -> Series:
    """Bars between edges."""
    return Series(label, Mark.BARS, tuple(edges[:-1].tolist()), heights, {COLUMN: tuple(edges[1:].tolist())})


def shares(values: Floats) -> Floats | None:
    """What part of their sum each value is; None where shares mean nothing: below 0, infinite, or all 0."""
    largest = float(values.max())
    if not (values.min() >= 0 and 0 < largest < math.inf):
        return None
    scaled = values / largest  # so that no sum overflows
    return np.asarray(scaled / math.fsum(scaled))


def wilson(hits: float, count: float, bound: float) -> tuple[float, float]:
    """The Wilson score interval of a share; `bound` is the normal bound of its level. Within [0, 1], and of
    some width even where all or none hit.

    >>> [round(end, 4) for end in wilson(8, 10, 1.959963984540054)]
    [0.4902, 0.9433]
    """
    share, square = hits / count, bound * bound
    centre = (share + square / (2 * count)) / (1 + square / count)
    reach = (
        bound * math.sqrt(share * (1 - share) / count + square / (4 * count * count)) / (1 + square / count)
    )
    low = 0.0 if share == 0 else max(centre - reach, 0.0)
    high = 1.0 if share == 1 else min(centre + reach, 1.0)
    return low, high
