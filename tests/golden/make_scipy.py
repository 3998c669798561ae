"""Writes scipy.json where that library is installed: ``python -m tests.golden.make_scipy``."""

from __future__ import annotations

from tests.golden.making import write

if __name__ == "__main__":
    write("scipy")
