"""Runs losscli as it is, or without a look at whether a constant is as good: a run that doubts nothing.

python tests/benchmarks/with_doubts.py yes|no ARGUMENTS...
"""

from __future__ import annotations

import runpy
import sys

from losscli.cli import second_look
from losscli.engine.glance import Glance

if __name__ == "__main__":
    if sys.argv[1] == "no":
        Glance.of = lambda tally: None  # type: ignore[method-assign,assignment]
        second_look.look_again = lambda options, report: []  # type: ignore[assignment]
    sys.argv = ["losscli", *sys.argv[2:]]
    runpy.run_module("losscli", run_name="__main__", alter_sys=True)
