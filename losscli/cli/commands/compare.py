"""`losscli compare`: several predictions of one target, ranked and told apart."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from losscli.cli import options as flag
from losscli.cli.evaluating import evaluating, shown_progress
from losscli.cli.help import command
from losscli.cli.options import Read
from losscli.cli.reading import plan_outputs, read_options

EXAMPLES = (
    "losscli compare mae sample_data/demand.csv:sold :q50 :forecast",
    "losscli compare mse,pinball sample_data/demand.csv:sold :forecast :q90 -f json",
)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CompareOptions(Read):
    """Several predictions of one target, the best first, and the difference of each to the reference.

    All pair with the target row by row, and the same rows count for all. The intervals are of the paired
    differences, the p-values of a paired permutation test, adjusted by Holm for all pairs; predictions that
    share a letter cannot be told apart. `losscli explain compare` says more."""

    losses: flag.Losses
    target: Annotated[
        str, typer.Argument(metavar="TARGET", show_default=False, help="PATH[:COLUMNS] of the target.")
    ]
    predictions: Annotated[
        list[str],
        typer.Argument(
            metavar="PREDICTION...",
            show_default=False,
            help="PATH[:COLUMNS] of each prediction, two or more: a.csv b.csv, or :p_a :p_b for columns of "
            "the file before; ROLE=SOURCE is a further input of all: train=history.csv",
        ),
    ]
    names: Annotated[
        str | None,
        typer.Option(
            "--names", metavar="A,B[,C...]", help="What the predictions are called. [default: file or column]"
        ),
    ] = None
    reference: Annotated[
        str | None,
        typer.Option(
            "--reference", metavar="NAME", help="Whom the others are compared with. [default: the first]"
        ),
    ] = None
    confidence: Annotated[
        float, typer.Option("--confidence", metavar="LEVEL", help="How sure intervals and tests are to be.")
    ] = 0.95
    resamples: Annotated[
        int | None,
        typer.Option(
            "--resamples",
            metavar="N",
            help="Resamples of intervals and tests. [default: 10,000; above 5,000 rows none, the moments "
            "tell as much]",
        ),
    ] = None
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", help="Seed of the resamples: the same gives the same.")
    ] = 0
    weight: flag.Weight = None
    group: flag.Group = None
    as_: flag.As = None
    multioutput: flag.MultiOutput = "mean"
    jobs: flag.Jobs = None

    @property
    def sources(self) -> list[str]:
        """The target and the predictions."""
        return [self.target, *self.predictions]


def run(options: CompareOptions) -> None:
    """Compare and print."""
    publication = plan_outputs(options, [*options.sources, options.weight, options.group])
    from losscli import api
    from losscli.engine.request import Listeners

    with ExitStack() as stack, evaluating(options):
        report = api.compare(
            options.losses,
            *options.sources,
            listeners=Listeners(progress=shown_progress(options, stack)),
            names=options.names,
            reference=options.reference,
            confidence=options.confidence,
            resamples=options.resamples,
            seed=options.seed,
            weight=options.weight,
            group=options.group,
            as_=options.as_,
            multioutput=options.multioutput,
            jobs=options.jobs,
            **read_options(options),
        )
    publication.publish(report)
    publication.warn(report)


def build() -> Any:
    """The command as typer runs it."""
    return command(
        "compare", CompareOptions, run, usage="LOSSES TARGET PREDICTION PREDICTION...", examples=EXAMPLES
    )
