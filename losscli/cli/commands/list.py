"""`losscli list`: every loss, filtered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from losscli.cli.help import command
from losscli.cli.options import Shown
from losscli.cli.publishing import plan

EXAMPLES = ("losscli list entropy", "losscli list --family binary --framework torch --format json")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ListOptions(Shown):
    """Every loss, or those whose name, alias, title or framework call holds TEXT."""

    text: Annotated[
        str | None,
        typer.Argument(
            metavar="[TEXT]", show_default=False, help="Part of a name, an alias, a title, a call."
        ),
    ] = None
    family: Annotated[
        str | None,
        typer.Option(
            "--family",
            metavar="NAME",
            help="regression, robust, binary, margin, multiclass, ranking, forecast, segmentation ...",
        ),
    ] = None
    framework: Annotated[
        str | None,
        typer.Option(
            "--framework",
            metavar="NAME",
            help="The losses that torch, keras, optax, sklearn ... has, with their names there.",
        ),
    ] = None
    target: Annotated[
        str | None,
        typer.Option(
            "--target", metavar="KIND", help="Kind of target: real, binary, class, distribution or vector."
        ),
    ] = None


def run(options: ListOptions) -> None:
    """Print the losses."""
    publication = plan(options)
    from losscli.analysis.listing import list_losses  # what api.list_losses calls, without loading the engine

    report = list_losses(
        options.text, family=options.family, framework=options.framework, target=options.target
    )
    publication.publish(report)


def build() -> Any:
    """The command as typer runs it."""
    return command("list", ListOptions, run, usage="[TEXT]", examples=EXAMPLES)
