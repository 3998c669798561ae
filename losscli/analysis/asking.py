"""What a check asks for, before anything is read: what is computed, and what is required of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from losscli.analysis.gate import Tolerance, judge
from losscli.analysis.requirements import Requirement
from losscli.engine.request import Listeners, Request
from losscli.report.verdict import CheckReport

if TYPE_CHECKING:
    from losscli.analysis.baseline import AgainstEarlier, Evaluate


class Asked(NamedTuple):
    """One check as the library understands it."""

    request: Request
    requirements: tuple[Requirement, ...]
    tolerance: Tolerance
    earlier: AgainstEarlier | None = None


def verdict_on(asked: Asked, evaluate: Evaluate, listeners: Listeners | None = None) -> CheckReport:
    """The verdict on a check, computed by `evaluate`. Raises what that raises, and what the files of an
    earlier run are refused with."""
    if asked.earlier is None:
        return judge(evaluate(asked.request, listeners), asked.requirements, asked.tolerance)
    from losscli.analysis.baseline import check_against

    return check_against(asked, evaluate, listeners)
