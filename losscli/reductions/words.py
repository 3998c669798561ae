"""The words of `--reduction`: mean, sum, std, min, max, median, pNN, none."""

from __future__ import annotations

import re
from fractions import Fraction

from losscli.errors import UsageError
from losscli.records import NamedTuple

PLAIN = ("mean", "sum", "std", "min", "max", "median", "none")
_PERCENTILE = re.compile(r"p(\d+(?:\.\d+)?)", re.ASCII)


class Reduction(NamedTuple):
    """One reduction: its canonical name, and for a quantile its level, exact and between 0 and 1."""

    name: str
    level: Fraction | None = None

    def __str__(self) -> str:
        return self.name


DEFAULT = tuple(Reduction(name) for name in PLAIN[:5])
"""What is computed when nothing is asked for: the first is the headline."""


def parse_reductions(text: str) -> tuple[Reduction, ...]:
    """The reductions that a list such as ``mean,p95,median`` names, in its order, each once.

    Letters' case does not matter, and ``p95.0`` is ``p95``.  UsageError: an unknown word, or no word at all.
    """
    words = [word.strip() for word in text.split(",")]
    found = [_parse_word(word) for word in words]
    return tuple(dict.fromkeys(found))


def _parse_word(word: str) -> Reduction:
    name = word.lower()
    if name == "median":
        return Reduction(name, Fraction(1, 2))
    if name in PLAIN:
        return Reduction(name)
    match = _PERCENTILE.fullmatch(name)
    if match is None:
        raise UsageError(
            f"unknown reduction '{word}'" if word else "a reduction is missing",
            hint=f"one of {', '.join(PLAIN)}, or a percentile such as p95 or p99.9; several with commas",
        )
    percent = Fraction(match[1])
    if not 0 < percent < 100:
        raise UsageError(
            f"the percentile of '{word}' is not between 0 and 100",
            hint="min and max are the ends; p95 and p99.9 lie between",
        )
    whole, _, decimals = match[1].partition(".")
    decimals = decimals.rstrip("0")
    canonical = (whole.lstrip("0") or "0") + ("." + decimals if decimals else "")
    return Reduction(f"p{canonical}", percent / 100)
