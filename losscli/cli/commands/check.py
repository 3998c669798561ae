"""`losscli check`: losses against requirements; the gate of a CI job."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from losscli.cli import options as flag
from losscli.cli.help import command
from losscli.cli.options import Read
from losscli.cli.reading import begin_reading, plan_outputs, read_options

EXAMPLES = (
    "losscli check bce sample_data/y.csv sample_data/p.csv --max 0.3",
    "losscli check mse sample_data/diabetes.csv:target :prediction --min skill=0.4",
)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CheckOptions(Read):
    """Losses against requirements: exit 0 when all are met, 1 when one is not, and nothing else exits 1.

    A requirement states what passes: --max 0.35 of the only loss, --max bce/p95=2 of a reduction, --min
    skill=0 of every loss, --min n=1000 of the rows, --by region --max bce@eu=0.4 of a segment. Values compare
    unrounded. `losscli explain check` says more."""

    losses: flag.Losses
    sources: flag.Sources
    max: flag.Max = field(default_factory=list)
    min: flag.Min = field(default_factory=list)
    equals: flag.Equals = field(default_factory=list)
    rtol: flag.Rtol = 1e-9
    atol: flag.Atol = 0.0
    weight: flag.Weight = None
    by: flag.By = None
    engine: flag.Engine = "local"
    scheduler: flag.Scheduler = None
    group: flag.Group = None
    as_: flag.As = None
    multioutput: flag.MultiOutput = "mean"


def run(options: CheckOptions) -> int:
    """Compute, judge, print; the exit code."""
    publication = plan_outputs(options, [*options.sources, options.weight, options.by, options.group])
    from losscli import api

    begin_reading()
    report = api.check(
        options.losses,
        *options.sources,
        max=options.max,
        min=options.min,
        equals=options.equals,
        rtol=options.rtol,
        atol=options.atol,
        weight=options.weight,
        by=options.by,
        group=options.group,
        as_=options.as_,
        multioutput=options.multioutput,
        samples="json" in publication.formats(),
        engine=options.engine,
        scheduler=options.scheduler,
        **read_options(options),
    )
    publication.publish(report)
    publication.warn(report)
    return report.exit_code


def build() -> Any:
    """The command as typer runs it."""
    return command("check", CheckOptions, run, usage="LOSSES SOURCE... REQUIREMENTS", examples=EXAMPLES)
