"""Rows that are shifted against each other: a lag at which prediction and target belong together.

Derivation. If the pairing is right, then given its own target a prediction knows nothing of the target k rows
away: with the target's values fixed, v_j = u_j * e_j has mean 0, where e_j is prediction j less what the
predictions of rows with the same target have on average, and u_j is target j - k less its own average given
target j. (For real targets "the same" is one of at most 20 groups by rank, in each of which a line is taken
off as well.) The order of the targets does not matter: they may be sorted or come in seasons. For
independent, symmetric v_j the self-normalised sum z = sum(v) / sqrt(sum(v^2)) has

    P(z >= c) <= exp(-c^2 / 2)

for every number of rows (Efron 1969), so with T tests in all, c = sqrt(2 ln(T / ALARM)) keeps the chance of
a false alarm below ALARM. Ranks stand for real values and scores, which bounds every v_j. A lag must also
show a stronger association than the pairing as it is; without this, forecasts whose errors hang together in
time would be taken for shifted ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from losscli.arrays import Floats, Integers, Rows
from losscli.records import NamedTuple

ALARM = 0.0005
"""The chance to call a right pairing shifted."""

LAGS = 16
"""How many rows off, in both directions, is looked at."""

FEWEST = 30
"""Rows below which nothing is said."""

GROUPS = 20
CLASSES = 12
"""The commonest classes that are looked at."""


class Shift(NamedTuple):
    """A shift that was found: prediction j belongs to target j - `lag`, from position `start` of the sample
    on. `here` and `there` are the associations (correlations, -1 to 1) at lag 0 and at the lag; `z` is above
    the `threshold`. `echo` is the target's own association at that lag."""

    lag: int
    start: int
    here: float
    there: float
    z: float
    threshold: float
    echo: float


class Signals(NamedTuple):
    """Rows as the test sees them: `target` (n, c) and `prediction` (n, c), centred, of unit variance;
    `groups` (n,) of rows with the same target, or about the same, with `slopes` within."""

    target: Rows
    prediction: Rows
    groups: Integers
    slopes: bool


