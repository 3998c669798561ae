"""Columns of classes in another order, an inverted class, and other readings of the same numbers, decided by
likelihood.

Derivation. Let p be the likelihood of a row under the columns as they stand and q under another reading that
is fixed beforehand. If p is right, E[q / p] = 1 for every row, so the product over the rows is at least 1 / a
with a chance of at most a (Markov). K readings share the level ALARM: reading r is believed when sum(ln q -
ln p) >= ln(1 / (ALARM * w_r)), with weights w_r that add up to 1. Of the orders of C columns, those that move
m columns have the weight 2^(1 - m) / ((C choose m) D_m), where D_m is the number of ways to move all of m.
This holds for probabilities that mean what they say; those of a model that is too sure of itself do not, so
one of two further things must hold, and each takes half of the level. Either the gain suffices when all
logarithms are divided by the temperature (1 to 10) that makes the columns as they stand most likely, which
takes the boasting out; or the differences d stand out among themselves, z = sum(d) / sqrt(sum(d^2)) >=
sqrt(2 ln(2 / (ALARM * w_r))), which for symmetric d has at most that chance (Efron 1969) whatever the
probabilities claim. And the order that is found must say more of the rows' classes than their frequencies do,
by as much: of predictions that belong to other rows, no order of columns is the right one.
"""

from __future__ import annotations

import math

import numpy as np

from losscli.analysis.inspecting.shifts import ranked
from losscli.arrays import Floats, Integers, Rows
from losscli.records import NamedTuple

ALARM = 0.00025
"""The chance to find another order, or another reading, where the one at hand is right."""

FEWEST = 20
"""Rows below which nothing is said."""

LEAST = 1e-9
"""Probabilities below this count as this, so that a single row does not decide."""

MOST_CLASSES = 200

TEMPERATURES = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0, 10.0, 20.0)


class Order(NamedTuple):
    """The order that fits: class c stands in column `columns[c]`. `gain` is the sum of ln q - ln p over the
    rows, `needed` what it had to reach; `here` and `there` are the mean losses in nats."""

    columns: tuple[int, ...]
    moved: int
    gain: float
    needed: float
    here: float
    there: float


def find_order(codes: Integers, chances: Rows) -> Order | None:
    """The order of the columns that fits beyond chance better than the given one; None without one.

    `codes` (n,) are classes from 0, `chances` (n, c) probabilities."""
    width = chances.shape[1]
    if not 2 <= width <= MOST_CLASSES or len(codes) < FEWEST:
        return None
    logs = np.log(np.clip(chances, LEAST, 1.0))
    own = logs[np.arange(len(codes)), codes]
    gains, squares = np.zeros((width, width)), np.zeros((width, width))
    for column in range(width):
        better = logs[:, column] - own
        gains[:, column] = np.bincount(codes, better, minlength=width)
        squares[:, column] = np.bincount(codes, better * better, minlength=width)
    present = np.bincount(codes, minlength=width) > 0
    columns = _kept(best_columns(gains + 1e-9 * np.eye(width)), present)
    moved = int(np.count_nonzero(columns != np.arange(width)))
    if not moved:
        return None
    classes = np.arange(width)
    gain = float(gains[classes, columns].sum())
    size = math.sqrt(float(squares[classes, columns].sum()))
    needed = math.log(2.0 / ALARM) + _readings(width, moved)
    heat, _ = _temperature(logs, own)
    if gain / heat < needed and gain < max(needed, math.sqrt(2.0 * needed) * size):
        return None
    if _frequencies(codes) - _temperature(logs, logs[np.arange(len(codes)), columns[codes]])[1] < needed:
        return None
    here = -float(own.mean())
    return Order(tuple(columns.tolist()), moved, gain, needed, here, here - gain / len(codes))


def _temperature(logs: Rows, own: Floats) -> tuple[float, float]:
    """By what all logarithms must be divided to make the classes of the rows most likely, `own` being the
    logarithms (n,) of their columns; and the cross-entropy of all rows then."""
    found = [
        (float((np.log(np.exp(logs / heat).sum(axis=1)) - own / heat).sum()), heat) for heat in TEMPERATURES
    ]
    surprise, heat = min(found)
    return heat, surprise


def _frequencies(codes: Integers) -> float:
    """The cross-entropy of all rows when their classes' own frequencies predict them."""
    counts = np.bincount(codes)
    counts = counts[counts > 0]
    return -float((counts * np.log(counts / len(codes))).sum())


