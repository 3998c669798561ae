"""Runs losscli in this process and writes what was watched before the process is left, however it leaves."""

from __future__ import annotations

import json
import os
import runpy
import sys
from collections.abc import Callable, Sequence


def run_watched(path: str, arguments: Sequence[str], report: Callable[[], object]) -> None:
    """Run the command line; `report` gives what goes to the file at `path`, as JSON."""
    leave = os._exit

    def write() -> None:
        with open(path, "w", encoding="ascii") as file:
            json.dump(report(), file)

    def leave_with_report(code: int) -> None:
        write()
        leave(code)

    os._exit = leave_with_report  # the command leaves without running exit handlers
    sys.argv = ["losscli", *arguments]
    try:
        runpy.run_module("losscli", run_name="__main__", alter_sys=True)
    finally:
        write()
