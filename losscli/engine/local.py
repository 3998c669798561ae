"""`evaluate` on this machine: read, pair, check, score, and write down what was found."""

from __future__ import annotations

import numpy as np

from losscli.arrays import Rows
from losscli.engine.guard import Guard
from losscli.engine.pairing import pair_rows
from losscli.engine.plan import Plan, close_plan, make_plan
from losscli.engine.request import Listeners, Request
from losscli.engine.rows import RowReader
from losscli.engine.rowset import Rowset
from losscli.engine.run import Run
from losscli.errors import NotPerSample, UsageError, counted
from losscli.reductions import parse_reductions
from losscli.registry import BoundLoss
from losscli.report.compute import ComputeReport


def evaluate(request: Request, listeners: Listeners | None = None) -> ComputeReport:
    """Compute everything a request asks for. Raises the errors of losscli.errors; prints nothing."""
    check(request)
    plan = make_plan(request)
    try:
        check(request._replace(losses=plan.losses))
        if request.state and (plan.downward or plan.grouping in ("lists", "sets")):
            raise _no_state(plan.losses[0])
        run = Run(request, plan, listeners or Listeners())
        run.go()
        found = run.found()
        report = found.report()
        if not request.state:
            return report
        from losscli.engine.state import to_state

        return report._replace(state=to_state(found))
    finally:
        close_plan(plan)


def check(request: Request) -> None:
    """Refuse what no data could make right. Raises UsageError."""
    parse_reductions(",".join(request.reductions))
    if "none" in request.reductions and len(request.reductions) > 1:
        raise UsageError("--reduction none goes alone", hint="use --per-sample FILE to have the rows as well")
    for name, value, allowed in (
        ("--multioutput", request.multioutput, ("mean", "sum", "none")),
        ("--missing", request.missing, ("error", "skip")),
        ("--unpaired", request.unpaired, ("error", "skip")),
    ):
        if value not in allowed:
            raise UsageError(f"{name} {value}: not one of {', '.join(allowed)}")
    _check_level(request)
    if request.by is not None:
        _check_by(request)
    if request.unpaired == "skip" and not request.id:
        raise UsageError("--unpaired skip pairs by key", hint="name the key: --id COLUMN")
    for bound in request.losses:
        loss = bound.loss
        odd = [word for word in request.reductions if word not in ("mean", "none")]
        if (bound.is_set or loss.total is not None) and odd:
            raise NotPerSample(
                f"{bound.spec} is one number for the whole set, so it has no {', '.join(odd)}",
                hint=f"{bound.part} has them: its rows are what {loss.name} is made of"
                if bound.part
                else None,
            )
        if request.state:
            _check_state(request, bound)
        if request.gradient and not bound.has_slope:
            raise UsageError(f"{bound.spec} has no gradient", hint="leave out --gradient")


def _check_level(request: Request) -> None:
    if request.confidence is not None:
        from losscli.statistics.intervals import check_level

        check_level(request.confidence)


def _check_by(request: Request) -> None:
    """Refuse what no segment has. Raises UsageError."""
    if "none" in request.reductions:
        raise UsageError(
            "--reduction none lists every row, --by adds rows up: one of the two",
            hint="use --per-sample FILE to have the rows beside the segments",
        )
    needs = [
        entry.name for entry in parse_reductions(",".join(request.reductions)) if entry.level is not None
    ]
    if needs:
        raise UsageError(
            f"--by has no {needs[0]}: it needs all values of every segment at once",
            hint="leave out one of the two, or compute the segments in runs of their own",
        )


def _check_state(request: Request, bound: BoundLoss) -> None:
    """Refuse what no state can hold. Raises UsageError."""
    needs = [word for word in request.reductions if word == "median" or word.startswith("p")]
    if needs or "none" in request.reductions or request.rows == "all":
        what = f"--reduction {needs[0]} needs" if needs else "every row is asked for: this needs"
        raise UsageError(
            f"{what} all values, a state holds only sums", hint="--per-sample FILE writes every row's value"
        )
    if bound.loss.gather:
        raise _no_state(bound)


def _no_state(bound: BoundLoss) -> UsageError:
    return UsageError(
        f"{bound.spec} sees all rows of a set or a list at once, so parts of it do not add up",
        hint="compute it over all rows in one run",
    )


def find_row(request: Request, number: int) -> tuple[Rows, ...]:
    """The clean inputs of one data row, an array of one row each. Raises UsageError when there is no such
    row."""
    plan = make_plan(request)
    try:
        return _find(request, plan, number)
    finally:
        close_plan(plan)


def _find(request: Request, plan: Plan, number: int) -> tuple[Rows, ...]:
    reader = RowReader(plan, request.missing == "skip")
    guard = Guard(plan.losses, [feed.at for feed in plan.feeds])
    for rowset in reader.rowsets(iter(pair_rows(plan, request.unpaired))):
        hits = np.flatnonzero(rowset.all_numbers() == number)
        if len(hits):
            one = rowset_part(rowset, int(hits[0]))
            if not guard.check(one):
                guard.finish()
            return one.inputs
    raise UsageError(
        f"there is no row {number}: the inputs have {counted(reader.read, 'row')}",
        hint="rows count from 1, without the header",
    )


def rowset_part(rowset: Rowset, row: int) -> Rowset:
    """One row of a rowset."""
    inputs = tuple(block[row : row + 1] for block in rowset.inputs)
    kept = rowset.positions(np.array([row]))
    return Rowset(rowset.feeds, rowset.blocks, inputs, None, None, kept, rowset.downward)
