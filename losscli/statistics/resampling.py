"""Are two predictions of the same rows different? The paired permutation test, and its corrections for many
comparisons.

Where two predictions are equally good, a row's difference could as well have the other sign. The test
compares the sum of the differences with the sums under other signs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from losscli.arrays import Floats
from losscli.records import NamedTuple
from losscli.statistics.bootstrap import Draws

__all__ = ["DRAWN", "Flips", "adjusted_by_holm", "flip_tests", "letters", "normal_flips"]

DRAWN: Final = "draws"
"""What the method of a test calls signs that are drawn."""
_BYTE: Final = 8
_SIGNS: Final = 1.0 - 2.0 * np.unpackbits(np.arange(256, dtype=np.uint8)[:, np.newaxis], axis=1)
"""The eight signs that each byte stands for, (256, 8)."""
_GROUPS: Final = 256
"""Groups of eight rows whose signs are drawn together: some megabytes."""
_ROUNDING: Final = 1e-12
"""Sums whose sizes differ by this share of the sum of all sizes are equal but for rounding."""


class Flips(NamedTuple):
    """The p-value of a two-sided test, and its method in words."""

    p: float
    method: str


def flip_tests(differences: Sequence[Floats], draws: Draws) -> list[Flips]:
    """The test of each column of finite differences, each (n,), of the same rows in any order.

    Rows that do not differ decide nothing. All signs of the others are tried where these are no more than the
    draws; else they are drawn, and the p-value is (1 + those as extreme) / (1 + draws), which never is 0.
    """
    found: dict[int, Flips] = {}
    drawn: dict[int, Floats] = {}
    for place, column in enumerate(differences):
        largest = float(np.abs(column).max(initial=0.0))
        moved = np.sort(column[column != 0.0] / largest) if largest else np.zeros(0)
        if moved.size < draws.resamples.bit_length():  # 2**size is no more than the draws
            found[place] = Flips(_every_sign(moved), "permutation test, every sign")
        else:
            drawn[place] = moved
    if drawn:
        shares = _drawn_signs(list(drawn.values()), draws)
        method = f"permutation test, {draws.resamples:,} {DRAWN}, seed {draws.seed}"
        found.update({place: Flips(p, method) for place, p in zip(drawn, shares, strict=True)})
    return [found[place] for place in range(len(differences))]


def normal_flips(differences: Floats) -> Flips:
    """The test by the normal distribution that the sum under random signs tends to: its mean is 0, its
    variance the sum of the squares. For many rows."""
    largest = float(np.abs(differences).max(initial=0.0))
    method = "permutation test, normal approximation"
    if not largest:
        return Flips(1.0, method)
    scaled = np.sort(differences) / largest
    size = abs(math.fsum(scaled.tolist())) / math.sqrt(float(np.dot(scaled, scaled)))
    return Flips(math.erfc(size / math.sqrt(2.0)), method)


def _every_sign(moved: Floats) -> float:
    sums = np.zeros(1)
    for value in moved:
        sums = np.concatenate([sums + value, sums - value])
    return float(np.mean(np.abs(sums) >= _extreme(moved)))


def _extreme(moved: Floats) -> float:
    """The least size of a sum that counts as large as the observed one."""
    return abs(math.fsum(moved.tolist())) - _ROUNDING * math.fsum(np.abs(moved).tolist())


def _drawn_signs(columns: Sequence[Floats], draws: Draws) -> list[float]:
    """The p-value of each column. Eight rows at a time: their 256 sums are looked up by a random byte."""
    groups = -(-max(column.size for column in columns) // _BYTE)
    padded = np.zeros((groups * _BYTE, len(columns)))
    for place, column in enumerate(columns):
        padded[: column.size, place] = column
    eights = padded.reshape(groups, _BYTE, len(columns))
    random = np.random.Generator(np.random.PCG64(draws.seed))
    sums = np.zeros((draws.resamples, len(columns)))
    for start in range(0, groups, _GROUPS):
        tables = np.matmul(_SIGNS, eights[start : start + _GROUPS])
        chosen = random.integers(0, 256, size=(len(tables), draws.resamples), dtype=np.uint8)
        for table, row in zip(tables, chosen, strict=True):
            sums += table[row]
    least = np.array([_extreme(column) for column in columns])
    extreme = np.count_nonzero(np.abs(sums) >= least, axis=0)
    return [(1 + count) / (1 + draws.resamples) for count in extreme.tolist()]


def adjusted_by_holm(values: Sequence[float]) -> list[float]:
    """The p-values of several tests, adjusted by Holm's method: one below alpha is a difference, and the
    chance that any is wrong stays below alpha.

    >>> adjusted_by_holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(values)), key=values.__getitem__)
    found = [0.0] * len(values)
    largest = 0.0
    for step, place in enumerate(order):
        largest = max(largest, min(1.0, (len(values) - step) * values[place]))
        found[place] = largest
    return found


def letters(count: int, apart: Iterable[tuple[int, int]]) -> list[str]:
    """The compact letter display of so many things, the best first: two share a letter unless they are told
    apart. Piepho 2004, doi:10.1198/1061860043515.

    >>> letters(3, [(0, 2)])
    ['A', 'AB', 'B']
    """
    groups: list[frozenset[int]] = [frozenset(range(count))]
    for first, second in sorted(apart):
        split: list[frozenset[int]] = []
        for group in groups:
            both = first in group and second in group
            split += [group - {first}, group - {second}] if both else [group]
        kept: list[frozenset[int]] = []
        for group in sorted(set(split), key=lambda one: (-len(one), sorted(one))):
            if not any(group <= other for other in kept):
                kept.append(group)
        groups = kept
    groups.sort(key=sorted)
    names = [_letter(place) for place in range(len(groups))]
    return [
        "".join(name for name, group in zip(names, groups, strict=True) if member in group)
        for member in range(count)
    ]


def _letter(place: int) -> str:
    turn, letter = divmod(place, 26)
    return chr(ord("A") + letter) + (str(turn + 1) if turn else "")
