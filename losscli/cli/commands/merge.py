"""`losscli merge`: the states of the parts of a set, added up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from losscli.cli.help import command
from losscli.cli.options import Shown
from losscli.cli.publishing import plan

EXAMPLES = (
    "losscli merge sample_data/rmse_1.json sample_data/rmse_2.json",
    "losscli merge sample_data/rmse_1.json sample_data/rmse_2.json -f json",
)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class MergeOptions(Shown):
    """The report over all rows of several parts, from the states that `losscli compute --state` wrote.

    The numbers are those of one run over all rows, to the last bit. Give the parts in the order of their
    rows: it only decides row numbers. `losscli explain states` says more."""

    states: Annotated[
        list[str], typer.Argument(metavar="STATE...", show_default=False, help="A state for each part.")
    ]


def run(options: MergeOptions) -> None:
    """Merge and print."""
    publication = plan(options, options.states)
    from losscli import api

    publication.publish(report := api.merge(*options.states))
    publication.warn(report)


def build() -> Any:
    """The command as typer runs it."""
    return command("merge", MergeOptions, run, usage="STATE...", examples=EXAMPLES)
