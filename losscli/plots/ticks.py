"""Round numbers along an axis, and how they are written."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from losscli.records import NamedTuple
from losscli.report.figure import Axis, Panel

_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_MARGIN: Final = 0.04


class Scale(NamedTuple):
    """An axis with both ends known."""

    low: float
    high: float

    def share(self, value: float) -> float:
        """Where the value lies: 0 at the low end, 1 at the high one; far beyond where it overflows."""
        # halved, so that the distance of two huge numbers is finite
        return (value / 2 - self.low / 2) / (self.high / 2 - self.low / 2)

    def holds(self, value: float) -> bool:
        """Whether the value lies on the axis, but for rounding."""
        return math.isfinite(value) and -1e-9 <= self.share(value) <= 1 + 1e-9


def nice_step(span: float, count: int) -> float:
    """A round step that cuts the span into at most `count` pieces.

    >>> nice_step(1.0, 5), nice_step(347.0, 6)
    (0.2, 100.0)
    """
    raw = span / max(count, 1)
    if not (raw > 0 and math.isfinite(raw)):
        return 1.0
    power = 10.0 ** math.floor(math.log10(raw))
    if power == 0.0:
        return raw
    step = next((step for step in _STEPS if step * power >= raw * (1 - 1e-12)), _STEPS[-1])
    return step * power


def nice_edges(low: float, high: float, count: int) -> list[float]:
    """Edges of at most about `count` bins, all of one round width, from below `low` to above `high`."""
    if not low < high:
        half = abs(low) / 2 or 0.5
        return [low - half, low + half]
    step = nice_step(high - low, count)
    first, last = math.floor(low / step), math.ceil(high / step)
    if not last - first <= 4 * count:  # a span too small for the numbers it is between
        return [low + (high - low) * place / count for place in range(count + 1)]
    return [_exact(place, step) for place in range(first, max(last, first + 1) + 1)]


def _exact(place: int, step: float) -> float:
    """place * step without the error that a step such as 0.1 would add."""
    return float(f"{place * step:.12g}")


def ticks(scale: Scale, count: int) -> list[float]:
    """Round numbers on the axis, at most `count` + 1 of them."""
    step = nice_step(scale.high - scale.low, count)
    first, last = math.ceil(scale.low / step - 1e-9), math.floor(scale.high / step + 1e-9)
    if not 0 <= last - first <= 4 * count + 4:
        return [scale.low, scale.high]
    return [_exact(place, step) for place in range(first, last + 1)]


def tick_words(values: Sequence[float]) -> list[str]:
    """The numbers with the same, fewest decimals that tell them apart and are right; exponents where they are
    far from 1.

    >>> tick_words([0.0, 0.25, 0.5]), tick_words([0.0, 2e9])
    (['0.00', '0.25', '0.50'], ['0', '2e+09'])
    """
    largest = max((abs(value) for value in values), default=0.0)
    if largest == 0 or 1e-3 <= largest < 1e6:
        for decimals in range(8):
            words = [f"{value:.{decimals}f}" for value in values]
            if _right(words, values, largest):
                return ["0" if float(word) == 0 and decimals == 0 else word for word in words]
    for digits in range(1, 17):
        words = [f"{value:.{digits}g}" for value in values]
        if _right(words, values, largest):
            return words
    return [repr(value) for value in values]


def _right(words: Sequence[str], values: Sequence[float], largest: float) -> bool:
    """Whether the words differ where the values do, and say them but for rounding."""
    if len(set(words)) < len(set(values)):
        return False
    return all(abs(float(word) - value) <= 1e-9 * largest for word, value in zip(words, values, strict=True))


def horizontal(panel: Panel) -> Scale:
    """The horizontal scale of a panel."""
    if panel.x.names:
        return Scale(0.5, len(panel.x.names) + 0.5)
    values = [value for entry in panel.series for value in (*entry.x, *(entry.numbers("to") or ()))]
    if panel.grid is not None:
        values += panel.grid.x
        return _between(panel.x, values, 0.0)
    values += [rule.at for rule in panel.rules if rule.along == "x"]
    has_bars = any("to" in entry.extra for entry in panel.series)
    return _between(panel.x, values, 0.0 if has_bars else _MARGIN)


def vertical(panel: Panel) -> Scale:
    """The vertical scale of a panel; bars stand on 0."""
    values = [value for entry in panel.series for value in entry.y]
    for entry in panel.series:
        values += [*(entry.numbers("low") or ()), *(entry.numbers("high") or ())]
        if entry.mark.value == "bars":
            values.append(0.0)
    if panel.grid is not None:
        values += panel.grid.y
        return _between(panel.y, values, 0.0)
    values += [rule.at for rule in panel.rules if rule.along == "y"]
    found = _between(panel.y, values, _MARGIN)
    bars = all(entry.mark.value == "bars" for entry in panel.series) and bool(panel.series)
    return Scale(0.0, found.high) if bars and panel.y.low is None and min(values) >= 0 else found


def _between(axis: Axis, values: Sequence[float], margin: float) -> Scale:
    finite = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    low, high = min(finite), max(finite)
    if low == high:
        room = abs(low) * 0.1 or 1.0
    else:
        room = (high / 2 - low / 2) * 2 * margin
        room = room if math.isfinite(room) else 0.0
    low = low - room if axis.low is None else axis.low
    high = high + room if axis.high is None else axis.high
    return Scale(low, high) if low < high else Scale(low, low + 1.0)