def _kept(columns: Integers, present: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Integers:
    """Cycles of classes that do not occur stay as they are."""
    found = columns.copy()
    for start in range(len(columns)):
        cycle, at = [start], int(columns[start])
        while at != start:
            cycle.append(at)
            at = int(columns[at])
        if not present[cycle].any():
            found[cycle] = cycle
    return found


def _readings(width: int, moved: int) -> float:
    """The logarithm of 1 / w: see above."""
    total = sum((-1.0) ** k / math.factorial(k) for k in range(min(moved, 20) + 1))
    derangements = math.lgamma(moved + 1) + math.log(total)
    choices = math.lgamma(width + 1) - math.lgamma(moved + 1) - math.lgamma(width - moved + 1)
    return choices + derangements + (moved - 1) * math.log(2.0)


def likeliest_columns(codes: Integers, chances: Rows) -> Integers:
    """The column of each class, all orders alike beforehand: the likeliest."""
    width = chances.shape[1]
    logs = np.log(np.clip(chances, LEAST, 1.0))
    sums = [np.bincount(codes, column, minlength=width).astype(np.float64) for column in logs.T]
    return best_columns(np.stack(sums, axis=1))


def best_columns(gains: Floats) -> Integers:
    """A column for each row of a square matrix, each once, so that the sum is largest (the Hungarian
    method)."""
    costs = -gains
    count = len(costs)
    rows_price, columns_price = np.zeros(count + 1), np.zeros(count + 1)
    owner = np.zeros(count + 1, dtype=np.int64)
    for row in range(1, count + 1):
        owner[0] = row
        least, came = np.full(count + 1, np.inf), np.zeros(count + 1, dtype=np.int64)
        used = np.zeros(count + 1, dtype=np.bool_)
        column = 0
        while True:
            used[column] = True
            reduced = costs[owner[column] - 1] - rows_price[owner[column]] - columns_price[1:]
            better = ~used[1:] & (reduced < least[1:])
            least[1:][better], came[1:][better] = reduced[better], column
            step = np.where(used, np.inf, least)
            step[0] = np.inf
            following = int(np.argmin(step))
            size = step[following]
            rows_price[owner[used]] += size
            columns_price[used] -= size
            least[~used] -= size
            column = following
            if owner[column] == 0:
                break
        while column:
            owner[column] = owner[came[column]]
            column = int(came[column])
    found = np.zeros(count, dtype=np.int64)
    found[owner[1:] - 1] = np.arange(count)
    return found


class Inversion(NamedTuple):
    """The prediction falls where the target rises: `area` is the AUC (binary), `correlation` that of the
    ranks; `z` is how many standard deviations it is below chance, beyond `threshold`."""

    area: float
    correlation: float
    z: float
    threshold: float


THRESHOLD = math.sqrt(2.0 * math.log(1.0 / ALARM))


def find_inversion(target: Floats, prediction: Floats, binary: bool) -> Inversion | None:
    """Whether the association is negative beyond chance; None where it is not."""
    found = association(target, prediction, binary)
    return found if len(target) >= FEWEST and found.z < -THRESHOLD else None


def association(target: Floats, prediction: Floats, binary: bool) -> Inversion:
    """The rank association of a target (n,) and a prediction (n,), as z under no association."""
    left, right = ranked(target), ranked(prediction)
    left, right = left - left.mean(), right - right.mean()
    size = math.sqrt(float((left * left).sum()) * float((right * right).sum()))
    correlation = float((left * right).sum()) / size if size > 0.0 else 0.0
    area = 0.5
    positives = int(np.count_nonzero(target == 1.0)) if binary else 0
    if 0 < positives < len(target):
        ranks = ranked(prediction)[target == 1.0]
        area = (float(ranks.mean()) - (positives - 1) / 2.0) / (len(target) - positives)
    return Inversion(area, correlation, correlation * math.sqrt(max(len(target) - 1, 0)), THRESHOLD)


def log_likelihood(target: Floats, chance: Floats) -> Floats:
    """(n,) logarithms of Bernoulli's likelihood of targets 0 and 1."""
    chance = np.clip(chance, LEAST, 1.0 - LEAST)
    return np.asarray(np.where(target == 1.0, np.log(chance), np.log1p(-chance)), dtype=np.float64)


def sigmoid(logits: Rows) -> Rows:
    """1 / (1 + exp(-z)), without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * logits)), dtype=np.float64)


def softmax(logits: Rows) -> Rows:
    """Rows (n, c) of logits as probabilities."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    found: Rows = powers / powers.sum(axis=1, keepdims=True)
    return found


def beats(other: Floats, own: Floats, readings: int) -> bool:
    """Whether one of several readings of equal weight is believed, from the rows' log-likelihoods (n,)."""
    better = other - own
    needed = math.log(readings / ALARM)
    gain, size = float(better.sum()), math.sqrt(float((better * better).sum()))
    return len(own) >= FEWEST and gain >= needed and gain >= math.sqrt(2.0 * needed) * size
