"""`losscli reconcile`: which convention gives a number that somebody else printed."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeAlias

import typer

from losscli.cli import options as flag
from losscli.cli.help import command
from losscli.cli.options import Read
from losscli.cli.reading import begin_reading, plan_outputs, read_options
from losscli.errors import UsageError

EXAMPLES = (
    "losscli reconcile bce sample_data/y.csv sample_data/p.csv --value 0.3562",
    "losscli reconcile bce sample_data/saturated.csv:y :p",
)

Loss: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="LOSS",
        show_default=False,
        help="The loss that you mean: bce  huber:delta=0.5  torch.cross_entropy; relatives are tried too.",
    ),
]
Values: TypeAlias = Annotated[
    list[str],
    typer.Option(
        "--value",
        metavar="V",
        show_default=False,
        help="A number as it was printed, with all its digits; repeatable: what separates them.",
    ),
]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ReconcileOptions(Read):
    """Which convention gives the number V: framework, clip, reduction, weights, batches, base of the
    logarithm, factor, logits or probabilities, coding of the labels, single precision.

    The simplest come first, each with the command or the formula that gives it. With two values: what
    separates them. Without: the number of every convention side by side."""

    losses: Loss
    sources: flag.Sources
    value: Values = field(default_factory=list)
    weight: flag.Weight = None
    as_: flag.As = None


def run(options: ReconcileOptions) -> None:
    """Search and print."""
    _refuse_numbers(options)
    publication = plan_outputs(options, [*options.sources, options.weight])
    from losscli import api
    from losscli.cli.evaluating import losses_first

    begin_reading()
    with losses_first(options.losses, options.sources, "reconcile"):
        report = api.reconcile(
            options.losses,
            *options.sources,
            value=options.value,
            weight=options.weight,
            as_=options.as_,
            **read_options(options),
        )
    publication.publish(report)
    publication.warn(report)


def _refuse_numbers(options: ReconcileOptions) -> None:
    """Raise UsageError for a number that stands among the sources."""
    from losscli.sources.cells import is_number

    for word in options.sources:
        if is_number(word) and not os.path.lexists(word):
            raise UsageError(
                f"{word} stands among the sources", hint=f"a number follows --value: --value {word}"
            )


def build() -> Any:
    """The command as typer runs it."""
    usage = "LOSS TARGET PREDICTION [--value V]..."
    return command("reconcile", ReconcileOptions, run, usage=usage, examples=EXAMPLES)
