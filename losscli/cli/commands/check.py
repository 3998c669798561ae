"""`losscli check`: losses against requirements; the gate of a CI job."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from losscli.cli import options as flag
from losscli.cli.configured import Configured, is_configured, run_configured
from losscli.cli.evaluating import evaluating, evaluation_options, plan_evaluation, shown_progress
from losscli.cli.help import TYPED, command
from losscli.cli.second_look import look_again
from losscli.errors import UsageError

if TYPE_CHECKING:
    from losscli.report.verdict import CheckReport

EXAMPLES = (
    "losscli check bce sample_data/y.csv sample_data/p.csv --max 0.3",
    "losscli check --config sample_data/losscli.toml",
)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CheckOptions(Configured):
    """Losses against requirements: exit 0 when all are met, 1 when one is not, and nothing else exits 1.

    A requirement states what passes: --max 0.35 of the only loss, --max bce/p95=2 of a reduction, --min
    skill=0 of every loss, --min n=1000 of the rows, --by region --max bce@eu=0.4 of a segment. Values compare
    unrounded. --baseline compares with an earlier run, --config runs the checks of a file instead. `losscli
    explain check`, `baseline` and `config` say more."""

    max: flag.Max = field(default_factory=list)
    min: flag.Min = field(default_factory=list)
    equals: flag.Equals = field(default_factory=list)
    rtol: flag.Rtol = 1e-9
    atol: flag.Atol = 0.0
    baseline: flag.Baseline = None
    max_increase: flag.MaxIncrease = field(default_factory=list)
    max_decrease: flag.MaxDecrease = field(default_factory=list)
    on_unclear: flag.OnUnclear = "estimate"
    confidence: flag.Level = None
    golden: flag.Golden = None
    update: flag.Update = False
    typed: frozenset[str] = field(default=frozenset(), metadata=TYPED)


def run(options: CheckOptions) -> int:
    """Compute, judge, print; the exit code."""
    if is_configured(options, options.typed):
        return run_configured(options)
    assert options.losses is not None
    if "on_unclear" in options.typed and options.baseline is None:
        raise UsageError("--on-unclear is about a baseline", hint="add --baseline FILE --max-increase 0.01")
    earlier = [path for path in dict.fromkeys((options.baseline, options.golden)) if path is not None]
    reads, writes = ((), earlier) if options.update else (earlier, ())
    publication = plan_evaluation(options, writes, reads)
    from losscli import api
    from losscli.engine.request import Listeners

    with ExitStack() as stack, evaluating(options):
        report = api.check(
            options.losses,
            *options.sources,
            listeners=Listeners(progress=shown_progress(options, stack)),
            max=options.max,
            min=options.min,
            equals=options.equals,
            rtol=options.rtol,
            atol=options.atol,
            **_earlier(options),
            samples=False,
            **evaluation_options(options),
        )
    report = report._replace(warnings=(*report.warnings, *look_again(options, report.computed)))
    publication.publish(report)
    publication.warn(report)
    publication.tell(_written(report))
    return report.exit_code


def _earlier(options: CheckOptions) -> dict[str, Any]:
    """The options about an earlier run as the library takes them."""
    return {
        "baseline": options.baseline,
        "max_increase": options.max_increase,
        "max_decrease": options.max_decrease,
        "on_unclear": options.on_unclear,
        "confidence": options.confidence,
        "golden": options.golden,
        "update": options.update,
    }


def _written(report: CheckReport) -> Iterator[str]:
    """What --update did."""
    yield from (f"note: {path} holds the values of this run now" for path in report.updated)
    yield from (f"note: {path} was not updated: a requirement is not met" for path in report.kept)


def build() -> Any:
    """The command as typer runs it."""
    return command(
        "check", CheckOptions, run, usage="LOSSES SOURCE... REQUIREMENTS | --config FILE", examples=EXAMPLES
    )
