"""`evaluate` on a Dask cluster: plan here, read and score there, add up and report here."""

from __future__ import annotations

from losscli.engine.cluster.byid import ByKey
from losscli.engine.cluster.byposition import ByPosition
from losscli.engine.cluster.calls import Calls
from losscli.engine.cluster.connect import Cluster, dask_or_fail
from losscli.engine.cluster.fold import Fold, coded_otherwise
from losscli.engine.local import check
from losscli.engine.plan import Plan, close_plan, make_plan
from losscli.engine.request import Listeners, Request
from losscli.engine.run import Run
from losscli.errors import UsageError
from losscli.report.compute import ComputeReport
from losscli.sources.grammar import STDIN


def evaluate_on_dask(request: Request, listeners: Listeners | None = None) -> ComputeReport:
    """Compute everything a request asks for, on a Dask cluster: the report of `evaluate`, to the last byte.

    Raises the errors of losscli.errors: those of the data as `evaluate` does, ClusterError for a cluster that
    fails, UsageError for what only one machine can compute."""
    check(request)
    _refuse(request, listeners or Listeners())
    dask_or_fail()
    plan = make_plan(request._replace(jobs=1))
    try:
        check(request._replace(losses=plan.losses))
        _refuse_plan(plan)
        with Cluster(request.scheduler, request.jobs) as cluster:
            wanted = request._replace(losses=plan.losses)
            return _report(Calls(wanted, plan, cluster, listeners.progress if listeners else None))
    finally:
        close_plan(plan)


def _refuse(request: Request, listeners: Listeners) -> None:
    """Refuse what is no sum over tasks. Raises UsageError."""
    if listeners.follower is not None:
        raise UsageError(
            "every row is paired with its value of an earlier run, which --engine dask does not do",
            hint="--engine local checks against a baseline or golden file",
        )
    if listeners.sinks or request.rows == "all" or "none" in request.reductions:
        raise UsageError(
            "every row is asked for, which --engine dask does not bring together",
            hint="--engine local writes all rows; --worst N and --rows N work on Dask too",
        )
    if request.scheduler is not None and request.jobs is not None:
        raise UsageError(
            f"--jobs {request.jobs} and --scheduler: a scheduler has the workers that it has",
            hint="leave out --jobs",
        )
    quantiles = [word for word in request.reductions if word == "median" or word.startswith("p")]
    if request.by is not None and quantiles:
        raise UsageError(
            f"--reduction {quantiles[0]} of every segment is nothing that --engine dask brings together",
            hint="leave out --by, or compute it with --engine local",
        )
    for source in (*request.sources, request.weight, request.group, request.by):
        if not isinstance(source, str) and source is not None and not hasattr(source, "__fspath__"):
            raise UsageError(
                "--engine dask reads files; an array in memory is on this machine only",
                hint="compute it with engine='local', or write it to files that the workers see",
            )


def _refuse_plan(plan: Plan) -> None:
    spec = plan.losses[0].spec
    if plan.gather or plan.downward or plan.grouping in ("lists", "sets"):
        raise UsageError(
            f"{spec} sees all rows of a set or a list at once, so tasks of it do not add up",
            hint="--engine local computes it",
        )
    if any(stream.source.path == STDIN for stream in (*plan.streams, *(one.reading for one in plan.series))):
        raise UsageError(
            "standard input is on this machine only, and --engine dask reads on others",
            hint="save it to a file that the workers see",
        )


def _report(calls: Calls) -> ComputeReport:
    """Every look at the rows, and what they say together."""
    request, plan = calls.request, calls.plan
    looks: ByKey | ByPosition = ByKey(calls) if plan.by_key else ByPosition(calls)
    outcomes = looks.first()
    decided = looks.labels()
    other = [at for at, outcome in enumerate(outcomes) if coded_otherwise(outcome, decided)]
    outcomes = looks.recoded(decided, other)
    fold = Fold(request, plan, Run(request._replace(jobs=1), plan, Listeners()), outcomes, looks.parts)
    fold.check()
    found = fold.found()
    while (again := fold.again()) is not None:
        fold.take(again, looks.again(again))
    report = found.report()
    if not request.state:
        return report
    from losscli.engine.state import to_state

    return report._replace(state=to_state(found))
