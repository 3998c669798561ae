"""`losscli inspect`: what two files hold, what is wrong with them, which losses fit."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from losscli.cli import options as flag
from losscli.cli.help import command
from losscli.cli.options import Read
from losscli.cli.reading import begin_reading, plan_outputs, read_options

EXAMPLES = (
    "losscli inspect sample_data/y.csv sample_data/p.csv",
    'losscli inspect sample_data/iris.csv:species ":setosa..virginica" -f json',
)

Inspected = Annotated[
    list[str],
    typer.Argument(
        metavar="TARGET PREDICTION",
        show_default=False,
        help="PATH[:COLUMNS] each: y.csv p.csv  d.csv:label :score  d.csv:species :p0..p9; - is standard "
        "input, a folder or a quoted glob its part files",
    ),
]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class InspectOptions(Read):
    """What a target and a prediction hold, what is wrong with them and what to type instead, and which
    losses fit, the best one first.

    Looks for logits and percentages given as probabilities, other codings of labels, swapped files, shifted
    rows, classes in another order, inverted classes, constants, rows that do not sum to 1. Exit 0 whatever
    it finds: `losscli check` is the gate. `losscli explain inspect` says how it decides."""

    sources: Inspected
    weight: flag.Weight = None
    jobs: flag.Jobs = None


def run(options: InspectOptions) -> None:
    """Look, print."""
    publication = plan_outputs(options, [*options.sources, options.weight])
    from losscli import api
    from losscli.cli.evaluating import decided, shown_progress
    from losscli.engine.request import Listeners

    begin_reading()
    with ExitStack() as stack:
        report = api.inspect(
            *options.sources,
            listeners=Listeners(progress=shown_progress(options, stack)),
            weight=options.weight,
            jobs=options.jobs,
            **read_options(options),
        )
    publication.tell(decided(entry) for entry in report.inputs if options.verbose)
    publication.publish(report)
    publication.warn(report)


def build() -> Any:
    """The command as typer runs it."""
    return command("inspect", InspectOptions, run, usage="TARGET PREDICTION", examples=EXAMPLES)
