"""Runs losscli with NumPy's rounded sum in place of the exact one: what a run costs without exactness.

    python tests/benchmarks/rounded_sum.py ARGUMENTS...

The number that is printed is wrong; only the time counts.
"""

from __future__ import annotations

import runpy
import sys

import numpy as np

from losscli.arrays import Floats
from losscli.numerics.exact import ExactSum


def add_rounded(total: ExactSum, values: Floats) -> None:
    """What a plain tool does with a block."""
    np.sum(values)
    total.add_count(1)


if __name__ == "__main__":
    ExactSum.add = add_rounded  # type: ignore[method-assign]
    sys.argv = ["losscli", *sys.argv[1:]]
    runpy.run_module("losscli", run_name="__main__", alter_sys=True)
