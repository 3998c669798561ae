"""What a check asks for, before anything is read: what is computed, and what is required of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from losscli.analysis.gate import Tolerance, judge
from losscli.analysis.requirements import Requirement
from losscli.engine.request import Listeners, Request
from losscli.records import NamedTuple
from losscli.report.compute import ComputeReport
from losscli.report.verdict import CheckReport

if TYPE_CHECKING:
    from losscli.analysis.baseline import AgainstEarlier, Evaluate


EARLIER: Final = ("baseline", "max_increase", "max_decrease", "on_unclear", "golden", "update")
"""The options of a check that are about an earlier run."""


def asks_earlier(given: Mapping[str, Any]) -> bool:
    """Whether one of these options says anything of an earlier run."""
    return any(_says(value) for value in given.values())


def _says(value: Any) -> bool:
    if isinstance(value, (list, tuple, dict)):
        return bool(value)
    return value is not None and value is not False and value != "estimate"


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
        computed = evaluate(asked.request, listeners)
        return judge(computed, _settled(asked, computed), asked.tolerance)
    from losscli.analysis.baseline import check_against

    return check_against(asked, evaluate, listeners)


def _settled(asked: Asked, computed: ComputeReport) -> tuple[Requirement, ...]:
    """The requirements of the losses that were computed: of a name that means several (log_loss) the columns
    choose one."""
    specs = list(dict.fromkeys(result.spec for result in computed.results))
    losses = asked.request.losses
    if not any(bound.others for bound in losses) or len(specs) != len(losses):
        return asked.requirements
    names = {bound.spec: spec for bound, spec in zip(losses, specs, strict=True)}
    return tuple(one._replace(spec=names.get(one.spec, one.spec)) for one in asked.requirements)
