"""The requirements of `check` on an earlier run: how far a loss may rise above its baseline."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from losscli.analysis.requirements import parse_limit, parse_term
from losscli.errors import NotPerSample, UsageError
from losscli.records import NamedTuple
from losscli.registry import BoundLoss

CHANGES: Final = ("max-increase", "max-decrease")
_WORSE: Final = {"max-increase": "minimize", "max-decrease": "maximize"}
_OTHER: Final = {"max-increase": "max-decrease", "max-decrease": "max-increase"}


class ChangeLimit(NamedTuple):
    """One requirement: the mean of the paired differences of the loss `spec`, in `segment`, goes at most
    `amount` in the worse direction; with `percent`, so many hundredths of the baseline's own number.

    An empty `spec` means every loss. `text` is the term as it was written, `given` the limit.
    """

    kind: str
    amount: float
    percent: bool
    spec: str
    segment: str | None
    text: str
    given: str

    @property
    def sign(self) -> float:
        """1 where a larger value is worse, -1 where a smaller one is."""
        return 1.0 if self.kind == "max-increase" else -1.0

    def allowed(self, baseline: float) -> float:
        """The largest change for the worse that passes; nan where the baseline's number has no percentage."""
        if not self.percent:
            return self.amount
        return self.amount / 100.0 * abs(baseline) if math.isfinite(baseline) else math.nan


def parse_changes(
    given: Mapping[str, Sequence[str]], losses: Sequence[BoundLoss], *, segmented: bool
) -> tuple[ChangeLimit, ...]:
    """The requirements that `--max-increase` and `--max-decrease` state, in this order.

    Raises UsageError for a limit that is no finite number or percentage, a loss that is not computed, one
    whose better direction is the other, anything but the mean, a segment without --by, one given twice;
    NotPerSample for a loss that rows do not have.
    """
    found = [_parse(kind, text, losses, segmented) for kind in CHANGES for text in given.get(kind, ())]
    for one in found:
        for bound in losses:
            if one.spec in ("", bound.spec):
                _check_loss(one, bound)
    twice = [one for place, one in enumerate(found) if one in found[:place]]
    if twice:
        raise UsageError(f"--{twice[0].kind} {twice[0].text} is given twice")
    return tuple(found)


def _parse(kind: str, text: str, losses: Sequence[BoundLoss], segmented: bool) -> ChangeLimit:
    given = text.rpartition("=")[2].strip()
    number = given.removesuffix("%").rstrip()
    amount = parse_limit(kind, text, number)
    term = parse_term(kind, text, losses, segmented=segmented)
    if term.stat not in ("", "mean"):
        raise UsageError(
            f"--{kind} {text}: what is compared with a baseline is the mean over the rows, not {term.stat}",
            hint=f"--{kind} {term.spec or losses[0].spec}={given}",
        )
    spec, segment = term.spec, term.segment
    return ChangeLimit(kind, amount, number != given, spec, segment, term.text, given)


def _check_loss(one: ChangeLimit, bound: BoundLoss) -> None:
    """Refuse a loss whose number is no mean of its rows, or whose better direction is the other."""
    check_rows(f"--{one.kind} {one.text}", bound)
    if bound.convention is not None and bound.convention.reduce == "sum":
        raise NotPerSample(
            f"--{one.kind} {one.text}: {bound.spec} adds rows up, and what is compared is their mean",
            hint=f"--{one.kind} {bound.loss.name}={one.given}",
        )
    if bound.loss.direction in _WORSE.values() and bound.loss.direction != _WORSE[one.kind]:
        better = "higher" if bound.loss.direction == "maximize" else "lower"
        raise UsageError(
            f"--{one.kind} {one.text}: {better} is better for {bound.spec}",
            hint=f"--{_OTHER[one.kind]} {bound.spec}={one.given}",
        )


def check_rows(what: str, bound: BoundLoss) -> None:
    """Refuse a loss that has no value for a row. Raises NotPerSample."""
    if bound.is_set or bound.loss.total is not None:
        raise NotPerSample(
            f"{what}: {bound.spec} is one number for the whole set, so its rows have none to compare",
            hint=f"{bound.part} has one for each row: losscli check {bound.part} ..." if bound.part else None,
        )
