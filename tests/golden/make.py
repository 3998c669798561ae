"""Asks the installed libraries again and writes their answers: ``python -m tests.golden.make FAMILY ...``.

A family is a module of cases (`robust` for `robust_cases.py`); without any, all are asked.
"""

from __future__ import annotations

import sys

from tests.golden.making import FAMILIES, write

if __name__ == "__main__":
    for family in sys.argv[1:] or FAMILIES:
        write(family)