def ranked(values: Floats) -> Floats:
    """Ranks (n,) from 0 to n - 1, ties sharing their mean."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    found: Floats = ((ends - counts + ends - 1) / 2.0)[inverse]
    return found


def class_signals(codes: Integers, scores: Rows) -> Signals:
    """Classes (n,) from 0 and the score of each class (n, c); with one column that of class 1."""
    counts = np.bincount(codes, minlength=scores.shape[1])
    if scores.shape[1] == 1:
        columns = np.array([1])
        picked = scores
    else:
        columns = np.argsort(-counts[: scores.shape[1]], kind="stable")[:CLASSES]
        picked = scores[:, columns]
    target = (codes[:, None] == columns[None, :]).astype(np.float64)
    prediction = np.stack([ranked(column) for column in picked.T], axis=1)
    return Signals(_unit(target), _unit(prediction), codes, False)


def real_signals(target: Floats, prediction: Floats) -> Signals:
    """A real target and its prediction, each (n,)."""
    ranks = ranked(target)
    count = max(1, min(GROUPS, len(ranks) // 25))
    groups = np.minimum((ranks * count / len(ranks)).astype(np.int64), count - 1)
    return Signals(_unit(ranks[:, None]), _unit(ranked(prediction)[:, None]), groups, True)


def _unit(values: Rows) -> Rows:
    centred = values - values.mean(axis=0)
    size = np.sqrt((centred * centred).mean(axis=0))
    found: Rows = np.divide(centred, size, out=np.zeros_like(centred), where=size > 0.0)
    return found


def find_shift(signals: Signals, runs: tuple[slice, ...]) -> Shift | None:
    """The shift that stands out most, of all rows or of those behind a half or three quarters; None where
    none is beyond chance."""
    count = len(signals.target)
    starts = [start for start in (0, count // 2, count * 3 // 4) if start == 0 or count - start >= 250]
    if count < FEWEST:
        return None
    lags = [lag for size in range(1, LAGS + 1) for lag in (size, -size)]
    threshold = math.sqrt(2.0 * math.log(len(starts) * len(lags) / ALARM))
    best: Shift | None = None
    for start in starts:
        here = _association(signals.prediction[start:], signals.target[start:])
        for there, lag in _strongest(signals, runs, start, lags):
            if there <= max(here, 0.0):
                continue
            rows, others = lagged(runs, start, lag)
            z = _partial(signals, rows, others)
            if z > max(threshold, best.z if best is not None else 0.0):
                echo = abs(_association(signals.target[rows], signals.target[others]))
                best = Shift(lag, start, here, there, z, threshold, echo)
    return None if best is None else best._replace(start=_beginning(signals, runs, best))


def lagged(runs: tuple[slice, ...], start: int, lag: int) -> tuple[Integers, Integers]:
    """Positions of rows, from `start` on, and of the rows `lag` before them in the same run."""
    pieces = list(_lagged(runs, start, lag))
    rows = np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.int64)
    return rows, rows - lag


def _lagged(runs: tuple[slice, ...], start: int, lag: int) -> Iterator[Integers]:
    for run in runs:
        first = max(run.start, start)
        low, high = max(first, first + lag), min(run.stop, run.stop + lag)
        if high > low:
            yield np.arange(low, high)


def _strongest(
    signals: Signals, runs: tuple[slice, ...], start: int, lags: list[int]
) -> list[tuple[float, int]]:
    """The lags of strongest association, each after it: these alone are tested, so that a right pairing
    costs little."""
    found = []
    for lag in lags:
        rows, others = lagged(runs, start, lag)
        if len(rows) >= FEWEST:
            found.append((_association(signals.prediction[rows], signals.target[others]), lag))
    return sorted(found, key=lambda one: -one[0])[:3]


def _association(left: Rows, right: Rows) -> float:
    """The mean correlation of columns that are centred and of unit variance."""
    return float((left * right).mean())


def _partial(signals: Signals, rows: Integers, others: Integers) -> float:
    """The self-normalised sum of what the predictions know of the other rows' targets beyond their own."""
    groups, own = signals.groups[rows], signals.target[rows, 0]
    own = own if signals.slopes else None
    rest = _without(signals.prediction[rows], groups, own)
    lagging = _without(signals.target[others], groups, own)
    products = (rest * lagging).sum(axis=1)
    size = float(np.sqrt((products * products).sum()))
    return float(products.sum()) / size if size > 0.0 else 0.0


def _without(values: Rows, groups: Integers, own: Floats | None) -> Rows:
    """Values (n, c) less their mean in each group, and less a line in `own` within it."""
    counts = np.maximum(np.bincount(groups), 1)
    found = np.empty_like(values)
    line = None if own is None else own - (np.bincount(groups, own) / counts)[groups]
    for at, column in enumerate(values.T):
        rest = column - (np.bincount(groups, column) / counts)[groups]
        if line is not None:
            power = np.bincount(groups, line * line)
            slope = np.divide(
                np.bincount(groups, line * rest), power, out=np.zeros(len(power)), where=power > 0.0
            )
            rest = rest - slope[groups] * line
        found[:, at] = rest
    return found


def _beginning(signals: Signals, runs: tuple[slice, ...], shift: Shift) -> int:
    """From which position on the lag explains the rows better than the pairing as it is: where the sum of
    the differences, counted from the end, is largest. 0 where this is within the first rows."""
    rows, others = lagged(runs, 0, shift.lag)
    gain = (signals.prediction[rows] * (signals.target[others] - signals.target[rows])).sum(axis=1)
    tail = np.cumsum(gain[::-1])[::-1]
    at = int(np.argmax(tail))
    return 0 if at <= max(20, len(rows) // 20) else int(rows[at])
