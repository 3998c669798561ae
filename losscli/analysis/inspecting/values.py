"""The value and the skill of the losses that fit, over all rows, by the same engine as `compute`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from losscli.analysis.inspecting.advice import Advice
from losscli.analysis.inspecting.faults import Case
from losscli.engine.local import evaluate
from losscli.engine.request import Request
from losscli.errors import LosscliError
from losscli.registry import BoundLoss, parse_losses
from losscli.report.compute import Result
from losscli.report.inspect import Fit
from losscli.report.tables import Finding


def fits_of(case: Case, advice: Sequence[Advice]) -> tuple[list[Fit], list[Finding]]:
    """Every loss that fits with its value, and what the engine warned of. One pass for all losses whose
    inputs are alike."""
    bound = {one.spec: parse_losses(one.spec)[0] for one in advice}
    results: dict[str, Result] = {}
    reasons: dict[str, str] = {}
    warnings: list[Finding] = []
    for group in _alike(bound[one.spec] for one in advice if not one.why_not):
        _evaluate(case, group, results, reasons, warnings)
    fits = [_fit(case, one, bound[one.spec], results.get(bound[one.spec].spec), reasons) for one in advice]
    return fits, list(dict.fromkeys(warnings))


def _fit(case: Case, advice: Advice, bound: BoundLoss, result: Result | None, reasons: dict[str, str]) -> Fit:
    return Fit(
        bound.spec,
        bound.loss.title,
        advice.reason,
        bound.loss.likelihood or "",
        case.commands.compute(bound.spec, _labels(case)),
        None if result is None else result.headline,
        None if result is None else result.baseline.skill,
        advice.why_not or reasons.get(bound.spec, ""),
        bound.loss.direction,
    )


def _labels(case: Case) -> tuple[str, ...]:
    """The labels that a call must name: none where the columns' names tell them."""
    given = bool(case.commands.look.request.labels)
    by_name = case.commands.look.is_text(0) and case.nature.named and len(case.nature.labels) > 2
    return () if by_name or given else case.nature.labels


def _alike(losses: Iterable[BoundLoss]) -> Iterator[tuple[BoundLoss, ...]]:
    """Losses whose inputs have the same shapes and kinds, together."""
    groups: dict[tuple[tuple[str, str], ...], list[BoundLoss]] = {}
    for bound in losses:
        key = tuple((entry.shape.value, entry.domain_for(bound.params).kind) for entry in bound.inputs)
        groups.setdefault(key, []).append(bound)
    yield from (tuple(group) for group in groups.values())


def _evaluate(
    case: Case,
    group: tuple[BoundLoss, ...],
    results: dict[str, Result],
    reasons: dict[str, str],
    warnings: list[Finding],
) -> None:
    """Compute a group in one pass; where the data does not suit one of them, each alone."""
    try:
        report = evaluate(_request(case, group))
    except LosscliError as error:
        if error.exit_code not in (2, 3):
            raise
        if len(group) == 1:
            where = "" if error.place is None else f" ({error.place})"
            reasons[group[0].spec] = f"{error.message}{where}"
            return
        for bound in group:
            _evaluate(case, (bound,), results, reasons, warnings)
        return
    warnings += report.findings()
    results.update({result.spec: result for result in report.results})


def _request(case: Case, losses: tuple[BoundLoss, ...]) -> Request:
    look, copies = case.commands.look, case.scan.copies
    labels = look.request.labels or case.nature.labels
    changed = look.request._replace(losses=losses, labels=labels, samples=False, multioutput="mean")
    if copies is None:
        return changed
    if look.labelling is not None:  # the copies hold the numbers of the labels
        known = list(look.labelling.names())
        others = (str(len(known) + at) for at in range(len(labels)))
        labels = tuple(str(known.index(label)) if label in known else next(others) for label in labels)
    return changed._replace(
        sources=copies[:2],
        weight=copies[2] if len(copies) > 2 else None,
        id=(),
        unpaired="error",
        missing="error",
        labels=labels,
        header=None,
        delimiter=None,
        input_format="npy",
    )
