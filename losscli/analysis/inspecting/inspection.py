"""`inspect`: open, read once, name, judge, advise."""

from __future__ import annotations

from contextlib import ExitStack

import numpy as np

from losscli.analysis.inspecting.advice import advise
from losscli.analysis.inspecting.commands import Commands
from losscli.analysis.inspecting.faults import Case, cell_faults
from losscli.analysis.inspecting.holdings import holdings, model_words, problem_words
from losscli.analysis.inspecting.kinds import nature_of
from losscli.analysis.inspecting.look import open_look
from losscli.analysis.inspecting.pair_faults import pair_faults
from losscli.analysis.inspecting.scan import scan
from losscli.analysis.inspecting.values import fits_of
from losscli.engine.plan import close_plan
from losscli.engine.request import Progress, Request
from losscli.report.inspect import InspectReport


def inspect(request: Request, progress: Progress | None = None) -> InspectReport:
    """Look at the two inputs of a request, whose losses nobody looks at.

    Raises usage, data and storage errors for what cannot be read or paired; what can be read and looks wrong
    is in the report."""
    with ExitStack() as stack, np.errstate(all="ignore"):  # numbers near the largest double are no news
        look = open_look(request)
        try:
            seen = scan(look, stack, progress)
        finally:
            close_plan(look.plan)
        case = Case(seen, nature_of(look, seen), Commands(look))
        faults = [*cell_faults(case), *pair_faults(case)]
        fits, warned = fits_of(case, advise(case))
        told = {"W126", *(one.code for one in seen.warnings)}  # why a skill is low is judged here
        return InspectReport(
            inputs=seen.inputs,
            rows=seen.rows,
            pairing=seen.pairing,
            problem=problem_words(case),
            model=model_words(case.nature),
            sampled=seen.sample.size,
            held=tuple(holdings(case)),
            faults=tuple(faults),
            fits=tuple(fits),
            warnings=(*seen.warnings, *(one for one in warned if one.code not in told)),
        )
