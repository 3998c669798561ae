"""Which convention gives a number: searches what frameworks and people do to one loss on the same rows."""

from __future__ import annotations

from collections.abc import Sequence

from losscli.analysis.reconciling.candidates import Candidate, Candidates
from losscli.analysis.reconciling.given import read_given
from losscli.analysis.reconciling.printed import Printed
from losscli.analysis.reconciling.search import LIMITS, Found, Outcome, search
from losscli.analysis.reconciling.separating import separate
from losscli.analysis.reconciling.steps import call_of
from losscli.analysis.reconciling.variants import conventions
from losscli.engine.request import Request
from losscli.errors import UsageError
from losscli.report.fits import Fit, Sought, Way
from losscli.report.reconcile import Convention, ReconcileReport

__all__ = ["reconcile"]

_SINGLE = Way("arithmetic", "added up in single precision, which keeps about 7 digits", 1.0)


def reconcile(request: Request, printed: Sequence[Printed]) -> ReconcileReport:
    """Search for every printed number; without any, the numbers of all conventions.

    Raises usage, data and storage errors as `compute`; but rows that the loss does not take are searched
    nevertheless, unless no relative of it takes them either."""
    if len(request.losses) != 1:
        raise UsageError("reconcile takes one loss", hint="its relatives and conventions are tried anyway")
    given = read_given(request)
    candidates = Candidates(given)
    outcomes = [search(candidates, one) for one in printed]
    numbers = _conventions(candidates)
    if not numbers and not any(one.tried for one in outcomes):
        assert candidates.refusal is not None
        raise candidates.refusal
    return ReconcileReport(
        given.bound.spec,
        given.bound.loss.title,
        given.inputs,
        given.counts,
        given.weights is not None,
        tuple(_sought(one, candidates) for one in outcomes),
        tuple(separate(outcomes[0], other, given) for other in outcomes[1:]),
        numbers,
        _refusal(candidates),
    )


def _refusal(candidates: Candidates) -> str:
    if candidates.refusal is None:
        return ""
    return f"{candidates.given.bound.spec} itself does not take these rows: {candidates.refusal.message}"


def _conventions(candidates: Candidates) -> tuple[Convention, ...]:
    """The number of every convention that takes these rows, on the rows as they are."""
    given = candidates.given
    found = []
    for variant in conventions(given.bound):
        scored = candidates.plain(variant)
        if scored is None:
            continue
        call = None if scored.layout else call_of(given.request, variant.bound.spec)
        own = variant.bound.convention
        words = "; ".join(step.words for step in (*variant.steps, *scored.layout))
        found.append(
            Convention(
                variant.bound.spec,
                "" if own is None else own.framework,
                "" if own is None else own.call,
                scored.figure,
                words,
                "" if call is None else call.text,
            )
        )
    return tuple(found)


def _sought(outcome: Outcome, candidates: Candidates) -> Sought:
    printed = outcome.printed
    return Sought(
        printed.text,
        printed.value,
        printed.half,
        printed.digits,
        outcome.tried,
        outcome.distinct,
        tuple(_fit(found, candidates) for found in outcome.fits),
        outcome.all_fits,
        None if outcome.nearest is None else _told(outcome.nearest, candidates),
        outcome.chance,
        outcome.limit,
        outcome.limit == LIMITS[-1][0],
    )


def _fit(found: Found, candidates: Candidates) -> Fit:
    best = found.best
    others = found.candidates[1:]
    same = [_label(one) for one in others if one.cost == best.cost or _is_loss(one)]
    fit = _told(best, candidates)
    ways = (*fit.ways, _SINGLE) if found.single else fit.ways
    told = dict.fromkeys([*same, *candidates.namesakes(best)])
    return fit._replace(ways=ways, same=tuple(told), chance=found.chance)


def _label(candidate: Candidate) -> str:
    """A candidate among others: its loss where nothing else was changed."""
    if _is_loss(candidate):
        return candidate.variant.bound.spec
    return "; ".join(step.words for step in candidate.steps)


def _is_loss(candidate: Candidate) -> bool:
    return all(step.kind == "loss" for step in candidate.steps)


def _told(candidate: Candidate, candidates: Candidates) -> Fit:
    call, left = candidate.call(candidates.given)
    ways = tuple(Way(step.kind, step.words, step.cost) for step in candidate.steps)
    command = "" if call is None else call.text
    return Fit(candidate.variant.bound.spec, candidates.exactly(candidate).value, ways, command, left)
