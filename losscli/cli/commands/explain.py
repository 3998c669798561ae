"""`losscli explain`: a loss, a code, a topic, or the arithmetic of a sample."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

import typer

from losscli.cli.help import command
from losscli.cli.options import Read
from losscli.cli.publishing import plan
from losscli.cli.reading import begin_reading, plan_outputs, read_options
from losscli.errors import UsageError

EXAMPLES = ("losscli explain bce --target 1 --prediction 0.8", "losscli explain E210")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ExplainOptions(Read):
    """A loss, an error code or a topic; without TOPIC the list of topics.

    With --target and --prediction the arithmetic of one sample, step by step. With --row the topic is a
    loss, the sources follow it, and the sample is that row of the files."""

    topics: Annotated[
        list[str],
        typer.Argument(
            metavar="[TOPIC...]",
            show_default=False,
            help="bce  huber:delta=0.5  torch.huber_loss  E210  frameworks",
        ),
    ] = field(default_factory=list)
    target: Annotated[
        str | None,
        typer.Option("--target", metavar="V[,V...]", help="Values of the target, to trace the arithmetic."),
    ] = None
    prediction: Annotated[
        str | None, typer.Option("--prediction", metavar="V[,V...]", help="Values of the prediction.")
    ] = None
    input: Annotated[
        list[str],
        typer.Option(
            "--input",
            metavar="ROLE=V[,V...]",
            show_default=False,
            help="Values of another input: variance=2; several rows of a vector with semicolons.",
        ),
    ] = field(default_factory=list)
    row: Annotated[
        int | None,
        typer.Option("--row", metavar="N", min=1, help="Trace this data row of the sources, from 1."),
    ] = None


def run(options: ExplainOptions) -> None:
    """Print the explanation."""
    if options.row is not None:
        _run_row(options, options.row)
        return
    publication = plan(options)
    from losscli.analysis.explaining import explain  # what api.explain calls, without loading the engine

    report = explain(
        *options.topics, target=options.target, prediction=options.prediction, inputs=_inputs(options.input)
    )
    publication.publish(report)


def _inputs(words: list[str]) -> dict[str, str]:
    """The values of each role that `--input` names. Raises UsageError."""
    found: dict[str, str] = {}
    for word in words:
        role, equals, values = word.partition("=")
        if not equals or role in found:
            raise UsageError(f"--input {word}: no ROLE=VALUES of its own", hint="--input variance=2,0.5")
        found[role.strip()] = values
    return found


def _run_row(options: ExplainOptions, row: int) -> None:
    if options.target is not None or options.prediction is not None or options.input:
        raise UsageError(
            "--row takes the values from files", hint="leave out --target and --prediction, or --row"
        )
    if len(options.topics) < 2:
        raise UsageError("--row needs a loss and its files", hint="losscli explain bce y.csv p.csv --row 17")
    loss, *sources = options.topics
    publication = plan_outputs(options, sources)
    from losscli import api

    begin_reading()
    publication.publish(api.explain(loss, *sources, row=row, **read_options(options)))


def build() -> Any:
    """The command as typer runs it."""
    return command("explain", ExplainOptions, run, usage="[TOPIC...]", examples=EXAMPLES)
