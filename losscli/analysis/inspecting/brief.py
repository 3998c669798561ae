"""A short look at rows that a run has scored: what explains that a constant is as good?"""

from __future__ import annotations

from contextlib import ExitStack

import numpy as np

from losscli.analysis.inspecting.commands import Commands
from losscli.analysis.inspecting.faults import Case, cell_faults
from losscli.analysis.inspecting.kinds import nature_of
from losscli.analysis.inspecting.look import open_look
from losscli.analysis.inspecting.pair_faults import pair_faults
from losscli.analysis.inspecting.scan import scan
from losscli.engine.plan import close_plan
from losscli.engine.request import Request
from losscli.report.inspect import Fault
from losscli.report.tables import Finding

MOST = 1 << 13
"""Rows that are looked at, the first ones: a quarter of those that `inspect` compares pair by pair."""
MOST_JOINED = 1 << 20
"""Rows up to which keys are joined once more."""


def faults_in_brief(request: Request, rows: int) -> list[Finding]:
    """What `inspect` says is wrong with the first rows of a target and a prediction, of `rows` in all.

    Nothing where keys would take a long second join. Raises what `inspect` raises."""
    if request.id and rows > MOST_JOINED:
        return []
    with ExitStack() as stack, np.errstate(all="ignore"):  # numbers near the largest double are no news
        look = open_look(request)
        try:
            seen = scan(look, stack, most=MOST)
        finally:
            close_plan(look.plan)
        case = Case(seen, nature_of(look, seen), Commands(look))
        where = "" if seen.rows.scored == rows else f" (looking at the first {seen.rows.scored:,} rows)"
        return [_finding(fault, where) for fault in (*cell_faults(case), *pair_faults(case))]


def _finding(fault: Fault, where: str) -> Finding:
    place = f"{fault.place}: " if fault.place is not None else ""
    fix = f"; {fault.fix}" if fault.fix else ""
    return Finding(fault.code, f"{place}{fault.words}{where}{fix}")
