"""A number as somebody printed it: its value, its digits, and how far the unrounded number may lie."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

from losscli.errors import UsageError
from losscli.records import NamedTuple

SINGLE = 5e-7
"""How far, relatively, a number that was added up in single precision may lie from the exact one."""
_SINGLE_DIGITS = 7
_SLACK = 2e-13
"""What our own search may round: it adds up in double precision, and exactly only what it shows."""
_NUMBER = re.compile(r"[+-]?(?P<whole>\d*)(?:\.(?P<part>\d*))?(?:[eE](?P<power>[+-]?\d+))?", re.ASCII)


class Printed(NamedTuple):
    """A number that another tool printed.

    `half` is half a unit of its last printed digit, `digits` counts the significant ones. An infinite number
    has no digits.
    """

    text: str
    value: float
    half: float
    digits: int

    @property
    def tolerance(self) -> float:
        """How far a number may lie that prints so."""
        return self.half * (1 + 1e-9) + _SLACK * abs(self.value)

    @property
    def loose(self) -> float:
        """How far a number may lie whose arithmetic is single precision; 0 where the digits are too few to
        show it."""
        wide = SINGLE * abs(self.value)
        return wide if self.digits >= _SINGLE_DIGITS and wide > self.tolerance else 0.0


def read(value: Any) -> Printed:
    """A text, whose digits count, or a number, which has all its digits. Raises UsageError."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise UsageError(f"value={value!r}: no number", hint='give it as it was printed: "0.2469"')
    text = value.strip() if isinstance(value, str) else repr(value)
    if text.lower().lstrip("+-") in ("inf", "infinity"):
        return Printed(text, float(text), 0.0, 0)
    found = _NUMBER.fullmatch(text)
    figures = (found["whole"] + (found["part"] or "")) if found else ""
    if not found or not figures or not math.isfinite(float(text)):
        raise UsageError(
            f"--value {text}: not a number", hint="give it as it was printed, with all its digits: 0.2469"
        )
    last = int(found["power"] or 0) - len(found["part"] or "")
    digits = len(figures.lstrip("0")) or 1
    return Printed(text, float(text), 0.5 * 10.0**last, digits)


OPTIONS = frozenset(
    ["as_", "weight", "id", "unpaired", "missing", "labels", "header", "delimiter", "input_format", "jobs"]
)
"""The options of `compute` that have a meaning where every reduction is tried."""


def refuse_options(given: Iterable[str]) -> None:
    """Raise UsageError for an option of `compute` that means nothing here."""
    odd = [name for name in given if name not in OPTIONS]
    if odd:
        raise UsageError(
            f"reconcile has no option {odd[0]!r}", hint=f"options: value, {', '.join(sorted(OPTIONS))}"
        )
