"""Writes sample_data/expected.json: what losscli must answer on the sample data, and who else says so.

    python tests/golden/samples/make_expected.py [FILE]

Needs numpy, scipy, scikit-learn, torch, optax and keras (with jax), rax, scoringrules, utilsforecast (with
pandas) and mpmath, and never losscli. Every value is the textbook formula at 50 digits, rounded once to a
double; each further origin is a call of another library that must agree.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")  # read when Keras is imported; its usual one needs tensorflow

import mpmath
from case import Case
from cases import CASES
from foreign import SINGLE
from formulas import DIGITS, Number

ROOT = Path(__file__).resolve().parents[3]
sys.path.append(str(ROOT))  # some calls are scripts of tests.golden, which hand on to the library they name
# Frameworks add a few hundred numbers in their own order; they agree far below this.
AGREEMENT = 1e-12
SINGLE_AGREEMENT = 1e-6


def main() -> None:
    """Computes every case, asserts that its origins agree, writes the list."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "sample_data" / "expected.json"
    entries = [entry(case) for case in CASES]
    text = json.dumps(entries, indent=1, ensure_ascii=True, allow_nan=False)
    target.write_text(text + "\n", encoding="ascii", newline="\n")


def entry(case: Case) -> dict[str, Any]:
    """One expected result with its origins, the 50 digits first."""
    value = float(exact_value(case))
    found = [origin("mpmath", mpmath.__version__, case.sentence(DIGITS), value)]
    for foreign in case.calls:
        other = float(foreign.carry_out(case.arrays))
        agreement = SINGLE_AGREEMENT if foreign.library in SINGLE else AGREEMENT
        if abs(other - value) > agreement * abs(value):
            raise SystemExit(f"{case.arguments}: {foreign} gives {other!r}, {DIGITS} digits give {value!r}")
        found.append(origin(foreign.library, foreign.version, str(foreign), other))
    return {
        "files": [f"sample_data/{name}" for name in case.files],
        "arguments": case.words(),
        "loss": case.loss,
        "reduction": case.reduction,
        "value": value,
        "origins": found,
    }


def origin(library: str, version: str, call: str, value: float) -> dict[str, Any]:
    """Where a value comes from, so that anybody can ask there again."""
    return {"library": library, "version": version, "call": call, "value": value}


def exact_value(case: Case) -> Number:
    """The case's value at 50 digits."""
    losses = case.formula.rows([case.arrays[name] for name in case.inputs])
    weights = [mpmath.mpf(1)] * len(losses)
    if case.weights:
        weights = [mpmath.mpf(float(weight)) for weight in case.arrays[case.weights]]
    return case.formula.finish(reduce_exactly(losses, weights, case.reduction or "mean"))


def reduce_exactly(losses: Sequence[Number], weights: Sequence[Number], reduction: str) -> Number:
    """Mean, sum, population deviation, extremes, quantiles (averaged inverted distribution function)."""
    total = sum(weight * loss for weight, loss in zip(weights, losses, strict=True))
    mean = total / sum(weights)
    if reduction == "mean":
        return mean
    if reduction == "sum":
        return total
    if reduction == "std":
        spread = sum(w * (loss - mean) ** 2 for w, loss in zip(weights, losses, strict=True))
        return mpmath.sqrt(spread / sum(weights))
    if reduction in {"min", "max"}:
        return min(losses) if reduction == "min" else max(losses)
    level = Fraction(1, 2) if reduction == "median" else Fraction(reduction.removeprefix("p")) / 100
    return quantile(losses, level)


def quantile(losses: Sequence[Number], level: Fraction) -> Number:
    """Where the share of rows reaches the level; the mean of both neighbours where it is met exactly."""
    ordered = sorted(losses)
    reached = level * len(ordered)
    below = reached.numerator // reached.denominator
    if reached.denominator == 1:
        return (ordered[below - 1] + ordered[below]) / 2
    return ordered[below]


if __name__ == "__main__":
    main()
