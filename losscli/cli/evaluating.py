"""What the commands that evaluate losses share: their outputs, their options as the library takes them, the
progress, and the answer to a file where the losses stand."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from losscli.cli.options import Evaluated, Shown
from losscli.cli.publishing import Publication, is_watched
from losscli.cli.reading import begin_reading, plan_outputs, read_options
from losscli.errors import UnknownLoss, counted

if TYPE_CHECKING:
    from losscli.engine.request import Progress
    from losscli.report.compute import InputUsed


def plan_evaluation(options: Evaluated, others: Sequence[str] = (), reads: Sequence[str] = ()) -> Publication:
    """Decide where the report goes; no output may be one of the files that are read. `others` are the paths
    of further outputs, `reads` those of further inputs."""
    sources = [*options.sources, options.weight, options.group, options.by, *reads]
    return plan_outputs(options, sources, others)


def evaluation_options(options: Evaluated) -> dict[str, Any]:
    """The options about losses, reading and pairing as the library takes them, losses and sources apart."""
    return {
        "weight": options.weight,
        "by": options.by,
        "group": options.group,
        "as_": options.as_,
        "multioutput": options.multioutput,
        "engine": options.engine,
        "scheduler": options.scheduler,
        "jobs": options.jobs,
        **read_options(options),
    }


class Scoring(Protocol):
    """Options of a command that scores files."""

    command: ClassVar[str]

    @property
    def losses(self) -> str | None:
        """LOSSES as typed."""
        ...

    @property
    def sources(self) -> Sequence[str]:
        """Every SOURCE as typed."""
        ...

    @property
    def quiet(self) -> bool:
        """Whether nothing but errors is told."""
        ...


def shown_progress(options: Shown, stack: ExitStack) -> Progress | None:
    """Who draws the progress until the stack closes; nobody where nobody looks."""
    if options.quiet or not is_watched(sys.stderr):
        return None
    from losscli.cli.progress import Progress as Drawn

    return stack.enter_context(Drawn())


@contextmanager
def evaluating(options: Scoring) -> Iterator[None]:
    """Rows are to come; where a file stands in the place of the losses, say so."""
    begin_reading()
    with losses_first(options.losses or "", options.sources, options.command):
        yield


@contextmanager
def losses_first(losses: str, sources: Sequence[str], command: str) -> Iterator[None]:
    """Where the losses are unknown because a file stands in their place, say so."""
    try:
        yield
    except UnknownLoss as unknown:
        from losscli.cli.guesses import loss_expected

        raise loss_expected(losses, sources, command) or unknown from None


def decided(entry: InputUsed) -> str:
    """What was decided about an input, in a line."""
    parts = [entry.format, f"header: {entry.header}" if entry.header else "", counted(entry.rows, "row")]
    parts.insert(0, counted(entry.parts, "part") if entry.parts else "")
    parts.append(f"columns {', '.join(entry.columns)}" if entry.columns else "")
    parts.append(f"labels {entry.coding}" if entry.coding else "")
    return f"note: {entry.role} {entry.source}: {'; '.join(part for part in parts if part)}"
